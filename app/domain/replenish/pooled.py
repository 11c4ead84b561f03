"""Samples of what a pool is asked for until help from outside can come.

A quarter of the samples (most for critical items) are sums of real windows of the pool's history,
later ones likelier; the rest is a compound Poisson process with an uncertain (gamma) rate and the
pool's own request sizes, filled up with those of the same item elsewhere while few are known. Half
of those remember 45 days, half 300: a jump of the level is followed within weeks while an item
asked for once in a quarter keeps its memory. The numbers are drawn from a stated seed: the same
history gives the same samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from app.domain.replenish.network import Network
from app.domain.replenish.series import Floats, Ints, Mask

QUICK: Final = 45.0
SLOW: Final = 300.0
_WINDOW_MEMORY: Final = 250.0
_WINDOWS: Final = 0.25
_CRITICAL_WINDOWS: Final = 0.8
_CRITICAL_LINES: Final = 2.75
"""Requests believed of critical items beside those seen: rather some too many."""
_OWN: Final = 20.0
"""Half of the sizes are the pool's own once it has shown so many requests (later ones likelier)."""
_MANY: Final = 25.0
"""Above so many requests a normal sum stands for the compound one."""
_POINTS: Final = 256
"""Sizes kept of each pool."""
_GOLDEN: Final = 0.6180339887


@dataclass(frozen=True, eq=False)
class Sizes:
    """Sizes of single requests by pool and how likely each is (later ones likelier)."""

    table: Floats
    """For each pool `_POINTS` sizes, as often as they are likely; 1 for a pool never asked."""
    total: Floats
    mean: Floats
    square: Floats

    def draw(self, pools: Ints, rng: np.random.Generator) -> Floats:
        """One size for each of `pools`; 1 for a pool never asked."""
        at = pools * _POINTS + rng.integers(0, _POINTS, len(pools))
        drawn: Floats = self.table.ravel()[at]
        return drawn


def sizes_of(network: Network) -> Sizes:
    """The request sizes that a history shows."""
    row, day = np.nonzero(network.lines > 0)
    lines = network.lines[row, day]
    size = network.asked[row, day] / lines
    pool = network.pool[row]
    weight = network.weights(SLOW)[day] * lines
    order = np.argsort(pool, kind="stable")
    size, pool, weight = size[order], pool[order], weight[order]
    count = network.pools.count
    total = np.bincount(pool, weight, minlength=count).astype(np.float64)
    least = np.maximum(total, 1e-12)
    table = _table(size, weight, pool, count)
    if network.item is not None:
        item = network.item[network.pools.first(network.cost)]
        elsewhere = _table(size, weight, item[pool], int(item.max()) + 1)[item]
        borrowed = (np.arange(_POINTS) * _GOLDEN % 1.0) < (_OWN / (_OWN + total))[:, None]
        table = np.where(borrowed & (total > 0)[:, None], elsewhere, table)
    return Sizes(
        table=table,
        total=total,
        mean=np.bincount(pool, weight * size, minlength=count) / least,
        square=np.bincount(pool, weight * size**2, minlength=count) / least,
    )


def _table(size: Floats, weight: Floats, owner: Ints, count: int) -> Floats:
    """Equally likely sizes of each owner; made once, because drawing is done millions of times."""
    table = np.ones((count, _POINTS))
    order = np.argsort(owner, kind="stable")
    size, weight, owner = size[order], weight[order], owner[order]
    total = np.bincount(owner, weight, minlength=count)
    reach = (np.cumsum(weight) - (np.cumsum(total) - total)[owner]) / total[owner]
    # Points lie in the middle of equal parts; a size has those up to where its weight reaches.
    known, rank = np.unique(owner, return_inverse=True)
    ends = rank * _POINTS + np.ceil(reach * _POINTS - 0.5)
    times = np.diff(ends, prepend=0.0).astype(np.int64)
    table[known] = np.repeat(size, times).reshape(len(known), _POINTS)
    return table


@dataclass(frozen=True, eq=False)
class Waits:
    """How long stock must last at a random request: lead time and a random part of the gap."""

    lead: Floats
    sd: Floats
    gap: Floats
    morning: bool = False

    def draw(self, count: int, rng: np.random.Generator) -> Ints:
        """`count` waits in whole days for each pool.

        An order at the end of day t with lead time L is there in the morning of t + L, so a
        request is preceded by the demand of L − 1 days and a random part of the review gap; a
        stock counted in the morning has one day more to serve.
        """
        shape = ((self.lead / np.maximum(self.sd, 0.05)) ** 2)[:, None]
        pools = len(self.lead)
        drawn = rng.gamma(shape, self.lead[:, None] / shape, (pools, count))
        lead = np.maximum(1, np.rint(drawn))
        part = np.floor(rng.random((pools, count)) * self.gap[:, None] + rng.random((pools, count)))
        return (lead - (0 if self.morning else 1) + part).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Believed:
    """What is known of each pool: sizes, waits and requests a day."""

    sizes: Sizes
    waits: Waits
    lines_per_day: Floats
    critical: Floats


