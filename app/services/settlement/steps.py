"""The steps of a statement: send, confirm, dispute, cancel, reverse, audit.

Each is taken by the party whose turn it is (`app.domain.settlement.steps`); triggers on both
databases say the same. 已开票 follows from matched invoices, 已付款 from the bank's answer.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.money import cents
from app.domain.settlement.bill import same
from app.domain.settlement.steps import STEPS, Party, Verb
from app.i18n import _
from app.models.settlement import Invoice, InvoiceMatch, Payment, PaymentLine, Statement
from app.services import audit
from app.services.access import require
from app.services.db import Database, now
from app.services.operations import claim, finish
from app.services.settlement.changes import (
    change,
    check_reason,
    drop_lines,
    load,
    payable_of,
    refuse_unless,
)
from app.services.settlement.reversing import reverse

__all__ = ["Step", "Verb", "step"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of one statement.

    Attributes:
        op_id: Made once per intention.
        org_id: The member whose statement it is.
        statement_id: The statement.
        verb: What to do.
        version: The version that the person saw.
        note: Why; needed by every step that takes something back.
        supplier_amount: What the supplier's own bill says, with a dispute or a paper confirmation.
    """

    op_id: UUID
    org_id: int
    statement_id: int
    verb: Verb
    version: int
    note: str = ""
    supplier_amount: Decimal | None = None


def step(db: Database, actor: Actor, command: Step) -> State:
    """Carry the step out; the state the statement has then.

    Raises:
        NotAllowedError: It is another party's turn, or the auditor took part in the making.
        ConflictError: Somebody changed the statement meanwhile, or it is not in a fitting state.
        DomainError: A reason is missing, or the supplier's bill still differs.
    """
    with db.write() as session:
        statement = load(session, command.org_id, command.statement_id)
        check_party(actor, statement, command.verb)
        earlier = claim(session, actor, command.org_id, command.op_id, "statement.step", command)
        if earlier is not None:
            return State(earlier["state"])
        rule = STEPS[command.verb]
        refuse_unless(State(statement.status), rule.old)
        note = check_reason(command.note) if rule.reason else command.note.strip()
        _CHECKS.get(command.verb, _nothing)(session, actor, command, statement)
        values = {"status": rule.new.value}
        values |= _VALUES.get(command.verb, _no_values)(session, actor, command, statement, note)
        change(session, statement, command.version, values)
        new = _after(session, actor, command, statement)
        audit.record(
            session, actor, command.org_id, f"statement.{command.verb}",
            (DocKind.STATEMENT.value, statement.id),
            {"no": statement.no, "note": note, "supplier_amount": command.supplier_amount},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"state": new.value})
        return new


def check_party(actor: Actor, statement: Statement, verb: Verb) -> None:
    """Raise `NotAllowedError` unless it is this person's turn."""
    parties = STEPS[verb].parties
    if Party.SUPPLIER in parties and actor.can(Duty.SUPPLY, statement.supplier_id):
        return
    if Party.AUDITOR in parties:
        if not actor.can(Duty.AUDIT, statement.org_id):
            require(actor, Duty.SETTLE, statement.org_id)
    elif Party.MEMBER in parties:
        require(actor, Duty.SETTLE, statement.org_id)
    else:
        require(actor, Duty.SUPPLY, statement.supplier_id)


def parties_of(actor: Actor, org_id: int, supplier_id: int) -> frozenset[Party]:
    """In which roles the person may act on a statement (an auditor may still be too near)."""
    found = set()
    if actor.can(Duty.SETTLE, org_id):
        found |= {Party.MEMBER, Party.AUDITOR}
    if actor.can(Duty.AUDIT, org_id):
        found.add(Party.AUDITOR)
    if actor.can(Duty.SUPPLY, supplier_id):
        found.add(Party.SUPPLIER)
    return frozenset(found)


def _nothing(_session: Session, _actor: Actor, _command: Step, _statement: Statement) -> None:
    return None


def _check_bill(_session: Session, _actor: Actor, command: Step, statement: Statement) -> None:
    """Both figures agree before anybody confirms."""
    billed = statement.supplier_amount
    if command.verb is Verb.RECORD and command.supplier_amount is not None:
        billed = command.supplier_amount
    payable = payable_of(statement)
    if billed is not None and not same(billed, payable):
        raise DomainError(
            "statement.differs",
            _(
                "供应商账单 {bill} 与应付 {payable} 差 {gap}，还不能确认。请先改账单，或登记调整。",
                bill=cents(billed), payable=payable, gap=cents(billed - payable),
            ),
        )  # fmt: skip


