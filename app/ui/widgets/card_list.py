"""Cards under each other: a title, a second line, a state, and a word at the right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from typing_extensions import override

from app.ui import theme
from app.ui.tables import paint
from app.ui.tables.cells import Pill

Index = QModelIndex | QPersistentModelIndex
_PAD: Final = 12
_SELECTED: Final = QStyle.StateFlag.State_Selected
_HOVER: Final = QStyle.StateFlag.State_MouseOver


@dataclass(frozen=True, slots=True)
class CardFace:
    """What stands on a card.

    Attributes:
        title: The first line.
        line: The second, in grey.
        pill: The state.
        right: A word beside the state.
        ink: How that word is written; it stands at the right anyhow.
    """

    title: str
    line: str
    pill: Pill
    right: str
    ink: paint.Ink


class _Delegate(QStyledItemDelegate):
    def __init__(self, face: Callable[[int], CardFace], parent: QWidget) -> None:
        super().__init__(parent)
        self._face = face

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(160, theme.px(15) + theme.px(13) + theme.px(24) + 30)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look: Any = option
        box: QRect = look.rect
        chosen = bool(look.state & _SELECTED)
        if chosen or look.state & _HOVER:
            painter.fillRect(box, theme.colour("selected" if chosen else "hover"))
        if chosen:
            painter.fillRect(box.x(), box.y(), 3, box.height(), theme.colour("primary"))
        painter.fillRect(box.x(), box.bottom(), box.width(), 1, theme.colour("border"))
        room = box.adjusted(_PAD, 5, -_PAD, -5)
        _lines(painter, room, self._face(index.row()), chosen=chosen)


class CardList(QListView):
    """The list; ↑ and ↓ choose a card, and what comes next is kept in sight.

    Signals:
        chosen: Another card: its record, or None.
    """

    chosen = Signal(object)

    def __init__(
        self,
        model: QAbstractListModel,
        face: Callable[[int], CardFace],
        record: Callable[[], object],
        parent: QWidget | None,
    ) -> None:
        """Make the list; `face` says what is on a card, `record` what the chosen one is of."""
        super().__init__(parent)
        self._record = record
        self.setModel(model)
        self.setItemDelegate(_Delegate(face, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        # Letters are keys here: an input method would swallow them.
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, on=False)
        self.selectionModel().currentChanged.connect(self._current)

    def _current(self, now: QModelIndex, _before: QModelIndex) -> None:
        after = now.siblingAtRow(now.row() + 1)
        if after.isValid():
            self.scrollTo(after)
        self.scrollTo(now)
        self.chosen.emit(self._record())


def _lines(painter: QPainter, room: QRect, face: CardFace, *, chosen: bool) -> None:
    first, second = theme.px(15) + 7, theme.px(13) + 6
    line = QRect(room.x(), room.y(), room.width(), first)
    paint.text(painter, line, face.title, paint.Ink(bold=chosen))
    line = QRect(room.x(), room.y() + first, room.width(), second)
    paint.text(painter, line, face.line, paint.Ink(13, colour=theme.colour("text2")))
    foot = QRect(room.x() + 8, line.bottom() + 1, room.width() - 8, theme.px(24) + 2)
    paint.pill(painter, foot, face.pill)
    right = face.ink._replace(align=Qt.AlignmentFlag.AlignRight)
    paint.text(painter, foot, face.right, right)
