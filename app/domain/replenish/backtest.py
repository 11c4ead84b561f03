"""Learning from the last weeks how far the model's fill lies from the one that came.

Levels are drawn up as they would have been some weeks ago and held against the requests that came
since. The fill at which the model then would have served what is wanted is the fill to aim at
now: a group whose use rises is planned a little higher, a calm one a little lower, without anyone
having to know.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from app.domain.replenish.frontier import Aim, Tables
from app.domain.replenish.network import Network
from app.domain.replenish.series import Floats, Ints, Mask

HELD_BACK: Final = 60
_LEAST_HISTORY: Final = 90
_TRUST: Final = 0.6
_MILDER: Final = 0.45
"""Requests not served are not asked again and orders come above the level: the world is milder
than the model by about this much on the logit scale (found on public series, read on others)."""
_BOUNDS: Final = (0.95, 0.993)
_DRAWN: Final = 96


def logit(share: float) -> float:
    """The log odds of a share."""
    return float(np.log(share / (1.0 - share)))


def share(odds: float) -> float:
    """The share of log odds."""
    return float(1.0 / (1.0 + np.exp(-odds)))


def corrected(network: Network, stocked: Mask, aim: Aim, rng: np.random.Generator) -> float:
    """The fill to aim at so that `aim.fill` comes about."""
    wanted = share(logit(aim.fill) - _MILDER)
    cut = network.days - HELD_BACK
    if cut < _LEAST_HISTORY or network.lines[:, cut:].sum() == 0:
        return wanted
    tables = Tables(network.before(cut), stocked, rng)
    frontier = tables.frontier(aim)
    came, weight = _came(network, tables, cut, rng)

    def measure(choice: Ints) -> float:
        return float((frontier.of(came, choice) * weight).sum() / weight.sum())

    choice = frontier.reach(measure, wanted)
    told = float((frontier.of(frontier.fill, choice) * weight).sum() / weight.sum())
    off = logit(float(np.clip(told, 0.8, 0.998))) - logit(wanted)
    low, high = min(_BOUNDS[0], wanted), max(_BOUNDS[1], wanted)
    return float(np.clip(share(logit(wanted) + _TRUST * off), low, high))


def _came(
    network: Network, tables: Tables, cut: int, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Fill of each candidate on the requests since `cut`, and how many there were."""
    pools = network.pools
    row, late = np.nonzero(network.lines[:, cut:])
    pool, day = network.pool[row], late + cut
    order = np.argsort(pool, kind="stable")
    size = (network.asked[row, day] / network.lines[row, day])[order]
    pool, day = pool[order], day[order]
    number = np.bincount(pool, minlength=pools.count)
    start = np.concatenate([[0], np.cumsum(number)[:-1]])
    step = (np.arange(_DRAWN) + rng.random((pools.count, _DRAWN))) / _DRAWN
    drawn = start[:, None] + np.floor(step * number[:, None]).astype(np.int64)
    drawn = np.minimum(drawn, len(size) - 1)
    total = np.zeros((pools.count, network.days + 1))
    np.cumsum(pools.total(network.asked), axis=1, out=total[:, 1:])
    end = day[drawn]
    begin = np.maximum(end - tables.known.waits.draw(_DRAWN, rng), 0)
    pooled = np.arange(pools.count)[:, None]
    _stock, fill = tables.outcome(total[pooled, end] - total[pooled, begin], size[drawn])
    return fill, number.astype(np.float64)
