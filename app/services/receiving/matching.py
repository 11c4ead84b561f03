"""Which line of which member order a delivered line belongs to, and how much is still to come."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.documents import State
from app.models.order import MemberOrder, MemberOrderLine

OPEN: Final = (State.SIGNED.value, State.PARTLY_RECEIVED.value)
"""Orders that goods may still come for."""


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line of a signed order that is not complete; its facts stand as `open_lines` reads them."""

    order_id: int
    order_no: str
    line: int
    item_id: int
    left: int
    unit_price: Decimal
    price_factor: int


def open_lines(
    session: Session,
    org_id: int,
    supplier_id: int,
    items: Collection[int] = (),
    order_id: int = 0,
) -> list[OpenLine]:
    """Open lines of a member at a supplier, the oldest order first.

    Args:
        session: The unit of work.
        org_id: The member.
        supplier_id: The supplier.
        items: Only these items; empty for all.
        order_id: Only this order; 0 for all.
    """
    statement = (
        select(
            MemberOrderLine.order_id,
            MemberOrder.no.label("order_no"),
            MemberOrderLine.line,
            MemberOrderLine.item_id,
            (MemberOrderLine.qty - MemberOrderLine.received).label("left"),
            MemberOrderLine.unit_price,
            MemberOrderLine.price_factor,
        )
        .join(
            MemberOrder,
            (MemberOrder.org_id == MemberOrderLine.org_id)
            & (MemberOrder.id == MemberOrderLine.order_id),
        )
        .where(
            MemberOrder.org_id == org_id,
            MemberOrder.supplier_id == supplier_id,
            MemberOrder.status.in_(OPEN),
            MemberOrderLine.received < MemberOrderLine.qty,
        )
        .order_by(MemberOrder.created_at, MemberOrder.id, MemberOrderLine.line)
    )
    if items:
        statement = statement.where(MemberOrderLine.item_id.in_(sorted(items)))
    if order_id:
        statement = statement.where(MemberOrder.id == order_id)
    return [OpenLine(*row) for row in session.execute(statement)]


class Matcher:
    """Gives each delivered line an order line, using up what is left as it goes."""

    def __init__(self, lines: list[OpenLine]) -> None:
        self._by_key = {(line.order_id, line.line): line for line in lines}
        self._by_item: dict[int, list[OpenLine]] = {}
        for line in lines:
            self._by_item.setdefault(line.item_id, []).append(line)
        self._left = {(line.order_id, line.line): line.left for line in lines}

    def exactly(self, order_id: int, order_line: int) -> OpenLine | None:
        """The line that a note names itself, if it is still open."""
        return self._by_key.get((order_id, order_line))

    def best(self, item_id: int, qty: int, order_id: int = 0) -> OpenLine | None:
        """The oldest line of the item that `qty` fits in, else the oldest that has any left.

        Args:
            item_id: What was delivered.
            qty: Smallest units.
            order_id: The order that the note names, whose lines go first; 0 for none.
        """
        mine = [one for one in self._by_item.get(item_id, ()) if self.left(one) > 0]
        mine = [one for one in mine if one.order_id == order_id] or mine
        fits = [one for one in mine if self.left(one) >= qty]
        return next(iter(fits or mine), None)

    def left(self, line: OpenLine) -> int:
        """What is left of an order line after the notes taken so far."""
        return self._left[line.order_id, line.line]

    def take(self, line: OpenLine, qty: int) -> int:
        """Use up `qty` of an order line; what was left before."""
        before = self.left(line)
        self._left[line.order_id, line.line] = max(0, before - qty)
        return before
