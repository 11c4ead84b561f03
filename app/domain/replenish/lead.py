"""Lead times: from the supplier's terms and from what receipts have shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_BELIEF: Final = 5
"""Agreed terms weigh as much as this many receipts."""
_LEAST_SD: Final = 0.25


@dataclass(frozen=True, slots=True)
class LeadTime:
    """Days from order to arrival: mean, standard deviation, and how many receipts are behind it."""

    mean: float
    sd: float
    receipts: int = 0

    @property
    def days(self) -> int:
        """The mean in whole days, at least 1: what people are told."""
        return max(1, round(self.mean))

    def draw(self, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """`count` lead times of a gamma distribution, rounded, each at least a day."""
        if self.sd < _LEAST_SD:
            return np.full(count, self.days, np.int64)
        shape = (self.mean / self.sd) ** 2
        drawn = rng.gamma(shape, self.mean / shape, count)
        return np.maximum(1, np.rint(drawn)).astype(np.int64)


def learned(agreed: LeadTime, receipts: Sequence[int]) -> LeadTime:
    """The agreed lead time moved towards what receipts took, the more the more there are.

    Args:
        agreed: From the supplier's terms, or the supplier's mean over all items.
        receipts: Days from order to arrival of past orders, newest last.
    """
    taken = np.asarray(receipts[-60:], dtype=np.float64)
    n = len(taken)
    if n == 0:
        return agreed
    mean = (agreed.mean * _BELIEF + float(taken.sum())) / (_BELIEF + n)
    spread = float(((taken - mean) ** 2).sum())
    variance = (agreed.sd**2 * _BELIEF + spread) / (_BELIEF + n)
    return LeadTime(mean=max(1.0, mean), sd=variance**0.5, receipts=n)
