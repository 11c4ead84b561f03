"""What a member demands of goods at the door; each number is a setting of the member.

Sources: near expiry under 6 months or under a third of the shelf life needs an approval; 2–8 °C
with an unbroken record, otherwise refused (药品经营和使用质量监督管理办法, 2024).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from app.domain.expiry import add_months, last_of_month

SETTING: Final = "receiving.policy"
"""Key of the member's own numbers in the settings table."""
_RANGES: Final[Mapping[str, tuple[Decimal, Decimal]]] = {
    "cold": (Decimal(2), Decimal(8)),
    "frozen": (Decimal(-25), Decimal(-10)),
}


@dataclass(frozen=True, slots=True)
class Policy:
    """Limits in force.

    Attributes:
        near_months: An expiry nearer than this needs a reason.
        near_parts: A rest under 1/n of the shelf life needs one too; 0 switches this off.
        far_years: An expiry further away is doubted.
        every_serial: 1: a serial of high value is used only if it came in; 0: that is asked
            only for items whose serials were scanned at the door.
    """

    near_months: int = 6
    near_parts: int = 3
    far_years: int = 10
    every_serial: int = 0

    @classmethod
    def of(cls, stored: Mapping[str, Any] | None) -> Policy:
        """The policy with the member's own numbers put in; unknown or wrong ones are left out."""
        known = {one.name for one in fields(cls)}
        good = {
            key: value
            for key, value in (stored or {}).items()
            if key in known and isinstance(value, int) and not isinstance(value, bool)
            and 0 <= value <= 120  # noqa: PLR2004 - months or years of ten times any drug's life
        }  # fmt: skip
        return cls(**good)


def is_expired(expiry: date | None, today: date) -> bool:
    """Whether the last good day is over."""
    return expiry is not None and expiry < today


def is_near(expiry: date | None, today: date, policy: Policy, shelf_life: int | None) -> bool:
    """Whether goods have so little life left that taking them needs a reason."""
    if expiry is None or is_expired(expiry, today):
        return False
    if expiry < add_months(today, policy.near_months):
        return True
    if not shelf_life or not policy.near_parts:
        return False
    return (expiry - today) * policy.near_parts < timedelta(days=shelf_life)


def far_suggestion(expiry: date | None, today: date, policy: Policy) -> date | None:
    """The expiry that was likely meant when this one is unbelievably far away, else None."""
    if expiry is None or expiry.year - today.year <= policy.far_years:
        return None
    year = today.year - today.year % 100 + expiry.year % 100
    if year - today.year > policy.far_years:
        year = today.year + policy.far_years
    return last_of_month(year, expiry.month)


def same_expiry(one: date, other: date) -> bool:
    """Whether two expiries mean the same: equal, or one names only the month of the other."""
    if one == other:
        return True
    whole = last_of_month(one.year, one.month)
    return (one.year, one.month) == (other.year, other.month) and whole in {one, other}


def temperature_range(storage: str) -> tuple[Decimal, Decimal] | None:
    """Lowest and highest °C at arrival for a storage class; None where it does not matter."""
    return _RANGES.get(storage)
