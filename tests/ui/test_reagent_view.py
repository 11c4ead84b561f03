"""试剂 in the window: a kit opened twice or by mistake, and what the form knows by itself."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.domain.consumption.reagents import Mode, Rule
from app.services.consumption.reagent_listing import kits
from app.ui.actions import Act
from app.ui.context import PageContext
from app.ui.pages.consumption.page import ConsumptionPage
from app.ui.pages.consumption.reagent_forms import DefineForm
from tests.factories import EAST, Site
from tests.services.consumption.test_reagents import REAGENT, shelf
from tests.ui.conftest import Show

Settle = Callable[[], None]


@pytest.fixture
def page(context: PageContext, show: Show, settle: Settle) -> ConsumptionPage:
    """The page of the storekeeper."""
    made = show(ConsumptionPage(context))
    settle()
    return made


def test_a_kit_opened_by_mistake_goes_back_by_a_key(
    page: ConsumptionPage, sqlite_site: Site, settle: Settle
) -> None:
    shelf(sqlite_site, Rule(Mode.KIT, 24))
    page.arrive(view="reagent")
    settle()
    view = page.reagents
    page.perform(Act.UNDO)
    assert view.bar.recent.shown[0][1].text == "先选要撤销的一盒"
    view.scan("YP-000101")
    settle()
    view.scan("YP-000101")
    settle()
    assert view.bar.recent.shown[0][1].text == "这个码刚扫过，只开了一盒"
    assert view.grid.model.rowCount() == 1
    page.perform(Act.UNDO)
    reason = view.kits.reason
    assert reason is not None
    reason.reason.setPlainText("扫错了")
    reason.verb.click()
    settle()
    assert view.bar.recent.shown[0][1].text == "已撤销开盒"
    (kit,) = kits(*sqlite_site.as_("east_store"), (EAST,))
    assert kit.state == "reversed"


def test_a_new_reagent_takes_its_tests_from_the_catalogue(
    page: ConsumptionPage, sqlite_site: Site, settle: Settle
) -> None:
    shelf(sqlite_site, Rule(Mode.KIT, 24))
    page.arrive(view="reagent")
    settle()
    page.reagents.define_button.click()
    form = page.reagents.form
    assert isinstance(form, DefineForm)
    form.item.picker.take_scan("YP-000101")
    settle()
    assert (form.tests.value, form.item.item_id) == (24, REAGENT)
    assert form.item.picker.cursorPosition() == 0
    QTest.keyClicks(form.tests.edit, "-5x")
    assert form.tests.edit.text() == "245"
    form.item.picker.selectAll()
    QTest.keyClick(form.item.picker, Qt.Key.Key_Delete)
    form.verb.click()
    assert "还没选品规" in form.item.problem.text
    form.reject()
