"""For each pool: what each level costs and serves; and the choice among all of them at once.

For sampled demand x until help comes, request size q and overshoot o (an order fills whole lots,
so the position lies somewhere in a lot above the level):
stock = E[(S + o − x)+], line fill = E[clip((S + o − x) / q, 0, 1)].
Levels are chosen by marginal value: the same lambda for all pools, money of stock against lines
served, bisected to the fill that is wanted of all lines together.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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
_BLOCK: Final = 32
_FEW_BLOCKS: Final = 8
_LOG_LAMBDA: Final = (-8.0, 16.0)


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

    def pick(self, worth: float) -> Ints:
        """The level of each pool when a line served is worth `worth` of money in stock."""
        lines = self.known.lines_per_day[:, None]
        choice: Ints = (self._money - worth * lines * self.fill).argmin(axis=1)
        return choice

    @cached_property
    def _money(self) -> Floats:
        """What each level costs; endless where it is not allowed."""
        money: Floats = np.where(self.allowed, self.cost[:, None] * self.stock, np.inf)
        return money

    def reach(self, measure: Callable[[Ints], float], wanted: float) -> Ints:
        """The cheapest choice whose measure comes to `wanted`, or the best there is."""
        low, high = _LOG_LAMBDA
        for _step in range(_STEPS):
            middle = (low + high) / 2
            if measure(self.pick(float(np.exp(middle)))) < wanted:
                low = middle
            else:
                high = middle
        return self.pick(float(np.exp(high)))


class Tables:
    """Makes a frontier of a network, and values it against requests that really came."""

    def __init__(
        self,
        network: Network,
        stocked: Mask,
        rng: np.random.Generator,
        *,
        morning: bool = False,
        samples: int = SAMPLES,
    ) -> None:
        self.network, self._stocked, self._rng = network, stocked, rng
        self.known = believed(network, morning=morning)
        waits = self.known.waits.draw(samples, rng)
        self._demand = demand_until(network, self.known, waits, rng)
        count = network.pools.count
        owners = np.repeat(np.arange(count), samples)
        self._sizes = self.known.sizes.draw(owners, rng).reshape(count, samples)
        self.levels = self._candidates()

    def _candidates(self) -> Floats:
        """Nothing, then from one unit at each stocked place up to the largest sample."""
        span = self._demand.max(axis=1) + self._sizes.max(axis=1) + 1
        grid = np.linspace(0.0, 1.0, _CANDIDATES) ** _DENSE
        least = self.network.pools.total(self._stocked.astype(np.float64))
        levels = np.maximum(np.ceil(grid[None, :] * span[:, None]), least[:, None])
        return np.concatenate([np.zeros((len(levels), 1)), levels], axis=1)

    def overshoot(self, count: int) -> Floats:
        """What whole lots leave above the level, over all stocked places of each pool."""
        lot = self.network.lot[:, None]
        drawn = np.floor(self._rng.random((self.network.count, count)) * lot)
        return self.network.pools.total(drawn * self._stocked[:, None])

    def outcome(self, demand: Floats, sizes: Floats) -> tuple[Floats, Floats]:
        """Stock and line fill of every candidate for demands and request sizes.

        In blocks that stay small in memory, on all cores where there are many.
        """
        spare = self.overshoot(demand.shape[1]) - demand
        stock, fill = np.zeros(self.levels.shape), np.zeros(self.levels.shape)

        def block(start: int) -> None:
            part = slice(start, start + _BLOCK)
            left = self.levels[part, 1:, None] + spare[part, None, :]
            np.maximum(left, 0.0, out=left)
            stock[part, 1:] = left.mean(axis=2)
            left /= sizes[part, None, :]
            fill[part, 1:] = np.minimum(left, 1.0, out=left).mean(axis=2)

        starts = range(0, len(self.levels), _BLOCK)
        if len(starts) <= _FEW_BLOCKS:
            for start in starts:
                block(start)
        else:
            with ThreadPoolExecutor() as crew:
                list(crew.map(block, starts))
        return stock, fill

    def frontier(self, aim: Aim) -> Frontier:
        """The frontier with the floors of `aim`."""
        stock, fill = self.outcome(self._demand, self._sizes)
        critical = self.known.critical > 0
        floor = np.where(critical, aim.critical_floor, aim.floor)
        asked = self.known.sizes.total > 0
        floor = np.where(asked, np.minimum(floor, fill.max(axis=1)), 0.0)
        allowed = fill >= floor[:, None] - 1e-12
        cost = self.network.pools.mean(self.network.cost)
        return Frontier(self.levels, stock, fill, allowed, cost, self.known)
