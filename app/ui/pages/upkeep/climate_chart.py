"""A place's temperature over some days: the limits as a band, what is outside in red, holes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from typing_extensions import override

from app.domain.stock.climate import LONGEST_GAP
from app.i18n import _
from app.services.counting.climate_log import PlaceLog
from app.ui import theme
from app.ui.status import Status
from app.ui.tables import paint
from app.ui.widgets.charts import Chart

_LEFT: Final = 44
_FOOT: Final = 24
_TOP: Final = 12
_DOT: Final = 3.0


class ClimateChart(Chart):
    """The curve of a `PlaceLog`."""

    def __init__(self) -> None:
        super().__init__(210)
        self.log: PlaceLog | None = None

    def show_log(self, log: PlaceLog) -> None:
        """Show a place's readings."""
        self.log = log
        self.say(
            _("{place}，{n} 次读数，应在 {low}–{high} ℃，{outside} 次超限，{gaps} 处没有记录",
              place=log.place, n=len(log.readings), low=log.low, high=log.high,
              outside=log.outside, gaps=len(log.gaps))
        )  # fmt: skip

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        log = self.log
        if log is None or not log.readings:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = QRectF(_LEFT, _TOP, self.width() - _LEFT - 12, self.height() - _TOP - _FOOT)
        values = [float(one.celsius) for one in log.readings]
        low, high = min(*values, float(log.low)) - 1, max(*values, float(log.high)) + 1
        first, last = log.readings[0].at, log.readings[-1].at
        span = max((last - first).total_seconds(), 1.0)

        def place(at: datetime, celsius: float) -> QPointF:
            x = room.x() + room.width() * (at - first).total_seconds() / span
            return QPointF(x, room.bottom() - room.height() * (celsius - low) / (high - low))

        self._band(painter, room, place(first, float(log.high)), place(first, float(log.low)))
        self._days(painter, room, first, last)
        for gap in log.gaps:
            start, end = place(gap.start, low).x(), place(gap.end, low).x()
            wide = max(2.0, end - start)
            painter.fillRect(QRectF(start, room.y(), wide, room.height()), Status.NEAR.tint)
        path = QPainterPath()
        before: datetime | None = None
        for one in log.readings:
            point = place(one.at, float(one.celsius))
            if before is None or one.at - before > LONGEST_GAP:
                path.moveTo(point)
            else:
                path.lineTo(point)
            before = one.at
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour("primary"), 1.6))
        painter.drawPath(path)
        painter.setPen(Qt.PenStyle.NoPen)
        for one in log.readings:
            if not one.good:
                painter.setBrush(Status.BAD.fill)
                painter.drawEllipse(place(one.at, float(one.celsius)), _DOT, _DOT)
        painter.end()

    def _band(self, painter: QPainter, room: QRectF, top: QPointF, foot: QPointF) -> None:
        """What is allowed, with its two figures."""
        assert self.log is not None  # noqa: S101 - painting has looked
        painter.fillRect(
            QRectF(room.x(), top.y(), room.width(), foot.y() - top.y()), Status.OK.tint
        )
        painter.setPen(QPen(Status.OK.fill, 1, Qt.PenStyle.DashLine))
        for point, limit in ((top, self.log.high), (foot, self.log.low)):
            painter.drawLine(point, QPointF(room.right(), point.y()))
            where = QRectF(0, point.y() - 10, _LEFT - 6, 20).toRect()
            ink = paint.Ink(12, colour=theme.colour("text2"), align=Qt.AlignmentFlag.AlignRight)
            paint.text(painter, where, f"{limit}", ink)
            painter.setPen(QPen(Status.OK.fill, 1, Qt.PenStyle.DashLine))

    @staticmethod
    def _days(painter: QPainter, room: QRectF, first: datetime, last: datetime) -> None:
        """A thin line and the day at each midnight."""
        span = max((last - first).total_seconds(), 1.0)
        ink = paint.Ink(12, colour=theme.colour("text2"))
        day = first.replace(hour=0, minute=0, second=0, microsecond=0)
        count = max(1, (last.date() - first.date()).days + 1)
        step = max(1, count // 8)
        for number in range(0, count, step):
            at = day + timedelta(days=number)
            x = room.x() + room.width() * max(0.0, (at - first).total_seconds()) / span
            painter.setPen(QPen(theme.colour("border"), 1))
            painter.drawLine(QPointF(x, room.y()), QPointF(x, room.bottom()))
            where = QRectF(x + 2, room.bottom() + 3, 70, 18).toRect()
            paint.text(painter, where, f"{at:%m-%d}", ink)
