"""Sheets of a negotiation with cells that came to an error: named, and nothing is taken (T31)."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
import xlsxwriter

from app.cli.negotiate import _codes
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.services.negotiation.lots import SetTerms, set_terms
from app.services.negotiation.queries import items
from app.services.negotiation.terms_sheet import ReadTerms, read_terms
from tests.conftest import FixedClock
from tests.factories import Site
from tests.hostile.surfaces import as_csv
from tests.services.negotiation.helpers import invited
from tests.services.negotiation.test_sheets import filled, put_cell, sheet_of, take


def test_an_error_in_a_quote_is_no_row_left_empty(
    sqlite_site: Site, clock: FixedClock, tmp_path: Path
) -> None:
    """An empty price means that the price of the round before stays."""
    deal = invited(sqlite_site, clock)
    deal.start()
    path = filled(sheet_of(deal, tmp_path), {1: "3.80"})
    put_cell(path, '<c r="K8" t="e"><v>#REF!</v></c>')
    assert [(one.row, one.column) for one in take(deal, path).problems] == [(8, "K")]


def test_an_error_in_a_ceiling_does_not_take_it_away(
    sqlite_site: Site, clock: FixedClock, tmp_path: Path
) -> None:
    deal = invited(sqlite_site, clock)
    way = sqlite_site.as_("lead_buyer")
    set_terms(*way, SetTerms(new_op(), deal.id, (), ((1, Decimal("3.90")),)))
    path = tmp_path / "品规.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ("行号", "统一编码", "标包", "限价"))
        for number, one in enumerate(items(*way, deal.id), 1):
            page.write_row(number, 0, (one.line, one.code, one.lot))
            page.write_formula(number, 3, "=VLOOKUP(A2,X:Y,2,0)", None, "#N/A")
    with pytest.raises(DomainError) as refusal:
        read_terms(*way, ReadTerms(new_op(), deal.id, path))
    assert [one.column for one in refusal.value.problems] == ["D2", "D3", "D4", "D5"]
    assert items(*way, deal.id)[0].ceiling == Decimal("3.90")


def test_a_lot_of_four_thousand_digits_is_named(
    sqlite_site: Site, clock: FixedClock, tmp_path: Path
) -> None:
    deal = invited(sqlite_site, clock)
    way = sqlite_site.as_("lead_buyer")
    first = items(*way, deal.id)[0]
    path = tmp_path / "品规.csv"
    rows = [("行号", "统一编码", "标包"), (str(first.line), first.code, "9" * 4000)]
    path.write_bytes(as_csv(rows))
    with pytest.raises(DomainError) as refusal:
        read_terms(*way, ReadTerms(new_op(), deal.id, path))
    assert [(one.row, one.column) for one in refusal.value.problems] == [(2, "标包")]


def test_a_list_of_codes_loses_no_row(tmp_path: Path) -> None:
    path = tmp_path / "编码.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet()
        page.write_column(0, 0, ("统一编码", "YP-000101"))
        page.write(2, 1, "维生素C片")
        page.write_formula(3, 0, "=NA()", None, "#N/A")
        page.write(3, 1, "阿莫西林胶囊")
        page.write(4, 0, "YP-000102")
    with pytest.raises(DomainError) as refusal:
        _codes(path)
    assert sorted(one.row for one in refusal.value.problems) == [3, 4]
