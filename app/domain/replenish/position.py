"""What counts as there: on hand, ordered, on its way, less what expires before it is used."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from app.domain.replenish.rates import Rate


@dataclass(frozen=True, slots=True)
class Stocked:
    """Usable goods of one lot; `expiry` is the last good day, None where none is known."""

    qty: int
    expiry: date | None


@dataclass(frozen=True, slots=True)
class Leftover:
    """What is left of replaced items, in units of the item that is used after them.

    Attributes:
        stock: Lots in the house.
        coming: Ordered or on their way.
    """

    stock: tuple[Stocked, ...] = ()
    coming: int = 0

    @property
    def units(self) -> int:
        """All of it."""
        return sum(lot.qty for lot in self.stock) + self.coming


@dataclass(frozen=True, slots=True)
class Position:
    """The stock position in smallest units.

    Attributes:
        on_hand: In good zones, not expired, not frozen.
        on_order: Ordered or asked for and not yet sent.
        in_transit: Sent by the supplier or waiting for acceptance.
        expiring: Part of what is in the house that will not be used before it expires.
        first_waste: Last good day of the first lot that will not be used up.
        old: What is left of items that this one stands for; it is used up first.
    """

    on_hand: int
    on_order: int = 0
    in_transit: int = 0
    expiring: int = 0
    first_waste: date | None = None
    old: Leftover = field(default_factory=Leftover)

    @property
    def usable(self) -> int:
        """What can be counted on."""
        return self.in_house + self.coming - self.expiring

    @property
    def lasting(self) -> int:
        """What is in the house and will be used."""
        return self.in_house - self.expiring

    @property
    def in_house(self) -> int:
        """On hand, with what is left of items that this one stands for."""
        return self.on_hand + self.old.units - self.old.coming

    @property
    def coming(self) -> int:
        """Asked for, ordered or on its way."""
        return self.on_order + self.in_transit + self.old.coming


def position(
    stock: Sequence[Stocked],
    rate: Rate,
    today: date,
    *,
    on_order: int = 0,
    in_transit: int = 0,
    old: Leftover | None = None,
) -> Position:
    """The position when lots are used first expiring first at the mean rate.

    What is left of a lot after its last good day does not count as there.
    """
    used, wasted, first = 0.0, 0.0, None
    rest = old or Leftover()
    for lot in sorted((*stock, *rest.stock), key=lambda one: one.expiry or date.max):
        if lot.expiry is None:
            continue
        left = max(0, (lot.expiry - today).days + 1)
        usable = min(float(lot.qty), max(0.0, rate.per_day * left - used))
        used += usable
        if usable < lot.qty:
            wasted += lot.qty - usable
            first = first or lot.expiry
    return Position(
        on_hand=sum(lot.qty for lot in stock),
        on_order=on_order,
        in_transit=in_transit,
        expiring=math.floor(wasted),
        first_waste=first if wasted >= 1 else None,
        old=rest,
    )


def days_left(quantity: int, rate: Rate) -> float:
    """How many days `quantity` lasts at the mean rate; infinite for what is not used."""
    return math.inf if rate.per_day <= 0 else max(0, quantity) / rate.per_day
