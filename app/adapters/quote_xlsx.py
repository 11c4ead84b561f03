"""A supplier's quote as an Excel sheet: written protected, read back with every doubt kept.

Only price, capacity and note can be typed; the rest is locked. The key of the sheet lies in a
hidden column that a protected sheet does not offer to show. Reading trusts nothing of that: the
caller compares every fixed cell, and formulas are found in the file itself, whatever they show.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

import xlsxwriter

from app.adapters import local_files
from app.adapters.sheets import read_tables
from app.domain.errors import DomainError
from app.i18n import N_, _

COLUMNS: Final = (
    # title, width, typed in by the supplier
    (N_("行号"), 6, False),
    (N_("统一编码"), 14, False),
    (N_("品名"), 26, False),
    (N_("规格"), 24, False),
    (N_("生产企业"), 18, False),
    (N_("单位"), 6, False),
    (N_("约定量"), 12, False),
    (N_("限价"), 10, False),
    (N_("上轮报价"), 10, False),
    (N_("最高可报"), 10, False),
    (N_("本轮报价"), 12, True),
    (N_("最大供应量"), 12, True),
    (N_("备注"), 24, True),
)
FIXED: Final = 10
"""How many columns stand fixed, from the left."""
_KEY_COLUMN: Final = len(COLUMNS)
_HEAD_ROWS: Final = 5
_FORMULA: Final = re.compile(
    rb'<(?:\w+:)?c\b(?=[^<>]*?\br="([A-Z]{1,3})([0-9]{1,7})")[^<>]*+>\s*+<(?:\w+:)?f\b'
)
_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS: Final = "0123456789"
_MAX_SHEET: Final = 64 * 1024 * 1024
_LAST_ROW: Final = 1_048_576


@dataclass(frozen=True, slots=True)
class QuoteHead:
    """What stands above the lines."""

    title: str
    no: str
    round: str
    supplier: str
    deadline: str


@dataclass(frozen=True, slots=True)
class ReturnedRow:
    """One row as it came back: its row in Excel, the fixed cells and the three typed ones."""

    row: int
    fixed: tuple[str, ...]
    price: str
    capacity: str
    note: str


@dataclass(frozen=True, slots=True)
class ReturnedQuote:
    """A sheet as it came back; `formulas` are the addresses of cells that compute something."""

    key: str
    rows: tuple[ReturnedRow, ...]
    formulas: tuple[tuple[int, str], ...]


def write_quote(
    path: Path, head: QuoteHead, key: str, rows: Sequence[tuple[Sequence[str], Sequence[str]]]
) -> None:
    """Write a quote sheet.

    Args:
        path: Where to.
        head: Project, round, supplier, deadline in words.
        key: The hidden key.
        rows: Fixed cells, and what is filled in already (price, capacity, note).
    """
    local_files.write(path, quote_bytes(head, key, rows))


def quote_bytes(
    head: QuoteHead, key: str, rows: Sequence[tuple[Sequence[str], Sequence[str]]]
) -> bytes:
    """The sheet as a file's content; arguments as for `write_quote`."""
    file = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(file, options)
    page = book.add_worksheet(_("报价单"))
    bold = book.add_format({"bold": True})
    title = book.add_format({"bold": True, "bottom": 1, "bg_color": "#EDF2F9"})
    fixed = book.add_format({"locked": True, "num_format": "@"})
    typed = book.add_format({"locked": False, "num_format": "@", "bg_color": "#FFF9E5"})
    for row, text in enumerate(_head_lines(head)):
        page.write_string(row, 0, text, bold if row == 0 else None)
    for column, (name, width, _typed) in enumerate(COLUMNS):
        page.set_column(column, column, width)
        page.write_string(_HEAD_ROWS, column, _(name), title)
    for row, (locked, filled) in enumerate(rows, _HEAD_ROWS + 1):
        for column, text in enumerate(locked):
            page.write_string(row, column, text, fixed)
        for column, text in enumerate(filled, FIXED):
            page.write_string(row, column, text, typed)
    page.freeze_panes(_HEAD_ROWS + 1, 4)
    page.protect("", {"select_locked_cells": True})
    page.write_string(0, _KEY_COLUMN, key, fixed)
    page.set_column(_KEY_COLUMN, _KEY_COLUMN, None, None, {"hidden": True})
    book.close()
    return file.getvalue()


def _head_lines(head: QuoteHead) -> tuple[str, ...]:
    return (
        f"{head.title}  {head.no}",
        _("供应商：{name}    轮次：{round}", name=head.supplier, round=head.round),
        _("截止：{deadline}（以服务器时间为准）", deadline=head.deadline),
        _("只填黄色格：每单位含税价，最多 4 位小数；不报或维持上轮价请留空，放弃请填「放弃」。"),
    )


def read_quote(path: Path) -> ReturnedQuote:
    """Read a sheet that came back.

    Raises:
        DomainError: Not an .xlsx of ours: no key, no title row.
    """
    if path.suffix.lower() != ".xlsx":
        raise DomainError(
            "quote.kind", _("{name} 不是 .xlsx 文件。请用发出的报价单填写。", name=path.name)
        )
    tables = read_tables(path)
    page = tables[0]
    titles = page.rows[_HEAD_ROWS] if len(page.rows) > _HEAD_ROWS else ()
    key = page.rows[0][_KEY_COLUMN] if len(page.rows[0]) > _KEY_COLUMN else ""
    if not key or len([one for one in titles if one]) != len(COLUMNS):
        raise DomainError(
            "quote.form",
            _("{name} 不是本系统发出的报价单，或表头被改过。请重新下载再填。", name=path.name),
        )
    rows = []
    for number, cells in enumerate(page.rows[_HEAD_ROWS + 1 :], _HEAD_ROWS + 2):
        if any(cells):
            full = (*cells, *("",) * len(COLUMNS))
            typed = full[FIXED : len(COLUMNS)]
            rows.append(ReturnedRow(number, tuple(full[:FIXED]), *typed))
    return ReturnedQuote(key, tuple(rows), _formulas(path, page.uncomputed))


def _formulas(path: Path, uncomputed: Sequence[str]) -> tuple[tuple[int, str], ...]:
    """Row and column letters of every cell that holds a formula, in any sheet, or an error."""
    found = {(int(place.lstrip(_LETTERS)), place.rstrip(_DIGITS)) for place in uncomputed}
    with zipfile.ZipFile(path) as archive:
        for entry in archive.infolist():
            if not entry.filename.startswith("xl/worksheets/"):
                continue
            with archive.open(entry) as part:
                content = part.read(_MAX_SHEET)
            for column, row in _FORMULA.findall(content):
                if int(row) <= _LAST_ROW:
                    found.add((int(row), column.decode()))
    return tuple(sorted(found))
