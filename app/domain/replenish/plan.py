"""The whole for one item at one place: demand in, suggestion with its reasons out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.domain.replenish.calendar import Interval
from app.domain.replenish.explain import Phrase
from app.domain.replenish.forecast import SHOWN_WEEKS, WeekAhead, weeks_ahead
from app.domain.replenish.item import Item
from app.domain.replenish.levels import Levels, levels, usable_within
from app.domain.replenish.position import Position, days_left, position
from app.domain.replenish.rates import RECENT_DAYS, Rate, daily_rate
from app.domain.replenish.series import Series
from app.domain.replenish.suggestion import Facts, Suggested, suggest
from app.domain.replenish.together import points
from app.domain.replenish.words import Surroundings, detail, headline, last_year_rise

YEAR: Final = 365
_FRESH: Final = 0.75
"""Goods arrive with at least this share of their shelf life; the rest went by on the way."""
FOREVER: Final = 9999.0


@dataclass(frozen=True, slots=True)
class Plan:
    """The suggestion for one item with all that is shown about it."""

    suggested: Suggested
    rate: Rate
    position: Position
    days_left: float
    """Days that the stock in the house lasts, at most `FOREVER`."""
    headline: Phrase
    detail: Phrase
    weeks: tuple[int, ...]
    ahead: tuple[WeekAhead, ...]
    next_check: date
    lead_days: int


def plan(item: Item, today: date, point: int | None = None) -> Plan:
    """Plan one item; the same facts give the same answer.

    Args:
        item: What is known of it.
        today: The day planned for.
        point: Its reorder point from the weighing of all items; weighed alone if None.
    """
    interval = Interval(item.review.gap(today))
    rate = daily_rate(item.series)
    if point is None:
        point = points([item], today)[0]
    computed = levels(point, rate, item.lead, interval, item.target)
    wanted = _by_hand(item.manual, computed, rate) if item.manual else computed
    there = position(item.stock, rate, today, on_order=item.on_order, in_transit=item.in_transit)
    facts = Facts(rate, wanted, item.lead, item.target, there, _cap(item, rate))
    suggested = suggest(facts, item.rules)
    left = min(FOREVER, days_left(there.lasting, rate))
    around = Surroundings(item.review.next_after(today), item.storage, last_year=_rise(item.series))
    return Plan(
        suggested=suggested,
        rate=rate,
        position=there,
        days_left=left,
        headline=headline(facts, suggested, left),
        detail=detail(facts, item.rules, suggested, around),
        weeks=item.series.weeks(SHOWN_WEEKS),
        ahead=weeks_ahead(item.series, rate),
        next_check=around.next_check,
        lead_days=item.lead.days,
    )


def lasts(stock: int, added: int, per_day: float) -> int:
    """Whole days that `stock` and an order of `added` last; 0 use lasts `FOREVER`."""
    return int(FOREVER) if per_day <= 0 else math.floor(min(FOREVER, (stock + added) / per_day))


def _by_hand(manual: tuple[int, int], computed: Levels, rate: Rate) -> Levels:
    point, upper = manual
    safety = upper - rate.per_day * computed.span
    return Levels(point, max(upper, point + 1), point + 1, computed.span, safety)


def _cap(item: Item, rate: Rate) -> int | None:
    if item.rules.shelf_days is None:
        return None
    return usable_within(rate, item.series, int(item.rules.shelf_days * _FRESH))


def _rise(series: Series) -> float | None:
    """The rise that the four weeks ahead brought a year ago."""
    start = series.length - YEAR
    if start < RECENT_DAYS:
        return None
    before = slice(start - RECENT_DAYS, start)
    then = slice(start, start + RECENT_DAYS)
    lines = int(series.lines[before].sum() + series.lines[then].sum())
    return last_year_rise(float(series.asked[before].sum()), float(series.asked[then].sum()), lines)
