"""What does not fit on the screen rolls; what must stay in reach stays outside."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication, QLayout, QScrollArea, QVBoxLayout, QWidget
from typing_extensions import override

from app.ui import theme


class Rolling(QScrollArea):
    """Takes a layout out of the parent it overfills; what gets the keys rolls into sight.

    Args:
        content: What is taken over, with its widgets.
        widest: Content that needs more than this many pixels rolls sideways too.
    """

    def __init__(self, content: QLayout, widest: int) -> None:
        super().__init__()
        self._widest = widest
        self._inside = QWidget()
        self._inside.setObjectName("scrolled")
        column = QVBoxLayout(self._inside)
        column.setContentsMargins(0, 0, 6, 0)
        column.addLayout(content)
        self.setWidget(self._inside)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.viewport().setAutoFillBackground(False)
        application = QApplication.instance()
        if isinstance(application, QApplication):
            application.focusChanged.connect(self._follow)

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
        return QSize(min(wide, self._widest), theme.px(120))
