"""价格表 by keyboard: look, agree, end, import."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from app.adapters.sheets_out import Sheet, write
from app.services.catalogue.index import reindex
from app.ui.actions import Act
from app.ui.context import PageContext
from app.ui.pages.prices.page import PricesPage
from app.ui.widgets.charts import StepChart
from app.ui.widgets.fields import Field
from tests.factories import Site
from tests.ui.conftest import Show

Settle = Callable[[], None]


@pytest.fixture
def page(
    sqlite_site: Site, context_for: Callable[[str], PageContext], show: Show, settle: Settle
) -> PricesPage:
    with sqlite_site.owner.write() as session:
        reindex(session)
    shown = show(PricesPage(context_for("lead_buyer")))
    settle()
    return shown


def column(page: PricesPage, place: int) -> list[str]:
    return [str(page.model.index(row, place).data()) for row in range(page.model.rowCount())]


def choose_first(page: PricesPage) -> None:
    row = page.model.row_at(0)
    assert row is not None
    page.grid.choose(row.key)


def put(field: Field, text: str) -> None:
    assert isinstance(field.editor, QLineEdit)
    field.editor.setText(text)


def test_prices_in_force_stand_by_code(page: PricesPage, settle: Settle) -> None:
    assert column(page, 0) == ["HC-000104", "YP-000101", "YP-000102", "YP-000103", "YP-000105"]
    assert page.subtitle() == "价格表 2 份 · 生效中 5 条"
    page.search.setText("amxl")
    settle()
    assert column(page, 3) == ["3.86"]


def test_a_new_price_follows_the_old_one(page: PricesPage, settle: Settle) -> None:
    page.search.setText("amxl")
    settle()
    choose_first(page)
    settle()
    assert page.panel.isVisible()
    page.panel.follow_button.click()
    page.desk.form.verb.click()
    assert page.desk.form.price.problem.text.startswith("还没填价格。")
    put(page.desk.form.price, "3.50")
    put(page.desk.form.ceiling, "3.40")
    page.desk.form.verb.click()
    settle()
    assert "高于限价" in page.desk.form.problem.text()
    put(page.desk.form.ceiling, "")
    page.desk.form.verb.click()
    settle()
    page.perform(Act.FILTERS)
    settle()
    assert [text for text in column(page, 3) if text in {"3.86", "3.50"}] == ["3.86", "3.50"]
    page.chips["future"].click()
    settle()
    assert column(page, 5) == ["↓ 9.3%"]


def test_a_price_is_ended_with_a_reason(page: PricesPage, settle: Settle) -> None:
    page.search.setText("aldp")
    settle()
    choose_first(page)
    settle()
    page.panel.end_button.click()
    page.desk.close_form.verb.click()
    assert page.desk.close_form.reason.problem.text == "请写明原因，如 厂家停产。"
    put(page.desk.close_form.reason, "厂家停产")
    page.desk.close_form.verb.click()
    settle()
    assert column(page, 8) == ["2026-10-15"]


def test_a_sheet_of_prices_goes_into_a_new_list(
    page: PricesPage, settle: Settle, tmp_path: Path
) -> None:
    path = tmp_path / "价格.csv"
    rows = [("YP-000101", "康泽", "3.60"), ("YP-999999", "康泽", "1")]
    write(path, Sheet("价格", ("统一编码", "供应商", "单价"), rows))
    page.flow.preview(path)
    settle()
    assert page.flow.form.verb.text() == "导入 1 行"
    page.flow.form.verb.click()
    put(page.list_form.name, "第二轮议价")
    page.list_form.verb.click()
    settle()
    assert page.subtitle() == "价格表 3 份 · 生效中 5 条"


def test_a_member_only_looks(context: PageContext, show: Show, settle: Settle) -> None:
    page = show(PricesPage(context))
    settle()
    assert not page.new_button.isVisible()
    assert not page.does(Act.NEW)


def test_a_price_that_never_changed_stands_in_the_middle(qtbot: QtBot) -> None:
    """At the foot it looked like the lowest there ever was, below a field of nothing."""
    chart = StepChart(92)
    qtbot.addWidget(chart)
    chart.show_steps([("2024-08", 32.0, "32.00"), ("2026-09", 32.0, "32.00")])
    assert {round(point.y()) for point in chart._points(QRectF(0, 20, 200, 60))} == {50}
    chart.show_steps([("2024-08", 32.0, "32.00"), ("2026-09", 30.0, "30.00")])
    high, low = (point.y() for point in chart._points(QRectF(0, 20, 200, 60)))
    assert 20 < high < low < 80
