"""Figures of the workbench: stock, use and prices, valued at the prices in force today."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, bindparam, cast as as_type, func, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType as Stored

from app.domain import expiry
from app.domain.duties import Actor
from app.domain.expiry import add_months
from app.domain.money import to_scaled
from app.models.base import BigInt
from app.models.demand import Demand
from app.models.stock import Balance, Lot, Place
from app.services.db import Database, today
from app.services.price_lookup import PriceInForce, best_prices
from app.services.stock.standing import Priced, from_cents, plain_day, plain_rows

WEEKS: Final = 4
_DAYS: Final = 7 * WEEKS
_MONTHS: Final = 6


@dataclass(frozen=True, slots=True)
class Band:
    """Stock in one band of expiry: number of lots and their value."""

    lots: int
    value: Decimal


@dataclass(frozen=True, slots=True)
class MonthUse:
    """Value of what was given out in a month."""

    month: date
    value: Decimal


@dataclass(frozen=True, slots=True)
class Figures:
    """What the workbench shows.

    Attributes:
        day: The day asked for.
        stock_value: Stock at the price in force.
        stocked_items: Items with stock.
        use_value: Use of the last 4 weeks at the price in force.
        used_items: Items used in the last 4 weeks.
        missing_items: Of those, items that some organisation using them has no stock of.
        base_value: The same use at the base prices of the lists.
        saved: Base value less value, for items that have a base price.
        months: Use per month, oldest first, the running month last.
        expired, near, soon, later, unknown: Lots by expiry (3 and 6 months).
    """

    day: date
    stock_value: Decimal
    stocked_items: int
    use_value: Decimal
    used_items: int
    missing_items: int
    base_value: Decimal
    saved: Decimal
    months: tuple[MonthUse, ...]
    expired: Band
    near: Band
    soon: Band
    later: Band
    unknown: Band

    @property
    def days_of_stock(self) -> Decimal | None:
        """How many days the stock lasts at the use of the last 4 weeks; None without use."""
        if not self.use_value:
            return None
        return self.stock_value * _DAYS / self.use_value


_Money = Mapping[int, tuple[Priced, Priced | None]]
"""A member's price to buy at and its base price, by item."""


class _Member(NamedTuple):
    """What a member has and gives out.

    Attributes:
        lots: Item, expiry as it is stored, quantity.
        stocked: The items of the lots.
        uses: By item what was given: each month, the oldest first, and last the four weeks; None
            where nothing was.
    """

    lots: list[tuple[int, object, int]]
    stocked: set[int]
    uses: dict[int, list[int | None]]


def figures(db: Database, actor: Actor, org_ids: Collection[int]) -> Figures:
    """The figures of these organisations (of which the person sees only the own ones)."""
    orgs = sorted(actor.orgs() & set(org_ids))
    with db.read() as session:
        day = today(session)
        windows = _windows(day)
        members = {org: _member(session, org, windows) for org in orgs}
        items = {item for member in members.values() for item in (*member.stocked, *member.uses)}
        prices = _prices(session, day, orgs, items)
    totals = _Totals(day)
    for org, member in members.items():
        totals.add_lots(member.lots, prices[org])
        totals.add_uses(member, prices[org])
    return totals.figures()


_HELD: Final = (
    select(Balance.item_id, Balance.lot_id, func.sum(Balance.qty).label("qty"))
    .where(
        Balance.org_id == bindparam("org"),
        Balance.qty > 0,
        Balance.place_id.in_(
            select(Place.id).where(Place.org_id == bindparam("org"), Place.holds_stock.is_(True))
        ),
    )
    .group_by(Balance.item_id, Balance.lot_id)
    .subquery()
)
_LOTS: Final = select(
    _HELD.c.item_id, type_coerce(Lot.expiry, Stored), as_type(_HELD.c.qty, BigInt)
).outerjoin(Lot, Lot.id == _HELD.c.lot_id)


def _given(window: int) -> ColumnElement[int]:
    """What was given within one of the windows of `_windows`."""
    inside = Demand.day.between(bindparam(f"first_{window}"), bindparam(f"last_{window}"))
    return as_type(func.sum(Demand.given).filter(inside), BigInt)


_USES: Final = (
    select(Demand.item_id, *map(_given, range(_MONTHS + 1)))
    .where(
        Demand.org_id == bindparam("org"),
        Demand.day.between(bindparam("first"), bindparam("last")),
        Demand.given > 0,
    )
    .group_by(Demand.item_id)
)


