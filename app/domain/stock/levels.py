"""How much lay at a place at the end of each day: what may still be booked for an earlier day.

A use of an earlier day takes from the end of that day and of every day since, so it may take no
more than the least of them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

Key = tuple[int, int]
"""Place and lot; who owned the lot meanwhile does not matter."""


@dataclass(frozen=True, slots=True)
class _History:
    """Days on which the stock changed, and the least stock from before each of them on."""

    days: tuple[date, ...]
    least: tuple[int, ...]


class Levels:
    """The stock of places and lots at the end of each day since some day.

    Args:
        present: What lies there now.
        changes: How much more or less it was made on which day; all since the day of the question.
    """

    def __init__(
        self, present: Mapping[Key, int], changes: Iterable[tuple[Key, date, int]]
    ) -> None:
        self._present = present
        by_key: dict[Key, dict[date, int]] = defaultdict(lambda: defaultdict(int))
        for key, day, units in changes:
            by_key[key][day] += units
        self._histories = {key: _history(present.get(key, 0), days) for key, days in by_key.items()}

    def least(self, key: Key, day: date) -> int:
        """The smallest stock at the end of `day` and of each day after it."""
        now = self._present.get(key, 0)
        history = self._histories.get(key)
        if history is None:
            return now
        place = bisect_right(history.days, day)
        return min(now, history.least[place]) if place < len(history.days) else now


def _history(now: int, changes: Mapping[date, int]) -> _History:
    days = sorted(changes)
    least: list[int] = []
    level, lowest = now, now
    for day in reversed(days):
        level -= changes[day]
        lowest = min(lowest, level)
        least.append(lowest)
    return _History(tuple(days), tuple(reversed(least)))
