from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from app.domain.days import ZONE
from app.domain.errors import DomainError
from app.domain.receiving import editing
from app.domain.receiving.policy import Policy, is_near
from app.domain.receiving.review import Persons, review
from app.domain.receiving.transport import (
    Mode,
    Transport,
    out_of_range,
    parse_temperature,
    problems,
)
from app.domain.receiving.work import Refusal, Session
from tests.domain.receiving.goods import (
    CLAVULANATE,
    EXPIRY,
    INSULIN,
    NOW,
    PETHIDINE,
    SYRINGE,
    TODAY,
    line,
    pack,
    session,
    take,
)

COLD = Transport(Mode.BOX, NOW - timedelta(hours=2), NOW, Decimal("4.5"), "LOG-7")


def blocking(state: Session, second: int = 0) -> list[str]:
    found = review(state.work, TODAY, Policy(), Persons(4, second))
    return [problem.code for problem in found if problem.blocks]


def test_nothing_counted_cannot_be_completed() -> None:
    assert blocking(session(line(1, SYRINGE, 5))) == ["work.empty"]


def test_lot_and_expiry_must_be_there() -> None:
    state = editing.set_quantity(session(line(1, CLAVULANATE, 5)), 1, 60)
    assert blocking(state) == ["lot.missing", "expiry.missing"]
    state = editing.set_lot(state, 1, " Ｋ1 ")
    state = editing.set_expiry(state, 1, EXPIRY, TODAY)
    assert state.work.entry(1).lot_no == "K1"
    assert blocking(state) == []


def test_a_consumable_without_expiry_is_all_right() -> None:
    state, _told = take(session(line(1, SYRINGE, 5)), SYRINGE, pack("Z1", count=5))
    assert blocking(state) == []


def test_short_goods_are_told_but_do_not_block() -> None:
    state, _told = take(session(line(1, SYRINGE, 5)), SYRINGE, pack("Z1", count=3))
    found = review(state.work, TODAY, Policy(), Persons(4))
    assert [(problem.code, problem.row) for problem in found] == [("quantity.short", 1)]
    assert found[0].text == "一次性注射器 应收 5 支，还差 2 支。"


def test_cold_goods_need_their_journey() -> None:
    state, _told = take(session(line(1, INSULIN, 3)), INSULIN, pack("N1", EXPIRY, count=3))
    assert blocking(state) == ["cold.missing"]
    assert blocking(editing.set_transport(state, COLD)) == []
    warm = replace(COLD, temperature=Decimal("8.1"))
    assert blocking(editing.set_transport(state, warm)) == ["cold.range"]
    backwards = replace(COLD, started_at=NOW + timedelta(hours=1))
    assert blocking(editing.set_transport(state, backwards)) == ["cold.times"]
    no_record = replace(COLD, record_no=" ")
    assert blocking(editing.set_transport(state, no_record)) == ["cold.missing"]


def test_a_journey_of_weeks_is_a_mistyped_date() -> None:
    for days, codes in ((0, []), (15, []), (16, ["cold.times"]), (365, ["cold.times"])):
        journey = replace(COLD, started_at=NOW - timedelta(days=days))
        assert [one.code for one in problems(journey, "cold", "胰岛素")] == codes
    (told,) = problems(replace(COLD, started_at=NOW - timedelta(days=365)), "cold", "胰岛素")
    assert "早 365 天" in told.text


def test_goods_do_not_arrive_tomorrow() -> None:
    """The form offers the computer's clock, and that may be a day ahead of the server's."""
    state, _told = take(session(line(1, INSULIN, 3)), INSULIN, pack("N1", EXPIRY, count=3))
    for arrived, codes in (
        (datetime(2026, 10, 14, 23, 59, tzinfo=ZONE), []),
        (datetime(2026, 10, 15, 0, 0, tzinfo=ZONE), ["cold.ahead"]),
        (datetime(2026, 10, 14, 16, 0, tzinfo=UTC), ["cold.ahead"]),  # midnight at the wall
    ):
        journey = replace(COLD, started_at=NOW, arrived_at=arrived)
        assert blocking(editing.set_transport(state, journey)) == codes


