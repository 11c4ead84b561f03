"""Seasons, believed only where every year shows the same.

Months are held against the mean of their own year, so growth is no season. A series has a season
where months differ far more than the same month differs between years (variance ratio), every
year's course resembles the mean of the others, and enough was asked for in each. What it then has
is taken in part, the less the clearer chance could have done it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

import numpy as np

from app.domain.replenish.series import Floats, Ints, Mask, Series

YEAR: Final = 365
_MONTHS: Final = 12
_LEAST_YEARS: Final = 2
_LEAST_DAYS: Final = 24
"""Days with demand in each year."""
_ALIKE: Final = 0.5
_CLEAR: Final = {2: 7.5, 3: 4.6, 4: 3.9}
"""Variance ratios that chance passes once in a thousand, by years."""
_WIDE: Final = 1.35
"""The best month against the mean."""
_BOUNDS: Final = (0.4, 2.5)


def month_factors(asked: Floats, end: date) -> Floats:
    """Factor of each calendar month (columns, January first) for each series; 1.0 = no season.

    Args:
        asked: Demand (series × days), the last column being the day before `end`.
        end: The first day that is not known.
    """
    result = np.ones((len(asked), _MONTHS))
    years = min(max(_CLEAR), asked.shape[1] // YEAR)
    if years < _LEAST_YEARS:
        return result
    days = asked[:, asked.shape[1] - years * YEAR :]
    month = _month_of(end, years * YEAR)
    shape = (len(asked), years, YEAR)
    share, busy = _by_month(days, month, years), (days.reshape(shape) > 0).sum(axis=2)
    mean = share.mean(axis=1)
    ratio = _variance_ratio(share)
    seen = (busy.min(axis=1) >= _LEAST_DAYS) & (ratio >= _CLEAR[years])
    seen &= (_alike(share) >= _ALIKE) & (mean.max(axis=1) >= _WIDE)
    trust = np.where(seen, 1.0 - 1.0 / np.maximum(ratio, 1.0), 0.0)[:, None]
    low, high = _BOUNDS
    found: Floats = np.clip(1.0 + trust * (mean - 1.0), low, high)
    return found


@lru_cache(maxsize=32)
def _month_of(end: date, days: int) -> Ints:
    """Calendar month, 0 = January, of each of the `days` days before `end`."""
    return np.array([(end - timedelta(days=n)).month - 1 for n in range(days, 0, -1)])


def _by_month(days: Floats, month: Ints, years: int) -> Floats:
    """Mean demand a day of each month over its year's mean (series × years × months)."""
    share = np.ones((len(days), years, _MONTHS))
    for year in range(years):
        part = slice(year * YEAR, (year + 1) * YEAR)
        one = np.zeros((YEAR, _MONTHS))
        one[np.arange(YEAR), month[part]] = 1.0
        mean = np.maximum(days[:, part].mean(axis=1), 1e-9)[:, None]
        share[:, year] = (days[:, part] @ one) / one.sum(axis=0) / mean
    return share


def _variance_ratio(share: Floats) -> Floats:
    years = share.shape[1]
    mean = share.mean(axis=1)
    between = years * ((mean - 1.0) ** 2).sum(axis=1) / (_MONTHS - 1)
    within = ((share - mean[:, None]) ** 2).sum(axis=(1, 2)) / (_MONTHS * (years - 1))
    ratio: Floats = between / np.maximum(within, 1e-9)
    return ratio


def _alike(share: Floats) -> Floats:
    """The worst correlation of a year with the mean of the others."""
    years = share.shape[1]
    total = share.sum(axis=1)
    worst = np.ones(len(share))
    for year in range(years):
        one = share[:, year] - share[:, year].mean(axis=1, keepdims=True)
        rest = total - share[:, year]
        rest -= rest.mean(axis=1, keepdims=True)
        size = np.sqrt((one**2).sum(axis=1) * (rest**2).sum(axis=1))
        worst = np.minimum(worst, (one * rest).sum(axis=1) / np.maximum(size, 1e-12))
    return worst


def in_season(asked: Floats, end: date, ahead: int) -> tuple[Floats, Floats]:
    """Demand as it would have been in the season of the next `ahead` days.

    Returns:
        The demand, and each series' factor of those days (1.0 without a season).
    """
    factors = month_factors(asked, end)
    seen: Mask = np.any(factors != 1.0, axis=1)
    if not seen.any():
        return asked, np.ones(len(asked))
    coming = _month_of(end + timedelta(days=max(1, ahead)), max(1, ahead))
    factor = factors[:, coming].mean(axis=1)
    changed = asked.copy()
    past = _month_of(end, asked.shape[1])
    changed[seen] *= factor[seen, None] / factors[seen][:, past]
    return changed, factor


def seasonal(rows: Sequence[Series], ahead: int) -> tuple[list[Series], Floats]:
    """Series put into the season of the next `ahead` days, and their factors.

    Series without two full years behind them stay as they are.
    """
    changed, factors = list(rows), np.ones(len(rows))
    known = [n for n, one in enumerate(rows) if one.length >= _LEAST_YEARS * YEAR]
    if not known:
        return changed, factors
    length = min(rows[n].length for n in known)
    asked = np.stack([rows[n].asked[-length:] for n in known])
    moved, found = in_season(asked, rows[known[0]].end, ahead)
    for place, number in enumerate(known):
        if found[place] == 1.0:
            continue
        one = rows[number]
        past = one.asked.copy()
        past[-length:] = moved[place]
        changed[number] = replace(one, asked=past)
        factors[number] = float(found[place])
    return changed, factors
