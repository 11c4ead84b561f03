"""What does not fit on the screen rolls; what must stay in reach stays outside."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QLayout, QScrollArea, QVBoxLayout, QWidget
from typing_extensions import override

from app.ui import theme

_GAP = 6
"""Pixels between the content and the bar."""


class Rolling(QScrollArea):
    """Takes a layout out of the parent it overfills; what gets the keys rolls into sight.

    Args:
        content: What is taken over, with its widgets.
        widest: Content that needs more than this many pixels rolls sideways too.
        lowest: So many pixels of the content are always in sight, before scaling.
    """

    def __init__(self, content: QLayout, widest: int, lowest: int = 120) -> None:
        super().__init__()
        self._widest, self._lowest = widest, lowest
        self._inside = QWidget()
        self._inside.setObjectName("scrolled")
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addLayout(content)
        self.verticalScrollBar().rangeChanged.connect(self._leave_gap)
        self.setWidget(self._inside)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow)

    def _leave_gap(self, _first: int, last: int) -> None:
        """Only beside a bar that is there: what all is in sight keeps its right edge."""
        self._column.setContentsMargins(0, 0, _GAP if last else 0, 0)

    def _follow(self, _before: QWidget | None, now: QWidget | None) -> None:
        """With room for the label above it and the words about it below."""
        if now is not None and self._inside.isAncestorOf(now):
            self.ensureWidgetVisible(now, 0, theme.px(40))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._follow(None, QApplication.focusWidget())

    @override
    def sizeHint(self) -> QSize:
        return self.minimumSizeHint()

    @override
    def minimumSizeHint(self) -> QSize:
        wide = self._inside.minimumSizeHint().width() + self.verticalScrollBar().sizeHint().width()
        return QSize(min(wide, self._widest), theme.px(self._lowest))
