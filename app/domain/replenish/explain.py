"""How a suggested quantity came about, in named steps that add up to it.

The steps are not written beside the calculation: `Sum` is the calculation. Each addend is put in
once, and need, rounding and suggestion are read from it, so what a person sees cannot differ from
what was computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Any, Final

from typing_extensions import override

from app.i18n import _

_TENTH: Final = Decimal("0.1")
_COARSE: Final = 3
_PLACES: Final = ((Decimal(10), Decimal("0.1")), (Decimal(1), Decimal("0.01")))
_FINE: Final = Decimal("0.001")


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words to be translated when they are shown: a message id and its parameters."""

    text: str
    values: Mapping[str, str | int] = field(default_factory=dict)

    @override
    def __str__(self) -> str:
        return _(self.text, **self.values)

    def as_json(self) -> list[Any]:
        """For storing."""
        return [self.text, dict(self.values)]

    @classmethod
    def from_json(cls, stored: list[Any]) -> Phrase:
        """From what `as_json` gave."""
        return cls(stored[0], stored[1])


class Role(StrEnum):
    """What a step does in the sum."""

    NOTE = "note"
    """Says what an addend was made from; does not count."""
    ADD = "add"
    """Counts."""
    TOTAL = "total"
    """The sum of the addends above it."""
    RESULT = "result"
    """The suggestion: the sum of all addends."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an explanation; `value` is in the explanation's unit."""

    key: str
    label: Phrase
    value: Decimal
    role: Role

    def as_json(self) -> dict[str, Any]:
        """For storing."""
        return {
            "key": self.key,
            "label": self.label.as_json(),
            "value": str(self.value),
            "role": self.role.value,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Step:
        """From what `as_json` gave."""
        return cls(
            stored["key"],
            Phrase.from_json(stored["label"]),
            Decimal(stored["value"]),
            Role(stored["role"]),
        )


@dataclass(frozen=True, slots=True)
class Scale:
    """The unit in which a suggestion is reckoned and shown, and its smallest units."""

    unit: str
    factor: int

    def rate(self, per_day: float) -> Decimal:
        """A daily use with about three figures."""
        value = Decimal(repr(per_day)) / self.factor
        places = next((step for least, step in _PLACES if value >= least), _FINE)
        return value.quantize(places, ROUND_HALF_UP)

    def up(self, quantity: float) -> Decimal:
        """Smallest units as tenths of the unit, rounded up (what is needed)."""
        return (Decimal(repr(quantity)) / self.factor).quantize(_TENTH, ROUND_CEILING)

    def down(self, quantity: int) -> Decimal:
        """Smallest units as tenths of the unit, rounded down (what is there)."""
        return (Decimal(quantity) / self.factor).quantize(_TENTH, ROUND_FLOOR)

    def smallest(self, value: Decimal) -> int:
        """A value of the unit in whole smallest units, rounded up."""
        return int((value * self.factor).to_integral_value(ROUND_CEILING))


def scale_for(level: int, base: tuple[str, int], pack: tuple[str, int], multiple: int) -> Scale:
    """Packs where the level is some packs; the smallest unit where packs are too coarse."""
    whole = multiple % pack[1] == 0
    return Scale(*pack) if whole and level >= _COARSE * pack[1] else Scale(*base)


@dataclass(slots=True)
class Sum:
    """A running sum that remembers its steps."""

    steps: list[Step] = field(default_factory=list)
    value: Decimal = Decimal(0)

    def note(self, key: str, label: Phrase, value: Decimal) -> None:
        """Say what the next addend is made from."""
        self.steps.append(Step(key, label, value, Role.NOTE))

    def add(self, key: str, label: Phrase, value: Decimal) -> None:
        """Add `value` (negative to take away)."""
        self.value += value
        self.steps.append(Step(key, label, value, Role.ADD))

    def total(self, key: str, label: Phrase) -> None:
        """Show the sum so far."""
        self.steps.append(Step(key, label, self.value, Role.TOTAL))

    def result(self, label: Phrase) -> None:
        """Show the end."""
        self.steps.append(Step("result", label, self.value, Role.RESULT))


@dataclass(frozen=True, slots=True)
class Explanation:
    """The steps of one suggestion and the unit they are in."""

    unit: str
    factor: int
    steps: tuple[Step, ...]

    @property
    def sum(self) -> Decimal:
        """The addends added up: the suggestion in `unit`."""
        return sum((s.value for s in self.steps if s.role is Role.ADD), Decimal(0))

    def step(self, key: str) -> Step | None:
        """The step with a key, if there is one."""
        return next((step for step in self.steps if step.key == key), None)

    def as_json(self) -> dict[str, Any]:
        """For storing with the suggestion."""
        return {
            "unit": self.unit,
            "factor": self.factor,
            "steps": [step.as_json() for step in self.steps],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Explanation:
        """From what `as_json` gave."""
        steps = tuple(Step.from_json(step) for step in stored["steps"])
        return cls(stored["unit"], int(stored["factor"]), steps)
