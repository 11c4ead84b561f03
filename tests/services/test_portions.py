"""Long lists cut for statements: nothing is left out, doubled or empty."""

from __future__ import annotations

import itertools

from hypothesis import given, strategies as st

from app.services.queries.portions import AT_ONCE, key_portions, portions


@given(st.lists(st.integers(), max_size=60), st.integers(1, 9))
def test_portions_together_are_the_list(values: list[int], size: int) -> None:
    parts = [list(part) for part in portions(values, size)]
    assert list(itertools.chain(*parts)) == values
    assert all(0 < len(part) <= size for part in parts)


@given(st.lists(st.integers(0, 3 * AT_ONCE), max_size=40))
def test_each_key_is_asked_for_once(few: list[int]) -> None:
    keys = [*range(2 * AT_ONCE), *few]
    parts = list(key_portions(keys))
    assert list(itertools.chain(*parts)) == sorted(set(keys))
    assert max(map(len, parts)) == AT_ONCE
