"""节约分析 in the window: figures, and the way from a month to its documents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from app.ui.context import PageContext
from app.ui.pages.savings.example_form import ExampleForm
from app.ui.pages.savings.page import SavingsPage
from app.ui.tables.cells import plain
from tests.factories import LEAD, TODAY, Site
from tests.order_needs import AMOXICILLIN
from tests.services.test_savings import accept, agree
from tests.ui.conftest import Show

Settle = Callable[[], None]


@pytest.fixture
def page(
    context_for: Callable[[str], PageContext], sqlite_site: Site, show: Show, settle: Settle
) -> SavingsPage:
    price = agree(sqlite_site, AMOXICILLIN, "4.86").unit_price
    accept(sqlite_site, LEAD, AMOXICILLIN, 100, TODAY, price)
    accept(sqlite_site, LEAD, AMOXICILLIN, 20, TODAY - timedelta(days=40), price)
    made = show(SavingsPage(context_for("lead_buyer")))
    settle()
    return made


def names(page: SavingsPage) -> list[str]:
    model = page.grid.model
    return [str(model.index(row, 0).data()) for row in range(model.rowCount())]


def test_the_figures_stand_with_their_sum(page: SavingsPage) -> None:
    assert page.report is not None
    assert page.report.total.saving == 120
    assert page.counts() == "120.00 元 = 583.20 − 463.20"
    assert page.year.number.text() == "0"
    assert names(page) == ["2026-09", "2026-10"]


def test_from_a_month_to_its_documents(page: SavingsPage, settle: Settle) -> None:
    for _step in range(3):
        row = page.grid.model.rows[0]  # type: ignore[attr-defined]  # a ListModel
        page._down(row)
        settle()
    assert page.report is not None
    assert [line.org_id for line in page.report.lines] == [LEAD]
    assert page.report.total.saving == 20
    for _step in range(3):
        page._up()
        settle()
    assert page.report.total.saving == 120


def test_another_base_is_asked_for_at_once(page: SavingsPage, settle: Settle) -> None:
    page.basis.setCurrentIndex(1)  # the platform's price, of which there is none
    settle()
    assert page.report is not None
    assert (page.report.total.lines, page.report.total.without) == (0, 2)
    assert "没有基准价" in page.words.text()


def test_the_worked_example_agrees(page: SavingsPage) -> None:
    form = ExampleForm(page)
    found = [plain(row.cells[3]) for row in form.grid.model.rows]  # type: ignore[attr-defined]  # a ListModel
    assert found == ["相符"] * 8
