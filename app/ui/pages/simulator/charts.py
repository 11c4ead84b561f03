"""Charts of the comparison: stock week by week as two lines, shortage by month as paired bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.ui import theme
from app.ui.tables import paint
from app.ui.widgets.charts import Chart

_RIGHT: Final = Qt.AlignmentFlag.AlignRight
_CENTRE: Final = Qt.AlignmentFlag.AlignHCenter
_SCALE_STEPS: Final = 3
_EVERY: Final = 2
_END: Final = 76
"""Room to the right for what both rows of values are."""
_APART: Final = 42
"""The words of two lines that end close together stand at least so far apart."""
_COARSE: Final = 20
"""A scale that reaches further is told in whole numbers."""
_NO_PEN: Final = Qt.PenStyle.NoPen


class _TwoSeries(Chart):
    """Two rows of values with a scale to the left and names below."""

    def __init__(self, height: int, parent: QWidget | None = None) -> None:
        super().__init__(height, parent)
        self.a: tuple[float, ...] = ()
        self.b: tuple[float, ...] = ()
        self.names: tuple[tuple[float, str], ...] = ()
        self.ends: tuple[tuple[str, str], ...] = ()
        self._from_zero = True

    def show_values(
        self, a: Sequence[float], b: Sequence[float], names: Sequence[tuple[float, str]], words: str
    ) -> None:
        """Show both; `names` are (place from 0 to 1, word); `words` tell it to a screen reader."""
        self.a, self.b, self.names = tuple(a), tuple(b), tuple(names)
        self.say(words)

    def show_ends(self, a: tuple[str, str], b: tuple[str, str]) -> None:
        """Words and figure of each row of values, to the right of it."""
        self.ends = (a, b)
        self.update()

    def _area(self) -> QRectF:
        left, foot = theme.px(46), theme.px(13) + 10
        right = theme.px(_END) if self.ends else 6
        return QRectF(left, 8, self.width() - left - right, self.height() - foot - 8)

    def _end_places(self, area: QRectF) -> tuple[float, float]:
        """How high the words of both stand: in the upper half."""
        return area.top() + area.height() / 4, area.top() + area.height() / 4 + theme.px(_APART)

    def _write_ends(self, painter: QPainter, area: QRectF) -> None:
        line, left = theme.px(13) + 5, round(area.right()) + 8
        colours = (theme.colour("text2"), theme.colour("primary"))
        places = self._end_places(area)
        for (name, figure), colour, top in zip(self.ends, colours, places, strict=False):
            room = QRect(left, round(top) - line, theme.px(_END) - 8, line)
            paint.text(painter, room, name, paint.Ink(13, True, colour))
            paint.text(painter, room.translated(0, line), figure, paint.Ink(12, colour=colour))

    def _span(self) -> tuple[float, float]:
        values = [*self.a, *self.b]
        most = max(values, default=1.0) or 1.0
        least = 0.0 if self._from_zero else min(values, default=0.0)
        room = (most - least) * 0.08 or most * 0.1
        return max(0.0, least - (0.0 if self._from_zero else room)), most + room

    def _frame(self, painter: QPainter, area: QRectF) -> None:
        low, high = self._span()
        line = theme.px(13) + 6
        for step in range(_SCALE_STEPS + 1):
            y = area.bottom() - area.height() * step / _SCALE_STEPS
            painter.fillRect(QRectF(area.left(), y, area.width(), 1), theme.colour("border"))
            value = low + (high - low) * step / _SCALE_STEPS
            words = f"{value:,.1f}" if high < _COARSE else f"{value:,.0f}"
            room = QRect(0, round(y - line / 2), round(area.left()) - 8, line)
            ink = paint.Ink(12, colour=theme.colour("text2"), align=_RIGHT)
            paint.text(painter, room, words, ink)
        for place, name in self.names[::_EVERY]:
            x = area.left() + area.width() * place
            room = QRect(round(x) - 30, round(area.bottom()) + 5, 60, line)
            ink = paint.Ink(12, colour=theme.colour("text2"), align=_CENTRE)
            paint.text(painter, room, name, ink)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.a:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self._area()
        self._frame(painter, area)
        self._draw(painter, area)
        self._write_ends(painter, area)
        painter.end()

    def _draw(self, painter: QPainter, area: QRectF) -> None:
        """Draw the values into the area."""


class LinesChart(_TwoSeries):
    """Two lines over time: A dashed and grey, B blue."""

    def __init__(self, height: int = 230, parent: QWidget | None = None) -> None:
        super().__init__(height, parent)
        self._from_zero = False

    @override
    def _draw(self, painter: QPainter, area: QRectF) -> None:
        low, high = self._span()
        pens = (
            (self.a, QPen(theme.colour("muteFill"), 2, Qt.PenStyle.DashLine)),
            (self.b, QPen(theme.colour("infoFill"), 2.2)),
        )
        for values, pen in pens:
            step = area.width() / max(1, len(values) - 1)
            points = [
                QPointF(
                    area.left() + step * place,
                    area.bottom() - area.height() * (value - low) / (high - low),
                )
                for place, value in enumerate(values)
            ]
            painter.setPen(pen)
            painter.drawPolyline(QPolygonF(points))

    @override
    def _end_places(self, area: QRectF) -> tuple[float, float]:
        low, high = self._span()
        a, b = (
            area.bottom() - area.height() * (values[-1] - low) / (high - low)
            for values in (self.a, self.b)
        )
        apart = theme.px(_APART)
        if abs(a - b) < apart:
            middle, first = (a + b) / 2, -1 if a <= b else 1
            a, b = middle + first * apart / 2, middle - first * apart / 2
        lowest = area.bottom() - theme.px(18)
        push = max(0.0, max(a, b) - lowest)
        return a - push, b - push


class PairsChart(_TwoSeries):
    """Paired bars: A hatched, B filled."""

    def __init__(self, height: int = 120, parent: QWidget | None = None) -> None:
        super().__init__(height, parent)

    @override
    def _draw(self, painter: QPainter, area: QRectF) -> None:
        _low, high = self._span()
        step = area.width() / max(1, len(self.a))
        wide = min(theme.px(14), step * 0.36)
        hatch = QBrush(theme.colour("muteFill"), Qt.BrushStyle.BDiagPattern)
        for place, pair in enumerate(zip(self.a, self.b, strict=True)):
            middle = area.left() + step * (place + 0.5)
            for left, value, brush in (
                (middle - wide - 1, pair[0], hatch),
                (middle + 1, pair[1], QBrush(theme.colour("infoFill"))),
            ):
                tall = area.height() * value / high
                edge = QPen(theme.colour("muteFill"), 1) if brush is hatch else QPen(_NO_PEN)
                painter.setPen(edge)
                painter.setBrush(brush)
                painter.drawRect(QRectF(left, area.bottom() - tall, wide, tall))
