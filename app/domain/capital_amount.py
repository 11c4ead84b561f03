"""Amounts in capital Chinese numerals (大写), as on invoices, cheques and settlements.

Source of the form: 《支付结算办法》, annex 正确填写票据和结算凭证的基本规定: one 零 for any run of
zeros inside the number, 整 where no 分 follows, 零 before 分 where 角 is zero.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Final

_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("", "拾", "佰", "仟")
_GROUPS: Final = ("", "万", "亿", "万亿")
_CENT: Final = Decimal("0.01")
_LARGEST: Final = Decimal(10) ** 16


def capital_amount(amount: Decimal) -> str:
    """`amount` in capitals, to the cent: 1,409.50 is 壹仟肆佰零玖元伍角整.

    Raises:
        ValueError: Not a finite amount below ten quadrillion.
    """
    if not amount.is_finite() or abs(amount) >= _LARGEST:
        raise ValueError("amount out of range")
    exact = abs(amount).quantize(_CENT, ROUND_HALF_UP)
    yuan, cents = divmod(int(exact * 100), 100)
    sign = "负" if amount < 0 and exact else ""
    return f"{sign}{_yuan(yuan, cents)}{_cents(cents, after_yuan=bool(yuan))}"


def _yuan(yuan: int, cents: int) -> str:
    """The whole part with 元; empty where there are only cents."""
    if not yuan:
        return "" if cents else "零元"
    groups: list[tuple[int, str]] = []
    rest = yuan
    for name in _GROUPS:
        rest, group = divmod(rest, 10_000)
        groups.append((group, name))
    text = ""
    gap = False
    for group, name in reversed(groups):
        if not group:
            gap = bool(text)
            continue
        if text and (gap or group < 1000):  # noqa: PLR2004 - a group of four with a leading zero
            text += "零"
        text += _group(group) + name
        gap = False
    return f"{text.replace('万亿', '万', 1) if _only_one_yi(text) else text}元"


def _only_one_yi(text: str) -> bool:
    """Whether both 万亿 and 亿 are in `text`: 壹万亿贰亿 is said 壹万贰亿."""
    return "万亿" in text and "亿" in text.split("万亿", 1)[1]


def _group(group: int) -> str:
    """Four digits without leading zeros."""
    text = ""
    gap = False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if not digit:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return text


def _cents(cents: int, *, after_yuan: bool) -> str:
    """角 and 分, or 整."""
    jiao, fen = divmod(cents, 10)
    if not cents:
        return "整"
    text = f"{_DIGITS[jiao]}角" if jiao else ("零" if after_yuan else "")
    return text + (f"{_DIGITS[fen]}分" if fen else "整")
