"""Cards, detail panels, key figures: the boxes that pages are laid out in."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.i18n import _
from app.ui import theme
from app.ui.icons import Icon
from app.ui.status import Status
from app.ui.tables import paint
from app.ui.widgets.buttons import Button, icon_button
from app.ui.widgets.text import ElidedText, Role, Text


class Card(QFrame):
    """A box with a thin edge. `body` is its column layout."""

    def __init__(
        self, title: str = "", parent: QWidget | None = None, *, padding: int = 14
    ) -> None:
        super().__init__(parent)
        self._status: Status | None = None
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(padding, padding, padding, padding)
        self.body.setSpacing(8)
        self._top = QWidget()
        self.head = QHBoxLayout(self._top)
        self.head.setContentsMargins(0, 0, 0, 0)
        self.head.setSpacing(10)
        self.title = ElidedText(title, Role.CARD_TITLE)
        self.title.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.note = Text("", Role.LABEL)
        self.head.addWidget(self.title)
        self.head.addWidget(self.note)
        self.head.addStretch(1)
        self.body.addWidget(self._top)
        self._top.setVisible(bool(title))

    def show_status(self, status: Status | None) -> None:
        """Colour the card by what it says; None for a plain one."""
        self._status = status
        self.update()

    def set_title(self, title: str, note: str = "") -> None:
        """Say what the card is about."""
        self.title.setText(title)
        self.note.setText(note)
        self._top.setVisible(bool(title or note))

    def add(self, item: QWidget | QLayout, stretch: int = 0) -> None:
        """Put a widget or layout under what is there."""
        if isinstance(item, QWidget):
            self.body.addWidget(item, stretch)
        else:
            self.body.addLayout(item, stretch)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint.box(painter, self.rect(), self._status)
        painter.end()


class DetailPanel(Card):
    """The panel right of a list: head, scrolling body, buttons at its foot.

    Signals:
        closed: The cross was clicked.
    """

    closed = Signal()

    def __init__(self, width: int = 300, parent: QWidget | None = None) -> None:
        super().__init__("", parent, padding=16)
        self._wide = width
        self.badges = QHBoxLayout()
        self.badges.setSpacing(8)
        self.badges.addStretch(1)
        close = icon_button(Icon.CLOSE, _("关闭"))
        close.clicked.connect(self.closed)
        top = QHBoxLayout()
        top.addLayout(self.badges, 1)
        top.addWidget(close)
        self.name = Text("", Role.DETAIL_TITLE, wrap=True)
        self.spec = Text("", Role.SECOND, wrap=True)
        self.body.addLayout(top)
        self.body.addWidget(self.name)
        self.body.addWidget(self.spec)
        inside = QWidget()
        inside.setObjectName("scrolled")
        self.content = top_column(inside)
        self.content.setContentsMargins(0, 0, 6, 0)
        self.content.setSpacing(10)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(inside)
        self.area.viewport().setAutoFillBackground(False)
        self.body.addWidget(self.area, 1)
        self.foot = QHBoxLayout()
        self.foot.setSpacing(8)
        self.body.addLayout(self.foot)
        self.fit(1366)

    def fit(self, window_width: int) -> None:
        """Take the width that the window's width allows (at most 300 below 1200)."""
        wide = theme.px(self._wide) if window_width >= 1200 else 300  # noqa: PLR2004 - design §4
        self.setFixedWidth(min(wide, max(280, window_width * 2 // 5)))

    def show_badges(self, badges: list[QWidget]) -> None:
        """Show status pills in the head."""
        while self.badges.count() > 1:
            item = self.badges.takeAt(0)
            widget = item.widget() if item else None
            if widget:
                widget.hide()
                widget.deleteLater()
        for place, badge in enumerate(badges):
            self.badges.insertWidget(place, badge)


class KpiTile(Card):
    """One key figure: name, large number, unit, and what it is compared with."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__("", parent, padding=13)
        self.body.setSpacing(2)
        self.name = Text(name, Role.LABEL)
        self.number = Text("—", Role.KPI)
        self.unit = Text("", Role.LABEL)
        self.compare = ElidedText("", Role.LABEL)
        row = QHBoxLayout()
        row.setSpacing(5)
        row.addWidget(self.number, 0, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self.unit, 0, Qt.AlignmentFlag.AlignBottom)
        row.addStretch(1)
        self.unit.setContentsMargins(0, 0, 0, 4)
        self.body.addWidget(self.name)
        self.body.addLayout(row)
        self.body.addWidget(self.compare)

    def show_figure(
        self, number: str, unit: str, compare: str = "", tone: Status | None = None
    ) -> None:
        """Show the figure; `tone` colours the comparison."""
        self.number.setText(number)
        self.unit.setText(unit)
        self.compare.set_tone(tone)
        self.compare.setText(compare)


class Facts(QWidget):
    """Names and values under each other, as in a detail panel."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(14)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(1, 1)

    def show_facts(self, facts: Sequence[tuple[str, str] | tuple[str, str, Status | None]]) -> None:
        """Show (name, value[, status]) entries; a value can be selected and copied."""
        while self._grid.count():
            item = self._grid.takeAt(0)
            widget = item.widget() if item else None
            if widget:
                widget.hide()
                widget.deleteLater()
        for place, fact in enumerate(facts):
            name = Text(fact[0], Role.SECOND)
            tone = fact[2] if len(fact) == 3 else None  # noqa: PLR2004 - the longer tuple
            value = Text(fact[1], Role.BUTTON, wrap=True, tone=tone)
            value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            value.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
            value.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(name, place, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(value, place, 1)


class ToolRow(QHBoxLayout):
    """A row in which buttons give up their words for their icons before anything is cut.

    The row always asks for the room of all words, so that they come back as soon as there is room.
    """

    @override
    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return QSize(hint.width() + self._left_out(), hint.height())

    @override
    def minimumSize(self) -> QSize:
        least = super().minimumSize()
        more = sum(one.words_leave for one in self._buttons() if not one.short)
        return QSize(least.width() - more, least.height())

    @override
    def setGeometry(self, rect: QRect) -> None:
        missing = super().minimumSize().width() + self._left_out() - rect.width()
        for one in self._buttons():
            won = one.words_leave if missing > 0 else 0
            one.set_short(won > 0)
            missing -= won
        super().setGeometry(rect)

    def _left_out(self) -> int:
        return sum(one.words_leave for one in self._buttons() if one.short)

    def _buttons(self) -> list[Button]:
        """Buttons that are shown and can do with their icon, in the order of the row."""
        items = (self.itemAt(place) for place in range(self.count()))
        found = (item.widget() for item in items if item is not None)
        return [
            one
            for one in found
            if isinstance(one, Button) and not one.isHidden() and one.words_leave > 0
        ]


def toolbar(*items: QWidget | None, spacing: int = 8) -> QHBoxLayout:
    """A row of widgets; None makes the room between left and right."""
    row = ToolRow()
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(spacing)
    for item in items:
        if item is None:
            row.addStretch(1)
        else:
            row.addWidget(item)
    return row


def top_column(inside: QWidget) -> QVBoxLayout:
    """A column whose parts stand at the top, each as high as its wrapped lines need.

    A layout that is itself aligned gets no more height than its lines need where they do not
    wrap, and presses them together.
    """
    whole = QVBoxLayout(inside)
    whole.setContentsMargins(0, 0, 0, 0)
    whole.setSpacing(0)
    column = QVBoxLayout()
    whole.addLayout(column)
    whole.addStretch(1)
    return column


def page_column(page: QWidget) -> QVBoxLayout:
    """The column that a page's parts stand in, with the margins of the design."""
    column = QVBoxLayout(page)
    column.setContentsMargins(16, 14, 16, 12)
    column.setSpacing(10)
    return column
