"""What an invoice must say, with every slip of the hand refused in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from app.domain.errors import DomainError
from app.domain.settlement.closing import Check, Finding, holding, open_count
from app.domain.settlement.invoice import InvoiceFacts, cent_amount, problems

TODAY = date(2026, 10, 14)
DIGITAL = InvoiceFacts(
    "26312000000012345678", "", date(2026, 10, 9), Decimal("100.00"), Decimal("13.00"),
    Decimal("113.00"),
)  # fmt: skip


def codes(facts: InvoiceFacts) -> list[str]:
    return [one.code for one in problems(facts, TODAY)]


def test_a_digital_and_an_old_invoice_and_a_credit_note_are_right() -> None:
    assert codes(DIGITAL) == []
    assert codes(replace(DIGITAL, number="01234567", code="3100222130")) == []
    assert codes(replace(DIGITAL, net=None, tax=None)) == []
    minus = replace(DIGITAL, net=Decimal(-100), tax=Decimal(-13), total=Decimal(-113))
    assert codes(minus) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"number": "2631200000001234567"}, "invoice.number"),
        ({"number": ""}, "invoice.number"),
        ({"code": "3100222130"}, "invoice.code"),
        ({"number": "01234567"}, "invoice.code"),
        ({"issued_on": date(2026, 10, 15)}, "invoice.date"),
        ({"total": Decimal("113.01")}, "invoice.sum"),
        ({"tax": None}, "invoice.tax"),
        ({"total": Decimal(0), "net": None, "tax": None}, "invoice.total"),
        ({"net": Decimal("126.00"), "tax": Decimal("-13.00")}, "invoice.sign"),
    ],
)
def test_each_slip_is_named(change: dict[str, Any], code: str) -> None:
    assert codes(replace(DIGITAL, **change)) == [code]


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,234.50", "1234.50"), ("¥ 12", "12.00"), ("−3.10", "-3.10"), ("－7", "-7.00")],
)
def test_amounts_are_read_as_people_write_them(text: str, value: str) -> None:
    assert cent_amount(text.replace("¥ ", "¥")) == Decimal(value)


@pytest.mark.parametrize("text", ["", "十二", "1.234", "NaN", "1e12", "=1+1"])
def test_other_amounts_are_refused(text: str) -> None:
    with pytest.raises(DomainError):
        cent_amount(text)


def test_missing_invoices_alone_may_be_estimated() -> None:
    found = (
        Finding(Check.DISPUTED, 1, ("DZ-1",)),
        Finding(Check.MISSING_INVOICE, 2),
        Finding(Check.BOOKS, 0),
    )
    assert open_count(found) == 3
    assert [one.check for one in holding(found, estimated=True)] == [Check.DISPUTED]
    assert len(holding(found, estimated=False)) == 2
    assert holding(found[1:], estimated=True) == ()
    assert all(one.title and one.advice for one in (Finding(check, 1) for check in Check))


@pytest.mark.parametrize(
    "text", ["1e99999999", "1e-99999999", "1_000", "１e3", "١٢", "NaN", "Infinity", "9" * 4000]
)
def test_what_only_a_program_takes_for_a_number_is_no_amount(text: str) -> None:
    """The first of them ended the import of invoices and bills in a traceback."""
    with pytest.raises(DomainError, match="不是数字") as refusal:
        cent_amount(text)
    assert len(refusal.value.text) < 60


def test_a_number_of_other_digits_is_no_invoice_number() -> None:
    assert codes(replace(DIGITAL, number="٢" * 20)) == ["invoice.number"]
