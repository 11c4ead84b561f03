"""An item in another's place: what was asked of the old one counts for the new one.

So does what is left of the old one: it is used up first, and the new one is ordered for the rest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.errors import DomainError
from app.domain.replenish.position import Leftover, Stocked
from app.i18n import _

MOST_UNITS: Final = 10_000
_SHORTEST: Final = 2
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Successor:
    """`new` stands for `old`; `units_new` smallest units of it do what `units_old` did."""

    old: int
    new: int
    units_old: int = 1
    units_new: int = 1

    def counted(self, asked: int) -> int:
        """Smallest units of the new item for so many of the old, rounded up.

        >>> Successor(1, 2, units_old=2, units_new=1).counted(7)
        4
        """
        return -(-asked * self.units_new // self.units_old)

    def left(self, there: int) -> int:
        """Smallest units of the new item that so many of the old do for, rounded down.

        >>> Successor(1, 2, units_old=2, units_new=1).left(7)
        3
        """
        return there * self.units_new // self.units_old


def checked(link: Successor, reason: str, known: Mapping[int, int]) -> str:
    """The reason, when the link can be made.

    Args:
        link: What is to be said.
        reason: Why.
        known: Old item → new item, as said so far.

    Raises:
        DomainError: The same item, a ring, figures or a reason that make no sense.
    """
    if link.old == link.new:
        raise DomainError("successor.same", _("新旧是同一个品规。请选换成的那个品规。"))
    if not (0 < link.units_old <= MOST_UNITS and 0 < link.units_new <= MOST_UNITS):
        raise DomainError(
            "successor.units", _("折算数要在 1 到 {most} 之间。请改正。", most=MOST_UNITS)
        )
    words = reason.strip()
    if not _SHORTEST <= len(words) <= _LONGEST:
        raise DomainError("successor.reason", _("请写明为什么换（2 到 {n} 个字）。", n=_LONGEST))
    if link.old in _onwards(known, link.new):
        raise DomainError(
            "successor.ring", _("这样会绕成一圈：新品规的用量已经归到这个旧品规。请先取消那一条。")
        )
    return words


def _onwards(known: Mapping[int, int], start: int) -> set[int]:
    """All items that stand after an item, one after the other."""
    found: set[int] = set()
    at = known.get(start)
    while at is not None and at not in found:
        found.add(at)
        at = known.get(at)
    return found


def in_order(links: Mapping[int, Successor]) -> list[Successor]:
    """The links so that an item's own history comes before it is handed on."""
    onwards = {old: link.new for old, link in links.items()}
    return sorted(links.values(), key=lambda link: -len(_onwards(onwards, link.old)))


def still_to_use(
    stock: Mapping[int, Sequence[Stocked]],
    coming: Mapping[int, int],
    links: Mapping[int, Successor],
) -> dict[int, Leftover]:
    """What is left of replaced items, by the item in their place; chains go to their end.

    Args:
        stock: Usable lots by item.
        coming: Units ordered or on their way, by item.
        links: Old item → what stands in its place.
    """
    found: dict[int, Leftover] = {}
    for link in in_order(links):
        own = Leftover(tuple(stock.get(link.old, ())), coming.get(link.old, 0))
        older = found.pop(link.old, Leftover())
        both = Leftover((*own.stock, *older.stock), own.coming + older.coming)
        found[link.new] = _with(found.get(link.new, Leftover()), link, both)
    return {item: rest for item, rest in found.items() if rest.units}


def _with(rest: Leftover, link: Successor, older: Leftover) -> Leftover:
    lots = (Stocked(link.left(lot.qty), lot.expiry) for lot in older.stock)
    stock = (*rest.stock, *(lot for lot in lots if lot.qty))
    return Leftover(stock, rest.coming + link.left(older.coming))
