"""The next weeks as a picture: the mean, and the range in which four of five weeks fall."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from app.domain.replenish.rates import Rate
from app.domain.replenish.series import WEEK, Floats, Series, ranked

SHOWN_WEEKS: Final = 12
AHEAD_WEEKS: Final = 4
_LEARN_WEEKS: Final = 26


@dataclass(frozen=True, slots=True)
class WeekAhead:
    """Expected use of one week to come and its range, smallest units."""

    mean: int
    low: int
    high: int


def weeks_ahead(series: Series, rate: Rate, count: int = AHEAD_WEEKS) -> tuple[WeekAhead, ...]:
    """The next `count` weeks at the daily use, with the spread of past weeks around it.

    The trend is followed for the first weeks and damped, because a rise seldom goes on.
    """
    past = np.asarray(series.weeks(min(_LEARN_WEEKS, max(1, series.length // WEEK))))
    low, high = _spread(past.astype(np.float64))
    weekly, slope = rate.per_day * WEEK, _slope(rate)
    result = []
    for week in range(count):
        mean = weekly * (1.0 + slope * (1.0 - 0.5**week))
        widen = 1.0 + 0.1 * week
        result.append(
            WeekAhead(round(mean), round(max(0.0, mean - low * widen)), round(mean + high * widen))
        )
    return tuple(result)


def _slope(rate: Rate) -> float:
    """Part of the growth of a quarter that is carried on."""
    return 0.0 if rate.growth is None else float(np.clip(rate.growth, -0.3, 0.3)) * 0.25


def _spread(past: Floats) -> tuple[float, float]:
    """How far weeks lie below and above their mean (10th and 90th percentile)."""
    if len(past) < 2:  # noqa: PLR2004 - a spread needs two weeks
        return 0.0, 0.0
    mean = float(past.mean())
    return max(0.0, mean - ranked(past, 0.1)), max(0.0, ranked(past, 0.9) - mean)
