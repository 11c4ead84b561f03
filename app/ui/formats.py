"""How values read on screen (design §6): never blank, because blank means "loading"."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from app.domain.quantity import two_units
from app.i18n import _
from app.ui.status import Status

NONE: Final = "—"
ZERO: Final = Decimal(0)
_MINUS: Final = "−"
_GROUPED: Final = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_MILLION: Final = Decimal(1_000_000)


def number(value: int | Decimal | None) -> str:
    """A number with thousands separators and a true minus sign."""
    return NONE if value is None else f"{value:,}".replace("-", _MINUS)


def amount(value: Decimal | None) -> str:
    """An amount for a table cell: two places, no currency sign."""
    return NONE if value is None else f"{value:,.2f}".replace("-", _MINUS)


def yuan(value: Decimal | None) -> str:
    """An amount in running text: ¥1,234.50."""
    return NONE if value is None else f"¥{value:,.2f}".replace("¥-", f"{_MINUS}¥")


def total(value: Decimal) -> str:
    """A total: from one million on in units of ten thousand (726.4 万)."""
    if abs(value) < _MILLION:
        return yuan(value)
    return _("¥{n} 万", n=f"{value / 10_000:,.1f}".replace("-", _MINUS))


def price(value: Decimal | None) -> str:
    """A unit price with two to four places."""
    if value is None:
        return NONE
    text = f"{value:,.4f}"
    whole, _dot, places = text.partition(".")
    return f"{whole}.{places[:2]}{places[2:].rstrip('0')}"


def ungrouped(text: str) -> str:
    """What a person typed or left standing in a cell, without thousands separators.

    >>> ungrouped(" 3,088.80 "), ungrouped("1,5")
    ('3088.80', '1,5')
    """
    bare = text.strip()
    return bare.replace(",", "") if _GROUPED.fullmatch(bare) else bare


def percent(numerator: Decimal | int, denominator: Decimal | int) -> str:
    """A rate with one place; — where there is nothing to divide by."""
    if not denominator:
        return NONE
    return f"{Decimal(numerator) * 100 / Decimal(denominator):,.1f}%".replace("-", _MINUS)


def day(value: date | None) -> str:
    """A date in ISO form."""
    return NONE if value is None else value.isoformat()


def minute(value: datetime | None, today: date | None = None) -> str:
    """A time of this year as 10-14 09:20, of today as 09:20, of another year with the year."""
    if value is None:
        return NONE
    if today is not None and value.date() == today:
        return f"{value:%H:%M}"
    if today is not None and value.year != today.year:
        return f"{value:%Y-%m-%d %H:%M}"
    return f"{value:%m-%d %H:%M}"


def months_left(expiry: date, today: date) -> int:
    """Whole months from `today` to `expiry`, negative when it has passed."""
    months = (expiry.year - today.year) * 12 + expiry.month - today.month
    return months - 1 if expiry.day < today.day and months > 0 else months


def left(expiry: date | None, today: date) -> str:
    """How long an expiry is still away: 16 个月, 20 天, 过 14 天."""
    if expiry is None:
        return NONE
    days = (expiry - today).days
    if days < 0:
        return _("过 {n} 天", n=-days)
    if days <= 31:  # noqa: PLR2004 - within a month people count days
        return _("{n} 天", n=days)
    return _("{n} 个月", n=months_left(expiry, today))


def expiry_status(expiry: date | None, today: date, near: int = 3, soon: int = 6) -> Status | None:
    """The band of an expiry (design §2); None means calm: no pill.

    Args:
        expiry: The last good day.
        today: The day in the member's time zone.
        near: Months that count as "within 3 months".
        soon: Months that count as "3 to 6 months".
    """
    if expiry is None:
        return Status.MUTE
    if expiry < today:
        return Status.BAD
    months = months_left(expiry, today)
    if months < near:
        return Status.NEAR
    return Status.WARN if months < soon else None


def trace_code(code: str) -> str:
    """A trace code in fours, as people read it."""
    return " ".join(code[i : i + 4] for i in range(0, len(code), 4))


def pack_text(base: str, pack: str, factor: int, qty: int) -> str:
    """A quantity of smallest units in packs: 60 盒, or 2 盒 + 5 粒."""
    return two_units(base, pack, factor).text(qty)
