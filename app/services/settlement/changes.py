"""What every step of a statement shares: loading it, changing it only as it was seen, the trail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import CursorResult, Table, Update, bindparam, delete, select, update
from sqlalchemy.orm import Session

from app.domain.documents import State, state_title
from app.domain.errors import ConflictError, DomainError
from app.domain.money import cents
from app.i18n import _
from app.models.base import BigInt
from app.models.settlement import Statement, StatementLine
from app.services.many import ForEach
from app.services.queries.portions import key_portions

REASON_LENGTH: Final = 4
"""Characters that a reason needs at least."""

StatementKey = tuple[int, int]
"""(member, statement)."""
_TABLE: Final = cast("Table", Statement.__table__)


def _move(org: Any, key: Any, version: Any, invoiced: Any) -> Update:
    return (
        update(_TABLE)
        .where(
            _TABLE.c.org_id == org,
            _TABLE.c.id == key,
            _TABLE.c.version == version,
            _TABLE.c.status == bindparam("b_old"),
        )
        .values(status=bindparam("b_new"), version=version + 1, invoiced_amount=invoiced)
    )


_MOVE: Final = ForEach(
    _move, org=BigInt, key=BigInt, version=_TABLE.c.version.type,
    invoiced=_TABLE.c.invoiced_amount.type,
)  # fmt: skip


class Moved(NamedTuple):
    """A statement as it was seen, its next state, and how much of it is invoiced then."""

    statement: Statement
    new: State
    invoiced: Decimal | None


def load(session: Session, org_id: int, statement_id: int) -> Statement:
    """The statement; raises `DomainError` when it is gone or not for this person."""
    statement = session.scalar(
        select(Statement).where(Statement.org_id == org_id, Statement.id == statement_id)
    )
    if statement is None:
        raise unknown()
    return statement


def unknown() -> DomainError:
    """That a statement is gone, or not for this person."""
    return DomainError("statement.unknown", _("没有找到这张对账单。请刷新后再看。"))


def by_member(keys: Collection[tuple[int, int]]) -> Iterator[tuple[int, list[int]]]:
    """Papers of members, member by member in portions; always in the same order."""
    of: dict[int, list[int]] = defaultdict(list)
    for org_id, key in keys:
        of[org_id].append(key)
    for org_id in sorted(of):
        for part in key_portions(of[org_id]):
            yield org_id, part


def load_all(session: Session, keys: Collection[StatementKey]) -> dict[StatementKey, Statement]:
    """Statements by their keys; those that are gone or not for this person are left out."""
    found: dict[StatementKey, Statement] = {}
    for org_id, part in by_member(keys):
        wanted = select(Statement).where(Statement.org_id == org_id, Statement.id.in_(part))
        found |= {(org_id, one.id): one for one in session.scalars(wanted)}
    return found


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
        raise _changed(statement)


def _changed(statement: Statement) -> ConflictError:
    return ConflictError(
        "statement.changed",
        _(
            "这张对账单刚被改过，现在是「{state}」。请刷新后再看。",
            state=state_title(statement.status),
        ),
    )


def move_all(session: Session, moves: Sequence[Moved]) -> None:
    """Take statements to their next states, each only as it was seen, or raise `ConflictError`.

    Statements that the session holds are read anew afterwards.
    """
    meant = {
        (one.statement.org_id, one.statement.id): (one.statement.version + 1, one.new.value)
        for one in moves
    }
    ways: dict[tuple[str, State], list[Moved]] = defaultdict(list)
    for one in moves:
        ways[one.statement.status, one.new].append(one)
    done = 0
    for (old, new), those in ways.items():
        rows = [
            (one.statement.org_id, one.statement.id, one.statement.version, one.invoiced)
            for one in those
        ]
        done += _MOVE.do(session, rows, b_old=old, b_new=new.value)
    session.expire_all()
    if done != len(moves):
        there = load_all(session, meant)
        others = [one for key, one in there.items() if (one.version, one.status) != meant[key]]
        raise _changed((others or list(there.values()))[0]) if there else unknown()


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
