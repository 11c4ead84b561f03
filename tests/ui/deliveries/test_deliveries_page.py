"""送货: the supplier announces goods of a signed order in the window."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from PySide6.QtWidgets import QApplication

from app.services.receiving.queries import find_delivery, show_delivery
from app.ui.actions import Act
from app.ui.context import PageContext
from app.ui.pages.deliveries.form import DeliverForm
from app.ui.pages.deliveries.page import DeliveriesPage
from tests.deliveries import AMOXICILLIN, INSULIN, signed_order
from tests.factories import EAST, Site
from tests.ui.conftest import Show

Settle = Callable[[], None]


def open_form() -> DeliverForm:
    shown = [w for w in QApplication.allWidgets() if isinstance(w, DeliverForm) and w.isVisible()]
    assert len(shown) == 1
    return shown[0]


def change(form: DeliverForm, line: int, column: str, value: str) -> bool:
    place = form.model.positions[column]
    return form.model.setData(form.model.index(line - 1, place), value)


def test_a_supplier_sends_part_of_an_order_with_lots(
    context_for: Callable[[str], PageContext], show: Show, settle: Settle, sqlite_site: Site
) -> None:
    signed_order(sqlite_site, {AMOXICILLIN: 100, INSULIN: 10})
    page = show(DeliveriesPage(context_for("kangze_sales")))
    settle()
    assert page.orders.model.rowCount() == 1
    page.perform(Act.NEW)
    settle()
    form = open_form()
    assert change(form, 1, "packs", "60")
    assert not change(form, 1, "packs", "101")
    assert "还待送 100 盒" in form.refusal.text
    assert change(form, 1, "lot", "K260318")
    assert change(form, 1, "expiry", "2028-02")
    assert change(form, 2, "packs", "0")
    form.no.setText("KZ-77")
    form.verb.click()
    settle()
    assert page.notes.model.rowCount() == 1
    row = find_delivery(*sqlite_site.as_("east_store"), "KZ-77", EAST)
    page.sent.search.setText("城东")
    settle()
    found = page.sent.current
    page.sent.search.setText("没有这一张")
    settle()
    assert found is not None
    assert (found.no, page.notes.model.rowCount()) == ("KZ-77", 0)
    assert not page.sent.paper.isVisible()
    page.sent.search.clear()
    page.sent.views[True].click()
    settle()
    assert page.notes.model.rowCount() == 1
    (line,) = show_delivery(*sqlite_site.as_("east_store"), EAST, row.id).lines
    assert (line.qty, line.lot_no, line.expiry) == (1440, "K260318", date(2028, 2, 29))


def test_the_same_number_twice_is_told_in_the_form(
    context_for: Callable[[str], PageContext], show: Show, settle: Settle, sqlite_site: Site
) -> None:
    signed_order(sqlite_site, {AMOXICILLIN: 100, INSULIN: 10})
    page = show(DeliveriesPage(context_for("kangze_sales")))
    settle()
    for packs in ("10", "20"):
        page.perform(Act.NEW)
        settle()
        form = open_form()
        change(form, 1, "packs", packs)
        form.no.setText("KZ-77")
        form.verb.click()
        settle()
    assert "已经录过" in open_form().refusal.text
    assert page.notes.model.rowCount() == 1
