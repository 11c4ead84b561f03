"""All series of a plan side by side: what the system-wide levels are reckoned from.

A series is an item at a location. Series of one item whose locations help each other out form a
pool: their stock serves the demand of all of them, so they are planned as one and spread after.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

import numpy as np

from app.domain.replenish.season import in_season
from app.domain.replenish.series import Floats, Ints, Mask

Daily = Literal["asked", "lines", "seen"]
"""What a network knows day by day."""


@dataclass(frozen=True, eq=False)
class Network:
    """Series as arrays, one row each; quantities in smallest units.

    Attributes:
        asked: Demand per day, oldest first, the last column being the last known day.
        lines: Requests per day.
        seen: 1.0 on days on which demand could be seen, 0.0 on days without stock or before
            the item was known.
        pool: Number of the pool of each series, from 0 without gaps.
        lead: Mean lead time, days.
        lead_sd: Its standard deviation.
        gap: Mean days between reviews.
        lot: Smallest order.
        cost: Value of one smallest unit (any money; only ratios count).
        critical: Emergency and shortage items.
        prior_lines: Requests believed before any was seen, within `prior_days`.
        prior_days: See `prior_lines`.
        shelf: Days that fresh goods last; infinite where not known.
        end: The first day that is not known, where the calendar counts.
        item: Number of the item, where pools of one item tell each other their request sizes.
        weekdays: Whether orders are made on each day of the week, Monday first; None = not known.
    """

    asked: Floats
    lines: Floats
    seen: Floats
    pool: Ints
    lead: Floats
    lead_sd: Floats
    gap: Floats
    lot: Floats
    cost: Floats
    critical: Mask
    prior_lines: Floats
    prior_days: Floats
    shelf: Floats
    end: date | None = None
    item: Ints | None = None
    weekdays: Mask | None = None

    @property
    def count(self) -> int:
        """Number of series."""
        return len(self.pool)

    @property
    def days(self) -> int:
        """Days of history."""
        return int(self.asked.shape[1])

    @cached_property
    def pools(self) -> Pools:
        """Sums over pools."""
        return Pools(self.pool)

    def before(self, day: int) -> Network:
        """What was known before column `day`: for learning from what came after."""
        end = None if self.end is None else self.end - timedelta(days=self.days - day)
        return replace(
            self,
            asked=self.asked[:, :day],
            lines=self.lines[:, :day],
            seen=self.seen[:, :day],
            end=end,
        )

    def only(self, rows: Ints) -> Network:
        """Some of the series, their pools numbered anew."""
        numbers = np.unique(self.pool[rows], return_inverse=True)[1]
        part = {
            name: value[rows]
            for name in self.__dataclass_fields__
            if name not in {"pool", "end"} and (value := getattr(self, name)) is not None
        }
        return Network(pool=numbers.astype(np.int64), end=self.end, **part)

    def in_season(self, ahead: int = 30) -> Network:
        """Demand as it would have been in the season of the next `ahead` days.

        Series whose years do not all show the same stay as they are.
        """
        if self.end is None:
            return self
        asked, factor = in_season(self.asked, self.end, ahead)
        if not (factor != 1.0).any():
            return self
        times = np.divide(asked, self.asked, out=np.ones_like(asked), where=self.asked > 0)
        return replace(self, asked=asked, lines=self.lines * times)

    def rate(self, what: Daily, memory: float) -> Floats:
        """Mean per seen day, a day weighing e times less every `memory` days."""
        rate: Floats = self.weighed(what, memory) / np.maximum(self.weighed("seen", memory), 1e-9)
        return rate

    def weighed(self, what: Daily, memory: float) -> Floats:
        """Sum over all days, weighed as in `rate`.

        Row by row and not as one product of matrices: that waits for a thread on every core.
        """
        known = self._weighed.get((what, memory))
        if known is None:
            values: Floats = getattr(self, what)
            known = self._weighed[what, memory] = np.vecdot(values, self.weights(memory))
            known.flags.writeable = False
        return known

    def weights(self, memory: float) -> Floats:
        """What each day counts, the last one 1."""
        ages = np.arange(self.days - 1, -1, -1, dtype=np.float64)
        found: Floats = np.exp(-ages / memory)
        return found

    @cached_property
    def _weighed(self) -> dict[tuple[Daily, float], Floats]:
        """Sums that were asked for: the same one is asked for by every part of a plan."""
        return {}


class Pools:
    """Sums and means of values of series over their pools."""

    def __init__(self, pool: Ints) -> None:
        self._order = np.argsort(pool, kind="stable")
        self.count = int(pool.max()) + 1 if len(pool) else 0
        self._starts = np.searchsorted(pool[self._order], np.arange(self.count))
        self.pool = pool
        self._single = len(pool) == self.count and bool((pool == np.arange(self.count)).all())

    def total(self, values: Floats) -> Floats:
        """Sum over each pool; the values themselves where each series is a pool of its own."""
        if self._single:
            return values
        result: Floats = np.add.reduceat(values[self._order], self._starts, axis=0)
        return result

    @cached_property
    def size(self) -> Floats:
        """Series in each pool."""
        return np.bincount(self.pool, minlength=self.count).astype(np.float64)

    def mean(self, values: Floats, weights: Floats | None = None) -> Floats:
        """Mean over each pool, weighted if asked for."""
        if weights is None:
            return self.total(values) / self.size
        return self.total(values * weights) / self.total(weights)

    def share(self, values: Floats) -> Floats:
        """Each series' part of its pool's sum; 0 where the sum is 0."""
        sums = self.total(values)[self.pool]
        return np.divide(values, sums, out=np.zeros(len(values)), where=sums > 0)

    def first(self, score: Floats) -> Ints:
        """The series with the highest score in each pool."""
        order = np.lexsort((-score, self.pool))
        return order[np.searchsorted(self.pool[order], np.arange(self.count))]

    def rank(self, score: Floats) -> Ints:
        """The place of each series in its pool, 0 for the highest score."""
        order = np.lexsort((-score, self.pool))
        ranks = np.empty(len(score), np.int64)
        places = np.arange(len(score)) - np.searchsorted(self.pool[order], self.pool[order])
        ranks[order] = places
        return ranks
