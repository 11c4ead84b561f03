"""What each line is compared with: the last price, the listing, the ceiling, the lowest paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.pricing import PriceSource
from app.models.price import Price, PriceList
from app.services.queries.portions import key_portions

_PLACES: Final = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Reference:
    """The references of one item, per `factor` smallest units."""

    base: Decimal | None = None
    incumbent_id: int | None = None
    listed: Decimal | None = None
    ceiling: Decimal | None = None
    lowest: Decimal | None = None
    lowest_org_id: int | None = None


def references(session: Session, day: date, items: dict[int, int]) -> dict[int, Reference]:
    """References on `day` for items given with the price factor to state them in.

    The base is the group's own price in force (rank 1, the newest), else the lowest that any
    member pays; listing prices come from lists of that source, else from the cap on a price.
    """
    found: dict[int, list[Any]] = {item: [] for item in items}
    for chunk in key_portions(items):
        rows = session.execute(
            select(Price, PriceList.source)
            .join(PriceList, PriceList.id == Price.list_id)
            .where(
                Price.item_id.in_(chunk),
                Price.valid_from <= day,
                (Price.valid_to.is_(None)) | (Price.valid_to > day),
            )
        )
        for price, source in rows:
            found[price.item_id].append((price, source))
    return {item: _reference(rows, items[item]) for item, rows in found.items()}


def _reference(rows: list[Any], factor: int) -> Reference:
    paid = [price for price, source in rows if source != PriceSource.LISTED]
    listed = [_per(price, price.unit_price, factor) for price, s in rows if s == PriceSource.LISTED]
    caps = [_per(price, price.ceiling, factor) for price in paid if price.ceiling is not None]
    lowest = min(paid, key=lambda one: _per(one, one.unit_price, factor), default=None)
    group = [price for price in paid if price.org_id == 0]
    last = max(group, key=lambda one: (-one.rank, one.valid_from), default=lowest)
    listing = min(listed, default=min(caps, default=None))
    return Reference(
        base=_per(last, last.unit_price, factor) if last else None,
        incumbent_id=last.supplier_id if last else None,
        listed=listing,
        ceiling=min(caps, default=listing),
        lowest=_per(lowest, lowest.unit_price, factor) if lowest else None,
        lowest_org_id=lowest.org_id if lowest else None,
    )


def _per(price: Price, value: Decimal, factor: int) -> Decimal:
    return (value * factor / Decimal(price.price_factor)).quantize(_PLACES, ROUND_HALF_UP)
