"""Why: the reasons of the chosen candidate as pills, in as many lines as there is room."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app.ui import theme
from app.ui.tables import paint
from app.ui.tables.cells import Pill

_LINES: Final = 2
_GAP: Final = 8
_LEFT: Final = 8


class ReasonsView(QWidget):
    """Pills one after the other; what disagrees comes first, so that it is never cut off."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.pills: tuple[Pill, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_pills(self, pills: Sequence[Pill]) -> None:
        """Show other reasons."""
        self.pills = tuple(pills)
        words = "，".join(pill.text for pill in pills)
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(400, _LINES * (theme.px(24) + 6))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        height = theme.px(24)
        left, top = _LEFT, 0
        for pill in self.pills:
            wide = min(paint.pill_width(pill), self.width() - 16)
            if left > _LEFT and left + wide > self.width():
                left, top = _LEFT, top + height + 6
            if top + height > self.height():
                break
            paint.pill(painter, QRect(left, top, wide, height), pill)
            left += wide + _GAP
        painter.end()
