"""先产先出 / 近效期先出 (FEFO): which lots an issue takes, in which order.

Expired and frozen lots are never taken. Lots without an expiry come last. Taking a later lot
while an earlier one is there is allowed only when somebody names the lot, and is told.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.i18n import _

_NAMED: Final = 3
"""How many lots a message names."""


@dataclass(frozen=True, slots=True)
class LotStock:
    """What lies of one lot and owner at one place."""

    place_id: int
    lot_id: int
    owner_id: int
    qty: int
    expiry: date | None
    lot_no: str = ""
    held: bool = False

    def usable(self, day: date) -> bool:
        """Whether goods of this lot may be used on `day`: here, not frozen, not past its end."""
        return self.qty > 0 and not self.held and (self.expiry is None or self.expiry >= day)


@dataclass(frozen=True, slots=True)
class Pick:
    """So many units out of this lot."""

    stock: LotStock
    qty: int


@dataclass(frozen=True, slots=True)
class Allocation:
    """What could be taken, and how much is missing."""

    picks: tuple[Pick, ...]
    missing: int


def allocate(stock: Iterable[LotStock], need: int, day: date) -> Allocation:
    """Take `need` units from the usable lots, earliest expiry first."""
    picks: list[Pick] = []
    rest = need
    for lot in sorted((one for one in stock if one.usable(day)), key=_fefo_key):
        if rest == 0:
            break
        take = min(rest, lot.qty)
        picks.append(Pick(lot, take))
        rest -= take
    return Allocation(tuple(picks), rest)


def earlier_lot(stock: Iterable[LotStock], chosen: LotStock, day: date) -> LotStock | None:
    """The usable lot that FEFO would take before `chosen`, if there is one."""
    usable = [one for one in stock if one.usable(day) and one.lot_id != chosen.lot_id]
    first = min(usable, key=_fefo_key, default=None)
    if first is None or first.expiry is None:
        return None
    return first if chosen.expiry is None or first.expiry < chosen.expiry else None


def barred(expiry: date | None, day: date, *, held: bool) -> str:
    """Why a lot may not be used on `day`, in words; empty where it may."""
    if held:
        return _("被冻结或召回")
    return _("已过期") if expiry is not None and expiry < day else ""


def locked_words(stock: Iterable[LotStock], day: date) -> str:
    """Which lots lie here and may not be used on `day`, and why; empty where there are none.

    Who holds a pack in the hand and is told that there is nothing believes the program is wrong.
    """
    lots = [one for one in stock if one.qty > 0]
    late = sorted({x.lot_no for x in lots if x.expiry and x.expiry < day and not x.held})
    frozen = sorted({x.lot_no for x in lots if x.held})
    why = ((frozen, _("已冻结")), (late, _("已过期")))
    said = [
        _("批号 {lots} {why}", lots="、".join(some[:_NAMED]), why=words)
        for some, words in why
        if some
    ]
    return _("这里还有{lots}，不能使用，请放进退货区。", lots="，".join(said)) if said else ""


def lots_told(lots: Iterable[str]) -> str:
    """Lot numbers in a sentence: the first few of them, and how many there are."""
    every = sorted(set(lots))
    if len(every) <= _NAMED:
        return "、".join(every)
    return _("{lots} 等 {n} 个", lots="、".join(every[:_NAMED]), n=len(every))


def _fefo_key(lot: LotStock) -> tuple[bool, date, int, int, int]:
    return (lot.expiry is None, lot.expiry or date.max, lot.lot_id, lot.place_id, lot.owner_id)
