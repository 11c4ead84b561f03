"""What comes in is what was counted, at the store, in the lot as it is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from app.domain.errors import ConflictError, DomainError
from app.domain.ids import new_op
from app.domain.receiving.work import Refusal, Trace
from app.models.stock import Lot, Place
from app.services.consumption import Consume, ConsumeLine, Reverse, consume, reverse
from app.services.receiving.commands import ReverseAcceptance
from app.services.receiving.receive import receive
from app.services.receiving.reverse import reverse_acceptance
from app.services.stock.moving import AddPlace, add_place
from app.services.stock.places import main_place
from tests.deliveries import (
    AMOXICILLIN,
    AT,
    COLD,
    EXPIRY,
    INSULIN,
    command,
    counted,
    gs1,
    note,
    opened,
    received,
    stock_of,
)
from tests.factories import EAST, WEST, Site
from tests.services.packs.test_packs import at_ward
from tests.services.test_consumption import receive as raw_receive

ME = "east_store"


def test_a_lot_is_one_lot_however_a_client_writes_it(site: Site) -> None:
    received(site, note(site, {AMOXICILLIN: 1}), gs1(AMOXICILLIN, "K1"))
    for number, lot in enumerate((" K1", "Ｋ１", "K1\n")):
        made = note(site, {AMOXICILLIN: 1}, no=f"N{number}")
        entry = replace(opened(site, made).work.entries[0], lot_no=lot, expiry=EXPIRY, accepted=24)
        receive(*site.as_(ME), command(made, (entry,)))
    with site.owner.read() as s:
        assert s.scalars(select(Lot.lot_no)).all() == ["K1"]
    made = note(site, {AMOXICILLIN: 1}, no="N9")
    entry = replace(opened(site, made).work.entries[0], lot_no="K1\t2", expiry=EXPIRY, accepted=24)
    with pytest.raises(DomainError, match="请照包装填"):
        receive(*site.as_(ME), command(made, (entry,)))


def test_goods_come_in_at_the_store_only(site: Site) -> None:
    at_ward(site)
    made = note(site, {AMOXICILLIN: 1})
    entries = counted(site, made, gs1(AMOXICILLIN, "K1"))
    with site.owner.read() as s:
        rows = s.execute(select(Place.code, Place.id, Place.org_id)).all()
    wrong = [
        row.id
        for row in rows
        if row.org_id == WEST or (row.org_id == EAST and row.code not in {"YF", "A-01-1"})
    ]
    for place in wrong:
        with pytest.raises(DomainError, match="不能收到这个库位"):
            receive(*site.as_(ME), command(made, entries, place_id=place))
    bin_id = site.world.bins[EAST]
    (line,) = receive(*site.as_(ME), command(made, entries, place_id=bin_id)).lines
    assert line.place_id == bin_id


def test_a_ward_with_a_fridge_and_an_early_code_is_no_store(site: Site) -> None:
    for code, kind in (("A0", "department"), ("A1", "cabinet")):
        wanted = AddPlace(new_op(), EAST, code, f"病区 {code}", kind, "good", storage="cold")
        add_place(*site.as_(ME), wanted)
    with site.owner.read() as s:
        assert main_place(s, EAST) == site.world.stores[EAST]
    made = note(site, {INSULIN: 2})
    entries = counted(site, made, f"2*{gs1(INSULIN, 'P1')}")
    (line,) = receive(*site.as_(ME), command(made, entries, transport=COLD)).lines
    assert line.place_id == site.world.stores[EAST]


def test_a_code_named_twice_in_one_acceptance_is_named(site: Site) -> None:
    made = note(site, {AMOXICILLIN: 2})
    entry = replace(
        opened(site, made).work.entries[0],
        lot_no="K1", expiry=EXPIRY, accepted=48,
        traces=(Trace("81234567890123456789", AT, 24), Trace("81234567890123456789", AT, 24)),
    )  # fmt: skip
    with pytest.raises(ConflictError, match="81234567890123456789 已经入过库"):
        receive(*site.as_(ME), command(made, (entry,)))
    assert stock_of(site) == {}


def lot_days(site: Site) -> dict[str, date | None]:
    with site.owner.read() as s:
        return {row.lot_no: row.expiry for row in s.execute(select(Lot.lot_no, Lot.expiry))}


def taken(site: Site, no: str, expiry: date | None, *, refuse: bool = False) -> int:
    made = note(site, {AMOXICILLIN: 5}, no=no)
    entry = replace(opened(site, made).work.entries[0], lot_no="Q1", expiry=expiry, done=True)
    entry = (
        replace(entry, refused=120, refusal=Refusal.DAMAGED)
        if refuse
        else replace(entry, accepted=120)
    )
    return receive(*site.as_(ME), command(made, (entry,))).document_id


def test_a_wrong_expiry_is_put_right_by_taking_the_acceptance_back(site: Site) -> None:
    wrong, right = date(2029, 9, 30), date(2027, 9, 30)
    paper = taken(site, "N1", wrong)
    reverse_acceptance(*site.as_(ME), ReverseAcceptance(new_op(), EAST, paper, "效期录错了"))
    paper = taken(site, "N2", right)
    assert lot_days(site) == {"Q1": right}
    with pytest.raises(DomainError, match="之前登记为 2027-09"):
        taken(site, "N3", wrong)
    use = Consume(new_op(), EAST, site.world.stores[EAST], (ConsumeLine(AMOXICILLIN, 24),))
    done = consume(*site.as_(ME), use)
    reverse(*site.as_(ME), Reverse(new_op(), EAST, done.document_id, "扫错了"))
    reverse_acceptance(*site.as_(ME), ReverseAcceptance(new_op(), EAST, paper, "收错了"))
    assert lot_days(site) == {"Q1": right}, "some of it was used under this expiry"


def test_an_expiry_stays_while_another_house_has_the_lot(site: Site) -> None:
    raw_receive(site, WEST, {"Q1": (1, date(2027, 9, 30))})
    paper = taken(site, "N1", date(2027, 9, 30))
    reverse_acceptance(*site.as_(ME), ReverseAcceptance(new_op(), EAST, paper, "收错了"))
    assert lot_days(site) == {"Q1": date(2027, 9, 30)}


def test_goods_sent_back_without_an_expiry_leave_none_open(site: Site) -> None:
    taken(site, "N1", None, refuse=True)
    assert lot_days(site) == {"Q1": None}
    taken(site, "N2", date(2029, 9, 30), refuse=True)
    assert lot_days(site) == {"Q1": None}
    taken(site, "N3", date(2027, 9, 30))
    assert lot_days(site) == {"Q1": date(2027, 9, 30)}
