"""What other members can give comes before what is bought."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain.documents import DocKind
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError
from app.domain.ids import new_id, new_op
from app.domain.ledger import Move
from app.services.replenishment.group_first import TakeHelp, offers, take
from app.services.stock.lots import find_or_make_lot
from app.services.stock.places import virtual_place
from app.services.stock.posting import Posting, post
from tests.cli.runner import run
from tests.factories import EAST, TODAY, WEST, Site
from tests.replenish_world import AMLODIPINE, FACTOR, asked, line, planned, stocked


def short_here_plenty_there(site: Site) -> None:
    """East is short of amlodipine; west has 300 boxes that it never uses."""
    asked(site, AMLODIPINE, 19)
    stocked(site, AMLODIPINE, 61)
    keeper = Actor(5, "west_store", "", WEST, frozenset({(Duty.STORE, WEST)}))
    with site.owner.write() as s:
        lot = find_or_make_lot(s, AMLODIPINE, "W1", TODAY + timedelta(days=70))
        move = Move(
            item_id=AMLODIPINE,
            lot_id=lot,
            owner_id=WEST,
            from_place=virtual_place(s, WEST, "opening"),
            to_place=site.world.stores[WEST],
            qty=300 * FACTOR[AMLODIPINE],
        )
        post(s, keeper, Posting(WEST, new_op(), DocKind.OPENING, new_id(), TODAY, [move]))


def test_a_surplus_elsewhere_is_offered_taken_once_and_counted_as_coming(site: Site) -> None:
    short_here_plenty_there(site)
    planned(site)
    way = site.as_("east_store")
    before = line(site, AMLODIPINE)
    found = offers(*way, EAST)[AMLODIPINE]
    assert found.donor_id == WEST
    assert 0 < found.qty <= before.chosen
    assert found.value > 0
    command = TakeHelp(new_op(), EAST, before.place_id, AMLODIPINE, WEST, before.version)
    done = take(*way, command)
    after = line(site, AMLODIPINE)
    assert after.chosen == done.chosen < before.chosen
    assert done.transfer_no in after.edit_reason
    with pytest.raises(ConflictError):
        take(*way, TakeHelp(new_op(), EAST, before.place_id, AMLODIPINE, WEST, before.version))
    planned(site)
    again = line(site, AMLODIPINE)
    assert again.chosen == after.chosen
    assert again.edit_reason == after.edit_reason


def test_the_command_line_lists_offers(sqlite_site: Site) -> None:
    short_here_plenty_there(sqlite_site)
    planned(sqlite_site)
    rows = run(sqlite_site, "east_store", "--json", "plan", "group").json()
    assert rows[0]["code"] == "YP-000102"
    done = run(sqlite_site, "east_store", "plan", "take", "YP-000102")
    assert done.code == 0, done.err
    assert "调拨申请" in done.out
