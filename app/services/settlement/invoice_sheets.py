"""Invoices read from a sheet: the list that a tax platform or a supplier gives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.adapters.sheets import read_tables
from app.domain.errors import DomainError, Problem
from app.domain.settlement.invoice import InvoiceFacts, cent_amount
from app.i18n import N_, _
from app.services.importing.choosing import the_sheet
from app.services.importing.columns import Field
from app.services.importing.rows import SheetRow, data_rows

_FIELDS: Final = (
    Field("number", N_("发票号码"), ("数电票号码", "数电发票号码", "号码"), needed=True),
    Field("code", N_("发票代码"), ("代码",)),
    Field("day", N_("开票日期"), ("开具日期", "日期"), needed=True),
    Field("net", N_("不含税金额"), ("金额", "合计金额", "不含税合计")),
    Field("tax", N_("税额"), ("合计税额",)),
    Field("total", N_("价税合计"), ("含税金额", "总金额"), needed=True),
    Field("note", N_("备注"), ("对账单号", "说明")),
)


@dataclass(frozen=True, slots=True)
class InvoiceSheet:
    """What a sheet says; nothing is written."""

    invoices: tuple[InvoiceFacts, ...]
    problems: tuple[Problem, ...]


def read_invoices(path: Path) -> InvoiceSheet:
    """Read the sheet; rows that cannot be read are named with row and column.

    Raises:
        DomainError: Not a table, or without number, date and total.
    """
    table, located = the_sheet(read_tables(path), _FIELDS)
    found: list[InvoiceFacts] = []
    problems: list[Problem] = []
    for row in data_rows(table, located):
        facts = _facts(row)
        if facts is not None:
            found.append(facts)
        problems += row.problems
    if not found and not problems:
        raise DomainError("invoice.none", _("表里没有发票。请核对文件。"))
    return InvoiceSheet(tuple(found), tuple(problems))


def _facts(row: SheetRow) -> InvoiceFacts | None:
    day = row.day("day")
    if day is None and not row.problems:
        row.wrong("day", "invoice.date", _("这一行没有开票日期。请补上。"))
    amounts = {}
    for key in ("net", "tax", "total"):
        text = row.text(key)
        if not text and key != "total":
            continue
        try:
            amounts[key] = cent_amount(text)
        except DomainError as error:
            row.wrong(key, error.code, error.text)
    if row.problems or day is None:
        return None
    return InvoiceFacts(
        row.text("number").replace(" ", ""), row.text("code").replace(" ", ""), day,
        amounts.get("net"), amounts.get("tax"), amounts["total"], row.text("note"),
    )  # fmt: skip
