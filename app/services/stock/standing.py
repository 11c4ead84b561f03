"""All stock of a scope as columns: item, place, quantity, value, without an object for each lot.

A screen shows two hundred lots; sums, exports of sums and month reports look at all of them. They
read these tuples, which cost a hundredth of the rows of `listing`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import Executable, bindparam, cast as as_type, func, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType as Stored

from app.domain.documents import State
from app.models.base import BigInt
from app.models.receiving import Acceptance
from app.models.stock import Balance, Ledger, Lot, Place
from app.services.stock.available import CAME_IN

_CENTS: Final = 100
"""Scaled price (× 10,000) by quantity, over this, is an amount in cents."""
LotKey = tuple[int, int, int, int]
"""Organisation, item, lot, owner."""


@dataclass(frozen=True, slots=True)
class OnHand:
    """What is where: three columns of equal length, one entry per item at a place.

    Attributes:
        items: Ids of items.
        places: Ids of places.
        quantities: Smallest units, above zero, all lots and owners together.
    """

    items: tuple[int, ...]
    places: tuple[int, ...]
    quantities: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Priced:
    """What a lot cost when it last came in: scaled by 10,000, for so many smallest units."""

    price: int
    factor: int

    def cents(self, qty: int) -> int:
        """The amount for `qty` in cents, rounded half up once, as `money.amount` does."""
        whole = self.factor * _CENTS
        return (2 * self.price * qty + whole) // (2 * whole)


_ON_HAND: Final = (
    select(Balance.item_id, Balance.place_id, as_type(func.sum(Balance.qty), BigInt))
    .where(Balance.org_id.in_(bindparam("orgs", expanding=True)), Balance.qty > 0)
    .group_by(Balance.org_id, Balance.place_id, Balance.item_id)
)


def on_hand(session: Session, orgs: Collection[int]) -> OnHand:
    """Every item at every place of the organisations, which the reader may see."""
    with plain_rows(session, _ON_HAND, {"orgs": list(orgs)}) as rows:
        items, places, quantities = tuple(zip(*rows, strict=True)) or ((), (), ())
        return OnHand(items, places, quantities)


_CAME_IN: Final = select(
    Ledger.seq,
    Ledger.org_id,
    Ledger.item_id,
    Ledger.lot_id,
    Ledger.owner_id,
    type_coerce(Ledger.unit_price, BigInt),
    Ledger.price_factor,
).where(
    Ledger.org_id.in_(bindparam("orgs", expanding=True)),
    Ledger.from_place.in_(
        select(Place.id).where(
            Place.org_id.in_(bindparam("orgs", expanding=True)), Place.kind.in_(CAME_IN)
        )
    ),
    Ledger.reversal_of == 0,
    Ledger.doc_id.not_in(  # one list for the whole walk; `stands` looks each of them up
        select(Acceptance.id).where(
            Acceptance.org_id.in_(bindparam("orgs", expanding=True)),
            Acceptance.status == State.REVERSED.value,
        )
    ),
)


def prices(session: Session, orgs: Collection[int]) -> Mapping[LotKey, Priced]:
    """What every lot of the organisations cost when it last came in; one walk, nothing sorted."""
    last: dict[LotKey, tuple[int, int, int]] = {}
    with plain_rows(session, _CAME_IN, {"orgs": list(orgs)}) as rows:
        for seq, org, item, lot, owner, price, factor in rows:
            key = (org, item, lot, owner)
            kept = last.get(key)
            if kept is None or kept[0] < seq:
                last[key] = (seq, price, factor)
    known = {kept[1:]: Priced(*kept[1:]) for kept in last.values()}
    return {key: known[kept[1:]] for key, kept in last.items()}


_LOTS: Final = (
    select(
        Balance.org_id,
        Balance.item_id,
        Balance.lot_id,
        Balance.owner_id,
        Balance.qty,
        type_coerce(Lot.expiry, Stored),
    )
    .outerjoin(Lot, Lot.id == Balance.lot_id)
    .where(Balance.org_id.in_(bindparam("orgs", expanding=True)), Balance.qty > 0)
)


class ValuedLot(NamedTuple):
    """One lot of one owner at one place, as sums need it; money in cents."""

    org_id: int
    item_id: int
    lot_id: int
    owner_id: int
    qty: int
    expiry: date | None
    cents: int


def valued_lots(
    session: Session, orgs: Collection[int], query: Executable = _LOTS
) -> Iterator[ValuedLot]:
    """All lots of the organisations with their value, in no order and without names.

    Args:
        session: The unit of work.
        orgs: Which the reader may see.
        query: The columns of a `ValuedLot` without the last, the expiry as it is stored.
    """
    cost = prices(session, orgs)
    with plain_rows(session, query, {"orgs": list(orgs)}) as rows:
        for org, item, lot, owner, qty, stored in rows:
            price = cost.get((org, item, lot, owner))
            worth = price.cents(qty) if price else 0
            yield ValuedLot(org, item, lot, owner, qty, plain_day(stored), worth)


@contextmanager
def plain_rows(
    session: Session, query: Executable, values: Mapping[str, object]
) -> Iterator[Iterable[Any]]:
    """The driver's own tuples: a million of them cost a tenth of SQLAlchemy's rows."""
    with session.connection().execute(query, values) as found:
        cursor: Any = found.cursor
        yield cursor


@lru_cache(maxsize=4096)
def plain_day(stored: object) -> date | None:
    """A day as the driver has it: text in a file, a date from a server."""
    return date.fromisoformat(stored) if isinstance(stored, str) else cast("date | None", stored)


def from_cents(value: int) -> Decimal:
    """Cents as an amount with two places."""
    return Decimal(value).scaleb(-2)
