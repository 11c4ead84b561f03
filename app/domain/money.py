"""Money: `Decimal` with four places for unit prices, two for amounts, stored as scaled integers.

A unit price is stated for one pack (盒) while stock is counted in smallest units (粒), so an amount
is ``price × quantity ÷ factor`` and is rounded once, half up, to two places. No float anywhere.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import Final

from app.domain.errors import DomainError
from app.i18n import _

SCALE: Final = 10_000
_CENT: Final = Decimal("0.01")
_PRICE: Final = Decimal("0.0001")
MAX_PRICE: Final = Decimal(100_000_000)
MAX_AMOUNT: Final = Decimal(100_000_000_000_000)
"""A statement's column holds nine times as much (64 bits, four places)."""
_WIDE: Final = Context(prec=60)
_FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９．", "0123456789.")
_NUMBER: Final = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,12})?")


def price(text: str | int | Decimal) -> Decimal:
    """A unit price with at most four places, not negative; raises `DomainError` otherwise."""
    value = _price_of(text) if isinstance(text, str) else Decimal(text)
    if not value.is_finite() or value < 0 or value > MAX_PRICE:
        raise DomainError(
            "price.range", _("价格 {text} 超出范围。请填 0 到 1 亿之间的数。", text=text)
        )
    exact = value.quantize(_PRICE)
    if exact != value:
        raise DomainError(
            "price.places", _("价格 {text} 超过 4 位小数。请改为最多 4 位。", text=text)
        )
    return exact


def typed(text: str) -> Decimal | None:
    """A number as people type it, full width too, None where it is none.

    Python would take 1_000, 1e3 and ١٢ as well, and 1e99999999 until its digits are asked for.

    >>> typed(" １２.５ "), typed("-3"), typed("1e3"), typed("1_000")
    (Decimal('12.5'), Decimal('-3'), None, None)
    """
    plain = text.strip().translate(_FULL_WIDTH)
    # added to, so that no minus stands before a zero
    return Decimal(plain) + 0 if _NUMBER.fullmatch(plain) else None


def _price_of(text: str) -> Decimal:
    if not text.strip():
        raise DomainError("price.empty", _("还没填价格。请填含税单价，如 3.86。"))
    value = typed(text)
    if value is None:
        raise DomainError("price.form", _("价格 {text} 不是数字。请填如 12.5 的数。", text=text))
    return value


@lru_cache(maxsize=50_000)
def amount(unit_price: Decimal, quantity: int, factor: int = 1) -> Decimal:
    """The amount, to the cent, for `quantity` smallest units at `unit_price` per `factor`.

    Raises:
        DomainError: Beyond what a paper or a column can hold.
    """
    if factor < 1:
        raise ValueError("factor must be positive")
    # in sixty digits, so that nothing is rounded before the one rounding to the cent
    exact = _WIDE.divide(_WIDE.multiply(unit_price, Decimal(quantity)), Decimal(factor))
    if abs(exact) > MAX_AMOUNT:
        raise DomainError(
            "amount.limit", _("金额超过 100 万亿元。请核对数量和单价是否多输了数字。")
        )
    return exact.quantize(_CENT, ROUND_HALF_UP, _WIDE)


def part_amount(unit_price: Decimal, quantity: int, factor: int, before: int) -> Decimal:
    """The amount of a part, after `before` units of the same whole: all parts add up to its amount.

    What is given back a tablet at a time gives back the price of the box, not 24 rounded tablets.
    """
    if quantity < 0:
        return -part_amount(unit_price, -quantity, factor, before)
    if not before:  # as nearly always, in months of many rows
        return amount(unit_price, quantity, factor)
    return amount(unit_price, before + quantity, factor) - amount(unit_price, before, factor)


def cents(value: Decimal) -> Decimal:
    """`value` rounded half up to two places."""
    return value.quantize(_CENT, ROUND_HALF_UP)


@lru_cache(maxsize=50_000)
def to_scaled(value: Decimal) -> int:
    """The stored integer (value × 10,000); raises `ValueError` where digits would be lost."""
    scaled = value * SCALE
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{value} has more than four places")
    return int(scaled)


@lru_cache(maxsize=50_000)
def from_scaled(stored: int) -> Decimal:
    """The value behind a stored integer, with four places."""
    return (Decimal(stored) / SCALE).quantize(_PRICE)
