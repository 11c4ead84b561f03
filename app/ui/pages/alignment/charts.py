"""The pictures of 目录吻合度: a gauge, a year's line, and a bar per member."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.i18n import _
from app.ui import theme
from app.ui.status import Status, draw_shape
from app.ui.tables import paint
from app.ui.widgets.charts import Bars, Chart

TARGET: Final = 80.0
"""Where the line stands: what the papers reached."""
_CENTRE: Final = Qt.AlignmentFlag.AlignHCenter
_RIGHT: Final = Qt.AlignmentFlag.AlignRight
_NEAR: Final = 10


def band(percent: float) -> Status:
    """Reached, nearly reached, far."""
    if percent >= TARGET:
        return Status.OK
    return Status.WARN if percent >= TARGET - _NEAR else Status.NEAR


class Gauge(Chart):
    """One share as a half circle with its number inside and the target as a mark."""

    def __init__(self, height: int = 104, parent: QWidget | None = None) -> None:
        super().__init__(height, parent)
        self.percent: float | None = None
        self.ahead: float | None = None

    def show_share(self, percent: float | None, ahead: float | None = None) -> None:
        """Show a share in percent; `ahead` is what a what-if would make of it."""
        self.percent, self.ahead = percent, ahead
        words = "—" if percent is None else f"{percent:.2f}%"
        then = "" if ahead is None else _("，假如这样改是 {n}%", n=f"{ahead:.2f}")
        self.say(_("目录吻合度 {share}", share=words) + then)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        thick = theme.px(15)
        radius = min(self.width() / 2 - thick, self.height() - thick / 2 - theme.px(8))
        centre = QPointF(self.width() / 2, radius + thick / 2 + 2)
        box = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
        self._arc(painter, box, thick, ("muteBg", 0, 100))
        if self.percent is not None:
            self._arc(painter, box, thick, ("infoFill", 0, self.percent))
            if self.ahead is not None and self.ahead > self.percent:
                self._arc(painter, box, thick, ("okFill", self.percent, self.ahead))
        self._arc(painter, box, thick + 6, ("text", TARGET - 0.5, TARGET + 0.5))
        words = "—" if self.percent is None else f"{self.percent:.1f}"
        room = QRect(0, round(centre.y()) - theme.px(46), self.width(), theme.px(40))
        paint.text(painter, room, f"{words} %", paint.Ink(28, bold=True, align=_CENTRE))
        painter.end()

    @staticmethod
    def _arc(painter: QPainter, box: QRectF, thick: float, part: tuple[str, float, float]) -> None:
        """A part of the half circle, in percent from the left."""
        token, start, end = part
        pen = QPen(theme.colour(token), thick)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        first = round((180 - start * 1.8) * 16)
        painter.drawArc(box, first, round(-(end - start) * 1.8 * 16))


class TrendChart(Chart):
    """A line over the stored days with the target; the axis says where it begins."""

    def __init__(self, height: int = 150, parent: QWidget | None = None) -> None:
        super().__init__(height, parent)
        self.points: tuple[tuple[str, float], ...] = ()

    def show_points(self, points: Sequence[tuple[str, float]]) -> None:
        """Show (day, percent) points, the oldest first."""
        self.points = tuple(points)
        self.say("，".join(f"{day} {value:.1f}%" for day, value in self.points))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.points:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = theme.px(12) + 8
        area = QRectF(theme.px(30), line, self.width() - theme.px(62), self.height() - 2 * line)
        values = [value for _day, value in self.points]
        low = 10 * int(min([*values, TARGET]) // 10)
        high = min(100, 10 * int(max([*values, TARGET]) // 10) + 10)
        self._axis(painter, area, (low, high))
        places = [
            QPointF(
                area.left() + area.width() * (place + 0.5) / len(values),
                area.bottom() - area.height() * (value - low) / max(1, high - low),
            )
            for place, value in enumerate(values)
        ]
        painter.setPen(QPen(theme.colour("infoFill"), 2))
        painter.drawPolyline(places)
        self._dots(painter, area, places)
        painter.end()

    def _axis(self, painter: QPainter, area: QRectF, span: tuple[int, int]) -> None:
        low, high = span
        grey = paint.Ink(12, colour=theme.colour("text2"), align=_RIGHT)
        tall = theme.px(12) + 6
        for value in range(low, high + 1, 10):
            y = area.bottom() - area.height() * (value - low) / max(1, high - low)
            painter.fillRect(QRectF(area.left(), y, area.width(), 1), theme.colour("border"))
            room = QRect(0, round(y - tall / 2), round(area.left()) - 6, tall)
            paint.text(painter, room, str(value), grey)
        y = area.bottom() - area.height() * (TARGET - low) / max(1, high - low)
        painter.setPen(QPen(theme.colour("text2"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y))
        room = QRect(round(area.right()) - theme.px(60), round(y) + 2, theme.px(90), tall)
        paint.text(painter, room, _("目标 {n}", n=f"{TARGET:.0f}"), grey)

    def _dots(self, painter: QPainter, area: QRectF, places: Sequence[QPointF]) -> None:
        step = area.width() / len(places)
        every = max(1, round(theme.px(44) / max(1.0, step) + 0.49))
        for number, point in enumerate(places):
            day, value = self.points[number]
            last = number == len(places) - 1
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.colour("infoFill"))
            painter.drawEllipse(point, 3.5, 3.5)
            if last or number == 0:
                room = QRect(round(point.x()) - 40, round(point.y()) - theme.px(24), 80,
                             theme.px(18))  # fmt: skip
                paint.text(painter, room, f"{value:.1f}", paint.Ink(13, bold=last, align=_CENTRE))
            if (len(places) - 1 - number) % every == 0:
                wide = round(step * every)
                room = QRect(round(point.x() - wide / 2), round(area.bottom()) + 4, wide,
                             theme.px(18))  # fmt: skip
                ink = paint.Ink(12, colour=theme.colour("text2"), align=_CENTRE)
                paint.text(painter, room, day, ink)


class MemberBars(Bars):
    """A bar for each member with its share, numerator and denominator, the lowest first."""

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.bars:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        step = min(theme.px(34), self.height() / len(self.bars))
        name_wide, words_wide = theme.px(64), theme.px(128)
        bar = QRectF(name_wide, 0, max(20, self.width() - name_wide - words_wide), theme.px(12))
        for place, (name, value, words) in enumerate(self.bars):
            top = round(place * step)
            room = QRect(0, top, name_wide - 6, round(step))
            paint.text(painter, room, name, paint.Ink(14))
            box = bar.translated(0, top + (step - bar.height()) / 2)
            painter.fillRect(box, theme.colour("muteBg"))
            status = band(value)
            painter.fillRect(QRectF(box.left(), box.top(), box.width() * value / 100,
                                    box.height()), status.fill)  # fmt: skip
            side = theme.px(16)
            shape = QRectF(box.right() + 8, top + (step - side) / 2, side, side)
            draw_shape(painter, status, shape)
            room = QRect(round(shape.right()) + 6, top, words_wide - side - 14, round(step))
            paint.text(painter, room, words, paint.Ink(13, bold=True))
        x = bar.left() + bar.width() * TARGET / 100
        painter.setPen(QPen(theme.colour("text"), 1.5))
        painter.drawLine(QPointF(x, 0), QPointF(x, step * len(self.bars)))
        painter.end()
