"""A fact lies in exactly one period, whatever cut-off days were agreed and wherever it is told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as st

from app.domain.errors import DomainError
from app.domain.settlement.period import CutOff, Period, SettlementCalendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
periods = st.builds(Period, st.integers(2020, 2032), st.integers(1, 12))
calendars = st.lists(st.builds(CutOff, periods, st.integers(0, 28)), max_size=4).map(
    lambda cuts: SettlementCalendar(tuple(cuts))
)
days = st.dates(date(2020, 1, 1), date(2032, 12, 31))


@given(calendars, days)
def test_every_day_lies_in_exactly_one_period(calendar: SettlementCalendar, day: date) -> None:
    period = calendar.of(day)
    holding = [
        one
        for one in (period.plus(n) for n in range(-3, 4))
        if calendar.first(one) <= day <= calendar.last(one)
    ]
    assert holding == [period]


@given(calendars, periods, st.sampled_from([-100_000, -1, 0, 1, 100_000]))
def test_the_last_tenth_of_a_second_is_told_alike_in_two_zones(
    calendar: SettlementCalendar, period: Period, off: int
) -> None:
    midnight = datetime.combine(calendar.last(period), datetime.min.time(), SHANGHAI) + timedelta(
        days=1
    )
    moment = midnight + timedelta(microseconds=off)  # 23:59:59.9 and its neighbours
    expected = period if off < 0 else period.plus(1)
    for zone in (UTC, SHANGHAI, ZoneInfo("America/Los_Angeles")):
        assert calendar.of_moment(moment.astimezone(zone), SHANGHAI) == expected


def test_a_new_cut_off_day_makes_one_long_or_short_period_and_no_gap() -> None:
    calendar = SettlementCalendar().changed(CutOff(Period(2026, 10), 25))
    assert (calendar.first(Period(2026, 10)), calendar.last(Period(2026, 10))) == (
        date(2026, 10, 1),
        date(2026, 10, 25),
    )
    assert calendar.of(date(2026, 10, 26)) == Period(2026, 11)
    assert calendar.last(Period(2024, 2)) == date(2024, 2, 29)
    assert calendar.of(date(2026, 12, 26)) == Period(2027, 1)


@pytest.mark.parametrize("day", [-1, 29, 31])
def test_a_cut_off_day_is_one_that_every_month_has(day: int) -> None:
    with pytest.raises(DomainError, match="1 到 28"):
        CutOff(Period(2026, 10), day)


@pytest.mark.parametrize("text", ["2026-13", "202610", "1999-12", "十月", "2026-1"])
def test_a_period_is_typed_in_one_way(text: str) -> None:
    with pytest.raises(DomainError, match="2026-10"):
        Period.parse(text)
