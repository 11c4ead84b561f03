"""综合评分: price from the bids, the other criteria from experts, weighted to one figure.

Points run from 0 to 100 and are kept in tenths. The price points of a line are the lowest price in
a hundredth part of the supplier's (低价优先法), 0 where the supplier cannot win; a supplier's are
their mean, weighted by what the line costs at its base or lowest price.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

import numpy as np

from app.domain.bidding.compare import NOBODY, Grid, Ints
from app.domain.errors import DomainError
from app.i18n import N_, _

FULL: Final = 1000
"""All points, in tenths."""
_HUNDRED: Final = 100
_TENTHS: Final = 10


class Criterion(StrEnum):
    """What is scored."""

    PRICE = "price"
    QUALITY = "quality"
    DELIVERY = "delivery"
    SERVICE = "service"

    @property
    def label(self) -> str:
        """The criterion in the person's language."""
        return _(_TITLES[self])


_TITLES: Final = {
    Criterion.PRICE: N_("价格"),
    Criterion.QUALITY: N_("质量"),
    Criterion.DELIVERY: N_("配送"),
    Criterion.SERVICE: N_("服务"),
}
EXPERT: Final = (Criterion.QUALITY, Criterion.DELIVERY, Criterion.SERVICE)
"""Criteria that experts give points for."""
Weights = Mapping[Criterion, int]
DEFAULT: Final[Weights] = {
    Criterion.PRICE: 60,
    Criterion.QUALITY: 20,
    Criterion.DELIVERY: 10,
    Criterion.SERVICE: 10,
}


def checked_weights(weights: Weights) -> dict[Criterion, int]:
    """The weights if each is 0 to 100 and they sum to 100; raises `DomainError` otherwise."""
    full = {one: weights.get(one, 0) for one in Criterion}
    total = sum(full.values())
    if total != _HUNDRED or not all(0 <= value <= _HUNDRED for value in full.values()):
        raise DomainError("score.weights", _("权重合计是 {n}，应为 100。请调整各项权重。", n=total))
    return full


def checked_points(points: int) -> int:
    """The points if they are 0 to 100; raises `DomainError` otherwise."""
    if not 0 <= points <= _HUNDRED:
        raise DomainError("score.points", _("评分 {n} 超出范围。请填 0 到 100。", n=points))
    return points


def mean_points(given: Sequence[int]) -> int:
    """The experts' mean in tenths, half up; 0 while nobody has scored."""
    if not given:
        return 0
    return (2 * _TENTHS * sum(given) + len(given)) // (2 * len(given))


def line_points(grid: Grid) -> Ints:
    """Price points in tenths by supplier and line."""
    lowest = grid.at(grid.best())
    price = np.maximum(grid.standing, 1)
    points = (2 * FULL * lowest + price) // (2 * price)
    found: Ints = np.where(grid.able, points, 0)
    return found


def price_points(grid: Grid) -> Ints:
    """Price points in tenths by supplier."""
    weight = grid.amounts(np.where(grid.base > 0, grid.base, grid.at(grid.best()))) // _HUNDRED
    whole = max(1, int(weight.sum()))
    found: Ints = (2 * (line_points(grid) * weight).sum(axis=1) + whole) // (2 * whole)
    return found


def score(points: Mapping[Criterion, int], weights: Weights) -> int:
    """The weighted score in tenths, half up."""
    parts = sum(points.get(one, 0) * weights.get(one, 0) for one in Criterion)
    return (2 * parts + _HUNDRED) // (2 * _HUNDRED)


def pick_by_score(grid: Grid, expert: Sequence[Mapping[Criterion, int]], weights: Weights) -> Ints:
    """By line: the place of the supplier with the best score there; of equals the cheaper.

    Args:
        grid: The comparison.
        expert: Points in tenths of the other criteria, by supplier in the grid's order.
        weights: Whole percent.
    """
    other = np.array(
        [sum(one.get(key, 0) * weights.get(key, 0) for key in EXPERT) for one in expert],
        dtype=np.int64,
    )
    total = line_points(grid) * weights.get(Criterion.PRICE, 0) + other[:, None]
    # A cheaper price breaks a tie: points come first, the price as the smaller part.
    span = np.int64(grid.standing.max(initial=1) + 1)
    ranked = np.where(grid.able, total * span - grid.standing, np.iinfo(np.int64).min)
    found: Ints = np.where(grid.able.any(axis=0), ranked.argmax(axis=0), NOBODY)
    return found


def pick_lowest(grid: Grid) -> Ints:
    """By line: the place of the cheapest supplier that can win."""
    return grid.best()
