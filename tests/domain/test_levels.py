"""Stock of earlier days: the least of all ends of day since, whatever happened in between."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

from hypothesis import given, strategies as st

from app.domain.consumption.dispensing import Counter, DispenseRow, in_order
from app.domain.errors import DomainError
from app.domain.stock.fefo import LotStock
from app.domain.stock.levels import Levels

DAY = date(2026, 10, 1)
KEY = (1, 7)
moves = st.lists(st.tuples(st.integers(0, 9), st.integers(-20, 20)), max_size=12)


def ends_of_day(now: int, changes: list[tuple[int, int]]) -> list[int]:
    return [now - sum(units for when, units in changes if when > n) for n in range(11)]


@given(moves, st.integers(0, 50), st.integers(0, 10))
def test_the_least_is_that_of_every_day_since(
    changes: list[tuple[int, int]], now: int, asked: int
) -> None:
    told = [(KEY, DAY + timedelta(days=n), units) for n, units in changes]
    levels = Levels({KEY: now}, told)
    assert levels.least(KEY, DAY + timedelta(days=asked)) == min(ends_of_day(now, changes)[asked:])


@given(moves, st.integers(0, 50), st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9))))
def test_a_file_never_takes_what_was_not_there(
    changes: list[tuple[int, int]], now: int, rows: list[tuple[int, int]]
) -> None:
    told = [(KEY, DAY + timedelta(days=n), units) for n, units in changes]
    owners = (
        LotStock(1, 7, 2, now // 2, None, "K7"),
        LotStock(1, 7, 3, now - now // 2, None, "K7"),
    )
    counter = Counter({5: list(owners)}, [], Levels({KEY: now}, told))
    for row in in_order(
        DispenseRow(n, f"C{n}", "1", 5, qty, DAY + timedelta(days=day))
        for n, (day, qty) in enumerate(rows, 1)
    ):
        with suppress(DomainError):
            counter.give(row)
    given_on = [((gift.row.day - DAY).days, gift.pick.qty) for gift in counter.gifts]
    before = ends_of_day(now, changes)
    after = [
        level - sum(qty for when, qty in given_on if when <= n) for n, level in enumerate(before)
    ]
    taken_since = [n for n in range(11) if any(when <= n for when, _qty in given_on)]
    assert all(after[n] >= 0 for n in taken_since)
