"""Expiry: how it is written, when it is reached, which light it gets, how far away it is.

A month without a day runs to its last day (GS1: AI 17 with day 00). The last day itself is still
good: goods are expired from the day after.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date
from enum import StrEnum
from typing import Final

from app.domain.codes.normalise import fold
from app.domain.errors import DomainError, Problem, Severity
from app.i18n import _

_MONTH: Final = re.compile(r"(\d{4})[-/.年]?(\d{1,2})月?", re.ASCII)
_DAY: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)
_EIGHT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_FOUR: Final = re.compile(r"(\d{2})(\d{2})", re.ASCII)
_SIX: Final = re.compile(r"(\d{2})(\d{2})(\d{2})", re.ASCII)
_FAR_YEARS: Final = 12
_CENTURY: Final = 100
_MILLENNIUM: Final = 2000


class Band(StrEnum):
    """The expiry light: shape and word before colour."""

    EXPIRED = "expired"
    NEAR = "near"
    WARN = "warn"
    OK = "ok"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Limits:
    """From how many months before the expiry a light changes."""

    near_months: int = 3
    warn_months: int = 6


def parse(text: str, *, two_digit_year: bool = False) -> date:
    """The last good day that was typed, printed or imported.

    Args:
        text: ``2028-02``, ``2028-02-29``, ``20280229``, ``2028.2``, ``2028年2月``; with
            `two_digit_year` also ``280229`` and ``2802``.
        two_digit_year: Six digits are YYMMDD and four are YYMM, instead of a year and a month.

    Raises:
        DomainError: Not a date, or a day that does not exist (2026-02-30).
    """
    clean = fold(text)
    short = (_SIX, _FOUR) if two_digit_year else ()
    forms = (*short, _DAY, _EIGHT, _MONTH)
    for form in forms:
        found = form.fullmatch(clean)
        if found:
            numbers = [int(part) for part in found.groups()]
            if form in short:
                numbers[0] += _MILLENNIUM
            return _last_day(clean, *numbers)
    raise _not_a_date(clean)


def from_gs1(digits: str, today: date | None = None) -> date:
    """Six digits YYMMDD of a GS1 date; day 00 is the last of the month.

    The century is 20 unless `today` is given, when GS1's rule holds: more than fifty years ahead
    means the century before. Raises `DomainError` for a day that does not exist.

    >>> from_gs1("260200").isoformat()
    '2026-02-28'
    """
    found = _SIX.fullmatch(digits)
    if found is None:
        raise _not_a_date(digits)
    year, month, day = (int(part) for part in found.groups())
    year += _MILLENNIUM
    if today is not None and year - today.year > _CENTURY // 2:
        year -= _CENTURY
    return _last_day(digits, year, month, day)


def last_of_month(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def add_months(day: date, months: int) -> date:
    """The same day some months later, or the last day of that month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def band(expiry: date | None, today: date, limits: Limits | None = None) -> Band:
    """The light of goods that are good up to and including `expiry`."""
    chosen = limits or Limits()
    if expiry is None:
        return Band.MISSING
    if expiry < today:
        return Band.EXPIRED
    if expiry <= add_months(today, chosen.near_months):
        return Band.NEAR
    return Band.WARN if expiry <= add_months(today, chosen.warn_months) else Band.OK


def distance(expiry: date, today: date) -> str:
    """「还有 16 个月」, 「还有 12 天」, 「今天到期」 or 「过 14 天」."""
    days = (expiry - today).days
    if days < 0:
        return _("过 {n} 天", n=-days)
    if days == 0:
        return _("今天到期")
    months = (expiry.year - today.year) * 12 + expiry.month - today.month
    if expiry.day < today.day and expiry != last_of_month(expiry.year, expiry.month):
        months -= 1
    return _("还有 {n} 个月", n=months) if months >= 1 and days > 31 else _("还有 {n} 天", n=days)  # noqa: PLR2004 - a month has at most 31 days


def shown(expiry: date | None) -> str:
    """``2028-02`` for the last day of a month, the day otherwise, a dash when unknown."""
    if expiry is None:
        return "—"
    whole_month = expiry == last_of_month(expiry.year, expiry.month)
    return f"{expiry:%Y-%m}" if whole_month else expiry.isoformat()


def doubt(expiry: date, today: date, *, row: int = 0) -> Problem | None:
    """A warning when an expiry is unbelievably far away, with the likely one as suggestion."""
    if expiry.year - today.year <= _FAR_YEARS:
        return None
    year = today.year - today.year % _CENTURY + expiry.year % _CENTURY
    suggested = last_of_month(year, expiry.month)
    text = _(
        "有效期 {expiry} 看起来太远，是 {suggested} 吗？请核对包装后改正，或确认无误。",
        expiry=shown(expiry),
        suggested=shown(suggested),
    )
    return Problem("expiry.far", text, row=row, column=_("有效期"), severity=Severity.WARNING)


def _last_day(text: str, year: int, month: int, day: int = 0) -> date:
    try:
        return last_of_month(year, month) if day == 0 else date(year, month, day)
    except (ValueError, calendar.IllegalMonthError):
        raise _no_such_day(text, year, month) from None


def _no_such_day(text: str, year: int, month: int) -> DomainError:
    if not (MINYEAR <= year <= MAXYEAR and 1 <= month <= 12):  # noqa: PLR2004 - months
        return _not_a_date(text)
    return DomainError(
        "expiry.day",
        _(
            "有效期 {text} 不存在：{year} 年 {month} 月只有 {last} 天。请对照包装改正。",
            text=text[:20],
            year=year,
            month=month,
            last=calendar.monthrange(year, month)[1],
        ),
    )


def _not_a_date(text: str) -> DomainError:
    return DomainError(
        "expiry.form",
        _("有效期 {text} 不是日期。请写成 2028-02 或 2028-02-28。", text=text[:20]),
    )
