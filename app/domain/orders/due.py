"""Days: until when to sign, and when the goods are due."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

SIGNING_DAYS: Final = 3
"""Working days that members and suppliers have to sign, unless the buyer says otherwise."""
LEAD_DAYS: Final = 3
"""Days from signing to delivery where no supply term is agreed."""
_SATURDAY: Final = 5


def sign_by(today: date, days: int = SIGNING_DAYS) -> date:
    """The day `days` working days after `today`."""
    day = today
    for _step in range(days):
        day = next_working_day(day + timedelta(days=1))
    return day


def due_on(signed_by: date, lead_days: int) -> date:
    """The day on which goods are due that are ordered on `signed_by`; never on a weekend."""
    return next_working_day(signed_by + timedelta(days=max(lead_days, 0)))


def next_working_day(day: date) -> date:
    """`day` itself, or the Monday after it."""
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return day