def believed(network: Network, *, morning: bool = False) -> Believed:
    """Sizes, waits and request rates of the pools of a network."""
    pools = network.pools
    weight = network.rate("asked", SLOW) + 1e-9
    waits = Waits(
        pools.mean(network.lead),
        pools.mean(network.lead_sd),
        pools.mean(network.gap, weight),
        morning,
    )
    rates = [pools.total(network.rate("lines", memory)) for memory in (QUICK, SLOW)]
    critical = (pools.mean(network.critical.astype(np.float64)) > 0).astype(np.float64)
    lines = np.maximum((rates[0] + rates[1]) / 2, 1e-5)
    return Believed(sizes_of(network), waits, lines, critical)


def demand_until(
    network: Network, known: Believed, waits: Ints, rng: np.random.Generator
) -> Floats:
    """A sample of demand (smallest units) for each pool and wait."""
    count = waits.shape[1]
    half = count // 2
    drawn = np.zeros(waits.shape)
    for memory, part in ((QUICK, slice(0, half)), (SLOW, slice(half, count))):
        drawn[:, part] = _process(network, known, waits[:, part], memory, rng)
    share = np.where(known.critical > 0, _CRITICAL_WINDOWS, _WINDOWS)
    share = np.maximum(share, _often(network))
    real = (np.arange(count) * _GOLDEN % 1.0)[None, :] < share[:, None]
    drawn[real] = _windows(network, waits, real, rng)
    return drawn


def _often(network: Network) -> Floats:
    """Share of days with a request: what is asked for every day is steadier than by chance."""
    pools = network.pools
    busy = (pools.total(network.lines) > 0).sum(axis=1)
    days = np.maximum(pools.mean(network.seen.sum(axis=1)), 1.0)
    often: Floats = np.minimum(1.0, busy / days)
    return often


def _windows(network: Network, waits: Ints, real: Mask, rng: np.random.Generator) -> Floats:
    """Sums of real windows, for the samples of `real`; unseen days count as usual ones."""
    pools = network.pools
    filled = 1.0 - network.seen
    filled *= network.rate("asked", SLOW)[:, None]
    filled += network.asked
    total = np.zeros((pools.count, network.days + 1))
    np.cumsum(pools.total(filled), axis=1, out=total[:, 1:])
    uniform, row, waits = rng.random(waits.shape)[real], np.nonzero(real)[0], waits[real]
    taken = np.minimum(waits, network.days)
    starts = network.days - taken + 1
    age = -_WINDOW_MEMORY * np.log1p(-uniform * -np.expm1(-starts / _WINDOW_MEMORY))
    first = np.clip(network.days - taken - np.floor(age).astype(np.int64), 0, None)
    sums: Floats = total[row, first + taken] - total[row, first]
    return sums * (waits / np.maximum(taken, 1))


def _process(
    network: Network, known: Believed, waits: Ints, memory: float, rng: np.random.Generator
) -> Floats:
    """Compound Poisson sums with a gamma rate."""
    pools = network.pools
    lines = pools.total(network.weighed("lines", memory))
    seen = pools.mean(network.weighed("seen", memory))
    prior = pools.mean(network.prior_lines) + _CRITICAL_LINES * known.critical
    shape = np.maximum(lines + prior, 1e-6)
    rate = rng.gamma(shape[:, None], 1.0, waits.shape)
    rate /= (seen + pools.mean(network.prior_days))[:, None]
    expected = rate * waits
    counts = rng.poisson(expected)
    sums = np.zeros(waits.shape)
    many = expected.mean(axis=1) > _MANY if waits.shape[1] else np.zeros(len(waits), np.bool_)
    if many.any():
        sums[many] = _normal_sum(counts[many], known.sizes, many, rng)
    few = np.flatnonzero(~many & (known.sizes.total > 0))
    if len(few):
        flat = counts[few].ravel()
        owner = np.repeat(np.arange(len(flat)), flat)
        sizes = known.sizes.draw(few[owner // waits.shape[1]], rng)
        sums[few] = np.bincount(owner, sizes, minlength=len(flat)).reshape(len(few), -1)
    return sums


def _normal_sum(counts: Ints, sizes: Sizes, many: Mask, rng: np.random.Generator) -> Floats:
    mean = sizes.mean[many][:, None]
    variance = np.maximum(sizes.square[many] - sizes.mean[many] ** 2, 0.0)[:, None]
    noise = rng.standard_normal(counts.shape) * np.sqrt(counts * variance)
    sums: Floats = np.maximum(0.0, counts * mean + noise)
    return sums
