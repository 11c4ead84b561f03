"""Two sheets that could both be meant: neither is left out without a word (T31)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import xlsxwriter

from app.adapters.sheets import read_tables
from app.domain.errors import DomainError
from app.services.importing.choosing import the_only
from app.services.settlement import invoice_sheets
from tests.factories import Site
from tests.hostile.surfaces import SHEETS

Rows = Sequence[Sequence[str]]
EVERY = {"alignment"}
"""Lists of several sheets are one list there: 西药, 中成药."""
INVOICES: Rows = (
    ("发票号码", "开票日期", "价税合计"),
    ("25332000000012345678", "2026-10-08", "120.00"),
)
OTHERS: Rows = (INVOICES[0], ("25332000000012345679", "2026-10-09", "80.00"))
EXPLAINED: Rows = (("说明",), ("金额含税，单位为元",))


def book(path: Path, sheets: dict[str, Rows]) -> Path:
    with xlsxwriter.Workbook(str(path), {"strings_to_numbers": False}) as made:
        for name, rows in sheets.items():
            page = made.add_worksheet(name)
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return path


@pytest.mark.parametrize("name", sorted(SHEETS.keys() - EVERY))
def test_of_two_sheets_that_fit_none_is_passed_over(
    name: str, sqlite_site: Site, tmp_path: Path
) -> None:
    surface = SHEETS[name]
    titles = tuple(field.title for field in surface.fields)
    rows = (titles, tuple("1" for _title in titles))
    both = book(tmp_path / "两张.xlsx", {"十月": rows, "十一月": rows})
    with pytest.raises(DomainError) as refusal:
        surface.read(sqlite_site, both)
    assert refusal.value.code == "import.sheets"
    assert "「十月」、「十一月」" in refusal.value.text


def test_the_sheet_that_fits_is_read_wherever_it_stands(tmp_path: Path) -> None:
    late = book(tmp_path / "发票.xlsx", {"说明": EXPLAINED, "发票": INVOICES, "空": INVOICES[:1]})
    assert [one.number for one in invoice_sheets.read_invoices(late).invoices] == [INVOICES[1][0]]
    both = book(tmp_path / "两月.xlsx", {"说明": EXPLAINED, "十月": INVOICES, "十一月": OTHERS})
    with pytest.raises(DomainError, match="2 张工作表都像要读的表：「十月」、「十一月」"):
        invoice_sheets.read_invoices(both)


def test_a_list_of_codes_without_titles_stands_on_one_sheet(tmp_path: Path) -> None:
    codes: Rows = (("YP-000101",), ("YP-000102",))
    one = read_tables(book(tmp_path / "一张.xlsx", {"空": (), "品规": codes}))
    assert the_only(one).rows == codes
    with pytest.raises(DomainError, match="「甲」、「乙」"):
        the_only(read_tables(book(tmp_path / "两张.xlsx", {"甲": codes, "乙": codes[1:]})))
