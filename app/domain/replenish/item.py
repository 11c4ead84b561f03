"""What planning knows of one item at one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.domain.replenish.calendar import ReviewDays
from app.domain.replenish.lead import LeadTime
from app.domain.replenish.levels import Target
from app.domain.replenish.position import Stocked
from app.domain.replenish.series import Series
from app.domain.replenish.suggestion import OrderRules


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of an item before it has shown much: requests and days they came in."""

    lines: float = 0.25
    days: float = 14.0


@dataclass(frozen=True, slots=True)
class Item:
    """What is known of an item at a place when it is planned.

    Attributes:
        series: Demand up to this morning.
        stock: Usable lots.
        on_order: Asked for or ordered, not yet sent.
        in_transit: Sent, not yet accepted.
        lead: Lead time.
        review: When the organisation orders from the supplier.
        target: What is aimed at.
        rules: How it can be ordered.
        prior: What is believed before the item has shown much.
        storage: normal, cool, cold or frozen.
        manual: (reorder point, order-up-to level) that a person set, if any.
        worth: Value of one smallest unit against other items' (only ratios count).
    """

    series: Series
    stock: Sequence[Stocked]
    on_order: int
    in_transit: int
    lead: LeadTime
    review: ReviewDays
    target: Target
    rules: OrderRules
    prior: Prior = field(default_factory=Prior)
    storage: str = "normal"
    manual: tuple[int, int] | None = None
    worth: float = 1.0
