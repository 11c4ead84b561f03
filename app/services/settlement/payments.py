"""Payments: audited statements put into a batch; each is in one only, unless it came back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CursorResult, and_, select, update
from sqlalchemy.orm import Session, aliased

from app.domain.documents import DocKind, State, check_step, state_title
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError
from app.domain.ids import new_id
from app.domain.money import cents
from app.domain.settlement.payment import Payable, transfers
from app.i18n import _
from app.models.party import Organisation, Person
from app.models.settlement import Payee, Payment, PaymentLine, Statement
from app.services import audit
from app.services.access import require
from app.services.bulk import insert_rows
from app.services.db import Database, now, today
from app.services.numbering import document_no
from app.services.operations import claim, finish
from app.services.settlement.changes import check_reason, load, payable_of
from app.services.settlement.payees import payees_in_force

_LINE: Final = (
    "org_id", "payment_id", "statement_id", "supplier_id", "payee_id", "amount", "state",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MakePayment:
    """Put audited statements of a member into one batch."""

    op_id: UUID
    org_id: int
    statements: tuple[int, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class CancelPayment:
    """Give up a batch of which nothing is paid; its statements may be paid otherwise."""

    op_id: UUID
    org_id: int
    payment_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class PaymentMade:
    """The batch as made."""

    payment_id: int
    no: str
    amount: Decimal
    transfers: int


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One line of a batch: a statement, to whom, and what became of it."""

    org_id: int
    org: str
    payment_id: int
    no: str
    status: State
    total: Decimal
    created_at: datetime
    person: str
    supplier_id: int
    supplier: str
    statement_id: int
    statement_no: str
    amount: Decimal
    state: str
    paid_on: date | None
    reason: str
    account_name: str
    bank: str
    account_no: str


def payable(db: Database, actor: Actor, orgs: Collection[int]) -> tuple[Payable, ...]:
    """应付: audited statements of these members that no batch holds."""
    scope = sorted(set(orgs) & (actor.orgs(Duty.SETTLE) | actor.orgs(Duty.AUDIT)))
    with db.read() as session:
        return _payable(session, Statement.org_id.in_(scope))


def _payable(session: Session, condition: Any) -> tuple[Payable, ...]:
    held = (
        select(PaymentLine.statement_id)
        .where(
            PaymentLine.org_id == Statement.org_id,
            PaymentLine.statement_id == Statement.id,
            PaymentLine.state != "returned",
        )
        .exists()
    )
    member = aliased(Organisation)
    rows = session.execute(
        select(Statement, Organisation.short_name, member.short_name)
        .join(Organisation, Organisation.id == Statement.supplier_id)
        .join(member, member.id == Statement.org_id)
        .where(condition, Statement.status == State.AUDITED.value, ~held)
        .order_by(Organisation.code, Statement.no)
    )
    return tuple(
        Payable(row.org_id, row.id, row.no, row.supplier_id, name, payable_of(row), org)
        for row, name, org in rows
    )


def make_payment(db: Database, actor: Actor, command: MakePayment) -> PaymentMade:
    """Make the batch.

    Raises:
        DomainError: A statement is not audited or in another batch, refunds outweigh what a
            supplier is owed, or a supplier has no checked account.
    """
    require(actor, Duty.SETTLE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "payment.make", command)
        if earlier is not None:
            return PaymentMade(
                earlier["id"], earlier["no"], Decimal(earlier["amount"]), earlier["transfers"]
            )
        chosen = _chosen(session, command)
        made = transfers(chosen)
        accounts = payees_in_force(session, command.org_id)
        _check_accounts(chosen, set(accounts))
        payment, no = new_id(), document_no(session, command.org_id, "FK", today(session))
        total = sum((one.amount for one in made), Decimal("0.00"))
        session.add(
            Payment(
                org_id=command.org_id, id=payment, no=no, status=State.DRAFT.value, amount=total,
                note=command.note.strip() or None, created_at=now(session),
                created_by=actor.person_id, version=1,
            )
        )  # fmt: skip
        insert_rows(
            session, PaymentLine, _LINE,
            [(command.org_id, payment, one.statement_id, one.supplier_id,
              accounts[one.supplier_id].id, one.amount, "open") for one in chosen],
        )  # fmt: skip
        trail(session, actor, command.org_id, payment, "make", {"no": no, "amount": total})
        stored = {"id": payment, "no": no, "amount": str(total), "transfers": len(made)}
        finish(session, command.org_id, command.op_id, stored)
        return PaymentMade(payment, no, total, len(made))


def _chosen(session: Session, command: MakePayment) -> list[Payable]:
    wanted = and_(Statement.org_id == command.org_id, Statement.id.in_(command.statements))
    session.execute(  # nobody takes an audit back while its money is being sent
        select(Statement.id).where(wanted).order_by(Statement.id).with_for_update()
    )
    open_now = {one.statement_id: one for one in _payable(session, wanted)}
    missing = [one for one in command.statements if one not in open_now]
    if missing:
        raise _not_open(session, load(session, command.org_id, missing[0]))
    return [open_now[one] for one in command.statements]


def _not_open(session: Session, statement: Statement) -> DomainError:
    """Why the statement cannot be paid: it is in a batch already, or not audited."""
    batch = session.scalar(
        select(Payment.no)
        .join(PaymentLine, and_(PaymentLine.org_id == Payment.org_id,
                                PaymentLine.payment_id == Payment.id))
        .where(PaymentLine.org_id == statement.org_id, PaymentLine.statement_id == statement.id,
               PaymentLine.state != "returned")
    )  # fmt: skip
    if batch is not None:
        text = _("对账单 {no} 已在付款批 {batch} 里。每张对账单同时只在一批里。",
                 no=statement.no, batch=batch)  # fmt: skip
    else:
        text = _(
            "对账单 {no} 现在是「{state}」。只有已审核、没付过的可以付款。",
            no=statement.no, state=state_title(statement.status),
        )  # fmt: skip
    return DomainError("payment.not_open", text)


