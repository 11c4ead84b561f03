"""Numbers as people type them: a whole one, nothing, or words about what is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.domain.errors import DomainError
from app.domain.typed import scaled


@given(st.integers(0, 10**9))
def test_tenths_that_are_typed_come_back(tenths: int) -> None:
    assert scaled(f" {tenths // 10}.{tenths % 10}% ", 10) == tenths


@pytest.mark.parametrize("text", ["NaN", "Infinity", "1e999999", "七成", "1,5", "%1"])
def test_what_is_no_number_is_refused_in_words(text: str) -> None:
    with pytest.raises(DomainError, match="不是数字"):
        scaled(text, 10)


def test_nothing_typed_is_no_number_and_no_mistake() -> None:
    assert scaled(" % ", 10) is None
