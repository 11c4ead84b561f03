"""Records for the provincial platform as CSV: UTF-8 with a mark for Excel, codes in row 1."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from app.adapters import local_files
from app.adapters.sheets_out import csv_plain, csv_text
from app.domain.errors import DomainError
from app.i18n import _

_MARK = "\ufeff"
_MOST_BYTES = 200_000_000
_MOST_ROWS = 500_000
_MOST_CELLS = 20 * _MOST_ROWS


def made(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """The bytes of a file."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([csv_text(cell) for cell in header])
    writer.writerows([csv_text(cell) for cell in row] for row in rows)
    return (_MARK + text.getvalue()).encode()


def read(path: Path) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows of a file; blanks around values are dropped.

    Blank rows stand as empty ones, so that each is known by its place in the file.

    Raises:
        EnvironmentProblem: The file cannot be opened.
        DomainError: It is empty, too large, or no text in UTF-8 or GB18030.
    """
    data = local_files.read(path, _MOST_BYTES)
    if data.count(b",") + data.count(b"\n") > _MOST_CELLS:
        raise DomainError(
            "file.rows", _("{name} 超过 {n} 行。请分成几个文件导入。", name=path.name, n=_MOST_ROWS)
        )
    try:
        lines = [
            tuple(csv_plain(cell.strip()) for cell in row) if any(map(str.strip, row)) else ()
            for row in csv.reader(io.StringIO(_text(data), newline=""), strict=True)
        ]
    except (csv.Error, UnicodeDecodeError):
        raise DomainError(
            "platform.text", _("{file} 不是 CSV 文本（UTF-8 或 GB18030）。", file=path.name)
        ) from None
    while lines and not lines[-1]:
        lines.pop()
    if not lines:
        raise DomainError("platform.empty", _("{file} 是空的。", file=path.name))
    return lines[0], lines[1:]


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")
