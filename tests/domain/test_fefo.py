"""Which lot goes first."""

from datetime import date, timedelta

from hypothesis import given, strategies as st

from app.domain.stock.fefo import LotStock, allocate, earlier_lot

DAY = date(2026, 10, 14)


def lot(number: int, qty: int, days: int | None, *, held: bool = False) -> LotStock:
    expiry = None if days is None else DAY + timedelta(days=days)
    return LotStock(1, number, 11, qty, expiry, f"L{number}", held)


lots = st.lists(
    st.builds(
        lot,
        st.integers(1, 10**6),
        st.integers(0, 500),
        st.none() | st.integers(-400, 800),
        held=st.booleans(),
    ),
    max_size=12,
    unique_by=lambda one: one.lot_id,
)


def test_the_earliest_expiry_goes_first() -> None:
    found = allocate([lot(1, 5, 400), lot(2, 5, 30), lot(3, 5, None)], 12, DAY)
    assert [(p.stock.lot_id, p.qty) for p in found.picks] == [(2, 5), (1, 5), (3, 2)]
    assert found.missing == 0


def test_expired_and_frozen_lots_stay() -> None:
    found = allocate([lot(1, 5, -1), lot(2, 5, 100, held=True), lot(3, 2, 0)], 4, DAY)
    assert [(p.stock.lot_id, p.qty) for p in found.picks] == [(3, 2)]
    assert found.missing == 2


@given(lots, st.integers(1, 2000))
def test_nothing_is_lost_and_nothing_invented(stock: list[LotStock], need: int) -> None:
    found = allocate(stock, need, DAY)
    taken = sum(pick.qty for pick in found.picks)
    assert taken + found.missing == need
    assert all(0 < pick.qty <= pick.stock.qty for pick in found.picks)
    usable = sum(one.qty for one in stock if one.usable(DAY))
    assert taken == min(need, usable)
    expiries = [pick.stock.expiry or date.max for pick in found.picks]
    assert expiries == sorted(expiries)


def test_a_later_lot_names_the_earlier_one() -> None:
    early, late = lot(1, 5, 30), lot(2, 5, 60)
    assert earlier_lot([early, late], late, DAY) == early
    assert earlier_lot([early, late], early, DAY) is None
