"""The stock of one item at one member over the demo's last weeks, played day by day.

Pure figures: an opening lot, orders on the supplier's days, receipts of new lots, consumption by
first expiry. What comes out is posted by `history`; so the ledger can never run below zero.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from app.services.demo.sources import Goods

SHELF_LIFE: Final = {"drug": 730, "consumable": 1460, "reagent": 420}
"""Days from making to expiry by class."""


@dataclass(frozen=True, slots=True)
class LotText:
    """A lot as printed on the pack."""

    number: str
    expiry: date


@dataclass(frozen=True, slots=True)
class Receipt:
    """Goods that came in on a day."""

    day: date
    lot: LotText
    qty: int


@dataclass(frozen=True, slots=True)
class Use:
    """Goods of a lot that were used on a day."""

    day: date
    lot: LotText
    qty: int


@dataclass(frozen=True, slots=True)
class Term:
    """How a supplier serves a member.

    Attributes:
        lead: Days from order to delivery.
        weekdays: Days on which one may order, Monday is 0.
        late: How many days late the order of a day comes.
        filled: Share of items filled up lately; the others are today's replenishment.
    """

    lead: int
    weekdays: tuple[int, ...]
    late: Callable[[date], int]
    filled: float


@dataclass(slots=True)
class Played:
    """What happened: opening lots, receipts, uses, and what was really given on each day."""

    opening: list[Receipt] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    uses: list[Use] = field(default_factory=list)
    given: dict[date, int] = field(default_factory=dict)


class Shelf:
    """Lots of one item with what is left of each, the one that expires first in front."""

    def __init__(self) -> None:
        self.lots: dict[LotText, int] = {}

    @property
    def total(self) -> int:
        """What is there."""
        return sum(self.lots.values())

    def put(self, receipt: Receipt) -> None:
        """Add a receipt."""
        self.lots[receipt.lot] = self.lots.get(receipt.lot, 0) + receipt.qty

    def take(self, wanted: int, day: date) -> list[Use]:
        """Use up to `wanted`, first expiry first."""
        uses = []
        for lot in sorted(self.lots, key=lambda one: (one.expiry, one.number)):
            part = min(wanted, self.lots[lot])
            if part:
                uses.append(Use(day, lot, part))
                self.lots[lot] -= part
                wanted -= part
            if not self.lots[lot]:
                del self.lots[lot]
            if not wanted:
                break
        return uses


def play(
    item: Goods,
    events: tuple[tuple[date, int, int], ...],
    term: Term,
    span: tuple[date, date],
    draw: random.Random,
) -> Played:
    """Play the days from `span[0]` up to, not including, `span[1]`.

    Args:
        item: What is stocked.
        events: Demand as (day, smallest units, lines), in order.
        term: Lead time and the days on which one may order.
        span: First day and the day after the last.
        draw: Makes lots and the opening repeatable.
    """
    first, end = span
    asked = {day: qty for day, qty, _lines in events if first <= day < end}
    daily = sum(qty for day, qty, _ in events) / max(1, (end - events[0][0]).days)
    point, upto = _levels(item, daily, term.lead, max(asked.values(), default=item.pack))
    played, shelf = Played(), Shelf()
    start = Receipt(first, lot_text(item, first, draw), _packs(upto, item))
    played.opening.append(start)
    shelf.put(start)
    coming: dict[date, int] = {}
    stocked_up = end - timedelta(days=draw.randint(4, 14)) if draw.random() < term.filled else end
    for offset in range((end - first).days):
        day = first + timedelta(days=offset)
        if day in coming:
            receipt = Receipt(day, lot_text(item, day, draw), coming.pop(day))
            played.receipts.append(receipt)
            shelf.put(receipt)
        if day in asked:
            uses = shelf.take(asked[day], day)
            played.uses += uses
            played.given[day] = sum(use.qty for use in uses)
        if day.weekday() in term.weekdays:
            position = shelf.total + sum(coming.values())
            if position <= point:
                due = day + timedelta(days=term.lead + term.late(day))
                coming[due] = coming.get(due, 0) + _packs(upto - position, item)
        if day == stocked_up and shelf.total < 2 * upto:
            receipt = Receipt(day, lot_text(item, day, draw), _packs(2 * upto - shelf.total, item))
            played.receipts.append(receipt)
            shelf.put(receipt)
    return played


def lot_text(item: Goods, made: date, draw: random.Random) -> LotText:
    """A lot as makers number them: the day it was made and a batch of that day."""
    produced = made - timedelta(days=draw.randint(20, 160))
    return made_on(item, produced, draw.randint(1, 9))


def made_on(item: Goods, produced: date, batch: int) -> LotText:
    """The lot that was made on a day; its number alone decides its expiry."""
    expiry = produced + timedelta(days=SHELF_LIFE[item.item_class])
    return LotText(f"{produced:%y%m%d}{batch:02d}", expiry)


def _levels(item: Goods, daily: float, lead: int, peak: int) -> tuple[int, int]:
    """A near-zero rule of thumb: lead and review at a high rate, at least one large request."""
    point = max(round(daily * (lead + 7) * 1.5), peak)
    upto = max(point + round(daily * 14), peak, item.pack)
    return point, upto


def _packs(qty: int, item: Goods) -> int:
    """`qty` in whole packs, at least one."""
    return max(1, -(-qty // item.pack)) * item.pack
