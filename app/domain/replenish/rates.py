"""How much is asked a day: a quick and a slow view, mixed by how much the quick one has seen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Final

import numpy as np

from app.domain.replenish.series import Floats, Series

RECENT_DAYS: Final = 28
MEMORY: Final = 200.0
"""Days after which a day weighs e times less; 200 beat 60 on real hospital data."""
_TRUST_LINES: Final = 6.0
_TREND_LINES: Final = 8
_NEW_DAYS: Final = 84


class Basis(StrEnum):
    """What the daily use rests on; the explanation says it."""

    RECENT = "recent"
    YEAR = "year"
    NEW = "new"
    NONE = "none"
    PERSON = "person"
    """What a person expects."""
    PEERS = "peers"
    """A new item: what other members ask for has a say."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Daily use.

    Attributes:
        per_day: Smallest units a day.
        lines_per_day: Requests a day.
        basis: What it rests on.
        growth: Last four weeks against the eight before, 0.18 = 18 % up; None where the
            requests are too few to tell.
        cut: Whether single lumps were left out.
    """

    per_day: float
    lines_per_day: float
    basis: Basis
    growth: float | None = None
    cut: bool = False


@lru_cache(maxsize=256)
def recency(days: int, memory: float) -> Floats:
    """Weights of `days` days, oldest first, the newest weighing 1; shared, not to be changed."""
    weights = np.exp(-np.arange(days - 1, -1, -1, dtype=np.float64) / memory)
    weights.setflags(write=False)
    return weights


def daily_rate(series: Series) -> Rate:
    """The daily use that a series shows.

    The mean of the last four weeks and a slow mean over the whole history are mixed; the former
    has the say as soon as it holds some requests, so a jump of the level is followed within
    weeks while an item asked for once in a quarter keeps its long memory.
    """
    days = series.level
    if not len(days) or series.total_lines == 0:
        return Rate(0.0, 0.0, Basis.NONE)
    recent, lines = days[-RECENT_DAYS:], series.seen_lines
    weights = recency(len(days), MEMORY)
    heard = float((lines[-RECENT_DAYS:] > 0).sum())
    trust = heard / (heard + _TRUST_LINES)
    slow = float((weights * days).sum() / weights.sum())
    slow_lines = float((weights * lines).sum() / weights.sum())
    return Rate(
        per_day=trust * float(recent.mean()) + (1 - trust) * slow,
        lines_per_day=trust * float(lines[-RECENT_DAYS:].mean()) + (1 - trust) * slow_lines,
        basis=_basis(series, trust),
        growth=growth(series),
        cut=series.cut,
    )


def _basis(series: Series, trust: float) -> Basis:
    if series.length < _NEW_DAYS:
        return Basis.NEW
    return Basis.RECENT if trust > 0.5 else Basis.YEAR  # noqa: PLR2004 - the larger part


def growth(series: Series) -> float | None:
    """Last four weeks against the eight before; None where too few requests tell."""
    days, lines = series.level, series.seen_lines
    if len(days) < 3 * RECENT_DAYS:
        return None
    late, early = slice(-RECENT_DAYS, None), slice(-3 * RECENT_DAYS, -RECENT_DAYS)
    busy = min(int((lines[late] > 0).sum()), int((lines[early] > 0).sum()))
    before = float(days[early].mean())
    if busy < _TREND_LINES or before <= 0:
        return None
    return float(days[late].mean()) / before - 1.0
