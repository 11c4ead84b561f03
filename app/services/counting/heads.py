"""The paper of a count: its steps, its lines, and the one place where its state moves on."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.orm import Session

from app.domain.errors import ConflictError, DomainError
from app.domain.stock.counting import CountState
from app.i18n import _
from app.models.counting import CountLine, StockCount
from app.models.stock import Balance


@dataclass(frozen=True, slots=True)
class CountStep:
    """Submit, approve, post, send back or cancel a count."""

    op_id: UUID
    org_id: int
    count_id: int
    version: int
    note: str = ""
    rest_is_zero: bool = False


@dataclass(frozen=True, slots=True)
class CountDone:
    """What a count is after a step; `recount` lines must be counted again."""

    count_id: int
    no: str
    state: CountState
    version: int
    recount: int = 0


def load(session: Session, org_id: int, count_id: int, *, held: bool = False) -> StockCount:
    """The count as it stands now.

    Args:
        session: The unit of work.
        org_id: The member.
        count_id: The count.
        held: Keep it until the end: of two who write down what they found the second adds to the
            first, and nothing is written under the hands of who submits.

    Raises:
        DomainError: There is none.
    """
    statement = (
        select(StockCount)
        .where(StockCount.org_id == org_id, StockCount.id == count_id)
        .execution_options(populate_existing=True)
    )
    head = session.scalar(statement.with_for_update() if held else statement)
    if head is None:
        raise DomainError("count.unknown", _("没有这次盘点。请刷新后再看。"))
    return head


def lines_of(session: Session, head: StockCount) -> list[CountLine]:
    """Its lines as they stand now."""
    return list(
        session.scalars(
            select(CountLine)
            .where(CountLine.org_id == head.org_id, CountLine.count_id == head.id)
            .execution_options(populate_existing=True)
        )
    )


def book_of(session: Session, line: CountLine) -> int:
    """What the book says of a line now."""
    return (
        session.scalar(
            select(Balance.qty).where(
                Balance.org_id == line.org_id, Balance.place_id == line.place_id,
                Balance.item_id == line.item_id, Balance.lot_id == line.lot_id,
                Balance.owner_id == line.owner_id,
            )
        )
        or 0
    )  # fmt: skip


def books_of(session: Session, head: StockCount) -> dict[CountLine, int]:
    """What the book says now of every line of a count, in one walk."""
    rows = session.execute(
        select(CountLine, func.coalesce(Balance.qty, 0))
        .outerjoin(
            Balance,
            (Balance.org_id == CountLine.org_id)
            & (Balance.place_id == CountLine.place_id)
            & (Balance.item_id == CountLine.item_id)
            & (Balance.lot_id == CountLine.lot_id)
            & (Balance.owner_id == CountLine.owner_id),
        )
        .where(CountLine.org_id == head.org_id, CountLine.count_id == head.id)
        .execution_options(populate_existing=True)
    )
    return dict(rows.all())


def ask_again(line: CountLine) -> None:
    """The line is open for a second count; what was found first stays on record."""
    line.first, line.first_by = line.counted, line.counted_by
    line.counted, line.recount = None, 1


def advance(
    session: Session, head: StockCount, new: CountState, version: int, **values: object
) -> None:
    """Move the count on; nobody else may have touched it since `version`.

    Raises:
        ConflictError: Somebody has.
    """
    done = session.execute(
        update(StockCount)
        .where(
            StockCount.org_id == head.org_id, StockCount.id == head.id,
            StockCount.status == head.status, StockCount.version == version,
        )
        .values(status=new.value, version=version + 1, **values)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    assert isinstance(done, CursorResult)  # noqa: S101 - an UPDATE has a row count
    if done.rowcount != 1:
        raise ConflictError("count.changed", _("{no} 刚被别人处理过。请刷新后再看。", no=head.no))
    session.refresh(head)


def told(head: StockCount, recount: int = 0) -> CountDone:
    """What is told about the count after a step."""
    return CountDone(head.id, head.no, CountState(head.status), head.version, recount)
