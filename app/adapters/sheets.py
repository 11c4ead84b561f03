"""Reading tables that people bring: .xlsx, .xls, .xlsb, .ods, .csv and .txt, every cell as text.

A file is hostile until proved otherwise: its size, its unpacked size and its rows have limits, and
its characters are decoded strictly (UTF-8, UTF-16 with a mark, GB18030) or not at all. Big5 and the
like are never guessed: the same bytes would be other characters; who knows better says so.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from app.adapters import local_files
from app.adapters.freed_memory import give_back
from app.adapters.sheet_errors import Cells
from app.adapters.sheet_guard import StillWanted, always, refuse_bomb
from app.adapters.sheet_kind import kind_of
from app.adapters.sheet_rows import MAX_ROWS, too_long
from app.domain.errors import DomainError
from app.i18n import _

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

MAX_FILE: Final = 100 * 1024 * 1024
MAX_COLUMNS: Final = 500
MAX_CELL: Final = 4_000
"""Longest cell; a longer one is cut one sign behind, so that a reader can tell and refuse it."""
ENCODINGS: Final = ("utf-8", "gb18030", "big5", "utf-16")
"""What a person may say a text file is in."""
_WORKBOOKS: Final = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})
_TEXTS: Final = frozenset({".csv", ".txt", ".tsv"})
_DELIMITERS: Final = ",\t;|"
_SAMPLE_LINES: Final = 20
_MEGABYTE: Final = 1024 * 1024
_MANY_WORDS: Final = 20_000
_ASKED_EVERY: Final = 5_000
"""Rows after which it is asked whether the file is still wanted: some hundredths of a second."""
_MERGED_ROWS: Final = 4 * MAX_ROWS
_REPLACED: Final = "\ufffd"
Ranges = Sequence[tuple[tuple[int, int], tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Table:
    """One sheet: its name and its rows, every cell as stripped text.

    Attributes:
        encoding: How the text was decoded; empty for workbooks.
        uncomputed: Cells with a formula that has no result or came to an error, such as ``B5``.
    """

    name: str
    rows: tuple[tuple[str, ...], ...]
    encoding: str = ""
    uncomputed: tuple[str, ...] = ()


def read_tables(
    path: Path, encoding: str = "", still_wanted: StillWanted = always
) -> tuple[Table, ...]:
    """All sheets of a file that hold anything; hidden ones only where there is no other.

    Args:
        path: The file.
        encoding: What a text file is in (`ENCODINGS`); empty finds out.
        still_wanted: Called now and then; raises to stop.

    Raises:
        DomainError: Not there, empty, too large, of another kind (whatever its name says), damaged,
            or of unknown characters.
        EnvironmentProblem: The disk did not give it.
    """
    kind = path.suffix.lower()
    if kind not in _WORKBOOKS | _TEXTS:
        raise DomainError(
            "file.kind",
            _("{name} 不是能读的表格。请用 .xlsx、.xls 或 .csv 文件。", name=path.name),
        )
    content = local_files.read(path, MAX_FILE)
    if kind_of(content, path.name, "text" if kind in _TEXTS else "workbook") == "text":
        return (_read_text(path, content, encoding, still_wanted),)
    uncomputed = refuse_bomb(path, content, still_wanted)
    tables = _read_workbook(path, content, uncomputed, still_wanted)
    if len(content) > _MEGABYTE:
        give_back()  # the reader had every cell twice
    return tables


def decode(content: bytes, name: str = "") -> tuple[str, str]:
    """The text of a file and the encoding that it is in; `DomainError` when none fits."""
    for mark, encoding in (
        (b"\xef\xbb\xbf", "utf-8-sig"),
        (b"\xff\xfe", "utf-16"),
        (b"\xfe\xff", "utf-16"),
    ):
        if content.startswith(mark):
            return _strictly(content, (encoding,), name)
    return _strictly(content, ("utf-8", "gb18030"), name)


def cell_text(value: object) -> str:
    """A cell as text: whole numbers without a point, days in ISO form, blanks stripped.

    >>> cell_text(24.0), cell_text(3.86), cell_text(date(2028, 2, 29)), cell_text(None)
    ('24', '3.86', '2028-02-29', '')
    """
    if value is None or isinstance(value, str):
        return (value or "").strip()[: MAX_CELL + 1]
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)), "f")
    if isinstance(value, datetime) and value.time() != time():
        return value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()[: len("2026-10-14")]
    return str(value).strip()[: MAX_CELL + 1]


def _read_workbook(
    path: Path, content: bytes, uncomputed: Cells, still_wanted: StillWanted
) -> tuple[Table, ...]:
    from python_calamine import CalamineError, PasswordError

    try:
        filled = _sheets(path, content, uncomputed, still_wanted)
    except PasswordError:
        raise DomainError(
            "file.password", _("{name} 设了密码。请取消密码后再导入。", name=path.name)
        ) from None
    except (CalamineError, ValueError, KeyError, zipfile.BadZipFile):
        raise _damaged(path) from None
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # the reader's own, which has no import
            raise _damaged(path) from None
        raise
    if not filled:
        raise _empty(path)
    return filled


def _sheets(
    path: Path, content: bytes, uncomputed: Cells, still_wanted: StillWanted
) -> tuple[Table, ...]:
    """The sheets that hold anything; hidden ones only where there is no other."""
    from python_calamine import CalamineWorkbook, SheetVisibleEnum

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    seen = [one.name for one in book.sheets_metadata if one.visible == SheetVisibleEnum.Visible]
    unknown = uncomputed.keys() - set(book.sheet_names)
    anywhere = tuple(cell for name in sorted(unknown) for cell in uncomputed[name])
    tables, rows = [], 0
    for name in book.sheet_names:
        if name in seen or not seen:
            still_wanted()
            found = _sheet_rows(path, book.get_sheet_by_name(name), still_wanted)
            tables.append(Table(name, found, "", uncomputed.get(name, ()) + anywhere))
            rows += len(found)
            if rows > MAX_ROWS:
                raise too_long(path)
    return tuple(table for table in tables if table.rows)


def _sheet_rows(
    path: Path, sheet: CalamineSheet, still_wanted: StillWanted
) -> tuple[tuple[str, ...], ...]:
    """The rows as they are seen: a merged area says its text in each of its cells."""
    rows = _limited(path, sheet.iter_rows(), still_wanted)
    merged = _areas(sheet)
    return _filled(rows, merged) if merged else rows


def _areas(sheet: CalamineSheet) -> Ranges:
    try:
        return sheet.merged_cell_ranges or ()
    except (ValueError, KeyError):
        return ()


def _filled(rows: tuple[tuple[str, ...], ...], merged: Ranges) -> tuple[tuple[str, ...], ...]:
    """Merged areas that go down over rows, or are part of the titles, filled with their text."""
    lists: dict[int, list[str]] = {}
    left_over = _MERGED_ROWS
    for (top, left), (bottom, right) in merged:
        if top >= len(rows) or left >= len(rows[top]) or not rows[top][left]:
            continue
        text = rows[top][left]
        left_over -= min(bottom + 1, len(rows)) - top
        if left_over < 0:
            break  # areas that lie over each other, which no program of tables makes
        for row in range(top, min(bottom + 1, len(rows))):
            cells = lists.setdefault(row, list(rows[row]))
            for column in range(left, min(right + 1, len(cells))):
                cells[column] = cells[column] or text
    return tuple(tuple(lists.get(number, row)) for number, row in enumerate(rows))


def _read_text(path: Path, content: bytes, stated: str, still_wanted: StillWanted) -> Table:
    if stated:
        text, encoding = _strictly(
            content, (stated if stated in ENCODINGS else "utf-8",), path.name
        )
    else:
        text, encoding = decode(content, path.name)
    if "\0" in text:
        raise _broken_text(path, text.count("\n", 0, text.index("\0")) + 1)
    if _REPLACED in text:
        raise DomainError(
            "file.replaced",
            _(
                "{name} 里有已经丢失的字（�），导入会把错字存进目录。请从原系统重新导出。",
                name=path.name,
            ),
        )
    reader = csv.reader(_lines(text), delimiter=_delimiter(text), strict=False)
    try:
        rows = _limited(path, reader, still_wanted)
    except csv.Error:
        raise _broken_text(path, reader.line_num) from None
    if rows and "\n" in rows[-1][-1] and not text.rstrip().endswith('"'):
        # a quote that nothing closes has swallowed the rest of the file
        raise _broken_text(path, reader.line_num - rows[-1][-1].count("\n"))
    if not rows:
        raise _empty(path)
    return Table(path.stem, rows, encoding)


def _lines(text: str) -> Iterable[str]:
    """The lines with their ends; a file in memory would hold the text again, four bytes a sign."""
    if text.count("\r") != text.count("\r\n"):
        yield from io.StringIO(text, newline="")  # a line may end in \r alone
        return
    start = 0
    while end := text.find("\n", start) + 1:
        yield text[start:end]
        start = end
    if start < len(text):
        yield text[start:]


def _limited(
    path: Path, rows: Iterable[Sequence[object]], still_wanted: StillWanted
) -> tuple[tuple[str, ...], ...]:
    """Rows as text, blank ones at the end cut off; equal words are one word in memory."""
    kept: list[tuple[str, ...]] = []
    words = _Words()
    filled = 0
    for row in rows:
        if len(kept) >= MAX_ROWS:
            raise too_long(path)
        if not len(kept) % _ASKED_EVERY:
            still_wanted()
        if len(row) > MAX_COLUMNS and any(row[MAX_COLUMNS:]):
            raise DomainError(
                "file.columns",
                _(
                    "{name} 第 {row} 行超过 {n} 列。请只留要导入的列，其余删掉再导入。",
                    name=path.name, row=len(kept) + 1, n=MAX_COLUMNS,
                ),
            )  # fmt: skip
        cells = tuple(
            [
                words[value] if value.__class__ is str else cell_text(value)
                for value in (row if len(row) <= MAX_COLUMNS else row[:MAX_COLUMNS])
            ]
        )
        kept.append(cells)
        if any(cells):
            filled = len(kept)
    return tuple(kept[:filled])


class _Words(dict[object, str]):
    """Text cells → what is kept of them; words that come again are one in memory."""

    def __missing__(self, cell: object) -> str:
        """The text of a cell that was not seen lately."""
        if len(self) > _MANY_WORDS:
            self.clear()
        text = self[cell] = cell_text(cell)
        return text


def _delimiter(text: str) -> str:
    """The sign that cuts the first lines into the most equal number of cells."""
    lines = [line for line in text.splitlines()[:_SAMPLE_LINES] if line.strip()]
    return max(_DELIMITERS, key=lambda sign: sum(line.count(sign) > 0 for line in lines))


def _strictly(content: bytes, encodings: Sequence[str], name: str) -> tuple[str, str]:
    for encoding in encodings:
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise DomainError(
        "file.encoding",
        _(
            "{name} 的文字编码认不出来。请在 Excel 里另存为「CSV UTF-8」或 .xlsx 再导入。",
            name=name,
        ),
    )


def _broken_text(path: Path, row: int) -> DomainError:
    return DomainError(
        "file.broken",
        _(
            "{name} 第 {row} 行读不下去：引号没有成对，或有不该有的字符、过长的一格。"
            "请改好这一行，或从原系统重新导出。",
            name=path.name,
            row=row,
        ),
    )


def _damaged(path: Path) -> DomainError:
    return DomainError(
        "file.damaged",
        _(
            "{name} 打不开：不是 Excel 工作簿，或者没下载完、已损坏。请从原系统重新导出再导入。",
            name=path.name,
        ),
    )


def _empty(path: Path) -> DomainError:
    return DomainError("file.empty", _("{name} 里没有内容。请核对是不是这个文件。", name=path.name))