def test_a_lot_that_is_recalled_while_it_is_counted_does_not_come_in() -> None:
    state, _told = take(session(line(1, CLAVULANATE, 2)), CLAVULANATE, pack("K1", EXPIRY))
    assert blocking(state) == []
    recalled = replace(CLAVULANATE, frozen=frozenset({"K1"}))
    work = replace(state.work, note=replace(state.work.note, lines=(line(1, recalled, 2),)))
    assert blocking(replace(state, work=work)) == ["lot.held"]


@pytest.mark.parametrize("degrees", ["2", "8", "8.0", "４．５", "4.5 ℃", "2.0"])
def test_two_to_eight_degrees_are_in_order(degrees: str) -> None:
    state, _told = take(session(line(1, INSULIN, 3)), INSULIN, pack("N1", EXPIRY, count=3))
    journey = replace(COLD, temperature=parse_temperature(degrees))
    assert blocking(editing.set_transport(state, journey)) == []


@pytest.mark.parametrize("text", ["", "abc", "4,5,6", "1e3", "NaN", "999", "--4"])
def test_other_temperatures_are_refused_kindly(text: str) -> None:
    with pytest.raises(DomainError, match="请填测得的 ℃"):
        parse_temperature(text)


def test_refused_cold_goods_need_no_journey() -> None:
    state = editing.refuse(session(line(1, INSULIN, 3)), editing.Refuse(1, 3, Refusal.COLD_CHAIN))
    assert blocking(state) == []


def test_controlled_drugs_need_a_second_person() -> None:
    state, _told = take(session(line(1, PETHIDINE, 3)), PETHIDINE, pack("P1", EXPIRY, count=3))
    assert blocking(state) == ["persons.second"]
    assert blocking(state, second=4) == ["persons.second"]
    assert blocking(state, second=5) == []


def test_a_higher_price_than_agreed_is_told() -> None:
    dear = line(1, SYRINGE, 5, note_price=Decimal("13.3000"), unit_price=Decimal("13.1000"))
    state, _told = take(session(dear), SYRINGE, pack("Z1", count=5))
    found = review(state.work, TODAY, Policy(), Persons(4))
    assert [problem.code for problem in found] == ["price.over"]
    assert not found[0].blocks


def test_goods_without_any_price_cannot_come_in() -> None:
    state, _told = take(session(line(1, SYRINGE, 5, unit_price=None)), SYRINGE, pack("Z1", count=5))
    assert blocking(state) == ["price.missing"]


def test_near_expiry_goes_by_months_and_by_a_third_of_the_life() -> None:
    half_a_year = date(2027, 4, 13)
    assert is_near(half_a_year, TODAY, Policy(), None)
    assert not is_near(date(2027, 4, 14), TODAY, Policy(), None)
    assert is_near(date(2027, 9, 30), TODAY, Policy(), 1096)
    assert not is_near(date(2027, 9, 30), TODAY, Policy(near_parts=0), 1096)
    assert not is_near(half_a_year, TODAY, Policy(near_months=3), None)
    assert not is_near(date(2026, 10, 13), TODAY, Policy(), None)


def test_a_members_own_numbers_are_taken_and_nonsense_is_not() -> None:
    assert Policy.of({"near_months": 3, "near_parts": "x", "other": 1, "far_years": -4}) == Policy(
        3
    )
    assert Policy.of(None) == Policy()


@pytest.mark.parametrize(
    ("degrees", "fits"), [("1.9", False), ("2", True), ("8", True), ("8.1", False)]
)
def test_both_ends_of_the_cold_range_are_in_it(degrees: str, fits: bool) -> None:
    arrived = replace(COLD, temperature=Decimal(degrees))

    assert out_of_range(arrived, "cold") is not fits
    assert (problems(arrived, "cold", "胰岛素") == []) is fits