def _check_accounts(chosen: list[Payable], known: set[int]) -> None:
    lacking = sorted({one.supplier for one in chosen if one.supplier_id not in known})
    if lacking:
        raise DomainError(
            "payment.account",
            _(
                "{names} 还没有核对过的收款账户。请先录入账户，并由另一个人核对。",
                names="、".join(lacking),
            ),
        )


def cancel_payment(db: Database, actor: Actor, command: CancelPayment) -> None:
    """Give the batch up; raises `ConflictError` when something of it is paid."""
    require(actor, Duty.SETTLE, command.org_id)
    reason = check_reason(command.reason)
    with db.write() as session:
        payment = payment_of(session, command.org_id, command.payment_id)
        earlier = claim(session, actor, command.org_id, command.op_id, "payment.cancel", command)
        if earlier is not None:
            return
        check_step(DocKind.PAYMENT, State(payment.status), State.CANCELLED)
        if session.scalars(lines_in(command.org_id, payment.id, ("paid",))).first() is not None:
            raise ConflictError(
                "payment.paid",
                _("这个付款批里已有付出的钱，不能作废。没付出的，等银行结果后逐家登记。"),
            )
        session.execute(
            update(PaymentLine)
            .where(
                PaymentLine.org_id == command.org_id,
                PaymentLine.payment_id == payment.id,
                PaymentLine.state == "open",
            )
            .values(state="returned", reason=reason, answered_at=now(session),
                    answered_by=actor.person_id)
        )  # fmt: skip
        advance(session, payment, State.CANCELLED)
        trail(session, actor, command.org_id, payment.id, "cancel", {"reason": reason})
        finish(session, command.org_id, command.op_id, {})


def payments(db: Database, actor: Actor, orgs: Collection[int]) -> tuple[PaymentRow, ...]:
    """Batches of these members with their lines, the newest first."""
    scope = sorted(set(orgs) & (actor.orgs(Duty.SETTLE) | actor.orgs(Duty.AUDIT)))
    member = aliased(Organisation)
    wanted = (
        select(
            PaymentLine, Payment, Person.name, Organisation.short_name, member.short_name,
            Statement.no, Payee,
        )
        .join(
            Payment,
            and_(Payment.org_id == PaymentLine.org_id, Payment.id == PaymentLine.payment_id),
        )
        .join(Payee, and_(Payee.org_id == PaymentLine.org_id, Payee.id == PaymentLine.payee_id))
        .join(Organisation, Organisation.id == PaymentLine.supplier_id)
        .join(member, member.id == PaymentLine.org_id)
        .join(
            Statement,
            and_(Statement.org_id == PaymentLine.org_id, Statement.id == PaymentLine.statement_id),
        )
        .outerjoin(Person, Person.id == Payment.created_by)
        .where(PaymentLine.org_id.in_(scope))
        .order_by(
            Payment.created_at.desc(), Payment.no, member.code, Organisation.code, Statement.no
        )
    )  # fmt: skip
    with db.read() as session:
        return tuple(
            PaymentRow(
                line.org_id, org, batch.id, batch.no, State(batch.status), cents(batch.amount),
                batch.created_at, person or "—", line.supplier_id, supplier, line.statement_id, no,
                cents(line.amount), line.state, line.paid_on, line.reason or "", payee.account_name,
                payee.bank, payee.account_no,
            )
            for line, batch, person, supplier, org, no, payee in session.execute(wanted)
        )  # fmt: skip


def lines_in(org_id: int, payment_id: int, states: tuple[str, ...]) -> Any:
    """The lines of a batch in these states, as a query."""
    return select(PaymentLine).where(
        PaymentLine.org_id == org_id,
        PaymentLine.payment_id == payment_id,
        PaymentLine.state.in_(states),
    )


def payment_of(session: Session, org_id: int, payment_id: int) -> Payment:
    """The batch, held until the end; raises `DomainError` when it is gone or not for this person.

    Of two who tell its last two transfers at once the second sees that nothing is open any more.
    """
    found = session.get(Payment, (org_id, payment_id), with_for_update=True)
    if found is None:
        raise DomainError("payment.unknown", _("没有找到这个付款批。请刷新后再看。"))
    return found


def advance(session: Session, payment: Payment, new: State, **values: Any) -> None:
    """Take the batch to its next state as it was seen, or raise `ConflictError`."""
    check_step(DocKind.PAYMENT, State(payment.status), new)
    done = session.execute(
        update(Payment)
        .where(
            Payment.org_id == payment.org_id,
            Payment.id == payment.id,
            Payment.status == payment.status,
            Payment.version == payment.version,
        )
        .values(status=new.value, version=payment.version + 1, **values)
    )
    assert isinstance(done, CursorResult)  # noqa: S101 - an UPDATE has a row count
    if done.rowcount != 1:
        raise ConflictError("payment.changed", _("这个付款批刚被改过。请刷新后再看。"))


def trail(
    session: Session, actor: Actor, org_id: int, payment: int, verb: str, detail: dict[str, Any]
) -> None:
    """Record a step of a batch."""
    audit.record(
        session, actor, org_id, f"payment.{verb}", (DocKind.PAYMENT.value, payment), detail
    )
