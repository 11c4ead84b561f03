"""The whole for one item at one place: demand in, suggestion with its reasons out."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from app.domain.replenish.by_hand import ByHand, Kind
from app.domain.replenish.calendar import Interval
from app.domain.replenish.explain import Phrase
from app.domain.replenish.forecast import SHOWN_WEEKS, WeekAhead, weeks_ahead
from app.domain.replenish.item import Item
from app.domain.replenish.levels import Levels, levels, usable_within
from app.domain.replenish.position import Position, days_left, position
from app.domain.replenish.rates import RECENT_DAYS, Basis, Rate, daily_rate
from app.domain.replenish.series import Series
from app.domain.replenish.suggestion import Facts, OrderRules, Suggested, suggest
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
    cap: int | None = None
    """Stock that is rather surely used before fresh goods expire; None without a shelf life."""
    peers: int = 0
    """How many other members' use a new item's plan rests on."""


def plan(item: Item, today: date, point: int | None = None) -> Plan:
    """Plan one item; the same facts give the same answer.

    Args:
        item: What is known of it.
        today: The day planned for.
        point: Its reorder point from the weighing of all items; weighed alone if None.
    """
    interval = Interval(item.review.gap(today))
    rate = _rate(item)
    if point is None:
        point = points([item], today)[0]
    computed = levels(point, rate, item.lead, interval, item.target)
    wanted = _by_hand(item.by_hand, computed, rate)
    there = position(
        item.stock, rate, today, on_order=item.on_order, in_transit=item.in_transit, old=item.old
    )
    facts = Facts(
        rate, wanted, item.lead, item.target, there, _cap(item, rate), item.by_hand, item.season
    )
    suggested = suggest(facts, _held(item))
    left = min(FOREVER, days_left(there.lasting, rate))
    past = item.past or item.series
    around = Surroundings(
        item.review.next_after(today),
        item.storage,
        last_year=_rise(past),
        peers=item.peers.members if item.peers else 0,
    )
    return Plan(
        suggested=suggested,
        rate=rate,
        position=there,
        days_left=left,
        headline=headline(facts, suggested, left),
        detail=detail(facts, item.rules, suggested, around),
        weeks=past.weeks(SHOWN_WEEKS),
        ahead=weeks_ahead(item.series, rate),
        next_check=around.next_check,
        lead_days=item.lead.days,
        cap=facts.cap,
        peers=around.peers,
    )


def lasts(stock: int, added: int, per_day: float) -> int:
    """Whole days that `stock` and an order of `added` last; 0 use lasts `FOREVER`."""
    return int(FOREVER) if per_day <= 0 else math.floor(min(FOREVER, (stock + added) / per_day))


def _rate(item: Item) -> Rate:
    """The daily use; of a new item together with what other members show."""
    rate = daily_rate(item.series)
    if item.by_hand is not None and item.by_hand.kind is Kind.MONTHLY:
        return replace(rate, basis=Basis.PERSON, growth=None, cut=False)
    peers = item.peers
    if peers is None:
        return rate
    days = float(len(item.series.seen))
    mixed = (rate.per_day * days + peers.per_day * peers.days) / (days + peers.days)
    return replace(rate, per_day=mixed, basis=Basis.PEERS)


def _by_hand(number: ByHand | None, computed: Levels, rate: Rate) -> Levels:
    """The levels that a person set, or the computed ones."""
    if number is None or number.kind is not Kind.LEVELS:
        return computed
    point, upper = number.low, number.high
    safety = upper - rate.per_day * computed.span
    return Levels(point, max(upper, point + 1), point + 1, computed.span, safety)


def _held(item: Item) -> OrderRules:
    """The rules, with the floor that a person set."""
    number = item.by_hand
    if number is None or number.kind is not Kind.FLOOR:
        return item.rules
    return replace(item.rules, floor=max(item.rules.floor, number.low))


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
