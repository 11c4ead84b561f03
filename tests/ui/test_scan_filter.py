"""Scans and typing are told apart, whatever has the focus."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.ui.scans import ScanRouter
from app.ui.widgets import dialogs
from app.ui.widgets.fields import CodeEdit
from app.ui.widgets.numbers import QtyEdit
from app.ui.widgets.scan_filter import ScanFilter
from tests.ui.keys import key, press

GS1 = "010690123450001117281231" + "10K260318\x1d" + "211234567"


Form = tuple[QWidget, QLineEdit, ScanFilter, list[str]]


@pytest.fixture
def form(qtbot: QtBot) -> Form:
    widget = QWidget()
    edit = QLineEdit(widget)
    column = QVBoxLayout(widget)
    column.addWidget(edit)
    qtbot.addWidget(widget)
    with qtbot.waitExposed(widget):
        widget.show()
    edit.setFocus()
    scans: list[str] = []
    scanner = ScanFilter(widget, 2_000)
    scanner.scanned.connect(scans.append)
    scanner.watch(widget.windowHandle())
    return widget, edit, scanner, scans


def test_a_scan_is_taken_whole_with_gs_and_leaves_the_field_untouched(
    form: Form, qtbot: QtBot
) -> None:
    widget, edit, _scanner, scans = form
    press(widget, GS1)
    key(widget, Qt.Key.Key_Return)
    assert scans == [GS1]
    assert edit.text() == ""


def test_ten_scans_in_a_row_stay_ten(form: Form) -> None:
    widget, edit, _scanner, scans = form
    for number in range(10):
        press(widget, f"81345678901234567{number:03}")
        key(widget, Qt.Key.Key_Tab)
    assert scans == [f"81345678901234567{number:03}" for number in range(10)]
    assert edit.text() == ""


def shows(edit: QLineEdit, length: int) -> bool:
    return len(edit.text()) == length


def test_slow_keys_reach_the_field_as_typed(form: Form, qtbot: QtBot) -> None:
    widget, edit, scanner, scans = form
    scanner.set_gap(5)
    for number, character in enumerate("amxl", start=1):
        press(widget, character)
        qtbot.waitUntil(partial(shows, edit, number))
    qtbot.waitUntil(lambda: edit.text() == "amxl")
    assert scans == []


def test_a_short_fast_run_with_enter_is_typing(form: Form, qtbot: QtBot) -> None:
    widget, edit, _scanner, scans = form
    pressed: list[int] = []
    edit.returnPressed.connect(lambda: pressed.append(1))
    press(widget, "12")
    key(widget, Qt.Key.Key_Return)
    assert (edit.text(), scans, pressed) == ("12", [], [1])


def test_keys_of_people_end_a_run(form: Form, qtbot: QtBot) -> None:
    widget, edit, _scanner, scans = form
    press(widget, "123456")
    key(widget, Qt.Key.Key_Backspace)
    assert (edit.text(), scans) == ("12345", [])


def test_a_dialog_takes_scans_where_it_asks_for_them_and_never_as_a_figure(form: Form) -> None:
    widget, _edit, scanner, _scans = form
    router, unwanted = ScanRouter(widget), list[str]()
    scanner.scanned.connect(router.route)
    router.unwanted.connect(unwanted.append)
    dialog = dialogs.Form("退回", "退回", widget)
    lot, quantity, day = CodeEdit(scans=True), QtyEdit(), CodeEdit("2026-10-14")
    for field in (lot, quantity, day):
        dialog.body.addWidget(field)
    dialog.open()
    for focus in (lot, quantity, day):
        focus.setFocus()
        lot.setText("before")
        router.route(GS1)
        assert (lot.text(), quantity.value, day.text()) == (GS1, 0, "2026-10-14")
    assert dialog.isVisible()
    assert unwanted == []

    lot.scans = False
    router.route(GS1)
    assert unwanted == [GS1]
    dialog.reject()
