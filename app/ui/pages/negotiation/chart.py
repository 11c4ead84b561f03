"""The prices of one line round by round, a line per supplier, named at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from typing_extensions import override

from app.domain.pricing import plain
from app.i18n import _
from app.ui import theme
from app.ui.tables import paint
from app.ui.widgets.charts import Chart

_STYLE = Qt.PenStyle
_TONES: Final = ("infoFill", "lockFill", "nearFill", "muteFill", "okFill", "warnFill")
_DASHES: Final = (
    _STYLE.SolidLine, _STYLE.DashLine, _STYLE.DotLine, _STYLE.DashDotLine, _STYLE.DashDotDotLine,
)  # fmt: skip
_NAMES: Final = 150
_AXIS: Final = 56
_MOST: Final = 8


@dataclass(frozen=True, slots=True)
class Curve:
    """One supplier: its price after each round, None before its first; whether it is chosen."""

    name: str
    prices: tuple[Decimal | None, ...]
    chosen: bool = False


class RoundChart(Chart):
    """Prices by round with the limit as a dashed line; the axis says what it begins with."""

    def __init__(self) -> None:
        super().__init__(132)
        self.curves: tuple[Curve, ...] = ()
        self.rounds: tuple[int, ...] = ()
        self.limit: Decimal | None = None

    def show_curves(
        self, curves: Sequence[Curve], rounds: Sequence[int], limit: Decimal | None
    ) -> None:
        """Show other prices."""
        self.curves, self.rounds, self.limit = tuple(curves[:_MOST]), tuple(rounds), limit
        self.say(
            "；".join(
                f"{one.name} {'、'.join(plain(price) if price else '—' for price in one.prices)}"
                for one in self.curves
            )
        )

    def _span(self) -> tuple[Decimal, Decimal]:
        values = [price for one in self.curves for price in one.prices if price is not None]
        if self.limit is not None:
            values.append(self.limit)
        low, high = min(values), max(values)
        room = (high - low) * Decimal("0.12") or high * Decimal("0.05")
        return low - room, high + room

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if not any(price is not None for one in self.curves for price in one.prices):
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = theme.px(13) + 6
        area = QRectF(_AXIS, 6, self.width() - _AXIS - theme.px(_NAMES), self.height() - line - 8)
        low, high = self._span()

        def y(price: Decimal) -> float:
            return area.bottom() - area.height() * float((price - low) / (high - low))

        self._axis(painter, area, (low, high), line)
        ends = [self._curve(painter, area, place, y) for place in range(len(self.curves))]
        if self.limit is not None:
            painter.setPen(QPen(theme.colour("bad"), 1, _STYLE.DashLine))
            painter.drawLine(
                QPointF(area.left(), y(self.limit)), QPointF(area.right(), y(self.limit))
            )
            words = _("限价 {price}", price=plain(self.limit))
            room = QRect(round(area.right()) - 110, round(y(self.limit)) - line, 108, line)
            ink = paint.Ink(12, colour=theme.colour("bad"), align=Qt.AlignmentFlag.AlignRight)
            paint.text(painter, room, words, ink)
        self._names(painter, area, ends, line)
        painter.end()

    def _axis(
        self, painter: QPainter, area: QRectF, span: tuple[Decimal, Decimal], line: int
    ) -> None:
        painter.setPen(QPen(theme.colour("border"), 1))
        painter.drawLine(area.bottomLeft(), area.bottomRight())
        painter.drawLine(area.topLeft(), area.bottomLeft())
        grey = paint.Ink(12, colour=theme.colour("text2"), align=Qt.AlignmentFlag.AlignRight)
        for price, top in ((span[1], area.top() - 2), (span[0], area.bottom() - line + 2)):
            words = plain(price.quantize(Decimal("0.01")))
            paint.text(painter, QRect(0, round(top), _AXIS - 6, line), words, grey)
        middle = paint.Ink(12, colour=theme.colour("text2"), align=Qt.AlignmentFlag.AlignHCenter)
        for place, number in enumerate(self.rounds):
            x = self._x(area, place)
            room = QRect(round(x) - 40, round(area.bottom()) + 2, 80, line)
            paint.text(painter, room, _("第 {n} 轮", n=number), middle)

    def _x(self, area: QRectF, place: int) -> float:
        return area.left() + area.width() * (place + 0.5) / max(1, len(self.rounds))

    def _curve(
        self, painter: QPainter, area: QRectF, number: int, y: object
    ) -> tuple[float, str, QColor, bool]:
        curve = self.curves[number]
        colour = theme.colour(_TONES[number % len(_TONES)])
        assert callable(y)  # noqa: S101 - the scale of this painting
        points = [
            QPointF(self._x(area, place), y(price))
            for place, price in enumerate(curve.prices)
            if price is not None
        ]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pen = QPen(colour, 2.4 if curve.chosen else 1.6, _DASHES[number % len(_DASHES)])
        painter.setPen(pen)
        painter.drawPolyline(QPolygonF(points))
        painter.setPen(_STYLE.NoPen)
        painter.setBrush(colour)
        for point in points:
            self._marker(painter, point, number)
        last = next((price for price in reversed(curve.prices) if price is not None), None)
        words = f"{curve.name} {plain(last)}" if last is not None else ""
        return (points[-1].y() if points else area.bottom(), words, colour, curve.chosen)

    @staticmethod
    def _marker(painter: QPainter, point: QPointF, number: int) -> None:
        size = 3.6
        if number % 3 == 0:
            painter.drawEllipse(point, size, size)
        elif number % 3 == 1:
            painter.drawRect(QRectF(point.x() - size, point.y() - size, 2 * size, 2 * size))
        else:
            tip = [
                QPointF(point.x(), point.y() - size), QPointF(point.x() + size, point.y() + size),
                QPointF(point.x() - size, point.y() + size),
            ]  # fmt: skip
            painter.drawPolygon(QPolygonF(tip))

    def _names(
        self,
        painter: QPainter,
        area: QRectF,
        ends: list[tuple[float, str, QColor, bool]],
        line: int,
    ) -> None:
        """Names at the right, pushed apart where lines end close together."""
        step = line - 4
        shown = sorted((one for one in ends if one[1]), key=lambda one: one[0])
        top = area.top() - 6
        places: list[float] = []
        for height, _words, _colour, _chosen in shown:
            top = max(top, height - step / 2)
            places.append(top)
            top += step
        over = max(0.0, top - self.height() + 2)
        for place, (_height, words, colour, chosen) in zip(places, shown, strict=True):
            room = QRect(round(area.right()) + 8, round(place - over), theme.px(_NAMES) - 10, line)
            paint.text(painter, room, words, paint.Ink(13, bold=chosen, colour=colour))
