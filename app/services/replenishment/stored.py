"""What is kept of a plan beside the figures: enough to show every reason again, in any language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.domain.replenish.explain import Explanation, Phrase
from app.domain.replenish.forecast import WeekAhead
from app.domain.replenish.plan import Plan
from app.domain.replenish.rates import Basis
from app.domain.replenish.settings import Settings
from app.services.replenishment.terms import ItemCard, Term


@dataclass(frozen=True, slots=True)
class Rest:
    """What a suggestion rests on beside its own plan; see `Why`."""

    by_hand: str = ""
    short_of: Decimal = Decimal(0)
    need: int | None = None


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
        expiring: Part of the stock that will not be used in time, smallest units.
        basis: What the daily use rests on (`rates.Basis`).
        growth: Last four weeks against the eight before; None where that cannot be told.
        controlled: Narcotics and the like.
        by_hand: A person's number holds (its kind), else empty.
        peers: How many other members' use a new item's plan rests on.
        cap: Stock that is rather surely used before fresh goods expire; None without a limit.
        short_of: What the supplier's whole order lacks to its minimum.
        need: What the member itself wanted, smallest units; the rest fills the group's case or
            minimum.
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
    expiring: int = 0
    basis: str = Basis.YEAR
    growth: float | None = None
    controlled: bool = False
    by_hand: str = ""
    peers: int = 0
    cap: int | None = None
    short_of: Decimal = Decimal(0)
    need: int | None = None

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
            expiring=stored.get("expiring", 0),
            basis=stored.get("basis", Basis.YEAR.value),
            growth=stored.get("growth"),
            controlled=bool(stored.get("controlled")),
            by_hand=stored.get("by_hand", ""),
            peers=stored.get("peers", 0),
            cap=stored.get("cap"),
            short_of=Decimal(stored.get("short_of", "0")),
            need=stored.get("need"),
        )


def why_of(
    made: Plan, card: ItemCard, settings: Settings, term: Term, rest: Rest
) -> dict[str, Any]:
    """A plan's reasons as plain values."""
    there = made.position
    target = settings.target(card.item_class, critical=card.critical)
    multiple = card.pack_factor if term.for_group else term.multiple or card.pack_factor
    growth = made.rate.growth
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
        "coming": there.coming,
        "reorder_point": made.suggested.reorder_point,
        "expiring": there.expiring,
        "basis": made.rate.basis.value,
        "growth": None if growth is None else round(growth, 3),
        "controlled": bool(card.controlled),
        "by_hand": rest.by_hand,
        "peers": made.peers,
        "cap": made.cap,
        "short_of": str(rest.short_of),
        "need": rest.need,
    }
