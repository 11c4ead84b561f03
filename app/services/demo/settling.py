"""Two months of settlement: one to its end, paid and closed; one with work for every party."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from sqlalchemy import select

from app.domain.documents import State
from app.domain.duties import Actor
from app.domain.ids import new_op
from app.domain.settlement.bill import BillLine
from app.domain.settlement.invoice import InvoiceFacts
from app.i18n import _
from app.models.party import Organisation
from app.services.demo.desk import HEADS, KEEPERS, Desk
from app.services.settlement import MakeStatements, Step, make_statements, step
from app.services.settlement.bank import AnswerPayment, FilePayment, answer_payment, file_payment
from app.services.settlement.bills import SaveBill, save_bill
from app.services.settlement.closing import CloseMonth, close_month
from app.services.settlement.invoices import RegisterInvoices, register
from app.services.settlement.listing import StatementRow, statement_totals, statements
from app.services.settlement.matching import Match, WantedPair, match
from app.services.settlement.payees import CheckPayee, EnterPayee, check_payee, enter_payee
from app.services.settlement.payments import MakePayment, make_payment, payable
from app.services.settlement.steps import Verb

AUDITOR: Final = "guanxin"
_CLOSED: Final = ("songyuan", "wangyue")
_AUDITED: Final = {"lead": 3}
"""How many bills of the month before are audited and wait for their payment."""
_SHARED: Final = ("chenghu", "qingyu")
"""Two members of one legal person: one invoice may be for both."""
_DISPUTE: Final = "本方出库单合计多出 6 盒，请核对批号后再确认"
_TAX: Final = Decimal(113)


def open_settlement(desk: Desk, day: date) -> None:
    """Settle the last two months as far as the demonstration wants them."""
    last = day.replace(day=1) - timedelta(days=1)
    before = last.replace(day=1) - timedelta(days=1)
    for key in KEEPERS:
        org, clerk = desk.keeper(key).org_id, desk.actor(HEADS[key])
        for month in (before, last):
            make_statements(desk.db, clerk, MakeStatements(new_op(), org, f"{month:%Y-%m}"))
    numbers = _Numbers(day)
    _finish(desk, before, numbers)
    _work_of_the_month(desk, last, numbers)


class _Numbers:
    """Numbers of digital invoices, one after the other."""

    def __init__(self, day: date) -> None:
        self.day, self._next = day, 0

    def invoice(self, total: Decimal, day: date, note: str = "") -> InvoiceFacts:
        """An invoice over a total, with a tax of 13 %."""
        self._next += 1
        tax = (total * 13 / _TAX).quantize(Decimal("0.01"))
        number = f"{self.day:%y}9900000{self._next + 417:011d}"
        return InvoiceFacts(number, "", day, total - tax, tax, total, note)


def _rows(desk: Desk, key: str, month: date) -> tuple[StatementRow, ...]:
    clerk, org = desk.actor(HEADS[key]), desk.keeper(key).org_id
    found = statements(desk.db, clerk, (org,), f"{month:%Y-%m}")
    return tuple(row for row in found if row.org_id == org)


def _step(desk: Desk, actor: Actor, row: StatementRow, verb: Verb, note: str = "") -> StatementRow:
    """Take a step; the row as it is then, without asking again."""
    command = Step(new_op(), row.org_id, row.statement_id, verb, row.version, note)
    state = step(desk.db, actor, command)
    return replace(row, status=state, version=row.version + 1)


def _confirm(desk: Desk, row: StatementRow) -> StatementRow:
    sent = _step(desk, desk.head_of(row.org_id), row, Verb.SEND)
    return _step(desk, desk.seller(row.supplier_id), sent, Verb.CONFIRM)


def _register(
    desk: Desk, rows: Sequence[StatementRow], facts: InvoiceFacts, payer: int
) -> list[WantedPair]:
    """One invoice for some statements; how its amount is shared out, as far as it goes."""
    seller = desk.seller(rows[0].supplier_id)
    command = RegisterInvoices(new_op(), payer, rows[0].supplier_id, (facts,))
    (invoice,) = register(desk.db, seller, command)
    left, pairs = facts.total, []
    for row in rows:
        share = min(left, row.payable)
        pairs.append(WantedPair(payer, invoice, row.org_id, row.statement_id, share))
        left -= share
    return pairs


def _match(desk: Desk, pairs: Sequence[WantedPair]) -> None:
    org = pairs[0].org_id
    match(desk.db, desk.head_of(org), Match(new_op(), org, tuple(pairs), how="auto"))


def _finish(desk: Desk, month: date, numbers: _Numbers) -> None:
    """The month before last: confirmed and invoiced; audited, paid and closed at two members."""
    day, auditor = month + timedelta(days=9), desk.actor(AUDITOR)
    for key in KEEPERS:
        rows = [_confirm(desk, row) for row in _rows(desk, key, month)]
        pairs = [
            pair
            for row in rows
            for pair in _register(desk, (row,), numbers.invoice(row.payable, day), row.org_id)
        ]
        _match(desk, pairs)
        for row in rows if key in _CLOSED else rows[: _AUDITED.get(key, 0)]:
            ready = replace(row, status=State.INVOICED, version=row.version + 1)
            _step(desk, auditor, ready, Verb.AUDIT)
        if key in _CLOSED:
            _pay(desk, key, rows, numbers.day)
            org = desk.keeper(key).org_id
            close_month(
                desk.db, desk.actor(HEADS[key]), CloseMonth(new_op(), org, f"{month:%Y-%m}")
            )


def _pay(desk: Desk, key: str, rows: Sequence[StatementRow], day: date) -> None:
    """Accounts entered and checked; all but the last two suppliers are paid."""
    clerk, org, auditor = desk.actor(HEADS[key]), desk.keeper(key).org_id, desk.actor(AUDITOR)
    with desk.db.read() as session:
        names = dict(session.execute(select(Organisation.id, Organisation.name)).all())
    for number, row in enumerate(rows, start=1):
        account = EnterPayee(
            new_op(), org, row.supplier_id, names[row.supplier_id], _("示例银行云岭支行"),
            f"990010020030{number:04d}",
        )  # fmt: skip
        payee = enter_payee(desk.db, clerk, account)
        check_payee(desk.db, auditor, CheckPayee(new_op(), org, payee))
    due = [one.statement_id for one in payable(desk.db, clerk, (org,))]
    made = make_payment(desk.db, clerk, MakePayment(new_op(), org, tuple(due[:-1])))
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"{made.no}.csv"
        file_payment(desk.db, clerk, FilePayment(new_op(), org, made.payment_id, path))
    for row in rows[: max(1, len(due) - 2)]:
        paid = AnswerPayment(new_op(), org, made.payment_id, row.supplier_id, day)
        answer_payment(desk.db, clerk, paid)


def _work_of_the_month(desk: Desk, month: date, numbers: _Numbers) -> None:
    """Last month: something for each party to do, at every member."""
    day = month + timedelta(days=8)
    rows = {key: _rows(desk, key, month) for key in KEEPERS}
    for offset, key in enumerate(KEEPERS):
        for number, row in enumerate(rows[key]):
            stage = (number + offset) % 5
            shared = key in _SHARED and number == 0
            if shared or stage >= 2:  # noqa: PLR2004 - 0 stays a draft, 1 waits for the supplier
                _advance(desk, row, 9 if shared else stage, (numbers, day))
            elif stage == 1:
                _step(desk, desk.head_of(row.org_id), row, Verb.SEND)
    first = [rows[key][0] for key in _SHARED]
    total = sum((row.payable for row in first), Decimal("0.00"))
    _match(desk, _register(desk, first, numbers.invoice(total, day), first[0].org_id))


def _advance(desk: Desk, row: StatementRow, stage: int, what: tuple[_Numbers, date]) -> None:
    """2 is disputed with lines, 3 lacks its invoice or the match, 4 is invoiced in part."""
    numbers, day = what
    if stage == 2:  # noqa: PLR2004 - see above
        _dispute(desk, _step(desk, desk.head_of(row.org_id), row, Verb.SEND))
        return
    agreed = _confirm(desk, row)
    if stage == 3 and row.org_id in _lacking_none(desk):  # noqa: PLR2004 - see above
        part = (row.payable / 4).quantize(Decimal("0.01"))
        for total in (part, row.payable - part):  # two invoices wait to be matched
            _register(desk, (agreed,), numbers.invoice(total, day), row.org_id)
    if stage == 4:  # noqa: PLR2004 - see above
        part = (row.payable * 3 / 5).quantize(Decimal("0.01"))
        _match(desk, _register(desk, (agreed,), numbers.invoice(part, day), row.org_id))


def _lacking_none(desk: Desk) -> set[int]:
    """Members whose invoices are there and only to be matched."""
    return {desk.keeper(key).org_id for key in ("lead", "songyuan")}


def _dispute(desk: Desk, row: StatementRow) -> None:
    """The supplier's bill has six packs more of one item than we used."""
    seller = desk.seller(row.supplier_id)
    totals = statement_totals(desk.db, seller, row.org_id, row.statement_id)
    lines = [
        BillLine(one.item_id, one.qty, one.unit_price, one.price_factor, one.amount, one.name)
        for one in totals
    ]
    first = min(lines, key=lambda line: (line.unit_price, line.item_id))
    more = 6 * first.price_factor
    extra = replace(first, qty=more, amount=(6 * first.unit_price).quantize(Decimal("0.01")))
    total = row.payable + extra.amount
    command = SaveBill(
        new_op(), row.org_id, row.statement_id, row.version, total, (*lines, extra),
        _("供应商出库单"),
    )  # fmt: skip
    save_bill(desk.db, seller, command)
    _step(desk, seller, replace(row, version=row.version + 1), Verb.DISPUTE, _DISPUTE)
