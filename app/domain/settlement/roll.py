"""How supplier-owned stock rolls forward over a period, in money.

期初寄售 + 本期送入 − 本期消耗 + 调价差 = 期末寄售, each at the price at which the goods came in;
what is payable is the consumption at the price of the day of use, and 调价差 is the gap
between both.
The identity holds to the cent because the closing figure is the sum of the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from app.domain.money import amount


@dataclass(frozen=True, slots=True)
class LotRoll:
    """Units of one item and lot of one owner over the period, and what they cost coming in."""

    opening: int
    received: int
    consumed: int
    unit_price: Decimal
    price_factor: int


@dataclass(frozen=True, slots=True)
class Roll:
    """The four figures of a statement, and the gap that price changes leave."""

    opening: Decimal
    received: Decimal
    payable: Decimal
    price_gap: Decimal

    @property
    def closing(self) -> Decimal:
        """期末寄售."""
        return self.opening + self.received - self.payable + self.price_gap


def roll_forward(lots: Iterable[LotRoll], payable: Decimal) -> Roll:
    """The figures of a statement whose lines sum to `payable`."""
    opening = received = at_cost = Decimal("0.00")
    for lot in lots:
        opening += amount(lot.unit_price, lot.opening, lot.price_factor)
        received += amount(lot.unit_price, lot.received, lot.price_factor)
        at_cost += amount(lot.unit_price, lot.consumed, lot.price_factor)
    return Roll(opening, received, payable, payable - at_cost)
