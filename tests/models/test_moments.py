"""Points in time: exact in the database, and as the clock at the wall when they come back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given, strategies as st

from app.models.base import microseconds, moment

zones = st.integers(-12 * 60, 14 * 60).map(lambda n: timezone(timedelta(minutes=n)))
times = st.datetimes(timezones=zones).filter(lambda at: 1992 <= at.year < 2200)


@given(times)
def test_a_point_in_time_comes_back_exactly_and_in_the_members_zone(at: datetime) -> None:
    again = moment(microseconds(at))
    assert again == at
    assert again.utcoffset() == timedelta(hours=8)


def test_what_was_done_just_after_midnight_belongs_to_the_new_day() -> None:
    done = moment(microseconds(datetime(2026, 11, 22, 16, 1, tzinfo=UTC)))
    assert f"{done:%Y-%m-%d %H:%M}" == "2026-11-23 00:01"
