"""Fields for figures: quantity with − and +, money, expiry."""

from __future__ import annotations

import calendar
import re
from datetime import date
from decimal import Decimal
from typing import Final

from PySide6.QtCore import QEvent, QRegularExpression, Qt, Signal
from PySide6.QtGui import (
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QRegularExpressionValidator,
)
from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from app.domain import money
from app.domain.errors import DomainError
from app.i18n import _
from app.ui import theme
from app.ui.icons import Icon
from app.ui.status import Status
from app.ui.tables import paint
from app.ui.widgets.buttons import Button
from app.ui.widgets.fields import CodeEdit, Field, StatusEdit

_WHOLE: Final = re.compile(r"[-+]?\d{1,9}", re.ASCII)
_FIGURES: Final = QRegularExpression("[0-9\uff10-\uff19]{0,9}")
_GAP: Final = 10  # pixels between a figure and its unit
_EDGE: Final = 6
_MONTH: Final = re.compile(r"(\d{4})[-/.]?(\d{2})(?:[-/.]?(\d{2}))?")


class QtyEdit(QWidget):
    """− 60 盒 +: large buttons for gloves, large figures for a glance.

    Attributes:
        cut: More was typed than `most`; the field says so, and its form asks for another look.

    Signals:
        changed: A new whole number was taken.
    """

    changed = Signal(object)

    def __init__(self, unit: str = "", parent: QWidget | None = None, *, most: int = 10**9) -> None:
        super().__init__(parent)
        self._value = 0
        self._most = most
        self.cut = False
        self.minus = Button("", icon=Icon.MINUS)
        self.plus = Button("", icon=Icon.PLUS)
        self.minus.setAccessibleName(_("减 1"))
        self.plus.setAccessibleName(_("加 1"))
        self.edit = _NumberEdit(unit, self)
        for button in (self.minus, self.plus):  # Up and Down do the same; Tab goes on
            button.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.minus.clicked.connect(lambda: self.step(-1))
        self.plus.clicked.connect(lambda: self.step(1))
        self.edit.stepped.connect(self.step)
        self.edit.editingFinished.connect(self._take)
        self.edit.textEdited.connect(lambda _text: self._say(""))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.minus)
        row.addWidget(self.edit, 1)
        row.addWidget(self.plus)
        self.setFocusProxy(self.edit)
        self._dress()
        self.set_value(0)

    @property
    def value(self) -> int:
        """The number."""
        return self._value

    def set_value(self, value: int) -> None:
        """Show a number without telling anyone."""
        self._value = max(0, min(value, self._most))
        self.edit.setText(str(self._value))

    def set_unit(self, unit: str) -> None:
        """Show another unit."""
        self.edit.unit = unit
        self.edit.leave_room()

    def step(self, by: int) -> None:
        """Add to the number."""
        self._put(self._value + by)

    def _take(self) -> None:
        text = self.edit.folded()
        if text.isdecimal():
            wanted = int(text)
            self.cut = self.cut or wanted > self._most
            self._put(wanted)
            if wanted > self._most:
                self._say(
                    _("最多 {most}：填的 {typed} 已改成 {most}，请核对。",
                      most=self._most, typed=wanted)
                )  # fmt: skip
        else:
            self.edit.setText(str(self._value))

    def _say(self, text: str) -> None:
        """In the field around it, if there is one."""
        around = self.parent()
        if isinstance(around, Field):
            around.say(text, Status.WARN)
        self.cut = self.cut and bool(text)

    def _put(self, value: int) -> None:
        before = self._value
        self.set_value(value)
        if self._value != before:
            self.changed.emit(self._value)

    def _dress(self) -> None:
        height = theme.px(54)
        for button in (self.minus, self.plus):
            button.setFixedSize(height, height)
        self.edit.setStyleSheet(f"min-height: {height - 4}px; max-height: {height - 4}px;")
        self.edit.setFont(theme.font(28, bold=True))
        self.edit.leave_room()

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.StyleChange:
            self._dress()
        super().changeEvent(event)


