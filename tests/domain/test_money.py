"""Money never loses a digit."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from app.domain.errors import DomainError
from app.domain.money import (
    MAX_AMOUNT,
    amount,
    cents,
    from_scaled,
    part_amount,
    price,
    to_scaled,
)

prices = st.decimals(0, 10**8, places=4, allow_nan=False, allow_infinity=False)


@given(prices)
def test_a_price_comes_back_as_it_went(value: Decimal) -> None:
    assert from_scaled(to_scaled(value)) == value
    assert price(str(value)) == value


@given(prices, st.integers(0, 10**6), st.integers(1, 10**6))
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


@given(prices, st.lists(st.integers(1, 500), max_size=20), st.integers(1, 500))
def test_parts_that_go_back_add_up_to_the_whole(
    unit: Decimal, parts: list[int], factor: int
) -> None:
    back = [part_amount(unit, -one, factor, sum(parts[:n])) for n, one in enumerate(parts)]
    assert sum(back) == -amount(unit, sum(parts), factor)


def test_what_the_papers_round() -> None:
    assert amount(Decimal("0.325"), 35_000) == Decimal("11375.00")
    assert amount(Decimal("3.86"), 5, 24) == Decimal("0.80")
    assert amount(Decimal("0.005"), 1) == Decimal("0.01")


WRONG = ["1e400", "NaN", "十二", "-1", "1.23456", "1_000_000_000", "", "1_000", "1e3", "١٢", "²",
         "0x10", "1,000", ".5", "5.", "+5", "Infinity", "-0.1", "100000000.0001"]  # fmt: skip


@pytest.mark.parametrize("text", WRONG)
def test_what_is_no_price_is_refused_with_words(text: str) -> None:
    with pytest.raises(DomainError, match="价格"):
        price(text)


def test_a_price_not_given_is_asked_for() -> None:
    with pytest.raises(DomainError, match="还没填价格"):
        price("  ")


@pytest.mark.parametrize(("text", "meant"), [("１２．５", "12.5"), (" 12 ", "12"), ("0", "0")])
def test_prices_as_people_type_them_are_read(text: str, meant: str) -> None:
    assert price(text) == Decimal(meant)


@given(
    st.lists(st.tuples(prices, st.integers(-(10**6), 10**6), st.integers(1, 10**4)), max_size=60)
)
def test_a_sum_of_rounded_lines_is_the_sum_of_an_invoice(
    lines: list[tuple[Decimal, int, int]],
) -> None:
    """One rule everywhere: each line to the cent, then added; nothing is rounded a second time."""
    rounded = [amount(*line) for line in lines]
    total = sum(rounded, Decimal(0))
    assert total == total.quantize(Decimal("0.01"))
    for (unit, quantity, factor), value in zip(lines, rounded, strict=True):
        exact = Fraction(to_scaled(unit) * quantity, 10_000 * factor)
        assert abs(Fraction(value) - exact) <= Fraction(1, 200)
        assert amount(unit, -quantity, factor) == -value  # what is taken back is what was booked


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(1, 10**6))
def test_the_limits_hold_or_are_told(scaled: int, quantity: int, factor: int) -> None:
    """A million million units at a hundred million yuan: exact, or refused in words."""
    exact = Fraction(scaled * quantity, 10_000 * factor)
    if exact > MAX_AMOUNT:
        with pytest.raises(DomainError, match="金额超过"):
            amount(from_scaled(scaled), quantity, factor)
        return
    value = amount(from_scaled(scaled), quantity, factor)
    assert abs(Fraction(value) - exact) <= Fraction(1, 200)
    assert to_scaled(value) < 2**63


def test_stored_digits_are_never_cut() -> None:
    with pytest.raises(ValueError, match="four places"):
        to_scaled(Decimal("0.00001"))
