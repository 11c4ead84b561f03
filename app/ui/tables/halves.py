"""The two halves of a grid: frozen identity columns on the left, the rest on the right."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QItemSelectionModel, QObject, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget
from typing_extensions import override

from app.ui import theme
from app.ui.tables import paint
from app.ui.tables.body import Body
from app.ui.tables.columns import Column
from app.ui.tables.delegate import CellDelegate
from app.ui.tables.grid_state import GridState
from app.ui.tables.header import GridHeader
from app.ui.tables.paged_model import TableModel

_RULE: Final = 1


class Halves(QWidget):
    """Two bodies that scroll, select and light up as one."""

    def __init__(self, model: TableModel, state: GridState, parent: QWidget) -> None:
        super().__init__(parent)
        self.model = model
        self.frozen_keys = {column.key for column in model.columns if column.frozen}
        self.hidden_keys = {column.key for column in model.columns if column.hidden}
        self._scale = theme.px(15) / 15
        self.left = Body(model, GridHeader(model.columns, lambda: state.query.sorts, self), self)
        self.right = Body(model, GridHeader(model.columns, lambda: state.query.sorts, self), self)
        self.delegate = CellDelegate(model, self)
        self.left.setFocusPolicy(Qt.FocusPolicy.ClickFocus)  # one stop for Tab, not two
        old = self.left.selectionModel()
        self.left.setSelectionModel(self.right.selectionModel())
        old.deleteLater()
        for body in (self.left, self.right):
            body.setItemDelegate(self.delegate)
            body.resize_rows()
        self._sync_scrolling()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.left)
        row.addSpacing(_RULE)
        row.addWidget(self.right, 1)
        self._set_widths()
        self.arrange()
        self.left.viewport().installEventFilter(self)
        self.right.viewport().installEventFilter(self)
        for header in self.headers:
            header.sectionResized.connect(self._fit_left)

    @property
    def bodies(self) -> tuple[Body, Body]:
        """Left and right."""
        return self.left, self.right

    @property
    def headers(self) -> tuple[GridHeader, ...]:
        """The headings of both halves."""
        found = (body.horizontalHeader() for body in self.bodies)
        return tuple(header for header in found if isinstance(header, GridHeader))

    @property
    def selection(self) -> QItemSelectionModel:
        """The selection that both halves share."""
        return self.right.selectionModel()

    def _sync_scrolling(self) -> None:
        self.left.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.left.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        mine, other = self.left.verticalScrollBar(), self.right.verticalScrollBar()
        mine.valueChanged.connect(other.setValue)
        other.valueChanged.connect(mine.setValue)
        self.left.horizontalScrollBar().setObjectName("silent")
        self.right.horizontalScrollBar().rangeChanged.connect(self._match_foot)

    def _match_foot(self, _least: int, most: int) -> None:
        """Leave room under the left half where the right one has its scroll bar."""
        policy = Qt.ScrollBarPolicy
        self.left.setHorizontalScrollBarPolicy(
            policy.ScrollBarAlwaysOn if most > 0 else policy.ScrollBarAlwaysOff
        )

    def _set_widths(self) -> None:
        for body in self.bodies:
            for place, column in enumerate(self.model.columns):
                body.setColumnWidth(place, round(column.width * self._scale))

    def arrange(self) -> None:
        """Show each column in the half where it belongs."""
        for place, column in enumerate(self.model.columns):
            frozen, hidden = column.key in self.frozen_keys, column.key in self.hidden_keys
            self.left.setColumnHidden(place, hidden or not frozen)
            self.right.setColumnHidden(place, hidden or frozen)
        first = self._first_visible()
        self.delegate.rule_column = first
        self._fit_left()
        self.stretch()

    def _first_visible(self) -> int:
        for body in self.bodies:
            header = body.horizontalHeader()
            for visual in range(header.count()):
                place = header.logicalIndex(visual)
                if not header.isSectionHidden(place):
                    return place
        return 0

    def _fit_left(self) -> None:
        width = self.left.horizontalHeader().length()
        self.left.setVisible(width > 0)
        self.left.setFixedWidth(max(1, width))

    def stretch(self) -> None:
        """Give the width that is left to the stretching column, take missing width from it."""
        places = [
            (place, column)
            for place, column in enumerate(self.model.columns)
            if column.stretch and column.key not in self.hidden_keys
        ]
        if not places:
            return
        place, column = places[0]
        body = self.left if column.key in self.frozen_keys else self.right
        # not the right half's own width: the layout lags behind while the left half is fitted
        bar = self.right.width() - self.right.viewport().width()
        used = sum(header.length() for header in self.headers) + _RULE + bar
        spare = self.width() - used
        least = round(column.width * self._scale)
        wanted = max(least, body.columnWidth(place) + spare)
        if wanted != body.columnWidth(place):
            body.setColumnWidth(place, wanted)
        self._fit_left()

    def resize_to_look(self) -> None:
        """Take the sizes of the look in force, keeping the person's widths in proportion."""
        scale = theme.px(15) / 15
        factor, self._scale = scale / self._scale, scale
        for body in self.bodies:
            body.resize_rows()
            for place, column in enumerate(self.model.columns):
                hidden = body.isColumnHidden(place)  # its width reads as 0
                wide = column.width * scale if hidden else body.columnWidth(place) * factor
                body.setColumnWidth(place, round(wide))
        self.stretch()

    def fit(self, place: int) -> None:
        """Fit a column to the rows in sight (double click on its edge)."""
        body = self.left if self.model.columns[place].key in self.frozen_keys else self.right
        top = max(0, body.rowAt(0))
        bottom = body.rowAt(body.viewport().height() - 1)
        last = bottom if bottom >= 0 else self.model.rowCount() - 1
        widest = paint.width_of(self.model.columns[place].title, theme.px(14), bold=True) + 44
        for position in range(top, last + 1):
            cell = self.model.cell(position, place)
            if cell is not None:
                widest = max(widest, paint.cell_width(cell) + 24)
        body.setColumnWidth(place, min(widest, 480))

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Light up a row in both halves; stretch when a scroll bar comes or goes."""
        if event.type() is QEvent.Type.Resize and watched is self.right.viewport():
            self.stretch()
        elif event.type() in {QEvent.Type.MouseMove, QEvent.Type.Leave}:
            other = self.right if watched is self.left.viewport() else self.left
            other.viewport().update()
        return False

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.stretch()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.left.isVisible():
            return
        painter = QPainter(self)
        x = self.left.width()
        painter.fillRect(x, 0, _RULE, self.height(), theme.colour("field"))
        painter.end()

    def widths(self) -> dict[str, int]:
        """Column widths by key, in comfortable pixels."""
        result = {}
        for place, column in enumerate(self.model.columns):
            body = self.left if column.key in self.frozen_keys else self.right
            if not body.isColumnHidden(place):
                result[column.key] = round(body.columnWidth(place) / self._scale)
        return result

    def set_width(self, column: Column, width: int) -> None:
        """Set a column's width in comfortable pixels."""
        place = self.model.positions[column.key]
        for body in self.bodies:
            if not body.isColumnHidden(place):
                body.setColumnWidth(place, round(width * self._scale))

    def order(self) -> list[str]:
        """Column keys from left to right as the person arranged them."""
        header = self.right.horizontalHeader()
        return [self.model.columns[header.logicalIndex(v)].key for v in range(header.count())]

    def set_order(self, keys: list[str]) -> None:
        """Arrange columns from left to right; unknown keys are left out."""
        known = [key for key in keys if key in self.model.positions]
        for header in self.headers:
            for visual, key in enumerate(known):
                header.moveSection(header.visualIndex(self.model.positions[key]), visual)
        self.delegate.rule_column = self._first_visible()
