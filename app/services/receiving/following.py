"""The order follows its goods: received and refused per line, and the state of the whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State, check_step
from app.domain.errors import ConflictError
from app.i18n import _
from app.models.order import MemberOrder, MemberOrderLine


def follow_orders(
    session: Session, org_id: int, changes: Mapping[tuple[int, int], tuple[int, int]]
) -> tuple[tuple[str, str], ...]:
    """Book received and refused units on order lines; numbers and states of the orders.

    Args:
        session: The unit of work.
        org_id: The member.
        changes: (order, line) → (received, refused); negative to take back.

    Raises:
        ConflictError: Another delivery brought the goods meanwhile: more than was ordered.
    """
    orders = sorted({order for order, _line in changes})
    locked = session.scalars(
        select(MemberOrder)
        .where(MemberOrder.org_id == org_id, MemberOrder.id.in_(orders))
        .order_by(MemberOrder.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    for (order_id, line), (received, refused) in sorted(changes.items()):
        _book(session, (org_id, order_id, line), received, refused)
    return tuple((order.no, _follow(session, order)) for order in locked)


def _book(session: Session, key: tuple[int, int, int], received: int, refused: int) -> None:
    org_id, order_id, line = key
    done: Any = session.execute(
        update(MemberOrderLine)
        .where(
            MemberOrderLine.org_id == org_id,
            MemberOrderLine.order_id == order_id,
            MemberOrderLine.line == line,
            MemberOrderLine.received + received <= MemberOrderLine.qty,
            MemberOrderLine.received + received >= 0,
            MemberOrderLine.refused + refused >= 0,
        )
        .values(
            received=MemberOrderLine.received + received,
            refused=MemberOrderLine.refused + refused,
        )
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != 1:
        raise ConflictError(
            "order.over",
            _(
                "订单第 {line} 行刚被另一张送货单收过，这次会超出订购数量，什么都没有入库。"
                "请重新打开这张单核对。",
                line=line,
            ),
        )


def _follow(session: Session, order: MemberOrder) -> str:
    """The order's state after its lines changed."""
    lines = session.execute(
        select(MemberOrderLine.qty, MemberOrderLine.received).where(
            MemberOrderLine.org_id == order.org_id, MemberOrderLine.order_id == order.id
        )
    ).all()
    old = State(order.status)
    if old is State.DONE:
        return old.value
    if all(received >= qty for qty, received in lines):
        new = State.RECEIVED
    elif any(received for _qty, received in lines):
        new = State.PARTLY_RECEIVED
    else:
        new = State.SIGNED
    if new is old:
        return old.value
    check_step(DocKind.MEMBER_ORDER, old, new)
    session.execute(
        update(MemberOrder)
        .where(
            MemberOrder.org_id == order.org_id,
            MemberOrder.id == order.id,
            MemberOrder.status == old.value,
        )
        .values(status=new.value)
        .execution_options(synchronize_session=False)
    )
    return new.value
