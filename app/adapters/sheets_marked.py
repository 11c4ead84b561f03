"""A person's own sheet written back with marks: which row, which cell, what to do about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.adapters import local_files
from app.i18n import _

_WIDE: Final = 60
_USUAL: Final = 14


@dataclass(frozen=True, slots=True)
class Mark:
    """What is said of a row.

    Attributes:
        result: What becomes of the row, in a word.
        why: What is wrong or would change, and what to do.
        cells: 0-based columns that it is about.
        wrong: Whether the row cannot be taken as it is.
    """

    result: str
    why: str
    cells: frozenset[int]
    wrong: bool


def write_marked(
    path: Path, rows: Sequence[Sequence[str]], title_row: int, marks: Mapping[int, Mark]
) -> None:
    """Write the rows as they are, two columns of marks behind them, marked cells in colour.

    Args:
        path: The .xlsx to write.
        rows: The sheet, titles and what is above them included.
        title_row: 0-based row of the titles.
        marks: 0-based row → what is said of it.

    Raises:
        EnvironmentProblem: The file is open elsewhere, or the disk is full.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    width = max((len(row) for row in rows), default=0)
    options = {"strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
    book = xlsxwriter.Workbook(str(path), options)
    page = book.add_worksheet()
    bold = book.add_format({"bold": True, "bottom": 1})
    red = book.add_format({"bg_color": "#F8D7DA"})
    yellow = book.add_format({"bg_color": "#FFF3CD"})
    page.set_column(0, max(width - 1, 0), _USUAL)
    page.set_column(width + 1, width + 1, _WIDE)
    page.freeze_panes(title_row + 1, 0)
    for number, row in enumerate(rows):
        mark = marks.get(number)
        colour = None if mark is None else red if mark.wrong else yellow
        for column, cell in enumerate(row):
            style = bold if number == title_row else None
            if mark is not None and column in mark.cells:
                style = colour
            if cell or style is not None:
                page.write_string(number, column, cell, style)
        if number == title_row:
            page.write_string(number, width, _("导入结果"), bold)
            page.write_string(number, width + 1, _("导入说明"), bold)
        elif mark is not None:
            page.write_string(number, width, mark.result, colour)
            page.write_string(number, width + 1, mark.why, colour if mark.why else None)
    try:
        book.close()
    except FileCreateError as error:
        raise local_files.unwritten(path, error.args[0]) from error
    except OSError as error:
        raise local_files.unwritten(path, error) from error
