"""What planning knows of one item at one place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.domain.replenish.by_hand import ByHand
from app.domain.replenish.calendar import ReviewDays
from app.domain.replenish.lead import LeadTime
from app.domain.replenish.position import Leftover, Stocked
from app.domain.replenish.series import Series
from app.domain.replenish.suggestion import OrderRules
from app.domain.replenish.target import Target


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed of an item before it has shown much: requests and days they came in."""

    lines: float = 0.25
    days: float = 14.0


@dataclass(frozen=True, slots=True)
class Peers:
    """What other members ask of the item, made as large as this place.

    Attributes:
        members: How many of them use it.
        per_day: Smallest units a day.
        days: How many days of own history this is worth.
    """

    members: int
    per_day: float
    days: float = 28.0


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
        by_hand: A person's number that holds today, if any.
        peers: Other members' use of an item that is new here.
        past: Demand as it was, to be shown, where `series` is put into the coming season.
        season: How much more is asked in the days to come than in the mean of a year.
        old: What is left of items that this one stands for.
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
    by_hand: ByHand | None = None
    peers: Peers | None = None
    past: Series | None = None
    season: float = 1.0
    old: Leftover = field(default_factory=Leftover)
    worth: float = 1.0
