"""Figures of the workbench: stock, use and prices, valued at the prices in force today."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.domain.money import amount, cents
from app.models.demand import Demand
from app.models.stock import Balance, Lot, Place
from app.services.db import Database, today
from app.services.price_lookup import PriceInForce, prices_on

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


Prices = Mapping[tuple[int, int], PriceInForce]


def figures(db: Database, actor: Actor, org_ids: Collection[int]) -> Figures:
    """The figures of these organisations (of which the person sees only the own ones)."""
    orgs = sorted(actor.orgs() & set(org_ids))
    with db.read() as session:
        day = today(session)
        lots = _lots(session, orgs)
        use = _use(session, orgs, day)
        months = _months(session, orgs, day)
        wanted: dict[int, set[int]] = {org: set() for org in orgs}
        for key in (*((row.org_id, row.item_id) for row in lots), *use, *months):
            wanted[key[0]].add(key[1])
        prices = _prices(session, day, wanted)
    stocked = {(row.org_id, row.item_id) for row in lots}
    bands = _bands(lots, prices, day)
    base, saved = _saved(use, prices)
    return Figures(
        day=day,
        stock_value=sum((band.value for band in bands), Decimal(0)),
        stocked_items=_distinct(stocked),
        use_value=_value(use, prices),
        used_items=_distinct(use),
        missing_items=_distinct(set(use) - stocked),
        base_value=base,
        saved=saved,
        months=_month_values(months, prices, day),
        expired=bands[0],
        near=bands[1],
        soon=bands[2],
        later=bands[3],
        unknown=bands[4],
    )


def _distinct(keys: Collection[tuple[int, int]]) -> int:
    """How many items there are among (organisation, item) pairs."""
    return len({item for _org, item in keys})


def _lots(session: Session, orgs: list[int]) -> list[Any]:
    return list(
        session.execute(
            select(
                Balance.org_id,
                Balance.item_id,
                Balance.lot_id,
                Lot.expiry,
                func.sum(Balance.qty).label("qty"),
            )
            .join(Place, (Place.org_id == Balance.org_id) & (Place.id == Balance.place_id))
            .outerjoin(Lot, Lot.id == Balance.lot_id)
            .where(Balance.org_id.in_(orgs), Balance.qty > 0, Place.holds_stock.is_(True))
            .group_by(Balance.org_id, Balance.item_id, Balance.lot_id, Lot.expiry)
        )
    )


def _use(session: Session, orgs: list[int], day: date) -> dict[tuple[int, int], int]:
    rows = session.execute(
        select(Demand.org_id, Demand.item_id, func.sum(Demand.given))
        .where(Demand.org_id.in_(orgs), Demand.day >= day - timedelta(days=_DAYS), Demand.day < day)
        .group_by(Demand.org_id, Demand.item_id)
    )
    return {(org, item): int(given) for org, item, given in rows if given}


def _months(session: Session, orgs: list[int], day: date) -> dict[tuple[int, int], dict[date, int]]:
    """Given quantities per item and month; one query per month, each on the index by day."""
    found: dict[tuple[int, int], dict[date, int]] = {}
    for first, after in _month_spans(day):
        rows = session.execute(
            select(Demand.org_id, Demand.item_id, func.sum(Demand.given))
            .where(Demand.org_id.in_(orgs), Demand.day >= first, Demand.day < after)
            .group_by(Demand.org_id, Demand.item_id)
        )
        for org, item, given in rows:
            found.setdefault((org, item), {})[first] = int(given)
    return found


def _month_spans(day: date) -> list[tuple[date, date]]:
    spans = []
    first = day.replace(day=1)
    after = day + timedelta(days=1)
    for _step in range(_MONTHS):
        spans.append((first, after))
        after, first = first, (first - timedelta(days=1)).replace(day=1)
    return spans[::-1]


def _prices(session: Session, day: date, wanted: Mapping[int, Collection[int]]) -> Prices:
    found: dict[tuple[int, int], PriceInForce] = {}
    for org, items in wanted.items():
        for item, rows in prices_on(session, day, org, items).items():
            found[org, item] = rows[0]
    return found


def _worth(prices: Prices, key: tuple[int, int], quantity: int) -> Decimal:
    price = prices.get(key)
    return amount(price.unit_price, quantity, price.price_factor) if price else Decimal(0)


def _value(use: Mapping[tuple[int, int], int], prices: Prices) -> Decimal:
    return sum((_worth(prices, key, quantity) for key, quantity in use.items()), Decimal(0))


def _saved(use: Mapping[tuple[int, int], int], prices: Prices) -> tuple[Decimal, Decimal]:
    base = saved = Decimal(0)
    for key, quantity in use.items():
        price = prices.get(key)
        if price and price.base_price:
            before = amount(price.base_price, quantity, price.price_factor)
            base += before
            saved += before - _worth(prices, key, quantity)
    return cents(base), cents(saved)


def _bands(lots: list[Any], prices: Prices, day: date) -> tuple[Band, ...]:
    counts, values = [0] * 5, [Decimal(0)] * 5
    for row in lots:
        place = _band(row.expiry, day)
        counts[place] += 1
        values[place] += _worth(prices, (row.org_id, row.item_id), int(row.qty))
    return tuple(Band(*pair) for pair in zip(counts, values, strict=True))


def _band(expiry: date | None, day: date) -> int:
    if expiry is None:
        return 4
    if expiry < day:
        return 0
    months = (expiry.year - day.year) * 12 + expiry.month - day.month - (expiry.day < day.day)
    return 1 if months < 3 else 2 if months < 6 else 3  # noqa: PLR2004 - design §2


def _month_values(
    months: Mapping[tuple[int, int], Mapping[date, int]], prices: Prices, day: date
) -> tuple[MonthUse, ...]:
    totals = {first: Decimal(0) for first, _after in _month_spans(day)}
    for key, by_month in months.items():
        for first, quantity in by_month.items():
            totals[first] += _worth(prices, key, quantity)
    return tuple(MonthUse(first, value) for first, value in totals.items())
