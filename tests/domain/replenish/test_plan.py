"""Replenishment as a pharmacist would check it by hand."""

from __future__ import annotations

import math
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from app.domain.errors import DomainError
from app.domain.replenish.calendar import Interval, ReviewDays
from app.domain.replenish.item import Item
from app.domain.replenish.lead import LeadTime, learned
from app.domain.replenish.plan import lasts, plan
from app.domain.replenish.position import Stocked, days_left, position
from app.domain.replenish.rates import Basis, Rate, daily_rate
from app.domain.replenish.series import Series, series_of
from app.domain.replenish.settings import Settings
from app.domain.replenish.suggestion import OrderRules, Verdict
from app.domain.replenish.target import Target

TODAY = date(2026, 10, 14)
BOXES = OrderRules(("片", 1), ("盒", 28), multiple=28)
TEN_A_DAY = Rate(10.0, 1.0, Basis.RECENT)


def daily(packs: list[float], factor: int = 28) -> Series:
    """Demand on each of the days up to yesterday, given in packs."""
    first = TODAY.toordinal() - len(packs)
    asked = np.array([round(p * factor) for p in packs], np.int64)
    days = np.arange(first, first + len(packs))
    return series_of(TODAY, len(packs), days, asked, (asked > 0).astype(np.int64))


def item(series: Series, packs: int = 0, **changes: object) -> Item:
    values: dict[str, object] = {
        "series": series,
        "stock": [Stocked(packs * 28, None)],
        "on_order": 0,
        "in_transit": 0,
        "lead": LeadTime(3, 0.0),
        "review": ReviewDays(frozenset({2})),
        "target": Target(21, 95),
        "rules": BOXES,
    }
    return Item(**(values | changes))  # type: ignore[arg-type]  # built from names by the test


def test_a_steady_item_is_ordered_for_lead_and_target_days() -> None:
    made = plan(item(daily([19.0] * 365), packs=61), TODAY)
    steps = {s.key: s.value for s in made.suggested.explanation.steps}
    assert steps["rate"] == Decimal("19.0")
    assert steps["cover"] == Decimal("456.0")  # 19 × (3 + 21)
    assert steps["on_hand"] == Decimal("-61.0")
    assert steps["need"] == Decimal("395.0") + steps["safety"]
    assert made.suggested.explanation.unit == "盒"
    assert str(made.headline) == "不足 7 天"
    assert made.days_left == pytest.approx(61 / 19)
    assert made.next_check == date(2026, 10, 21)


def test_a_case_is_rounded_up_to_once() -> None:
    rules = OrderRules(("片", 1), ("盒", 28), multiple=5600, multiple_unit="件")
    made = plan(item(daily([19.0] * 365), packs=110, rules=rules), TODAY)
    assert made.suggested.qty == 2 * 5600  # a little under 400 盒 → 2 件 of 200 盒
    label = next(s.label for s in made.suggested.explanation.steps if s.key == "round")
    assert str(label) == "+ 按整件凑整（200 盒/件）"


def test_above_the_reorder_point_nothing_is_ordered_and_the_sum_says_so() -> None:
    made = plan(item(daily([19.0] * 365), packs=400), TODAY)
    assert made.suggested.verdict is Verdict.PLENTY
    assert made.suggested.qty == 0
    assert str(made.detail) == "下次检查 10-21"
    assert made.suggested.explanation.sum == 0


def test_near_zero_stock_holds_only_until_the_next_delivery() -> None:
    near = plan(item(daily([2.0] * 365), target=Target(0, 95)), TODAY)
    assert near.suggested.order_up_to == near.suggested.reorder_point + 1
    assert 20 * 28 <= near.suggested.order_up_to <= 24 * 28


def test_what_expires_before_it_is_used_does_not_count() -> None:
    soon, later = TODAY + timedelta(days=4), TODAY + timedelta(days=400)
    there = position([Stocked(100, soon), Stocked(30, later)], TEN_A_DAY, TODAY)
    assert there.expiring == 50  # five good days at 10 a day
    assert there.usable == 80
    assert there.first_waste == soon
    assert days_left(there.lasting, TEN_A_DAY) == 8


