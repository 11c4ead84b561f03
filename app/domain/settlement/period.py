"""Settlement periods: named by a month, ``2026-10``, and ended by each member's cut-off day."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from app.domain.errors import DomainError
from app.i18n import _

LATEST_CUT_OFF: Final = 28
"""The last day of a month that every month has."""
_FORM: Final = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One settlement month; which days it holds, the member's `SettlementCalendar` says."""

    year: int
    month: int

    @property
    def month_end(self) -> date:
        """The last day of the calendar month."""
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    @property
    def first(self) -> date:
        """The first day of the calendar month."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """The last day of the calendar month."""
        return self.month_end

    @property
    def key(self) -> str:
        """As stored and typed: ``2026-10``."""
        return f"{self.year:04d}-{self.month:02d}"

    def plus(self, months: int) -> Period:
        """The period some months later (or earlier)."""
        index = self.year * 12 + self.month - 1 + months
        return Period(index // 12, index % 12 + 1)

    @classmethod
    def of(cls, day: date) -> Period:
        """The calendar month of a day."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Period:
        """From ``2026-10``; raises `DomainError` otherwise."""
        found = _FORM.fullmatch(text.strip())
        if not found or not 1 <= int(found[2]) <= 12 or int(found[1]) < 2000:  # noqa: PLR2004 - months; this century
            raise DomainError(
                "period.form", _("结算月份 {text} 写法不对。请写成 2026-10 这样。", text=text)
            )
        return cls(int(found[1]), int(found[2]))


@dataclass(frozen=True, slots=True, order=True)
class CutOff:
    """From a period on, periods end on this day of their month; 0 is the month's last day."""

    since: Period
    day: int

    def __post_init__(self) -> None:
        if not 0 <= self.day <= LATEST_CUT_OFF:
            raise DomainError(
                "cutoff.day",
                _("结算截止日 {day} 不对。请填 1 到 28，或 0 表示月末。", day=self.day),
            )


@dataclass(frozen=True, slots=True)
class SettlementCalendar:
    """Which days each period holds.

    A period begins on the day after the one before ended, whatever cut-off days were agreed and
    changed: so every day lies in exactly one period, without gap or overlap.
    """

    cut_offs: tuple[CutOff, ...] = ()

    def last(self, period: Period) -> date:
        """The last day of a period."""
        day = max((c for c in self.cut_offs if c.since <= period), default=None)
        if day is None or not day.day:
            return period.month_end
        return date(period.year, period.month, day.day)

    def first(self, period: Period) -> date:
        """The first day of a period: the day after the one before ended."""
        return self.last(period.plus(-1)) + timedelta(days=1)

    def of(self, day: date) -> Period:
        """The one period that a day lies in."""
        period = Period.of(day)
        return period if day <= self.last(period) else period.plus(1)

    def of_moment(self, moment: datetime, zone: tzinfo) -> Period:
        """The one period of a point in time, told in any zone: its day for the members counts."""
        return self.of(moment.astimezone(zone).date())

    def changed(self, cut_off: CutOff) -> SettlementCalendar:
        """The calendar with another cut-off day from a period on; earlier periods stay."""
        kept = tuple(c for c in self.cut_offs if c.since < cut_off.since)
        return SettlementCalendar((*kept, cut_off))
