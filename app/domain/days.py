"""Days and times as people type them; read the same way everywhere."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from app.domain.errors import DomainError
from app.i18n import _

_DAY: Final = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))", re.ASCII)
_TIME: Final = re.compile(r"(.*?)[T\s]+(\d{1,2}):(\d{2})", re.ASCII)
ZONE: Final = ZoneInfo("Asia/Shanghai")
"""The members' zone: days begin and times read as on the clock at the wall."""
_OFFICE_ENDS: Final = time(17)


def typed_day(text: str) -> date:
    """The day that was typed: 2026-10-09, 2026/10/9, 2026.10.9, 2026年10月9日 or 20261009.

    Raises:
        DomainError: Not a day, or one that does not exist.

    >>> typed_day(" 2026/10/9 ").isoformat(), typed_day("20261009").isoformat()
    ('2026-10-09', '2026-10-09')
    """
    if not text.strip():
        raise DomainError("date.form", _("还没填日期。请写成 2026-10-09。"))
    found = _DAY.fullmatch(_plain(text).replace(" ", ""))
    try:
        if found is None:
            raise ValueError  # noqa: TRY301 - one answer for what is no day at all
        return date(*(int(part) for part in found.groups() if part))
    except ValueError:
        raise DomainError(
            "date.form", _("日期「{text}」看不懂。请写成 2026-10-09。", text=text.strip()[:20])
        ) from None


def typed_time(text: str, otherwise: time = _OFFICE_ENDS) -> datetime:
    """The point in time that was typed, in the members' zone (the answer carries none).

    Args:
        text: A day, or a day and hours with minutes: ``2026-10-09 17:00``, ``2026-10-09T17:00``.
        otherwise: The time of a day that is typed alone.

    Raises:
        DomainError: Not a time.

    >>> typed_time("2026-10-09").isoformat(), typed_time("2026-10-09T7:20").isoformat()
    ('2026-10-09T17:00:00', '2026-10-09T07:20:00')
    """
    clean = _plain(text)
    found = _TIME.fullmatch(clean)
    try:
        day = typed_day(found[1] if found else clean)
        return datetime.combine(day, time(int(found[2]), int(found[3])) if found else otherwise)
    except (DomainError, ValueError):
        raise DomainError(
            "date.time",
            _("时间「{text}」看不懂。请写成 2026-10-09 17:00。", text=text.strip()[:24]),
        ) from None


def end_of(day: date) -> datetime:
    """The midnight after the day, in the members' zone; of the last day there is, the one before.

    People write 9999-12-31 for a time without an end.

    >>> end_of(date(2026, 10, 9)).isoformat()
    '2026-10-10T00:00:00+08:00'
    """
    following = day if day == date.max else day + timedelta(days=1)
    return datetime.combine(following, time(), ZONE)


def day_or_none(text: str) -> date | None:
    """As `typed_day`; nothing typed is None."""
    return typed_day(text) if text.strip() else None


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip()
