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


@given(chains(), st.lists(st.integers(0, 3), min_size=1, max_size=8), st.integers(1, 10**6))
def test_goods_that_change_their_unit_again_and_again_stay_as_many(
    chain: UnitChain, ways: list[int], quantity: int
) -> None:
    """Box to pack to piece and back: as many as before, or refused as indivisible; never nearly."""
    held = quantity
    for way in ways:
        unit = chain.units[way % len(chain.units)]
        count, rest = divmod(held, unit.factor)
        said = sum(n * one.factor for n, name in chain.split(held) for one in chain.units
                   if one.name == name)  # fmt: skip
        assert said == held == count * unit.factor + rest
        if count:
            assert chain.to_base(count, unit.name) + rest == held
    assert held == quantity


@given(chains(), st.integers(1, 10**13))
def test_the_limit_is_told_not_overrun(chain: UnitChain, count: int) -> None:
    unit = chain.units[-1]
    if count * unit.factor > MAX_QUANTITY:
        with pytest.raises(DomainError, match="太大"):
            chain.to_base(count, unit.name)
    else:
        assert chain.to_base(count, unit.name) == count * unit.factor


@given(st.integers(0, 10**6), st.integers(2, 500))
def test_a_typed_quantity_is_read_back(quantity: int, factor: int) -> None:
    chain = UnitChain((Unit("片", 1), Unit("盒", factor)), 1)
    assert chain.read(chain.typed(quantity)) == quantity
    assert chain.read(chain.text(quantity)) == quantity
    assert chain.read(f"{quantity}片") == quantity


@pytest.mark.parametrize(
    ("text", "units"),
    [("7", 70), ("7+5", 75), ("７＋５", 75), ("7 盒 5 片", 75), ("7盒5", 75), ("+5", 5), ("5片", 5),
     ("0", 0), ("1,200", 12000)],
)  # fmt: skip
def test_packs_and_loose_units_as_people_write_them(text: str, units: int) -> None:
    assert UnitChain((Unit("片", 1), Unit("盒", 10)), 1).read(text) == units


@pytest.mark.parametrize("text", ["", "-3", "7.5", "盒", "7++5", "abc", "7箱", "9" * 20])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(DomainError):
        UnitChain((Unit("片", 1), Unit("盒", 10)), 1).read(text)


@pytest.mark.parametrize("text", ["1.5", "7。5", "7-5", "2盒-1片"])
def test_parts_of_a_pack_are_shown_how_to_be_written(text: str) -> None:
    with pytest.raises(DomainError, match=r"不是数量。写法：7\+5"):
        UnitChain((Unit("片", 1), Unit("盒", 10)), 1).read(text)
