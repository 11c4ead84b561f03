"""System-wide levels: the least money in stock that serves the wanted share of all lines.

First who keeps an item at all, then the level of each pool by marginal value over all items, then
its spread over the places that keep it. Places that help each other are planned as one stock, so
each keeps only its part; what a place may keep back from its neighbours is 0, because whatever it
gives away comes back from the same pool when it needs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from app.domain.replenish.backtest import MOST_SERIES, Method, corrected
from app.domain.replenish.frontier import SAMPLES, Aim, Frontier, Tables
from app.domain.replenish.network import Network
from app.domain.replenish.pooled import SLOW
from app.domain.replenish.series import Floats, Ints, Mask

_SEED: Final = 20261014
_RECENT: Final = 90.0
_KEEP_DAYS: Final = 60.0
"""A place keeps an item itself where it uses a lot within so many days."""


@dataclass(frozen=True, eq=False)
class SystemLevels:
    """Levels of each series, smallest units; −1 and 0 where a series is not kept.

    Attributes:
        reorder_point: Order when the position is at or below this.
        order_up_to: And up to this.
        reserve: What is not lent to neighbours.
        fill: Line fill that the model expects of the series' pool.
        aimed: The fill aimed at after learning from the last weeks.
        value: Money expected in stock.
    """

    reorder_point: Ints
    order_up_to: Ints
    reserve: Ints
    fill: Floats
    aimed: float
    value: float


def system_levels(
    network: Network,
    aim: Aim,
    *,
    learn: int = MOST_SERIES,
    aimed: float | None = None,
    morning: bool = False,
    samples: int = SAMPLES,
) -> SystemLevels:
    """Levels of all series at once.

    Args:
        network: Demand and terms.
        aim: Wanted fill and floors.
        learn: Correct the aim by what so many series have shown of late; 0 = not at all.
        aimed: The corrected aim where it is known already.
        morning: Stock is counted in the morning, before the day's demand.
        samples: Samples of demand; fewer are quicker and a little less steady.
    """
    network = network.in_season()
    if aimed is None:
        aimed = learned(network, aim, learn)
    return levels_from(prepared(network, morning=morning, samples=samples), aim, aimed)


def learned(network: Network, aim: Aim, most: int) -> float:
    """The fill to aim at, corrected by what `most` series have shown of late; 0 = as wanted."""
    if not most:
        return aim.fill
    return corrected(network, _method(aim), aim, np.random.default_rng(_SEED), most)


def prepared(network: Network, *, morning: bool = False, samples: int = SAMPLES) -> Tables:
    """What levels are chosen from, whatever is aimed at."""
    rng = np.random.default_rng(_SEED)
    return Tables(network, _stocked(network), rng, morning=morning, samples=samples)


def levels_from(tables: Tables, aim: Aim, aimed: float) -> SystemLevels:
    """The levels for an aim, already corrected to `aimed`."""
    network, frontier = tables.network, tables.frontier(aim)
    choice = _choose(frontier, aim, aimed)
    point = _points(network, frontier, choice, tables.stocked)
    return SystemLevels(
        reorder_point=point,
        order_up_to=point + 1,
        reserve=np.zeros(network.count, np.int64),
        fill=frontier.of(frontier.fill, choice)[network.pool],
        aimed=aimed,
        value=frontier.value(choice),
    )


def _method(aim: Aim) -> Method:
    """How these levels are made, for learning from the past."""

    def points(network: Network, frontier: Frontier, aimed: float) -> Ints:
        return _points(network, frontier, _choose(frontier, aim, aimed), _stocked(network))

    return Method(_stocked, points)


def _use(network: Network) -> Floats:
    return (network.rate("asked", _RECENT) + network.rate("asked", SLOW)) / 2


def _stocked(network: Network) -> Mask:
    return _keepers(network, _use(network))


def _points(network: Network, frontier: Frontier, choice: Ints, stocked: Mask) -> Ints:
    """The chosen levels of the pools, spread over the places that keep the item."""
    level = frontier.of(frontier.levels, choice)
    return _spread(network, stocked & (level[network.pool] > 0), level, _use(network))


def _keepers(network: Network, use: Floats) -> Mask:
    """Places that use up a lot in time; the largest user where none does."""
    keeps = (use * _KEEP_DAYS >= network.lot) & (use > 0)
    none = network.pools.total(keeps.astype(np.float64)) == 0
    largest = network.pools.first(use)[none]
    keeps[largest] = use[largest] > 0
    return keeps


def _choose(frontier: Frontier, aim: Aim, aimed: float) -> Ints:
    """One price of a line for all pools; a dearer one for critical pools if they need it."""
    if len(frontier.levels) == 1:
        enough = frontier.fill[0] >= min(aimed, float(frontier.fill.max()))
        return np.array([int(enough.argmax())])
    choice = frontier.reach(frontier.served, aimed)
    critical = frontier.known.critical > 0
    if not critical.any() or frontier.served(choice, critical) >= aim.critical:
        return choice
    most = frontier.served(np.full(len(choice), frontier.levels.shape[1] - 1), critical)
    wanted = min(aim.critical, most - 1e-6)
    dear = frontier.reach(lambda tried: frontier.served(tried, critical), wanted)
    rest = frontier.reach(lambda tried: frontier.served(np.where(critical, dear, tried)), aimed)
    return np.where(critical, dear, rest)


def _spread(network: Network, kept: Mask, level: Floats, use: Floats) -> Ints:
    """Parts of each pool's level by use, in whole units, by largest remainder."""
    pools = network.pools
    places = pools.total(kept.astype(np.float64))
    extra = np.maximum(level - places, 0.0)
    exact = extra[network.pool] * pools.share(np.where(kept, use, 0.0))
    whole = np.floor(exact + 1e-9)
    left = np.rint(extra - pools.total(whole)).astype(np.int64)
    whole += kept & (pools.rank(np.where(kept, exact - whole, -1.0)) < left[network.pool])
    return np.where(kept, whole, -1.0).astype(np.int64)
