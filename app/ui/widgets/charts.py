"""Small charts painted here: bars, price steps, use and forecast, a bar of shares."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget
from typing_extensions import override

from app.ui import theme
from app.ui.status import Status
from app.ui.tables import paint

_CENTRE: Final = Qt.AlignmentFlag.AlignHCenter
_RIGHT: Final = Qt.AlignmentFlag.AlignRight


class Chart(QLabel):
    """A painted chart; its words say the same as its paint, for screen readers."""

    def __init__(self, height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tall = height
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def say(self, words: str) -> None:
        """The chart in words."""
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(240, theme.px(self._tall))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(120, theme.px(self._tall) // 2)


class Bars(Chart):
    """What charts of bars share: what is to be painted, and said."""

    def __init__(self, height: int = 150, parent: QWidget | None = None) -> None:
        super().__init__(height, parent)
        self.bars: tuple[tuple[str, float, str], ...] = ()

    def show_bars(self, bars: Sequence[tuple[str, float, str]]) -> None:
        """Show (name, value, value in words) bars."""
        self.bars = tuple(bars)
        self.say("，".join(f"{name} {words}" for name, _value, words in self.bars))


class BarsChart(Bars):
    """Labelled bars, the last one in blue: the value on top, the name below."""

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.bars:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = theme.px(13) + 8
        top, foot = line, self.height() - line - 4
        most = max((value for _name, value, _words in self.bars), default=1) or 1
        step = self.width() / len(self.bars)
        wide = min(theme.px(32), step * 0.6)
        for place, (name, value, words) in enumerate(self.bars):
            last = place == len(self.bars) - 1
            tall = max(2.0, (foot - top) * value / most)
            left = place * step + (step - wide) / 2
            colour = theme.colour("infoFill") if last else theme.colour("muteFill")
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.setOpacity(1 if last else 0.6)
            painter.drawRoundedRect(QRectF(left, foot - tall, wide, tall), 3, 3)
            painter.setOpacity(1)
            room = QRect(round(place * step), round(foot - tall) - line, round(step), line)
            paint.text(painter, room, words, paint.Ink(13, bold=last, align=_CENTRE))
            room = QRect(round(place * step), foot + 4, round(step), line)
            ink = paint.Ink(13, colour=theme.colour("text2"), align=_CENTRE)
            paint.text(painter, room, name, ink)
        painter.fillRect(0, foot, self.width(), 1, theme.colour("border"))
        painter.end()


class StepChart(Chart):
    """A price that holds until the next one: steps with the value at each."""

    def __init__(self, height: int = 120, parent: QWidget | None = None) -> None:
        super().__init__(height, parent)
        self.steps: tuple[tuple[str, float, str], ...] = ()

    def show_steps(self, steps: Sequence[tuple[str, float, str]]) -> None:
        """Show (time, value, value in words) steps, oldest first."""
        self.steps = tuple(steps)
        self.say("，".join(f"{name} {words}" for name, _value, words in self.steps))

    def _points(self, area: QRectF) -> list[QPointF]:
        values = [value for _name, value, _words in self.steps]
        least, span = min(values), max(values) - min(values)
        step = area.width() / max(1, len(values))

        def share(value: float) -> float:
            """How high: a price that never changed stands in the middle."""
            return 0.12 + 0.76 * (value - least) / span if span else 0.5

        return [
            QPointF(area.left() + step * (place + 0.35), area.bottom() - area.height() * share(one))
            for place, one in enumerate(values)
        ]

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.steps:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = theme.px(12) + 8
        area = QRectF(0, line, self.width(), self.height() - 2 * line)
        points = self._points(area)
        path = QPainterPath(points[0])
        for before, after in itertools.pairwise(points):
            path.lineTo(after.x(), before.y())
            path.lineTo(after)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme.colour("infoFill"), 2))
        painter.drawPath(path)
        painter.setPen(Qt.PenStyle.NoPen)
        step = self.width() / len(points)
        for place, point in enumerate(points):
            name, _value, words = self.steps[place]
            last = place == len(points) - 1
            painter.setBrush(theme.colour("infoFill"))
            painter.drawEllipse(point, 3.5, 3.5)
            room = QRect(round(point.x()) - 2, round(point.y()) - line + 1, round(step), line - 2)
            paint.text(painter, room, words, paint.Ink(13, bold=last))
            room = QRect(round(place * step), round(area.bottom()) + 4, round(step), line)
            grey = theme.colour("text2")
            paint.text(painter, room, name, paint.Ink(12, colour=grey))
            painter.setPen(Qt.PenStyle.NoPen)
        painter.fillRect(0, round(area.bottom()) + 1, self.width(), 1, theme.colour("border"))
        painter.end()


@dataclass(frozen=True, slots=True)
class Forecast:
    """One forecast step: middle, low and high."""

    value: float
    low: float
    high: float


class UseChart(Chart):
    """Use per week as grey bars, the forecast hatched in blue with its range."""

    def __init__(self, height: int = 120, parent: QWidget | None = None) -> None:
        super().__init__(height, parent)
        self.past: tuple[float, ...] = ()
        self.future: tuple[Forecast, ...] = ()
        self.words = ("", "")

    def show_use(
        self, past: Sequence[float], future: Sequence[Forecast], words: tuple[str, str]
    ) -> None:
        """Show past and future; `words` name the two parts under the axis."""
        self.past, self.future, self.words = tuple(past), tuple(future), words
        figures = " ".join(f"{value:g}" for value in self.past)
        ahead = " ".join(f"{step.value:g}" for step in self.future)
        self.say(f"{words[0]} {figures}；{words[1]} {ahead}")

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        count = len(self.past) + len(self.future)
        if not count:
            return
        painter = QPainter(self)
        line = theme.px(12) + 8
        foot = self.height() - line
        most = max([*self.past, *(step.high for step in self.future), 1.0])
        step = self.width() / count
        wide = step * 0.78
        scale = (foot - 6) / most
        for place, value in enumerate(self.past):
            box = QRectF(place * step, foot - value * scale, wide, value * scale)
            painter.fillRect(box, theme.colour("muteFill"))
        self._paint_future(painter, foot, step, scale)
        painter.fillRect(0, foot, self.width(), 1, theme.colour("field"))
        ink = paint.Ink(12, colour=theme.colour("text2"))
        room = QRect(0, foot + 2, self.width(), line - 2)
        paint.text(painter, room, self.words[0], ink)
        paint.text(painter, room, self.words[1], ink._replace(align=_RIGHT))
        painter.end()

    def _paint_future(self, painter: QPainter, foot: int, step: float, scale: float) -> None:
        blue = theme.colour("infoFill")
        wide = step * 0.78
        for place, ahead in enumerate(self.future, start=len(self.past)):
            box = QRectF(place * step, foot - ahead.value * scale, wide, ahead.value * scale)
            painter.fillRect(box, QBrush(blue, Qt.BrushStyle.BDiagPattern))
            painter.setPen(QPen(blue, 1))
            painter.drawRect(box)
            painter.setPen(QPen(theme.colour("text"), 1))
            middle = box.center().x()
            low, high = foot - ahead.low * scale, foot - ahead.high * scale
            painter.drawLine(QPointF(middle, low), QPointF(middle, high))
            for end in (low, high):
                painter.drawLine(QPointF(middle - 3, end), QPointF(middle + 3, end))
        if self.future and self.past:
            painter.setPen(QPen(theme.colour("text3"), 1, Qt.PenStyle.DashLine))
            x = len(self.past) * step - step * 0.1
            painter.drawLine(QPointF(x, 0), QPointF(x, foot))


class SegmentBar(QLabel):
    """Shares of a whole side by side: what is done, what differs, what is left."""

    def __init__(self, thickness: int = 10, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thick = thickness
        self.parts: tuple[tuple[Status, float, str], ...] = ()
        self.whole = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_parts(
        self, parts: Sequence[tuple[Status, float, str]], whole: float | None = None
    ) -> None:
        """Show (status, amount, words) parts of a whole (by default of their sum)."""
        self.parts = tuple(parts)
        self.whole = whole if whole is not None else sum(part[1] for part in parts)
        self.setAccessibleName("，".join(part[2] for part in parts))
        self.setToolTip(self.accessibleName())
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(120, self._thick)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(0, (self.height() - self._thick) / 2, self.width(), self._thick)
        clip = QPainterPath()
        clip.addRoundedRect(box, self._thick / 2, self._thick / 2)
        painter.setClipPath(clip)
        painter.fillRect(box, theme.colour("muteBg"))
        left = box.left()
        for status, amount, _words in self.parts:
            if amount <= 0 or self.whole <= 0:
                continue
            wide = max(3.0, box.width() * amount / self.whole)
            painter.fillRect(QRectF(left, box.top(), wide - 1, box.height()), status.fill)
            left += wide
        painter.end()
