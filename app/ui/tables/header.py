"""The heading of a table: titles with units and sort arrows, and the filter row under them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHeaderView, QLineEdit, QWidget
from typing_extensions import override

from app.ui import icons, theme
from app.ui.icons import Icon
from app.ui.tables import paint
from app.ui.tables.columns import Column, Filter
from app.ui.tables.query import Sort

_PAD: Final = 10
_FILTER_ROW: Final = 32
_HINTS: Final = {Filter.TEXT: "…", Filter.NUMBER: "≥ ≤", Filter.DATE: "≤ 2027-04"}


class FilterEdit(QLineEdit):
    """One field of the filter row; a pick-list opens instead of typing where there is one.

    Signals:
        asked: The pick-list of the column is wanted.
        left_down: The person pressed ↓ to go into the rows.
    """

    asked = Signal()
    left_down = Signal()

    def __init__(self, column: Column, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("headerFilter")
        self.column = column
        self.pick = column.filter is Filter.CHOICE
        self.setReadOnly(self.pick)
        self.setPlaceholderText(column.hint or _HINTS.get(column.filter, "⌄"))
        self.setAccessibleName(column.title)
        self.setToolTip(column.title)

    @override
    def mousePressEvent(self, event: object) -> None:
        super().mousePressEvent(event)  # type: ignore[arg-type]  # passed on as it came
        if self.pick:
            self.asked.emit()

    @override
    def keyPressEvent(self, event: object) -> None:
        key = event.key()  # type: ignore[attr-defined]  # a QKeyEvent
        if self.pick and key in {Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Down}:
            self.asked.emit()
        elif key == Qt.Key.Key_Down:
            self.left_down.emit()
        else:
            super().keyPressEvent(event)  # type: ignore[arg-type]  # passed on as it came


class GridHeader(QHeaderView):
    """Horizontal heading that paints itself and carries the filter fields.

    Signals:
        filtered: A filter field changed: column key, text.
        pick_asked: The pick-list of a column is wanted: column key, the field.
        down_asked: The person wants to go from the filters into the rows.
    """

    filtered = Signal(str, str)
    pick_asked = Signal(str, object)
    down_asked = Signal()

    def __init__(
        self, columns: tuple[Column, ...], sorts: Callable[[], tuple[Sort, ...]], parent: QWidget
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.columns = columns
        self._sorts = sorts
        self.edits: dict[str, FilterEdit] = {}
        self.setMinimumSectionSize(24)
        self.setSectionsClickable(True)
        self.setSectionsMovable(True)
        self.setHighlightSections(False)
        self.sectionResized.connect(self.place_edits)
        self.sectionMoved.connect(self.place_edits)

    def show_filters(self, *, on: bool) -> None:
        """Show or hide the filter row."""
        if on and not self.edits:
            for column in self.columns:
                if column.filter is not Filter.NONE:
                    self._add_edit(column)
        elif not on:
            for edit in self.edits.values():
                edit.deleteLater()
            self.edits = {}
        self.updateGeometry()
        self.place_edits()

    def _add_edit(self, column: Column) -> None:
        edit = FilterEdit(column, self)
        key = column.key
        edit.textChanged.connect(lambda text: self.filtered.emit(key, text))
        edit.asked.connect(lambda: self.pick_asked.emit(key, edit))
        edit.left_down.connect(self.down_asked)
        self.edits[key] = edit

    @property
    def title_height(self) -> int:
        """Height of the titles alone."""
        return theme.px(46 if any(column.second for column in self.columns) else 36)

    @override
    def sizeHint(self) -> QSize:
        height = self.title_height + (_FILTER_ROW if self.edits else 0)
        return QSize(super().sizeHint().width(), height)

    def place_edits(self) -> None:
        """Move the filter fields under their columns."""
        for place, column in enumerate(self.columns):
            edit = self.edits.get(column.key)
            if edit is None:
                continue
            hidden = self.isSectionHidden(place)
            edit.setVisible(not hidden)
            if not hidden:
                left = self.sectionViewportPosition(place)
                edit.setGeometry(left + 5, self.title_height, self.sectionSize(place) - 8, 26)

    @override
    def updateGeometries(self) -> None:
        super().updateGeometries()
        self.place_edits()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), theme.colour("subtle"))
        painter.end()
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        bottom = self.viewport().height() - 1
        painter.fillRect(0, bottom, self.viewport().width(), 1, theme.colour("border"))
        painter.end()

    @override
    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        if not rect.isValid():
            return
        column = self.columns[logicalIndex]
        painter.fillRect(rect, theme.colour("subtle"))
        inner = QRect(rect.x() + _PAD, rect.y(), rect.width() - 2 * _PAD, self.title_height)
        if column.second:
            half = inner.height() // 2
            lower = QRect(inner.x(), inner.y() + half - 2, inner.width(), half)
            light = paint.Ink(13, colour=theme.colour("text2"), align=column.alignment)
            paint.text(painter, lower, column.second, light)
            inner.setHeight(half + 3)
        arrow = self._arrow(column.key)
        title = paint.width_of(column.title, theme.px(14), bold=True)
        unit = paint.width_of(column.unit, theme.px(13), bold=False) + 4 if column.unit else 0
        extra = 16 if arrow else 0
        title = min(title, max(8, inner.width() - unit - extra))
        used = title + unit + extra
        right = column.alignment & Qt.AlignmentFlag.AlignRight
        centre = column.alignment & Qt.AlignmentFlag.AlignHCenter
        shift = inner.width() - used if right else (inner.width() - used) // 2 if centre else 0
        left = inner.x() + max(0, shift)
        ink = paint.Ink(14, bold=True, colour=theme.colour("text2"))
        paint.text(painter, QRect(left, inner.y(), title + 1, inner.height()), column.title, ink)
        if unit:
            box = QRect(left + title + 4, inner.y(), unit, inner.height())
            ink = paint.Ink(13, colour=theme.colour("text3"))
            paint.text(painter, box, column.unit, ink)
        if arrow:
            box_f = QRectF(left + title + unit + 1, inner.center().y() - 7, 16, 16)
            icons.draw(painter, arrow, box_f, theme.colour("primary"))

    def _arrow(self, key: str) -> Icon | None:
        for sort in self._sorts():
            if sort.column == key:
                return Icon.MENU_DOWN if sort.descending else Icon.MENU_UP
        return None
