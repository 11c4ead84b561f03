"""What a person may type as a quantity to order."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.domain.errors import DomainError
from app.domain.replenish.review import MOST_PACKS, check_quantity

BOX = ("盒", 24)


@given(st.integers(0, MOST_PACKS))
def test_whole_packs_up_to_the_limit_can_be_ordered(packs: int) -> None:
    with_one_loose = packs * 24 + 1
    check_quantity(packs * 24, 24, "盒", BOX)
    with pytest.raises(DomainError):
        check_quantity(with_one_loose, 24, "盒", BOX)


@pytest.mark.parametrize("code", [69245618, 6924561884074, 83857930000879766660])
def test_a_code_scanned_into_the_quantity_is_named_as_one(code: int) -> None:
    with pytest.raises(DomainError) as refused:
        check_quantity(code * 24, 24, "盒", BOX)
    assert refused.value.code == "quantity.limit"
    assert "条码" in refused.value.text


def test_broken_packs_are_refused_with_both_neighbours() -> None:
    with pytest.raises(DomainError) as refused:
        check_quantity(30, 24, "盒", BOX)
    assert "1 或 2 盒" in refused.value.text
