"""Fixed packs between two desks, and what they do to money and to the next order."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from app.domain.consumption.triggers import Trigger
from app.domain.errors import ConflictError
from app.domain.ids import new_op
from app.models.demand import Demand
from app.models.fixed_pack import PackRequest
from app.models.stock import Place
from app.services.packs.asking import ask
from app.services.packs.commands import Ask, Issue
from app.services.packs.ending import find, lose, open_packs
from app.services.packs.handing import give_back, receive as take_over, take_back
from app.services.packs.issuing import issue
from tests.conftest import FixedClock
from tests.databases import Databases
from tests.factories import EAST, KANGZE, Site
from tests.races import at_once
from tests.services.consumption.test_triggers import agree, settled, take_in
from tests.services.packs.test_packs import ME, at_ward, built, proved, rule, send, ward, work
from tests.services.test_consumption import BOX

OTHER = "east_second"


def asked(site: Site, place: int) -> list[tuple[int, int, int]]:
    with site.owner.read() as s:
        rows = s.execute(
            select(Demand.asked, Demand.given, Demand.lines).where(
                Demand.org_id == EAST, Demand.place_id == place
            )
        )
        return [(row.asked, row.given, row.lines) for row in rows]


def owed(site: Site) -> int:
    """Units that the supplier may bill."""
    return sum(row.qty for row in settled(site) if row.supplier_id == KANGZE)


def test_a_pack_lost_in_the_department_stays_bought(site: Site) -> None:
    agree(site, Trigger.ISSUE)
    take_in(site, 10)
    department, definition = ward(site), rule(site, units=BOX)
    made = built(site, definition, 2)
    send(site, department, *made.pack_ids)
    take_over(*site.as_(OTHER), work(*made.pack_ids))
    assert owed(site) == 2 * BOX
    gone = made.pack_ids[0]
    for deed in (lose, find, lose, find):
        deed(*site.as_(ME), work(gone, reason="盘点时核对"))
        assert owed(site) == 2 * BOX
    open_packs(*site.as_(ME), work(gone))
    assert owed(site) == 2 * BOX
    give_back(*site.as_(ME), work(made.pack_ids[1], reason="科室不用"))
    assert owed(site) == BOX
    proved(site)


def test_a_pack_that_comes_back_was_not_wanted(site: Site) -> None:
    department, _definition, made = at_ward(site)
    store = site.world.stores[EAST]
    assert asked(site, store) == [(2 * BOX, 2 * BOX, 1)]
    give_back(*site.as_(ME), work(*made.pack_ids, reason="科室不用"))
    assert asked(site, store) == [(0, 0, 0)]
    send(site, department, *made.pack_ids)
    take_over(*site.as_(OTHER), work(*made.pack_ids))
    assert asked(site, store) == [(2 * BOX, 2 * BOX, 1)]


def test_two_desks_keep_the_months_limit(databases: Databases, clock: FixedClock) -> None:
    with databases.site("postgresql", clock) as site:
        department, definition, _made = at_ward(site, month_limit=2)
        one, two = built(site, definition, 2).pack_ids
        came = at_once(
            site,
            (ME, issue, Issue(new_op(), EAST, department, (one,))),
            (OTHER, issue, Issue(new_op(), EAST, department, (two,))),
        )
        assert came.count("pack.limit") == 1


def test_what_two_desks_issue_fills_the_request(databases: Databases, clock: FixedClock) -> None:
    with databases.site("postgresql", clock) as site:
        department, definition, _made = at_ward(site)
        one, two = built(site, definition, 2).pack_ids
        wish = Ask(new_op(), EAST, definition_id=definition, department_id=department, packs=2)
        ask(*site.as_(ME), wish)
        at_once(
            site,
            (ME, issue, Issue(new_op(), EAST, department, (one,))),
            (OTHER, issue, Issue(new_op(), EAST, department, (two,))),
        )
        with site.owner.read() as s:
            (row,) = s.execute(select(PackRequest.filled, PackRequest.status)).all()
        assert tuple(row) == (2, "filled")


def test_a_department_closed_meanwhile_takes_nothing_over(site: Site) -> None:
    department, _definition, made = at_ward(site)
    give_back(*site.as_(ME), work(*made.pack_ids, reason="科室不用"))
    send(site, department, *made.pack_ids)
    with site.owner.write() as s:
        s.execute(update(Place).where(Place.id == department).values(active=False))
    with pytest.raises(ConflictError, match="「内科病区」已停用，不能接收"):
        take_over(*site.as_(OTHER), work(*made.pack_ids))
    take_back(*site.as_(ME), work(*made.pack_ids))
    proved(site)
