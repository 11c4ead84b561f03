"""The member's rows on the left: name, specification and value, state; the most used first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from app.domain.mapping import OPEN, Issue, MapStatus
from app.i18n import _
from app.services.mapping.queries import LocalLine
from app.ui import theme
from app.ui.pages.mapping import words
from app.ui.tables import paint
from app.ui.widgets.card_list import CardFace, CardList

Index = QModelIndex | QPersistentModelIndex
_ROOT: Final = QModelIndex()


class RowsModel(QAbstractListModel):
    """The rows in sight; a row that was just decided stays where it is until the next filter."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[LocalLine] = []
        self.fresh: dict[int, str] = {}

    def show_rows(self, rows: Sequence[LocalLine]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.rows, self.fresh = list(rows), {}
        self.endResetModel()

    def decided(self, local_id: int, status: MapStatus, note: str) -> LocalLine | None:
        """Mark a row as decided, at once; what it was before."""
        place = self.place(local_id)
        if place < 0:
            return None
        before = self.rows[place]
        self.rows[place] = replace(before, status=status, issue=None, safe=False)
        self.fresh[local_id] = note
        self._changed(place)
        return before

    def put_back(self, before: LocalLine) -> None:
        """The decision was refused: the row is as it was."""
        place = self.place(before.id)
        if place >= 0:
            self.rows[place] = before
            self.fresh.pop(before.id, None)
            self._changed(place)

    def taken_back(self, rows: Mapping[int, LocalLine]) -> bool:
        """Rows whose decision was taken back stand where they stood; False if one is not here."""
        places = [self.place(local_id) for local_id in rows]
        if -1 in places:
            return False
        for place, row in zip(places, rows.values(), strict=True):
            self.rows[place] = row
            self.fresh.pop(row.id, None)
            self._changed(place)
        return True

    def as_decided(self, rows: Sequence[LocalLine]) -> tuple[LocalLine, ...]:
        """Rows that were read earlier, with what was decided here since."""
        now = {row.id: row for row in self.rows}
        return tuple(now.get(row.id, row) for row in rows)

    def place(self, local_id: int) -> int:
        """Where a row stands; -1 when it is not in sight."""
        return next((at for at, row in enumerate(self.rows) if row.id == local_id), -1)

    def next_open(self, start: int) -> int:
        """The next row that waits, from a place on and then from the top; -1 when none does."""
        order = [*range(start, len(self.rows)), *range(start)]
        return next((at for at in order if self.rows[at].status in OPEN), -1)

    def _changed(self, place: int) -> None:
        index = self.index(place, 0)
        self.dataChanged.emit(index, index)

    @override
    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        wanted = {Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole}
        if role not in wanted or not index.isValid():
            return None
        row = self.rows[index.row()]
        state = self.fresh.get(row.id) or words.state_pill(row).text
        return f"{row.name} {words.second_line(row)} {state}"


class WorkList(CardList):
    """The list; ↑ and ↓ choose a row, ← and → a candidate, letters decide.

    Signals:
        letter: A bare letter was pressed (Y, N, M …).
        turned: ← or → was pressed: -1 or 1.
    """

    letter = Signal(str)
    turned = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        self.lines = RowsModel()
        super().__init__(self.lines, self._face, lambda: self.current, parent)
        self.lines.setParent(self)
        self.setAccessibleName(_("待对码"))

    def _face(self, place: int) -> CardFace:
        row = self.lines.rows[place]
        note = self.lines.fresh.get(row.id, "")
        right = note or row.item_code or (_("{n} 分", n=row.score) if row.score else "")
        ink = paint.Ink(13, colour=theme.colour("text2"))
        return CardFace(row.name, words.second_line(row), words.state_pill(row), right, ink)

    @property
    def current(self) -> LocalLine | None:
        """The chosen row."""
        place = self.currentIndex().row()
        return self.lines.rows[place] if 0 <= place < len(self.lines.rows) else None

    def show_rows(self, rows: Sequence[LocalLine], wanted: int = 0) -> None:
        """Show other rows; the wanted one, or the chosen one, or the first that waits."""
        before = wanted or (self.current.id if self.current else 0)
        self.lines.show_rows(rows)
        place = self.lines.place(before)
        if place < 0:
            place = max(0, self.lines.next_open(0))
        if rows:
            self.go(place)
        else:
            self.chosen.emit(None)

    def go(self, place: int) -> None:
        """Choose the row at a place."""
        if 0 <= place < len(self.lines.rows):
            self.setCurrentIndex(self.lines.index(place, 0))

    def again(self, local_id: int) -> None:
        """Choose a row, and show it again if it is the chosen one."""
        place = self.lines.place(local_id)
        if place == self.currentIndex().row():
            self.chosen.emit(self.current)
        self.go(place)

    def go_on(self) -> bool:
        """Choose the next row that waits; where none does, stay, and say so."""
        place = self.lines.next_open(self.currentIndex().row() + 1)
        self.go(place)
        return place >= 0

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        text = event.text().upper()
        arrows = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        turn = arrows.get(Qt.Key(event.key()))
        if turn is not None:
            self.turned.emit(turn)
        elif len(text) == 1 and text.isascii() and text.isalpha() and not event.modifiers():
            self.letter.emit(text)
        else:
            super().keyPressEvent(event)


def wanted_by(view: str, text: str) -> Callable[[LocalLine], bool]:
    """The filter of a chip and of the search field."""
    needle = text.strip().lower()
    views: dict[str, Callable[[LocalLine], bool]] = {
        "open": lambda row: row.status in OPEN,
        "safe": lambda row: row.safe,
        "conflict": lambda row: row.status is MapStatus.CONFLICT,
        "none": lambda row: row.status is MapStatus.NONE,
        "done": lambda row: row.status is MapStatus.CONFIRMED,
        "changed": lambda row: row.issue is Issue.CHANGED,
    }

    def wanted(row: LocalLine) -> bool:
        said = f"{row.name} {row.trade} {row.code} {row.maker} {row.spec}".lower()
        return (view not in views or views[view](row)) and needle in said

    return wanted
