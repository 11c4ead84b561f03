"""What stands around the label on the canvas: the rulers, and the lines that parts stand on."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from app.domain.labels.design.editing import Guide
from app.domain.labels.design.parts import TENTHS, Design
from app.ui import theme
from app.ui.tables import paint

RULER: Final = 22
"""Width of a ruler in pixels."""
_LINE: Final = QColor("#B3261E")


def draw_guide(painter: QPainter, sheet: QRectF, guide: Guide, scale: float) -> None:
    """A line across the label on which the dragged part stands."""
    painter.setPen(QPen(_LINE, 1, Qt.PenStyle.DashLine))
    at = guide.at * scale / TENTHS
    if guide.upright:
        painter.drawLine(QPointF(sheet.x() + at, sheet.top() - 8),
                         QPointF(sheet.x() + at, sheet.bottom() + 8))  # fmt: skip
    else:
        painter.drawLine(QPointF(sheet.left() - 8, sheet.y() + at),
                         QPointF(sheet.right() + 8, sheet.y() + at))  # fmt: skip


def draw_rulers(
    painter: QPainter, size: QSize, sheet: QRectF, design: Design, scale: float
) -> None:
    """Millimetres above and at the left; every fifth longer, every tenth with its number."""
    painter.fillRect(QRectF(0, 0, size.width(), RULER), theme.colour("surface"))
    painter.fillRect(QRectF(0, 0, RULER, size.height()), theme.colour("surface"))
    painter.setPen(QPen(theme.colour("text3"), 1))
    painter.setFont(theme.font(10))
    for mm in range(int(design.width) + 1):
        x, length = sheet.x() + mm * scale, _tick(mm)
        painter.drawLine(QPointF(x, RULER - length), QPointF(x, RULER))
        if mm % 10 == 0:
            painter.drawText(QPointF(x + 2, RULER - 9), str(mm))
    for mm in range(int(design.height) + 1):
        y, length = sheet.y() + mm * scale, _tick(mm)
        painter.drawLine(QPointF(RULER - length, y), QPointF(RULER, y))
        if mm % 10 == 0 and mm:
            painter.drawText(QPointF(1, y - 2), str(mm))
    paint.corner(painter, QRectF(0, 0, RULER, RULER).toRect())


def _tick(mm: int) -> int:
    """Length of the ruler's mark at a millimetre."""
    return 10 if mm % 10 == 0 else 7 if mm % 5 == 0 else 4
