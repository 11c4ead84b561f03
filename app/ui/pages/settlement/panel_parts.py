"""Parts of the panel of a bill: lines of figures, and the box that explains a difference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from app.ui import theme
from app.ui.status import Status
from app.ui.tables import paint
from app.ui.widgets.badge import Shape
from app.ui.widgets.charts import Chart
from app.ui.widgets.text import Role, Text

_TALL: Final = 24
_SPACE: Final = 6


@dataclass(frozen=True, slots=True)
class Figures:
    """One line: its cells from left to right; all but the first stand on the right."""

    cells: tuple[str, ...]
    bold: bool = False
    rule: bool = False
    light: bool = False


class FigureLines(Chart):
    """Lines of figures under each other, painted close together.

    Args:
        widths: Comfortable width of each column after the first.
        left: Columns after the first that are words and stand on the left.
        size: Comfortable size of the letters.
    """

    def __init__(self, *widths: int, left: Sequence[int] = (), size: int = 14) -> None:
        super().__init__(_TALL)
        self._size = size
        self._widths = widths
        self._left = frozenset(left)
        self.lines: tuple[Figures, ...] = ()

    def show_lines(self, lines: Sequence[Figures]) -> None:
        """Show other lines."""
        self.lines = tuple(lines)
        self.say("；".join(" ".join(line.cells) for line in lines))
        self.setToolTip("")
        self.updateGeometry()

    @override
    def sizeHint(self) -> QSize:
        return QSize(240, theme.px(_TALL) * len(self.lines) + 2)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        tall = theme.px(_TALL)
        for place, line in enumerate(self.lines):
            top = place * tall + 1
            if line.rule:
                painter.fillRect(0, top, self.width(), 1, theme.colour("text2"))
            self._line(painter, line, QRect(0, top, self.width(), tall))
        painter.end()

    def _line(self, painter: QPainter, line: Figures, room: QRect) -> None:
        size = 13 if line.light else self._size
        colour = theme.colour("text2") if line.light else None
        right = room.right() + 1
        for place in range(len(line.cells) - 1, 0, -1):
            if not line.cells[place]:
                continue  # the words before it may take its room
            wide = theme.px(self._widths[place - 1])
            if not any(line.cells[1:place]):  # nothing stands beside it
                needed = paint.width_of(line.cells[place], theme.px(size), line.bold)
                wide = max(wide, needed + 2)
            side = (
                Qt.AlignmentFlag.AlignLeft if place in self._left else Qt.AlignmentFlag.AlignRight
            )
            cell = QRect(right - wide, room.top(), wide, room.height())
            paint.text(painter, cell, line.cells[place], paint.Ink(size, line.bold, colour, side))
            right -= wide + _SPACE
        first = QRect(room.left(), room.top(), right - room.left(), room.height())
        paint.text(painter, first, line.cells[0], paint.Ink(size, line.bold, colour))


class GapBox(QFrame):
    """差异: how much the supplier's bill is above ours, and why, item by item."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(3)
        self.shape = Shape(Status.NEAR, 20)
        self.title = Text("", Role.STRONG, tone=Status.NEAR)
        self.why = Text("", Role.BUTTON, wrap=True)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.shape)
        head.addWidget(self.title, 1)
        column.addLayout(head)
        column.addWidget(self.why)

    def show_gap(self, title: str, sentences: Sequence[str]) -> None:
        """Show the difference, or nothing."""
        self.setVisible(bool(title))
        self.title.setText(title)
        self.why.setText("\n".join(sentences))
        self.why.setVisible(bool(sentences))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(Status.NEAR.tint)
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        painter.end()