def _check_auditor(session: Session, actor: Actor, _command: Step, statement: Statement) -> None:
    """Four eyes: neither who made the statement nor who matched its invoices audits it."""
    matched = session.scalars(
        select(InvoiceMatch.matched_by).where(
            InvoiceMatch.org_id == statement.org_id, InvoiceMatch.statement_id == statement.id
        )
    )
    if actor.person_id in {statement.created_by, *matched}:
        raise NotAllowedError(
            "statement.own",
            _("这张对账单是你生成或匹配发票的，要由另一个人审核。请交给另一位结算员或审计。"),
        )


def _check_unmatched(session: Session, _actor: Actor, _command: Step, statement: Statement) -> None:
    """An invoice that counts for the statement is freed first, else it counts for nothing."""
    session.refresh(statement, with_for_update=True)  # after who matches or pays right now
    numbers = session.scalars(
        select(Invoice.number)
        .join(InvoiceMatch, InvoiceMatch.invoice_id == Invoice.id)
        .where(InvoiceMatch.org_id == statement.org_id, InvoiceMatch.statement_id == statement.id)
        .order_by(Invoice.number)
    ).all()
    if numbers:
        raise ConflictError(
            "statement.matched",
            _("{no} 已匹配发票 {invoices}。请先取消匹配，再冲销。",
              no=statement.no, invoices="、".join(numbers)),
        )  # fmt: skip


def _check_unpaid(session: Session, _actor: Actor, _command: Step, statement: Statement) -> None:
    """What is about to be paid stays audited."""
    session.refresh(statement, with_for_update=True)
    batch = session.scalar(
        select(Payment.no)
        .join(PaymentLine, (PaymentLine.org_id == Payment.org_id)
              & (PaymentLine.payment_id == Payment.id))
        .where(PaymentLine.org_id == statement.org_id, PaymentLine.statement_id == statement.id,
               PaymentLine.state != "returned")
    )  # fmt: skip
    if batch is not None:
        raise ConflictError(
            "statement.paying",
            _("{no} 已在付款批 {batch} 里。请先作废付款批，再退审。", no=statement.no, batch=batch),
        )


def _no_values(*_rest: object) -> dict[str, Any]:
    return {}


def _confirmed(
    session: Session, actor: Actor, command: Step, statement: Statement, _note: str
) -> dict[str, Any]:
    values: dict[str, Any] = {"confirmed_at": now(session), "confirmed_by": actor.person_id}
    if command.verb is Verb.RECORD and command.supplier_amount is not None:
        values["supplier_amount"] = command.supplier_amount
    elif statement.supplier_amount is None:
        values["supplier_amount"] = payable_of(statement)
    return values


def _disputed(
    _session: Session, _actor: Actor, command: Step, statement: Statement, note: str
) -> dict[str, Any]:
    bill = command.supplier_amount
    return {
        "dispute": note,
        "supplier_amount": statement.supplier_amount if bill is None else bill,
    }


def _audited(
    session: Session, actor: Actor, command: Step, _statement: Statement, _note: str
) -> dict[str, Any]:
    if command.verb is Verb.RECALL:
        return {"audited_at": None, "audited_by": None}
    return {"audited_at": now(session), "audited_by": actor.person_id}


def _after(session: Session, actor: Actor, command: Step, statement: Statement) -> State:
    """What follows from the step by itself."""
    new = STEPS[command.verb].new
    if new is State.CANCELLED:
        drop_lines(session, statement.org_id, statement.id)
    elif new is State.REVERSED:
        reverse(session, actor, statement)
    elif new is State.CONFIRMED and not payable_of(statement):
        session.refresh(statement)  # nothing to pay needs no invoice
        change(session, statement, statement.version, {"status": State.INVOICED.value})
        return State.INVOICED
    return new


_Check = Callable[[Session, Actor, Step, Statement], None]
_CHECKS: Final[dict[Verb, _Check]] = {
    Verb.CONFIRM: _check_bill,
    Verb.RECORD: _check_bill,
    Verb.AUDIT: _check_auditor,
    Verb.REVERSE: _check_unmatched,
    Verb.RECALL: _check_unpaid,
}
_Values = Callable[[Session, Actor, Step, Statement, str], dict[str, Any]]
_VALUES: Final[dict[Verb, _Values]] = {
    Verb.CONFIRM: _confirmed,
    Verb.RECORD: _confirmed,
    Verb.DISPUTE: _disputed,
    Verb.AUDIT: _audited,
    Verb.RECALL: _audited,
}
