"""What every step of a statement shares: loading it, changing it only as it was seen, the trail."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Final

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.orm import Session

from app.domain.documents import State, state_title
from app.domain.errors import ConflictError, DomainError
from app.domain.money import cents
from app.i18n import _
from app.models.settlement import Statement, StatementLine

REASON_LENGTH: Final = 4
"""Characters that a reason needs at least."""


def load(session: Session, org_id: int, statement_id: int) -> Statement:
    """The statement; raises `DomainError` when it is gone or not for this person."""
    statement = session.scalar(
        select(Statement).where(Statement.org_id == org_id, Statement.id == statement_id)
    )
    if statement is None:
        raise DomainError("statement.unknown", _("没有找到这张对账单。请刷新后再看。"))
    return statement


def payable_of(statement: Statement) -> Decimal:
    """What is owed: the lines' sum and the adjustments."""
    return cents(statement.consumed_amount + (statement.adjust_amount or Decimal(0)))


def change(session: Session, statement: Statement, version: int, values: dict[str, Any]) -> None:
    """Change the statement as the person saw it, or raise `ConflictError`."""
    done = session.execute(
        update(Statement)
        .where(
            Statement.org_id == statement.org_id,
            Statement.id == statement.id,
            Statement.version == version,
            Statement.status == statement.status,
        )
        .values(version=version + 1, **values)
    )
    assert isinstance(done, CursorResult)  # noqa: S101 - an UPDATE has a row count
    if done.rowcount != 1:
        session.refresh(statement)
        raise ConflictError(
            "statement.changed",
            _(
                "这张对账单刚被改过，现在是「{state}」。请刷新后再看。",
                state=state_title(statement.status),
            ),
        )


def check_reason(text: str) -> str:
    """The reason without blanks around it; raises `DomainError` when it is too short."""
    reason = " ".join(text.split())
    if len(reason) < REASON_LENGTH:
        raise DomainError("statement.note", _("请写明理由（至少 {n} 个字）。", n=REASON_LENGTH))
    return reason


def drop_lines(session: Session, org_id: int, statement_id: int) -> None:
    """Give the lines of a cancelled or reversed statement back: they are to be settled again."""
    session.execute(
        delete(StatementLine).where(
            StatementLine.org_id == org_id, StatementLine.statement_id == statement_id
        )
    )


def refuse_unless(state: State, allowed: frozenset[State]) -> None:
    """Raise `ConflictError` unless the statement is in one of the states."""
    if state not in allowed:
        names = "、".join(state_title(one) for one in State if one in allowed)
        raise ConflictError(
            "statement.state",
            _(
                "这张对账单现在是「{state}」，这一步要在「{states}」时做。请刷新后再看。",
                state=state_title(state),
                states=names,
            ),
        )
