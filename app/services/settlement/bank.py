"""A payment at the bank: the file that goes there, and what came back, supplier by supplier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Table, Text, Update, and_, bindparam, select, update
from sqlalchemy.orm import Session

from app.adapters.sheets_out import Sheet, write
from app.domain.documents import DocKind, State, check_step
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError
from app.domain.money import cents
from app.i18n import _
from app.models.base import BigInt
from app.models.party import Organisation
from app.models.settlement import Payee, Payment, PaymentLine, Statement
from app.services.access import require
from app.services.db import Database, local_time, now, today
from app.services.many import ForEach
from app.services.operations import claim, finish
from app.services.settlement.changes import Moved, check_reason, load_all, move_all, unknown
from app.services.settlement.payments import advance, lines_in, payment_of, trail

_LINE: Final = cast("Table", PaymentLine.__table__)
_STATES: Final = ("open", "paid", "returned")


def _write_answer(org: Any, payment: Any, statement: Any, state: Any) -> Update:
    return (
        update(_LINE)
        .where(
            _LINE.c.org_id == org,
            _LINE.c.payment_id == payment,
            _LINE.c.statement_id == statement,
            _LINE.c.state == state,
        )
        .values(
            state=bindparam("b_state"),
            paid_on=bindparam("b_paid_on"),
            reason=bindparam("b_reason"),
            answered_at=bindparam("b_at"),
            answered_by=bindparam("b_by"),
        )
    )


_ANSWER: Final = ForEach(_write_answer, org=BigInt, payment=BigInt, statement=BigInt, state=Text)


@dataclass(frozen=True, slots=True)
class FilePayment:
    """Write the file for the bank. A batch that was filed before gives the same file again."""

    op_id: UUID
    org_id: int
    payment_id: int
    path: Path


@dataclass(frozen=True, slots=True)
class AnswerPayment:
    """What the bank did with a supplier's transfer: paid on a day, or sent back with a reason.

    Attributes:
        op_id: Made once per intention.
        org_id: The member.
        payment_id: The batch.
        supplier_id: Whose transfer; 0 for all that are open.
        paid_on: The day of the payment; None when it came back.
        reason: Why it came back.
    """

    op_id: UUID
    org_id: int
    payment_id: int
    supplier_id: int = 0
    paid_on: date | None = None
    reason: str = ""


def file_payment(db: Database, actor: Actor, command: FilePayment) -> int:
    """Write the file and mark the batch as filed; how many transfers it holds.

    Raises:
        EnvironmentProblem: The file cannot be written; the batch stays as it was.
    """
    require(actor, Duty.SETTLE, command.org_id)
    content = {"payment": command.payment_id, "file": command.path.name}
    with db.write() as session:
        payment = payment_of(session, command.org_id, command.payment_id)
        earlier = claim(session, actor, command.org_id, command.op_id, "payment.file", content)
        if earlier is None and payment.status == State.DRAFT.value:
            advance(
                session, payment, State.SENT,
                filed_at=now(session), filed_by=actor.person_id,
            )  # fmt: skip
        elif payment.status == State.CANCELLED.value:
            raise ConflictError("payment.cancelled", _("这个付款批已作废，不能再导出。"))
        elif earlier is None and payment.status == State.DONE.value:
            raise ConflictError(
                "payment.done",
                _("付款批 {no} 已办完，不再导出。退回来的对账单请另做一批。", no=payment.no),
            )
        rows = _transfer_rows(session, command.org_id, command.payment_id)
        count = write(command.path, _sheet(payment.no, rows))
        if earlier is None:
            trail(session, actor, command.org_id, payment.id, "file", content)
            finish(session, command.org_id, command.op_id, {"rows": count})
        return count


def _sheet(no: str, rows: list[tuple[Any, ...]]) -> Sheet:
    titles = (
        _("序号"), _("付款批号"), _("收款户名"), _("收款账号"), _("开户行"), _("金额（元）"),
        _("币种"), _("用途"), _("供应商编码"), _("对账单号"),
    )  # fmt: skip
    return Sheet(
        _("付款文件"),
        titles,
        [
            (number, no, name, account, bank, amount, "CNY", _("货款 {no}", no=no), code,
             "、".join(papers))
            for number, (name, account, bank, amount, code, papers) in enumerate(rows, start=1)
        ],
    )  # fmt: skip


def _transfer_rows(session: Session, org_id: int, payment_id: int) -> list[tuple[Any, ...]]:
    """One row for each supplier: refunds are taken off what it gets."""
    rows = session.execute(
        select(PaymentLine, Payee, Organisation.code, Statement.no)
        .join(Payee, and_(Payee.org_id == PaymentLine.org_id, Payee.id == PaymentLine.payee_id))
        .join(Organisation, Organisation.id == PaymentLine.supplier_id)
        .join(
            Statement,
            and_(Statement.org_id == PaymentLine.org_id, Statement.id == PaymentLine.statement_id),
        )
        .where(PaymentLine.org_id == org_id, PaymentLine.payment_id == payment_id)
        .order_by(Organisation.code, Statement.no)
    )
    sums: dict[int, list[Any]] = {}
    for line, payee, code, no in rows:
        row = sums.setdefault(
            line.supplier_id,
            [payee.account_name, payee.account_no, payee.bank, Decimal("0.00"), code, []],
        )
        row[3] += cents(line.amount)
        row[5].append(no)
    return [tuple(row) for row in sums.values()]


def answer_payment(db: Database, actor: Actor, command: AnswerPayment) -> State:
    """Record what the bank did; the state of the batch then.

    Raises:
        ConflictError: The batch was not filed, or there is nothing to answer.
        DomainError: A return without a reason, or a day in the future.
    """
    require(actor, Duty.SETTLE, command.org_id)
    reason = check_reason(command.reason) if command.paid_on is None else ""
    with db.write() as session:
        payment = payment_of(session, command.org_id, command.payment_id)
        earlier = claim(session, actor, command.org_id, command.op_id, "payment.answer", command)
        if earlier is not None:
            return State(earlier["state"])
        if payment.status not in {State.SENT.value, State.DONE.value}:
            raise ConflictError("payment.state", _("付款批还没有导出付款文件，不能登记结果。"))
        _check_day(session, payment, command.paid_on)
        _answer(session, actor, command, _answerable(session, command), reason)
        left = session.scalars(lines_in(command.org_id, payment.id, ("open",))).first()
        new = State(payment.status)
        if left is None and new is State.SENT:
            advance(session, payment, State.DONE)
            new = State.DONE
        trail(
            session, actor, command.org_id, payment.id,
            "paid" if command.paid_on else "returned",
            {"supplier": command.supplier_id, "on": command.paid_on, "reason": reason},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"state": new.value})
        return new


def _check_day(session: Session, payment: Payment, day: date | None) -> None:
    first = local_time(payment.created_at).date()
    if day is not None and not first <= day <= today(session):
        raise DomainError(
            "payment.day",
            _(
                "付款日期 {day} 不对：付款批是 {first} 做的，也不能在今天以后。请核对银行回单。",
                day=day,
                first=first,
            ),
        )


def _answerable(session: Session, command: AnswerPayment) -> list[PaymentLine]:
    states = ("open",) if command.paid_on is not None or not command.supplier_id else (
        "open", "paid",
    )  # fmt: skip
    every = session.scalars(lines_in(command.org_id, command.payment_id, _STATES)).all()
    mine = [line for line in every if command.supplier_id in {0, line.supplier_id}]
    if not mine:
        raise DomainError("payment.supplier", _("这个付款批里没有这家供应商。请核对批号和供应商。"))
    lines = [line for line in mine if line.state in states]
    if not lines:
        raise ConflictError("payment.answered", _("这笔付款已经登记过结果。请刷新后再看。"))
    return lines


def _answer(
    session: Session,
    actor: Actor,
    command: AnswerPayment,
    lines: Sequence[PaymentLine],
    reason: str,
) -> None:
    """Write what became of the lines, then of the statements whose state follows from it."""
    paid = command.paid_on is not None
    following = [line.statement_id for line in lines if paid or line.state == "paid"]
    values = {
        "b_state": "paid" if paid else "returned",
        "b_paid_on": command.paid_on,
        "b_reason": reason or None,
        "b_at": now(session),
        "b_by": actor.person_id,
    }
    done = _ANSWER.do(
        session,
        [(one.org_id, one.payment_id, one.statement_id, one.state) for one in lines],
        **values,
    )
    if done != len(lines):
        raise ConflictError("payment.answered", _("这笔付款已经登记过结果。请刷新后再看。"))
    statements = load_all(session, [(command.org_id, one) for one in following])
    new = State.PAID if paid else State.AUDITED
    moves = []
    for key in following:
        statement = statements.get((command.org_id, key))
        if statement is None:
            raise unknown()
        check_step(DocKind.STATEMENT, State(statement.status), new)
        moves.append(Moved(statement, new, statement.invoiced_amount))
    move_all(session, moves)