def _member(session: Session, org: int, windows: Mapping[str, date]) -> _Member:
    """One member alone: the database adds up few rows at a time, in the order of an index."""
    with plain_rows(session, _LOTS, {"org": org}) as rows:
        lots = list(rows)
    with plain_rows(session, _USES, {"org": org, **windows}) as rows:
        uses = {item: given for item, *given in rows}
    return _Member(lots, {item for item, _stored, _quantity in lots}, uses)


def _windows(day: date) -> dict[str, date]:
    """First and last day of each month shown, of the four weeks, and of all of them."""
    months = _months(day)
    yesterday = day - timedelta(days=1)
    ends = [*(first - timedelta(days=1) for first in months[1:]), day]
    spans = [*zip(months, ends, strict=True), (day - timedelta(days=_DAYS), yesterday)]
    found = {"first": months[0], "last": day}
    for number, (first, last) in enumerate(spans):
        found[f"first_{number}"], found[f"last_{number}"] = first, last
    return found


def _months(day: date) -> list[date]:
    """The first days of the months shown, the oldest first."""
    return [add_months(day.replace(day=1), -back) for back in reversed(range(_MONTHS))]


def _prices(
    session: Session, day: date, orgs: Collection[int], items: Collection[int]
) -> dict[int, _Money]:
    """By member; a price that many members buy at is one object."""
    known: dict[int, tuple[Priced, Priced | None]] = {}

    def money(best: PriceInForce) -> tuple[Priced, Priced | None]:
        found = known.get(best.price_id)
        if found is None:
            base = best.base_price
            found = known[best.price_id] = (
                Priced(to_scaled(best.unit_price), best.price_factor),
                Priced(to_scaled(base), best.price_factor) if base else None,
            )
        return found

    return {
        org: {item: money(best) for item, best in prices.items()}
        for org, prices in best_prices(session, day, orgs, items).items()
    }


class _Totals:
    """What the figures of all members add up to; money in cents."""

    def __init__(self, day: date) -> None:
        self._day = day
        self._lots = dict.fromkeys(expiry.Band, 0)
        self._worth = dict.fromkeys(expiry.Band, 0)
        self._lights: dict[object, expiry.Band] = {}
        self._months = [0] * _MONTHS
        self._stocked: set[int] = set()
        self._used: set[int] = set()
        self._missing: set[int] = set()
        self._use = self._base = self._saved = 0

    def add_lots(self, lots: list[tuple[int, object, int]], prices: _Money) -> None:
        """Count a member's lots by their lights, and what they are worth."""
        lights, counts, worth = self._lights, self._lots, self._worth
        for item, stored, quantity in lots:
            light = lights.get(stored)
            if light is None:
                light = lights[stored] = expiry.band(plain_day(stored), self._day)
            counts[light] += 1
            money = prices.get(item)
            if money is not None:
                worth[light] += money[0].cents(quantity)

    def add_uses(self, member: _Member, prices: _Money) -> None:
        """Add what a member gave out, and see what is used and not there."""
        self._stocked |= member.stocked
        for item, (*months, weeks) in member.uses.items():
            price, base = prices.get(item) or (None, None)
            if weeks:
                self._used.add(item)
                if item not in member.stocked:
                    self._missing.add(item)
            if price is None:
                continue
            for place, quantity in enumerate(months):
                if quantity:
                    self._months[place] += price.cents(quantity)
            if weeks:
                self._add_recent(price.cents(weeks), base.cents(weeks) if base else None)

    def _add_recent(self, value: int, before: int | None) -> None:
        self._use += value
        if before is not None:
            self._base += before
            self._saved += before - value

    def figures(self) -> Figures:
        """All of it, as it is shown."""
        bands = {light: Band(n, from_cents(self._worth[light])) for light, n in self._lots.items()}
        months = zip(_months(self._day), map(from_cents, self._months), strict=True)
        return Figures(
            day=self._day,
            stock_value=from_cents(sum(self._worth.values())),
            stocked_items=len(self._stocked),
            use_value=from_cents(self._use),
            used_items=len(self._used),
            missing_items=len(self._missing),
            base_value=from_cents(self._base),
            saved=from_cents(self._saved),
            months=tuple(MonthUse(*month) for month in months),
            expired=bands[expiry.Band.EXPIRED],
            near=bands[expiry.Band.NEAR],
            soon=bands[expiry.Band.WARN],
            later=bands[expiry.Band.OK],
            unknown=bands[expiry.Band.MISSING],
        )
