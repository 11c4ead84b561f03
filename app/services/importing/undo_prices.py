"""Taking imported prices back: which of them later work rests on, asked for many at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final, cast

from sqlalchemy import Table, Update, delete, func, select, update
from sqlalchemy.orm import Session

from app.i18n import _
from app.models.base import BigInt
from app.models.item import Item
from app.models.order import MemberOrder, MemberOrderLine
from app.models.price import Price
from app.models.stock import Ledger
from app.services.many import ForEach
from app.services.queries.portions import key_portions

_PRICE: Final = cast("Table", Price.__table__)


def _reopen(price: Any, day: Any) -> Update:
    return update(_PRICE).where(_PRICE.c.id == price).values(valid_to=day)


_REOPEN: Final = ForEach(_reopen, price=BigInt, day=_PRICE.c.valid_to.type)


class PricesUsed:
    """Whether prices were followed by others, or goods ordered or booked at them since."""

    def __init__(self, session: Session, prices: Sequence[int]) -> None:
        self._prices: dict[int, tuple[Price, str]] = {}
        for part in key_portions(prices):
            for price, code, name in session.execute(
                select(Price, Item.code, Item.name)
                .join(Item, Item.id == Price.item_id)
                .where(Price.id.in_(part))
                .execution_options(populate_existing=True)
            ):
                self._prices[price.id] = price, f"{code} {name}"
        made = [price.created_at for price, _title in self._prices.values()]
        items = {price.item_id for price, _title in self._prices.values()}
        self._ordered: dict[tuple[int, int], datetime] = {}
        self._booked: dict[int, datetime] = {}
        for part in key_portions(items):
            self._read(session, part, min(made))

    def _read(self, session: Session, items: list[int], since: datetime) -> None:
        """When each was last ordered from a supplier, and last booked."""
        orders = session.execute(
            select(
                MemberOrderLine.item_id, MemberOrder.supplier_id, func.max(MemberOrder.created_at)
            )
            .join(
                MemberOrder,
                (MemberOrder.org_id == MemberOrderLine.org_id)
                & (MemberOrder.id == MemberOrderLine.order_id),
            )
            .where(MemberOrderLine.item_id.in_(items), MemberOrder.created_at >= since)
            .group_by(MemberOrderLine.item_id, MemberOrder.supplier_id)
        )
        self._ordered |= {(item, supplier): at for item, supplier, at in orders}
        moves = session.execute(
            select(Ledger.item_id, func.max(Ledger.posted_at))
            .where(Ledger.item_id.in_(items), Ledger.posted_at >= since)
            .group_by(Ledger.item_id)
        )
        self._booked |= dict(moves.all())

    def told(self, entry: dict[str, Any]) -> tuple[str, str]:
        """Why a price must stay (empty if it need not), and what it is of."""
        found = self._prices.get(int(entry["price"]))
        if found is None:
            return _("后来改过"), str(entry["price"])
        price, title = found
        if (price.valid_to.isoformat() if price.valid_to else None) != entry["valid_to"]:
            return _("后来又有新价格接续"), title
        last = (
            self._ordered.get((price.item_id, price.supplier_id)),
            self._booked.get(price.item_id),
        )
        if any(at is not None and at >= price.created_at for at in last):
            return _("已按这个价格下单或收货"), title
        return "", title


def take_back(session: Session, entries: Sequence[dict[str, Any]]) -> int:
    """Remove the prices, and let those that they had closed hold on; how many hold on."""
    for part in key_portions(int(entry["price"]) for entry in entries):
        gone = delete(Price).where(Price.id.in_(part))
        session.execute(gone.execution_options(synchronize_session=False))
    rows = [
        (int(entry["closed"]), date.fromisoformat(entry["until"]) if entry["until"] else None)
        for entry in entries
        if entry["closed"]
    ]
    _REOPEN.do(session, sorted(rows, key=lambda row: row[0]))
    return len(rows)
