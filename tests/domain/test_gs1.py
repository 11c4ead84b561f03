"""Element strings: what is built is read back; what is wrong is told, never guessed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, strategies as st

from app.domain import gs1
from app.domain.codes import gtin
from app.domain.codes.normalise import mod10
from app.domain.errors import DomainError
from app.domain.gs1 import Gs1Elements

GTIN = "06924561884074"
LOTS = st.from_regex(r"[A-Z][A-Z0-9/\-]{0,5}", fullmatch=True)


def codes_of(found: Gs1Elements) -> list[str]:
    return [problem.code for problem in found.problems]


@given(
    st.text("0123456789", min_size=13, max_size=13),
    st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    LOTS,
    LOTS,
    st.integers(0, 99_999_999),
)
def test_built_elements_are_read_back(
    body: str, expiry: date, lot: str, serial: str, count: int
) -> None:
    made = Gs1Elements(
        gtin=f"{body}{mod10(body)}", expiry=expiry, lot=lot, serial=serial, count=count
    )
    assert gs1.parse(gs1.build(made)) == made
    assert gs1.parse("]d2" + gs1.element_string(made)) == made


@pytest.mark.parametrize("sign", ["\x1d", "<GS>", "{GS}", "^]", "\u2194", "|"])
def test_separators_in_all_their_disguises(sign: str) -> None:
    found = gs1.parse(f"]C101{GTIN}10K260318{sign}2112345678", separator="|")
    assert (found.lot, found.serial) == ("K260318", "12345678")
    assert not found.problems


def test_samples_of_the_standard() -> None:
    found = gs1.parse("(01)06901234567892(11)141231(17)150707(10)A213B1(21)1234")
    assert found.produced == date(2014, 12, 31)
    assert found.expiry == date(2015, 7, 7)
    assert (found.lot, found.serial) == ("A213B1", "1234")
    assert gs1.parse("(01)26901234567896(17)130131(10)1234").gtin == "26901234567896"


@pytest.mark.parametrize(
    ("digits", "day"), [("260200", date(2026, 2, 28)), ("280200", date(2028, 2, 29))]
)
def test_day_00_is_the_last_of_the_month(digits: str, day: date) -> None:
    assert gs1.parse(f"01{GTIN}17{digits}").expiry == day


@pytest.mark.parametrize("digits", ["261301", "260230", "260001", "260232"])
def test_days_that_do_not_exist_are_refused(digits: str) -> None:
    found = gs1.parse(f"01{GTIN}17{digits}10K1")
    assert codes_of(found) == ["gs1.date"]
    assert not found.usable
    assert (found.expiry, found.lot) == (None, "K1")


def test_a_lost_separator_is_told_never_read_as_no_expiry() -> None:
    found = gs1.parse(f"01{GTIN}10LOT17260131")
    assert codes_of(found) == ["gs1.swallowed"]
    assert found.usable
    assert "2026-01" in found.problems[0].text


def test_two_scans_glued_together_are_refused() -> None:
    found = gs1.parse(f"01{GTIN}10K101{GTIN}")
    assert codes_of(found) == ["gs1.glued"]
    twice = gs1.parse(f"01{GTIN}0106901234567892")
    assert "gs1.twice" in codes_of(twice)


@pytest.mark.parametrize(
    "text",
    [
        "01" + GTIN[:-1] + "5",
        "0" * 5000,
        "21" + "A" * 21,
        "(01)0692456188407499",
        "(99)",
        "",
        "37" + "1\x1d37" * 20 + "1",
    ],
)
def test_hostile_strings_are_problems(text: str) -> None:
    assert not gs1.parse(text).usable


def test_the_century_follows_the_standard_when_the_day_is_known() -> None:
    assert gs1.parse(f"01{GTIN}17990131").expiry == date(2099, 1, 31)
    found = gs1.parse(f"01{GTIN}17990131", today=date(2026, 10, 14))
    assert found.expiry == date(1999, 1, 31)


@pytest.mark.parametrize(
    "made",
    [
        Gs1Elements(gtin=GTIN[:-1] + "5"),
        Gs1Elements(gtin=GTIN, lot="批号"),
        Gs1Elements(gtin=GTIN, lot="A" * 21),
        Gs1Elements(gtin=GTIN, lot="A(21)B"),
        Gs1Elements(sscc="1" * 17),
        Gs1Elements(gtin=GTIN, count=10**8),
        Gs1Elements(gtin=GTIN, extra={"410": "12"}),
    ],
)
def test_nothing_half_right_is_printed(made: Gs1Elements) -> None:
    with pytest.raises(DomainError):
        gs1.build(made)


@given(st.text(max_size=200))
def test_reading_never_raises_and_never_yields_a_wrong_gtin(text: str) -> None:
    for found in (gs1.parse(text), gs1.parse("]d2" + text), gs1.parse("(01)" + text)):
        assert not (found.usable and found.gtin) or gtin.is_valid(found.gtin)
        assert found.usable == (not any(problem.blocks for problem in found.problems))
