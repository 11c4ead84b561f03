"""节约: the papers' figures come out, and sums are sums of lines."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, strategies as st

from app.domain.savings import Rounding, grouped, saved, yearly
from app.services.savings.example import checks, example, example_lines


@pytest.mark.parametrize("place", range(8))
def test_the_papers_figures_come_out(place: int) -> None:
    found = checks()[place]
    assert found.agrees, f"{found.what}: {found.paper} ≠ {found.computed}"


def test_the_papers_base_follows_from_saving_and_rate() -> None:
    classes = {group.key: group.saved for group in example().by_class}
    assert classes["reagent"].base == 48_810_000
    assert classes["consumable"].base == 53_330_000


def test_five_months_make_a_year_by_each_rounding() -> None:
    saving = Decimal(870_000)
    assert [yearly(saving, 5, how).wan for how in Rounding] == [208, 209, 209]
    assert yearly(saving, 5).exact == Decimal("2088000.00")


def test_a_line_without_a_base_is_told_but_not_counted() -> None:
    lines = example_lines()[:2]
    found = saved((lines[0], replace(lines[1], base_price=None)))
    assert (found.lines, found.without, found.new) == (1, 1, lines[0].new_amount)


@given(
    st.lists(
        st.tuples(st.integers(-500, 500), st.integers(1, 10**7), st.integers(1, 10**7)), max_size=30
    )
)
def test_groups_add_up_to_the_whole(rows: list[tuple[int, int, int]]) -> None:
    pattern = example_lines()[0]
    lines = [
        replace(
            pattern,
            item_id=number % 5,
            qty=qty,
            factor=7,
            base_price=Decimal(base).scaleb(-4),
            new_price=Decimal(new).scaleb(-4),
        )
        for number, (qty, base, new) in enumerate(rows)
    ]
    parts = grouped(lines, lambda line: (str(line.item_id), ""))
    whole = saved(lines)
    assert sum((part.saved.saving for part in parts), Decimal(0)) == whole.saving
    assert sum((line.saving for line in lines), Decimal(0)) == whole.saving
