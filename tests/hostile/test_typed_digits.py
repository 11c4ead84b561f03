"""Digits that are none: ², ١٢, 1_000, 1e3, and numbers of a thousand digits, wherever one types."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.domain.bidding.sheet_key import make_key, read_key
from app.domain.errors import DomainError
from app.domain.replenish.calendar import ReviewDays
from app.domain.typed import scaled, whole
from tests.cli.runner import run
from tests.factories import Site

NONE = ["²", "1²", "١٢", "1_000", "1e3", "-0", "9" * 5000, "Ⅻ", "①", "", " ", "1 2", "0x1", "NaN"]


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_whole_number_is_none(text: str) -> None:
    assert whole(text) is None
    key = make_key("secret", "N1", 2, "S1", [["a"]])
    assert read_key(key.text) == key
    assert read_key(key.text.replace("|2|", f"|{text}|")) is None
    with pytest.raises(DomainError, match="看不懂"):
        ReviewDays.parse(text or ",")


@given(st.text())
def test_a_whole_number_is_one_to_everybody(text: str) -> None:
    """What is taken is what stands there, in ASCII or full width."""
    found = whole(text)
    if found is not None:
        assert int(text) == found
        assert len(text.strip()) <= 15


@pytest.mark.parametrize("text", ["1_0", "1e1", "NaN", "Infinity", "١٢", "²", "--1", "1.2.3", "%"])
def test_a_number_with_a_part_is_as_strict(text: str) -> None:
    with pytest.raises(DomainError, match="不是数字"):
        scaled(text if text != "%" else "a%", 10)


def test_numbers_as_people_write_them_are_read() -> None:
    assert [scaled(text, 10) for text in ("７０％", "70", ".5", "5.", "-3", "+2")] == [
        700, 700, 5, 50, -30, 20,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "share", ["²/3", "2/²", "5/3", "0/3", "2/0", "2", "2/3/4", "9" * 5000 + "/3"]
)
def test_a_share_of_votes_is_a_part(sqlite_site: Site, share: str) -> None:
    words = ("committee", "plan", "2026-11-20", "--majority", share)
    answer = run(sqlite_site, "lead_buyer", *words)
    assert (answer.code, "2/3 的样子" in answer.err) == (1, True)


@pytest.mark.parametrize("paper", ["²:0:0", "1:1", "1:1:-1", "9" * 5000 + ":0:0"])
def test_votes_on_paper_are_counts(sqlite_site: Site, paper: str) -> None:
    words = ("committee", "close", "last", "1", "--paper", paper)
    answer = run(sqlite_site, "lead_buyer", *words)
    assert (answer.code, "8:2:1" in answer.err) == (1, True)


@pytest.mark.parametrize("name", ["fulfilment", "labels", "receipts", "stock"])
def test_a_report_until_the_end_of_time(site: Site, name: str) -> None:
    """People write 9999-12-31 for no end."""
    words = ("report", "run", name, "--from", "2026-01-01", "--to", "9999-12-31")
    answer = run(site, "lead_buyer", *words)
    assert answer.code == 0, answer.err
