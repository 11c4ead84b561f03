"""A line of totals under a table, whose figures stand under the table's columns."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy
from typing_extensions import override

from app.ui import theme
from app.ui.tables import paint
from app.ui.tables.body import Body
from app.ui.tables.view import GridView

_PAD = 10


class TotalsRow(QLabel):
    """Painted along the columns of a grid; it follows widths and horizontal scrolling."""

    def __init__(self, grid: GridView) -> None:
        super().__init__(grid)
        self._grid = grid
        self.words: tuple[str, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        for header in grid.halves.headers:
            header.sectionResized.connect(lambda *_sizes: self.update())
            header.sectionMoved.connect(lambda *_places: self.update())
        grid.halves.right.horizontalScrollBar().valueChanged.connect(self.update)

    def show_words(self, words: Sequence[str]) -> None:
        """Show one text per column, in the columns' order."""
        self.words = tuple(words)
        self.setAccessibleName(" ".join(filter(None, self.words)))
        if self._grid.halves.widths.under != self.words:
            self._grid.halves.widths.under = self.words
            self._grid.halves.stretch()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(200, theme.sizes().row)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("subtle"))
        painter.fillRect(0, 0, self.width(), 1, theme.colour("border"))
        halves = self._grid.halves
        edge = halves.left.width() if halves.left.isVisible() else 0
        for body, start, room in (
            (halves.right, edge + 1, QRect(edge, 0, self.width() - edge, self.height())),
            (halves.left, 0, QRect(0, 0, edge, self.height())),
        ):
            painter.setClipRect(room)
            self._paint_half(painter, body, start)
        painter.end()

    def _paint_half(self, painter: QPainter, body: Body, start: int) -> None:
        header = body.horizontalHeader()
        for place, (column, words) in enumerate(
            zip(self._grid.model.columns, self.words, strict=False)
        ):
            if header.isSectionHidden(place) or not words:
                continue
            left = start + header.sectionViewportPosition(place) + _PAD
            wide = header.sectionSize(place) - 2 * _PAD
            full = paint.width_of(words, theme.px(14), bold=True)
            grow = max(0, full - wide)  # a sum may be wider than the quantities above it
            box = QRect(left - grow, 1, wide + grow, self.height() - 1)
            paint.text(painter, box, words, paint.Ink(14, bold=True, align=column.alignment))
