"""Review days: when an organisation looks at its stock and orders."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from app.domain.errors import DomainError
from app.domain.typed import whole
from app.i18n import _

WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class ReviewDays:
    """Weekdays on which orders are made, 0 = Monday; never empty."""

    weekdays: frozenset[int]

    @classmethod
    def parse(cls, text: str) -> ReviewDays:
        """From ``"0,3"`` (Monday and Thursday).

        Raises:
            DomainError: Not numbers from 0 to 6, or none at all.
        """
        parts = [part.strip() for part in text.replace("，", ",").split(",") if part.strip()]
        days = [whole(part) for part in parts]
        if not days or any(day is None or day >= WEEK for day in days):
            raise DomainError(
                "review.days",
                _("补货日「{text}」看不懂。请选星期一到星期日中的一天或几天。", text=text),
            )
        return cls(frozenset(day for day in days if day is not None))

    def next_after(self, day: date) -> date:
        """The first review day after `day`."""
        return day + timedelta(days=self.gap(day))

    def gap(self, day: date) -> int:
        """Days from `day` to the next review day, 1 to 7: R in the policy."""
        today = day.weekday()
        return min((weekday - today - 1) % WEEK + 1 for weekday in self.weekdays)

    @property
    def text(self) -> str:
        """As `parse` reads it."""
        return ",".join(str(day) for day in sorted(self.weekdays))


def review_days(days: Iterable[int]) -> ReviewDays:
    """Review days from weekday numbers."""
    return ReviewDays.parse(",".join(str(day) for day in days))


@dataclass(frozen=True, slots=True)
class Interval:
    """How long an order made today must last.

    Stock is counted in the morning, before today's demand. An order made today with lead time L
    arrives in the morning of day L; the next chance to order is R days on, and that order
    arrives in the morning of day R + L. What is there now must last until then: the demand of
    L + R days. A program that orders at the end of a day (`evening`) has today's demand behind it
    and needs one day less, L − 1 + R.
    """

    gap: int
    evening: bool = False

    def days(self, lead: int) -> int:
        """Days of demand that must be covered for a lead time of `lead` days."""
        return max(0, lead + self.gap - (1 if self.evening else 0))
