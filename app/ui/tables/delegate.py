"""Paints table cells: all of them here, none through style sheets, nothing formatted on the way."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)
from typing_extensions import override

from app.ui import theme
from app.ui.tables import paint
from app.ui.tables.cells import Row, plain
from app.ui.tables.columns import Column, Kind
from app.ui.tables.paged_model import TableModel

Index = QModelIndex | QPersistentModelIndex
_SELECTED: Final = QStyle.StateFlag.State_Selected
_PAD: Final = 10
_LEVEL: Final = 14
EDITABLE_MARGIN: Final = 7


class CellDelegate(QStyledItemDelegate):
    """Paints and edits the cells of one table.

    Attributes:
        model: Where cells come from, without going through `data`.
        needle: Words to highlight in two-line cells and texts.
        hover: Row under the mouse, -1 for none.
        current_rule: Whether the first visible column shows the bar of the current row.
    """

    def __init__(self, model: TableModel, parent: QWidget) -> None:
        super().__init__(parent)
        self.model = model
        self.needle = ""
        self.hover = -1
        self.rule_column = 0
        self.two_line = any(column.kind is Kind.TWO_LINE for column in model.columns)

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        sizes = theme.sizes()
        return QSize(100, sizes.two_line if self.two_line else sizes.row)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        # The stubs lack the fields of QStyleOption; one untyped name keeps this loop lean.
        look: Any = option
        rect: QRect = look.rect
        position, place = index.row(), index.column()
        row = self.model.row_at(position)
        selected = bool(look.state & _SELECTED)
        self._ground(painter, rect, row, position, selected=selected)
        if selected and place == self.rule_column:
            painter.fillRect(rect.x(), rect.y(), 3, rect.height() - 1, theme.colour("primary"))
        if row is None:
            paint.skeleton(painter, rect)
            return
        column = self.model.columns[place]
        inner = rect.adjusted(_PAD, 0, -_PAD, -1)
        if row.level and place == self.rule_column:
            inner.setLeft(inner.left() + row.level * _LEVEL)
        if column.editable and column.kind is not Kind.CHECK and not row.heading:
            self._edit_frame(
                painter, rect, focused=bool(look.state & QStyle.StateFlag.State_HasFocus)
            )
            inner.adjust(0, 0, -EDITABLE_MARGIN + 4, 0)
        paint.cell(painter, inner, row.cells[place], column, self._needle_for(column), row.heading)
        if (row.key, column.key) in self.model.marks:
            paint.corner(painter, rect)

    def _ground(
        self, painter: QPainter, rect: QRect, row: Row | None, position: int, *, selected: bool
    ) -> None:
        ground: QColor | None = None
        if selected:
            ground = theme.colour("selected")
        elif row and row.tint:
            ground = row.tint.tint
        elif row and row.heading:
            ground = theme.colour("subtle")
        elif position == self.hover:
            ground = theme.colour("hover")
        if ground is not None:
            painter.fillRect(rect, ground)
        painter.fillRect(
            rect.x(), rect.y() + rect.height() - 1, rect.width(), 1, theme.colour("border")
        )

    @staticmethod
    def _edit_frame(painter: QPainter, rect: QRect, *, focused: bool) -> None:
        height = min(rect.height() - 8, theme.px(30))
        top = rect.y() + (rect.height() - height) // 2
        frame = QRectF(
            rect.x() + EDITABLE_MARGIN, top, rect.width() - 2 * EDITABLE_MARGIN, height - 1
        )
        paint.field(painter, frame, focused=focused)

    def _needle_for(self, column: Column) -> str:
        return self.needle if column.kind in {Kind.TEXT, Kind.TWO_LINE} else ""

    @override
    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: Index) -> QWidget:
        editor = QLineEdit(parent)
        editor.setObjectName("cellEdit")
        column = self.model.columns[index.column()]
        editor.setAlignment(Qt.AlignmentFlag.AlignVCenter | column.alignment)
        editor.setAttribute(Qt.WidgetAttribute.WA_InputMethodEnabled, column.kind is Kind.TEXT)
        editor.setAccessibleName(column.title)
        return editor

    @override
    def setEditorData(self, editor: QWidget, index: Index) -> None:
        cell = self.model.cell(index.row(), index.column())
        if isinstance(editor, QLineEdit) and cell is not None:
            number = getattr(cell, "typed", "") or getattr(cell, "number", None)
            text = number if isinstance(number, str) else plain(cell)
            editor.setText("" if text == "—" else text.replace(",", ""))
            editor.selectAll()

    @override
    def setModelData(self, editor: QWidget, model: Any, index: Index) -> None:
        if isinstance(editor, QLineEdit) and editor.isModified():  # leaving a field says nothing
            self.model.setData(index, editor.text().strip())

    @override
    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: Index
    ) -> None:
        look: Any = option
        rect: QRect = look.rect
        height = min(rect.height() - 4, theme.px(32))
        top = rect.y() + (rect.height() - height) // 2
        editor.setGeometry(rect.x() + 5, top, rect.width() - 10, height)
