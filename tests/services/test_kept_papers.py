"""`verify` sees a line of a signed order, or a price that was bid, changed with another program."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.services.platform.kept import changed_papers
from tests.cli.runner import run
from tests.conftest import FixedClock
from tests.factories import EAST, KANGZE, PEOPLE, Site
from tests.order_needs import open_order, order_of, sign_as
from tests.services.negotiation.helpers import invited


def filled(site: Site, clock: FixedClock) -> Site:
    """An order that both sides signed, and a sealed round that was opened."""
    open_order(site)
    for login in ("east_head", "kangze_sales"):
        sign_as(site, login, order_of(site, EAST, KANGZE))
    deal = invited(site, clock)
    deal.start()
    deal.bid(KANGZE, {1: "3.80"})
    deal.pass_deadline()
    deal.open()
    return site


def test_papers_that_nobody_touched_are_whole_for_everybody(site: Site, clock: FixedClock) -> None:
    filled(site, clock)
    for login in PEOPLE:
        assert changed_papers(site.db(login)) == (), login
    assert "请查明" not in run(site, "lead_buyer", "verify").out


ORDER, BID = "签署时留存的内容", "报价和交来时的指纹"
CHANGES = {
    "UPDATE member_order_line SET unit_price = unit_price + 1": ORDER,
    "UPDATE member_order_version SET content = replace(content, '粒', '片')": ORDER,
    "DELETE FROM signature": ORDER,
    "UPDATE bid SET unit_price = unit_price + 1": BID,
    "UPDATE bid_sheet SET commitment = zeroblob(32)": BID,
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_another_program_changed_is_seen(
    sqlite_site: Site, clock: FixedClock, change: str
) -> None:
    """With every trigger taken away, as whoever has the file can."""
    site = filled(sqlite_site, clock)
    with site.owner.engine.execution_options(write=True).begin() as connection:
        for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type='trigger'")):
            connection.execute(text(f"DROP TRIGGER {name}"))
        assert connection.execute(text(change)).rowcount > 0
    told = run(site, "lead_buyer", "verify")
    assert told.code == 1
    assert CHANGES[change] in told.out
