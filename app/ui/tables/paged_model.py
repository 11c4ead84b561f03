"""A table model over keyset pages: any number of rows, a few pages in memory.

Pages are fetched in a reader thread; the model grows page by page as the person scrolls. Only the
newest 64 pages are kept; an older one is asked for again by the key it started after.
"""

from __future__ import annotations

import itertools
from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)
from typing_extensions import override

from app.ui.jobs import JobRunner
from app.ui.tables.cells import Cell, Row, plain
from app.ui.tables.columns import Column
from app.ui.tables.query import PAGE, PageQuery, RowPage, RowSource

KEPT_PAGES: Final = 64
Index = QModelIndex | QPersistentModelIndex
_ROOT: Final = QModelIndex()
_DISPLAY: Final = 0
_numbers = itertools.count(1)

_HEADING: Final = Qt.ItemFlag.ItemIsEnabled
_CELL: Final = _HEADING | Qt.ItemFlag.ItemIsSelectable
_FIELD: Final = _CELL | Qt.ItemFlag.ItemIsEditable
"""Joined once: Qt asks for each cell of each repaint."""


class TableModel(QAbstractTableModel):
    """What every table of the program is shown from: columns, and rows by position.

    Signals:
        loading: Whether a first page is being fetched.
        problem: The exception that a fetch ended with.
        counted: Number of rows of the query, once known.
        edited: The person changed a cell: row key, column key, new text or bool.
    """

    loading = Signal(bool)
    problem = Signal(object)
    counted = Signal(object)
    edited = Signal(object, str, object)

    def __init__(self, columns: Sequence[Column], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.columns = tuple(columns)
        self.positions = {column.key: i for i, column in enumerate(self.columns)}
        self.marks: set[tuple[object, str]] = set()
        """Cells changed and not saved yet: (row key, column key)."""

    def row_at(self, position: int) -> Row | None:
        """The row at a position; None while its page is on the way."""
        raise LookupError(position)

    @override
    def columnCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def cell(self, position: int, column: int) -> Cell | None:
        """The cell to paint; None while it is on the way."""
        row = self.row_at(position)
        return row.cells[column] if row else None

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role != _DISPLAY:
            return self._other(index, role)
        cell = self.cell(index.row(), index.column()) if index.isValid() else None
        return "" if cell is None else plain(cell)

    def _other(self, index: Index, role: int) -> Any:
        if not index.isValid():
            return None
        column = self.columns[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignVCenter | column.alignment
        if role == Qt.ItemDataRole.EditRole:
            cell = self.cell(index.row(), index.column())
            return "" if cell is None else plain(cell)
        return None

    @override
    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == _DISPLAY:
            return self.columns[section].title
        return None

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        row = self.row_at(index.row())
        if row and row.heading:
            return _HEADING
        return _FIELD if self.columns[index.column()].editable else _CELL

    def position_of(self, key: object) -> int:
        """Where the row with `key` is among the loaded rows; -1 if it is not."""
        for position in range(self.rowCount()):
            row = self.row_at(position)
            if row and row.key == key:
                return position
        return -1


class PagedModel(TableModel):
    """Rows of a `RowSource`, fetched page by page through the job runner."""

    def __init__(
        self,
        columns: Sequence[Column],
        source: RowSource,
        jobs: JobRunner,
        parent: QObject | None = None,
        *,
        page: int = PAGE,
    ) -> None:
        super().__init__(columns, parent)
        self.source = source
        self.query = PageQuery()
        self.total: int | None = None
        self._jobs = jobs
        self._page = page
        self._name = f"table{next(_numbers)}"
        self._shown = source, self.query
        """What the rows that are here answer; more of them answer the same."""
        self._round = 0
        """Counts the answers shown; a page of an older one is dropped."""
        self._reset_pages()

    def _reset_pages(self) -> None:
        self._starts: list[object] = [None]
        self._sizes: list[int] = []
        self._pages: OrderedDict[int, tuple[Row, ...]] = OrderedDict()
        self._next: object = None
        self._more = False
        self._busy = False
        self._wanted: set[int] = set()

    def ask(self, query: PageQuery) -> None:
        """Show the answer to another question; old rows stay until the new ones are here."""
        self.query = query
        self.reload()

    def reload(self) -> None:
        """Ask again; used after changes."""
        self._busy = True
        query, source, size = self.query, self.source, self._page
        self.loading.emit(True)
        self._jobs.read(
            lambda: source.fetch(query, None, size),
            partial(self._show_first, (source, query)),
            self._fail,
            channel=f"{self._name}.first",
            owner=self,
        )
        self._jobs.read(
            lambda: source.count(query),
            self._take_count,
            lambda _error: None,
            channel=f"{self._name}.count",
            owner=self,
        )

    def _take_count(self, total: int) -> None:
        self.total = total
        self.counted.emit(total)

    def _fail(self, error: Exception) -> None:
        self._busy = False
        self.loading.emit(False)
        self.problem.emit(error)

    def _show_first(self, asked: tuple[RowSource, PageQuery], page: RowPage) -> None:
        self.beginResetModel()
        self._shown = asked
        self._round += 1
        self._reset_pages()
        if page.rows:
            self._keep(0, page)
        self.endResetModel()
        self.loading.emit(False)

    def _keep(self, number: int, page: RowPage) -> None:
        """Remember page `number`, which may be the one after the last."""
        self._pages[number] = page.rows
        if number == len(self._sizes):
            self._sizes.append(len(page.rows))
            self._starts.append(page.next_key)
            self._next, self._more = page.next_key, page.next_key is not None
        while len(self._pages) > KEPT_PAGES:
            self._pages.popitem(last=False)

    @override
    def rowCount(self, parent: Index = _ROOT) -> int:
        if parent.isValid() or not self._sizes:
            return 0
        return (len(self._sizes) - 1) * self._page + self._sizes[-1]

    @override
    def row_at(self, position: int) -> Row | None:
        number, offset = divmod(position, self._page)
        rows = self._pages.get(number)
        if rows is None:
            self._refetch(number)
            return None
        return rows[offset] if offset < len(rows) else None

    @override
    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._more and not self._busy

    @override
    def fetchMore(self, parent: Index) -> None:
        if not self.canFetchMore(parent):
            return
        self._busy = True
        self._fetch(self._next, partial(self._append, self._round))

    def _fetch(self, key: object, done: Callable[[RowPage], None]) -> None:
        """Another page of what is shown."""
        (source, query), size, asked = self._shown, self._page, self._round

        def failed(error: Exception) -> None:
            if asked == self._round:
                self._fail(error)

        self._jobs.read(lambda: source.fetch(query, key, size), done, failed, owner=self)

    def _append(self, asked: int, page: RowPage) -> None:
        if asked != self._round:
            return  # other rows are shown by now
        short = bool(self._sizes) and self._sizes[-1] != self._page
        if not page.rows or short:  # a source that gives short pages in the middle ends here
            self._busy, self._more = False, False
            return
        first = self.rowCount()
        self.beginInsertRows(QModelIndex(), first, first + len(page.rows) - 1)
        self._keep(len(self._sizes), page)
        self.endInsertRows()
        self._busy = False  # not before: a view that is told of new rows asks for more at once

    def _refetch(self, number: int) -> None:
        """Ask again for a page that was dropped; paints when it is back."""
        if number in self._wanted or number >= len(self._sizes):
            return
        self._wanted.add(number)
        # Not at once: this runs while painting, and a fast scroll passes many pages.
        QTimer.singleShot(0, self, lambda: self._fetch_dropped(number, self._round))

    def _fetch_dropped(self, number: int, asked: int) -> None:
        if asked != self._round or number >= len(self._starts):
            return
        self._fetch(self._starts[number], partial(self._restore, number, asked))

    def _restore(self, number: int, asked: int, page: RowPage) -> None:
        if asked != self._round:
            return
        self._wanted.discard(number)
        self._keep(number, page)
        first = number * self._page
        last = first + self._sizes[number] - 1
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(self.columns) - 1))
