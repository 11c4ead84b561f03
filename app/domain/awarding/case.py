"""A case for the award: lines with their volume, suppliers, and the offers that can win."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

WHOLE: Final = 1000
"""All of a line's volume, in tenths of a percent."""
_PER_CENT: Final = 100
"""Scaled units (1/10,000 元) of a cent."""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One line to award.

    Attributes:
        key: The line's number.
        name: The item in words.
        lot: Its competition group (标包).
        volume: Pledged smallest units.
        factor: Smallest units that a price is for.
        limit: The highest price that can win, scaled by 10,000; 0 for none.
        base: 基准价, scaled; 0 for none.
        cold: Whether only suppliers with cold-chain papers may deliver it.
        incumbent: The supplier of the last price; None when unknown.
    """

    key: int
    name: str
    lot: int
    volume: int
    factor: int
    limit: int = 0
    base: int = 0
    cold: bool = False
    incumbent: int | None = None


@dataclass(frozen=True, slots=True)
class CaseSupplier:
    """One supplier that bids."""

    key: int
    name: str
    small: bool = False
    cold_chain: bool = True


@dataclass(frozen=True, slots=True)
class Offer:
    """A standing price: scaled by 10,000 per the line's factor; capacity in smallest units."""

    line: int
    supplier: int
    price: int
    capacity: int | None = None


@dataclass(frozen=True)
class Case:
    """All that the search needs. Lines and suppliers keep their order: it decides ties."""

    lines: tuple[CaseLine, ...]
    suppliers: tuple[CaseSupplier, ...]
    offers: tuple[Offer, ...]

    @cached_property
    def line_of(self) -> Mapping[int, CaseLine]:
        """Lines by number."""
        return {one.key: one for one in self.lines}

    @cached_property
    def supplier_of(self) -> Mapping[int, CaseSupplier]:
        """Suppliers by key."""
        return {one.key: one for one in self.suppliers}

    @cached_property
    def offer_of(self) -> Mapping[tuple[int, int], Offer]:
        """Offers by (line, supplier)."""
        return {(one.line, one.supplier): one for one in self.offers}

    @cached_property
    def able(self) -> Mapping[int, tuple[Offer, ...]]:
        """By line: the offers within the cap, cheapest first, ties in the suppliers' order."""
        order = {one.key: place for place, one in enumerate(self.suppliers)}
        found: dict[int, list[Offer]] = {one.key: [] for one in self.lines}
        for offer in self.offers:
            limit = self.line_of[offer.line].limit
            if offer.price > 0 and (not limit or offer.price <= limit):
                found[offer.line].append(offer)
        return {
            key: tuple(sorted(rows, key=lambda one: (one.price, order[one.supplier])))
            for key, rows in found.items()
        }

    def awardable(self) -> tuple[CaseLine, ...]:
        """The lines with a volume and at least one offer that can win."""
        return tuple(one for one in self.lines if one.volume > 0 and self.able[one.key])


@dataclass(frozen=True, slots=True)
class Part:
    """A supplier's part of a line: `share` in tenths of a percent of the volume."""

    line: int
    supplier: int
    share: int


Allocation = tuple[Part, ...]
"""A whole award, winners only."""


def cost(line: CaseLine, price: int, share: int = WHOLE) -> int:
    """What a part of the line's volume costs at a scaled price, in cents, rounded half up."""
    below = line.factor * WHOLE * _PER_CENT
    return (2 * price * line.volume * share + below) // (2 * below)


def total(case: Case, parts: Iterable[Part]) -> int:
    """What an award costs, in cents."""
    return sum(part_cost(case, part) for part in parts)


def part_cost(case: Case, part: Part) -> int:
    """What one part costs, in cents."""
    offer = case.offer_of[part.line, part.supplier]
    return cost(case.line_of[part.line], offer.price, part.share)


def base_total(case: Case, parts: Iterable[Part]) -> tuple[int, int]:
    """(base, award) in cents over the parts whose line has a base price."""
    base = chosen = 0
    for part in parts:
        line = case.line_of[part.line]
        if line.base:
            base += cost(line, line.base, part.share)
            chosen += part_cost(case, part)
    return base, chosen


def cheapest(case: Case) -> Allocation:
    """The cheapest offer of every line, without any limit."""
    return tuple(
        Part(line.key, case.able[line.key][0].supplier, WHOLE) for line in case.awardable()
    )
