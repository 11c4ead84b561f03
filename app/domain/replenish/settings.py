"""What an organisation wants of its replenishment; a business setting, kept as one row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from app.domain.errors import DomainError
from app.domain.replenish.calendar import ReviewDays
from app.domain.replenish.target import Target
from app.i18n import _

MOST_DAYS: Final = 120
SERVICES: Final = (50, 99)
MOST_AMOUNT: Final = 10_000_000


@dataclass(frozen=True, slots=True)
class Settings:
    """Targets and habits of an organisation.

    Attributes:
        target_days: Days of use that an order shall last; 0 = near-zero, until the next delivery.
        service: Percent of intervals in which everything asked can be given at once.
        critical_service: The same for emergency and shortage items.
        lead_days: Lead time where a supplier's terms are not known.
        review: Weekdays on which orders are made.
        by_class: Target days of single classes of items (drug, consumable, reagent, tcm).
        look_above: Lines above this amount (元) are looked at one by one; 0 = none.
    """

    target_days: int = 21
    service: int = 95
    critical_service: int = 99
    lead_days: int = 3
    review: ReviewDays = field(default_factory=lambda: ReviewDays(frozenset({2})))
    by_class: Mapping[str, int] = field(default_factory=dict)
    look_above: int = 10_000

    def target(self, item_class: str, *, critical: bool) -> Target:
        """The target for an item."""
        days = self.by_class.get(item_class, self.target_days)
        return Target(days, self.critical_service if critical else self.service)

    def checked(self) -> Settings:
        """The settings, or `DomainError` naming what is out of range."""
        spans = (self.target_days, self.lead_days, *self.by_class.values())
        if any(not 0 <= days <= MOST_DAYS for days in spans):
            raise DomainError(
                "replenish.days", _("天数应在 0 到 {most} 之间。请改正。", most=MOST_DAYS)
            )
        if not 0 <= self.look_above <= MOST_AMOUNT:
            raise DomainError(
                "replenish.look_above",
                _("金额应在 0 到 {most} 元之间，0 为不限。请改正。", most=f"{MOST_AMOUNT:,}"),
            )
        low, high = SERVICES
        if not low <= self.service <= self.critical_service <= high:
            raise DomainError(
                "replenish.service",
                _(
                    "服务水平应在 {low}% 到 {high}% 之间，急救品种不低于一般品种。请改正。",
                    low=low,
                    high=high,
                ),
            )
        return self

    def as_json(self) -> dict[str, Any]:
        """For storing."""
        return {
            "target_days": self.target_days,
            "service": self.service,
            "critical_service": self.critical_service,
            "lead_days": self.lead_days,
            "review": self.review.text,
            "by_class": dict(self.by_class),
            "look_above": self.look_above,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Settings:
        """From what `as_json` gave; what is missing takes its default."""
        known = {key: value for key, value in stored.items() if key in cls.__slots__}
        if "review" in known:
            known["review"] = ReviewDays.parse(known["review"])
        return replace(cls(), **known)
