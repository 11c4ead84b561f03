"""Daily demand of one item: what was asked for, on the days on which it could be seen."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]
Mask: TypeAlias = NDArray[np.bool_]

WEEK: Final = 7
_LUMP_LINES: Final = 12
_LUMP_SHARE: Final = 0.95
_LUMP_TIMES: Final = 2.0


@dataclass(frozen=True, eq=False)
class Series:
    """Demand per day, oldest first; the last entry is the day before `end`.

    Attributes:
        end: The first day that is not known yet: today, in the morning.
        asked: Smallest units asked for, whether given or not.
        lines: Requests of the day.
        observed: False on days without stock and without a recorded request: nobody could ask,
            so such a day says nothing and is left out rather than counted as zero.
    """

    end: date
    asked: Floats
    lines: Ints
    observed: Mask

    @property
    def length(self) -> int:
        """Days of history."""
        return len(self.asked)

    @cached_property
    def seen(self) -> Floats:
        """Asked on observed days only, oldest first."""
        return self.asked[self.observed]

    @cached_property
    def seen_lines(self) -> Floats:
        """Requests on observed days only, oldest first."""
        return self.lines[self.observed].astype(np.float64)

    @cached_property
    def level(self) -> Floats:
        """`seen` with single lumps cut down: what the daily use is reckoned from.

        A day above twice the 95th percentile of days with demand counts as that. Levels
        themselves are drawn from uncut demand, so a lump still has to be served.
        """
        busy = self.seen[self.seen > 0]
        if len(busy) < _LUMP_LINES:
            return self.seen
        return np.minimum(self.seen, ranked(busy, _LUMP_SHARE) * _LUMP_TIMES)

    @property
    def total_lines(self) -> int:
        """Requests in all."""
        return int(self.lines.sum())

    @property
    def cut(self) -> bool:
        """Whether a lump was cut down."""
        return bool((self.level < self.seen).any())

    def weeks(self, count: int) -> tuple[int, ...]:
        """Asked in each of the last `count` weeks, oldest first (missing weeks are 0)."""
        days = count * WEEK
        tail = np.zeros(days)
        known = self.asked[-days:]
        tail[days - len(known) :] = known
        return tuple(int(week) for week in tail.reshape(count, WEEK).sum(axis=1))


def ranked(values: Floats, share: float) -> float:
    """The smallest value that at least `share` of the values do not exceed.

    `np.quantile` does the same ten times slower, which counts over 50,000 series.
    """
    rank = max(0, min(len(values) - 1, math.ceil(len(values) * share - 1e-9) - 1))
    return float(np.partition(values, rank)[rank])


def series_of(
    end: date, length: int, days: Ints, asked: Ints, lines: Ints, *, without: Ints | None = None
) -> Series:
    """A dense series from sparse records.

    Args:
        end: The day after the last known one.
        length: Days of history wanted; older records are left out.
        days: Ordinals (`date.toordinal`) of days with a record, in any order.
        asked: Smallest units asked on each of them.
        lines: Requests on each of them.
        without: Ordinals of days without stock.
    """
    first = end.toordinal() - length
    place = days - first
    inside = (place >= 0) & (place < length)
    dense = np.zeros(length)
    counts = np.zeros(length, np.int64)
    np.add.at(dense, place[inside], asked[inside])
    np.add.at(counts, place[inside], lines[inside])
    observed = np.ones(length, np.bool_)
    if without is not None and len(without):
        empty = without - first
        observed[empty[(empty >= 0) & (empty < length)]] = False
        observed |= dense > 0
    return Series(end, dense, counts, observed)
