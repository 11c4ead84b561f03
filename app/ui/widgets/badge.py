"""Status words: a pill, a shape alone, and the counts of several states in one line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget
from typing_extensions import override

from app.ui import theme
from app.ui.status import Status, draw_shape
from app.ui.tables import paint
from app.ui.tables.cells import Pill
from app.ui.widgets.text import Role, Text


class Badge(QLabel):
    """A status pill: shape, word, tint."""

    def __init__(self, status: Status, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.status = status
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_status(self, status: Status, text: str) -> None:
        """Say something else."""
        self.status = status
        self.setText(text)
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(paint.pill_width(Pill(self.status, self.text())), theme.px(24))

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        inner = self.rect().adjusted(8, 0, -8, 0)
        paint.pill(painter, inner, Pill(self.status, self.text()))
        painter.end()


class Shape(QLabel):
    """A status shape alone; the word stands beside it, and here for screen readers."""

    def __init__(
        self, status: Status, size: int = 24, name: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.status = status
        self._size = size
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_status(self, status: Status) -> None:
        """Show another shape."""
        self.status = status
        self.update()

    @override
    def sizeHint(self) -> QSize:
        side = theme.px(self._size)
        return QSize(side, side)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        side = min(self.width(), self.height())
        draw_shape(painter, self.status, QRectF(0, (self.height() - side) / 2, side, side))
        painter.end()


class StateCounts(QWidget):
    """Shapes with a bold count and a word each, side by side (2 批 已过期 · 5 批 3 个月内)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        self._row.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def show_counts(self, counts: Sequence[tuple[Status, str, str]]) -> None:
        """Show (status, count with unit, word) triples."""
        while self._row.count():
            item = self._row.takeAt(0)
            widget = item.widget() if item else None
            if widget:
                widget.deleteLater()
        for number, (status, count, word) in enumerate(counts):
            if number:
                self._row.addSpacing(14)
            self._row.addWidget(Shape(status, 20, word))
            self._row.addWidget(Text(count, Role.STRONG))
            self._row.addWidget(Text(word, Role.SECOND))
