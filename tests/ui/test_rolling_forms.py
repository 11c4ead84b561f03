"""A form that is higher or wider than the screen keeps its buttons in reach."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot
from typing_extensions import override

from app.ui.widgets.dialogs import Form
from app.ui.widgets.fields import Field, Select

FIELDS = 24


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.resize(800, 600)
    with qtbot.waitExposed(widget):
        widget.show()
    widget.activateWindow()
    return widget


class Long(Form):
    """Many fields; what is said of the last one lies far below."""

    def __init__(self, host: QWidget, count: int = FIELDS) -> None:
        super().__init__("机构资料", "保存", host)
        self.fields = [Field(f"第 {n} 格", QLineEdit()) for n in range(count)]
        for field in self.fields:
            self.body.addWidget(field)

    @override
    def submit(self) -> None:
        self.fields[-1].say("还没填。请填写。")


def opened(form: Form, qtbot: QtBot) -> Form:
    with qtbot.waitExposed(form):
        form.open()
    form.activateWindow()
    qtbot.waitUntil(form.isActiveWindow)
    return form


def place(widget: QWidget, form: Form) -> QRect:
    return QRect(widget.mapTo(form, QPoint(0, 0)), widget.size())


def in_sight(widget: QWidget, form: Form) -> bool:
    seen = widget.visibleRegion().boundingRect()
    return seen == widget.rect() and form.rect().contains(place(widget, form))


def test_a_form_higher_than_the_screen_keeps_its_buttons(host: QWidget, qtbot: QtBot) -> None:
    form = opened(Long(host), qtbot)
    room = QGuiApplication.primaryScreen().availableGeometry()
    assert form.height() <= room.height()
    assert in_sight(form.verb, form)
    assert in_sight(form.cancel, form)


def test_the_keys_begin_at_the_first_field_and_what_has_them_is_in_sight(
    host: QWidget, qtbot: QtBot
) -> None:
    form = Long(host)
    opened(form, qtbot)
    assert QApplication.focusWidget() is form.fields[0].editor
    for field in form.fields:
        assert QApplication.focusWidget() is field.editor
        assert in_sight(field.editor, form), field.label.text()
        QTest.keyClick(field.editor, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is form.cancel


def test_what_is_wrong_far_below_rolls_into_sight(host: QWidget, qtbot: QtBot) -> None:
    form = Long(host)
    opened(form, qtbot)
    last = form.fields[-1]
    assert not in_sight(last, form)
    form.verb.click()
    qtbot.waitUntil(lambda: in_sight(last.problem, form))
    assert QApplication.focusWidget() is last.editor


def test_a_form_that_grows_too_high_while_open_rolls_and_keeps_the_keys(
    host: QWidget, qtbot: QtBot
) -> None:
    form = Long(host, 5)
    opened(form, qtbot)
    chosen = form.fields[3].editor
    chosen.setFocus()
    for n in range(FIELDS):
        form.body.addWidget(Field(f"又一格 {n}", QLineEdit()))
    qtbot.waitUntil(lambda: in_sight(form.verb, form))
    assert QApplication.focusWidget() is chosen
    form.refusal.say("这家机构已经有了。\n" * 12)
    qtbot.waitUntil(lambda: in_sight(form.refusal, form))
    assert in_sight(chosen, form), "a long refusal takes the room of other fields"


def test_a_form_wider_than_the_screen_rolls_sideways(host: QWidget, qtbot: QtBot) -> None:
    room = QGuiApplication.primaryScreen().availableGeometry()
    form = Form("标签模板", "保存", host, wide=room.width() + 300)
    wide = QWidget()
    wide.setMinimumWidth(room.width() + 200)
    form.body.addWidget(wide)
    opened(form, qtbot)
    assert form.width() <= room.width()
    assert in_sight(form.verb, form)


def test_a_form_that_fits_does_not_roll(host: QWidget, qtbot: QtBot) -> None:
    form = Long(host, 4)
    opened(form, qtbot)
    assert all(in_sight(field.editor, form) for field in form.fields)
    assert form.fields[0].parentWidget() is form


def test_rolling_past_a_choice_chooses_nothing(host: QWidget, qtbot: QtBot) -> None:
    choice = Select([(n, f"库位 {n}") for n in range(5)], host)
    choice.show()
    down = QWheelEvent(
        QPointF(5, 5), QPointF(5, 5), QPoint(0, -120), QPoint(0, -120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(choice, down)
    assert choice.value == 0
