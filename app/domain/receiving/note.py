"""What the supplier states: the delivery note, its lines, and the facts of the goods on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Final

_COLD: Final = frozenset({"cold", "frozen"})
_MUST_EXPIRE: Final = frozenset({"drug", "reagent"})


@dataclass(frozen=True, slots=True)
class Goods:
    """The facts of an item that acceptance needs.

    Attributes:
        item_id: 品规.
        code: Unified code.
        name: Name, as on the pack.
        spec: Strength and pack.
        maker: Short name of the maker.
        item_class: drug | consumable | reagent | tcm.
        base_unit: Smallest unit, in which everything is counted.
        pack_unit: What people count in.
        pack_factor: Smallest units per pack.
        storage: normal | cool | cold | frozen.
        controlled: Class of a controlled drug, empty otherwise.
        lot_tracked: Whether a lot must be given.
        shelf_life_days: Days from production to expiry, if known.
        lots: Lots that the group knows already, with their expiry.
        frozen: Numbers of lots that are frozen or recalled in the whole group.
    """

    item_id: int
    code: str
    name: str
    spec: str
    maker: str
    item_class: str
    base_unit: str
    pack_unit: str
    pack_factor: int
    storage: str = "normal"
    controlled: str = ""
    lot_tracked: bool = True
    shelf_life_days: int | None = None
    lots: Mapping[str, date | None] = field(default_factory=dict)
    frozen: frozenset[str] = frozenset()

    @property
    def cold(self) -> bool:
        """Whether the goods travel in a cold chain."""
        return self.storage in _COLD

    @property
    def must_expire(self) -> bool:
        """Whether an expiry is required: drugs and reagents always carry one."""
        return self.lot_tracked and self.item_class in _MUST_EXPIRE

    def text(self, units: int) -> str:
        """`units` as people say it: 60 盒, or 2 盒 + 5 粒."""
        packs, loose = divmod(abs(units), self.pack_factor)
        sign = "−" if units < 0 else ""
        parts = [f"{packs:,} {self.pack_unit}"] if packs or not loose else []
        if loose:
            parts.append(f"{loose:,} {self.base_unit}")
        return sign + " + ".join(parts)


@dataclass(frozen=True, slots=True)
class NoteLine:
    """One line as the supplier states it.

    Attributes:
        line: Line of the note, from 1.
        goods: What is delivered.
        qty: How much, in smallest units.
        lot_no: Lot on the note, empty when it states none.
        expiry: Expiry on the note.
        produced: Day of production on the note.
        unit_price: Agreed price per `price_factor` units: of the order, else of the price list;
            None when there is none.
        price_factor: Smallest units that the price is for.
        note_price: What the note states per `price_factor`, if anything.
        order_id: Member order that the line belongs to, 0 for none.
        order_line: Its line.
        order_left: How much of that order line is still to come; None without an order.
    """

    line: int
    goods: Goods
    qty: int
    lot_no: str = ""
    expiry: date | None = None
    produced: date | None = None
    unit_price: Decimal | None = None
    price_factor: int = 1
    note_price: Decimal | None = None
    order_id: int = 0
    order_line: int = 0
    order_left: int | None = None

    @property
    def limit(self) -> int:
        """How much may be accepted and paid for: what was sent, but not more than was ordered."""
        return self.qty if self.order_left is None else min(self.qty, self.order_left)

    @property
    def over_price(self) -> bool:
        """Whether the note asks for more than was agreed."""
        return (
            self.note_price is not None
            and self.unit_price is not None
            and self.note_price > self.unit_price
        )


@dataclass(frozen=True)
class Note:
    """A delivery note that is being accepted.

    `consigned` goods stay the supplier's until used (消耗结算); others are the member's own.
    """

    org_id: int
    delivery_id: int
    no: str
    supplier_id: int
    supplier: str
    lines: tuple[NoteLine, ...]
    order_nos: tuple[str, ...] = ()
    arrived_at: datetime | None = None
    version: int = 1
    consigned: bool = True

    def line(self, number: int) -> NoteLine | None:
        """The line with this number; None for goods that are not on the note."""
        return self._by_number.get(number)

    @cached_property
    def _by_number(self) -> dict[int, NoteLine]:
        return {line.line: line for line in self.lines}

    @property
    def cold(self) -> bool:
        """Whether something on the note travels in a cold chain."""
        return any(line.goods.cold for line in self.lines)

    @property
    def controlled(self) -> bool:
        """Whether something on the note needs two persons."""
        return any(line.goods.controlled for line in self.lines)
