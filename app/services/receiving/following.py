"""The order follows its goods: received and refused per line, and the state of the whole."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias, cast

from sqlalchemy import Table, Update, bindparam, select, update
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State, check_step
from app.domain.errors import ConflictError
from app.i18n import _
from app.models.base import BigInt
from app.models.order import MemberOrder, MemberOrderLine
from app.services.many import ForEach

_Changes: TypeAlias = Mapping[tuple[int, int], tuple[int, int]]
_LINE: Final = cast("Table", MemberOrderLine.__table__)


def _more(order: Any, line: Any, more: Any, back: Any) -> Update:
    received, refused = _LINE.c.received + more, _LINE.c.refused + back
    return (
        update(_LINE)
        .where(
            _LINE.c.org_id == bindparam("b_org"), _LINE.c.order_id == order, _LINE.c.line == line,
            received.between(0, _LINE.c.qty), refused >= 0,
        )
        .values(received=received, refused=refused)
    )  # fmt: skip


_MORE: Final = ForEach(_more, order=BigInt, line=BigInt, more=BigInt, back=BigInt)


def follow_orders(session: Session, org_id: int, changes: _Changes) -> tuple[tuple[str, str], ...]:
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
    _refuse_too_many(session, org_id, changes)
    _book(session, org_id, changes)
    return tuple((order.no, _follow(session, order)) for order in locked)


def _refuse_too_many(session: Session, org_id: int, changes: _Changes) -> None:
    rows = session.execute(
        select(
            MemberOrderLine.order_id, MemberOrderLine.line, MemberOrderLine.qty,
            MemberOrderLine.received, MemberOrderLine.refused,
        ).where(
            MemberOrderLine.org_id == org_id,
            MemberOrderLine.order_id.in_({order for order, _line in changes}),
        )
    )  # fmt: skip
    state = {(order, line): counts for order, line, *counts in rows}
    for key, (more, back) in sorted(changes.items()):
        qty, received, refused = state.get(key, (0, 0, 0))  # the rest of the line was ended
        if not 0 <= received + more <= qty or refused + back < 0:
            raise ConflictError(
                "order.over",
                _(
                    "订单第 {line} 行刚被另一张送货单收过，或余量已终止，这次会超出订购数量，"
                    "什么都没有入库。"
                    "请重新打开这张单核对。",
                    line=key[1],
                ),
            )


def _book(session: Session, org_id: int, changes: _Changes) -> None:
    """All lines at once: a note of a thousand lines is one word to the database."""
    rows = [(*key, *counts) for key, counts in sorted(changes.items())]
    if _MORE.do(session, rows, b_org=org_id) != len(rows):
        raise ConflictError(  # past the lock, with another program
            "order.over",
            _("这张订单刚被别处改过，什么都没有入库。请重新打开这张单核对。"),
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
