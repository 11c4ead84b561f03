"""Temperature and humidity of places: limits by storage class, and holes in the record.

Limits: 常温 10–30 ℃, 阴凉 ≤ 20 ℃, 冷藏 2–8 ℃, relative humidity 35–75 %; a reading at least every
half hour where goods are stored (GSP, appendix on automatic monitoring).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

RANGES: Final = {
    "normal": (Decimal(10), Decimal(30)),
    "cool": (Decimal(0), Decimal(20)),
    "cold": (Decimal(2), Decimal(8)),
    "frozen": (Decimal(-25), Decimal(-10)),
}
"""°C by storage class."""
DRY, WET = 35, 75
"""Relative humidity, percent."""
LONGEST_GAP: Final = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without a reading."""

    start: datetime
    end: datetime

    @property
    def minutes(self) -> int:
        """How long."""
        return int((self.end - self.start).total_seconds()) // 60


def limits(storage: str) -> tuple[Decimal, Decimal]:
    """Lowest and highest °C of a storage class."""
    return RANGES.get(storage, RANGES["normal"])


def within(storage: str, celsius: Decimal, humidity: int | None) -> bool:
    """Whether a reading is within the limits of the storage class."""
    low, high = limits(storage)
    return low <= celsius <= high and (humidity is None or DRY <= humidity <= WET)


def gaps(times: Sequence[datetime], longest: timedelta = LONGEST_GAP) -> tuple[Gap, ...]:
    """Where two readings that follow each other are too far apart."""
    ordered = sorted(times)
    return tuple(
        Gap(one, other) for one, other in itertools.pairwise(ordered) if other - one > longest
    )
