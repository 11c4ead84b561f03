"""Code mapping: the states of a member's row, what makes it a conflict, and how far a member is."""

from __future__ import annotations

from collections.abc import Mapping as Table
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from app.domain.matching.verdict import Fit
from app.i18n import N_, _

if TYPE_CHECKING:
    from app.domain.matching.compare import Comparison

UNDO_DAYS: Final = 30
"""For so long a decision can be taken back."""
_HUNDRED: Final = Decimal(100)


class MapStatus(StrEnum):
    """Where the mapping of a member's row is (待匹配/候选/已确认/冲突/无对应/已停用)."""

    PENDING = "pending"
    CANDIDATE = "candidate"
    CONFIRMED = "confirmed"
    CONFLICT = "conflict"
    NONE = "none"
    STOPPED = "stopped"

    @property
    def label(self) -> str:
        """The status in the person's language."""
        return _(_STATUSES[self])


class Issue(StrEnum):
    """Why a row is a conflict that a person has to settle."""

    RIVALS = "rivals"
    """One row fits several items."""
    TAKEN = "taken"
    """Another row of the member already means the item."""
    UNITS = "units"
    """The member's pack is none of the item's packs."""
    EXPIRED = "expired"
    """The item's licence has run out."""
    STOPPED = "stopped"
    """The item is no longer in use."""
    CHANGED = "changed"
    """The row was confirmed, and then its text changed in the member's list."""

    @property
    def label(self) -> str:
        """The conflict in the person's language."""
        return _(_ISSUES[self])


_STATUSES: Final = {
    MapStatus.PENDING: N_("待匹配"),
    MapStatus.CANDIDATE: N_("候选"),
    MapStatus.CONFIRMED: N_("已确认"),
    MapStatus.CONFLICT: N_("冲突"),
    MapStatus.NONE: N_("无对应"),
    MapStatus.STOPPED: N_("已停用"),
}
_ISSUES: Final = {
    Issue.RIVALS: N_("一对多"),
    Issue.TAKEN: N_("多对一"),
    Issue.UNITS: N_("单位换算不同"),
    Issue.EXPIRED: N_("注册证过期"),
    Issue.STOPPED: N_("品规已停用"),
    Issue.CHANGED: N_("内容变了"),
}
OPEN: Final = frozenset({MapStatus.PENDING, MapStatus.CANDIDATE, MapStatus.CONFLICT})
"""Rows that still wait for a person."""


@dataclass(frozen=True, slots=True)
class ItemUnits:
    """How an item is counted: its smallest unit, its pack, and every step of its chain."""

    base: str
    pack: str
    pack_factor: int
    steps: Table[str, int]


@dataclass(frozen=True, slots=True)
class ItemState:
    """What of an item can stand against mapping a row to it."""

    status: str
    licence_until: date | None
    units: ItemUnits


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a member's list is mapped (对码完成率): by rows and by yearly value.

    Attributes:
        total: Rows that are not stopped.
        confirmed: Of them, how many have an item.
        value: Yearly value of all of them, yuan.
        confirmed_value: Of it, the part of confirmed rows.
        today: Rows confirmed today.
    """

    total: int
    confirmed: int
    pending: int
    conflict: int
    none: int
    stopped: int
    safe: int
    value: Decimal
    confirmed_value: Decimal
    today: int = 0

    @property
    def rate(self) -> Decimal:
        """Percent of rows, one decimal; 100 for an empty list."""
        return _percent(Decimal(self.confirmed), Decimal(self.total))

    @property
    def value_rate(self) -> Decimal:
        """Percent of yearly value, one decimal."""
        return _percent(self.confirmed_value, self.value)

    def missing(self, goal: int = 95) -> int:
        """How many rows more make `goal` percent.

        >>> Progress(100, 81, 0, 0, 19, 0, 0, Decimal(0), Decimal(0)).missing()
        14
        """
        return max(0, -(-self.total * goal // 100) - self.confirmed)


def unit_factor(unit: str, pack: int | None, item: ItemUnits) -> int:
    """Smallest units in one unit of the member's row.

    A row counted in the item's smallest unit stands for one; a row that states its pack stands for
    that pack; otherwise for the item's own pack.

    >>> units = ItemUnits("粒", "盒", 24, {"粒": 1, "盒": 24})
    >>> unit_factor("粒", 24, units), unit_factor("盒", 24, units), unit_factor("", None, units)
    (1, 24, 24)
    """
    if unit and unit == item.base and item.base != item.pack:
        return 1
    if unit and unit == item.pack and pack is None:
        return item.pack_factor
    return pack or item.pack_factor


def issue_of(found: Comparison, factor: int, item: ItemState, day: date) -> Issue | None:
    """What stands against mapping a row to an item though their facts agree; None when nothing."""
    if item.status == "stopped":
        return Issue.STOPPED
    if item.licence_until is not None and item.licence_until < day:
        return Issue.EXPIRED
    if factor not in item.units.steps.values() or found.pack is Fit.DIFFERENT:
        return Issue.UNITS
    return None


def blocked(found: Comparison) -> bool:
    """Whether confirming needs a reason in words: dose, form, salt or maker disagree."""
    return found.closed or Fit.DIFFERENT in {found.name, found.maker}


def may_undo(decided: date, day: date) -> bool:
    """Whether a decision of that day can still be taken back."""
    return day - decided <= timedelta(days=UNDO_DAYS)


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    if not whole:
        return _HUNDRED
    return (Decimal(100) * part / whole).quantize(Decimal("0.1"))
