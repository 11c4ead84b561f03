"""Which price holds: for an item at a supplier, for a member, on a day.

A member's own price goes before the group's; rank 1 is the winner, rank 2 the backup supplier.
One query for any number of items; used by suggestions, orders, receipts and settlement.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.price import Price, PriceList

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class PriceInForce:
    """A price that holds on the day asked for.

    Attributes:
        price_id: Its row, kept on documents as the source of the snapshot.
        unit_price: Per `price_factor` smallest units, tax included.
        source: 集采 / 挂网 / 集团议价 / 临采, as the list's source key.
    """

    price_id: int
    item_id: int
    supplier_id: int
    org_id: int
    unit_price: Decimal
    price_factor: int
    rank: int
    source: str
    ceiling: Decimal | None
    base_price: Decimal | None


def prices_on(
    session: Session, day: date, org_id: int, items: Collection[int]
) -> dict[int, tuple[PriceInForce, ...]]:
    """Prices in force on `day` for a member, by item; the one to buy at stands first."""
    found: dict[int, list[PriceInForce]] = {}
    for chunk in _chunks(items):
        rows = session.execute(
            select(Price, PriceList.source)
            .join(PriceList, PriceList.id == Price.list_id)
            .where(
                Price.item_id.in_(chunk),
                Price.org_id.in_((org_id, 0)),
                Price.valid_from <= day,
                (Price.valid_to.is_(None)) | (Price.valid_to > day),
            )
        ).all()
        for price, source in rows:
            found.setdefault(price.item_id, []).append(_row(price, source))
    return {item: tuple(sorted(rows, key=_order)) for item, rows in found.items()}


def best_price(
    session: Session, day: date, org_id: int, item_id: int, supplier_id: int | None = None
) -> PriceInForce | None:
    """The price to buy one item at, optionally at a given supplier; None when none holds."""
    rows = prices_on(session, day, org_id, (item_id,)).get(item_id, ())
    for row in rows:
        if supplier_id is None or row.supplier_id == supplier_id:
            return row
    return None


def _order(row: PriceInForce) -> tuple[bool, int, Decimal, int]:
    return (row.org_id == 0, row.rank, row.unit_price / row.price_factor, row.price_id)


def _row(price: Price, source: str) -> PriceInForce:
    return PriceInForce(
        price_id=price.id,
        item_id=price.item_id,
        supplier_id=price.supplier_id,
        org_id=price.org_id,
        unit_price=price.unit_price,
        price_factor=price.price_factor,
        rank=price.rank,
        source=source,
        ceiling=price.ceiling,
        base_price=price.base_price,
    )


def _chunks(items: Collection[int]) -> Iterable[list[int]]:
    ordered = sorted(items)
    for start in range(0, len(ordered), _CHUNK):
        yield ordered[start : start + _CHUNK]
