"""One screen in the rail: icon, words, the work that waits."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget
from typing_extensions import override

from app.i18n import _
from app.ui import icons, rounded, theme
from app.ui.pages.registry import PageSpec
from app.ui.tables import paint

NARROW: Final = 56


class RailButton(QAbstractButton):
    """One screen in the rail."""

    def __init__(self, spec: PageSpec, parent: QWidget) -> None:
        super().__init__(parent)
        self.spec = spec
        self.badge = 0
        self.urgent = False
        self.narrow = False
        self.setText(_(spec.title))
        self.setCheckable(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(_(spec.title))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_badge(self, count: int, *, urgent: bool = False) -> None:
        """Show how much waits here; urgent is red."""
        if (count, urgent) != (self.badge, self.urgent):
            self.badge, self.urgent = count, urgent
            name = _(self.spec.title)
            self.setAccessibleName(_("{name}，{n} 项待办", name=name, n=count) if count else name)
            self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(NARROW, theme.px(36))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(8, 1, -8, -1)
        on = self.isChecked()
        if on or self.underMouse() or self.hasFocus():
            ground = QColor(theme.colour("railActive"))
            ground.setAlphaF(1.0 if on else 0.45)
            rounded.draw(painter, box, 6, ground)
        if on or self.hasFocus():
            bar = QRectF(box.left(), box.top() + 8, 4, box.height() - 16)
            mark = bar if on else box.adjusted(0, 0, 4 - box.width(), 0)
            rounded.draw(painter, mark, 2, QColor("#6CA8F5"))
        ink = QColor("#FFFFFF") if on else theme.colour("railText")
        side = theme.px(18)
        left = (self.width() - side) / 2 if self.narrow else box.left() + 12
        place = QRectF(left, (self.height() - side) / 2, side, side)
        icons.draw(painter, self.spec.icon, place, ink)
        if self.narrow:
            self._dot(painter, place)
        else:
            taken = theme.px(22) + 16 if self.badge else 8
            room = self.rect().adjusted(round(place.right()) + 11, 0, -taken, 0)
            paint.text(painter, room, self.text(), paint.Ink(15, on, ink))
            self._count(painter, box)
        painter.end()

    def _dot(self, painter: QPainter, icon: QRectF) -> None:
        if self.badge:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._badge_colour(bright=True))
            painter.drawEllipse(QRectF(icon.right() + 2, icon.top() - 5, 8, 8))

    def _badge_colour(self, *, bright: bool) -> QColor:
        if self.urgent:
            return QColor("#FF5C86") if bright else QColor("#D01F4F")
        return QColor("#6CA8F5") if bright else QColor("#3B5E8C")

    def _count(self, painter: QPainter, box: QRectF) -> None:
        if not self.badge:
            return
        words = str(self.badge) if self.badge < 1000 else "999+"  # noqa: PLR2004 - room for three
        wide = max(theme.px(22), paint.width_of(words, theme.px(13), bold=False) + 12)
        tall = theme.px(19)
        place = QRectF(box.right() - wide - 8, box.center().y() - tall / 2, wide, tall)
        rounded.draw(painter, place, tall / 2, self._badge_colour(bright=False))
        painter.setPen(QColor("#FFFFFF"))
        painter.setFont(theme.font(13))
        painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), words)
