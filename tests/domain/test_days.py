"""Days and times as people type them."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import given, strategies as st

from app.domain.days import day_or_none, typed_day, typed_time
from app.domain.errors import DomainError

FORMS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d", "%Y年%m月%d日", " %Y-%m-%d ")
FULL = str.maketrans("0123456789-", "０１２３４５６７８９－")


@given(st.dates(min_value=date(1000, 1, 1)), st.sampled_from(FORMS), st.booleans())
def test_a_day_is_read_in_every_form(day: date, form: str, full: bool) -> None:
    text = day.strftime(form)
    assert typed_day(text.translate(FULL) if full else text) == day


YEAR_1000 = datetime(1000, 1, 1)  # noqa: DTZ001 - typed times carry no zone


@given(st.datetimes(min_value=YEAR_1000), st.sampled_from("T "))
def test_a_time_is_read_to_the_minute(at: datetime, between: str) -> None:
    told = at.replace(second=0, microsecond=0)
    assert typed_time(told.strftime(f"%Y-%m-%d{between}%H:%M")) == told


def test_a_day_alone_ends_with_the_office_or_as_said() -> None:
    assert typed_time("2026/10/9").time() == time(17)
    assert typed_time("2026-10-09", time(8)) == datetime(2026, 10, 9, 8)  # noqa: DTZ001 - carries no zone by design


@pytest.mark.parametrize(
    "text", ["", "2026-02-30", "2026-13-01", "26-10-09", "10-09", "2026-10", "明天", "2026-10-0９x"]
)
def test_what_is_no_day_is_told_with_the_right_form(text: str) -> None:
    with pytest.raises(DomainError, match="请写成 2026-10-09") as told:
        typed_day(text)
    assert told.value.code == "date.form"
    with pytest.raises(DomainError, match="17:00"):
        typed_time(f"{text} 25:00")


def test_nothing_typed_is_no_day() -> None:
    assert day_or_none("  ") is None
    assert day_or_none("20261009") == date(2026, 10, 9)
