"""约定采购量: how far a member is with what it pledged, and whether to warn before the period ends.

Rate = accepted ÷ (pledged × elapsed share of the period). §4 of the domain file: alert while the
quantity is behind the time. Whole numbers all the way; rates in tenths of a percent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from app.i18n import N_, _

WHOLE: Final = 1000
_BEHIND: Final = 900
_FAR_BEHIND: Final = 700
_QUIET_DAYS: Final = 14
"""In the first two weeks a period says little: nothing is warned of."""


class Pace(StrEnum):
    """How a pledge goes."""

    EARLY = "early"
    ON_TIME = "on_time"
    BEHIND = "behind"
    FAR_BEHIND = "far_behind"
    DONE = "done"
    MISSED = "missed"
    OVER = "over"

    @property
    def label(self) -> str:
        """The pace in the person's language."""
        return _(_WORDS[self])

    @property
    def warns(self) -> bool:
        """Whether somebody should act."""
        return self in {Pace.BEHIND, Pace.FAR_BEHIND, Pace.MISSED, Pace.OVER}


_WORDS: Final = {
    Pace.EARLY: N_("刚开始"),
    Pace.ON_TIME: N_("跟上进度"),
    Pace.BEHIND: N_("落后进度"),
    Pace.FAR_BEHIND: N_("严重落后"),
    Pace.DONE: N_("已完成"),
    Pace.MISSED: N_("到期没完成"),
    Pace.OVER: N_("订货超约定"),
}


@dataclass(frozen=True, slots=True)
class Progress:
    """A pledge on a day.

    Attributes:
        pledged, ordered, accepted: Smallest units.
        elapsed: Share of the period that has passed, tenths of a percent.
    """

    pledged: int
    ordered: int
    accepted: int
    elapsed: int
    days_left: int
    days_gone: int

    @property
    def due(self) -> int:
        """What should have been accepted by now, smallest units."""
        return self.pledged * self.elapsed // WHOLE

    @property
    def whole_rate(self) -> int | None:
        """Accepted of the whole pledge, tenths of a percent, half up."""
        return _rate(self.accepted, self.pledged)

    @property
    def rate(self) -> int | None:
        """Accepted of what is due by now (执行率), tenths of a percent; None before anything is."""
        return _rate(self.accepted * WHOLE, self.pledged * self.elapsed)

    @property
    def pace(self) -> Pace:
        """How it goes."""
        if self.ordered > self.pledged:
            return Pace.OVER
        if self.accepted >= self.pledged:
            return Pace.DONE
        if self.days_left <= 0:
            return Pace.MISSED
        rate = self.rate
        if self.days_gone < _QUIET_DAYS or rate is None:
            return Pace.EARLY
        if rate < _FAR_BEHIND:
            return Pace.FAR_BEHIND
        return Pace.BEHIND if rate < _BEHIND else Pace.ON_TIME


LEGAL_PARTS: Final = 10
"""All supplements together are at most a tenth of what was agreed (政府采购法 §49)."""


def legal_supplement(pledged: int, approved: int, pack: int = 1) -> int:
    """How much a pledge may still be supplemented by, in whole packs, smallest units.

    >>> legal_supplement(1000, 60)
    40
    """
    return max(pledged // LEGAL_PARTS - approved, 0) // pack * pack


def elapsed(first: date, end: date, today: date) -> int:
    """The share of the period [first, end) that has passed when `today` is over, in ‰.

    >>> elapsed(date(2026, 1, 1), date(2027, 1, 1), date(2026, 7, 2))
    501
    """
    days = (end - first).days
    gone = min(max((today - first).days + 1, 0), days)
    return gone * WHOLE // days


def _rate(part: int, whole: int) -> int | None:
    return (2 * WHOLE * part + whole) // (2 * whole) if whole > 0 else None
