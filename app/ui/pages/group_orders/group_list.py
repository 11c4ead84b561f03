"""The list of group orders on the left: title, members and deadline, state, progress."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
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

from app.i18n import _
from app.services.orders.queries import GroupRow
from app.ui import theme
from app.ui.pages.group_orders import words
from app.ui.tables import paint

Index = QModelIndex | QPersistentModelIndex
_ROOT: Final = QModelIndex()
_PAD: Final = 14
_SELECTED: Final = QStyle.StateFlag.State_Selected
_HOVER: Final = QStyle.StateFlag.State_MouseOver


class GroupModel(QAbstractListModel):
    """Group orders, newest first."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[GroupRow, ...] = ()
        self.now = datetime.now(UTC)

    def show_rows(self, rows: Sequence[GroupRow], now: datetime) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.rows, self.now = tuple(rows), now
        self.endResetModel()

    @override
    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        wanted = {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}
        if role not in wanted or not index.isValid():
            return None
        row = self.rows[index.row()]
        counted = row.progress
        line = words.group_line(row, self.now)
        state = words.group_pill(row).text
        return f"{row.title} {line} {state} {counted.signed} / {counted.total}"


class _Delegate(QStyledItemDelegate):
    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(160, theme.px(15) + theme.px(13) + theme.px(24) + 32)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        look: Any = option
        box: QRect = look.rect
        model = index.model()
        if not isinstance(model, GroupModel):
            return
        row = model.rows[index.row()]
        chosen = bool(look.state & _SELECTED)
        if chosen or look.state & _HOVER:
            painter.fillRect(box, theme.colour("selected" if chosen else "hover"))
        if chosen:
            painter.fillRect(box.x(), box.y(), 3, box.height(), theme.colour("primary"))
        painter.fillRect(box.x(), box.bottom(), box.width(), 1, theme.colour("border"))
        _lines(painter, box.adjusted(_PAD, 6, -_PAD, -6), row, model.now, chosen=chosen)


def _lines(painter: QPainter, room: QRect, row: GroupRow, now: datetime, *, chosen: bool) -> None:
    """Three lines: title; members and deadline; state and progress."""
    first, second = theme.px(15) + 7, theme.px(13) + 7
    title = QRect(room.x(), room.y(), room.width(), first)
    paint.text(painter, title, row.title, paint.Ink(bold=chosen))
    grey = theme.colour("text2")
    line = QRect(room.x(), room.y() + first, room.width(), second)
    paint.text(painter, line, words.group_line(row, now), paint.Ink(13, colour=grey))
    top = room.y() + first + second
    foot = QRect(room.x() + 8, top, room.width() - 8, theme.px(24) + 2)
    paint.pill(painter, foot, words.group_pill(row))
    done = f"{row.progress.signed} / {row.progress.total}"
    right = paint.Ink(14, bold=bool(row.mine), align=Qt.AlignmentFlag.AlignRight)
    if row.mine:
        done = _("等你签 {n}", n=row.mine)
        right = right._replace(colour=theme.colour("info"))
    paint.text(painter, foot, done, right)


class GroupList(QListView):
    """The list; ↑ and ↓ choose, Enter goes to the orders.

    Signals:
        chosen: Another group order: the `GroupRow` or None.
        entered_orders: Enter was pressed.
    """

    chosen = Signal(object)
    entered_orders = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.groups = GroupModel(self)
        self.setModel(self.groups)
        self.setItemDelegate(_Delegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, on=False)
        self.setAccessibleName(_("统采订单"))
        self.selectionModel().currentChanged.connect(self._current)
        self.activated.connect(lambda _index: self.entered_orders.emit())

    @property
    def current(self) -> GroupRow | None:
        """The chosen group order."""
        place = self.currentIndex().row()
        return self.groups.rows[place] if 0 <= place < len(self.groups.rows) else None

    def show_rows(self, rows: Sequence[GroupRow], now: datetime, wanted: int = 0) -> None:
        """Show other rows; the chosen (or `wanted`) one stays, else what waits for me."""
        mine = next((row.id for row in rows if row.mine), 0)
        before = wanted or (self.current.id if self.current else mine)
        self.groups.show_rows(rows, now)
        places = {row.id: place for place, row in enumerate(rows)}
        if rows:
            self.setCurrentIndex(self.groups.index(places.get(before, 0), 0))
        else:
            self.chosen.emit(None)

    def choose(self, group_order_id: int) -> bool:
        """Choose a group order; False when it is not in the list."""
        for place, row in enumerate(self.groups.rows):
            if row.id == group_order_id:
                self.setCurrentIndex(self.groups.index(place, 0))
                return True
        return False

    def _current(self, now: QModelIndex, _before: QModelIndex) -> None:
        self.scrollTo(now)
        self.chosen.emit(self.current)
