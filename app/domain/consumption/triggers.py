"""When a supplier's goods become payable: at receipt, at issue to a department, or at use.

Ownership carries the answer. Goods are the supplier's until the trigger that was agreed, then the
member's own; a unit is settled when it stops being the supplier's, and that can happen only once.
A term agreed later changes nothing for goods that are the member's own already, and goods that
passed their moment under another term are settled at the next one, at the latest when used.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from app.domain.errors import DomainError
from app.i18n import N_, _


class Trigger(StrEnum):
    """What makes goods payable, in the order in which goods come by."""

    RECEIPT = "receipt"
    ISSUE = "issue"
    CONSUMPTION = "consumption"

    @property
    def label(self) -> str:
        """As people say it."""
        return _(_TRIGGERS[self])


_TRIGGERS: Final = {
    Trigger.RECEIPT: N_("入库结算"),
    Trigger.ISSUE: N_("出库结算"),
    Trigger.CONSUMPTION: N_("用后结算"),
}
_ORDER: Final = tuple(Trigger)

CATEGORIES: Final = {
    "drug": N_("西药、中成药"),
    "tcm": N_("中药饮片"),
    "consumable": N_("耗材"),
    "reagent": N_("试剂"),
    "high_value": N_("高值耗材"),
}
"""Categories for which a trigger can be agreed; `high_value` goes before `consumable`."""


@dataclass(frozen=True, slots=True)
class Term:
    """A trigger agreed between a member and a supplier.

    Attributes:
        supplier_id: The supplier.
        trigger: When goods become payable.
        valid_from: The first day.
        valid_to: The first day on which it holds no more; None while it holds.
        item_id: 品规, 0 for all.
        category: One of `CATEGORIES`, empty for all.
    """

    supplier_id: int
    trigger: Trigger
    valid_from: date
    valid_to: date | None = None
    item_id: int = 0
    category: str = ""

    def holds(self, day: date) -> bool:
        """Whether the term is in force on the day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def fits(self, goods: Goods) -> bool:
        """Whether the term is about these goods."""
        if self.item_id:
            return self.item_id == goods.item_id
        return not self.category or self.category in goods.categories

    @property
    def closeness(self) -> tuple[bool, bool, bool]:
        """An item goes before a category, 高值 before its class, a category before all goods."""
        return (bool(self.item_id), self.category == "high_value", bool(self.category))


@dataclass(frozen=True, slots=True)
class Goods:
    """What a term is held against."""

    item_id: int
    item_class: str
    high_value: bool = False

    @property
    def categories(self) -> frozenset[str]:
        """The categories that the item belongs to."""
        return frozenset({self.item_class} | ({"high_value"} if self.high_value else set()))


def trigger_on(terms: Iterable[Term], supplier_id: int, goods: Goods, day: date) -> Trigger:
    """The trigger in force: the closest term, of equals the newest; 用后结算 where none is."""
    fitting = [
        term
        for term in terms
        if term.supplier_id == supplier_id and term.holds(day) and term.fits(goods)
    ]
    if not fitting:
        return Trigger.CONSUMPTION
    return max(fitting, key=lambda term: (term.closeness, term.valid_from)).trigger


def in_words(terms: Iterable[Term], day: date) -> str:
    """How a supplier's goods are settled on a day: the usual way, and whether some differ."""
    usual: list[Term] = []
    special: list[Term] = []
    for term in terms:
        if term.holds(day):
            (special if term.item_id or term.category else usual).append(term)
    trigger = max(usual, key=lambda term: term.valid_from).trigger if usual else Trigger.CONSUMPTION
    if all(term.trigger is trigger for term in special):
        return trigger.label
    return _("{usual}，部分品规另有约定", usual=trigger.label)


def becomes_own(trigger: Trigger, event: Trigger) -> bool:
    """Whether goods that are still the supplier's become the member's own at an event."""
    return _ORDER.index(event) >= _ORDER.index(trigger)


def check_term(term: Term, today: date) -> None:
    """Refuse a term that cannot hold.

    Raises:
        DomainError: An unknown category, no or two scopes, or a beginning in the past: what was
            settled under the earlier term stays settled.
    """
    if term.category and term.category not in CATEGORIES:
        names = "、".join(f"{key}（{_(title)}）" for key, title in CATEGORIES.items())
        raise DomainError("term.category", _("没有这个类别。可选：{names}。", names=names))
    if bool(term.item_id) == bool(term.category):
        raise DomainError("term.scope", _("请选一个品规或一个类别。整家供应商的在系统设置里改。"))
    if term.valid_from < today:
        raise DomainError(
            "term.past",
            _("生效日期 {day} 已经过去，之前的货已按原来的约定算。请填今天或以后。",
              day=term.valid_from),
        )  # fmt: skip
    if term.valid_to is not None and term.valid_to <= term.valid_from:
        raise DomainError("term.span", _("停用日期要在生效日期之后。请改正日期。"))
