"""A year again, day by day, under a policy: what it would have served, held, ordered and lost.

The order of a day: arrivals, expiry, demand (first expiring first), help from neighbours for what
is short, review and orders. An order at the end of day t with lead time L is there in the morning
of t + L. What is not served is lost. All series run side by side; only help loops over short
lines, of which there are few. Every unit is accounted for: opening stock and arrivals equal what
was given, expired and left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from app.domain.replenish.series import WEEK, Floats, Ints, Mask

Pulse = Callable[[int, int], None]
"""Told the day and of how many; raises to stop."""


@dataclass(frozen=True, eq=False)
class Rules:
    """Levels of all series for the days from one refresh to the next, smallest units."""

    reorder_point: Ints
    order_up_to: Ints
    reserve: Ints


Provider = Callable[[int], Rules]
"""The rules from a day on, made of nothing but what was known before that day."""


@dataclass(frozen=True, eq=False)
class World:
    """What happens whatever the policy is; one row for each series.

    Attributes:
        asked: Demand (series × days), smallest units.
        start: First day that counts; the days of `warm` before it let the stock settle.
        warm: Days that are played before `start`.
        lead: Lead time of an order made on a day.
        review: Whether orders are made on a day.
        pool: Series of one item whose places help each other.
        lot: Orders are multiples of this.
        least: And at least this.
        shelf: Days that fresh goods last.
        opening: Stock at the beginning, the same for every policy.
        refresh: Days on which the levels are made anew.
    """

    asked: Ints
    start: int
    warm: int
    lead: Ints
    review: Mask
    pool: Ints
    lot: Ints
    least: Ints
    shelf: Ints
    opening: Ints
    refresh: frozenset[int]


@dataclass(eq=False)
class Tally:
    """What a replay counted, by series; only days from `World.start` count, except the flows.

    Attributes:
        lines, whole: Request lines (an item at a place on a day), and those served in full.
        filled: Sum of the served shares of lines.
        units, given: Asked and served.
        short: Days on which something asked was not there.
        held: Sum over days of the stock (mean of morning and evening).
        expired, lost_lots: Units that expired, and how many lots.
        orders: Order lines.
        took, lent: Lines helped from a neighbour, and helped to one.
        flows: Units over all days: arrived, used, gone by expiry, left.
    """

    count: int
    days: int
    lines: Floats = field(init=False)
    whole: Floats = field(init=False)
    filled: Floats = field(init=False)
    units: Floats = field(init=False)
    given: Floats = field(init=False)
    short: Floats = field(init=False)
    held: Floats = field(init=False)
    expired: Floats = field(init=False)
    lost_lots: Floats = field(init=False)
    orders: Floats = field(init=False)
    took: Floats = field(init=False)
    lent: Floats = field(init=False)
    flows: dict[str, int] = field(default_factory=dict)
    stock: Floats = field(init=False)
    short_on: Ints = field(init=False)

    def __post_init__(self) -> None:
        for name in _COUNTED:
            setattr(self, name, np.zeros(self.count))
        self.stock = np.zeros(self.days)
        self.short_on = np.zeros(self.days, np.int64)


_COUNTED: Final = (
    "lines", "whole", "filled", "units", "given", "short", "held", "expired", "lost_lots",
    "orders", "took", "lent",
)  # fmt: skip


class Replay:
    """The world under one policy."""

    def __init__(self, world: World, worth: Floats, *, help_each_other: bool) -> None:
        self.world, self._worth, self._help = world, worth, help_each_other
        self._first = max(0, world.start - world.warm)
        count, days = world.asked.shape
        self.tally = Tally(count, days - world.start)
        self._rows = np.arange(count)
        self._stock = world.opening.copy()
        self._weeks = (days - self._first) // WEEK + 2
        self._oldest = 0
        self._lots = np.zeros((count, self._weeks), np.int64)
        self._lots[self._rows, self._week(self._first, self._rows)] = self._stock
        # By day first: every day reads all series of that day, which then lie side by side.
        self._asked = np.ascontiguousarray(world.asked.T)
        self._review = np.ascontiguousarray(world.review.T)
        self._coming = np.zeros((days + int(world.lead.max(initial=1)) + 2, count), np.int64)
        self._ordered = np.zeros(count, np.int64)
        self._peers = _peers(world.pool)
        self._flow = dict.fromkeys(("arrived", "used", "gone"), 0)

    def run(self, provider: Provider, pulse: Pulse | None = None) -> Tally:
        """Play all days; the same world and rules give the same tally."""
        days = self.world.asked.shape[1]
        rules = provider(self.world.start)
        for day in range(self._first, days):
            if day in self.world.refresh and day > self.world.start:
                rules = provider(day)
            self._play(day, rules)
            if pulse is not None:
                pulse(day - self._first + 1, days - self._first)
        self.tally.flows = {
            "opening": int(self.world.opening.sum()), "left": int(self._stock.sum()), **self._flow,
        }  # fmt: skip
        return self.tally

    def _play(self, day: int, rules: Rules) -> None:
        counts = day >= self.world.start
        self._arrive(day)
        if (day - self._first) % WEEK == 0:
            self._expire((day - self._first) // WEEK, counts=counts)
        morning = self._stock.copy()
        self._serve(day, rules, counts=counts)
        if counts:
            half = (morning + self._stock) / 2
            self.tally.held += half
            self.tally.stock[day - self.world.start] = half @ self._worth
        self._order(day, rules, counts=counts)

    def _week(self, day: int, rows: Ints) -> Ints:
        """The week in which goods that come on `day` expire."""
        weeks = (day - self._first + self.world.shelf[rows]) // WEEK
        shown: Ints = weeks.clip(self._oldest, self._weeks - 1)
        return shown

    def _arrive(self, day: int) -> None:
        rows = self._coming[day].nonzero()[0]
        if not len(rows):
            return
        came = self._coming[day, rows]
        self._stock[rows] += came
        self._ordered[rows] -= came
        self._lots[rows, self._week(day, rows)] += came
        self._flow["arrived"] += int(came.sum())

    def _expire(self, week: int, *, counts: bool) -> None:
        gone = self._lots[:, week].copy()
        self._lots[:, week] = 0
        self._oldest = week + 1
        self._stock -= gone
        self._flow["gone"] += int(gone.sum())
        if counts:
            self.tally.expired += gone
            self.tally.lost_lots += gone > 0

    def _serve(self, day: int, rules: Rules, *, counts: bool) -> None:
        rows = self._asked[day].nonzero()[0]
        if not len(rows):
            return
        wanted = self._asked[day, rows]
        got = np.minimum(self._stock[rows], wanted)
        self._take(rows, got)
        if self._help:
            got += self._borrow(rows, wanted - got, rules, counts=counts)
        self._flow["used"] += int(got.sum())
        if counts:
            tally = self.tally
            tally.lines[rows] += 1
            tally.whole[rows] += got == wanted
            tally.filled[rows] += got / wanted
            tally.units[rows] += wanted
            tally.given[rows] += got
            tally.short[rows] += got < wanted
            tally.short_on[day - self.world.start] = int((got < wanted).sum())

    def _borrow(self, rows: Ints, short: Ints, rules: Rules, *, counts: bool) -> Ints:
        """What neighbours give: lines of one item one after the other, different items at once."""
        got = np.zeros_like(short)
        for turn in _turns(short.nonzero()[0], self.world.pool[rows]):
            got[turn] = self._lend(rows[turn], short[turn], rules, counts=counts)
        return got

    def _lend(self, rows: Ints, short: Ints, rules: Rules, *, counts: bool) -> Ints:
        """From the neighbours with the most above their reserve, for rows of different pools."""
        peers = self._peers[self.world.pool[rows]]
        free = np.maximum(self._stock[peers] - rules.reserve[peers], 0)
        free[(peers == rows[:, None]) | (peers < 0)] = 0
        line = self._rows[: len(rows), None]
        order = (-free).argsort(axis=1, kind="stable")
        free = free[line, order]
        give = np.minimum(np.maximum(short[:, None] - free.cumsum(axis=1) + free, 0), free)
        lending = give > 0
        lenders = peers[line, order][lending]
        self._take(lenders, give[lending])
        got: Ints = give.sum(axis=1)
        if counts:
            self.tally.lent[lenders] += 1
            self.tally.took[rows] += got > 0
        return got

    def _take(self, rows: Ints, quantity: Ints) -> None:
        """Out of the stock, first expiring first."""
        self._stock[rows] -= quantity
        first = self._oldest  # nothing older is left
        lots = self._lots[rows, first:]
        before = lots.cumsum(axis=1)
        before -= lots
        taken = np.minimum(np.maximum(quantity[:, None] - before, 0), lots)
        self._lots[rows, first:] = lots - taken

    def _order(self, day: int, rules: Rules, *, counts: bool) -> None:
        world = self.world
        position = self._stock + self._ordered
        due = self._review[day] & (position <= rules.reorder_point)
        rows = (due & (rules.order_up_to > position)).nonzero()[0]
        if not len(rows):
            return
        lot = world.lot[rows]
        need = np.maximum(rules.order_up_to[rows] - position[rows], world.least[rows])
        quantity = -(-need // lot) * lot
        self._coming[day + world.lead[rows, day], rows] += quantity  # each row once
        self._ordered[rows] += quantity
        if counts:
            self.tally.orders[rows] += 1


def _turns(lines: Ints, pool: Ints) -> list[list[int]]:
    """`lines` in turns that hold no pool twice, in their order within each pool."""
    turns: list[list[int]] = []
    seen: Counter[int] = Counter()
    for line in lines.tolist():
        number = int(pool[line])
        if seen[number] == len(turns):
            turns.append([])
        turns[seen[number]].append(line)
        seen[number] += 1
    return turns


def _peers(pool: Ints) -> Ints:
    """The series of each pool (a row), filled up with −1."""
    order = np.argsort(pool, kind="stable")
    size = np.bincount(pool)
    found = np.full((len(size), size.max(initial=0)), -1)
    found[np.arange(found.shape[1]) < size[:, None]] = order
    return found
