"""The list of group orders on the left: title, members and deadline, state, progress."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.i18n import _
from app.services.orders.queries import GroupRow
from app.ui import theme
from app.ui.pages.group_orders import words
from app.ui.tables import paint
from app.ui.widgets.card_list import CardFace, CardList

Index = QModelIndex | QPersistentModelIndex
_ROOT: Final = QModelIndex()


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


class GroupList(CardList):
    """The list; ↑ and ↓ choose, Enter goes to the orders.

    Signals:
        entered_orders: Enter was pressed.
    """

    entered_orders = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        self.groups = GroupModel()
        super().__init__(self.groups, self._face, lambda: self.current, parent)
        self.groups.setParent(self)
        self.setAccessibleName(_("统采订单"))
        self.activated.connect(lambda _index: self.entered_orders.emit())

    def _face(self, place: int) -> CardFace:
        row = self.groups.rows[place]
        done, ink = f"{row.progress.signed} / {row.progress.total}", paint.Ink(14)
        if row.mine:
            done = _("等你签 {n}", n=row.mine)
            ink = paint.Ink(14, bold=True, colour=theme.colour("info"))
        line = words.group_line(row, self.groups.now)
        return CardFace(row.title, line, words.group_pill(row), done, ink)

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
