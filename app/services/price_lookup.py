"""Which price holds: for an item at a supplier, for a member, on a day.

A member's own price goes before the group's; rank 1 is the winner, rank 2 the backup supplier.
One query for any number of items; used by suggestions, orders, receipts and settlement.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import starmap
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.models.price import Price, PriceList
from app.services.queries.portions import key_portions
from app.services.ready import Ready

_IN_FORCE: Final = Ready(
    select(
        Price.id,
        Price.item_id,
        Price.supplier_id,
        Price.org_id,
        Price.unit_price,
        Price.price_factor,
        Price.rank,
        PriceList.source,
        Price.ceiling,
        Price.base_price,
    )
    .join(PriceList, PriceList.id == Price.list_id)
    .where(
        Price.item_id.in_(bindparam("items", expanding=True)),
        Price.org_id.in_(bindparam("orgs", expanding=True)),
        Price.valid_from <= bindparam("day"),
        (Price.valid_to.is_(None)) | (Price.valid_to > bindparam("day")),
    )
)


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
    found = prices_for(session, day, {org_id: items})
    return {item: prices for (_org, item), prices in found.items()}


def prices_for(
    session: Session, day: date, wanted: Mapping[int, Collection[int]]
) -> dict[tuple[int, int], tuple[PriceInForce, ...]]:
    """As `prices_on`, for the items of several members, by (member, item).

    The group's prices are read once and shared by the members without prices of their own.
    """
    rows = _read(session, day, {0, *wanted}, {item for items in wanted.values() for item in items})
    group = {item: prices for (org, item), prices in rows.items() if org == 0}
    found = {}
    for org, items in wanted.items():
        for item in items:
            own, shared = rows.get((org, item), ()) if org else (), group.get(item, ())
            if own or shared:
                found[org, item] = (*own, *shared) if own else shared
    return found


def best_prices(
    session: Session, day: date, orgs: Collection[int], items: Collection[int]
) -> dict[int, dict[int, PriceInForce]]:
    """The price to buy at, by member and then item: the first of `prices_for`."""
    best: dict[int, dict[int, PriceInForce]] = {org: {} for org in (0, *orgs)}
    for (org, item), prices in _read(session, day, best, items).items():
        best[org][item] = prices[0]
    return {org: best[0] | best[org] for org in orgs}


def _read(
    session: Session, day: date, orgs: Collection[int], items: Collection[int]
) -> dict[tuple[int, int], tuple[PriceInForce, ...]]:
    """Prices by (owner, item); a member's own stand before the group's, so each sorts alone."""
    found: dict[tuple[int, int], list[PriceInForce]] = {}
    for chunk in key_portions(items):
        rows = _IN_FORCE.rows(session, {"items": chunk, "orgs": sorted(orgs), "day": day})
        for price in starmap(PriceInForce, rows):
            found.setdefault((price.org_id, price.item_id), []).append(price)
    return {key: tuple(sorted(prices, key=_order)) for key, prices in found.items()}


def best_price(
    session: Session, day: date, org_id: int, item_id: int, supplier_id: int | None = None
) -> PriceInForce | None:
    """The price to buy one item at, optionally at a given supplier; None when none holds."""
    rows = prices_on(session, day, org_id, (item_id,)).get(item_id, ())
    for row in rows:
        if supplier_id is None or row.supplier_id == supplier_id:
            return row
    return None


def _order(row: PriceInForce) -> tuple[int, Decimal, int]:
    return (row.rank, row.unit_price / row.price_factor, row.price_id)
