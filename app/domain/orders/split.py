"""Splitting priced needs into one order per member, supplier and place; the group's totals.

Amounts are rounded once, per member line, and the group's amount is the sum of those rounded
amounts. So the group's total equals the sum of its members always, in quantity and to the cent,
whatever the prices (`tests/domain/test_orders.py` proves it for any needs).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, NamedTuple

from app.domain import money

ZERO: Final = Decimal("0.00")


class PricedLine(NamedTuple):
    """One line of a member's requisition at the price it is bought at.

    Attributes:
        org_id: The member.
        place_id: Where the member wants the goods.
        supplier_id: Whom the price belongs to.
        item_id: 品规.
        qty: Smallest units.
        unit_price: Per `price_factor` smallest units.
        price_factor: How many smallest units the price is for.
        price_id: The price row in force, 0 for none.
        requisition_id: Where the need comes from.
        requisition_line: Line of that requisition.
    """

    org_id: int
    place_id: int
    supplier_id: int
    item_id: int
    qty: int
    unit_price: Decimal
    price_factor: int
    price_id: int = 0
    requisition_id: int = 0
    requisition_line: int = 0

    @property
    def amount(self) -> Decimal:
        """To the cent."""
        return money.amount(self.unit_price, self.qty, self.price_factor)


@dataclass(frozen=True, slots=True)
class MemberDraft:
    """What one member will order from one supplier for one place."""

    org_id: int
    supplier_id: int
    place_id: int
    lines: tuple[PricedLine, ...]

    @property
    def amount(self) -> Decimal:
        """Sum of the rounded line amounts."""
        return total(line.amount for line in self.lines)


@dataclass(frozen=True, slots=True)
class GroupLine:
    """One item at one supplier and price over all members."""

    item_id: int
    supplier_id: int
    unit_price: Decimal
    price_factor: int
    price_id: int
    qty: int
    amount: Decimal


def split(lines: Sequence[PricedLine]) -> tuple[MemberDraft, ...]:
    """One draft per (member, supplier, place), each with its lines in the order given."""
    found: dict[tuple[int, int, int], list[PricedLine]] = {}
    for line in lines:
        found.setdefault((line.org_id, line.supplier_id, line.place_id), []).append(line)
    return tuple(MemberDraft(*key, tuple(found[key])) for key in sorted(found))


def gather(lines: Iterable[PricedLine]) -> tuple[GroupLine, ...]:
    """The group's lines: quantities and rounded amounts of the members added up.

    Members may have prices of their own, so one item at one supplier can stand in several lines.
    """
    found: dict[tuple[int, int, Decimal, int, int], tuple[int, Decimal]] = {}
    for line in lines:
        key = (line.item_id, line.supplier_id, line.unit_price, line.price_factor, line.price_id)
        qty, amount = found.get(key, (0, ZERO))
        found[key] = (qty + line.qty, amount + line.amount)
    return tuple(GroupLine(*key, *found[key]) for key in sorted(found))


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The sum of amounts, to the cent."""
    return sum(amounts, ZERO)
