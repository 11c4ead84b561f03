"""What is kept of a plan beside the figures: enough to show every reason again, in any language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.domain.replenish.explain import Explanation, Phrase
from app.domain.replenish.forecast import WeekAhead
from app.domain.replenish.plan import Plan
from app.domain.replenish.settings import Settings
from app.services.replenishment.terms import ItemCard, Term


@dataclass(frozen=True, slots=True)
class Why:
    """The reasons of a suggestion.

    Attributes:
        headline, detail: Two lines, to be translated when shown.
        explanation: The steps that add up to the suggestion.
        weeks: Asked in the last twelve weeks, smallest units.
        ahead: The next four weeks.
        per_day: Daily use, smallest units.
        lead_days: Days from order to arrival.
        target_days, service: What was aimed at.
        multiple: The supplier delivers multiples of this, smallest units.
        multiple_unit: Its name.
        in_house: Usable stock, smallest units.
        coming: Asked for, ordered and on its way, smallest units.
        reorder_point: An order is made at or below this, smallest units; −1 means never.
    """

    headline: Phrase
    detail: Phrase
    explanation: Explanation
    weeks: tuple[int, ...]
    ahead: tuple[WeekAhead, ...]
    per_day: float
    lead_days: int
    target_days: int
    service: int
    multiple: int
    multiple_unit: str
    in_house: int
    coming: int
    reorder_point: int

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Why:
        """From what `why_of` made."""
        return cls(
            headline=Phrase.from_json(stored["headline"]),
            detail=Phrase.from_json(stored["detail"]),
            explanation=Explanation.from_json(stored["explanation"]),
            weeks=tuple(stored["weeks"]),
            ahead=tuple(WeekAhead(*week) for week in stored["ahead"]),
            per_day=float(stored["per_day"]),
            lead_days=stored["lead"],
            target_days=stored["target"],
            service=stored["service"],
            multiple=stored["multiple"],
            multiple_unit=stored["multiple_unit"],
            in_house=stored["in_house"],
            coming=stored["coming"],
            reorder_point=stored["reorder_point"],
        )


def why_of(made: Plan, card: ItemCard, settings: Settings, term: Term) -> dict[str, Any]:
    """A plan's reasons as plain values."""
    there = made.position
    target = settings.target(card.item_class, critical=card.critical)
    multiple = term.multiple or card.pack_factor
    return {
        "headline": made.headline.as_json(),
        "detail": made.detail.as_json(),
        "explanation": made.suggested.explanation.as_json(),
        "weeks": list(made.weeks),
        "ahead": [[week.mean, week.low, week.high] for week in made.ahead],
        "per_day": round(made.rate.per_day, 4),
        "lead": made.lead_days,
        "target": target.days,
        "service": target.service,
        "multiple": multiple,
        "multiple_unit": card.units.get(multiple, card.pack_unit),
        "in_house": there.lasting,
        "coming": there.on_order + there.in_transit,
        "reorder_point": made.suggested.reorder_point,
    }
