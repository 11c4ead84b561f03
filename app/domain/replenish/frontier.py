"""For each pool: what each level costs and serves; and the choice among all of them at once.

For sampled demand x until help comes, request size q and overshoot o (an order fills whole lots,
so the position lies somewhere in a lot above the level):
stock = E[(S + o − x)+], line fill = E[clip((S + o − x) / q, 0, 1)].
Levels are chosen by marginal value: the same lambda for all pools, money of stock against lines
served, bisected to the fill that is wanted of all lines together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from app.domain.replenish.network import Network
from app.domain.replenish.pooled import Believed, believed, demand_until
from app.domain.replenish.series import Floats, Ints, Mask

SAMPLES: Final = 256
"""Samples of demand for each pool."""
_CANDIDATES: Final = 64
_DENSE: Final = 1.5
"""Candidate levels lie denser at the low end, where most levels are."""
_STEPS: Final = 32
_LOG_LAMBDA: Final = (-8.0, 16.0)
_BLOCK: Final = 64
_ALL: Final = slice(None)


@dataclass(frozen=True, slots=True)
class Aim:
    """What is wanted.

    Attributes:
        fill: Share of all request lines served the same day, 0.98 = 98 %.
        critical: The same of the lines of critical items.
        floor: No pool is planned below this.
        critical_floor: No critical pool is planned below this.
    """

    fill: float = 0.98
    critical: float = 0.997
    floor: float = 0.5
    critical_floor: float = 0.95


@dataclass(frozen=True, eq=False)
class Frontier:
    """Candidate levels (pools × candidates), rising; candidate 0 holds nothing."""

    levels: Floats
    stock: Floats
    fill: Floats
    allowed: Mask
    cost: Floats
    known: Believed

    def value(self, choice: Ints) -> float:
        """Money in stock."""
        return float((self.cost * self.of(self.stock, choice)).sum())

    def of(self, table: Floats, choice: Ints) -> Floats:
        """The chosen column of each row."""
        return table[np.arange(len(table)), choice]

    def served(self, choice: Ints, among: Mask | None = None) -> float:
        """Line fill over all pools, or some, as this model expects it."""
        weight = self.known.lines_per_day if among is None else self.known.lines_per_day * among
        return float((weight * self.of(self.fill, choice)).sum() / max(weight.sum(), 1e-12))

    def pick(self, worth: float, rows: Ints | slice = _ALL) -> Ints:
        """The level of each pool, or of some, when a line served is worth `worth` of money."""
        choice: Ints = (self._money[rows] - worth * self._lines[rows]).argmin(axis=1)
        return choice

    @cached_property
    def _money(self) -> Floats:
        """What each level costs; endless where it is not allowed."""
        money: Floats = np.where(self.allowed, self.cost[:, None] * self.stock, np.inf)
        return money

    @cached_property
    def _lines(self) -> Floats:
        """Lines a day that each level serves."""
        lines: Floats = self.known.lines_per_day[:, None] * self.fill
        return lines

    def reach(self, measure: Callable[[Ints], float], wanted: float) -> Ints:
        """The cheapest choice whose measure comes to `wanted`, or the best there is.

        A dearer line never lowers a level, so only pools are looked at again whose levels differ
        at the two ends of what is still bisected: soon few.
        """
        low, high = _LOG_LAMBDA
        below, above = self.pick(float(np.exp(low))), self.pick(float(np.exp(high)))
        for _step in range(_STEPS):
            rows = np.flatnonzero(below != above)
            if not len(rows):
                break
            middle = (low + high) / 2
            tried = above.copy()
            tried[rows] = self.pick(float(np.exp(middle)), rows)
            if measure(tried) < wanted:
                low, below = middle, tried
            else:
                high, above = middle, tried
        return above


class Tables:
    """What every level of each pool holds and serves: drawn once, for any aim."""

    def __init__(
        self,
        network: Network,
        stocked: Mask,
        rng: np.random.Generator,
        *,
        morning: bool = False,
        samples: int = SAMPLES,
    ) -> None:
        self.network, self.stocked, self._rng = network, stocked, rng
        self.known = believed(network, morning=morning)
        waits = self.known.waits.draw(samples, rng)
        demand = demand_until(network, self.known, waits, rng)
        count = network.pools.count
        owners = np.repeat(np.arange(count), samples)
        sizes = self.known.sizes.draw(owners, rng).reshape(count, samples)
        self.levels = self._candidates(demand.max(axis=1) + sizes.max(axis=1) + 1)
        self._stock, self._fill = self._outcome(demand, sizes)

    def _candidates(self, span: Floats) -> Floats:
        """Nothing, then from one unit at each stocked place up to the largest sample."""
        grid = np.linspace(0.0, 1.0, _CANDIDATES) ** _DENSE
        least = self.network.pools.total(self.stocked.astype(np.float64))
        levels = np.maximum(np.ceil(grid[None, :] * span[:, None]), least[:, None])
        return np.concatenate([np.zeros((len(levels), 1)), levels], axis=1)

    def _overshoot(self, count: int) -> Floats:
        """What whole lots leave above the level, over all stocked places of each pool."""
        lot = self.network.lot[:, None]
        drawn = np.floor(self._rng.random((self.network.count, count)) * lot)
        return self.network.pools.total(drawn * self.stocked[:, None])

    def _outcome(self, demand: Floats, sizes: Floats) -> tuple[Floats, Floats]:
        """Stock and line fill of every candidate for demands and request sizes.

        A request is served in part from `short` on, and whole from `short + size` on. In blocks
        that stay near the processor.
        """
        short = demand - self._overshoot(demand.shape[1])
        stock, fill = np.zeros(self.levels.shape), np.zeros(self.levels.shape)
        for start in range(0, len(self.levels), _BLOCK):
            part = slice(start, start + _BLOCK)
            levels, size, begin = self.levels[part, 1:], sizes[part], short[part]
            left, served = mean_above(levels, begin, np.ones(size.shape), 1 / size)
            stock[part, 1:] = left
            fill[part, 1:] = served - mean_above(levels, begin + size, 1 / size)[0]
        return stock, fill

    def frontier(self, aim: Aim) -> Frontier:
        """The frontier with the floors of `aim`."""
        stock, fill = self._stock, self._fill
        critical = self.known.critical > 0
        floor = np.where(critical, aim.critical_floor, aim.floor)
        asked = self.known.sizes.total > 0
        floor = np.where(asked, np.minimum(floor, fill.max(axis=1)), 0.0)
        allowed = fill >= floor[:, None] - 1e-12
        cost = self.network.pools.mean(self.network.cost)
        return Frontier(self.levels, stock, fill, allowed, cost, self.known)


def mean_above(levels: Floats, start: Floats, *slopes: Floats) -> tuple[Floats, ...]:
    """Mean of `slope * max(level − start, 0)` over the samples of a row, for each of its levels.

    Samples sorted once and summed up to each level: every level against every sample would be
    thirty times the work.
    """
    rows, count = start.shape
    order = start.argsort(axis=1)
    start = np.take_along_axis(start, order, axis=1)
    # All rows are looked up at once: each is moved beyond the end of the one before.
    low = np.minimum(start[:, 0], levels[:, 0])
    span = np.maximum(start[:, -1], levels[:, -1]) - low + 1
    moved = (np.cumsum(span) - span - low)[:, None]
    found = np.searchsorted((start + moved).ravel(), (levels + moved).ravel())
    below = found.reshape(levels.shape) - count * np.arange(rows)[:, None]

    def mean(slope: Floats) -> Floats:
        slope = np.take_along_axis(slope, order, axis=1)
        sums = np.zeros((2, rows, count + 1))
        np.cumsum(slope, axis=1, out=sums[0, :, 1:])
        np.cumsum(slope * start, axis=1, out=sums[1, :, 1:])
        steep, area = (np.take_along_axis(one, below, axis=1) for one in sums)
        result: Floats = (steep * levels - area) / count
        return result

    return tuple(mean(slope) for slope in slopes)
