"""对账单: a month by supplier and member, and the panel of the bill that is chosen."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from app.domain.duties import Duty
from app.i18n import _
from app.services.settlement.board import Board
from app.services.settlement.listing import StatementRow
from app.services.settlement.pending import PendingRow
from app.ui.page import Page
from app.ui.pages.settlement.deeds import Deed
from app.ui.pages.settlement.desk import Desk
from app.ui.pages.settlement.statement_panel import StatementPanel
from app.ui.pages.settlement.statement_rows import Shown, columns, grouped, totals
from app.ui.tables.cells import Row
from app.ui.tables.column_fit import ColumnFit
from app.ui.tables.list_model import ListModel
from app.ui.tables.totals_row import TotalsRow
from app.ui.tables.view import GridView


class StatementsView(QWidget):
    """The bills of one month.

    Signals:
        changed: Counts are other ones now.
        make_asked: Bills are to be made: the `PendingRow`, or None for the whole month.
    """

    changed = Signal()
    make_asked = Signal(object)

    def __init__(self, page: Page, desk: Desk) -> None:
        super().__init__()
        self._page, self._desk = page, desk
        self.shown = Shown()
        self.board: Board | None = None
        self.grid = GridView(ListModel(columns(by_member=False)))
        ColumnFit(self.grid, ("opening", "matched"))
        self.total = TotalsRow(self.grid)
        self.grid.set_footer(self.total)
        self.panel = StatementPanel(page)
        self.panel.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.grid, 1)
        row.addWidget(self.panel)
        self.setFocusProxy(self.grid)
        self.grid.current_changed.connect(self._choose)
        self.grid.opened.connect(self._open)
        self.grid.counts_changed.connect(self.changed)
        self.grid.escaped.connect(self.hide_panel)
        self.panel.closed.connect(self.hide_panel)
        self.panel.asked.connect(desk.do)
        self.panel.make_asked.connect(self.make_asked)

    def show_board(self, board: Board, shown: Shown) -> None:
        """Show a month; the row that was current stays so where it is still there."""
        self.board, self.shown = board, shown
        before = self.grid.current()
        model = self.grid.model
        may_make = self._page.context.may(Duty.SETTLE)
        self._say_empty(may_make=may_make)
        if isinstance(model, ListModel):
            model.set_rows(grouped(board.statements, board.pending, shown))
        self.total.show_words(totals(board.statements, board.pending))
        self.total.setVisible(bool(board.statements or board.pending))
        if before is None or not self.grid.choose(before.key):
            self._choose_first()
        self._choose(self.grid.current())
        self.changed.emit()

    def _say_empty(self, *, may_make: bool) -> None:
        if self.shown.gaps:
            self.grid.set_empty(_("这个月没有差异。"))
        elif self.shown.bare:
            self.grid.set_empty(_("这个月没有缺发票的对账单。"))
        elif may_make:
            self.grid.set_empty(_("这个月还没有消耗，也没有对账单。"))
        else:
            self.grid.set_empty(_("这个月还没有对账单。"))

    def _choose_first(self) -> None:
        model = self.grid.model
        rows = model.rows if isinstance(model, ListModel) else ()
        first = next((row for row in rows if not row.heading), None)
        if first is not None:
            self.grid.choose(first.key)

    def current(self) -> StatementRow | None:
        """The bill that is chosen."""
        row = self.grid.current()
        return row.record if row and isinstance(row.record, StatementRow) else None

    def pick(self, statement_id: int) -> None:
        """Choose a bill, from the work list or the palette."""
        rows = self.board.statements if self.board else ()
        for row in rows:
            if row.statement_id == statement_id:
                self.grid.choose((row.org_id, row.statement_id))

    def _choose(self, row: Row | None) -> None:
        record = row.record if row is not None else None
        if isinstance(record, StatementRow):
            self.panel.show_statement(record)
            self.panel.show()
        elif isinstance(record, PendingRow):
            may = self._page.context.actor.can(Duty.SETTLE, record.org_id)
            self.panel.show_pending(record, may_make=may)
            self.panel.show()
        else:
            self.hide_panel()

    def hide_panel(self) -> None:
        """Hide the panel; the keys go back to the rows, never to the rail."""
        focus = QApplication.focusWidget()
        if focus is not None and self.panel.isAncestorOf(focus):
            self.grid.setFocus()
        self.panel.hide()

    def _open(self, row: Row) -> None:
        if isinstance(row.record, StatementRow):
            self._desk.do(row.record, Deed.LINES)
        elif isinstance(row.record, PendingRow):
            self.make_asked.emit(row.record)

    def do(self, *wanted: Deed) -> bool:
        """Do the first of these that may be done with the chosen bill."""
        row = self.current()
        for deed in wanted:
            if row is not None and deed in self.panel.offered:
                self._desk.do(row, deed)
                return True
        return False
