"""Expiry as people write it, and the light it gets."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, strategies as st

from app.domain import expiry
from app.domain.errors import DomainError
from app.domain.expiry import Band

TODAY = date(2026, 10, 14)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2028-02", date(2028, 2, 29)),
        ("2028.2", date(2028, 2, 29)),
        ("2028年2月", date(2028, 2, 29)),
        ("２０２８/０２", date(2028, 2, 29)),
        ("20280229", date(2028, 2, 29)),
        ("2028-02-28", date(2028, 2, 28)),
        ("2028年2月8日", date(2028, 2, 8)),
        ("202802", date(2028, 2, 29)),
    ],
)
def test_an_expiry_as_it_is_written(text: str, day: date) -> None:
    assert expiry.parse(text) == day


@pytest.mark.parametrize("text", ["2028-02-31", "20270229", "2028-13", "28-02", "明年", "", "0-0"])
def test_what_does_not_exist_is_refused_never_moved(text: str) -> None:
    with pytest.raises(DomainError):
        expiry.parse(text)


def test_two_digit_years_only_where_told() -> None:
    assert expiry.parse("280229", two_digit_year=True) == date(2028, 2, 29)
    assert expiry.parse("2802", two_digit_year=True) == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("day", "band"),
    [
        (None, Band.MISSING),
        (date(2026, 10, 13), Band.EXPIRED),
        (date(2026, 10, 14), Band.NEAR),
        (date(2027, 1, 14), Band.NEAR),
        (date(2027, 1, 15), Band.WARN),
        (date(2027, 4, 14), Band.WARN),
        (date(2027, 4, 15), Band.OK),
    ],
)
def test_the_light_changes_on_the_right_day(day: date | None, band: Band) -> None:
    assert expiry.band(day, TODAY) is band


def test_how_far_away_in_words() -> None:
    assert expiry.distance(date(2028, 2, 29), TODAY) == "还有 16 个月"
    assert expiry.distance(date(2026, 9, 30), TODAY) == "过 14 天"
    assert expiry.distance(date(2026, 10, 20), TODAY) == "还有 6 天"


def test_an_expiry_too_far_away_is_doubted_with_a_suggestion() -> None:
    found = expiry.doubt(date(2126, 3, 31), TODAY)
    assert found is not None
    assert "2026-03" in found.text
    assert not found.blocks
    assert expiry.doubt(date(2029, 3, 31), TODAY) is None


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_what_is_shown_is_read_back(day: date) -> None:
    assert expiry.parse(expiry.shown(day)) == day
    assert expiry.parse(f"{day:%Y%m%d}") == day
    assert expiry.from_gs1(f"{day:%y%m%d}") == day


@given(st.text(max_size=30))
def test_no_text_breaks_it(text: str) -> None:
    try:
        day = expiry.parse(text)
    except DomainError:
        return
    assert expiry.parse(day.isoformat()) == day
