"""What may be typed into a filter, and what it means."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from app.domain.errors import DomainError
from app.ui.tables.columns import Filter
from app.ui.tables.query import Condition, understand

D = Decimal


@pytest.mark.parametrize(
    ("typed", "operator", "values"),
    [
        (">0", "gt", (D(0),)),
        ("≥ 5", "ge", (D(5),)),
        ("<=1,200", "le", (D(1200),)),
        ("12", "eq", (D(12),)),
        ("10..50", "between", (D(10), D(50))),
        ("１０～５０", "between", (D(10), D(50))),
        ("＞3", "gt", (D(3),)),
    ],
)
def test_numbers(typed: str, operator: str, values: tuple[Decimal, ...]) -> None:
    assert understand("qty", Filter.NUMBER, typed) == Condition("qty", operator, values, typed)


@pytest.mark.parametrize(
    ("typed", "operator", "values"),
    [
        ("≤ 2027-04", "le", (date(2027, 4, 30),)),
        ("> 2027-04", "gt", (date(2027, 4, 30),)),
        ("≥2027", "ge", (date(2027, 1, 1),)),
        ("2027-04", "between", (date(2027, 4, 1), date(2027, 4, 30))),
        ("2027-04-15", "eq", (date(2027, 4, 15),)),
        ("2026-10..2026-12", "between", (date(2026, 10, 1), date(2026, 12, 31))),
    ],
)
def test_dates_speak_of_whole_months(typed: str, operator: str, values: tuple[date, ...]) -> None:
    assert understand("expiry", Filter.DATE, typed) == Condition("expiry", operator, values, typed)


@given(st.text(max_size=12), st.sampled_from(list(Filter)))
def test_anything_typed_is_understood_or_refused_in_words(typed: str, kind: Filter) -> None:
    refusal = ""
    try:
        understand("x", kind, typed)
    except DomainError as error:
        refusal = error.text
    assert not refusal or "可填" in refusal
