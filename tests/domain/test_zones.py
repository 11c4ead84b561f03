"""Where goods may be moved inside the house."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, strategies as st

from app.domain.catalogue import Storage
from app.domain.errors import DomainError
from app.domain.stock.zones import ZONES, Spot, check_move, keeps, may_go

STORES = [str(one) for one in Storage]
spots = st.builds(
    Spot, st.just("库位"), st.sampled_from(sorted(ZONES)), st.sampled_from(sorted(STORES))
)


@given(spots, spots, st.sampled_from(STORES))
def test_what_is_offered_is_taken_and_what_is_not_is_refused(
    start: Spot, end: Spot, storage: str
) -> None:
    if may_go(start, end, storage):
        check_move(start, end, storage, "复检合格")
    else:
        with pytest.raises(DomainError):
            check_move(start, end, storage, "复检合格")


@given(spots, spots, st.sampled_from(STORES))
def test_usable_goods_lie_where_their_storage_is_kept(start: Spot, end: Spot, storage: str) -> None:
    if may_go(start, end, storage) and end.zone in {"", "good", "pending"}:
        assert keeps(end.storage, storage)


def test_a_wrong_temperature_names_what_is_there_and_what_is_wanted() -> None:
    shelf, fridge = Spot("药库", "good", "normal"), Spot("冷藏柜", "good", "cold")
    with pytest.raises(DomainError, match=r"「冷藏柜」是冷藏（2–8 ℃），这种货要常温（10–30 ℃）。"):
        check_move(shelf, fridge, "normal", "")
    with pytest.raises(DomainError, match=r"「药库」是常温（10–30 ℃），这种货要冷藏（2–8 ℃）。"):
        check_move(fridge, shelf, "cold", "")


def test_bad_goods_do_not_slip_back_without_a_word() -> None:
    bad, good = Spot("不合格区", "bad", "normal"), Spot("药库", "good", "normal")
    with pytest.raises(DomainError, match="写明理由"):
        check_move(bad, good, "normal", "好")
    check_move(bad, good, "normal", "复检合格")


def test_packed_goods_are_unpacked_first() -> None:
    ways = itertools.permutations([Spot("待发", "outgoing", "normal"), Spot("A", "", "normal")])
    for start, end in ways:
        with pytest.raises(DomainError, match="先拆包"):
            check_move(start, end, "normal", "")
