"""How much to hold: the reorder point and the level up to which an order goes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from app.domain.replenish.calendar import Interval
from app.domain.replenish.lead import LeadTime
from app.domain.replenish.rates import Rate
from app.domain.replenish.series import Series
from app.domain.replenish.target import Target


@dataclass(frozen=True, slots=True)
class Levels:
    """The policy of one item at one place, in smallest units.

    Attributes:
        reorder_point: An order is made when the position is at or below this; −1 means never.
        order_up_to: And goes up to this.
        protect: Held for the time until the next delivery at the wanted service.
        span: Days of use in `order_up_to`: lead time and target.
        safety: What `order_up_to` holds beyond the mean use of `span` (may be below zero for
            items asked for so rarely that nothing is held).
    """

    reorder_point: int
    order_up_to: int
    protect: int
    span: int
    safety: float


def levels(point: int, rate: Rate, lead: LeadTime, interval: Interval, target: Target) -> Levels:
    """Levels from the reorder point that the system-wide weighing gave.

    An order brings the position above the point and adds the use of the target days that go
    beyond the next review. A point below zero means that the item is not held at all.
    """
    cover = max(target.days, interval.gap)
    span = Interval(cover, interval.evening).days(lead.days)
    if point < 0:
        return Levels(-1, 0, 0, span, -rate.per_day * span)
    protect = point + 1
    upper = max(protect, math.ceil(protect + rate.per_day * (cover - interval.gap)))
    return Levels(point, upper, protect, span, upper - rate.per_day * span)


def usable_within(rate: Rate, series: Series, days: int) -> int:
    """What is rather surely used within `days`, smallest units: the cap that shelf life sets.

    The mean less one standard deviation, which grows with the root of time.
    """
    if days <= 0 or not len(series.seen):
        return 0
    spread = float(series.seen.std()) * math.sqrt(days)
    return max(0, math.floor(rate.per_day * days - spread))
