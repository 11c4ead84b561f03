"""Units convert exactly or are refused."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.domain.errors import DomainError
from app.domain.quantity import MAX_QUANTITY, Unit, UnitChain, chain_of, checked, round_up

NAMES = ("粒", "盒", "中包", "件")


@st.composite
def chains(draw: st.DrawFn) -> UnitChain:
    steps = draw(st.lists(st.integers(2, 50), min_size=0, max_size=3))
    factors = [1]
    for step in steps:
        factors.append(factors[-1] * step)
    units = tuple(Unit(NAMES[n], factor) for n, factor in enumerate(factors))
    return UnitChain(units, draw(st.integers(0, len(units) - 1)))


@given(chains(), st.integers(1, 10**6))
def test_there_and_back_again(chain: UnitChain, count: int) -> None:
    for unit in chain.units:
        base = chain.to_base(count, unit.name)
        assert divmod(base, unit.factor) == (count, 0)
    whole = count * chain.pack_unit.factor
    assert chain.packs(whole) == count


@given(chains(), st.integers(0, 10**9))
def test_a_split_adds_up(chain: UnitChain, quantity: int) -> None:
    sizes = {unit.name: unit.factor for unit in chain.units}
    assert sum(count * sizes[name] for count, name in chain.split(quantity)) == quantity


@given(chains(), st.integers(1, 10**9))
def test_what_does_not_divide_is_refused(chain: UnitChain, quantity: int) -> None:
    factor = chain.pack_unit.factor
    if quantity % factor:
        with pytest.raises(DomainError, match="不是整"):
            chain.packs(quantity)
    else:
        assert chain.packs(quantity) * factor == quantity


@given(st.integers(0, 10**9), st.integers(1, 10**6))
def test_rounding_up_is_the_next_multiple(quantity: int, multiple: int) -> None:
    up = round_up(quantity, multiple)
    assert up % multiple == 0
    assert 0 <= up - quantity < multiple


def test_words_for_people() -> None:
    chain = chain_of((("盒", 24), ("粒", 1), ("件", 4800)), "盒")
    assert [chain.text(n) for n in (0, 24, 28_800, 53, 5, -48)] == [
        "0 盒", "1 盒", "1,200 盒", "2 盒 + 5 粒", "5 粒", "−2 盒",
    ]  # fmt: skip


@pytest.mark.parametrize("steps", [(("盒", 2),), (("粒", 1), ("盒", 24), ("件", 100))])
def test_a_chain_that_does_not_divide_is_refused(steps: tuple[tuple[str, int], ...]) -> None:
    with pytest.raises(DomainError, match=r"换算"):
        chain_of(steps, "盒")


@pytest.mark.parametrize("quantity", [0, -1, MAX_QUANTITY + 1])
def test_quantities_have_limits(quantity: int) -> None:
    with pytest.raises(DomainError, match="数量"):
        checked(quantity)
