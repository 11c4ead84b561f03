"""How long records are kept: the strictest line decides, and never less than three years."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, strategies as st

from app.domain.receiving.retention import FOREVER, KeptGoods, keep_until, keep_words

DAY = date(2026, 10, 14)
days = st.dates(date(2027, 1, 1), date(2035, 12, 31))
lines = st.builds(
    KeptGoods, st.booleans(), st.sampled_from(["", "narcotic", "psychotropic2", "toxic"]),
    st.booleans(), st.none() | days,
)  # fmt: skip


@pytest.mark.parametrize(
    ("goods", "until"),
    [
        (KeptGoods(True, "", False, date(2027, 3, 1)), date(2029, 10, 14)),
        (KeptGoods(True, "", False, date(2029, 3, 1)), date(2030, 3, 1)),
        (KeptGoods(True, "narcotic", False, date(2028, 2, 29)), date(2033, 2, 28)),
        (KeptGoods(True, "psychotropic1", False, date(2028, 3, 31)), date(2033, 3, 31)),
        (KeptGoods(False, "", False, date(2029, 3, 1)), date(2031, 3, 1)),
        (KeptGoods(False, "", False, None), date(2031, 10, 14)),
        (KeptGoods(False, "", True, date(2027, 3, 1)), FOREVER),
    ],
)
def test_each_kind_of_goods(goods: KeptGoods, until: date) -> None:
    assert keep_until(DAY, [goods]) == until


@given(st.lists(lines, max_size=5), lines)
def test_another_line_never_shortens_it(some: list[KeptGoods], more: KeptGoods) -> None:
    assert keep_until(DAY, [*some, more]) >= keep_until(DAY, some) >= date(2029, 10, 14)


def test_for_good_is_said_in_words() -> None:
    assert keep_words(FOREVER) == "长期保存"
    assert keep_words(DAY) == "2026-10-14"
