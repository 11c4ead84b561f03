"""Settlement periods: a calendar month in the members' zone, written ``2026-10``."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.domain.errors import DomainError
from app.i18n import _

_FORM: Final = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True, slots=True)
class Period:
    """One month, first and last day included: every fact falls into exactly one."""

    year: int
    month: int

    @property
    def first(self) -> date:
        """The first day."""
        return date(self.year, self.month, 1)

    @property
    def last(self) -> date:
        """The last day."""
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

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
        """The period of a day."""
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
