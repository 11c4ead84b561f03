"""What holds for every suggestion, whatever the demand, stock and packs are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
from hypothesis import given, settings, strategies as st

from app.domain.replenish.calendar import ReviewDays
from app.domain.replenish.explain import Explanation, Role
from app.domain.replenish.item import Item
from app.domain.replenish.lead import LeadTime
from app.domain.replenish.plan import plan
from app.domain.replenish.position import Leftover, Stocked
from app.domain.replenish.series import Series, series_of
from app.domain.replenish.suggestion import OrderRules
from app.domain.replenish.target import Target

TODAY = date(2026, 10, 14)

records = st.lists(
    st.tuples(st.integers(1, 400), st.integers(1, 5_000), st.integers(1, 4)), max_size=60
)


def series(days: list[tuple[int, int, int]], times: int = 1) -> Series:
    """A series of (days ago, asked, requests)."""
    ordinals = np.array([TODAY.toordinal() - ago for ago, _q, _n in days], np.int64)
    asked = np.array([quantity * times for _ago, quantity, _n in days], np.int64)
    lines = np.array([n for _ago, _q, n in days], np.int64)
    return series_of(TODAY, 400, ordinals, asked, lines)


@st.composite
def rules(draw: st.DrawFn) -> OrderRules:
    factor = draw(st.sampled_from([1, 7, 24, 28, 100]))
    packs = draw(st.sampled_from([1, 1, 10, 200]))
    loose = draw(st.booleans()) and factor > 1
    return OrderRules(
        base=("片", 1),
        pack=("盒", factor),
        multiple=1 if loose else factor * packs,
        minimum=draw(st.sampled_from([0, 0, factor * 3, 997])),
        floor=draw(st.sampled_from([0, 0, factor * 2])),
        shelf_days=draw(st.sampled_from([None, None, 30, 365])),
        multiple_unit="件",
    )


ends = st.one_of(st.none(), st.integers(0, 900).map(lambda left: TODAY + timedelta(days=left)))
stocks = st.lists(st.builds(Stocked, st.integers(1, 20_000), ends), max_size=4)


@st.composite
def items(draw: st.DrawFn) -> Item:
    return Item(
        series=series(draw(records)),
        stock=draw(stocks),
        old=draw(st.builds(Leftover, stocks.map(tuple), st.sampled_from([0, 0, 300]))),
        on_order=draw(st.integers(0, 5_000)),
        in_transit=draw(st.integers(0, 5_000)),
        lead=LeadTime(draw(st.integers(1, 20)), draw(st.sampled_from([0.0, 1.0, 3.0]))),
        review=ReviewDays(frozenset(draw(st.sets(st.integers(0, 6), min_size=1)))),
        target=Target(draw(st.integers(0, 60)), draw(st.integers(50, 99))),
        rules=draw(rules()),
    )


@given(items())
@settings(max_examples=150, deadline=None)
def test_the_steps_add_up_to_the_suggestion_and_it_can_be_ordered(item: Item) -> None:
    suggested = plan(item, TODAY).suggested
    explanation = suggested.explanation
    assert explanation.sum * explanation.factor == suggested.qty
    assert explanation.steps[-1].role is Role.RESULT
    assert explanation.steps[-1].value == explanation.sum
    assert suggested.qty >= 0
    assert suggested.qty % item.rules.multiple == 0
    assert suggested.qty == 0 or suggested.qty >= item.rules.minimum
    assert Explanation.from_json(explanation.as_json()) == explanation


@given(items())
@settings(max_examples=60, deadline=None)
def test_the_same_facts_give_the_same_suggestion(item: Item) -> None:
    assert plan(item, TODAY) == plan(item, TODAY)


@given(records, st.integers(2, 5), items())
@settings(max_examples=100, deadline=None)
def test_more_demand_never_asks_for_less(
    days: list[tuple[int, int, int]], times: int, item: Item
) -> None:
    calm = replace(item, stock=[], series=series(days), rules=replace(item.rules, shelf_days=None))
    busy = replace(calm, series=series(days, times))
    assert plan(busy, TODAY).suggested.qty >= plan(calm, TODAY).suggested.qty


@given(items(), st.integers(1, 5_000))
@settings(max_examples=100, deadline=None)
def test_what_is_already_ordered_is_never_ordered_again(item: Item, more: int) -> None:
    later = replace(item, on_order=item.on_order + more)
    assert plan(later, TODAY).suggested.qty <= plan(item, TODAY).suggested.qty


@given(items())
@settings(max_examples=100, deadline=None)
def test_once_the_suggestion_is_ordered_nothing_more_is_suggested(item: Item) -> None:
    first = plan(item, TODAY).suggested
    ordered = replace(item, on_order=item.on_order + first.qty)
    capped = first.explanation.step("shelf") is not None
    assert capped or plan(ordered, TODAY).suggested.qty == 0


@given(items())
@settings(max_examples=100, deadline=None)
def test_it_never_goes_far_beyond_the_need(item: Item) -> None:
    """Rounded up once: less than one multiple (or the minimum) above what is needed."""
    suggested = plan(item, TODAY).suggested
    need = next(s.value for s in suggested.explanation.steps if s.key == "need")
    least = max(Decimal(item.rules.minimum), need * suggested.explanation.factor)
    assert suggested.qty <= max(Decimal(0), least) + item.rules.multiple
