"""Moving goods inside the house: which zone goods may go to from where, when it wants a reason.

五区: 待验 yellow, 合格 green, 不合格 red, 退货 yellow, 待发 green (spec §3.7). Goods found
bad never slip back among the good ones without somebody saying why.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.domain.catalogue import Storage
from app.domain.errors import DomainError
from app.i18n import N_, _

ZONES: Final[Mapping[str, str]] = {
    "": N_("库房"),
    "pending": N_("待验区"),
    "good": N_("合格区"),
    "bad": N_("不合格区"),
    "returns": N_("退货区"),
    "outgoing": N_("待发区"),
}
HOLDS: Final[Mapping[str, str]] = {
    "expired": N_("已过期锁定"),
    "recall": N_("召回锁定"),
    "quality": N_("质量锁定"),
}
"""Why a lot in a good place may not leave it."""
FREE: Final = frozenset(
    {
        ("good", "good"),
        ("pending", "good"),
        ("pending", "bad"),
        ("pending", "returns"),
        ("good", "bad"),
        ("good", "returns"),
        ("good", "pending"),
        ("bad", "returns"),
        ("returns", "bad"),
        ("bad", "bad"),
        ("returns", "returns"),
        ("pending", "pending"),
    }
)
"""Moves between zones that need no reason."""
REASONED: Final = frozenset({("bad", "good"), ("returns", "good"), ("bad", "pending"),
                             ("returns", "pending")})  # fmt: skip
"""Moves back towards the good goods: only with a reason (复检合格)."""
_LEAST: Final = 4
_ANY: Final = "." * _LEAST


@dataclass(frozen=True, slots=True)
class Spot:
    """A place as this rule sees it."""

    name: str
    zone: str
    storage: str


def check_move(start: Spot, end: Spot, storage: str, reason: str) -> None:
    """Raise `DomainError` where goods may not go, or only with a reason.

    Args:
        start: Where the goods are.
        end: Where they go.
        storage: Storage class of the goods: normal, cool, cold or frozen.
        reason: Why, as written.
    """
    if "outgoing" in {start.zone, end.zone}:
        raise DomainError(
            "move.packed", _("待发区的货已经打包。请先拆包，或按定数包退回，再移库。")
        )
    pair = (start.zone or "good", end.zone or "good")
    if pair not in FREE | REASONED:
        raise DomainError("move.zone", _("不能这样移库。请核对两个库位。"))
    if pair in REASONED and len(reason.strip()) < _LEAST:
        raise DomainError(
            "move.reason",
            _(
                "从{start}移回{end}要写明理由（至少 {n} 个字），如：复检合格。",
                start=_(ZONES[start.zone]),
                end=_(ZONES[end.zone]),
                n=_LEAST,
            ),
        )
    if pair[1] in {"good", "pending"} and not keeps(end.storage, storage):
        raise DomainError(
            "move.storage",
            _(
                "「{place}」是{there}，这种货要{wanted}。请移到储存条件合适的库位。",
                place=end.name,
                there=Storage(end.storage).label,
                wanted=Storage(storage).label,
            ),
        )


def may_go(start: Spot, end: Spot, storage: str) -> bool:
    """Whether goods of a storage class may go there, with a reason or without."""
    try:
        check_move(start, end, storage, _ANY)
    except DomainError:
        return False
    return True


def is_open(spot: Spot) -> bool:
    """Whether goods may be used straight from the place."""
    return (spot.zone or "good") == "good"


def keeps(place: str, goods: str) -> bool:
    """Whether a place of a storage class may keep goods of another class."""
    if goods == "normal":
        return place in {"normal", "cool"}
    return place == goods
