"""The steps of a statement: send, confirm, dispute, cancel; each by the party whose turn it is."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State, check_step, state_title
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError
from app.i18n import _
from app.models.settlement import Statement, StatementLine
from app.services import audit
from app.services.access import require
from app.services.db import Database, now
from app.services.operations import claim, finish


class Verb(StrEnum):
    """What a party does with a statement."""

    SEND = "send"
    CONFIRM = "confirm"
    DISPUTE = "dispute"
    CANCEL = "cancel"


_TARGET: Final = {
    Verb.SEND: State.SENT,
    Verb.CONFIRM: State.CONFIRMED,
    Verb.DISPUTE: State.DISPUTED,
    Verb.CANCEL: State.CANCELLED,
}
_REASON_LENGTH: Final = 4


@dataclass(frozen=True, slots=True)
class Step:
    """One step of one statement.

    Attributes:
        op_id: Made once per intention.
        org_id: The member whose statement it is.
        statement_id: The statement.
        verb: What to do.
        version: The version that the person saw.
        note: Why (a dispute and a cancellation need it).
        supplier_amount: What the supplier's own bill says, with a dispute.
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

    The member's settlement clerk sends, cancels, and closes a dispute; the supplier's person
    confirms or disputes what was sent.

    Raises:
        ConflictError: Somebody changed the statement meanwhile, or it is not in a fitting state.
    """
    with db.write() as session:
        statement = _load(session, command)
        _check_party(actor, statement, command.verb)
        earlier = claim(session, actor, command.org_id, command.op_id, "statement.step", command)
        if earlier is not None:
            return State(earlier["state"])
        new = _TARGET[command.verb]
        check_step(DocKind.STATEMENT, State(statement.status), new)
        _check_note(command)
        _change(session, actor, command, statement, new)
        audit.record(
            session, actor, command.org_id, f"statement.{command.verb}",
            (DocKind.STATEMENT.value, statement.id),
            {"no": statement.no, "note": command.note, "supplier_amount": command.supplier_amount},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"state": new.value})
        return new


def _load(session: Session, command: Step) -> Statement:
    statement = session.scalar(
        select(Statement).where(
            Statement.org_id == command.org_id, Statement.id == command.statement_id
        )
    )
    if statement is None:
        raise DomainError("statement.unknown", _("没有找到这张对账单。请刷新后再看。"))
    return statement


def _check_party(actor: Actor, statement: Statement, verb: Verb) -> None:
    """The supplier answers what was sent to it; all other steps are the member's."""
    answers = verb in {Verb.CONFIRM, Verb.DISPUTE}
    if answers and actor.can(Duty.SUPPLY, statement.supplier_id):
        return
    if verb is Verb.CONFIRM and statement.status != State.DISPUTED.value:
        require(actor, Duty.SUPPLY, statement.supplier_id)
    require(actor, Duty.SETTLE, statement.org_id)


def _check_note(command: Step) -> None:
    needs = command.verb in {Verb.DISPUTE, Verb.CANCEL}
    if needs and len(command.note.strip()) < _REASON_LENGTH:
        raise DomainError("statement.note", _("请写明理由（至少 {n} 个字）。", n=_REASON_LENGTH))


def _change(
    session: Session, actor: Actor, command: Step, statement: Statement, new: State
) -> None:
    values: dict[str, Any] = {"status": new.value, "version": command.version + 1}
    if command.verb is Verb.DISPUTE:
        values |= {"dispute": command.note.strip(), "supplier_amount": command.supplier_amount}
    if command.verb is Verb.CONFIRM:
        values |= {"confirmed_at": now(session), "confirmed_by": actor.person_id}
        if statement.supplier_amount is None:
            values["supplier_amount"] = statement.consumed_amount
    done = session.execute(
        update(Statement)
        .where(
            Statement.org_id == command.org_id,
            Statement.id == command.statement_id,
            Statement.version == command.version,
            Statement.status == statement.status,
        )
        .values(**values)
    )
    assert isinstance(done, CursorResult)  # noqa: S101 - an UPDATE has a row count
    if done.rowcount != 1:
        raise ConflictError(
            "statement.changed",
            _("这张对账单刚被改过，现在是「{state}」。请刷新后再看。",
              state=state_title(statement.status)),
        )  # fmt: skip
    if command.verb is Verb.CANCEL:
        session.execute(
            delete(StatementLine).where(
                StatementLine.org_id == command.org_id,
                StatementLine.statement_id == command.statement_id,
            )
        )
