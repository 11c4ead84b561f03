"""One group order: its head, the demand of its members, and the signing board."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from app.i18n import _
from app.services.orders.board import Board
from app.services.orders.matrix import Matrix
from app.services.orders.queries import GroupRow, MemberOrderRow
from app.ui import theme
from app.ui.pages.group_orders import rows
from app.ui.pages.group_orders.header import GroupHeader
from app.ui.pages.group_orders.table_card import TableCard
from app.ui.tables.column_fit import ColumnFit
from app.ui.tables.list_model import ListModel
from app.ui.tables.totals_row import TotalsRow
from app.ui.tables.view import GridView
from app.ui.widgets.chips import ViewChips

_VIEWS: Final = ("all", "open", "signed")


class MatrixCard(TableCard):
    """需求汇总: items × members with totals; its table is made anew for other members."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_("需求汇总"), parent)
        self.grid: GridView | None = None
        self.model: ListModel | None = None
        self.totals: TotalsRow | None = None
        self._members: tuple[tuple[int, str], ...] = ()
        self._count = 0

    def show_matrix(self, matrix: Matrix, price_basis: str) -> None:
        """Show the demand of a group order."""
        note = _("{n} 个品规 × {m} 家成员", n=len(matrix.rows), m=len(matrix.members))
        if price_basis:
            note = _("{note} · 单价取自 {basis}", note=note, basis=price_basis)
        self.note.setText(note)
        if self.grid is None or matrix.members != self._members:
            self._build(matrix)
        self._count = len(matrix.rows)
        if self.model and self.totals:
            self.model.set_rows([rows.matrix_row(row) for row in matrix.rows])
            self.totals.show_words(rows.matrix_totals(matrix))
        self.fit()

    def _build(self, matrix: Matrix) -> None:
        if self.grid is not None:
            self.grid.hide()
            self.body.removeWidget(self.grid)
            self.grid.deleteLater()
        self._members = matrix.members
        self.model = ListModel(rows.matrix_columns(matrix))
        self.grid = GridView(self.model, framed=False)
        self.grid.set_empty(_("这张统采订单的成员订单都作废了。"))
        self.grid.setAccessibleName(_("需求汇总"))
        self.totals = TotalsRow(self.grid)
        self.grid.set_footer(self.totals)
        self.add(self.grid, 1)

    def fit(self) -> None:
        """Take no more height than heading, rows and totals need."""
        if self.grid is None or self.totals is None:
            return
        bar = self.grid.halves.right.horizontalScrollBar()
        parts = (
            self.head.sizeHint().height() + 20,
            self.grid.halves.headers[0].sizeHint().height(),
            max(self._count, 1) * theme.sizes().row,
            self.totals.sizeHint().height(),
            bar.sizeHint().height() if bar.maximum() else 0,
        )
        self.setMaximumHeight(sum(parts))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()


class BoardView(QWidget):
    """The right side while a group order is chosen.

    Signals:
        opened: A member order is to be shown in full: the `MemberOrderRow`.
        asked: The word at the end of a row was clicked: the `MemberOrderRow`.
        picked: Another order is current, or other rows are selected.
        escaped: Esc on the rows.
    """

    opened = Signal(object)
    asked = Signal(object)
    picked = Signal()
    escaped = Signal()

    def __init__(self, *, buyer: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buyer = buyer
        self._board: Board | None = None
        self._now: datetime | None = None
        self.view = "open"
        self.header = GroupHeader()
        self.demand = MatrixCard()
        self.model = ListModel(rows.order_columns())
        self.grid = GridView(self.model, framed=False)
        self.grid.setAccessibleName(_("成员订单"))
        ColumnFit(self.grid, ("seller_note", "member_note", "supplier"))
        self.orders = TableCard(_("成员订单"))
        self.orders.note.setText(_("成员 × 供应商，每张单独签署"))
        self.chips = self._chips()
        self.orders.add(self.grid, 1)
        self.grid.opened.connect(lambda row: self.opened.emit(row.record))
        self.grid.link_clicked.connect(lambda row, _key: self.asked.emit(row.record))
        self.grid.selection_changed.connect(self.picked)
        self.grid.escaped.connect(self.escaped)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.header)
        column.addWidget(self.demand, 5)
        column.addWidget(self.orders, 4)
        self.orders.setMinimumHeight(160)

    def _chips(self) -> ViewChips:
        made = ViewChips(((view, "") for view in _VIEWS), self)
        made.chosen.connect(self.choose_view)
        for chip in made.row:
            self.orders.head.addWidget(chip)
        return made

    def show_group(self, row: GroupRow) -> None:
        """Show the head; the rest follows when it is read."""
        self.header.show_group(row, buyer=self._buyer)

    def show_board(self, board: Board, row: GroupRow, now: datetime) -> None:
        """Show demand and member orders."""
        fresh = self._board is None or self._board.group_order_id != board.group_order_id
        self._board, self._now = board, now
        self.header.show_group(row, buyer=self._buyer)
        self.demand.show_matrix(board.matrix, row.price_basis)
        if fresh:
            self.view = "open" if any(order.open for order in board.orders) else "all"
        self._show_orders()

    def choose_view(self, view: str) -> None:
        """Show all, the unsigned or the signed orders."""
        self.view = view
        self._show_orders()

    def _show_orders(self) -> None:
        if self._board is None or self._now is None:
            return
        orders = self._board.orders
        found = {
            "all": orders,
            "open": tuple(order for order in orders if order.open),
            "signed": tuple(order for order in orders if order.signed),
        }
        titles = {"all": _("全部"), "open": _("未签完"), "signed": _("已签")}
        for view, title in titles.items():
            self.chips.say(view, f"{title} {len(found[view])}")
        self.chips.choose(self.view)
        empty = {
            "open": _("都签完了。供应商可以送货，成员收货验收。"),
            "signed": _("还没有双方都签过的订单。"),
        }
        self.grid.set_empty(empty.get(self.view, _("还没有成员订单。")))
        current = self.grid.current()
        self.model.set_rows(
            [rows.order_row(one, self._now, buyer=self._buyer) for one in found[self.view]]
        )
        if current is None or not self.grid.choose(current.key):
            self.picked.emit()

    @property
    def shown(self) -> tuple[MemberOrderRow, ...]:
        """All member orders of the group order that this person sees."""
        return self._board.orders if self._board else ()

    def current(self) -> MemberOrderRow | None:
        """The order under the cursor."""
        row = self.grid.current()
        return row.record if row and isinstance(row.record, MemberOrderRow) else None

    def selected(self) -> Sequence[MemberOrderRow]:
        """The selected orders, top to bottom."""
        return [
            row.record for row in self.grid.selected() if isinstance(row.record, MemberOrderRow)
        ]
