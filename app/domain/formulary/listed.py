"""An item as the rules of a formulary see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from app.domain.alignment.names import generic_name
from app.domain.matching.forms import read_form


class Route(StrEnum):
    """How a form is given, as far as 一品两规 tells forms apart."""

    ORAL = "oral"
    INJECTION = "injection"
    OTHER = "other"


_ORAL: Final = frozenset({"tablet", "capsule", "granule", "powder", "liquid", "pill", "paste",
                          "tea", "ingot", "glue"})  # fmt: skip
_NOT_SWALLOWED: Final = frozenset({
    "tablet.vaginal", "tablet.vaginal_fizz", "tablet.external", "capsule.vaginal", "capsule.inhale",
    "powder.external", "liquid.rinse",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """One item of a list, with the facts that rules look at.

    Attributes:
        vbp: Won in 集采.
        exception: Why it may stand beside two others (recorded by the committee).
        in_group: Whether the group's supply list holds it.
    """

    item_id: int
    item_class: str
    name: str
    form: str
    strength: str
    spec: str
    maker: str
    approval_no: str = ""
    approval_valid_to: date | None = None
    status: str = "active"
    essential: bool = False
    vbp: bool = False
    controlled: str = ""
    antibiotic: str = ""
    exception: str = ""
    in_group: bool = True

    @property
    def generic(self) -> str:
        """The generic name that 一品两规 counts by."""
        return generic_name(self.name)

    @property
    def route(self) -> Route:
        """Oral, injection, or neither."""
        family = read_form(self.name, self.form).family
        kind = family.partition(".")[0]
        if kind == "injection":
            return Route.INJECTION
        oral = kind in _ORAL and family not in _NOT_SWALLOWED
        return Route.ORAL if oral else Route.OTHER

    @property
    def shown(self) -> str:
        """Name, specification and maker."""
        return " ".join(part for part in (self.name, self.spec, self.maker) if part)

    @property
    def is_drug(self) -> bool:
        """Whether rules for drugs apply."""
        return self.item_class == "drug"
