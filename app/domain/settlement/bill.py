"""The supplier's own bill against our statement: where the difference lies, item by item.

The differences add up to bill less statement to the cent, whatever the lines say: what no item
explains is stated as a difference of the total.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from app.domain.money import amount

TOLERANCE: Final = Decimal("0.01")
"""By how much two amounts may differ and still count as the same."""
_NIL: Final = Decimal("0.00")


class Why(StrEnum):
    """What kind of difference it is."""

    ONLY_BILLED = "only_billed"
    """The bill has an item that we did not use."""
    NOT_BILLED = "not_billed"
    """We used an item that the bill leaves out."""
    QUANTITY = "quantity"
    PRICE = "price"
    TOTAL = "total"
    """The bill's total is not the sum of its lines, or it came without lines."""


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line of a bill or of a statement; `item_id` 0 for goods that nobody knows here."""

    item_id: int
    qty: int
    unit_price: Decimal
    price_factor: int
    amount: Decimal
    label: str = ""
    lot_no: str = ""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A return that a bill may have overlooked."""

    item_id: int
    qty: int
    day: date


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference between bill and statement.

    Attributes:
        item_id: 品规, 0 where the whole or an unknown item is concerned.
        why: What kind.
        amount: Bill less statement.
        qty: Units that the bill has more (or less).
        our_price: Price on the statement, None where it has none.
        bill_price: Price on the bill, None where it has none.
        price_factor: Units that both prices are for.
        taken_back: The day of a return of just this many units, which the bill overlooked.
        label: What the bill calls an unknown item.
    """

    item_id: int
    why: Why
    amount: Decimal
    qty: int = 0
    our_price: Decimal | None = None
    bill_price: Decimal | None = None
    price_factor: int = 1
    taken_back: date | None = None
    label: str = ""


@dataclass(slots=True)
class _Sum:
    qty: int = 0
    amount: Decimal = _NIL
    unit_price: Decimal = _NIL
    price_factor: int = 1
    lines: int = 0
    label: str = ""

    def add(self, line: BillLine) -> None:
        self.qty += line.qty
        self.amount += line.amount
        self.unit_price, self.price_factor = line.unit_price, line.price_factor
        self.lines += 1
        self.label = line.label


def same(left: Decimal, right: Decimal) -> bool:
    """Whether two amounts count as the same (tolerance 0.01)."""
    return abs(left - right) <= TOLERANCE


def compare(
    ours: Iterable[BillLine],
    billed: Iterable[BillLine],
    total: Decimal,
    taken_back: Iterable[TakenBack] = (),
) -> tuple[Difference, ...]:
    """Where the supplier's bill and our statement differ, the largest difference first.

    Args:
        ours: The statement's lines.
        billed: The bill's lines; none when only its total is known.
        total: The bill's total.
        taken_back: Returns of the period, to explain what the bill has too much.
    """
    own, theirs = _summed(ours), _summed(billed)
    returns = {(one.item_id, one.qty): one.day for one in taken_back}
    found: list[Difference] = []
    if theirs:
        for key in sorted(own.keys() | theirs.keys()):
            found += _of_item(key[0], own.get(key), theirs.get(key), returns)
    stated = sum((one.amount for one in theirs.values()), _NIL)
    rest = total - (stated if theirs else sum((one.amount for one in own.values()), _NIL))
    if rest:
        found.append(Difference(0, Why.TOTAL, rest))
    return tuple(sorted(found, key=lambda one: (-abs(one.amount), one.item_id, one.why)))


def agreed_off(
    found: Iterable[Difference], agreed: Mapping[int, Decimal]
) -> tuple[Difference, ...]:
    """The differences that are left after both agreed to adjust what is owed.

    An adjustment for an item is taken off that item's differences, one for the whole statement
    (item 0) off all of them, the largest first; what an adjustment is beyond them is a difference
    of the total again. The sum falls by the adjustments, to the cent.
    """
    left = {item: amount for item, amount in agreed.items() if amount}
    rest: list[Difference] = []
    for one in found:
        gap = one.amount
        for item in (one.item_id, 0):
            share = _toward_zero(gap, left.get(item, _NIL))
            gap -= share
            if share:
                left[item] -= share
        if gap:
            rest.append(replace(one, amount=gap))
    rest += [Difference(item, Why.TOTAL, -amount) for item, amount in left.items() if amount]
    return tuple(sorted(rest, key=lambda one: (-abs(one.amount), one.item_id, one.why)))


def _toward_zero(gap: Decimal, offered: Decimal) -> Decimal:
    """How much of what is offered brings the gap nearer to nothing."""
    if gap * offered <= 0:
        return _NIL
    return min(gap, offered) if gap > 0 else max(gap, offered)


def _summed(lines: Iterable[BillLine]) -> dict[tuple[int, str], _Sum]:
    sums: dict[tuple[int, str], _Sum] = {}
    for line in lines:
        key = (line.item_id, "" if line.item_id else line.label)
        sums.setdefault(key, _Sum()).add(line)
    return sums


def _of_item(
    item: int, own: _Sum | None, theirs: _Sum | None, returns: dict[tuple[int, int], date]
) -> list[Difference]:
    if own is None or theirs is None:
        return [_one_sided(item, own, theirs, returns)]
    gap, more = theirs.amount - own.amount, theirs.qty - own.qty
    if not more:
        if not gap:
            return []
        return [_priced(item, gap, 0, (own, theirs))]
    worth = amount(own.unit_price, more, own.price_factor)
    rest = gap - worth
    if abs(rest) <= TOLERANCE * (own.lines + theirs.lines):  # each line was rounded by itself
        worth, rest = gap, _NIL
    found = [
        Difference(
            item, Why.QUANTITY, worth, more, own.unit_price, theirs.unit_price,
            own.price_factor, returns.get((item, more)), theirs.label,
        )
    ]  # fmt: skip
    return [*found, _priced(item, rest, 0, (own, theirs))] if rest else found


def _one_sided(
    item: int, own: _Sum | None, theirs: _Sum | None, returns: dict[tuple[int, int], date]
) -> Difference:
    if own is not None:
        return Difference(
            item, Why.NOT_BILLED, -own.amount, -own.qty, own.unit_price, None, own.price_factor,
            label=own.label,
        )  # fmt: skip
    assert theirs is not None  # noqa: S101 - one of both is there
    return Difference(
        item, Why.ONLY_BILLED, theirs.amount, theirs.qty, None, theirs.unit_price,
        theirs.price_factor, returns.get((item, theirs.qty)), theirs.label,
    )  # fmt: skip


def _priced(item: int, gap: Decimal, qty: int, sides: tuple[_Sum, _Sum]) -> Difference:
    own, theirs = sides
    return Difference(
        item, Why.PRICE, gap, qty, own.unit_price, theirs.unit_price, own.price_factor,
        label=theirs.label,
    )  # fmt: skip
