"""Bids and limits that come as files mean harm (T31, T32): every row is read or named."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter

from app.domain.errors import DomainError
from app.services.awards.files import read_case
from tests.hostile.surfaces import as_csv
from tests.hostile.test_files import SHEET, changed

TITLES = ("品规", "数量", "供应商", "报价", "限价", "供货能力")
BID = ("维生素C片", "100", "甲", "3.86", "4.00", "500")


@pytest.mark.parametrize("number", ["1e99999999", "1e-99999999", "1_000", "١٢", "NaN", "9" * 4000])
@pytest.mark.parametrize("column", [1, 3, 4, 5])
def test_what_only_a_program_takes_for_a_number_is_named(
    tmp_path: Path, number: str, column: int
) -> None:
    """The first of them was unfolded to a hundred million digits."""
    other = (*BID[:2], "乙", *BID[3:])
    path = tmp_path / "报价.csv"
    path.write_bytes(as_csv([TITLES, BID, [*other[:column], number, *other[column + 1 :]]]))
    with pytest.raises(DomainError) as refusal:
        read_case(path)
    problem = refusal.value.problems[0]
    assert problem.row == 3
    assert "不是数字" in problem.text
    assert len(problem.text) < 60


def test_full_width_numbers_are_bids(tmp_path: Path) -> None:
    path = tmp_path / "报价.csv"
    path.write_bytes(as_csv([TITLES, ("维生素C片", "１００", "甲", "３.８６", "4.00", "500")]))
    case, _lots = read_case(path)
    assert [offer.price for offer in case.offers] == [38_600]


@pytest.mark.parametrize("formula", ["#N/A", ""])
def test_a_price_that_came_to_nothing_is_not_no_bid(tmp_path: Path, formula: str) -> None:
    path = tmp_path / "报价.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, TITLES)
        page.write_row(1, 0, BID)
        page.write_row(2, 0, (*BID[:2], "乙"))
        page.write_formula(2, 3, "=NA()", None, formula or 0)
    if not formula:
        gone = (b"<f>NA()</f><v>0</v>", b"<f>NA()</f>")
        changed(path, lambda name, part: part.replace(*gone) if name == SHEET else part)
    with pytest.raises(DomainError) as refusal:
        read_case(path)
    assert [(one.row, one.column) for one in refusal.value.problems] == [(3, "D3")]
