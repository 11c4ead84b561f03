"""More rows than a file may have (T29): told before a reader has them all, and cancelled at once.

The sheets here break off behind their last row: the reader itself could only call them damaged.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
import xlsxwriter

from app.adapters.sheet_rows import MAX_ROWS
from app.adapters.sheets import read_tables
from app.services.consumption import dispense, reagent_tests
from app.services.importing import catalogue, demand, prices
from app.services.importing.plan import Report
from app.services.mapping import load
from tests.factories import EAST, Site
from tests.hostile.test_files import ROW, SHEET, TITLES, changed, csv, refused, workbook

LAST = b'<row r="%d"><c r="A%d"%s><v>1</v></c><c r="ZZ%d" s="1"/></row></she'
SECOND = SHEET.replace("sheet1", "sheet2")


class EnoughError(Exception):
    """The person does not want it any more."""


def put(path: Path, part: str, old: bytes, new: bytes) -> Path:
    """The workbook with something else in one of its parts."""
    return changed(path, lambda name, text: text.replace(old, new) if name == part else text)


def broken_off(path: Path, row: int, part: str = SHEET, more: bytes = b"") -> Path:
    """The workbook with a last row, behind which one of its sheets ends in the middle of a tag."""
    tail = LAST % (row, row, more, row)
    put(path, part, b"</sheetData>", tail)
    return changed(path, lambda name, text: (
        text.partition(tail)[0] + tail if name == part else text
    ))  # fmt: skip


@pytest.mark.parametrize("more", [b"", b' t="n"', b' t="str"'])
def test_a_sheet_of_too_many_rows_is_not_read(tmp_path: Path, more: bytes) -> None:
    """A million rows would be half a minute and 900 MB, only to be refused."""
    path = workbook(tmp_path / "长.xlsx", TITLES, ROW)
    found = refused(broken_off(path, MAX_ROWS + 1, more=more))
    assert found.code == "file.rows"
    assert f"{MAX_ROWS} 行" in found.text


def test_a_sheet_of_just_as_many_rows_goes_on_to_the_reader(tmp_path: Path) -> None:
    path = workbook(tmp_path / "长.xlsx", TITLES, ROW)
    assert refused(broken_off(path, MAX_ROWS)).code == "file.damaged"


def test_rows_that_only_have_a_colour_do_not_count(tmp_path: Path) -> None:
    """Whole columns are coloured down to the last row of the sheet, as people do."""
    path = workbook(tmp_path / "长.xlsx", TITLES, ROW)
    coloured = b'<row r="%d"><c r="A%d" s="1"/></row></sheetData>' % (1_048_576, 1_048_576)
    put(path, SHEET, b"</sheetData>", coloured)
    assert read_tables(path)[0].rows[1][0] == ROW[0]


@pytest.mark.parametrize("other_is_seen", [True, False])
def test_a_long_hidden_sheet_matters_only_where_it_would_be_read(
    tmp_path: Path, *, other_is_seen: bool
) -> None:
    path = tmp_path / "长.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        seen, hidden = book.add_worksheet("单子"), book.add_worksheet("底稿")
        for sheet in (seen, hidden):
            sheet.write_row(0, 0, TITLES)
            sheet.write_row(1, 0, ROW)
        hidden.hide()
    if not other_is_seen:
        put(path, "xl/workbook.xml", b'sheetId="1"', b'sheetId="1" state="hidden"')
    broken_off(path, MAX_ROWS + 1, SECOND)
    if other_is_seen:
        assert [table.name for table in read_tables(path)] == ["单子"]
    else:
        assert refused(path).code == "file.rows"


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_reading_asks_again_and_again_whether_it_is_still_wanted(tmp_path: Path, kind: str) -> None:
    rows = [ROW] * 12_000
    path = csv(tmp_path, TITLES, *rows) if kind == "csv" else workbook(
        tmp_path / "目录.xlsx", TITLES, *rows)  # fmt: skip
    asked: list[None] = []
    assert len(read_tables(path, still_wanted=lambda: asked.append(None))[0].rows) == len(rows) + 1
    assert len(asked) >= 3  # at the beginning, and twice on the way
    for times in range(len(asked)):
        with pytest.raises(EnoughError):
            read_tables(path, still_wanted=enough_after(times))


def enough_after(times: int) -> Callable[[], None]:
    """Goes on so many times, and no further."""
    left = iter(range(times))

    def ask() -> None:
        if next(left, None) is None:
            raise EnoughError

    return ask


IMPORTS: Final[dict[str, Callable[[Site, Path, Report], object]]] = {
    "catalogue": lambda site, path, report: catalogue.preview(
        *site.as_("lead_buyer"), path, report=report),
    "prices": lambda site, path, report: prices.preview(
        *site.as_("lead_buyer"), prices.PriceImport(path), report),
    "demand": lambda site, path, report: demand.preview(
        *site.as_("east_store"), demand.DemandImport(path, EAST), report),
    "dispensing": lambda site, path, report: dispense.preview(
        *site.as_("east_store"), dispense.DispenseImport(path, EAST), report),
    "own list": lambda site, path, report: load.preview(
        *site.as_("east_store"), load.LoadList(path, EAST), report),
    "analyser": lambda site, path, report: reagent_tests.preview(
        *site.as_("east_store"), EAST, path, report=report),
}  # fmt: skip


@pytest.mark.parametrize("what", IMPORTS)
def test_an_import_is_cancelled_while_its_file_is_read(
    sqlite_site: Site, tmp_path: Path, what: str
) -> None:
    """No title of the file is known: it can only have ended before they were looked at."""
    path = csv(tmp_path, ("甲", "乙"), ("1", "2"))

    def report(_done: int, _total: int) -> None:
        raise EnoughError

    with pytest.raises(EnoughError):
        IMPORTS[what](sqlite_site, path, report)
