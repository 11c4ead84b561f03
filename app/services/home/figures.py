"""Figures of the workbench: stock, use and prices, valued at the prices in force today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy import bindparam, select, type_coerce
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType as Stored

from app.domain.duties import Actor
from app.domain.money import to_scaled
from app.models.demand import Demand
from app.models.stock import Balance, Lot, Place
from app.services.bulk import unswept
from app.services.db import Database, today
from app.services.price_lookup import prices_for
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


_Pair = tuple[int, int]
"""Organisation, item."""
_Money = dict[_Pair, tuple[Priced, Priced | None]]
"""The price to buy at, and its base price."""


def figures(db: Database, actor: Actor, org_ids: Collection[int]) -> Figures:
    """The figures of these organisations (of which the person sees only the own ones)."""
    orgs = sorted(actor.orgs() & set(org_ids))
    with db.read() as session, unswept():
        day = today(session)
        lots = _lots(session, orgs)
        expiries = _expiries(session, orgs)
        uses = _uses(session, orgs, day)
        wanted: dict[int, set[int]] = {org: set() for org in orgs}
        for org, item in (*((org, item) for org, item, _lot in lots), *uses):
            wanted[org].add(item)
        prices = _prices(session, day, wanted)
    stocked = {(org, item) for org, item, _lot in lots}
    recent = {key: sums[-1] for key, sums in uses.items() if sums[-1]}
    bands = _bands(lots, expiries, prices, day)
    base, saved = _saved(recent, prices)
    return Figures(
        day=day,
        stock_value=sum((band.value for band in bands), Decimal(0)),
        stocked_items=_distinct(stocked),
        use_value=_value(recent, prices),
        used_items=_distinct(recent),
        missing_items=_distinct(recent.keys() - stocked),
        base_value=base,
        saved=saved,
        months=_month_values(uses, prices, day),
        expired=bands[0],
        near=bands[1],
        soon=bands[2],
        later=bands[3],
        unknown=bands[4],
    )


def _distinct(keys: Collection[tuple[int, int]]) -> int:
    """How many items there are among (organisation, item) pairs."""
    return len({item for _org, item in keys})


_BALANCES: Final = select(
    Balance.org_id, Balance.place_id, Balance.item_id, Balance.lot_id, Balance.qty
).where(Balance.org_id.in_(bindparam("orgs", expanding=True)), Balance.qty > 0)
_DATED: Final = select(Lot.id, type_coerce(Lot.expiry, Stored)).where(
    Lot.id.in_(
        select(Balance.lot_id).where(
            Balance.org_id.in_(bindparam("orgs", expanding=True)), Balance.qty > 0
        )
    )
)
_GIVEN: Final = select(
    Demand.org_id, Demand.item_id, type_coerce(Demand.day, Stored), Demand.given
).where(
    Demand.org_id.in_(bindparam("orgs", expanding=True)),
    Demand.day >= bindparam("first"),
    Demand.day <= bindparam("last"),
    Demand.given > 0,
)


def _lots(session: Session, orgs: list[int]) -> dict[tuple[int, int, int], int]:
    """Quantity by (organisation, item, lot), where stock lies."""
    outside = {
        (row.org_id, row.id)
        for row in session.execute(
            select(Place.org_id, Place.id).where(
                Place.org_id.in_(orgs), Place.holds_stock.is_(False)
            )
        )
    }
    places = {place for _org, place in outside}
    found: defaultdict[tuple[int, int, int], int] = defaultdict(int)
    with plain_rows(session, _BALANCES, {"orgs": orgs}) as rows:
        for org, place, item, lot, qty in rows:
            if place not in places or (org, place) not in outside:
                found[org, item, lot] += qty
    return found


def _expiries(session: Session, orgs: list[int]) -> dict[int, date | None]:
    with plain_rows(session, _DATED, {"orgs": orgs}) as rows:
        return {lot: plain_day(stored) for lot, stored in rows}


def _uses(session: Session, orgs: list[int], day: date) -> dict[_Pair, list[int]]:
    """Given quantities per item: each month, the oldest first, and last the four weeks.

    One walk over the months' rows: to sum them in the database, it would sort them.
    """
    spans = _month_spans(day)
    weeks = (day - timedelta(days=_DAYS), day)
    values = {"orgs": orgs, "first": min(spans[0][0], weeks[0]), "last": day}
    found: defaultdict[_Pair, list[int]] = defaultdict(lambda: [0] * (_MONTHS + 1))
    places: dict[object, tuple[int, ...]] = {}
    with plain_rows(session, _GIVEN, values) as rows:
        for org, item, stored, given in rows:
            if stored not in places:
                on = plain_day(stored)
                places[stored] = tuple(
                    place
                    for place, (first, after) in enumerate((*spans, weeks))
                    if on is not None and first <= on < after
                )
            sums = found[org, item]
            for place in places[stored]:
                sums[place] += given
    return found


def _month_spans(day: date) -> list[tuple[date, date]]:
    spans = []
    first = day.replace(day=1)
    after = day + timedelta(days=1)
    for _step in range(_MONTHS):
        spans.append((first, after))
        after, first = first, (first - timedelta(days=1)).replace(day=1)
    return spans[::-1]


def _prices(session: Session, day: date, wanted: Mapping[int, Collection[int]]) -> _Money:
    known: dict[int, tuple[Priced, Priced | None]] = {}
    found: _Money = {}
    for key, (best, *_others) in prices_for(session, day, wanted).items():
        money = known.get(best.price_id)
        if money is None:
            base = best.base_price
            money = known[best.price_id] = (
                Priced(to_scaled(best.unit_price), best.price_factor),
                Priced(to_scaled(base), best.price_factor) if base else None,
            )
        found[key] = money
    return found


def _value(use: Mapping[_Pair, int], prices: _Money) -> Decimal:
    return from_cents(
        sum(prices[key][0].cents(quantity) for key, quantity in use.items() if key in prices)
    )


def _saved(use: Mapping[_Pair, int], prices: _Money) -> tuple[Decimal, Decimal]:
    before = after = 0
    for key, quantity in use.items():
        price, base = prices.get(key) or (None, None)
        if price and base:
            before += base.cents(quantity)
            after += price.cents(quantity)
    return from_cents(before), from_cents(before - after)


def _bands(
    lots: Mapping[tuple[int, int, int], int],
    expiries: Mapping[int, date | None],
    prices: _Money,
    day: date,
) -> tuple[Band, ...]:
    counts, values = [0] * 5, [0] * 5
    lights: dict[date | None, int] = {}
    for (org, item, lot), quantity in lots.items():
        expiry = expiries.get(lot)
        place = lights.get(expiry, -1)
        if place < 0:
            place = lights[expiry] = _band(expiry, day)
        counts[place] += 1
        money = prices.get((org, item))
        if money is not None:
            values[place] += money[0].cents(quantity)
    pairs = zip(counts, map(from_cents, values), strict=True)
    return tuple(Band(*pair) for pair in pairs)


def _band(expiry: date | None, day: date) -> int:
    if expiry is None:
        return 4
    if expiry < day:
        return 0
    months = (expiry.year - day.year) * 12 + expiry.month - day.month - (expiry.day < day.day)
    return 1 if months < 3 else 2 if months < 6 else 3  # noqa: PLR2004 - design §2


def _month_values(
    uses: Mapping[_Pair, Sequence[int]], prices: _Money, day: date
) -> tuple[MonthUse, ...]:
    totals = [0] * _MONTHS
    for key, sums in uses.items():
        money = prices.get(key)
        if money is None:
            continue
        for place in range(_MONTHS):
            if sums[place]:
                totals[place] += money[0].cents(sums[place])
    spans = _month_spans(day)
    return tuple(
        MonthUse(first, from_cents(total))
        for (first, _after), total in zip(spans, totals, strict=True)
    )
