"""Suppliers' own labels: a rule reads what it is made for, and a rule with a hole is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, strategies as st

from app.domain import barcode_rules
from app.domain.errors import DomainError
from app.domain.scan import BarcodeRule, ScanKind, classify

RULE = BarcodeRule("康泽条码", "KZ", 20, (2, 6), (8, 6), (14, 6))
SAMPLE = "KZ001234B26031270331"[:8] + "B26031" + "270331"


def test_a_rule_reads_item_lot_and_expiry() -> None:
    read = barcode_rules.attempt(RULE, SAMPLE)

    assert (read.kind, read.code, read.lot, read.expiry) == (
        ScanKind.RULE, "001234", "B26031", date(2027, 3, 31),
    )  # fmt: skip
    assert classify(SAMPLE, rules=(RULE,)).code == "001234"
    assert not classify(SAMPLE).usable


def test_a_sample_that_does_not_fit_says_so() -> None:
    with pytest.raises(DomainError, match="19 位"):
        barcode_rules.attempt(RULE, SAMPLE[:-1])


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        (replace(RULE, title=" "), "rule.title"),
        (replace(RULE, prefix="", length=0), "rule.open"),
        (replace(RULE, length=3), "rule.length"),
        (replace(RULE, item=(2, 0)), "rule.item"),
        (replace(RULE, lot=(18, 6)), "rule.span"),
        (replace(RULE, expiry=(14, 5)), "rule.expiry"),
    ],
)
def test_a_rule_with_a_hole_is_refused(rule: BarcodeRule, problem: str) -> None:
    assert problem in {one.code for one in barcode_rules.check(rule)}
    assert barcode_rules.from_plain(barcode_rules.to_plain([rule])) == ()


@given(
    st.builds(
        BarcodeRule,
        title=st.text(min_size=1).filter(str.strip),
        prefix=st.text("AB", min_size=1, max_size=3),
        length=st.just(0),
        item=st.tuples(st.integers(0, 9), st.integers(1, 9)),
        lot=st.tuples(st.integers(0, 9), st.integers(0, 9)),
        expiry=st.just((0, 0)),
        short_year=st.booleans(),
    )
)
def test_what_is_kept_comes_back(rule: BarcodeRule) -> None:
    assert barcode_rules.from_plain(barcode_rules.to_plain([rule])) == (rule,)


@pytest.mark.parametrize("stored", [None, "x", [1], [{}], [{"title": "x", "item": 3}]])
def test_what_is_no_rule_is_left_out(stored: object) -> None:
    assert barcode_rules.from_plain(stored) == ()
