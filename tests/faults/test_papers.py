"""That the storm's look at papers can find something: every paper, told otherwise than booked."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.domain.ids import new_op
from app.domain.transfers.legal import Basis
from app.domain.transfers.states import Kind, Settle
from app.services.consumption import Consume, ConsumeLine, consume
from app.services.consumption.commands import Reverse
from app.services.consumption.reverse import reverse
from app.services.counting.disposal import Ask, Carry, Decide, Goods, ask, carry, decide
from app.services.recalls.recall import Start, start
from app.services.settlement.make import MakeStatements, make_statements
from app.services.transfers.commands import (
    AcceptLot,
    Clear,
    Confirm,
    Request,
    RequestLine,
    Step,
)
from app.services.transfers.request import approve, confirm, request
from app.services.transfers.returning import SetOff, net
from app.services.transfers.sending import clear
from tests.factories import EAST, KANGZE, WEST, Site
from tests.faults import papers
from tests.services.test_consumption import receive
from tests.transfer_world import BOX, DRUG, LATER, PAPER, SOON, agreed, arrived, lent, sent, stock

BREAKS = {
    "loan returned": "UPDATE transfer_line SET returned = returned + 1 WHERE returned < accepted",
    "set off": "DELETE FROM loan_settlement WHERE id = (SELECT min(id) FROM loan_settlement)",
    "a transfer's lines": "UPDATE transfer_lot SET accepted = accepted - 1 WHERE accepted > 1",
    "what went on the way": "UPDATE transfer_lot SET cleared = 0 WHERE cleared > 0",
    "written off": "UPDATE disposal SET status = 'approved'",
    "a bill": "UPDATE statement SET consumed_amount = consumed_amount + 1",
    "taken back": "UPDATE ledger SET qty = qty + 999 WHERE reversal_of > 0",
    "a recall": "UPDATE lot_hold SET released_at = 1",
}


@pytest.fixture
def storied(sqlite_site: Site) -> Site:
    """One of each: loans set off, goods that came broken, a write-off, a bill, a recall."""
    site = sqlite_site
    lots = receive(site, EAST, {"A": (20, LATER)})
    stock(site, EAST, DRUG, 2 * BOX, SOON)  # only own goods are set off
    stock(site, WEST, DRUG, 9 * BOX)
    lent(site)
    wish = Request(new_op(), EAST, WEST, (RequestLine(DRUG, BOX),), kind=Kind.LOAN,
                   basis=Basis.APPROVED, settle=Settle.KIND, return_by=LATER,
                   papers=(PAPER,))  # fmt: skip
    asked = request(*site.as_("east_store"), wish)
    ok = confirm(*site.as_("west_store"), Confirm(new_op(), EAST, asked.transfer_id, asked.version))
    ok = approve(*site.as_("lead_buyer"), Step(new_op(), EAST, ok.transfer_id, ok.version))
    arrived(site, sent(site, ok, "west_store"), "east_store")
    assert net(*site.as_("east_store"), SetOff(new_op(), WEST, EAST, DRUG)) == BOX
    broken = sent(site, agreed(site))
    arrived(site, broken, lots=(AcceptLot(1, 0, BOX),))
    clear(*site.as_("east_store"), Clear(new_op(), WEST, broken.transfer_id, 1, BOX))
    goods = Goods(site.world.bins[EAST], DRUG, lots["A"], KANGZE, 5)
    number = ask(*site.as_("east_store"), Ask(new_op(), EAST, (goods,), "damaged", "箱子压坏"))
    decide(*site.as_("east_second"), Decide(new_op(), EAST, number, 1))
    burnt = Carry(new_op(), EAST, number, 2, "焚烧", 4, 5)
    carry(*site.as_("east_store"), burnt)
    use = Consume(new_op(), EAST, site.world.stores[EAST], (ConsumeLine(DRUG, BOX + 9),))
    used = consume(*site.as_("east_store"), use)
    undone = Reverse(new_op(), EAST, used.document_id, "多扫了", used.lines[0].ledger_seq, 2)
    reverse(*site.as_("east_store"), undone)
    make_statements(*site.as_("east_head"), MakeStatements(new_op(), EAST, "2026-10", KANGZE))
    start(*site.as_("lead_buyer"), Start(new_op(), (lots["A"],), 1, "召 1 号", "溶出度不合格"))
    return site


def test_honest_papers_agree(storied: Site) -> None:
    with storied.owner.read() as session:
        assert papers.broken(session) == ()


@pytest.mark.parametrize("named", BREAKS)
def test_a_paper_told_otherwise_is_found(storied: Site, named: str) -> None:
    with storied.owner.engine.execution_options(write=True).begin() as connection:
        for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type='trigger'")):
            connection.execute(text(f"DROP TRIGGER {name}"))
        assert connection.execute(text(BREAKS[named])).rowcount > 0
    with storied.owner.read() as session:
        assert any(one.startswith(named) for one in papers.broken(session))
