"""Every field that takes scans understands the same codes, and no scan breaks it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, strategies as st

from app.domain.scan import BarcodeRule, ScanKind, classify, split_quantity

GTIN = "06924561884074"


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("DSB0001260801000001J", ScanKind.PACK, "DSB0001260801000001J"),
        ("dsb0001260801000001j", ScanKind.PACK, "DSB0001260801000001J"),
        ("0001261014013270", ScanKind.LABEL, "0001261014013270"),
        ("00106141411234567897", ScanKind.SSCC, "106141411234567897"),
        (f"]d201{GTIN}1728022910K1", ScanKind.GS1, GTIN),
        (f"(01){GTIN}(10)K1", ScanKind.GS1, GTIN),
        (f"01{GTIN}10K1", ScanKind.GS1, GTIN),
        ("MA.156.M0.100204.13351764", ScanKind.MA, "MA.156.M0.100204.13351764"),
        ("MF6901234567892*BAK260318", ScanKind.AHM, "6901234567892"),
        ("83857930000879766660", ScanKind.TRACE, "83857930000879766660"),
        ("86978377000315", ScanKind.NATIONAL, "86978377000315"),
        ("6924561884074", ScanKind.GTIN, GTIN),
        ("６９２４５６１８８４０７４\r", ScanKind.GTIN, GTIN),
        ("SH20261014-002", ScanKind.DELIVERY, "SH20261014-002"),
    ],
)
def test_each_code_is_what_it_is(text: str, kind: ScanKind, code: str) -> None:
    found = classify(text)
    assert (found.kind, found.code) == (kind, code)
    assert found.usable


def test_one_scan_fills_lot_expiry_and_serial() -> None:
    found = classify(f"]C101{GTIN}17280200" + "10K260318\x1d21SN01")
    assert found.expiry == date(2028, 2, 29)
    assert (found.lot, found.serial) == ("K260318", "SN01")


def test_our_own_label_is_read_without_the_separator_that_many_scanners_leave_out() -> None:
    plain = f"01{GTIN}17280827" + "1026082802" + "210001261014013270"
    found = classify(plain)
    assert (found.lot, found.serial, found.usable) == ("26082802", "0001261014013270", True)
    assert found.own_label == "0001261014013270"
    pack = classify(f"01{GTIN}1728082710K1" + "21DSB0001260801000001J")
    assert (pack.lot, pack.own_label) == ("K1", "DSB0001260801000001J")
    assert classify(f"01{GTIN}10K1\x1d21SN01").own_label == ""
    wrong = classify(plain[:-1] + "1")
    assert not wrong.usable, "a wrong check digit is no reason to cut the lot"


def test_a_count_before_the_code_is_a_quantity() -> None:
    assert classify("12*6924561884074").count == 12
    assert classify("１２＊６９２４５６１８８４０７４").count == 12
    assert split_quantity("0*69245") == (1, "0*69245")
    assert split_quantity("6924561884074") == (1, "6924561884074")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1" * 5000,
        "69245618\x0084074",
        "'; DROP TABLE item; --",
        "69245618840746924561884074",
        "6924561884075",
        "DSB0001260801000002J",
        "MA.156.M0.12",
        "MF*",
        "你好",
        "²²²²²²²²",
    ],
)
def test_hostile_or_broken_scans_are_unknown_with_a_reason(text: str) -> None:
    found = classify(text)
    assert found.kind is ScanKind.UNKNOWN
    assert not found.usable
    assert "。" in found.problems[0].text


def test_a_suppliers_own_label_is_cut_by_its_rule() -> None:
    rule = BarcodeRule("康泽", "KZ", 20, item=(2, 6), lot=(8, 6), expiry=(14, 6))
    found = classify("KZ001234K26031280229", rules=(rule,))
    assert (found.kind, found.code, found.lot) == (ScanKind.RULE, "001234", "K26031")
    assert found.expiry == date(2028, 2, 29)
    assert not classify("KZ001234K26031280231", rules=(rule,)).usable
    assert classify("KZ001234K2603128022", rules=(rule,)).kind is ScanKind.UNKNOWN


@given(st.text(max_size=300), st.sampled_from(["", "]d2", "(01)", "01", "DSB", "MA.", "MF", "9*"]))
def test_no_text_raises_and_the_raw_text_is_kept(text: str, prefix: str) -> None:
    rules = (BarcodeRule("x", "K", 0, item=(1, 4), expiry=(5, 6)),)
    found = classify(prefix + text, rules=rules)
    assert found.raw in prefix + text
    assert found.usable or found.problems or found.kind is not ScanKind.UNKNOWN


@given(st.text("0123456789*", min_size=1, max_size=40))
def test_digits_never_raise(text: str) -> None:
    assert classify(text).count >= 1


@pytest.mark.parametrize("around", ["\x1d{}", "{}\x1d", "\x1d\x1d{}\x1d"])
@pytest.mark.parametrize("code", ["010690123450001117261031", "6924561884074"])
def test_separators_around_a_code_say_nothing(around: str, code: str) -> None:
    found = classify(around.format(code), today=date(2026, 10, 14))
    assert found == replace(classify(code, today=date(2026, 10, 14)), raw=found.raw)
    assert classify("\x1d").kind is ScanKind.UNKNOWN
