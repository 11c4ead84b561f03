"""What is there and may be used: balances by lot under a place, with holds, for FEFO."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sqlalchemy import (
    ColumnElement,
    Executable,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from app.domain.documents import State
from app.domain.stock.fefo import LotStock
from app.models.base import BigInt, Flag
from app.models.receiving import Acceptance
from app.models.stock import Balance, Ledger, Lot, LotHold, Place
from app.services.ready import Ready

_USABLE_ZONES: Final = ("", "good")
"""Goods in 待验, 不合格 and 退货 may not be used; those in 待发 are packed or on their way."""
CAME_IN: Final = ("supplier", "opening", "found", "transit")
"""Kinds of places from which goods come at a price."""


def _stock_query() -> Executable:
    """Balances of some items at a place and all that hangs under it; one question for all of it."""
    root = bindparam("place", type_=BigInt)
    under = select(type_coerce(root, BigInt).label("id")).cte("under", recursive=True)
    below = select(Place.id).join(under, Place.parent_id == under.c.id)
    under = under.union(below.where(Place.org_id == bindparam("org"), Place.holds_stock.is_(True)))
    held = exists().where(
        LotHold.lot_id == Balance.lot_id,
        LotHold.org_id.in_((bindparam("org"), 0)),
        LotHold.released_at.is_(None),
    )
    return (
        select(
            Balance.item_id,
            Balance.place_id,
            Balance.lot_id,
            Balance.owner_id,
            Balance.qty,
            Lot.expiry,
            Lot.lot_no,
            type_coerce(held, Flag).label("held"),
        )
        .join(Place, and_(Place.org_id == Balance.org_id, Place.id == Balance.place_id))
        .outerjoin(Lot, Lot.id == Balance.lot_id)
        .where(
            Balance.org_id == bindparam("org"),
            Balance.item_id.in_(bindparam("items", expanding=True)),
            Balance.place_id.in_(select(under.c.id)),
            Balance.qty > 0,
            Place.zone.in_(_USABLE_ZONES),
            Place.holds_stock.is_(True),
        )
    )


def stands() -> ColumnElement[bool]:
    """Of a ledger row by which goods came in: its acceptance was not reversed.

    What a wrong receipt said about the price is no price that goods of the same lot came in at.
    """
    reversed_one = select(Acceptance.id).where(
        Acceptance.org_id == Ledger.org_id,
        Acceptance.id == Ledger.doc_id,
        Acceptance.status == State.REVERSED.value,
    )
    return ~reversed_one.exists()


def _receipt_query() -> Executable:
    """What each (item, lot, owner) of some lots cost when it last came in, read in one walk."""
    newest = func.row_number().over(
        partition_by=(Ledger.item_id, Ledger.lot_id, Ledger.owner_id), order_by=Ledger.seq.desc()
    )
    came_in = select(Place.id).where(Place.org_id == bindparam("org"), Place.kind.in_(CAME_IN))
    rows = (
        select(
            Ledger.item_id,
            Ledger.lot_id,
            Ledger.owner_id,
            Ledger.unit_price,
            Ledger.price_factor,
            newest.label("newest"),
        )
        .where(
            Ledger.org_id == bindparam("org"),
            Ledger.lot_id.in_(bindparam("lots", expanding=True)),
            Ledger.from_place.in_(came_in),
            Ledger.reversal_of == 0,
            stands(),
        )
        .subquery()
    )
    columns = (rows.c.item_id, rows.c.lot_id, rows.c.owner_id, rows.c.unit_price)
    return select(*columns, rows.c.price_factor).where(rows.c.newest == literal_column("1"))


_STOCK: Final = Ready(_stock_query())
_RECEIPTS: Final = Ready(_receipt_query())


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
    session: Session, org_id: int, place_id: int, items: Collection[int]
) -> dict[int, tuple[LotStock, ...]]:
    """Usable balances above zero by item, with expiry and whether the lot is frozen.

    Args:
        session: The unit of work.
        org_id: The organisation.
        place_id: Where to look: here and in all that hangs under it (`places_under`).
        items: Which items.
    """
    rows = _STOCK.rows(session, {"org": org_id, "place": place_id, "items": list(items)})
    found: dict[int, list[LotStock]] = {}
    for item, place, lot, owner, qty, expiry, lot_no, held in rows:
        found.setdefault(item, []).append(
            LotStock(
                place_id=place,
                lot_id=lot,
                owner_id=owner,
                qty=qty,
                expiry=expiry,
                lot_no=lot_no or "",
                held=held,
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
    rows = _RECEIPTS.rows(session, {"org": org_id, "lots": list(lots)})
    return {(row[0], row[1], row[2]): Cost(row[3], row[4]) for row in rows}
