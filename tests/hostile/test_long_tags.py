"""Tags that never end do not hold the reader: the work grows with the file, not with its square.

A few kilobytes of such a sheet unpack to megabytes, and held an import for hours.
"""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import pytest

from app.adapters.quote_xlsx import read_quote
from app.adapters.sheets import read_tables
from app.domain.errors import DomainError
from tests.hostile.test_far_cells import open_document
from tests.hostile.test_files import ROW, SHEET, TITLES, changed, workbook

SHARED = "xl/sharedStrings.xml"
BOOK = "xl/workbook.xml"
SECONDS = 4.0
"""Of the processor; a tenth of a second is usual, and ten and more were needed."""
UNENDING = {
    "cells": (SHEET, b'<c t="e"><f/>' + b"<c " * 40_000),
    "signs of an error": (SHEET, b"<f><c" + b' t="e"' * 30_000),
    "blanks after a formula": (SHEET, b'<c t="n"><f/>' + b" " * 150_000),
    "cells that reach far": (SHEET, b'<c r="XFD1048576"/>' + b"<c " * 40_000),
    "sheets of a book": (BOOK, b"<sheet " * 30_000),
    "an attribute of a sheet": (BOOK, b"<sheet " + b"a" * 50_000 + b">"),
}


def seconds(path: Path) -> float:
    """That it takes to be read, or refused."""
    begun = time.process_time()
    for read in (read_tables, read_quote):
        if read is read_tables or path.suffix == ".xlsx":
            with suppress(DomainError):
                read(path)
    return time.process_time() - begun


@pytest.mark.parametrize("what", UNENDING)
def test_of_a_workbook(tmp_path: Path, what: str) -> None:
    where, tags = UNENDING[what]
    path = workbook(tmp_path / "长.xlsx", TITLES, ROW)
    changed(path, lambda name, content: tags if name == where else content)
    assert seconds(path) < SECONDS


def test_of_shared_texts(tmp_path: Path) -> None:
    """Looked at only where the texts would be much together."""
    path = workbook(tmp_path / "共享.xlsx", TITLES, ROW)
    parts = {
        SHEET: b"<c" + b' t="s"' * 100_000,
        SHARED: b"<sst><si>" + b"x" * 9_000 + b"</si></sst>",
    }
    assert seconds(changed(path, parts.get)) < SECONDS


@pytest.mark.parametrize("repeats", ["", ' table:number-rows-repeated="2"'])
def test_of_an_open_document(tmp_path: Path, repeats: str) -> None:
    error = f'<table:table-cell{repeats} calcext:value-type="error"/>'
    path = open_document(tmp_path / "长.ods", error + "<table:table-row " * 8_000)
    assert seconds(path) < SECONDS