class _NumberEdit(CodeEdit):
    """The figure of a `QtyEdit`, with its unit after it."""

    stepped = Signal(int)

    def __init__(self, unit: str, parent: QWidget) -> None:
        super().__init__("", parent)
        self.unit = unit
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAccessibleName(_("数量"))
        # What is no figure does not appear: it would fall back to the old number unseen
        self.setValidator(QRegularExpressionValidator(_FIGURES, self))

    def leave_room(self) -> None:
        """Keep room for the whole unit beside the figure, and for a figure of four places."""
        unit = self._unit_width()
        self.setTextMargins(0, 0, unit, 0)
        figures = QFontMetrics(theme.font(28, bold=True)).horizontalAdvance("0000")
        self.setMinimumWidth(figures + unit + 2 * _EDGE)
        self.update()

    def _unit_width(self) -> int:
        return paint.width_of(self.unit, theme.px(15), bold=False) + _GAP if self.unit else 0

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Up:
            self.stepped.emit(1)
        elif event.key() == Qt.Key.Key_Down:
            self.stepped.emit(-1)
        else:
            super().keyPressEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.unit:
            painter = QPainter(self)
            figures = self.fontMetrics().horizontalAdvance(self.text())
            room = self.rect()
            room.setLeft((self.width() - self._unit_width() + figures) // 2 + _GAP)
            ink = paint.Ink(15, colour=theme.colour("text2"))
            paint.text(painter, room.adjusted(0, 6, 0, 0), self.unit, ink)
            painter.end()


class WholeEdit(StatusEdit):
    """A whole number between two bounds, right-aligned; refused with words."""

    def __init__(self, value: int, least: int, most: int, parent: QWidget | None = None) -> None:
        super().__init__(str(value), parent)
        self._least, self._most = least, most
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def number(self) -> int:
        """The number typed; raises `DomainError` saying what is right."""
        text = self.folded()
        number = int(text) if _WHOLE.fullmatch(text) else None
        if number is None or not self._least <= number <= self._most:
            raise DomainError(
                "number.range",
                _("「{text}」不行。请填 {least} 到 {most} 的整数。",
                  text=text[:20], least=self._least, most=self._most),
            )  # fmt: skip
        return number


class MoneyEdit(StatusEdit):
    """A price or amount: right-aligned, up to four places, refused with words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def amount(self) -> Decimal:
        """The price typed; raises `DomainError` saying what is right."""
        return money.price(self.folded().replace(",", "").removeprefix("¥"))

    def set_amount(self, value: Decimal) -> None:
        """Show a price."""
        text = f"{value:.4f}"
        self.setText(text[:-2] + text[-2:].rstrip("0"))


class ExpiryEdit(StatusEdit):
    """An expiry: 2027-03, 202703, 2027-03-31, 270331 all read; a month runs to its last day."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.setPlaceholderText(_("年-月，如 2027-03"))

    def expiry(self) -> date:
        """The last good day; raises `DomainError` saying what may be typed."""
        return read_expiry(self.folded())

    def set_expiry(self, value: date | None) -> None:
        """Show an expiry; the day only where it is not the last of its month."""
        self.setText("" if value is None else expiry_text(value))


def read_expiry(text: str) -> date:
    """The last good day behind what was typed.

    Raises:
        DomainError: No date; says which forms are read.
    """
    if re.fullmatch(r"\d{6}", text) and not text.startswith("20"):
        text = f"20{text}"
    found = _MONTH.fullmatch(text)
    if found:
        year, month, day = (int(part) if part else 0 for part in found.groups())
        if 1 <= month <= 12:  # noqa: PLR2004 - months of a year
            last = calendar.monthrange(year, month)[1]
            if day <= last:
                return date(year, month, day or last)
    raise DomainError(
        "expiry.form", _("有效期「{text}」读不出来。请填年-月，如 2027-03，或年-月-日。", text=text)
    )


def expiry_text(value: date) -> str:
    """2027-03, or 2027-03-15 where the day says something."""
    last = calendar.monthrange(value.year, value.month)[1]
    return f"{value:%Y-%m}" if value.day == last else value.isoformat()
