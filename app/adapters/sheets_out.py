"""Writing tables: .xlsx and .csv that open well in Excel and never run as formulas.

A cell that begins with ``=``, ``+``, ``-``, ``@`` can be a command to the program that opens it.
In .xlsx every text is written as text; in .csv such a text gets an apostrophe in front. Long digit
codes are text, so that no digit is lost.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.adapters import local_files
from app.domain.errors import DomainError
from app.i18n import _

if TYPE_CHECKING:
    from xlsxwriter import Workbook

Cell = str | int | Decimal | date | datetime | bool | None
_RISKY: Final = ("=", "+", "-", "@", "\t", "\r")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?%?")
_WIDEST: Final = 42
_NARROWEST: Final = 8
_SAMPLE: Final = 200
_EXACT_INTEGER: Final = 10**15


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet to write: titles, rows, and lines above the titles (who, when, which filter)."""

    name: str
    titles: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    notes: Sequence[str] = ()


def write(path: Path, sheet: Sheet) -> int:
    """Write by the file's ending (.xlsx or .csv); how many rows were written.

    Raises:
        DomainError: Another ending.
        EnvironmentProblem: The file is open elsewhere, or the disk is full.
    """
    return write_book(path, (sheet,))


def write_book(path: Path, sheets: Sequence[Sheet]) -> int:
    """Write several sheets into one .xlsx (a .csv holds the first only); how many rows.

    Raises:
        As `write`.
    """
    kind = path.suffix.lower()
    if kind not in {".xlsx", ".csv"}:
        raise DomainError("file.kind", _("只能导出为 .xlsx 或 .csv。请改文件名的后缀。"))
    with local_files.whole(path) as part:
        return _xlsx(part, sheets) if kind == ".xlsx" else _csv(part, sheets[0])


def csv_text(value: Cell) -> str:
    """A cell of a .csv, harmless to whatever opens it.

    >>> csv_text("=1+1"), csv_text("-12.5"), csv_text(None)
    ("'=1+1", '-12.5', '')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ", "seconds")
    text = str(value)
    risky = text.startswith(_RISKY) and not _NUMBER.fullmatch(text)
    return "'" + text if risky else text


def csv_plain(text: str) -> str:
    """What `csv_text` was given, from what it made.

    >>> csv_plain("'=1+1"), csv_plain("'n Sommer")
    ('=1+1', "'n Sommer")
    """
    return text[1:] if text.startswith("'") and text[1:].startswith(_RISKY) else text


def _csv(path: Path, sheet: Sheet) -> int:
    # The mark makes Excel read the characters as UTF-8. Row by row: a text in memory takes four
    # bytes for each of its signs, and that twice.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        for note in sheet.notes:
            writer.writerow([csv_text(note)])
        writer.writerow([csv_text(title) for title in sheet.titles])
        count = 0
        for row in sheet.rows:
            writer.writerow([csv_text(cell) for cell in row])
            count += 1
    return count


def _xlsx(path: Path, sheets: Sequence[Sheet]) -> int:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    count = sum(_fill(book, sheet) for sheet in sheets)
    book.close()
    return count


def _fill(book: Workbook, sheet: Sheet) -> int:
    page = book.add_worksheet(_sheet_name(sheet.name))
    bold = book.add_format({"bold": True, "bottom": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    top = len(sheet.notes)
    for number, note in enumerate(sheet.notes):
        page.write_string(number, 0, note)
    for column, title in enumerate(sheet.titles):
        page.write_string(top, column, title, bold)
    page.freeze_panes(top + 1, 0)
    widths = [_width(title) for title in sheet.titles]
    count = 0
    for row in sheet.rows:
        count += 1
        for column, value in enumerate(row):
            _put(page, (top + count, column), value, (day, moment))
            if count <= _SAMPLE:
                widths[column] = max(widths[column], _width(csv_text(value)))
    for column, width in enumerate(widths):
        page.set_column(column, column, min(width, _WIDEST))
    return count


def _put(page: object, place: tuple[int, int], value: Cell, formats: tuple[object, object]) -> None:
    import xlsxwriter.worksheet

    assert isinstance(page, xlsxwriter.worksheet.Worksheet)  # noqa: S101 - from add_worksheet
    row, column = place
    if value is None:
        return
    if isinstance(value, bool) or (isinstance(value, int) and abs(value) >= _EXACT_INTEGER):
        page.write_string(row, column, csv_text(value))
    elif isinstance(value, int | Decimal):
        page.write_number(row, column, value)
    elif isinstance(value, datetime):
        page.write_datetime(row, column, value.replace(tzinfo=None), formats[1])
    elif isinstance(value, date):
        page.write_datetime(row, column, datetime.combine(value, datetime.min.time()), formats[0])
    else:
        page.write_string(row, column, value)


def _width(text: str) -> int:
    """Columns that the text needs; Chinese characters take two."""
    return max(_NARROWEST, sum(2 if ord(sign) > 0xFF else 1 for sign in text) + 2)  # noqa: PLR2004 - Latin-1


def _sheet_name(name: str) -> str:
    """A name that Excel allows: at most 31 characters, none of its reserved signs."""
    return re.sub(r"[\[\]:*?/\\]", " ", name).strip("' ")[:31] or "Sheet1"
