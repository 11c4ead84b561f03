"""Samples of the demand until the next delivery: real windows mixed with a random process.

Half of the samples are sums of real windows of the history, later ones likelier: they carry what
really happens in a row, month ends and lumps. The other half are a compound Poisson process
whose rate is itself uncertain (gamma), with the item's own request sizes: they can go beyond the
largest window and are what sparse and new items live on. The random numbers are the same for
every item and every run, so a run repeated gives the same answer, and more demand on the same
days never gives a lower sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from app.domain.replenish.calendar import Interval
from app.domain.replenish.lead import LeadTime
from app.domain.replenish.rates import MEMORY, recency
from app.domain.replenish.series import Floats, Ints, Series

SAMPLES: Final = 400
_SEED: Final = 20261014
_QUICK: Final = 45.0
_SLOW: Final = 300.0
_MANY: Final = 150.0
"""Above so many requests in an interval a normal sum stands for the compound process."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of an item before it has shown much: requests and days they came in."""

    lines: float = 0.25
    days: float = 14.0


def demand_samples(
    series: Series, lead: LeadTime, interval: Interval, prior: Prior, *, count: int = SAMPLES
) -> Floats:
    """`count` samples of the demand (smallest units) over lead time and review gap."""
    rng = np.random.default_rng(_SEED)
    spread = interval.days(0)
    lengths = np.maximum(0, lead.draw(count, rng) + spread)
    if series.total_lines == 0:
        return np.zeros(count)
    half = count // 2
    return np.concatenate(
        [
            _windows(series, lengths[:half], rng),
            _compound(series, lengths[half:], prior, rng),
        ]
    )


def _windows(series: Series, lengths: Ints, rng: np.random.Generator) -> Floats:
    """Sums of real windows; a history shorter than the window is scaled up to it."""
    days = series.seen
    total = np.concatenate([[0.0], np.cumsum(days)])
    taken = np.minimum(lengths, len(days))
    starts = len(days) - taken + 1
    uniform = rng.random(len(lengths))
    age = -MEMORY * np.log1p(-uniform * -np.expm1(-starts / MEMORY))
    first = np.clip(len(days) - taken - np.floor(age).astype(np.int64), 0, None)
    sums: Floats = total[first + taken] - total[first]
    return sums * (lengths / np.maximum(taken, 1))


def _compound(series: Series, lengths: Ints, prior: Prior, rng: np.random.Generator) -> Floats:
    """Compound Poisson sums whose rate is remembered quickly for one half, slowly for the other."""
    half = len(lengths) // 2
    memories = ((_QUICK, lengths[:half]), (_SLOW, lengths[half:]))
    return np.concatenate([_process(series, memory, part, prior, rng) for memory, part in memories])


def _process(
    series: Series, memory: float, lengths: Ints, prior: Prior, rng: np.random.Generator
) -> Floats:
    weights = recency(len(series.seen), memory)
    lines = float((weights * series.seen_lines).sum())
    shape = lines + prior.lines
    rate = rng.gamma(shape, 1.0, len(lengths)) / (float(weights.sum()) + prior.days)
    expected = rate * lengths
    sizes, chance = _sizes(series)
    if float(expected.mean()) > _MANY:
        return _normal_sum(expected, sizes, chance, rng)
    counts = rng.poisson(expected)
    drawn = sizes[np.searchsorted(np.cumsum(chance), rng.random(int(counts.sum())), side="right")]
    owner = np.repeat(np.arange(len(lengths)), counts)
    return np.bincount(owner, weights=drawn, minlength=len(lengths)).astype(np.float64)


def _sizes(series: Series) -> tuple[Floats, Floats]:
    """Sizes of single requests and how likely each is; a day of n requests counts n times."""
    busy = series.seen_lines > 0
    lines = series.seen_lines[busy]
    chance = recency(len(series.seen), _SLOW)[busy] * lines
    chance /= chance.sum()
    # The last step of the cumulated chances must not miss 1 by a rounding.
    chance[-1] += 1.0 - float(chance.sum())
    sizes = series.seen[busy] / lines
    return np.append(sizes, sizes[-1]), np.append(chance, 0.0)


def _normal_sum(
    expected: Floats, sizes: Floats, chance: Floats, rng: np.random.Generator
) -> Floats:
    mean, square = float(sizes @ chance), float((sizes**2) @ chance)
    noise = rng.standard_normal(len(expected))
    return np.maximum(0.0, expected * mean + noise * np.sqrt(expected * square))
