"""Two counts of the same goods: each would post the same difference once more.

A place is counted by one count at a time; and whether another count has posted one of the goods
since this one began is asked again at the approval, when approvals wait for each other.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.domain.documents import DocKind
from app.domain.errors import ConflictError
from app.domain.stock.counting import CountState
from app.i18n import _
from app.models.counting import CountLine, StockCount
from app.models.stock import Ledger

_TO_POST = (CountState.TO_APPROVE.value, CountState.APPROVED.value)
_OPEN = (CountState.COUNTING.value, *_TO_POST)


def refuse_second(session: Session, org_id: int, places: Collection[int]) -> None:
    """Refuse a count where another one is under way.

    Raises:
        ConflictError: It names the other count.
    """
    other = session.scalar(
        select(StockCount.no)
        .join(
            CountLine,
            (CountLine.org_id == StockCount.org_id) & (CountLine.count_id == StockCount.id),
        )
        .where(
            StockCount.org_id == org_id,
            StockCount.status.in_(_OPEN),
            CountLine.place_id.in_(places),
        )
        .limit(1)
    )
    if other is not None:
        raise ConflictError(
            "count.second",
            _("{no} 正在盘这里，还没办完。请接着盘那一张，或先取消它再重新开始。", no=other),
        )


def refuse_posted(session: Session, head: StockCount) -> None:
    """Refuse an approval where another count has posted one of the lines since this one began.

    Raises:
        ConflictError: It says in how many lines.
    """
    session.scalars(
        select(StockCount.id)
        .where(StockCount.org_id == head.org_id, StockCount.status.in_(_TO_POST))
        .order_by(StockCount.id)
        .with_for_update()
    ).all()  # one approval after the other
    twice = session.execute(
        select(CountLine.item_id, CountLine.lot_id, CountLine.place_id, CountLine.owner_id)
        .join(
            Ledger,
            (Ledger.org_id == CountLine.org_id)
            & (Ledger.item_id == CountLine.item_id)
            & (Ledger.lot_id == CountLine.lot_id)
            & (Ledger.owner_id == CountLine.owner_id),
        )
        .where(
            CountLine.org_id == head.org_id,
            CountLine.count_id == head.id,
            Ledger.doc_kind == DocKind.COUNT.value,
            Ledger.doc_id != head.id,
            Ledger.seq > head.snapshot_seq,
            or_(
                Ledger.from_place == CountLine.place_id,
                Ledger.to_place == CountLine.place_id,
            ),
        )
        .distinct()
    ).all()
    if twice:
        raise ConflictError(
            "count.posted",
            _(
                "这次盘点开始后，另一次盘点已调整过其中 {n} 行，再批就重复了。请取消它，重新盘。",
                n=len(twice),
            ),
        )
