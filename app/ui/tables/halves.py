"""The two halves of a grid: frozen identity columns on the left, the rest on the right."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QItemSelectionModel, QObject, Qt, Signal
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
from app.ui.tables.widths import LOOKED_AT, Widths, share

_RULE: Final = 1


class Halves(QWidget):
    """Two bodies that scroll, select and light up as one.

    Attributes:
        frozen_keys: Columns of the left half.
        hidden_keys: Columns that the person hid.
        left_out: Columns for which there is no room now.

    Signals:
        resized: There is another room for rows.
    """

    resized = Signal()

    def __init__(self, model: TableModel, state: GridState, parent: QWidget) -> None:
        super().__init__(parent)
        self.model = model
        self.frozen_keys = {column.key for column in model.columns if column.frozen}
        self.hidden_keys = {column.key for column in model.columns if column.hidden}
        self.left_out: set[str] = set()
        self.widths = Widths(model.columns)
        self._arranging = False
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
        self.arrange()
        self.left.viewport().installEventFilter(self)
        self.right.viewport().installEventFilter(self)
        for header in self.headers:
            header.sectionResized.connect(self._resized)
        for moved in (model.modelReset, model.rowsInserted, model.rowsRemoved, model.dataChanged):
            moved.connect(self._measure)

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

    def arrange(self) -> None:
        """Show each column in the half where it belongs."""
        self._arranging = True
        for place, column in enumerate(self.model.columns):
            frozen, hidden = column.key in self.frozen_keys, not self._shows(column)
            self.left.setColumnHidden(place, hidden or not frozen)
            self.right.setColumnHidden(place, hidden or frozen)
        self._arranging = False
        self.delegate.rule_column = self._first_visible()
        self.stretch()

    def _shows(self, column: Column) -> bool:
        """Neither the person nor the lack of room hides it."""
        return column.key not in self.hidden_keys and column.key not in self.left_out

    def _measure(self) -> None:
        """Rows came, went or changed: a column that needs more gets it, the rule ends with them."""
        self.update()
        rows = map(self.model.row_at, range(min(self.model.rowCount(), LOOKED_AT)))
        if self.widths.look(row for row in rows if row is not None):
            self.stretch()

    def _resized(self, place: int, _before: int, now: int) -> None:
        """The person drew a column wider or narrower: it stays like that."""
        if not self._arranging:
            self.widths.held[self.model.columns[place].key] = round(now * 15 / theme.px(15))
            self._fit_left()

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
        """Share out the width there is; what is left over goes to the stretching column."""
        columns = self.model.columns
        shown = [n for n, column in enumerate(columns) if self._shows(column)]
        # not the right half's own width: the layout lags behind while the left half is fitted
        bar = self.right.width() - self.right.viewport().width()
        room = self.width() - _RULE - bar
        widths = share([self.widths.want(place) for place in shown], room)
        spare = max(0, room - sum(widths))
        self._arranging = True
        for place, width in zip(shown, widths, strict=True):
            body = self.left if columns[place].key in self.frozen_keys else self.right
            body.setColumnWidth(place, width + spare if columns[place].stretch else width)
            spare = 0 if columns[place].stretch else spare
        self._arranging = False
        self._fit_left()

    def resize_to_look(self) -> None:
        """Take the sizes of the look in force, keeping the person's widths in proportion."""
        for body in self.bodies:
            body.resize_rows()
        self.widths.forget()
        self._measure()
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
        self.resized.emit()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.left.isVisible():
            return
        painter = QPainter(self)
        painter.fillRect(self.left.width(), 0, _RULE, self._foot(), theme.colour("field"))
        painter.end()

    def _foot(self) -> int:
        """Where the rows end, and the rule with them: below there is nothing to keep apart."""
        last = self.model.rowCount() - 1
        foot = self.right.viewport().y()
        if last >= 0:
            foot += self.right.rowViewportPosition(last) + self.right.rowHeight(last)
        return min(foot, self.height())

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
