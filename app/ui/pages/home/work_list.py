"""The list of work: a line per kind, with its count, its words and the button that goes there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby, pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.i18n import _
from app.services.home import Kind as WorkKind, Urgency, WorkItem
from app.ui import theme
from app.ui.pages.home import wording
from app.ui.widgets.badge import Badge, Shape
from app.ui.widgets.buttons import Button, KeyCap, Kind
from app.ui.widgets.text import ElidedText, Role, Text, line


class BandHead(QWidget):
    """现在 已超期，先处理: the heading of a band of urgency."""

    def __init__(self, urgency: Urgency) -> None:
        super().__init__()
        title, note = wording.BANDS[urgency]
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 5, 16, 5)
        row.setSpacing(8)
        head = Text(_(title), Role.LABEL)
        head.setFont(theme.font(13, bold=True))
        row.addWidget(head)
        row.addWidget(Text(_(note), Role.LABEL))
        row.addStretch(1)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("subtle"))
        border = theme.colour("border")
        painter.fillRect(0, 0, self.width(), 1, border)
        painter.fillRect(0, self.height() - 1, self.width(), 1, border)
        painter.end()


class WorkLine(QWidget):
    """One kind of work.

    Signals:
        chosen: The button was pressed: the `WorkItem`.
    """

    chosen = Signal(object)

    def __init__(self, item: WorkItem, today: date, *, primary: bool) -> None:
        super().__init__()
        words = wording.WORDS[item.kind]
        self.item = item
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        number = Text(f"{item.count:,}", Role.KPI)
        number.setFixedWidth(theme.px(52))
        number.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        unit = Text(wording.unit_of(item), Role.SECOND)
        unit.setFixedWidth(theme.px(36))
        title = Text(_(words.title), Role.CARD_TITLE)
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(title)
        self._extras: list[QWidget] = []
        pill = wording.pill(item, today)
        if pill:
            badge = Badge(*pill)
            self._extras.append(badge)
            head.addWidget(badge)
        head.addStretch(1)
        second = ElidedText(wording.detail(item, today), Role.SECOND)
        middle = QVBoxLayout()
        middle.setSpacing(2)
        middle.addStretch(1)
        middle.addLayout(head)
        middle.addWidget(second)
        middle.addStretch(1)
        kind = Kind.PRIMARY if primary else Kind.SECONDARY
        self.button = Button(_(words.verb), kind)
        self.button.setMinimumWidth(theme.px(104))
        self.button.setAccessibleName(f"{_(words.verb)}，{_(words.title)} {item.count}")
        self.button.clicked.connect(lambda: self.chosen.emit(self.item))
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 16, 8)
        row.setSpacing(8)
        row.addWidget(Shape(words.status, 24, pill[1] if pill else ""))
        row.addWidget(number)
        row.addWidget(unit)
        row.addLayout(middle, 1)
        key = wording.key_of(item)
        if key:
            cap = KeyCap(key)
            self._extras.append(cap)
            row.addWidget(cap)
        row.addWidget(self.button)
        self._whole = self.sizeHint().width()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Without room for all, the pill and the printed key go; the button stays."""
        super().resizeEvent(event)
        for extra in self._extras:
            extra.setVisible(self.width() >= self._whole)


class WorkList(QScrollArea):
    """All work of the person in bands of urgency.

    Signals:
        chosen: A line's button was pressed: the `WorkItem`.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the buttons have the keys
        self.viewport().setAutoFillBackground(False)
        self.lines: list[WorkLine] = []

    def begin(self, kind: WorkKind | None = None) -> None:
        """Put the keys on the work of a kind, on the first work where there is none of it."""
        wanted = next((entry for entry in self.lines if entry.item.kind is kind), None)
        if self.lines:
            (wanted or self.lines[0]).button.setFocus()

    def in_hand(self) -> WorkKind | None:
        """The kind of work that has the keys."""
        focus = QApplication.focusWidget()
        return next((entry.item.kind for entry in self.lines if entry.button is focus), None)

    def show_work(self, items: Sequence[WorkItem], today: date) -> None:
        """Show the work, most urgent first; one button is the screen's primary one."""
        kept = self.in_hand()
        inside = QWidget()
        inside.setObjectName("scrolled")
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.lines = []
        first = next((item for item in items if wording.WORDS[item.kind].primary), None)
        for urgency, members in groupby(items, key=lambda item: item.urgency):
            column.addWidget(BandHead(urgency))
            for number, item in enumerate(members):
                if number:
                    column.addLayout(_inset_line())
                entry = WorkLine(item, today, primary=item is first)
                entry.chosen.connect(self.chosen)
                self.lines.append(entry)
                column.addWidget(entry)
        column.addStretch(1)
        inside.setMinimumWidth(1)  # as wide as the card, never wider: nothing may be cut off
        self.setWidget(inside)
        for before, after in pairwise(self.lines):
            self.setTabOrder(before.button, after.button)
        if kept is not None:
            self.begin(kept)


def _inset_line() -> QHBoxLayout:
    row = QHBoxLayout()
    row.setContentsMargins(16, 0, 16, 0)
    row.addWidget(line())
    return row
