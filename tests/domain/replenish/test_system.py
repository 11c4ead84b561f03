"""The levels of a group: more is wanted, more is held; floors hold; nothing is lost in a replay."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from app.domain.replenish.backtest import reviews
from app.domain.replenish.frontier import Aim, mean_above
from app.domain.replenish.network import Network
from app.domain.replenish.replay import Replay, Rules, World
from app.domain.replenish.scenario import Kind, Planner, Scenario
from app.domain.replenish.system import system_levels

DAYS = 360


def network(seed: int, *, items: int = 8, places: int = 3, critical: int = 0) -> Network:
    """Items of very different use at some places that help each other."""
    rng = np.random.default_rng(seed)
    count = items * places
    pool = np.repeat(np.arange(items), places)
    chance = rng.uniform(0.01, 0.5, items)[pool]
    lines = (rng.random((count, DAYS)) < chance[:, None]).astype(np.float64)
    size = np.ceil(rng.gamma(1.2, 6.0, (count, DAYS)))
    return Network(
        asked=lines * size,
        lines=lines,
        seen=np.ones((count, DAYS)),
        pool=pool,
        lead=rng.integers(1, 8, items)[pool].astype(np.float64),
        lead_sd=np.full(count, 1.0),
        gap=np.full(count, 3.5),
        lot=rng.choice([1.0, 5.0, 10.0], items)[pool],
        cost=rng.uniform(0.5, 50.0, items)[pool],
        critical=pool < critical,
        prior_lines=np.full(count, 0.25),
        prior_days=np.full(count, 14.0),
        shelf=np.full(count, 365.0),
    )


def world(made: Network, seed: int, shelf: int = 90) -> World:
    rng = np.random.default_rng(seed)
    shape = made.asked.shape
    return World(
        asked=made.asked.astype(np.int64),
        start=200,
        warm=28,
        lead=rng.integers(1, 8, shape),
        review=(np.arange(DAYS) % 7 == 0)[None, :].repeat(made.count, axis=0),
        pool=made.pool,
        lot=made.lot.astype(np.int64),
        least=np.zeros(made.count, np.int64),
        shelf=np.full(made.count, shelf),
        opening=rng.integers(0, 60, made.count),
        refresh=frozenset({260, 320}),
    )


@given(st.integers(0, 10_000), st.sampled_from([0.85, 0.9, 0.95]), st.sampled_from([0.02, 0.04]))
@settings(max_examples=15, deadline=None)
def test_who_wants_more_holds_more(seed: int, fill: float, more: float) -> None:
    made = network(seed)
    low = system_levels(made, Aim(fill=fill), learn=0)
    high = system_levels(made, Aim(fill=fill + more), learn=0)
    assert high.value >= low.value - 1e-9
    assert high.reorder_point.sum() >= low.reorder_point.sum()


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_no_item_falls_below_its_floor_and_critical_ones_get_theirs(seed: int) -> None:
    made = network(seed, critical=3)
    aim = Aim(fill=0.9, critical=0.99, floor=0.8, critical_floor=0.97)
    found = system_levels(made, aim, learn=0)
    asked = made.pools.total(made.lines.sum(axis=1))[made.pool] > 0
    assert (found.fill[asked & ~made.critical] >= 0.8).all()
    assert (found.fill[asked & made.critical] >= 0.97).all()


@given(st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_the_same_history_gives_the_same_levels(seed: int) -> None:
    made = network(seed)
    one, two = (system_levels(made, Aim()) for _time in range(2))
    assert (one.reorder_point == two.reorder_point).all()
    assert (one.order_up_to > one.reorder_point).all()


def test_places_that_help_each_other_need_less_together() -> None:
    made = network(3, items=10, places=6)
    alone = replace(made, pool=np.arange(made.count))
    assert system_levels(made, Aim()).value < 0.8 * system_levels(alone, Aim()).value


def test_large_requests_elsewhere_count_where_little_is_known() -> None:
    asked = np.zeros((2, DAYS))
    asked[0, ::4], asked[1, [100, 200, 300]] = 40.0, 2.0
    made = replace(
        network(7, items=2, places=1),
        asked=asked,
        lines=(asked > 0).astype(np.float64),
        lead=np.full(2, 5.0),
        lot=np.ones(2),
        cost=np.full(2, 0.1),
    )
    same, other = (
        system_levels(replace(made, item=np.array(numbers)), Aim(), learn=0).order_up_to
        for numbers in ((0, 0), (0, 1))
    )
    assert same[1] >= 40 > other[1]


def test_a_critical_item_is_held_at_least_as_high() -> None:
    made = network(9)
    usual, critical = (
        system_levels(replace(made, critical=made.pool < count), Aim(), learn=0) for count in (0, 4)
    )
    rows = made.pool < 4
    assert (critical.fill[rows] >= usual.fill[rows] - 0.01).all()
    assert critical.reorder_point[rows].sum() > usual.reorder_point[rows].sum()


def test_orders_are_played_on_the_weekdays_on_which_they_are_made() -> None:
    monday, count = date(2026, 11, 23), 24
    week = np.arange(7) == np.array([0, 3] * (count // 2))[:, None]
    made = replace(network(4), end=monday, weekdays=week)
    played = reviews(made, 14, np.random.default_rng(1))
    assert (np.flatnonzero(played[0]) == [0, 7]).all()  # the 14 days before begin on a Monday
    assert (np.flatnonzero(played[1]) == [3, 10]).all()
    spread = reviews(replace(made, weekdays=None), 70, np.random.default_rng(1))
    assert (abs(spread.sum(axis=1) - 20) <= 1).all()


def test_what_comes_after_is_not_known_before() -> None:
    made = network(5)
    later = replace(made, asked=np.hstack([made.asked[:, :300], made.asked[:, 300:] * 9]))
    one, two = (system_levels(one.before(300), Aim()) for one in (made, later))
    assert (one.reorder_point == two.reorder_point).all()


@given(st.integers(0, 10_000), st.booleans(), st.sampled_from([20, 90, 900]))
@settings(max_examples=25, deadline=None)
def test_a_replay_loses_and_invents_nothing(seed: int, helping: bool, shelf: int) -> None:
    made = network(seed, items=4)
    rng = np.random.default_rng(seed)
    point = rng.integers(-1, 60, made.count)
    rules = Rules(point, point + rng.integers(1, 30, made.count), np.zeros(made.count, np.int64))
    tally = Replay(world(made, seed, shelf), made.cost, help_each_other=helping).run(
        lambda _day: rules
    )
    flows = tally.flows
    assert flows["opening"] + flows["arrived"] == flows["used"] + flows["gone"] + flows["left"]
    assert (tally.whole <= tally.lines).all()
    assert (tally.given <= tally.units).all()
    assert (tally.held >= 0).all()
    assert tally.took.sum() == 0 or helping


def test_help_serves_more_from_the_same_levels() -> None:
    made = network(11, items=6, places=4)
    point = np.full(made.count, 12)
    rules = Rules(point, point + 1, np.zeros(made.count, np.int64))
    alone, helped = (
        Replay(world(made, 1), made.cost, help_each_other=way).run(lambda _day: rules)
        for way in (False, True)
    )
    assert helped.whole.sum() > alone.whole.sum()
    assert helped.took.sum() > 0
    assert helped.lent.sum() >= helped.took.sum()


def test_each_way_of_setting_levels_can_be_played() -> None:
    made = network(2)
    for kind in Kind:
        scenario = Scenario(kind, target_days=10, lateral=kind is Kind.GROUP).checked()
        rules = Planner(scenario).rules(made)
        kept = rules.reorder_point >= 0
        assert kept.any()
        assert (rules.order_up_to[kept] > rules.reorder_point[kept]).all()


def test_cancel_stops_in_the_middle() -> None:
    class Stopped(Exception):  # noqa: N818 - it is not an error
        pass

    def pulse(day: int, _days: int) -> None:
        if day == 5:
            raise Stopped

    made = network(1)
    zero = np.zeros(made.count, np.int64)
    with pytest.raises(Stopped):
        Replay(world(made, 1), made.cost, help_each_other=False).run(
            lambda _day: Rules(zero, zero + 1, zero), pulse
        )


def test_the_fullest_neighbour_helps_first_and_the_next_line_finds_what_is_left() -> None:
    asked = np.array([[6], [7], [0], [0], [4], [0]])
    made = replace(
        world(network(1), 1), asked=asked, start=0, warm=0, lead=np.ones(asked.shape, np.int64),
        review=np.zeros(asked.shape, np.bool_), pool=np.array([0, 0, 0, 0, 1, 2]),
        lot=np.ones(6, np.int64), least=np.zeros(6, np.int64), shelf=np.full(6, 90),
        opening=np.array([0, 0, 9, 6, 1, 50]), refresh=frozenset(),
    )  # fmt: skip
    reserve = np.array([0, 0, 0, 1, 0, 0])
    tally = Replay(made, np.ones(6), help_each_other=True).run(
        lambda _day: Rules(np.full(6, -1), np.zeros(6, np.int64), reserve)
    )
    assert tally.given.tolist() == [6, 7, 0, 0, 1, 0]  # 6 of the third; then 5 of the fourth, 2
    assert tally.lent.tolist() == [0, 0, 2, 1, 0, 0]
    assert tally.took.tolist() == [1, 1, 0, 0, 0, 0]
    assert tally.flows == {"opening": 66, "arrived": 0, "used": 14, "gone": 0, "left": 52}


@given(st.integers(0, 10_000), st.integers(1, 40))
@settings(max_examples=25, deadline=None)
def test_levels_are_weighed_as_if_each_met_every_sample(seed: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    start, slope = rng.integers(-20, 60, (5, count)) / 2, rng.random((5, count))
    levels = np.sort(rng.integers(0, 80, (5, 9)), axis=1).astype(np.float64)
    over = np.maximum(levels[:, :, None] - start[:, None, :], 0.0)
    alone, weighed = mean_above(levels, start, np.ones(start.shape), slope)
    assert np.allclose(alone, over.mean(axis=2))
    assert np.allclose(weighed, (over * slope[:, None, :]).mean(axis=2))
