"""Cells that came to an error, or were never computed, are told in every kind of workbook (T31).

Each reader gives them as empty cells: what should stand there would be lost unseen.
"""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
import xlsxwriter

from app.adapters.sheets import Table, read_tables
from app.domain.errors import DomainError
from app.services.importing import catalogue
from app.services.importing.columns import locate
from app.services.importing.plan import Outcome
from app.services.importing.rows import data_rows
from app.services.mapping.rows import FIELDS, read_entries
from tests.factories import Site
from tests.hostile.test_far_cells import (
    CELL,
    new_book,
    old_book,
    old_stream,
    open_document,
    part,
    record,
)
from tests.hostile.test_files import ROW, SHEET, TITLES, changed, workbook

NA = 0x2A


def told(path: Path) -> dict[str, tuple[str, ...]]:
    return {table.name: table.uncomputed for table in read_tables(path)}


def test_of_an_old_workbook(tmp_path: Path) -> None:
    """As a value, and as what a formula came to; a truth value is stored alike."""
    value = record(0x205, struct.pack("<HHHBB", 1, 2, 0, NA, 1))
    truth = record(0x205, struct.pack("<HHHBB", 1, 3, 0, 1, 0))
    result = struct.pack("<BBBBBBH", 2, 0, NA, 0, 0, 0, 0xFFFF)
    formula = record(0x06, struct.pack("<HHH", 2, 26, 0) + result + bytes(8))
    number = record(0x06, struct.pack("<HHHd", 3, 1, 0, 7.0) + bytes(8))
    stream = old_stream((0, 0), (4, 4))
    cells = value + truth + formula + number
    path = old_book(tmp_path / "旧.xls", stream[:-4] + cells + stream[-4:])
    assert told(path) == {"S": ("C2", "AA3")}


def test_of_a_binary_workbook(tmp_path: Path) -> None:
    path = new_book(tmp_path / "新.xlsb", (0, 0), (4, 4))
    row = part(0, struct.pack("<IIHBBBI", 2, 0, 300, 0, 0, 0, 0))
    value = part(3, struct.pack("<IIB", 1, 0, NA))
    formula = part(11, struct.pack("<IIB", 27, 0, NA) + bytes(10))
    end = part(146)
    changed(path, lambda name, content: content.replace(end, row + value + formula + end)
            if name.endswith("sheet1.bin") else content)  # fmt: skip
    assert told(path) == {"S": ("B3", "AB3")}


def test_of_an_open_document(tmp_path: Path) -> None:
    error = (
        '<table:table-cell table:formula="of:=NA()" office:value-type="string"'
        ' office:string-value="" calcext:value-type="error"><text:p>#N/A</text:p>'
        "</table:table-cell>"
    )
    blank = '<table:table-cell table:number-columns-repeated="2"/>'
    rows = (
        f"<table:table-row>{CELL.format(more='', text='品名')}</table:table-row>"
        '<table:table-row table:number-rows-repeated="3"><table:table-cell/></table:table-row>'
        f"<table:table-row>{blank}{error}{CELL.format(more='', text='x')}</table:table-row>"
    )
    assert told(open_document(tmp_path / "开.ods", rows)) == {"S": ("C5",)}


def test_each_sheet_has_its_own(tmp_path: Path) -> None:
    """An error in a hidden sheet of look-ups does not stop the list that it was made from."""
    path = tmp_path / "两张.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page, other = book.add_worksheet("目录 & 价"), book.add_worksheet("查")
        third = book.add_worksheet("藏")
        page.write_row(0, 0, TITLES)
        page.write_row(1, 0, ROW)
        other.write(0, 0, "x")
        other.write_formula(1, 1, "=NA()", None, "#N/A")
        third.write_formula(1, 2, "=NA()", None, "#N/A")
        third.hide()
    assert told(path) == {"目录 & 价": (), "查": ("B2",)}


@pytest.mark.parametrize(
    ("cell", "cells"),
    [
        (b'<x:c r="G2" t="e"><x:v>#N/A</x:v></x:c>', ("G2",)),
        (b"<c r='G2' s='1' t='e'><v>#REF!</v></c>", ("G2",)),
        (b'<c t="e" r="G2"><v>#N/A</v></c>', ("G2",)),
        (b'<x:c r="G2"><x:f>A1</x:f></x:c>', ("G2",)),
        (b'<c r="G2"><f>A1</f><v/></c>', ("G2",)),
        (b'<c r="G2" t="str"><f>IF(A1="","",1)</f><v></v></c>', ()),
        (b'<c r="G2"><f>A1</f><v>3</v></c>', ()),
    ],
)
@pytest.mark.parametrize("before", [0, (4 << 20) - 60, (4 << 20) - 8])
def test_however_it_is_written_and_wherever_it_is_cut(
    tmp_path: Path, cell: bytes, cells: tuple[str, ...], before: int
) -> None:
    """A sheet is looked at in parts of four megabytes; what came to the empty text is computed."""
    path = workbook(tmp_path / "写法.xlsx", TITLES, ROW)

    def put(name: str, content: bytes) -> bytes:
        if name != SHEET:
            return content
        begin = content.index(b"</row></sheetData>")
        blanks = b"<!--" + bytes(n % 26 + 97 for n in range(max(0, before - begin - 7))) + b"-->"
        return content[:begin] + blanks * bool(before) + cell + content[begin:]

    assert told(changed(path, put))["Sheet1"] == cells


def test_rows_of_nothing_else_are_not_lost(sqlite_site: Site, tmp_path: Path) -> None:
    """Between others and at the end, where a reader cuts them off as blank."""
    path = tmp_path / "全错.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, TITLES)
        for row in (1, 3):
            for column in range(len(TITLES)):
                page.write_formula(row, column, "=NA()", None, "#N/A")
        page.write_row(2, 0, ROW)
    plan = catalogue.preview(*sqlite_site.as_("lead_buyer"), path)
    outcomes = {line.row: line.outcome for line in plan.lines}
    assert outcomes == {2: Outcome.REFUSED, 3: Outcome.ADDED, 4: Outcome.REFUSED}


def test_a_far_row_of_nothing_else_is_told_at_once() -> None:
    """A file of a few bytes says how far down it stands."""
    far = 10**12
    table = Table("清单", (("名称", "规格"),), uncomputed=(f"A{far}",))
    located = locate(table, FIELDS)
    (row,) = data_rows(table, located, iter(()))
    assert [(one.row, one.column) for one in row.problems] == [(far, f"A{far}")]


def test_a_list_to_be_matched_loses_no_row(tmp_path: Path) -> None:
    path = tmp_path / "清单.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ("名称", "规格"))
        page.write_row(1, 0, ("维生素C片", "100mg"))
        page.write_formula(2, 0, "=NA()", None, "#N/A")
        page.write(2, 1, "5mg")
    with pytest.raises(DomainError) as refusal:
        list(read_entries(path))
    assert [(one.row, one.column) for one in refusal.value.problems] == [(3, "A3")]
