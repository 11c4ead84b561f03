"""What is left of a replaced item counts for the one in its place."""

from __future__ import annotations

from datetime import date

from hypothesis import given, strategies as st

from app.domain.replenish.position import Leftover, Stocked, position
from app.domain.replenish.rates import Basis, Rate
from app.domain.replenish.successor import Successor, still_to_use

TODAY = date(2026, 10, 14)
units = st.integers(0, 10_000)
links = st.builds(
    Successor, st.just(1), st.just(2), units_old=st.integers(1, 50), units_new=st.integers(1, 50)
)
lots = st.lists(st.builds(Stocked, st.integers(1, 10_000), st.none()), max_size=4)


@given(links, lots, units)
def test_never_more_counts_than_is_there(link: Successor, stock: list[Stocked], way: int) -> None:
    rest = still_to_use({1: stock}, {1: way}, {1: link}).get(2, Leftover())
    whole = sum(lot.qty for lot in stock) + way
    assert rest.units * link.units_old <= whole * link.units_new
    # rounding down takes less than one new unit from each lot and from what comes
    assert (rest.units + len(stock) + 1) * link.units_old > whole * link.units_new


@given(lots, lots, units)
def test_a_chain_goes_to_its_end(first: list[Stocked], second: list[Stocked], way: int) -> None:
    chain = {1: Successor(1, 2), 2: Successor(2, 3)}
    found = still_to_use({1: first, 2: second, 3: [Stocked(7, None)]}, {2: way}, chain)
    whole = sum(lot.qty for lot in (*first, *second)) + way
    assert {item: rest.units for item, rest in found.items()} == ({3: whole} if whole else {})


def test_two_old_items_add_up_each_by_its_own_ratio() -> None:
    both = {1: Successor(1, 3, units_old=2), 2: Successor(2, 3, units_new=5)}
    found = still_to_use({1: [Stocked(9, TODAY)], 2: [Stocked(4, None)]}, {}, both)
    assert found == {3: Leftover((Stocked(4, TODAY), Stocked(20, None)))}


def test_old_goods_near_their_end_are_used_first_and_what_is_too_much_does_not_count() -> None:
    old = Leftover((Stocked(50, TODAY),), coming=3)
    there = position(
        [Stocked(10, None)], Rate(4.0, 1.0, Basis.RECENT), TODAY, in_transit=2, old=old
    )
    assert (there.in_house, there.coming, there.expiring) == (60, 5, 46)
    assert there.usable == 60 + 5 - 46
    assert there.first_waste == TODAY
