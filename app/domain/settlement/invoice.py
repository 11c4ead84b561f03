"""What an invoice must say to be registered: code, number, date, and three amounts that agree.

A digital invoice (数电票) has a number of 20 digits and no code; an older one has a code of 10 or
12 digits and a number of 8. Amounts are to the cent; a credit note (红字发票) has negative ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from app.domain.errors import DomainError, Problem
from app.domain.money import MAX_PRICE, typed
from app.i18n import _

_DIGITAL: Final = re.compile(r"[0-9]{20}")
_OLD_NUMBER: Final = re.compile(r"[0-9]{8}")
_OLD_CODE: Final = re.compile(r"[0-9]{10}|[0-9]{12}")
_CENT: Final = Decimal("0.01")
_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """An invoice as it was typed, read or scanned.

    Attributes:
        number: 20 digits of a digital invoice, 8 of an older one.
        code: 10 or 12 digits of an older invoice, empty for a digital one.
        issued_on: 开票日期.
        net: Amount without tax; None where the paper does not state it.
        tax: Tax; None together with `net`.
        total: 价税合计.
        note: Words written on it (备注), such as the statement's number.
    """

    number: str
    code: str
    issued_on: date
    net: Decimal | None
    tax: Decimal | None
    total: Decimal
    note: str = ""


def problems(facts: InvoiceFacts, today: date) -> Iterator[Problem]:
    """Everything that is wrong with it."""
    yield from _of_number(facts)
    if facts.issued_on > today:
        yield Problem(
            "invoice.date",
            _("开票日期 {day} 在今天以后。请核对发票。", day=facts.issued_on),
            column="issued_on",
        )
    yield from _of_amounts(facts)


def check_number(number: str, code: str) -> None:
    """Raise `DomainError` where the number is none of an invoice with this code."""
    if not number:
        raise DomainError(
            "invoice.number", _("还没填发票号码。数电票是 20 位数字，旧版发票是 8 位。")
        )
    facts = InvoiceFacts(number, code, date.min, None, None, Decimal(0))
    for problem in _of_number(facts):
        if problem.column == "number":
            raise DomainError(problem.code, problem.text)


def cent_amount(text: str) -> Decimal:
    """An amount in yuan with at most two places, negative for a credit note.

    Raises:
        DomainError: Not a number, or finer than a cent.
    """
    plain = text.strip().replace(",", "").replace("，", "").removeprefix("¥").removeprefix("￥")
    plain = plain.replace("−", "-").replace("－", "-")
    if not plain:
        raise DomainError("amount.form", _("还没填金额。请填如 1234.50 的数。"))
    value = typed(plain)
    if value is None:
        raise DomainError(
            "amount.form", _("金额 {text} 不是数字。请填如 1234.50 的数。", text=text[:_SHOWN])
        )
    if abs(value) > MAX_PRICE:
        raise DomainError("amount.range", _("金额 {text} 超出范围。请核对发票。", text=text))
    exact = value.quantize(_CENT)
    if exact != value:
        raise DomainError("amount.places", _("金额 {text} 精确到分。请改为两位小数。", text=text))
    return exact


def _of_number(facts: InvoiceFacts) -> Iterator[Problem]:
    if _DIGITAL.fullmatch(facts.number):
        if facts.code:
            text = _("数电票没有发票代码。请把代码留空，或核对发票号码。")
            yield Problem("invoice.code", text, column="code")
        return
    if not _OLD_NUMBER.fullmatch(facts.number):
        text = _(
            "发票号码 {number} 不对：数电票是 20 位数字，旧版发票是 8 位。请核对发票。",
            number=facts.number or "—",
        )
        yield Problem("invoice.number", text, column="number")
    elif not _OLD_CODE.fullmatch(facts.code):
        text = _("8 位号码的发票还要填 10 位或 12 位的发票代码。")
        yield Problem("invoice.code", text, column="code")


def _of_amounts(facts: InvoiceFacts) -> Iterator[Problem]:
    if not facts.total:
        yield Problem("invoice.total", _("价税合计是 0。请核对发票。"), column="total")
    if (facts.net is None) != (facts.tax is None):
        text = _("不含税金额和税额要么都填，要么都不填。")
        yield Problem("invoice.tax", text, column="tax")
    elif facts.net is not None and facts.tax is not None:
        gap = facts.total - facts.net - facts.tax
        if gap:
            text = _(
                "不含税 {net} + 税额 {tax} 与价税合计 {total} 差 {gap}。请核对发票。",
                net=facts.net, tax=facts.tax, total=facts.total, gap=gap,
            )  # fmt: skip
            yield Problem("invoice.sum", text, column="total")
        if facts.net * facts.total < 0 or facts.tax * facts.total < 0:
            text = _("不含税金额、税额和价税合计要同为正数，红字发票同为负数。")
            yield Problem("invoice.sign", text, column="tax")
