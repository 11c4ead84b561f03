"""Money never loses a digit."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from app.domain.errors import DomainError
from app.domain.money import amount, cents, from_scaled, price, to_scaled

prices = st.decimals(0, 10**8, places=4, allow_nan=False, allow_infinity=False)


@given(prices)
def test_a_price_comes_back_as_it_went(value: Decimal) -> None:
    assert from_scaled(to_scaled(value)) == value
    assert price(str(value)) == value


@given(prices, st.integers(0, 10**9), st.integers(1, 10**6))
def test_an_amount_is_within_half_a_cent_of_the_truth(
    unit: Decimal, quantity: int, factor: int
) -> None:
    exact = unit * quantity / factor
    assert abs(amount(unit, quantity, factor) - exact) <= Decimal("0.005")


@given(st.integers(-(10**12), 10**12))
def test_half_a_cent_goes_up(n: int) -> None:
    value = Decimal(n) / 1000
    rounded = cents(value)
    assert rounded == rounded.quantize(Decimal("0.01"))
    assert abs(rounded - value) <= Decimal("0.005")


def test_what_the_papers_round() -> None:
    assert amount(Decimal("0.325"), 35_000) == Decimal("11375.00")
    assert amount(Decimal("3.86"), 5, 24) == Decimal("0.80")
    assert amount(Decimal("0.005"), 1) == Decimal("0.01")


@pytest.mark.parametrize("text", ["1e400", "NaN", "十二", "-1", "1.23456", "1_000_000_000", ""])
def test_what_is_no_price_is_refused_with_words(text: str) -> None:
    with pytest.raises(DomainError, match="价格"):
        price(text)


def test_stored_digits_are_never_cut() -> None:
    with pytest.raises(ValueError, match="four places"):
        to_scaled(Decimal("0.00001"))
