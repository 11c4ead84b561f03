"""Requisitions, orders, bills, invoices and payments: in one command as in many.

Beside `test_one_or_many.py`, whose twin houses these laws use. What differs by intention is left
out: numbers and versions of papers, and in how many papers the lines stand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import strategies as st
from sqlalchemy import func, select

from app.domain.documents import DocKind
from app.domain.ids import new_op
from app.domain.ledger import Move
from app.models.awards import Pledge
from app.models.demand import Suggestion
from app.models.order import GroupOrder, MemberOrder, MemberOrderLine, Requisition, RequisitionLine
from app.models.settlement import (
    Invoice,
    InvoiceMatch,
    Payment,
    PaymentLine,
    Statement,
    StatementLine,
)
from app.models.stock import Lot
from app.services.consumption import Consume, ConsumeLine, Reverse, consume, reverse
from app.services.orders.consolidate import Consolidate, consolidate
from app.services.orders.totals import check_totals
from app.services.requisition.make import (
    Create,
    FromSuggestions,
    WantedLine,
    create,
    from_suggestions,
)
from app.services.settlement import MakeStatements, Step, make_statements, step
from app.services.settlement.bank import AnswerPayment, FilePayment, answer_payment, file_payment
from app.services.settlement.invoices import RegisterInvoices, register
from app.services.settlement.listing import statements
from app.services.settlement.matching import Match, WantedPair, match
from app.services.settlement.payees import CheckPayee, EnterPayee, check_payee, enter_payee
from app.services.settlement.payments import (
    CancelPayment,
    MakePayment,
    cancel_payment,
    make_payment,
    payable,
)
from app.services.settlement.steps import Verb
from app.services.stock.places import virtual_place
from app.services.stock.posting import Posting, post
from tests.conftest import FixedClock
from tests.databases import Databases
from tests.factories import EAST, KANGZE, RUIHE, TODAY, WEST, Site
from tests.lots import find_or_make_lot
from tests.order_needs import AMLODIPINE, AMOXICILLIN, FACTORS, INSULIN, SYRINGE, ask, pledged
from tests.replenish_world import planned, shown, usual
from tests.services.settlement.september import AUDITOR, CLERK, KEEPER, SELLER, invoice
from tests.services.test_one_or_many import KINDS, Twins, check

BUYER: Final = "lead_buyer"
Rows = list[tuple[Any, ...]]


def rows_of(site: Site, *queries: Any) -> list[Rows]:
    """What the queries find, each in one order."""
    with site.owner.read() as session:
        return [sorted(map(tuple, session.execute(one)), key=repr) for one in queries]


def _the_world(site: Site) -> Site:
    return site


def _requisitions(site: Site) -> list[Rows]:
    """What was asked for at which price, and what it comes to."""
    line = RequisitionLine
    asked = (line.item_id, line.supplier_id, line.unit_price, line.price_factor, line.reason)
    return rows_of(
        site,
        select(*asked, line.suggested, line.qty),
        select(Requisition.status, func.sum(Requisition.amount)).group_by(Requisition.status),
        select(
            Suggestion.item_id, Suggestion.status, Suggestion.chosen, Suggestion.picked,
            Suggestion.version, Suggestion.requisition_id.is_(None),
        ),
    )  # fmt: skip


wants = st.lists(
    st.tuples(st.sampled_from((AMOXICILLIN, AMLODIPINE, SYRINGE)), st.integers(1, 900)),
    min_size=1, max_size=5,
)  # fmt: skip


@KINDS
def test_goods_are_asked_for_by_hand(
    databases: Databases, clock: FixedClock, kind: str, examples: int
) -> None:
    twins = Twins(databases, clock, kind)

    def do(site: Site, _world: Site, lines: tuple[Any, ...]) -> None:
        wanted = tuple(WantedLine(item, n * FACTORS[item], "义诊") for item, n in lines)
        create(*site.as_(KEEPER), Create(new_op(), EAST, wanted, submit=True))

    known: list[list[tuple[int, int]]] = [
        [(SYRINGE, 3), (SYRINGE, 5), (AMOXICILLIN, 1), (SYRINGE, 3)]
    ]
    check(lambda lines: twins.agree(_the_world, do, lines, _requisitions), known, wants, examples)
    assert twins.agreed


def _suggested(site: Site) -> dict[int, int]:
    """Items and versions of what the plan proposes to order."""
    usual(site)
    planned(site)
    return {row.item_id: row.version for row in shown(site).rows if row.chosen}


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_goods_are_asked_for_as_suggested(
    databases: Databases, clock: FixedClock, kind: str
) -> None:
    twins = Twins(databases, clock, kind)

    def do(site: Site, seen: dict[int, int], lines: tuple[int, ...]) -> None:
        items = tuple((item, seen[item]) for item in lines)
        from_suggestions(*site.as_(KEEPER), FromSuggestions(new_op(), EAST, items=items))

    twins.agree(_suggested, do, [INSULIN, AMLODIPINE], _requisitions)
    assert twins.agreed


def _orders(site: Site) -> list[Rows]:
    """What is ordered of whom at which price, what it comes to, and what of pledges is used."""
    line, order = MemberOrderLine, MemberOrder
    mine = (line.org_id == order.org_id) & (line.order_id == order.id)
    wanted = (order.org_id, order.supplier_id, order.status, line.item_id, line.unit_price)
    sums = (order.org_id, order.supplier_id, func.sum(order.amount))
    assert not check_totals(*site.as_(BUYER))
    return rows_of(
        site,
        select(*wanted, line.price_factor, line.qty, line.amount).join(order, mine),
        select(*sums).group_by(order.org_id, order.supplier_id),
        select(func.sum(GroupOrder.amount)),
        select(Pledge.org_id, Pledge.item_id, Pledge.ordered),
        select(Requisition.org_id, Requisition.no, Requisition.status),
    )


@KINDS
def test_requisitions_are_consolidated(
    databases: Databases, clock: FixedClock, kind: str, examples: int
) -> None:
    twins = Twins(databases, clock, kind)

    def law(wanted: list[tuple[int, dict[int, int]]]) -> None:
        def make(site: Site) -> list[tuple[int, int]]:
            pledged(site)
            return [
                ask(site, org, packs, no=f"SQ20261014-{n:03d}")
                for n, (org, packs) in enumerate(wanted)
            ]

        def do(site: Site, made: list[tuple[int, int]], places: tuple[int, ...]) -> None:
            pairs = tuple(made[one] for one in places)
            consolidate(*site.as_(BUYER), Consolidate(new_op(), "常用药", pairs))

        twins.agree(make, do, list(range(len(wanted))), _orders)

    packs = st.dictionaries(
        st.sampled_from((AMOXICILLIN, AMLODIPINE, SYRINGE)), st.integers(1, 450), min_size=1
    )
    asked = st.lists(st.tuples(st.sampled_from((EAST, WEST)), packs), min_size=2, max_size=4)
    known: list[list[tuple[int, dict[int, int]]]] = [
        [(EAST, {AMOXICILLIN: 400, SYRINGE: 3}), (WEST, {SYRINGE: 5}), (EAST, {SYRINGE: 3})],
        [(EAST, {AMOXICILLIN: 600}), (EAST, {AMOXICILLIN: 401})],  # beyond what was pledged
    ]
    check(law, known, asked, examples)
    assert twins.agreed


@dataclass(frozen=True)
class _Use:
    """Units of an item that are used on a day, and how many of them come back today."""

    item: int
    units: int
    day: date
    back: int = 0


def _used(uses: list[_Use], site: Site) -> Site:
    """Goods of both suppliers come in August and are used; some come back."""
    with site.owner.write() as session:
        for item, owner, price in (
            (AMOXICILLIN, KANGZE, "3.86"), (INSULIN, KANGZE, "42.30"), (AMLODIPINE, RUIHE, "5.88"),
        ):  # fmt: skip
            lot = find_or_make_lot(session, item, f"L{item}", date(2028, 9, 30))
            start = virtual_place(session, EAST, "supplier")
            move = Move(item, lot, owner, start, site.world.bins[EAST], 4_000, Decimal(price),
                        FACTORS[item])  # fmt: skip
            day = date(2026, 8, 1)
            posting = Posting(EAST, new_op(), DocKind.ACCEPTANCE, item, day, [move])
            post(session, site.actor(KEEPER), posting)
    for one in uses:
        line = (ConsumeLine(one.item, one.units),)
        command = Consume(new_op(), EAST, site.world.stores[EAST], line, occurred_on=one.day)
        done = consume(*site.as_(KEEPER), command)
        if one.back:
            seq = done.lines[0].ledger_seq
            back = Reverse(new_op(), EAST, done.document_id, "退药没用上", seq, one.back)
            reverse(*site.as_(KEEPER), back)
    return site


def _bills(site: Site) -> list[Rows]:
    head, line = Statement, StatementLine
    of = (line.org_id == head.org_id) & (line.statement_id == head.id)
    return rows_of(
        site,
        select(
            head.supplier_id, head.period, head.kind, head.date_from, head.date_to, head.status,
            head.opening_amount, head.received_amount, head.consumed_amount, head.price_gap,
            head.closing_amount, head.returned_amount, head.other_amount, head.late_amount,
            head.bought_amount,
        ),
        select(
            head.supplier_id, head.period, head.kind, line.item_id, line.qty, line.unit_price,
            line.price_factor, line.amount, Lot.lot_no,
        ).join(head, of).join(Lot, Lot.id == line.lot_id),
    )  # fmt: skip


@st.composite
def _uses(draw: st.DrawFn) -> list[_Use]:
    """Uses of August and September, of each supplier at least one."""
    items = draw(st.lists(st.sampled_from((AMOXICILLIN, INSULIN, AMLODIPINE)), max_size=4))
    found = []
    for item in (AMOXICILLIN, AMLODIPINE, *items):
        units = draw(st.integers(1, 200))
        day = date(2026, draw(st.sampled_from((8, 9))), draw(st.integers(2, 28)))
        found.append(_Use(item, units, day, draw(st.integers(0, units - 1))))
    return found


_OWNER: Final = {AMOXICILLIN: KANGZE, INSULIN: KANGZE, AMLODIPINE: RUIHE}


def _make_bills(site: Site, uses: list[_Use], suppliers: tuple[int, ...]) -> None:
    """Bills of September, and one of October for whoever took goods back."""
    only = suppliers[0] if len(suppliers) == 1 else 0
    refunds = {_OWNER[one.item] for one in uses if one.back} & set(suppliers)
    for period in ("2026-09", "2026-10") if refunds else ("2026-09",):
        make_statements(*site.as_(CLERK), MakeStatements(new_op(), EAST, period, only))


@KINDS
def test_bills_are_made(databases: Databases, clock: FixedClock, kind: str, examples: int) -> None:
    twins = Twins(databases, clock, kind)

    def law(uses: list[_Use]) -> None:
        def do(site: Site, _world: Site, suppliers: tuple[int, ...]) -> None:
            _make_bills(site, uses, suppliers)

        twins.agree(partial(_used, uses), do, [RUIHE, KANGZE], _bills)

    known = [list(_MONTHS)]
    check(law, known, _uses(), examples)
    assert twins.agreed


_MONTHS: Final = (
    _Use(AMOXICILLIN, 72, date(2026, 8, 20)), _Use(INSULIN, 10, date(2026, 9, 20), 4),
    _Use(AMLODIPINE, 31, date(2026, 9, 3), 3),
)  # fmt: skip
"""434.58 for Kangze and 6.51 for Ruihe; 169.20 and 0.63 of them come back."""


def _billed(site: Site) -> list[int]:
    """Confirmed bills: of Kangze, of Ruihe, the refund of Kangze and that of Ruihe."""
    _used(list(_MONTHS), site)
    _make_bills(site, list(_MONTHS), (KANGZE, RUIHE))
    for verb, logins in ((Verb.SEND, (CLERK, CLERK)), (Verb.CONFIRM, (SELLER, "ruihe_sales"))):
        for row in statements(*site.as_(CLERK), (EAST,)):
            login = logins[row.supplier_id == RUIHE]
            command = Step(new_op(), EAST, row.statement_id, verb, row.version)
            step(*site.as_(login), command)
    found = statements(*site.as_(CLERK), (EAST,))
    found = tuple(sorted(found, key=lambda row: (row.period, row.supplier_id)))
    assert [row.supplier_id for row in found] == [KANGZE, RUIHE] * 2
    return [row.statement_id for row in found]


def _invoices(site: Site) -> list[Rows]:
    one, two, bill = Invoice, InvoiceMatch, Statement
    of = (two.org_id == bill.org_id) & (two.statement_id == bill.id)
    return rows_of(
        site,
        select(one.supplier_id, one.number, one.amount, one.net_amount, one.status, one.note),
        select(bill.supplier_id, bill.period, one.number, two.amount)
        .join(two, of)
        .join(one, one.id == two.invoice_id),
        select(bill.supplier_id, bill.period, bill.status, func.coalesce(bill.invoiced_amount, 0)),
    )


@KINDS
def test_invoices_are_registered(
    databases: Databases, clock: FixedClock, kind: str, examples: int
) -> None:
    twins = Twins(databases, clock, kind)

    def do(site: Site, _world: Site, lines: tuple[tuple[int, int], ...]) -> None:
        facts = tuple(invoice(number, f"{fen / 100:.2f}") for number, fen in lines)
        register(*site.as_(CLERK), RegisterInvoices(new_op(), EAST, KANGZE, facts))

    fen = st.integers(-90_000, 90_000).filter(bool)
    lines = st.lists(st.tuples(st.integers(1, 9), fen), min_size=1, max_size=4)
    known = [[(1, 22_600), (2, -100), (3, 1)], [(1, 22_600), (1, 22_600)]]
    check(lambda one: twins.agree(_the_world, do, one, _invoices), known, lines, examples)
    assert twins.agreed


@dataclass(frozen=True)
class _Desk:
    """Confirmed bills and invoices, in their order."""

    bills: list[int]
    invoices: list[int]


_FACTS: Final = (
    (KANGZE, "300.00"), (KANGZE, "134.58"), (KANGZE, "-200.00"), (RUIHE, "6.51"), (RUIHE, "-0.62"),
)  # fmt: skip


def _desk(site: Site) -> _Desk:
    """Invoices that are less than a bill, the rest of it, more than a refund, and as a bill."""
    bills = _billed(site)
    made: list[int] = []
    for number, (supplier, total) in enumerate(_FACTS, 1):
        one = RegisterInvoices(new_op(), EAST, supplier, (invoice(number, total),))
        made += register(*site.as_(CLERK), one)
    return _Desk(bills, made)


def _part(pair: tuple[int, int]) -> st.SearchStrategy[tuple[tuple[int, int], int | None]]:
    """Whole yuan of a pair, of a refund below nothing, or all that both have left."""
    sign, most = -1 if pair[1] > 1 else 1, 3 if pair[1] % 2 else 60
    return st.tuples(st.just(pair), st.none() | st.integers(1, most).map(lambda yuan: sign * yuan))


_PAIRS: Final = ((0, 0), (1, 0), (2, 2), (3, 1), (4, 3))
pairs = st.lists(st.sampled_from((*_PAIRS, *_PAIRS, (3, 0))).flatmap(_part), min_size=1, max_size=4)
_ALL: Final = tuple((one, None) for one in _PAIRS)


@KINDS
def test_invoices_are_matched(
    databases: Databases, clock: FixedClock, kind: str, examples: int
) -> None:
    twins = Twins(databases, clock, kind)

    def do(site: Site, desk: _Desk, lines: tuple[Any, ...]) -> None:
        wanted = tuple(
            WantedPair(EAST, desk.invoices[one], EAST, desk.bills[other],
                       None if yuan is None else Decimal(yuan))
            for (one, other), yuan in lines
        )  # fmt: skip
        match(*site.as_(CLERK), Match(new_op(), EAST, wanted))

    known: list[list[tuple[tuple[int, int], int | None]]] = [
        list(_ALL), [((0, 0), 100), ((0, 0), 50), ((1, 0), 134), ((0, 0), None), ((1, 0), None)],
    ]  # fmt: skip
    check(lambda lines: twins.agree(_desk, do, lines, _invoices), known, pairs, examples)
    assert twins.agreed


def _to_be_paid(site: Site) -> list[int]:
    """Audited bills of suppliers whose accounts are checked."""
    desk = _desk(site)
    wanted = tuple(
        WantedPair(EAST, desk.invoices[one], EAST, desk.bills[other]) for one, other in _PAIRS
    )
    match(*site.as_(CLERK), Match(new_op(), EAST, wanted))
    for row in statements(*site.as_(CLERK), (EAST,)):
        command = Step(new_op(), EAST, row.statement_id, Verb.AUDIT, row.version)
        step(*site.as_(AUDITOR), command)
    for supplier in (KANGZE, RUIHE):
        account = ("收款单位有限公司", "示例银行城东支行", f"6222 0000 1111 22{supplier}")
        payee = enter_payee(*site.as_(CLERK), EnterPayee(new_op(), EAST, supplier, *account))
        check_payee(*site.as_(AUDITOR), CheckPayee(new_op(), EAST, payee))
    return desk.bills


def _money(site: Site) -> list[Rows]:
    """What is paid, what came back, and what is still owed."""
    line, bill = PaymentLine, Statement
    of = (line.org_id == bill.org_id) & (line.statement_id == bill.id)
    owed = [(one.supplier_id, one.amount) for one in payable(*site.as_(CLERK), (EAST,))]
    return [
        sorted(owed),
        *_invoices(site),
        *rows_of(
            site,
            select(bill.supplier_id, bill.period, line.amount, line.state, line.paid_on,
                   line.reason).join(bill, of),
            select(Payment.status, func.sum(Payment.amount)).group_by(Payment.status),
        ),
    ]  # fmt: skip


_ENDS: Final = (("paid",), ("returned",), ("cancelled",), ("paid", "returned"))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
@pytest.mark.parametrize("ends", _ENDS)
def test_bills_are_paid(
    databases: Databases, clock: FixedClock, tmp_path: Path, kind: str, ends: tuple[str, ...]
) -> None:
    twins = Twins(databases, clock, kind)

    def do(site: Site, bills: list[int], suppliers: tuple[int, ...]) -> None:
        """What a supplier is owed goes with its refund; the bank is asked about each supplier."""
        chosen = tuple(bills[one + more] for one in suppliers for more in (0, 2))
        clerk = site.as_(CLERK)
        made = make_payment(*clerk, MakePayment(new_op(), EAST, chosen)).payment_id
        file_payment(*clerk, FilePayment(new_op(), EAST, made, tmp_path / f"{made}.xlsx"))
        for end in ends:
            if end == "cancelled":
                cancel_payment(*clerk, CancelPayment(new_op(), EAST, made, "供应商要求改期"))
                continue
            # Money that was paid comes back from one supplier; else all is told at once.
            those = [(KANGZE, RUIHE)[one] for one in suppliers] if end != ends[0] else [0]
            for supplier in those:
                answer = AnswerPayment(new_op(), EAST, made, supplier)
                paid = replace(answer, paid_on=TODAY)
                back = replace(answer, reason="账户名称不符")
                answer_payment(*clerk, paid if end == "paid" else back)

    twins.agree(_to_be_paid, do, [0, 1], _money)
    assert twins.agreed
