"""Status marks: a shape, a word and a colour, in that order; colour never speaks alone."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

from app.ui import icons, theme
from app.ui.icons import Icon


class Status(StrEnum):
    """The seven states of the design; each has its own shape."""

    OK = "ok"
    """Filled circle with a tick: agrees, in use, signed."""
    INFO = "info"
    """Square with an i: under way, waiting for me."""
    WARN = "warn"
    """Triangle: 3 to 6 months, due today."""
    NEAR = "near"
    """Diamond: within 3 months, difference, overdue."""
    BAD = "bad"
    """Octagon: expired, refused, above the cap."""
    MUTE = "mute"
    """Ring: not yet, out of use."""
    LOCK = "lock"
    """Padlock: locked, awarded centrally."""

    @property
    def text(self) -> QColor:
        """Colour of words."""
        return theme.colour(self.value)

    @property
    def tint(self) -> QColor:
        """Colour behind words."""
        return theme.colour(f"{self.value}Bg")

    @property
    def fill(self) -> QColor:
        """Colour of the shape."""
        return theme.colour(f"{self.value}Fill")


_GLYPHS: Final = {
    Status.OK: Icon.CHECK_CIRCLE,
    Status.WARN: Icon.ALERT,
    Status.NEAR: Icon.ALERT_RHOMBUS,
    Status.BAD: Icon.CLOSE_OCTAGON,
    Status.LOCK: Icon.LOCK,
}


def draw_shape(painter: QPainter, status: Status, rect: QRectF) -> None:
    """Draw the shape of `status` into the square `rect`; kept as a pixmap unless scaled."""
    glyph = _GLYPHS.get(status)
    if glyph is not None:
        icons.draw(painter, glyph, rect, status.fill)
        return
    if painter.transform().isScaling():
        _draw(painter, status, rect)
        return
    side = round(rect.width())
    ready = _pixmap(status, side, theme.is_dark(), painter.device().devicePixelRatio())
    painter.drawPixmap(round(rect.x() + (rect.width() - side) / 2), round(rect.y()), ready)


@cache
def _pixmap(status: Status, side: int, dark: bool, ratio: float) -> QPixmap:
    """The shape in the look in force (`dark` is in the key only)."""
    del dark
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    _draw(painter, status, QRectF(0, 0, side, side))
    painter.end()
    return pixmap


def _draw(painter: QPainter, status: Status, rect: QRectF) -> None:
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    unit = rect.width() / 24
    if status is Status.MUTE:
        painter.setPen(QPen(status.fill, 3 * unit))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(rect.adjusted(4 * unit, 4 * unit, -4 * unit, -4 * unit))
    else:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(status.fill)
        square = rect.adjusted(2.5 * unit, 2.5 * unit, -2.5 * unit, -2.5 * unit)
        painter.drawRoundedRect(square, 3 * unit, 3 * unit)
        painter.setBrush(theme.colour("surface"))
        centre = rect.center()
        painter.drawEllipse(QPointF(centre.x(), centre.y() - 4 * unit), 1.5 * unit, 1.5 * unit)
        painter.drawRect(QRectF(centre.x() - 1.3 * unit, centre.y() - unit, 2.6 * unit, 6 * unit))
    painter.restore()
