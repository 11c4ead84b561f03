"""The grid: every table of the program.

Order and filters live in `GridState`, the two scrolling halves in `Halves`, what stands in place
of rows in `Overlay`; this widget joins them with the model, the keys and the clipboard.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QEvent, QItemSelectionModel, Qt, Signal, SignalInstance
from PySide6.QtGui import (
    QGuiApplication,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget
from typing_extensions import override

from app.ui import rounded, theme
from app.ui.tables import clipboard, layout, paint, summary
from app.ui.tables.cells import Row
from app.ui.tables.chips import FilterChips
from app.ui.tables.chooser import ColumnChooser
from app.ui.tables.filter_row import FilterRow
from app.ui.tables.grid_state import GridState
from app.ui.tables.halves import Halves
from app.ui.tables.list_model import ListModel
from app.ui.tables.overlay import Overlay
from app.ui.tables.paged_model import PagedModel, TableModel

_CONTROL: Final = Qt.KeyboardModifier.ControlModifier
_SHIFT: Final = Qt.KeyboardModifier.ShiftModifier


class GridView(QFrame):
    """A table with everything the design asks of one.

    Signals:
        opened: A row was opened (Enter, double click): the `Row`.
        current_changed: Another row is current: the `Row` or None.
        selection_changed: The selected rows changed.
        link_clicked: A link cell was clicked, or Space pressed on its row: the `Row`, the column
            key.
        key_pressed: A bare letter on the rows (Y, N, T …): the letter.
        escaped: Esc on the rows.
        counts_changed: What `counts` says changed.
    """

    opened = Signal(object)
    current_changed = Signal(object)
    selection_changed = Signal()
    link_clicked = Signal(object, str)
    key_pressed = Signal(str)
    escaped = Signal()
    counts_changed = Signal()

    def __init__(
        self, model: TableModel, parent: QWidget | None = None, *, framed: bool = True
    ) -> None:
        super().__init__(parent)
        self.model = model
        model.setParent(self)
        self._framed = framed
        self.state = GridState(model.columns, self)
        self.halves = Halves(model, self.state, self)
        self.chips = FilterChips(self.state, self)
        self.filters = FilterRow(self.halves.headers, self.state, self)
        self.overlay = Overlay(model, self.state, self, self.reload)
        self._wanted_key: object = None
        edge = 1 if framed else 0
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(edge, edge, edge, edge)
        self._column.setSpacing(0)
        self._column.addWidget(self.chips)
        self._column.addWidget(self.halves, 1)
        self.setFocusProxy(self.halves.right)
        self.halves.resized.connect(self._place_overlay)
        self._connect_rows()
        self._connect_model()

    def _connect_rows(self) -> None:
        for header in self.halves.headers:
            header.sectionClicked.connect(self._click_heading)
            header.sectionHandleDoubleClicked.connect(self.halves.fit)
            header.down_asked.connect(self.focus_rows)
            header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            header.customContextMenuRequested.connect(lambda _at: self.choose_columns())
        for body in self.halves.bodies:
            body.opened.connect(lambda position: self._emit_row(self.opened, position))
            body.clicked_link.connect(self._emit_link)
            body.key_pressed.connect(self.key_pressed)
            body.escaped.connect(self.escaped)
            body.arrived.connect(self._begin)
        self.halves.selection.currentRowChanged.connect(
            lambda now, _before: self.current_changed.emit(self.model.row_at(now.row()))
        )
        self.halves.selection.selectionChanged.connect(self._selected)
        self.halves.right.verticalScrollBar().valueChanged.connect(self.counts_changed)

    def _connect_model(self) -> None:
        self.state.changed.connect(self._ask)
        self.model.modelReset.connect(self._shown)
        self.model.rowsInserted.connect(self.counts_changed)
        self.model.counted.connect(self.counts_changed)

    def set_footer(self, footer: QWidget) -> None:
        """Put a widget under the rows."""
        self._column.addWidget(footer)

    def set_empty(self, text: str, action: str = "", act: Callable[[], None] | None = None) -> None:
        """One sentence and one action for a table without rows."""
        self.overlay.empty_text = text
        self.overlay.empty_action, self.overlay.empty_act = action, act
        self.overlay.again()

    def show_filters(self, *, on: bool = True) -> None:
        """Show the filter row under the headings."""
        self.filters.show_row(on=on)
        self._place_overlay()

    def focus_filters(self) -> None:
        """Put the keyboard on the filter row (Ctrl+F), showing it if needed."""
        if not any(header.edits for header in self.halves.headers):
            self.show_filters()
        self.filters.focus()

    def _click_heading(self, place: int) -> None:
        add = bool(QGuiApplication.keyboardModifiers() & _SHIFT)
        self.state.click_sort(self.model.columns[place].key, add=add)

    def _ask(self) -> None:
        self.halves.delegate.needle = self.state.query.text
        for header in self.halves.headers:
            header.viewport().update()
        if isinstance(self.model, PagedModel):
            row = self.current()
            self._wanted_key = row.key if row else self._wanted_key
            self.model.ask(self.state.query)
        elif isinstance(self.model, ListModel):
            self.model.order(self.state.query.sorts)

    def reload(self) -> None:
        """Ask again with the same query; the current row stays where it still exists."""
        row = self.current()
        self._wanted_key = row.key if row else self._wanted_key
        if isinstance(self.model, PagedModel):
            self.model.ask(self.state.query)

    def current(self) -> Row | None:
        """The current row."""
        position = self.halves.selection.currentIndex().row()
        return self.model.row_at(position) if position >= 0 else None

    def selected(self) -> tuple[Row, ...]:
        """The selected rows, top to bottom."""
        chosen = self.halves.selection.selectedRows()
        rows = (self.model.row_at(place) for place in sorted(index.row() for index in chosen))
        return tuple(row for row in rows if row)

    def choose(self, key: object) -> bool:
        """Make the row with `key` current; False while it is not among the loaded rows."""
        position = self.model.position_of(key)
        if position < 0:
            self._wanted_key = key
            return False
        self._go(position)
        return True

    def _begin(self) -> None:
        """The keys came to rows of which none is chosen: the first begins."""
        if self.model.rowCount():
            self._go(0)

    def _go(self, position: int) -> None:
        place = self.halves.delegate.rule_column
        index = self.model.index(position, place)
        flags = QItemSelectionModel.SelectionFlag
        self.halves.selection.setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
        for body in self.halves.bodies:
            if not body.isColumnHidden(place):
                body.scrollTo(index)

    def focus_rows(self) -> None:
        """Put the keyboard on the rows; the first becomes current if none is."""
        if self.current() is None and self.model.rowCount():
            self._go(0)
        self.halves.right.setFocus()

    def choose_columns(self) -> None:
        """Let the person choose columns."""
        ColumnChooser(self.halves, lambda: layout.reset(self.halves), self).open()

    def _emit_row(self, signal: SignalInstance, position: int) -> None:
        row = self.model.row_at(position)
        if row and not row.heading:
            signal.emit(row)

    def _emit_link(self, position: int, key: str) -> None:
        if row := self.model.row_at(position):
            self.link_clicked.emit(row, key)

    def _selected(self) -> None:
        self.selection_changed.emit()
        self.counts_changed.emit()

    def _shown(self) -> None:
        """Rows arrived: put the current row back; under the keyboard the first begins."""
        wanted, self._wanted_key = self._wanted_key, None
        if wanted is None or not self.choose(wanted):
            if self.window().focusWidget() in self.halves.bodies and self.model.rowCount():
                self._go(0)
            else:
                self.current_changed.emit(None)
        self.counts_changed.emit()

    def counts(self) -> str:
        """Words for the status bar."""
        return summary.counts(self.model, self.halves.right, self.selected())

    def copy(self, *, headings: bool = False) -> None:
        """Copy the selected rows at full precision for a spreadsheet."""
        text = clipboard.tsv(self.selected(), self.model.columns, headings=headings)
        QGuiApplication.clipboard().setText(text)

    def save_state(self) -> dict[str, object]:
        """Layout, order and filters, to be kept per person and screen."""
        row = self.current()
        return {
            "layout": layout.saved(self.halves),
            "query": self.state.saved(),
            "current": row.key if row and isinstance(row.key, int | str) else None,
            "filters": any(header.edits for header in self.halves.headers),
        }

    def restore_state(self, saved: dict[str, object]) -> None:
        """Put a remembered state back; asks the source once."""
        arrangement, query = saved.get("layout"), saved.get("query")
        if isinstance(arrangement, dict):
            layout.restore(self.halves, arrangement)
        if saved.get("filters"):
            self.show_filters()
        self._wanted_key = saved.get("current")
        self.state.restore(query if isinstance(query, dict) else {})

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        mods = event.modifiers()
        if event.key() == Qt.Key.Key_C and mods & _CONTROL:
            self.copy(headings=bool(mods & _SHIFT))
        elif event.text() == "/":
            self.focus_filters()
        else:
            super().keyPressEvent(event)

    def _place_overlay(self) -> None:
        top = self.halves.y() + self.halves.headers[0].sizeHint().height()
        height = self.halves.geometry().bottom() + 1 - top
        self.overlay.place(1, top, self.width() - 2, height)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._place_overlay()

    @override
    def changeEvent(self, event: QEvent) -> None:
        if event.type() is QEvent.Type.StyleChange and hasattr(self, "halves"):
            paint.fonts_changed()
            self.halves.resize_to_look()
        super().changeEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ground = theme.colour("surface")
        edge = theme.colour("border") if self._framed else ground
        rounded.frame(painter, self.rect(), 6, ground, edge)
        painter.end()
