"""How supplier-owned stock rolls forward over a period, in units and in money.

期初寄售 + 本期送入 + 退回 + 其他 − 本期消耗 = 期末寄售, each at the price the goods came in at.
For every lot the six quantities are counted apart and must agree; the money is the value of the
running quantity before and after each flow, so that the identity holds to the cent and the
closing figure is to the cent what the same stock opens the next period with. A lot that came in
again at another price is worth that price from then on: what this makes of the units that were
there already goes into what was used, and so stands beside the roll as 调价差.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from app.domain.errors import DomainError
from app.domain.money import amount
from app.i18n import _

_NIL: Final = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class LotFlow:
    """Units of one item and lot of one owner over a period, and what they cost coming in.

    Attributes:
        opening: At the period's first moment.
        received: Came from the supplier, less what went back to it.
        returned: Taken back from consumption.
        other: Everything else: found less lost, scrapped, moved to other members.
        consumed: Used.
        closing: At the period's last moment, counted apart from the five.
        unit_price: The price the goods last came in at, per `price_factor` units.
        price_factor: How many units the price is for.
        before: Price and factor of the opening units; None where they are the same.
        dearer: What was received cost so much more than at `unit_price`; less if negative.
    """

    opening: int
    received: int
    returned: int
    other: int
    consumed: int
    closing: int
    unit_price: Decimal
    price_factor: int
    before: tuple[Decimal, int] | None = None
    dearer: Decimal = _NIL

    @property
    def whole(self) -> bool:
        """Whether the six quantities agree."""
        flows = self.received + self.returned + self.other - self.consumed
        return self.opening + flows == self.closing


@dataclass(frozen=True, slots=True)
class Roll:
    """The six figures, at the prices the goods came in at."""

    opening: Decimal = _NIL
    received: Decimal = _NIL
    returned: Decimal = _NIL
    other: Decimal = _NIL
    consumed: Decimal = _NIL
    closing: Decimal = _NIL

    @property
    def whole(self) -> bool:
        """期初 + 送入 + 退回 + 其他 − 消耗 = 期末, to the cent."""
        flows = self.received + self.returned + self.other - self.consumed
        return self.opening + flows == self.closing


def roll_forward(lots: Iterable[LotFlow]) -> Roll:
    """The six figures of the lots together.

    Raises:
        DomainError: The quantities of a lot do not agree: ledger and stock say different things.
    """
    sums = [_NIL] * 6
    for lot in lots:
        if not lot.whole:
            raise DomainError(
                "roll.broken",
                _("库存与台账对不上，没有生成对账单。请管理员运行自检，核对后再生成。"),
            )
        for place, value in enumerate(_repriced(lot)):
            sums[place] += value
    return Roll(*sums)


def _repriced(lot: LotFlow) -> tuple[Decimal, ...]:
    """The figures of `_values` with opening and receipts at the prices that they had."""
    values = _values(lot)
    if lot.before is None and not lot.dearer:
        return values
    opening, received, returned, other, consumed, closing = values
    price, factor = lot.before or (lot.unit_price, lot.price_factor)
    was = amount(price, lot.opening, factor)
    used = consumed - (opening - was) + lot.dearer
    return (was, received + lot.dearer, returned, other, used, closing)


def _values(lot: LotFlow) -> tuple[Decimal, ...]:
    """Each flow is worth what it changes the value of the running quantity by."""
    running, worth = lot.opening, amount(lot.unit_price, lot.opening, lot.price_factor)
    if not (lot.received or lot.returned or lot.other or lot.consumed):
        return (worth, _NIL, _NIL, _NIL, _NIL, worth)
    values = [worth]
    for flow, sign in ((lot.received, 1), (lot.returned, 1), (lot.other, 1), (lot.consumed, -1)):
        if flow:
            running += sign * flow
            after = amount(lot.unit_price, running, lot.price_factor)
            values.append(sign * (after - worth))
            worth = after
        else:
            values.append(_NIL)
    return (*values, worth)
