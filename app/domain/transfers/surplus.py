"""What a member can spare: lots that would expire unused, and stock beyond its own horizon.

Use is a fraction (units used ÷ days watched), so every figure is exact. A member uses its lots
first expiry first; what its use does not reach before a lot's last day would be thrown away.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

KEEP_DAYS: Final = 45
"""A member keeps what it uses in so many days, and gives away no more than what is beyond."""
LEAST_LEFT: Final = 14
"""A lot with fewer days left is not worth a journey."""


@dataclass(frozen=True, slots=True)
class Held:
    """What a member has of one lot."""

    lot_id: int
    qty: int
    expiry: date | None


@dataclass(frozen=True, slots=True)
class Use:
    """How fast a member uses an item: units in so many days."""

    units: int
    days: int

    def within(self, days: int) -> int:
        """Units used in `days`, rounded up: in doubt the member uses more itself."""
        return -(-self.units * max(0, days) // self.days) if self.units else 0


@dataclass(frozen=True, slots=True)
class Spare:
    """What can be given of a lot, and how much of that would otherwise expire."""

    lot_id: int
    expiry: date | None
    qty: int
    expiring: int


def spare(lots: Iterable[Held], use: Use, today: date, keep_days: int = KEEP_DAYS) -> list[Spare]:
    """What the member can give of each lot, the first to expire in front.

    Args:
        lots: Usable lots, not frozen.
        use: Its own use.
        today: The day.
        keep_days: Days of its own use that it keeps.
    """
    usable = [lot for lot in lots if lot.qty > 0 and (lot.expiry is None or lot.expiry >= today)]
    ordered = sorted(usable, key=lambda x: (x.expiry is None, x.expiry or date.max, x.lot_id))
    wasted = _wasted(ordered, use, today)
    beyond = max(0, sum(lot.qty for lot in ordered) - use.within(keep_days))
    extra = max(0, beyond - sum(wasted.values()))
    found: list[Spare] = []
    for lot in reversed(ordered):
        more = min(extra, lot.qty - wasted[lot.lot_id])
        extra -= more
        give = wasted[lot.lot_id] + more
        far = lot.expiry is None or (lot.expiry - today).days >= LEAST_LEFT
        if give and far:
            found.append(Spare(lot.lot_id, lot.expiry, give, wasted[lot.lot_id]))
    return found[::-1]


def _wasted(ordered: list[Held], use: Use, today: date) -> dict[int, int]:
    """Units of each lot that the member's own use does not reach in time."""
    used = 0
    found: dict[int, int] = {}
    for lot in ordered:
        if lot.expiry is None:
            found[lot.lot_id] = found.get(lot.lot_id, 0)
            continue
        reach = max(0, use.within((lot.expiry - today).days) - used)
        own = min(lot.qty, reach)
        used += own
        found[lot.lot_id] = found.get(lot.lot_id, 0) + lot.qty - own
    return found
