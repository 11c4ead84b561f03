"""Buttons: verb, icon, printed key; painted here so that they look alike everywhere."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QLabel, QPushButton, QSizePolicy, QWidget
from typing_extensions import override

from app.ui import icons, rounded, theme
from app.ui.icons import Icon
from app.ui.tables.paint import width_of

_CENTRE: Final = int(Qt.AlignmentFlag.AlignCenter)
_VCENTRE: Final = int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft)


class Kind(StrEnum):
    """How much a button asks for attention; one primary per screen."""

    PRIMARY = "primary"
    SECONDARY = "secondary"
    DANGER = "danger"
    """Red words on white: refuses, discards."""
    LINK = "link"
    """Blue words without an edge."""
    GHOST = "ghost"
    """An icon without an edge."""


def draw_keycap(
    painter: QPainter, rect: QRectF, text: str, ink: QColor, edge: QColor, size: int = 12
) -> None:
    """A key as printed on buttons and in the status bar."""
    rounded.draw(painter, rect.adjusted(0.5, 0.5, -0.5, -0.5), 4, None, edge)
    painter.setFont(theme.font(size))
    painter.setPen(ink)
    painter.drawText(rect, _CENTRE, text)


def keycap_width(text: str, size: int = 12) -> int:
    """Width of a printed key."""
    return width_of(text, theme.px(size), bold=False) + 14


class Button(QPushButton):
    """The program's button.

    Args:
        text: A verb (empty with an icon alone, then `setAccessibleName` is needed).
        kind: Attention.
        icon: Drawn before the text.
        key: Printed after the text; the key itself is bound by the action registry.
    """

    def __init__(
        self,
        text: str = "",
        kind: Kind = Kind.SECONDARY,
        parent: QWidget | None = None,
        *,
        icon: Icon | None = None,
        key: str = "",
    ) -> None:
        super().__init__(text, parent)
        self.kind = kind
        self.glyph = icon
        self.keycap = key
        self._hover = False
        self._short = False
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.setAutoDefault(False)

    def set_kind(self, kind: Kind) -> None:
        """Change how much attention it asks for."""
        self.kind = kind
        self.update()

    @property
    def words_leave(self) -> int:
        """Pixels that are won when the words leave and the icon alone stays; 0 where they stay."""
        if self.glyph is None or not self.text() or self.kind is Kind.PRIMARY:
            return 0
        return self._full().width() - theme.sizes().control

    @property
    def short(self) -> bool:
        """Whether the icon stands alone for want of room."""
        return self._short

    def set_short(self, short: bool) -> None:
        """Show the icon alone; its words stand in the tip then."""
        if short == self._short:
            return
        self._short = short
        if short and not self.toolTip():
            self.setToolTip(self.text())
        elif not short and self.toolTip() == self.text():
            self.setToolTip("")
        self.updateGeometry()
        self.update()

    @override
    def setText(self, text: str) -> None:
        """Other words; they stand in the tip while the icon stands alone."""
        if self._short and self.toolTip() == self.text():
            self.setToolTip(text)
        super().setText(text)

    def _words(self) -> str:
        return "" if self._short else self.text()

    def _font(self) -> QFont:
        return theme.font(14, bold=self.kind is Kind.PRIMARY)

    @override
    def sizeHint(self) -> QSize:
        height = theme.sizes().control
        return self._full() if self._words() else QSize(height, height)

    def _full(self) -> QSize:
        height = theme.sizes().control
        width = width_of(self.text(), theme.px(14), self.kind is Kind.PRIMARY)
        width += 8 if self.kind is Kind.LINK else 28
        width += 22 if self.glyph else 0
        width += keycap_width(self.keycap) + 8 if self.keycap else 0
        return QSize(width, height)

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def enterEvent(self, event: QEnterEvent) -> None:
        self._hover = True
        super().enterEvent(event)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._hover = False
        super().leaveEvent(event)

    def _ink(self) -> QColor:
        if not self.isEnabled():
            return theme.colour("disabled")
        tokens = {Kind.PRIMARY: "onPrimary", Kind.DANGER: "bad", Kind.LINK: "primary"}
        return theme.colour(tokens.get(self.kind, "text"))

    def _ground(self, painter: QPainter, box: QRectF) -> None:
        edge: QColor | None = None
        ground: QColor | None = theme.colour("surface")
        if self.kind is Kind.PRIMARY:
            hot = self._hover or self.isDown()
            ground = theme.colour("primaryHover" if hot else "primary")
            if not self.isEnabled():
                ground = theme.colour("muteBg")
        elif self.kind in {Kind.LINK, Kind.GHOST}:
            ground = theme.colour("hover") if self._hover and self.isEnabled() else None
        else:
            edge = theme.colour("badFill" if self.kind is Kind.DANGER else "field")
            if not self.isEnabled():
                edge = theme.colour("border")
            elif self._hover or self.isDown():
                ground = theme.colour("hover")
        rounded.draw(painter, box, 6, ground, edge)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ground(painter, QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        self._content(painter)
        if self.hasFocus():
            draw_focus(painter, self)
        painter.end()

    def _content(self, painter: QPainter) -> None:
        ink, bold = self._ink(), self.kind is Kind.PRIMARY
        words = width_of(self._words(), theme.px(14), bold)
        side = theme.px(18)
        glyph = (side + (6 if words else 0)) if self.glyph else 0
        cap = keycap_width(self.keycap) + 8 if self.keycap and words else 0
        left = max(4.0, (self.width() - words - glyph - cap) / 2)
        middle = self.height() / 2
        if self.glyph:
            icons.draw(painter, self.glyph, QRectF(left, middle - side / 2, side, side), ink)
        painter.setFont(self._font())
        painter.setPen(ink)
        room = QRectF(left + glyph, 0, self.width() - left - glyph - cap, self.height())
        painter.drawText(room, _VCENTRE, self._words())
        if cap:
            height = theme.px(20)
            place = QRectF(left + glyph + words + 8, middle - height / 2, cap - 8, height)
            edge = ink if bold else theme.colour("field")
            draw_keycap(painter, place, self.keycap, ink, edge)


def draw_focus(painter: QPainter, widget: QWidget, radius: float = 6) -> None:
    """The ring of the control that has the focus: 2 px, visible on every ground."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.colour("surface"), 4))
    box = QRectF(widget.rect()).adjusted(2, 2, -2, -2)
    painter.drawRoundedRect(box, radius - 1, radius - 1)
    painter.setPen(QPen(theme.colour("primary"), 2))
    painter.drawRoundedRect(QRectF(widget.rect()).adjusted(1, 1, -1, -1), radius, radius)


