"""Rounded grounds and edges of small controls, kept as pixmaps.

Smooth round corners are the dearest thing that the window paints: each takes some ten times what
putting a ready pixmap does, and the same few are painted again and again.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil, floor
from typing import Final, NamedTuple

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap

_MOST_PIXELS: Final = 40_000
"""A larger ground is painted straight: as a pixmap it would take more memory than it is worth."""


def draw(
    painter: QPainter,
    box: QRectF,
    radius: float,
    ground: QColor | None,
    edge: QColor | None = None,
    pen: int = 1,
) -> None:
    """A rounded rectangle filled with `ground`, its edge `pen` wide; None leaves either out."""
    left, top = floor(box.x()) - pen, floor(box.y()) - pen
    width, height = ceil(box.right()) + pen - left, ceil(box.bottom()) + pen - top
    look = _Look(radius, ground.rgba() if ground else None, edge.rgba() if edge else None, pen)
    if painter.transform().isScaling() or width * height > _MOST_PIXELS:
        painter.save()
        _paint(painter, box, look)
        painter.restore()
        return
    ratio = painter.device().devicePixelRatio()
    place = (box.x() - left, box.y() - top, box.width(), box.height())
    painter.drawPixmap(left, top, _pixmap((width, height), place, look, ratio))


def frame(painter: QPainter, rect: QRect, radius: int, ground: QColor, edge: QColor) -> None:
    """The ground and thin edge of something large: plain fills, smooth only in the corners."""
    ratio = painter.device().devicePixelRatio()
    side = 2 * radius - 1
    look = _Look(radius, ground.rgba(), edge.rgba(), 1)
    corners = _pixmap((2 * radius, 2 * radius), (0.5, 0.5, side, side), look, ratio)
    x, y, wide, high = rect.x(), rect.y(), rect.width(), rect.height()
    painter.fillRect(x + radius, y, wide - 2 * radius, high, ground)
    painter.fillRect(x, y + radius, wide, high - 2 * radius, ground)
    for top in (y, y + high - 1):
        painter.fillRect(x + radius, top, wide - 2 * radius, 1, edge)
    for left in (x, x + wide - 1):
        painter.fillRect(left, y + radius, 1, high - 2 * radius, edge)
    cut = radius * ratio
    for left, from_x in ((x, 0.0), (x + wide - radius, cut)):
        for top, from_y in ((y, 0.0), (y + high - radius, cut)):
            source = QRectF(from_x, from_y, cut, cut)
            painter.drawPixmap(QRectF(left, top, radius, radius), corners, source)


class _Look(NamedTuple):
    """What a rounded rectangle looks like: radius, colours as numbers, width of the edge."""

    radius: float
    ground: int | None
    edge: int | None
    pen: int


def _paint(painter: QPainter, box: QRectF, look: _Look) -> None:
    pen = Qt.PenStyle.NoPen if look.edge is None else QPen(QColor.fromRgba(look.edge), look.pen)
    ground = look.ground
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush if ground is None else QColor.fromRgba(ground))
    painter.drawRoundedRect(box, look.radius, look.radius)


@lru_cache(maxsize=256)
def _pixmap(
    size: tuple[int, int],
    place: tuple[float, float, float, float],
    look: _Look,
    ratio: float,
) -> QPixmap:
    pixmap = QPixmap(round(size[0] * ratio), round(size[1] * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    _paint(painter, QRectF(*place), look)
    painter.end()
    return pixmap
