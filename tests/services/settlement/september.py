"""A September at the clinic EAST, told in short verbs: goods come, are used, billed and paid."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

from app.domain.documents import DocKind, State
from app.domain.ids import new_op
from app.domain.ledger import Move
from app.domain.settlement.invoice import InvoiceFacts
from app.services.consumption import Consume, ConsumeLine, consume
from app.services.settlement import MakeStatements, Step, make_statements, step
from app.services.settlement.invoices import RegisterInvoices, register
from app.services.settlement.listing import StatementRow, statements
from app.services.settlement.matching import Match, match
from app.services.settlement.proposing import proposals, wanted_pairs
from app.services.settlement.steps import Verb
from app.services.stock.places import virtual_place
from app.services.stock.posting import Posting, post
from tests.factories import EAST, KANGZE, Site
from tests.lots import find_or_make_lot

SEPTEMBER: Final = "2026-09"
AMOXICILLIN, INSULIN, BOX = 101, 103, 24
CLERK, SELLER, KEEPER, AUDITOR = "east_head", "kangze_sales", "east_store", "lead_admin"


def receive(site: Site, day: date, item: int, packs: int, price: str) -> None:
    """Goods of the supplier come to the shelf on a day."""
    factor = BOX if item == AMOXICILLIN else 1
    actor = site.actor(KEEPER)
    with site.owner.write() as s:
        lot = find_or_make_lot(s, item, f"L{item}", date(2028, 9, 30))
        move = Move(item, lot, KANGZE, virtual_place(s, EAST, "supplier"), site.world.bins[EAST],
                    packs * factor, Decimal(price), factor)  # fmt: skip
        post(s, actor, Posting(EAST, new_op(), DocKind.ACCEPTANCE, 1, day, [move]))


def use(site: Site, day: date, item: int, units: int) -> int:
    """Goods are used on a day; the consumption's id."""
    line = ConsumeLine(item, units)
    command = Consume(new_op(), EAST, site.world.stores[EAST], (line,), occurred_on=day)
    return consume(*site.as_(KEEPER), command).document_id


def used_september(site: Site) -> None:
    """Amoxicillin for 11.58 and insulin for 423.00 are used: 434.58 is owed."""
    receive(site, date(2026, 9, 1), AMOXICILLIN, 10, "3.86")
    receive(site, date(2026, 9, 1), INSULIN, 20, "42.30")
    use(site, date(2026, 9, 8), AMOXICILLIN, 3 * BOX)
    use(site, date(2026, 9, 20), INSULIN, 10)


def bill(site: Site, login: str = CLERK, no: str = "") -> StatementRow:
    """The one statement of September, or the one with a number."""
    rows = statements(*site.as_(login), (EAST,), SEPTEMBER)
    (row,) = (row for row in rows if not no or row.no == no)
    return row


def make(site: Site) -> StatementRow:
    """The clerk makes the statements of September; the first one."""
    made = make_statements(*site.as_(CLERK), MakeStatements(new_op(), EAST, SEPTEMBER))
    return bill(site, no=made[0].no)


def act(site: Site, login: str, verb: Verb, no: str = "", note: str = "") -> State:
    """Somebody takes a step."""
    row = bill(site, login, no)
    command = Step(new_op(), EAST, row.statement_id, verb, row.version, note)
    return step(*site.as_(login), command)


def confirmed(site: Site) -> StatementRow:
    """The statement is made, sent and confirmed."""
    row = make(site)
    act(site, CLERK, Verb.SEND)
    act(site, SELLER, Verb.CONFIRM)
    return bill(site, no=row.no)


def invoice(number: int, total: str, note: str = "") -> InvoiceFacts:
    """A digital invoice with a tax of 13 %, as the supplier writes it."""
    whole = Decimal(total)
    tax = (whole * 13 / 113).quantize(Decimal("0.01"))
    return InvoiceFacts(
        f"2631200000{number:010d}", "", date(2026, 10, 9), whole - tax, tax, whole, note
    )


def registered(site: Site, *facts: InvoiceFacts, login: str = CLERK) -> tuple[int, ...]:
    """Invoices of the supplier are registered; their ids."""
    return register(*site.as_(login), RegisterInvoices(new_op(), EAST, KANGZE, facts))


def matched(site: Site) -> tuple[str, ...]:
    """The clerk takes every certain proposal."""
    found = proposals(*site.as_(CLERK), (EAST,)).certain
    return match(*site.as_(CLERK), Match(new_op(), EAST, wanted_pairs(found), how="auto"))
