"""A group of screens in the rail that folds under its heading."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget
from typing_extensions import override

from app.i18n import _
from app.ui import icons, theme
from app.ui.icons import Icon
from app.ui.shell.rail_button import NARROW, RailButton
from app.ui.tables import paint


class GroupHead(QAbstractButton):
    """The heading of a group; pressed, it folds or opens. A thin rule when narrow."""

    def __init__(self, words: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setText(words)
        self.narrow = False
        self.folded = False
        self.waiting = 0
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(words)

    @override
    def sizeHint(self) -> QSize:
        return QSize(NARROW, 16 if self.narrow else theme.px(30))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ink = theme.colour("railCap")
        if self.narrow:
            rule = QColor(ink)
            rule.setAlphaF(0.35)
            painter.fillRect(12, self.height() // 2, self.width() - 24, 1, rule)
        else:
            lit = self.underMouse() or self.hasFocus()
            self._words(painter, theme.colour("railText") if lit else ink, lit=lit)
        painter.end()

    def _words(self, painter: QPainter, ink: QColor, *, lit: bool) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        words = self.text()
        if self.folded and self.waiting:
            words = _("{group} · {n} 项待办", group=words, n=self.waiting)
        paint.text(painter, self.rect().adjusted(18, 4, -32, 0), words, paint.Ink(13, colour=ink))
        if self.folded or lit:
            side = theme.px(16)
            place = QRectF(self.width() - side - 16, (self.height() - side) / 2 + 2, side, side)
            shape = Icon.CHEVRON_RIGHT if self.folded else Icon.CHEVRON_DOWN
            icons.draw(painter, shape, place, ink)


class RailGroup:
    """The heading and the screens below it.

    `chosen` is what the person decided by hand: folded, open, or None to leave it to the room.
    """

    def __init__(self, name: str, head: GroupHead, buttons: Sequence[RailButton]) -> None:
        self.name = name
        self.head = head
        self.buttons = tuple(buttons)
        self.chosen: bool | None = None

    @property
    def folded(self) -> bool:
        """Whether the screens are out of sight."""
        return self.head.folded

    def fold(self, *, folded: bool) -> None:
        """Hide or show the screens."""
        self.head.folded = folded
        self.head.setAccessibleDescription(_("已收起") if folded else _("已展开"))
        for button in self.buttons:
            button.setVisible(not folded)
        self.head.update()

    def holds(self, name: str) -> bool:
        """Whether the screen belongs to this group."""
        return any(button.spec.name == name for button in self.buttons)

    def count(self) -> None:
        """Add up what waits on the screens, for a folded heading."""
        self.head.waiting = sum(button.badge for button in self.buttons)
        self.head.update()
