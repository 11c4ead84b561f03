"""The rail on the left: screens in groups with the work that waits; icons alone when narrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QScrollArea, QVBoxLayout, QWidget
from typing_extensions import override

from app.i18n import _, language
from app.ui import icons, rounded, theme
from app.ui.icons import Icon
from app.ui.pages.registry import PageSpec
from app.ui.shell.rail_button import NARROW, RailButton
from app.ui.shell.rail_group import GroupHead, RailGroup
from app.ui.tables import paint
from app.ui.user_state import UserState

_FOOT: Final = "foot"
_STATE: Final = "rail"
_COMFORTABLE: Final = 36
_LOWEST: Final = 30
"""Heights of a screen's line at the comfortable text size; below the lowest, groups fold."""


def wide_width() -> int:
    """Width of the rail with words, in the look in force."""
    words = 0 if language() == "zh_CN" else 40  # Latin names of screens are longer
    return 164 + words + max(0, theme.sizes().font - 15) * 8


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
        rounded.draw(painter, box, 6, QColor("#2F76D2"))
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

    def __init__(
        self,
        specs: Sequence[PageSpec],
        state: UserState | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.buttons: dict[str, RailButton] = {}
        self.groups: list[RailGroup] = []
        self.narrow = False
        self._state = state
        self._current = ""
        self._exclusive = QButtonGroup(self)
        self._exclusive.setExclusive(True)
        self._brand = _Brand(self)
        self._body = QWidget(self)
        self._scroll = _scroll(self._body, self)
        self._foot: list[RailButton] = []
        self._under = {spec.name: spec.under for spec in specs}
        self._lay_out([spec for spec in specs if spec.rail])
        self._recall()
        self.set_narrow(narrow=False)

    def _lay_out(self, specs: Sequence[PageSpec]) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 6)
        column.setSpacing(0)
        column.addWidget(self._brand)
        column.addWidget(self._scroll, 1)
        inner = QVBoxLayout(self._body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(0)
        for group, members in groupby(specs, key=lambda one: one.group):
            made = [self._button(spec) for spec in members]
            if group == _FOOT:
                self._foot = made
            elif group:
                self._add_group(group, made, inner)
            for button in made:
                (column if group == _FOOT else inner).addWidget(button)
        inner.addStretch(1)

    def _add_group(self, name: str, made: Sequence[RailButton], inner: QVBoxLayout) -> None:
        group = RailGroup(name, GroupHead(_(name), self._body), made)
        group.head.clicked.connect(lambda: self._turn(group))
        self.groups.append(group)
        inner.addWidget(group.head)

    def _button(self, spec: PageSpec) -> RailButton:
        button = RailButton(spec, self._body)
        button.clicked.connect(lambda: self.chosen.emit(spec.name))
        self.buttons[spec.name] = button
        self._exclusive.addButton(button)
        return button

    def set_narrow(self, *, narrow: bool) -> None:
        """Icons alone, with the words as tooltips, or icons with words."""
        self.narrow = narrow
        self._brand.narrow = narrow
        for button in self.buttons.values():
            button.narrow = narrow
            button.setToolTip(button.text() if narrow else "")
        for group in self.groups:
            group.head.narrow = narrow
            group.head.setEnabled(not narrow)
            group.head.updateGeometry()
        self.setFixedWidth(NARROW if narrow else wide_width())
        self._fit()
        self.update()

    def _turn(self, group: RailGroup) -> None:
        """The person folds or opens a group; the rail remembers it."""
        group.chosen = not group.folded
        self._fit()
        if self._state is not None:
            said = {one.name: one.chosen for one in self.groups if one.chosen is not None}
            self._state.put(_STATE, dict(said))

    def _recall(self) -> None:
        said = self._state.get(_STATE) if self._state is not None else {}
        for group in self.groups:
            chosen = said.get(group.name)
            group.chosen = chosen if isinstance(chosen, bool) else None

    def _fit(self) -> None:
        """Every line keeps a height that a finger of any age can hit; what is too much folds."""
        folded = self._to_fold(self._room_for(theme.px(_LOWEST)))
        for group in self.groups:
            group.fold(folded=group.name in folded)
        shown = self._loose() + sum(len(one.buttons) for one in self.groups if not one.folded)
        tall = min(theme.px(_COMFORTABLE), self._room() // max(1, shown))
        for button in self.buttons.values():
            button.setFixedHeight(max(theme.px(_LOWEST), tall))

    def _loose(self) -> int:
        """How many screens stand in no group."""
        return len(self.buttons) - sum(len(group.buttons) for group in self.groups)

    def _room(self) -> int:
        """Pixels for the lines of screens."""
        heads = sum(group.head.sizeHint().height() for group in self.groups)
        return self.height() - self._brand.sizeHint().height() - heads - 8

    def _room_for(self, tall: int) -> int:
        """How many lines of a height there is room for in the groups."""
        return self._room() // tall - self._loose()

    def _to_fold(self, room: int) -> frozenset[str]:
        """The groups out of sight: the person's choice, else as few as the room asks for.

        The group of the screen in front stays open; the others give way from the last on.
        """
        if self.narrow:
            return frozenset()
        folded = {one.name for one in self.groups if one.chosen}
        shown = sum(len(one.buttons) for one in self.groups if one.name not in folded)
        for group in reversed(self.groups):
            free = group.chosen is None and not group.holds(self._current)
            if shown > room and free:
                folded.add(group.name)
                shown -= len(group.buttons)
        return frozenset(folded)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def show_current(self, name: str) -> None:
        """Mark the screen in front."""
        name = self._under.get(name) or name
        button = self.buttons.get(name)
        if button is None:
            return
        self._current = name
        button.setChecked(True)
        self._fit()
        if button not in self._foot:
            self._scroll.ensureWidgetVisible(button, 0, 0)

    def show_badges(self, counts: Mapping[str, int], urgent: frozenset[str]) -> None:
        """Show how much waits on each screen; the urgent ones in red."""
        for name, button in self.buttons.items():
            button.show_badge(counts.get(name, 0), urgent=name in urgent)
        for group in self.groups:
            group.count()

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.StyleChange and hasattr(self, "_foot"):
            self.set_narrow(narrow=self.narrow)
        super().changeEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour("rail"))
        painter.end()


def _scroll(body: QWidget, parent: QWidget) -> QScrollArea:
    """The part that scrolls by wheel when even the open group is too tall."""
    area = QScrollArea(parent)
    area.setWidget(body)
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.viewport().setAutoFillBackground(False)
    body.setAutoFillBackground(False)
    return area
