"""A computer's clock against what was written with it before: a local file has no other clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

TOLERANCE: Final = timedelta(minutes=10)
"""What a clock that is set right by the network may go back; time zones and summer time do not
move it, since moments are kept in UTC."""

QUIET: Final = timedelta(days=30)
"""Where nothing was booked for longer than this, the clock has rather run ahead."""


def behind(clock: datetime, last: datetime | None) -> timedelta:
    """How far the clock stands before the last moment in the books; zero when that may be.

    >>> behind(datetime(2025, 10, 14, 8), datetime(2025, 10, 14, 8, 9))
    datetime.timedelta(0)
    >>> behind(datetime(2025, 10, 14, 8), datetime(2025, 10, 14, 9))
    datetime.timedelta(seconds=3600)
    """
    if last is None or last - clock <= TOLERANCE:
        return timedelta()
    return last - clock


def ahead(clock: datetime, last: datetime | None) -> timedelta:
    """How far the clock stands after the last moment in the books; zero when that may be.

    >>> ahead(datetime(2026, 10, 14, 8), datetime(2026, 9, 20, 8))
    datetime.timedelta(0)
    >>> ahead(datetime(2027, 10, 14, 8), datetime(2026, 10, 14, 8))
    datetime.timedelta(days=365)
    """
    if last is None or clock - last <= QUIET:
        return timedelta()
    return clock - last
