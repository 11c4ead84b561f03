"""The rail on the left: screens in groups with the work that waits; icons alone when narrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QEnterEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from app.i18n import _, language
from app.ui import icons, theme
from app.ui.icons import Icon
from app.ui.pages.registry import PageSpec
from app.ui.tables import paint

NARROW: Final = 56
_FOOT: Final = "foot"


def wide_width() -> int:
    """Width of the rail with words, in the look in force."""
    words = 0 if language() == "zh_CN" else 28  # Latin names of screens are longer
    return 164 + words + max(0, theme.sizes().font - 15) * 8


class RailButton(QAbstractButton):
    """One screen in the rail."""

    def __init__(self, spec: PageSpec, parent: QWidget) -> None:
        super().__init__(parent)
        self.spec = spec
        self.badge = 0
        self.urgent = False
        self.narrow = False
        self._hover = False
        self.setText(_(spec.title))
        self.setCheckable(True)
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
        box = QRectF(self.rect()).adjusted(8, 1, -8, -1)
        on = self.isChecked()
        painter.setPen(Qt.PenStyle.NoPen)
        if on or self._hover or self.hasFocus():
            ground = QColor(theme.colour("railActive"))
            ground.setAlphaF(1.0 if on else 0.45)
            painter.setBrush(ground)
            painter.drawRoundedRect(box, 6, 6)
        if on or self.hasFocus():
            painter.setBrush(QColor("#6CA8F5"))
            bar = QRectF(box.left(), box.top() + 8, 4, box.height() - 16)
            painter.drawRoundedRect(bar if on else box.adjusted(0, 0, 4 - box.width(), 0), 2, 2)
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
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._badge_colour(bright=False))
        painter.drawRoundedRect(place, tall / 2, tall / 2)
        painter.setPen(QColor("#FFFFFF"))
        painter.setFont(theme.font(13))
        painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), words)


class _Caption(QWidget):
    """A heading of the rail; a thin rule when narrow."""

    def __init__(self, words: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.words = words
        self.narrow = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @override
    def sizeHint(self) -> QSize:
        return QSize(NARROW, 16 if self.narrow else theme.px(30))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.narrow:
            rule = QColor(theme.colour("railCap"))
            rule.setAlphaF(0.35)
            painter.fillRect(12, self.height() // 2, self.width() - 24, 1, rule)
        else:
            ink = paint.Ink(13, colour=theme.colour("railCap"))
            paint.text(painter, self.rect().adjusted(18, 4, 0, 0), self.words, ink)
        painter.end()


class _Brand(QWidget):
    """The name of the program at the top of the rail."""

    narrow = False

    @override
    def sizeHint(self) -> QSize:
        return QSize(NARROW, theme.px(52))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        side = 28
        left = (self.width() - side) / 2 if self.narrow else 16
        box = QRectF(left, (self.height() - side) / 2, side, side)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("#2F76D2"))
        painter.drawRoundedRect(box, 6, 6)
        icons.draw(painter, Icon.PLUS, box.adjusted(1, 1, -1, -1), QColor("#FFFFFF"))
        if not self.narrow:
            ink = paint.Ink(17, bold=True, colour=QColor("#FFFFFF"))
            room = self.rect().adjusted(round(box.right()) + 10, 0, 0, 0)
            paint.text(painter, room, _("医链采供"), ink)
        painter.end()


class Rail(QWidget):
    """All screens of the person.

    Signals:
        chosen: Name of a screen.
    """

    chosen = Signal(str)

    def __init__(self, specs: Sequence[PageSpec], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: dict[str, RailButton] = {}
        self.narrow = False
        self._captions: list[_Caption] = []
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._brand = _Brand(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 6)
        column.setSpacing(0)
        column.addWidget(self._brand)
        for group, members in groupby(
            (one for one in specs if one.rail), key=lambda one: one.group
        ):
            if group == _FOOT:
                column.addStretch(1)
            elif group:
                caption = _Caption(_(group), self)
                self._captions.append(caption)
                column.addWidget(caption)
            for spec in members:
                column.addWidget(self._button(spec))
        self.set_narrow(narrow=False)

    def _button(self, spec: PageSpec) -> RailButton:
        button = RailButton(spec, self)
        button.clicked.connect(lambda: self.chosen.emit(spec.name))
        self.buttons[spec.name] = button
        self._group.addButton(button)
        return button

    def set_narrow(self, *, narrow: bool) -> None:
        """Icons alone, with the words as tooltips, or icons with words."""
        self.narrow = narrow
        self._brand.narrow = narrow
        for button in self.buttons.values():
            button.narrow = narrow
            button.setToolTip(button.text() if narrow else "")
        for caption in self._captions:
            caption.narrow = narrow
            caption.updateGeometry()
        self.setFixedWidth(NARROW if narrow else wide_width())
        self._fit()
        self.update()

    def _fit(self) -> None:
        """Many screens in large text on a low window: the lines move together, none is cut off."""
        captions = sum(caption.sizeHint().height() for caption in self._captions)
        used = self._brand.sizeHint().height() + captions + 8
        room = (self.height() - used) // max(1, len(self.buttons))
        tall = max(theme.px(24), min(theme.px(36), room))
        for button in self.buttons.values():
            button.setFixedHeight(tall)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def show_current(self, name: str) -> None:
        """Mark the screen in front."""
        button = self.buttons.get(name)
        if button:
            button.setChecked(True)

    def show_badges(self, counts: Mapping[str, int], urgent: frozenset[str]) -> None:
        """Show how much waits on each screen; the urgent ones in red."""
        for name, button in self.buttons.items():
            button.show_badge(counts.get(name, 0), urgent=name in urgent)

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.StyleChange and hasattr(self, "buttons"):
            self.set_narrow(narrow=self.narrow)
        super().changeEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("rail"))
        painter.end()
