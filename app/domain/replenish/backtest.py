"""Learning from the last months how far the model's fill lies from the one that comes about.

Levels are drawn up as they would have been at three days of the past half year, and the half year
is played again with them, day by day: orders, arrivals, help between places, lots. The fill to
aim at is the one with which the replay serves what is wanted. A group whose use rises is planned
a little higher, a calm one a little lower, without anyone having to know.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from app.domain.replenish.frontier import Aim, Frontier, Tables
from app.domain.replenish.network import Network
from app.domain.replenish.replay import Replay, Rules, World
from app.domain.replenish.series import WEEK, Floats, Ints, Mask

HELD_BACK: Final = 180
"""Days played again, at most a third of the history."""
_LEAST_BACK: Final = 45
_LEAST_LINES: Final = 50
_PART: Final = 60
"""Levels are drawn up anew after so many days."""
_WARM: Final = 28
_HALF: Final = 300.0
"""Lines after which the replay is followed half of the way; the rest stays with the model."""
_MILDER: Final = 0.45
"""Without a replay: requests not served are not asked again and orders come above the level, so
the world is milder than the model by about this much on the logit scale (found on public series,
read on others)."""
_START: Final = 0.3
_SPARE: Final = 0.15
"""The replay knows nothing of jumps to come but is a little too strict; on the logit scale."""
_BOUNDS: Final = (0.90, 0.997)
_TRIES: Final = 5
_CLOSE: Final = 0.02
MOST_SERIES: Final = 600
"""More series are represented by some of their pools: learning takes no longer."""
_SHELF: Final = 3650


def logit(share: float) -> float:
    """The log odds of a share."""
    return float(np.log(share / (1.0 - share)))


def share(odds: float) -> float:
    """The share of log odds."""
    return float(1.0 / (1.0 + np.exp(-odds)))


LevelsOf = Callable[[Network, Frontier, float], Ints]
"""Reorder points of all series for an aimed fill."""
Keepers = Callable[[Network], Mask]


@dataclass(frozen=True, eq=False)
class Method:
    """How levels are made: who keeps an item, and the points for an aim."""

    keepers: Keepers
    points: LevelsOf


def corrected(
    network: Network,
    method: Method,
    aim: Aim,
    rng: np.random.Generator,
    most: int = MOST_SERIES,
) -> float:
    """The fill to aim at so that `aim.fill` comes about, learned from at most `most` series."""
    wanted = logit(aim.fill)
    back = min(HELD_BACK, network.days // 3)
    if back < _LEAST_BACK or network.lines[:, network.days - back :].sum() < _LEAST_LINES:
        return share(wanted - _MILDER)
    played = _Played(_some(network, most), method, aim, back, rng)
    begin = wanted - _START
    found = _reach(played.fill, wanted - _SPARE, begin)
    trust = played.lines / (played.lines + _HALF)
    return share(begin + trust * (found - begin))


def _some(network: Network, most: int) -> Network:
    """The network, or evenly chosen pools of a large one."""
    if network.count <= most:
        return network
    every = -(-network.count // most)
    rows = np.flatnonzero(network.pool % every == 0)
    return network.only(rows)


def _reach(measure: Callable[[float], float], target: float, begin: float) -> float:
    """The odds at which `measure` (a fill) comes nearest to the odds `target`."""
    low = min(begin, logit(_BOUNDS[0]))
    high = max(begin, logit(_BOUNDS[1]))
    tried: list[tuple[float, float]] = []
    odds = begin
    for _turn in range(_TRIES):
        fill = float(np.clip(measure(odds), 0.5, 0.9995))
        tried.append((odds, logit(fill) - target))
        if abs(tried[-1][1]) < _CLOSE:
            break
        odds = float(np.clip(_next(tried), low, high))
    return min(tried, key=lambda one: abs(one[1]))[0]


def _next(tried: Sequence[tuple[float, float]]) -> float:
    """The next odds to try: along the line through the two best so far."""
    if len(tried) == 1:
        return tried[0][0] - 0.9 * tried[0][1]
    best, second = sorted(tried, key=lambda one: abs(one[1]))[:2]
    apart = best[0] - second[0]
    slope = (best[1] - second[1]) / apart if abs(apart) > 1e-6 else 1.0  # noqa: PLR2004 - equal
    return best[0] - best[1] / float(np.clip(slope, 0.3, 2.5))


class _Played:
    """The last months, ready to be played with levels of any aim."""

    def __init__(
        self, network: Network, method: Method, aim: Aim, back: int, rng: np.random.Generator
    ) -> None:
        self._network, self._method = network, method
        parts = max(1, round(back / _PART))
        first = network.days - back
        self._cuts = [first + round(part * back / parts) for part in range(parts)]
        self._known = [network.before(cut) for cut in self._cuts]
        self._frontiers = [
            Tables(known, method.keepers(known), rng).frontier(aim) for known in self._known
        ]
        self._begin = first - _WARM
        self._world = _world(network, self._begin, self._cuts, rng)
        self._help = network.pools.count < network.count
        self.lines = float((network.lines[:, first:] > 0).sum())

    def fill(self, odds: float) -> float:
        """Mean share of a request line that is served with levels for this aim."""
        aimed = share(odds)
        rules = [
            _rules(self._method.points(known, frontier, aimed))
            for known, frontier in zip(self._known, self._frontiers, strict=True)
        ]
        world = replace(self._world, opening=np.maximum(rules[0].order_up_to, 0))
        at = {cut - self._begin: one for cut, one in zip(self._cuts, rules, strict=True)}
        replay = Replay(world, self._network.cost, help_each_other=self._help)
        tally = replay.run(lambda day: at.get(day, rules[0]))
        return float(tally.filled.sum() / max(1.0, tally.lines.sum()))


def _rules(points: Ints) -> Rules:
    return Rules(points, points + 1, np.zeros(len(points), np.int64))


def _world(network: Network, begin: int, cuts: Sequence[int], rng: np.random.Generator) -> World:
    """The days from `begin` on, with lead times drawn; reviews on their weekdays if known."""
    count, days = network.count, network.days - begin
    shape: Floats = (network.lead / np.maximum(network.lead_sd, 0.05))[:, None] ** 2
    drawn = rng.gamma(shape, network.lead[:, None] / shape, (count, days))
    return World(
        asked=np.rint(network.asked[:, begin:]).astype(np.int64),
        start=cuts[0] - begin,
        warm=cuts[0] - begin,
        lead=np.maximum(1, np.rint(drawn)).astype(np.int64),
        review=reviews(network, days, rng),
        pool=network.pool,
        lot=np.maximum(1, network.lot).astype(np.int64),
        least=np.zeros(count, np.int64),
        shelf=np.minimum(network.shelf, _SHELF).astype(np.int64),
        opening=np.zeros(count, np.int64),
        refresh=frozenset(cut - begin for cut in cuts[1:]),
    )


def reviews(network: Network, days: int, rng: np.random.Generator) -> Mask:
    """On which of the last `days` days orders are made; evenly spread where nothing is known."""
    if network.weekdays is not None and network.end is not None:
        first = network.end.weekday() - days
        return network.weekdays[:, (first + np.arange(days)) % WEEK]
    gap = np.maximum(network.gap, 1.0)[:, None]
    turn = np.floor((np.arange(days + 1)[None, :] + rng.random((network.count, 1)) * gap) / gap)
    return np.diff(turn, axis=1) > 0
