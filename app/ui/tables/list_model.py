"""A table model over a few hundred rows in memory, with check marks, edits and undo.

For lines of a delivery, of a suggestion, of an order. The page owns the meaning: it gives an
`edit` function that turns (row, column key, typed value) into the new row, or raises
`DomainError` when the value cannot be taken.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

from PySide6.QtCore import QModelIndex, QObject, Qt, Signal
from typing_extensions import override

from app.domain.errors import DomainError
from app.ui.tables.cells import Row
from app.ui.tables.columns import Column, Kind
from app.ui.tables.paged_model import Index, TableModel
from app.ui.tables.query import Sort

Edit = Callable[[Row, str, object], Row]
_ROOT: Final = QModelIndex()
_Step = tuple[tuple[Row, Row], ...]


def _order_key(value: object) -> tuple[int, Decimal, str]:
    """Numbers before texts; dates order as their ISO texts."""
    if isinstance(value, int | Decimal):
        return 0, Decimal(value), ""
    return 1, Decimal(0), "" if value is None else str(value)


class ListModel(TableModel):
    """Rows in memory.

    Signals:
        refused: An edit was not taken: row key, column key, the `DomainError`.
        rows_changed: Any row changed, came or went (for footers and sums).
    """

    refused = Signal(object, str, object)
    rows_changed = Signal()

    def __init__(
        self, columns: Sequence[Column], edit: Edit | None = None, parent: QObject | None = None
    ) -> None:
        super().__init__(columns, parent)
        self._rows: list[Row] = []
        self._natural: list[object] = []
        self._edit = edit
        self._undo: list[_Step] = []
        self._redo: list[_Step] = []
        self.filled = False
        """Whether rows were put in, be it none: before that an empty table means loading."""

    @property
    def rows(self) -> tuple[Row, ...]:
        """All rows in order."""
        return tuple(self._rows)

    @override
    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    @override
    def row_at(self, position: int) -> Row | None:
        return self._rows[position] if 0 <= position < len(self._rows) else None

    def set_rows(self, rows: Sequence[Row], *, keep_marks: bool = False) -> None:
        """Show other rows; forgets undo, and marks unless told to keep them."""
        self.beginResetModel()
        self._rows = list(rows)
        self._natural = [row.key for row in rows]
        self.filled = True
        self.endResetModel()
        self._undo.clear()
        self._redo.clear()
        if not keep_marks:
            self.marks.clear()
        self.rows_changed.emit()

    def put(self, row: Row) -> None:
        """Replace the row with the same key, or add it at the end; cannot be undone."""
        position = self.position_of(row.key)
        if position < 0:
            position = len(self._rows)
            self.beginInsertRows(QModelIndex(), position, position)
            self._rows.append(row)
            self._natural.append(row.key)
            self.endInsertRows()
        else:
            self._replace(position, row)
        self.rows_changed.emit()

    def remove(self, key: object) -> None:
        """Take a row away; nothing happens if it is not there."""
        position = self.position_of(key)
        if position < 0:
            return
        self.beginRemoveRows(QModelIndex(), position, position)
        del self._rows[position]
        self._natural.remove(key)
        self.endRemoveRows()
        self.rows_changed.emit()

    def change(self, rows: Sequence[Row]) -> None:
        """Replace rows by their keys as one step that can be undone."""
        step: list[tuple[Row, Row]] = []
        for row in rows:
            position = self.position_of(row.key)
            if position >= 0 and self._rows[position] != row:
                step.append((self._rows[position], row))
                self._replace(position, row)
        if step:
            self._undo.append(tuple(step))
            self._redo.clear()
            self.rows_changed.emit()

    def undo(self) -> bool:
        """Take back the last step; False when there is none."""
        return self._step(self._undo, self._redo, 0)

    def redo(self) -> bool:
        """Do again what was taken back; False when there is none."""
        return self._step(self._redo, self._undo, 1)

    def _step(self, source: list[_Step], target: list[_Step], side: int) -> bool:
        if not source:
            return False
        step = source.pop()
        for pair in step:
            self._replace(self.position_of(pair[side].key), pair[side])
        target.append(step)
        self.rows_changed.emit()
        return True

    def _replace(self, position: int, row: Row) -> None:
        if not 0 <= position < len(self._rows):
            return
        self._rows[position] = row
        last = len(self.columns) - 1
        self.dataChanged.emit(self.index(position, 0), self.index(position, last))

    def order(self, sorts: Sequence[Sort]) -> None:
        """Sort the rows; without sort keys they return to the order they came in."""
        self.layoutAboutToBeChanged.emit()
        before = [(index, self._rows[index.row()].key) for index in self.persistentIndexList()]
        rows = {row.key: row for row in self._rows}
        natural = [rows[key] for key in self._natural if key in rows]
        for sort in reversed(sorts):
            place = self.positions[sort.column]
            natural.sort(key=lambda row: _order_key(row.value(place)), reverse=sort.descending)
        self._rows = natural
        places = {row.key: i for i, row in enumerate(natural)}
        for index, key in before:
            self.changePersistentIndex(index, self.index(places[key], index.column()))
        self.layoutChanged.emit()

    def checked(self, column: str) -> tuple[Row, ...]:
        """The rows whose check column is on."""
        place = self.positions[column]
        return tuple(row for row in self._rows if row.cells[place] is True)

    @override
    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row = self.row_at(index.row()) if index.isValid() else None
        if row is None or role != Qt.ItemDataRole.EditRole or self._edit is None:
            return False
        column = self.columns[index.column()]
        try:
            changed = self._edit(row, column.key, value)
        except DomainError as error:
            self.refused.emit(row.key, column.key, error)
            return False
        if changed != row:
            if column.kind is not Kind.CHECK:
                self.marks.add((row.key, column.key))
            self.change([changed])
        self.edited.emit(row.key, column.key, value)
        return True
