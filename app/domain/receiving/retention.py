"""How long an acceptance record is kept.

Drugs: one year beyond the expiry, at least three years (药品经营和使用质量监督管理办法).
Narcotic and psychotropic drugs: five years beyond the expiry (麻醉药品和精神药品管理条例).
Devices and reagents: two years beyond the expiry, at least five where there is none; records of
implants for good (医疗器械监督管理条例 §45), so those of high-value devices are kept for good.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.domain.controlled import PSYCHOACTIVE
from app.domain.expiry import add_months
from app.i18n import _

_YEAR: Final = 12
FOREVER: Final = date.max
"""Kept for good."""


@dataclass(frozen=True, slots=True)
class KeptGoods:
    """What decides how long a line's record is kept."""

    drug: bool
    controlled: str
    high_value: bool
    expiry: date | None


def keep_until(accepted_on: date, goods: Iterable[KeptGoods]) -> date:
    """The last day on which a record must be there: that of its strictest line."""
    days = [add_months(accepted_on, 3 * _YEAR), *(_of(accepted_on, one) for one in goods)]
    return max(days)


def _of(accepted_on: date, one: KeptGoods) -> date:
    if one.drug:
        years = 5 if one.controlled in PSYCHOACTIVE else 1
        least = add_months(accepted_on, (5 if one.controlled in PSYCHOACTIVE else 3) * _YEAR)
        return max(least, add_months(one.expiry, years * _YEAR)) if one.expiry else least
    if one.high_value:
        return FOREVER
    if one.expiry is None:
        return add_months(accepted_on, 5 * _YEAR)
    return add_months(one.expiry, 2 * _YEAR)


def keep_words(day: date) -> str:
    """The day for people."""
    return _("长期保存") if day == FOREVER else day.isoformat()
