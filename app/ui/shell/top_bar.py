"""The bar at the top: title and context, the command field, scope, bell, person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget
from typing_extensions import override

from app.i18n import _
from app.ui import icons, rounded, theme
from app.ui.context import Scope
from app.ui.icons import Icon
from app.ui.tables import paint
from app.ui.widgets.buttons import draw_focus, draw_keycap, keycap_width
from app.ui.widgets.fields import Select
from app.ui.widgets.text import ElidedText, Role, Text

HEIGHT: Final = 56


class CommandField(QAbstractButton):
    """Looks like a search field, opens the palette."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(_("搜索或执行命令"))
        self.setAccessibleName(_("搜索或执行命令，Ctrl+K"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    @override
    def sizeHint(self) -> QSize:
        return QSize(268, theme.sizes().control)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(120, theme.sizes().control)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        rounded.draw(painter, box, 6, theme.colour("subtle"), theme.colour("field"))
        ink = theme.colour("text2")
        icons.draw(painter, Icon.MAGNIFY, QRectF(11, self.height() / 2 - 8, 16, 16), ink)
        cap = keycap_width("Ctrl+K", 13)
        tall = theme.px(20)
        place = QRectF(self.width() - cap - 8, (self.height() - tall) / 2, cap, tall)
        room = self.rect().adjusted(34, 0, -cap - 14, 0)
        paint.text(painter, room, self.text(), paint.Ink(14, colour=ink))
        draw_keycap(painter, place, "Ctrl+K", ink, theme.colour("field"), 13)
        if self.hasFocus():
            draw_focus(painter, self)
        painter.end()


class Bell(QAbstractButton):
    """The bell with the number of notices not seen yet."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.count = 0
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.show_count(0)

    def show_count(self, count: int) -> None:
        """Show how many notices are new."""
        self.count = count
        words = _("通知，{n} 条未看", n=count)
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(theme.sizes().control, theme.sizes().control)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = 20
        middle = QRectF(self.rect()).center()
        place = QRectF(middle.x() - side / 2, middle.y() - side / 2 + 1, side, side)
        icons.draw(painter, Icon.BELL, place, theme.colour("text2"))
        if self.count:
            words = str(self.count) if self.count < 100 else "99+"  # noqa: PLR2004 - two digits
            wide = max(17, paint.width_of(words, theme.px(12), bold=False) + 9)
            left = min(middle.x() + 1, self.width() - wide)  # two digits stay within the bell
            badge = QRectF(left, middle.y() - 17, wide, 17)
            rounded.draw(painter, badge, 8.5, theme.colour("badFill"))
            painter.setPen(QColor("#FFFFFF"))
            painter.setFont(theme.font(12))
            painter.drawText(badge, int(Qt.AlignmentFlag.AlignCenter), words)
        if self.hasFocus():
            draw_focus(painter, self)
        painter.end()


class Avatar(QAbstractButton):
    """The person: first character of the name; opens the menu of the program."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(name[:1])
        self.setToolTip(name)
        self.setAccessibleName(_("{name}，打开菜单", name=name))
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    @override
    def sizeHint(self) -> QSize:
        return QSize(34, 34)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour("lockBg"))
        box = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawEllipse(box)
        painter.setPen(theme.colour("lock"))
        painter.setFont(theme.font(14, bold=True))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), self.text())
        if self.hasFocus():
            draw_focus(painter, self, 16)
        painter.end()


class TopBar(QWidget):
    """Title left, search and scope right.

    Signals:
        scope_chosen: A `Scope` was picked.
    """

    scope_chosen = Signal(object)

    def __init__(self, name: str, scopes: Sequence[Scope], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = Text("", Role.PAGE_TITLE)
        self.note = ElidedText("", Role.LABEL)
        self.command = CommandField()
        self.scope = Select([(scope, scope.title) for scope in scopes], icon=Icon.HOSPITAL)
        self.scope.setAccessibleName(_("看哪个机构"))
        self.scope.setMinimumWidth(114)
        self.scope.setMaximumWidth(300)
        self.scope.currentIndexChanged.connect(lambda _i: self.scope_chosen.emit(self.scope.value))
        self.bell = Bell()
        self.avatar = Avatar(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(20, 0, 16, 0)
        row.setSpacing(12)
        row.addWidget(self.title)
        row.addWidget(self.note, 1)
        row.addWidget(self.command)
        row.addWidget(self.scope)
        row.addWidget(self.bell)
        row.addWidget(self.avatar)
        self._dress()

    def show_page(self, title: str, note: str) -> None:
        """Say what is in front."""
        self.title.setText(title)
        self.title.updateGeometry()
        self.note.setText(note)

    def fit(self, window_width: int) -> None:
        """Give room to the title on narrow windows."""
        narrow = window_width < 1200  # noqa: PLR2004 - design §4
        self.scope.setMaximumWidth(220 if narrow else 300)

    def _dress(self) -> None:
        self.setFixedHeight(HEIGHT if theme.sizes().font <= 15 else 64)  # noqa: PLR2004 - comfort

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.StyleChange and hasattr(self, "avatar"):
            self._dress()
        super().changeEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("surface"))
        painter.fillRect(0, self.height() - 1, self.width(), 1, theme.colour("border"))
        painter.end()
