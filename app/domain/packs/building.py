"""Filling fixed packs: first expiry first, loose remainders pooled lot by lot.

A pack holds goods of one owner only, because opening it is one consumption to settle. Without
mixed lots every pack is of one lot; with them the remainders of the lots go together in lot
order until the pack is full (spec §2.3).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from app.domain.errors import DomainError
from app.domain.stock.fefo import LotStock, Pick, allocate
from app.i18n import _

MOST_PACKS = 500
"""Packs that one command builds at most."""


@dataclass(frozen=True, slots=True)
class PackContent:
    """What goes into one pack."""

    owner_id: int
    picks: tuple[Pick, ...]

    @property
    def units(self) -> int:
        """Smallest units inside."""
        return sum(pick.qty for pick in self.picks)

    @property
    def expiry(self) -> date | None:
        """The earliest expiry inside."""
        return min((p.stock.expiry for p in self.picks if p.stock.expiry), default=None)

    @property
    def lots(self) -> dict[int, int]:
        """Units by lot."""
        found: dict[int, int] = {}
        for pick in self.picks:
            found[pick.stock.lot_id] = found.get(pick.stock.lot_id, 0) + pick.qty
        return found


@dataclass(frozen=True, slots=True)
class Filled:
    """The packs that can be built, and how many are wanting."""

    packs: tuple[PackContent, ...]
    missing: int


def fill(stock: Iterable[LotStock], units: int, count: int, day: date, *, mixed: bool) -> Filled:
    """As many packs of `units` as the usable loose stock gives, up to `count`.

    Raises:
        DomainError: The pack size or the number of packs makes no sense.
    """
    if units < 1 or not 1 <= count <= MOST_PACKS:
        raise DomainError(
            "pack.count", _("一次打包 1 到 {n} 包，每包至少 1 个单位。请改数量。", n=MOST_PACKS)
        )
    left = [lot for lot in stock if lot.usable(day)]
    packs: list[PackContent] = []
    while len(packs) < count:
        content = _next(left, units, day, mixed=mixed)
        if content is None:
            break
        packs.append(content)
        left = _less(left, content.picks)
    return Filled(tuple(packs), count - len(packs))


def _next(stock: Sequence[LotStock], units: int, day: date, *, mixed: bool) -> PackContent | None:
    """The pack whose goods expire first among those that could be filled."""
    groups: dict[tuple[int, int], list[LotStock]] = {}
    for lot in stock:
        groups.setdefault((lot.owner_id, 0 if mixed else lot.lot_id), []).append(lot)
    found: list[PackContent] = []
    for (owner, _lot), lots in groups.items():
        given = allocate(lots, units, day)
        if not given.missing:
            found.append(PackContent(owner, given.picks))
    return min(found, key=_first, default=None)


def _first(content: PackContent) -> tuple[bool, date, int, int]:
    expiry = content.expiry
    return (expiry is None, expiry or date.max, content.picks[0].stock.lot_id, content.owner_id)


def _less(stock: Sequence[LotStock], picks: Iterable[Pick]) -> list[LotStock]:
    taken = {id(pick.stock): pick.qty for pick in picks}
    return [
        LotStock(
            place_id=lot.place_id,
            lot_id=lot.lot_id,
            owner_id=lot.owner_id,
            qty=lot.qty - taken.get(id(lot), 0),
            expiry=lot.expiry,
            lot_no=lot.lot_no,
            held=lot.held,
        )
        for lot in stock
        if lot.qty > taken.get(id(lot), 0)
    ]
