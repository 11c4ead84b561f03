"""Fixed packs: what goes in, which steps there are, when one is overdue."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from app.domain.errors import ConflictError, DomainError
from app.domain.packs.building import MOST_PACKS, fill
from app.domain.packs.overdue import Late, PackDates, late
from app.domain.packs.steps import STEPS, PackState, PackStep, after
from app.domain.stock.fefo import LotStock

DAY = date(2026, 10, 14)
lots = st.lists(
    st.builds(
        LotStock,
        place_id=st.integers(1, 2),
        lot_id=st.integers(1, 5),
        owner_id=st.integers(1, 2),
        qty=st.integers(0, 60),
        expiry=st.sampled_from([None, *(DAY + timedelta(days=n) for n in (-3, 0, 30, 400))]),
        held=st.booleans(),
    ),
    max_size=8,
    unique_by=lambda lot: (lot.place_id, lot.lot_id, lot.owner_id),
)


@given(lots, st.integers(1, 30), st.integers(1, 12), st.booleans())
def test_packs_are_full_of_usable_goods_that_are_there(
    stock: list[LotStock], units: int, count: int, mixed: bool
) -> None:
    found = fill(stock, units, count, DAY, mixed=mixed)
    assert len(found.packs) + found.missing == count
    taken: dict[tuple[int, int, int], int] = {}
    for pack in found.packs:
        assert pack.units == units == sum(pack.lots.values())
        assert {pick.stock.owner_id for pick in pack.picks} == {pack.owner_id}
        assert mixed or len(pack.lots) == 1
        for pick in pack.picks:
            assert pick.stock.usable(DAY)
            key = (pick.stock.place_id, pick.stock.lot_id, pick.stock.owner_id)
            taken[key] = taken.get(key, 0) + pick.qty
    there = {(x.place_id, x.lot_id, x.owner_id): x.qty for x in stock if x.usable(DAY)}
    assert all(qty <= there[key] for key, qty in taken.items())


@given(lots, st.integers(1, 30), st.booleans())
def test_no_pack_is_left_unbuilt_that_could_be(
    stock: list[LotStock], units: int, mixed: bool
) -> None:
    built = len(fill(stock, units, MOST_PACKS, DAY, mixed=mixed).packs)
    groups: dict[tuple[int, int], int] = {}
    for lot in stock:
        if lot.usable(DAY):
            key = (lot.owner_id, 0 if mixed else lot.lot_id)
            groups[key] = groups.get(key, 0) + lot.qty
    assert built == sum(qty // units for qty in groups.values())


@given(lots, st.integers(1, 30), st.booleans())
def test_packs_come_in_the_order_of_their_expiry(
    stock: list[LotStock], units: int, mixed: bool
) -> None:
    found = fill(stock, units, MOST_PACKS, DAY, mixed=mixed).packs
    by_owner: dict[int, list[date]] = {}
    for pack in found:
        by_owner.setdefault(pack.owner_id, []).append(pack.expiry or date.max)
    assert all(dates == sorted(dates) for dates in by_owner.values())


def test_loose_remainders_are_pooled_lot_by_lot() -> None:
    stock = [LotStock(1, lot, 9, qty, DAY + timedelta(days=lot)) for lot, qty in ((1, 7), (2, 6))]
    first, second = fill(stock, 5, 2, DAY, mixed=True).packs
    assert (first.lots, second.lots) == ({1: 5}, {1: 2, 2: 3})
    assert len(fill(stock, 5, 9, DAY, mixed=False).packs) == 2


@pytest.mark.parametrize(("units", "count"), [(0, 1), (5, 0), (5, MOST_PACKS + 1)])
def test_senseless_sizes_are_refused(units: int, count: int) -> None:
    with pytest.raises(DomainError, match="请改数量"):
        fill([], units, count, DAY, mixed=True)


@pytest.mark.parametrize("state", PackState)
@pytest.mark.parametrize("step", PackStep)
def test_every_step_from_every_state(step: PackStep, state: PackState) -> None:
    begins, ends = STEPS[step]
    if state in begins:
        assert after(step, state) is ends
    else:
        with pytest.raises(ConflictError, match=state.label):
            after(step, state)


def test_what_is_used_can_only_be_taken_back() -> None:
    ends = {step for step, (begins, _end) in STEPS.items() if PackState.CONSUMED in begins}
    assert ends == {PackStep.REFUND}
    assert not any(PackState.BROKEN in begins for begins, _end in STEPS.values())


@pytest.mark.parametrize(
    ("pack", "why"),
    [
        (PackDates(PackState.IN_STOCK, DAY - timedelta(days=1)), Late.EXPIRED),
        (PackDates(PackState.ISSUED, None, DAY - timedelta(days=2)), Late.NOT_RECEIVED),
        (PackDates(PackState.ISSUED, None, DAY - timedelta(days=1)), None),
        (PackDates(PackState.IN_STOCK, None, None, DAY - timedelta(days=1)), Late.UNOPENED),
        (PackDates(PackState.IN_STOCK, None, None, DAY), None),
        (PackDates(PackState.IN_STOCK, DAY + timedelta(days=40)), Late.NEAR),
        (PackDates(PackState.IN_STOCK, DAY + timedelta(days=900)), None),
        (PackDates(PackState.CONSUMED, DAY - timedelta(days=9)), None),
    ],
)
def test_overdue_packs(pack: PackDates, why: Late | None) -> None:
    assert late(pack, DAY) is why