def icon_button(icon: Icon, name: str, parent: QWidget | None = None) -> Button:
    """A button with an icon alone, named for screen readers and tooltips."""
    result = Button("", Kind.GHOST, parent, icon=icon)
    result.setAccessibleName(name)
    result.setToolTip(name)
    return result


class KeyCap(QLabel):
    """A key as it is printed."""

    def __init__(self, key: str, parent: QWidget | None = None) -> None:
        super().__init__(key, parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @override
    def sizeHint(self) -> QSize:
        return QSize(keycap_width(self.text(), 13), theme.px(22))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ink, edge = theme.colour("text"), theme.colour("field")
        draw_keycap(painter, QRectF(self.rect()), self.text(), ink, edge, 13)
        painter.end()


class NavButton(QAbstractButton):
    """An entry of a list of sections: icon, words, marked when it is in front."""

    def __init__(self, text: str, icon: Icon, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setText(text)
        self.glyph = icon
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @override
    def sizeHint(self) -> QSize:
        words = QFontMetrics(theme.font(15, bold=True)).horizontalAdvance(self.text())
        wide = 22 + theme.px(18) + words + 8
        return QSize(max(120, wide), theme.sizes().control + 2)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on = self.isChecked()
        if on or self.underMouse():
            ground = theme.colour("selected" if on else "hover")
            rounded.draw(painter, QRectF(self.rect()), 6, ground)
        ink = theme.colour("primary" if on else "text2")
        side = theme.px(18)
        icons.draw(painter, self.glyph, QRectF(12, (self.height() - side) / 2, side, side), ink)
        painter.setFont(theme.font(15, bold=on))
        painter.setPen(theme.colour("text"))
        painter.drawText(QRectF(self.rect()).adjusted(22 + side, 0, 0, 0), _VCENTRE, self.text())
        if self.hasFocus():
            draw_focus(painter, self)
        painter.end()


class Chip(QAbstractButton):
    """A round chip: a quick view that can be chosen, or a filter that can be taken away.

    Signals:
        removed: The cross was clicked.
    """

    removed = Signal()

    def __init__(
        self,
        text: str,
        parent: QWidget | None = None,
        *,
        checkable: bool = True,
        closable: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setText(text)
        self.setCheckable(checkable)
        self.closable = closable
        self._hover = False
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        if closable:
            self.clicked.connect(self.removed)

    @override
    def sizeHint(self) -> QSize:
        cross = 20 if self.closable else 0
        width = width_of(self.text(), theme.px(14), bold=False) + 24 + cross
        return QSize(width, theme.sizes().control - 4)

    @override
    def enterEvent(self, event: QEnterEvent) -> None:
        self._hover = True
        super().enterEvent(event)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._hover = False
        super().leaveEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        on = self.isChecked() or self.closable
        edge = theme.colour("primary" if on else "field")
        ground = theme.colour("selected" if on else "hover" if self._hover else "surface")
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        rounded.draw(painter, box, box.height() / 2, ground, edge)
        ink = theme.colour("primary" if on else "text")
        painter.setPen(ink)
        painter.setFont(theme.font(14))
        painter.drawText(box.adjusted(12, 0, 0, 0), _VCENTRE, self.text())
        if self.closable:
            side = 14
            cross = QRectF(box.right() - 26, box.center().y() - side / 2, side, side)
            icons.draw(painter, Icon.CLOSE, cross, ink)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.colour("primary"), 2))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), box.height() / 2, 16)
        painter.end()
