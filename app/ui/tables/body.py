"""The rows of a table: one `QTableView` with the program's keys and no surprises."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QDialog, QFrame, QLineEdit, QTableView, QWidget
from typing_extensions import override

from app.ui import theme
from app.ui.tables.cells import Link
from app.ui.tables.columns import Kind
from app.ui.tables.delegate import CellDelegate
from app.ui.tables.header import GridHeader
from app.ui.tables.paged_model import TableModel

_ENTER: Final = {Qt.Key.Key_Return, Qt.Key.Key_Enter}
_CURSOR = QAbstractItemView.CursorAction
_ROW_STEPS: Final = {
    _CURSOR.MoveUp: (-1, False),
    _CURSOR.MoveDown: (1, False),
    _CURSOR.MovePageUp: (-1, True),
    _CURSOR.MovePageDown: (1, True),
}
_NO_EDIT: Final = QAbstractItemView.EditTrigger.NoEditTriggers


class Body(QTableView):
    """Either half of a grid.

    Signals:
        opened: A row was opened with Enter or a double click (position).
        clicked_link: A link cell was clicked, or Space pressed on its row (position, column key).
        key_pressed: A single letter that the page may want (text); handled here, never by a
            shortcut, because a shortcut would eat characters of a scan.
        arrived: The keys came here while no row was chosen (not by a click, which chooses one).
    """

    opened = Signal(int)
    clicked_link = Signal(int, str)
    key_pressed = Signal(str)
    escaped = Signal()
    arrived = Signal()

    def __init__(self, model: TableModel, header: GridHeader, parent: QWidget) -> None:
        super().__init__(parent)
        self.table = model
        self.setModel(model)
        self.setHorizontalHeader(header)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(_NO_EDIT)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setMouseTracking(True)
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(20)
        self.setCornerButtonEnabled(False)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, on=False)
        self.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, on=False)

    @property
    def cells(self) -> CellDelegate | None:
        """The delegate, once set."""
        delegate = self.itemDelegate()
        return delegate if isinstance(delegate, CellDelegate) else None

    def resize_rows(self) -> None:
        """Take the row height of the look in force."""
        two_line = self.cells.two_line if self.cells else False
        sizes = theme.sizes()
        self.verticalHeader().setDefaultSectionSize(sizes.two_line if two_line else sizes.row)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, position = event.key(), self.currentIndex().row()
        plain = event.modifiers() in {
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        }
        if key in _ENTER and plain:
            self._enter(position)
        elif key == Qt.Key.Key_Space and position >= 0:
            self.toggle(position)
        elif key == Qt.Key.Key_Escape:
            self.escaped.emit()
            if isinstance(self.window(), QDialog):
                event.ignore()  # it closes the dialog, as from any of its fields
        elif key == Qt.Key.Key_F2 and not plain:
            super().keyPressEvent(event)
        elif plain and event.text().isdigit() and self.edit_cell(position, event.text()):
            event.accept()
        elif plain and event.text().isalpha() and event.text().isascii():
            self.key_pressed.emit(event.text().upper())
        elif key in {Qt.Key.Key_Tab, Qt.Key.Key_Backtab}:
            QWidget.keyPressEvent(self, event)
        elif (plain and event.text().isprintable() and event.text()) or (
            key == Qt.Key.Key_C and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            event.ignore()  # the grid and the page decide; Qt would search or copy one cell
        else:
            super().keyPressEvent(event)

    def _enter(self, position: int) -> None:
        # Enter in a cell's field comes up here as well, before the field is closed.
        if position >= 0 and self.state() is not QAbstractItemView.State.EditingState:
            self.opened.emit(position)

    def toggle(self, position: int) -> None:
        """Space: turn the check mark of a row; without a check column press the row's link."""
        for place, column in enumerate(self.table.columns):
            if column.kind is Kind.CHECK:
                value = self.table.cell(position, place)
                self.table.setData(self.table.index(position, place), value is not True)
                return
        for place, column in enumerate(self.table.columns):
            if isinstance(self.table.cell(position, place), Link):
                self.clicked_link.emit(position, column.key)
                return

    def editable_column(self) -> int:
        """The first column with a field in this half that is in sight; -1 for none."""
        for place, column in enumerate(self.table.columns):
            field = column.editable and column.kind is not Kind.CHECK
            if field and not self.isColumnHidden(place):
                return place
        return -1

    def edit_cell(self, position: int, text: str = "") -> bool:
        """Start editing the row's field, with `text` typed into it; False if it has none."""
        current = self.currentIndex().column()
        here = current >= 0 and not self.isColumnHidden(current)
        column = self.table.columns[current] if here else None
        if column is None or not column.editable or column.kind is Kind.CHECK:
            current = self.editable_column()
        if current < 0 or position < 0:
            return False
        index = self.table.index(position, current)
        self.setCurrentIndex(index)
        self.edit(index)
        editor = self.indexWidget(index) or self._editor()
        if isinstance(editor, QLineEdit) and text:
            editor.setText(text)
            editor.setModified(True)
            editor.deselect()
        return isinstance(editor, QLineEdit)

    def _editor(self) -> QLineEdit | None:
        return self.viewport().findChild(QLineEdit, "cellEdit")

    def _owns(self, editor: QWidget) -> bool:
        """Whether the editor is in this half: both halves hear the delegate they share."""
        return editor.parent() is self.viewport()

    @override
    def commitData(self, editor: QWidget) -> None:
        if self._owns(editor):
            super().commitData(editor)

    @override
    def closeEditor(self, editor: QWidget, hint: object) -> None:
        if not self._owns(editor):
            return
        super().closeEditor(editor, hint)  # type: ignore[arg-type]  # passed on as it came
        self.setFocus()

    @override
    def moveCursor(
        self, cursorAction: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        actions = QAbstractItemView.CursorAction
        if cursorAction in {actions.MoveNext, actions.MovePrevious}:
            step = 1 if cursorAction == actions.MoveNext else -1
            return self._next_field(step)
        if cursorAction in {actions.MoveHome, actions.MoveEnd}:
            row = 0 if cursorAction == actions.MoveHome else self.table.rowCount() - 1
            return self.table.index(row, self._column_here())
        if cursorAction in _ROW_STEPS and self.isColumnHidden(self.currentIndex().column()):
            return self._row_away(cursorAction)
        return super().moveCursor(cursorAction, modifiers)

    def _row_away(self, action: QAbstractItemView.CursorAction) -> QModelIndex:
        """Up and down while the current column stands in the other half; Qt would not move."""
        current = self.currentIndex()
        page = max(
            1, self.viewport().height() // max(1, self.verticalHeader().defaultSectionSize())
        )
        step, whole = _ROW_STEPS[action]
        row = current.row() + step * (page if whole else 1)
        last = self.table.rowCount() - 1
        return self.table.index(min(max(row, 0), last), self._column_here())

    def _column_here(self) -> int:
        """The current column, or the first that stands in this half.

        Qt marks what lies under the new cell: a hidden one is empty, the first row was marked.
        """
        current = self.currentIndex().column()
        every = range(len(self.table.columns))
        seen = [place for place in every if not self.isColumnHidden(place)] or [0]
        return current if current in seen else seen[0]

    def _next_field(self, step: int) -> QModelIndex:
        index = self.currentIndex()
        row, place = index.row(), index.column() + step
        count = len(self.table.columns)
        while 0 <= row < self.table.rowCount():
            while 0 <= place < count:
                column = self.table.columns[place]
                field = column.editable and column.kind is not Kind.CHECK
                if field and not self.isColumnHidden(place):
                    return self.table.index(row, place)
                place += step
            row += step
            place = 0 if step > 0 else count - 1
        return index

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        chosen = self.selectionModel().hasSelection()
        super().focusInEvent(event)
        if not chosen and event.reason() is not Qt.FocusReason.MouseFocusReason:
            self.arrived.emit()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        index = self.indexAt(event.position().toPoint())
        if not index.isValid() or event.button() is not Qt.MouseButton.LeftButton:
            return
        column = self.table.columns[index.column()]
        if column.kind is Kind.CHECK:
            value = self.table.cell(index.row(), index.column())
            self.table.setData(index, value is not True)
        elif isinstance(self.table.cell(index.row(), index.column()), Link):
            self.clicked_link.emit(index.row(), column.key)
        elif column.editable and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            self.edit(index)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and not self.table.columns[index.column()].editable:
            self.opened.emit(index.row())

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self.hover(self.indexAt(event.position().toPoint()).row())

    @override
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.hover(-1)

    def hover(self, row: int) -> None:
        """Light up the row under the mouse; both halves of a grid share the delegate."""
        delegate = self.cells
        if delegate is None or delegate.hover == row:
            return
        old, delegate.hover = delegate.hover, row
        for changed in (old, row):
            if changed >= 0:
                self._repaint_row(changed)

    def _repaint_row(self, row: int) -> None:
        top = self.rowViewportPosition(row)
        self.viewport().update(0, top, self.viewport().width(), self.rowHeight(row))

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        super().wheelEvent(event)
        event.accept()
