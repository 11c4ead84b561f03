"""On arrival the keys belong to the rows or the scan field, never to the empty page behind them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.ui.context import PageContext
from app.ui.page import Page
from app.ui.pages.registry import PAGES, PageSpec
from app.ui.tables.body import Body
from app.ui.widgets.front_stack import FrontStack
from tests.factories import PEOPLE

WITHOUT_ROWS = {"home"}


@pytest.mark.parametrize(
    "spec", [spec for spec in PAGES if spec.name not in WITHOUT_ROWS], ids=lambda spec: spec.name
)
def test_the_keys_go_to_what_the_hints_speak_of(
    spec: PageSpec,
    context_for: Callable[[str], PageContext],
    show: Callable[[Page], Page],
    settle: Callable[[], None],
) -> None:
    context = next(
        one for login in PEOPLE for one in [context_for(login)] if spec.allowed(one.actor)
    )
    page = spec.make(context)
    show(page)
    page.setFocus()
    page.shown()
    settle()

    focus = QApplication.focusWidget()
    assert focus is not None
    assert focus is not page
    assert page.isAncestorOf(focus)
    if isinstance(focus, Body) and focus.model().rowCount():
        assert focus.currentIndex().isValid(), "Enter must open the first row"


def test_a_view_that_comes_to_the_front_has_the_keys_on_its_rows(qtbot: QtBot) -> None:
    """On its first look at a round a supplier had them on the button that withdraws the quote."""
    page, other = QWidget(), QWidget()
    for window in (page, other):
        qtbot.addWidget(window)
    stack = FrontStack(page)
    waiting, quote = QLineEdit(), QWidget()
    column = QVBoxLayout(quote)
    withdraw, rows = QPushButton("撤回报价"), QListWidget()
    for widget in (withdraw, rows):
        column.addWidget(widget)
    quote.setFocusProxy(rows)
    stack.addWidget(waiting)
    stack.addWidget(quote)
    page.show()
    page.setFocus()
    qtbot.waitUntil(waiting.hasFocus)
    stack.setCurrentWidget(quote)
    assert rows.hasFocus()
    withdraw.setFocus()
    stack.setCurrentIndex(0)
    assert waiting.hasFocus()
    stack.setCurrentIndex(1)
    assert rows.hasFocus()
    withdraw.setFocus()
    stack.setCurrentIndex(1)
    assert withdraw.hasFocus(), "the view that is there already stays as it is"

    stack.setCurrentWidget(waiting)
    other.show()
    other.activateWindow()
    qtbot.waitUntil(other.isActiveWindow)
    stack.setCurrentWidget(quote)
    assert page.focusWidget() is rows, "also while another program is in front"
