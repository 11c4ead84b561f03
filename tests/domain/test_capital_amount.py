"""Amounts in capitals."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from app.domain.capital_amount import capital_amount


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("10", "壹拾元整"),
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("107000.53", "壹拾万柒仟元伍角叁分"),
        ("100001", "壹拾万零壹元整"),
        ("100000001", "壹亿零壹元整"),
        ("100010000", "壹亿零壹万元整"),
        ("1000200000000", "壹万零贰亿元整"),
        ("1000000000000", "壹万亿元整"),
        ("1000000000001", "壹万亿零壹元整"),
        ("-12.30", "负壹拾贰元叁角整"),
        ("0.004", "零元整"),
        ("0.005", "壹分"),
    ],
)
def test_amounts_are_written_as_on_a_cheque(amount: str, text: str) -> None:
    assert capital_amount(Decimal(amount)) == text


_VALUES = {sign: value for value, sign in enumerate("零壹贰叁肆伍陆柒捌玖")}
_PLACES = {"拾": 10, "佰": 100, "仟": 1000}


def read(text: str) -> Decimal:
    """The amount that a person reads out of the capitals."""
    total = Decimal(0)
    section, group, digit = 0, 0, 0
    for sign in text:
        if sign in _VALUES:
            digit = _VALUES[sign]
        elif sign in _PLACES:
            group += digit * _PLACES[sign]
            digit = 0
        elif sign == "万":
            section = section + (group + digit) * 10_000
            group = digit = 0
        elif sign == "亿":
            total += (section + group + digit) * 10**8
            section = group = digit = 0
        elif sign == "元":
            total += section + group + digit
            section = group = digit = 0
        elif sign == "角":
            total += Decimal(digit) / 10
            digit = 0
        elif sign == "分":
            total += Decimal(digit) / 100
            digit = 0
    return total


@given(st.decimals(0, Decimal("9999999999999999.99"), places=2))
def test_a_person_reads_the_same_amount(amount: Decimal) -> None:
    text = capital_amount(amount)
    assert read(text) == amount
    assert "零零" not in text


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1e16"])
def test_what_is_no_amount_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="range"):
        capital_amount(Decimal(amount))
