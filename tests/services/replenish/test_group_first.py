"""What other members can give comes before what is bought."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.domain.errors import ConflictError
from app.domain.ids import new_op
from app.services import home
from app.services.home.kinds import Kind
from app.services.replenishment.group_first import TakeHelp, offers, take
from app.services.transfers.commands import Step
from app.services.transfers.listing import transfer_by_no, transfers
from app.services.transfers.request import cancel
from tests.cli.runner import run
from tests.factories import EAST, TODAY, WEST, Site
from tests.replenish_world import AMLODIPINE, asked, line, planned, stocked


def short_here_plenty_there(site: Site) -> None:
    """East is short of amlodipine; west has 300 boxes that it never uses."""
    asked(site, AMLODIPINE, 19)
    stocked(site, AMLODIPINE, 61)
    stocked(site, AMLODIPINE, 300, expiry=TODAY + timedelta(days=70), org=WEST)


def test_a_surplus_elsewhere_is_offered_taken_once_and_counted_as_coming(site: Site) -> None:
    short_here_plenty_there(site)
    planned(site)
    way = site.as_("east_store")
    before = line(site, AMLODIPINE)
    found = offers(*way, EAST)[AMLODIPINE]
    assert found.donor_id == WEST
    assert 0 < found.qty <= before.chosen
    assert found.value > 0
    wishes = (found.wish,)
    command = TakeHelp(new_op(), EAST, before.place_id, wishes)
    done = take(*way, command)
    [asked_for] = done.asked
    after = line(site, AMLODIPINE)
    assert after.chosen < before.chosen
    assert asked_for.no in after.edit_reason
    assert take(*way, command) == done, "sent twice it is done once"
    with pytest.raises(ConflictError):
        take(*way, TakeHelp(new_op(), EAST, before.place_id, wishes))
    assert [row.no for row in transfers(*way, (EAST,))] == [asked_for.no]
    planned(site)
    again = line(site, AMLODIPINE)
    assert again.chosen <= after.chosen, "a draft counts as on its way"
    assert not again.edited, "nobody typed another figure"

    row = transfer_by_no(*way, asked_for.no)
    cancel(*way, Step(new_op(), EAST, row.id, row.version, "不要了，自己买"))
    planned(site)
    assert line(site, AMLODIPINE).chosen == before.chosen, "what does not come is bought"


def test_the_command_line_lists_offers(sqlite_site: Site) -> None:
    short_here_plenty_there(sqlite_site)
    planned(sqlite_site)
    rows = run(sqlite_site, "east_store", "--json", "plan", "group").json()
    assert rows[0]["code"] == "YP-000102"
    nothing = run(sqlite_site, "east_store", "plan", "take")
    assert "--all" in nothing.err
    done = run(sqlite_site, "east_store", "plan", "take", "--all")
    assert done.code == 0, done.err
    assert "调拨草稿" in done.out, "between legal persons a paper comes first"
    work = home.work(*sqlite_site.as_("east_store"), (EAST,))
    assert [item.count for item in work if item.kind is Kind.TRANSFERS_TO_SUBMIT] == [1]
