"""How much to hold: the reorder point and the level up to which an order goes."""

from __future__ import annotations

import math
from dataclasses import dataclass

from app.domain.replenish.calendar import Interval
from app.domain.replenish.lead import LeadTime
from app.domain.replenish.rates import Rate
from app.domain.replenish.series import Floats, ranked


@dataclass(frozen=True, slots=True)
class Target:
    """What is aimed at for a class of items.

    Attributes:
        days: Days of use that an order shall last after its arrival; 0 means near-zero stock:
            only until the next delivery.
        service: Share of intervals, in percent, in which what is asked can be given at once.
    """

    days: int
    service: int


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


def quantile(samples: Floats, percent: int) -> int:
    """The smallest whole quantity that at least `percent` % of the samples do not exceed."""
    return math.ceil(ranked(samples, percent / 100) - 1e-9)


def levels(
    samples: Floats, rate: Rate, lead: LeadTime, interval: Interval, target: Target
) -> Levels:
    """Reorder point and order-up-to level from samples of the demand until the next delivery.

    The position must not fall below the quantile, so an order is made when it does; the order
    then adds the use of the target days that go beyond the next review. An item whose quantile is
    zero is not held at all.
    """
    protect = quantile(samples, target.service)
    cover = max(target.days, interval.gap)
    span = Interval(cover, interval.evening).days(lead.days)
    if protect <= 0:
        return Levels(-1, 0, 0, span, -rate.per_day * span)
    extra = rate.per_day * (cover - interval.gap)
    upper = max(protect, math.ceil(protect + extra))
    return Levels(protect - 1, upper, protect, span, upper - rate.per_day * span)


def usable_within(rate: Rate, samples: Floats, span: int, days: int) -> int:
    """What is rather surely used within `days`, smallest units: the cap that shelf life sets.

    The mean less one standard deviation, which grows with the root of time from that of the
    samples over `span` days.
    """
    if days <= 0 or span <= 0:
        return 0
    spread = float(samples.std()) * math.sqrt(days / span)
    return max(0, math.floor(rate.per_day * days - spread))
