"""What is there and may be used: balances by lot under a place, with holds, for FEFO."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.stock.fefo import LotStock
from app.models.stock import Balance, Ledger, Lot, LotHold, Place

_USABLE_ZONES = ("", "good")
"""Goods in 待验, 不合格 and 退货 may not be used; those in 待发 are packed or on their way."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What goods of a lot cost when they came in."""

    unit_price: Decimal
    price_factor: int


def places_under(
    session: Session, org_id: int, place_id: int, *, packed: bool = False
) -> frozenset[int]:
    """The place and all that hangs under it, as far as goods there may be used.

    Args:
        session: The unit of work.
        org_id: The organisation.
        place_id: Where to begin.
        packed: Count places of fixed packs too: goods that are there, but not loose.
    """
    zones = (*_USABLE_ZONES, "outgoing") if packed else _USABLE_ZONES
    rows = session.execute(
        select(Place.id, Place.parent_id, Place.zone).where(
            Place.org_id == org_id, Place.holds_stock.is_(True)
        )
    ).all()
    children: dict[int, list[int]] = {}
    usable = {row.id for row in rows if row.zone in zones}
    for row in rows:
        if row.parent_id is not None:
            children.setdefault(row.parent_id, []).append(row.id)
    found: set[int] = set()
    waiting = [place_id]
    while waiting:
        place = waiting.pop()
        if place not in found:
            found.add(place)
            waiting.extend(children.get(place, ()))
    return frozenset(found & usable)


def lot_stock(
    session: Session, org_id: int, places: Collection[int], items: Collection[int]
) -> dict[int, tuple[LotStock, ...]]:
    """Balances above zero by item, with expiry and whether the lot is frozen."""
    held = held_lots(session, org_id)
    rows = session.execute(
        select(
            Balance.item_id,
            Balance.place_id,
            Balance.lot_id,
            Balance.owner_id,
            Balance.qty,
            Lot.expiry,
            Lot.lot_no,
        )
        .outerjoin(Lot, Lot.id == Balance.lot_id)
        .where(
            Balance.org_id == org_id,
            Balance.item_id.in_(items),
            Balance.place_id.in_(places),
            Balance.qty > 0,
        )
    ).all()
    found: dict[int, list[LotStock]] = {}
    for row in rows:
        found.setdefault(row.item_id, []).append(
            LotStock(
                place_id=row.place_id,
                lot_id=row.lot_id,
                owner_id=row.owner_id,
                qty=row.qty,
                expiry=row.expiry,
                lot_no=row.lot_no or "",
                held=row.lot_id in held,
            )
        )
    return {item: tuple(stock) for item, stock in found.items()}


def held_lots(session: Session, org_id: int) -> frozenset[int]:
    """Lots that are frozen for the organisation or for the whole group."""
    return frozenset(
        session.scalars(
            select(LotHold.lot_id).where(
                LotHold.org_id.in_((org_id, 0)), LotHold.released_at.is_(None)
            )
        )
    )


def receipt_costs(
    session: Session, org_id: int, lots: Collection[int]
) -> dict[tuple[int, int, int], Cost]:
    """The latest price at which each (item, lot, owner) came in."""
    came_in = select(Place.id).where(
        Place.org_id == org_id, Place.kind.in_(("supplier", "opening", "found", "transit"))
    )
    latest = (
        select(func.max(Ledger.seq).label("seq"))
        .where(
            Ledger.org_id == org_id,
            Ledger.lot_id.in_(lots),
            Ledger.from_place.in_(came_in),
            Ledger.reversal_of == 0,
        )
        .group_by(Ledger.item_id, Ledger.lot_id, Ledger.owner_id)
        .subquery()
    )
    rows = session.execute(
        select(
            Ledger.item_id, Ledger.lot_id, Ledger.owner_id, Ledger.unit_price, Ledger.price_factor
        )
        .join(latest, latest.c.seq == Ledger.seq)
        .where(Ledger.org_id == org_id)
    ).all()
    return {
        (row.item_id, row.lot_id, row.owner_id): Cost(row.unit_price, row.price_factor)
        for row in rows
    }
