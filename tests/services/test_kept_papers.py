"""`verify` sees a line of a signed order, or a price that was bid, changed with another program."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.domain.ids import new_op
from app.services import anchors
from app.services.consumption.commands import Consume, ConsumeLine
from app.services.consumption.consume import consume
from app.services.platform.kept import changed_papers
from tests.cli.runner import run
from tests.conftest import FixedClock
from tests.deliveries import AMOXICILLIN, gs1, note, received
from tests.factories import EAST, KANGZE, PEOPLE, Site
from tests.order_needs import open_order, order_of, sign_as
from tests.services.imprints.another_program import another_program
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


UNREADABLE = {
    "UPDATE member_order_line SET due_on = 'soon'": ORDER,
    "UPDATE member_order SET status = 'x', created_at = 9223372036854775807": ORDER,
    "UPDATE member_order SET supplier_id = -1": ORDER,
    "UPDATE member_order_version SET content = 7": ORDER,
    "UPDATE signature SET party = party || 'x'": ORDER,
    "UPDATE bid_sheet SET kind = 'x'": BID,
    "UPDATE negotiation_round SET deadline = 9223372036854775807": "",
    "UPDATE chain_head SET chain = 'x' WHERE chain = 'audit' AND org_id > 1": "操作记录",
    "UPDATE anchor SET day = 'x'": "日根本身被改过",
    "DELETE FROM anchor": "日根本身被改过",
    "UPDATE anchor_head SET day = 'x' WHERE org_id = 2": "日根本身被改过",
    "DELETE FROM anchor_head WHERE org_id = 2": "日根本身被改过",
    **{
        f"UPDATE imprint SET body = '{body}' WHERE seq = 1": "内容留存第 1 行被改过"
        for body in ("", "x", "=price/x(id)\na b", "=price/99(id)\na b 1", "*price()\na", "=x(y\n")
    },
}
"""Values that no program of ours writes: said of the paper or the chain, whatever they are."""


@pytest.mark.parametrize("change", UNREADABLE)
def test_what_cannot_be_read_is_told_like_what_was_changed(
    sqlite_site: Site, clock: FixedClock, change: str
) -> None:
    site = filled(sqlite_site, clock)
    anchors.make(site.owner)
    with another_program(site.owner) as line:
        rules = (
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'imprint'"
        )
        kept = line.execute(text(rules)).all()
        for name, _sql in kept:
            line.exec_driver_sql(f"DROP TRIGGER {name}")
        assert line.exec_driver_sql(change).rowcount > 0
        for _name, sql in kept:
            line.exec_driver_sql(sql)
    for command in ("verify", "doctor"):
        told = run(site, "lead_buyer", command)
        assert (told.code, told.err) == (1, "")
    assert UNREADABLE[change] in run(site, "lead_buyer", "verify").out


def used(site: Site) -> Site:
    """Goods that came by two acceptances and were used in part."""
    for lot in ("K1", "K2"):
        made = note(site, {AMOXICILLIN: 3}, no=lot)
        received(site, made, f"3*{gs1(AMOXICILLIN, lot)}")
    place = site.world.stores[EAST]
    consume(
        *site.as_("east_store"), Consume(new_op(), EAST, place, (ConsumeLine(AMOXICILLIN, 24),))
    )
    return site


BOOKED = {
    "UPDATE acceptance_line SET accepted = accepted + 1 WHERE line = 1": "收了多少，和台账记的不",
    "UPDATE acceptance_line SET item_id = 102": "和台账记的不一样",
    "DELETE FROM acceptance_line": "和台账记的不一样",
    "DELETE FROM acceptance": "验收入库（2026-10-14，台账第 1 行）：单据不见了",
    "DELETE FROM consumption": "消耗（2026-10-14，台账第",
}


@pytest.mark.parametrize("change", BOOKED)
def test_a_paper_that_says_something_else_than_its_bookings_is_named(
    sqlite_site: Site, clock: FixedClock, change: str
) -> None:
    site = used(sqlite_site)
    for login in ("east_store", "lead_buyer", "kangze_sales"):
        assert changed_papers(site.db(login)) == (), login
    with another_program(site.owner) as line:
        assert line.execute(text(change)).rowcount > 0
    told = run(site, "lead_buyer", "verify")
    assert told.code == 1
    assert BOOKED[change] in told.out


def test_a_server_tells_a_part_of_the_books_nothing_wrong(site: Site, clock: FixedClock) -> None:
    """A supplier sees its own goods in ledgers whose papers it does not see."""
    used(site)
    for login in PEOPLE:
        assert changed_papers(site.db(login)) == (), login
    with another_program(site.owner) as line:
        line.execute(text("UPDATE acceptance_line SET accepted = accepted + 1"))
    assert len(changed_papers(site.owner)) == len(changed_papers(site.db("east_store"))) > 0
