"""报表: a report with its definition and parts, other days, and a file of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.ui.context import PageContext
from app.ui.pages.reports.page import ReportsPage
from tests.factories import Site
from tests.services.test_labels import receive
from tests.ui.conftest import Show

Settle = Callable[[], None]


@pytest.fixture
def page(context: PageContext, sqlite_site: Site, show: Show, settle: Settle) -> ReportsPage:
    receive(sqlite_site)
    made = show(ReportsPage(context))
    settle()
    return made


def test_stock_is_shown_with_light_and_sum(page: ReportsPage) -> None:
    assert page.grid is not None
    assert page.grid.model.index(0, 5).data() == "K260318"
    assert "近效期占比" in page.definition.text()
    assert page.sums.text().startswith("合计 1 行")
    assert "386.00" in page.sums.text()
    assert not page.first.isVisible()


def test_another_report_asks_for_days(page: ReportsPage, settle: Settle) -> None:
    page.choose("receipts")
    settle()
    assert page.first.isVisible()
    page.first.setText("2026-13-01")
    page.refresh()
    assert "看不懂" in page.problem.text()
    page.first.setText("2026-10-01")
    page.refresh()
    settle()
    assert page.problem.isHidden()
    assert page.made is not None
    assert page.made.head.period == "2026-10-01 至 2026-10-14"


def test_a_report_is_saved(page: ReportsPage, settle: Settle, tmp_path: Path) -> None:
    page.save_to(tmp_path / "stock.xlsx")
    settle()
    assert (tmp_path / "stock.xlsx").is_file()
    assert "stock.xlsx" in page.context.notices.kept[0].text