def test_near_expiry_stock_is_named_and_used_first() -> None:
    lots = [Stocked(40 * 28, date(2027, 3, 31)), Stocked(100 * 28, None)]
    made = plan(item(daily([0.2] * 365), stock=lots), TODAY)
    assert made.suggested.qty == 0
    assert str(made.headline).startswith("不建议：")
    assert str(made.detail) == "先用 2027-03 这批"


def test_an_order_that_would_expire_is_not_suggested() -> None:
    big = OrderRules(("片", 1), ("盒", 28), multiple=28 * 500, shelf_days=180, multiple_unit="件")
    made = plan(item(daily([0.5] * 365), rules=big), TODAY)
    assert made.suggested.verdict is Verdict.SHELF_LIFE
    assert made.suggested.qty == 0
    assert made.suggested.explanation.sum == 0


def test_the_emergency_floor_is_held_even_without_demand() -> None:
    rules = OrderRules(("片", 1), ("盒", 28), multiple=28, floor=56, shelf_days=90)
    made = plan(item(daily([0.0] * 365), rules=rules), TODAY)
    assert made.suggested.qty == 56
    assert plan(item(daily([0.0] * 365), packs=2, rules=rules), TODAY).suggested.qty == 0


def test_an_item_asked_for_once_in_a_long_while_is_not_held() -> None:
    packs = [0.0] * 365
    packs[30] = 1.0
    made = plan(item(daily(packs)), TODAY)
    assert made.suggested.verdict is Verdict.RARE
    assert str(made.detail) == "有人要时再订"


def test_days_without_stock_are_left_out_not_counted_as_zero() -> None:
    asked = [10.0] * 60 + [0.0] * 14 + [10.0] * 14
    full = daily(asked, factor=1)
    first = TODAY.toordinal() - len(asked)
    out = np.arange(first + 60, first + 74)
    seen = np.flatnonzero(full.asked)
    corrected = series_of(
        TODAY,
        len(asked),
        first + seen,
        full.asked[seen].astype(np.int64),
        np.ones(len(seen), np.int64),
        without=out,
    )
    assert daily_rate(corrected).per_day == pytest.approx(10.0)
    assert daily_rate(full).per_day < 9


def test_a_single_lump_is_left_out_of_the_daily_use_but_not_of_the_level() -> None:
    packs = [5.0] * 365
    packs[350] = 500.0
    rate = daily_rate(daily(packs))
    assert rate.cut
    assert rate.per_day / 28 < 7
    assert plan(item(daily(packs)), TODAY).suggested.order_up_to > 28 * 24 * 5


def test_a_jump_of_the_level_is_followed_within_weeks() -> None:
    rate = daily_rate(daily([5.0] * 340 + [10.0] * 28))
    assert 8.5 < rate.per_day / 28 <= 10
    assert rate.growth == pytest.approx(1.0)


def test_lead_times_are_learned_from_receipts() -> None:
    agreed = LeadTime(3, 1)
    assert learned(agreed, []) == agreed
    few, many = learned(agreed, [7, 7]), learned(agreed, [7] * 40)
    assert 3 < few.mean < many.mean < 7
    drawn = LeadTime(5, 2).draw(4000, np.random.default_rng(1))
    assert drawn.min() >= 1
    assert drawn.mean() == pytest.approx(5, abs=0.2)


def test_the_interval_counts_todays_demand_only_in_the_morning() -> None:
    assert Interval(7).days(3) == 10
    assert Interval(7, evening=True).days(3) == 9


def test_review_days() -> None:
    days = ReviewDays.parse("0, 3")
    assert days.next_after(TODAY) == date(2026, 10, 15)
    assert days.gap(date(2026, 10, 15)) == 4
    with pytest.raises(DomainError, match="补货日"):
        ReviewDays.parse("8")


def test_settings_keep_and_check() -> None:
    chosen = Settings(target_days=14, by_class={"reagent": 7})
    assert Settings.from_json(chosen.as_json()) == chosen
    assert chosen.target("reagent", critical=True) == Target(7, 99)
    with pytest.raises(DomainError, match="服务水平"):
        Settings(service=30).checked()


def test_lasts_says_what_another_quantity_means() -> None:
    assert lasts(61, 400, 19.0) == 24
    assert lasts(0, 0, 0.0) == 9999
    assert math.isinf(days_left(5, Rate(0.0, 0.0, Basis.NONE)))
