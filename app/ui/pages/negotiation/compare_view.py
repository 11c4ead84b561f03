"""The comparison: quick views, the grid of offers, the history of a line, why not the lowest."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain import money
from app.i18n import _
from app.services.negotiation.figures import history
from app.ui import theme
from app.ui.jobs import JobRunner
from app.ui.pages.negotiation.board import Board, BoardSource
from app.ui.pages.negotiation.chart import Curve, RoundChart
from app.ui.pages.negotiation.reason_card import ReasonCard
from app.ui.tables.cells import Row
from app.ui.tables.paged_model import PagedModel
from app.ui.tables.totals_row import TotalsRow
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Chip
from app.ui.widgets.cards import Card, toolbar
from app.ui.widgets.text import Role, Text

_FOOT_HEIGHT: Final = 178
_LOW_FOOT: Final = 122
_LOW: Final = 500
"""Below this height rows go before the picture, and the reason is shown only when it is due."""
_NARROW: Final = 1100
_ALWAYS: Final = frozenset({"", "over", "missing", "dearer"})


class CompareView(QWidget):
    """The comparison of one project.

    Signals:
        picked: A supplier was chosen for a line: position of the line, place of the supplier.
        reason_given: The reason for a choice: position, place, reason.
        moved: Another line is current.
        split_asked: A line shall be shared between suppliers: its position.
    """

    picked = Signal(int, int)
    reason_given = Signal(int, int, str)
    moved = Signal()
    split_asked = Signal(int)

    def __init__(self, jobs: JobRunner, tools: tuple[QWidget, ...]) -> None:
        super().__init__()
        self._jobs = jobs
        self.board: Board | None = None
        self.grid: GridView | None = None
        self.totals: TotalsRow | None = None
        self._keys: tuple[str, ...] = ()
        self.chips: dict[str, Chip] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(10)
        self.legend = Text(_("★ 最低价　▢ 拟中选"), Role.LABEL)
        self._column.addLayout(toolbar(*self._make_chips(), self.legend, None, *tools))
        self._host = QVBoxLayout()
        self._column.addLayout(self._host, 1)
        self.chart_card = Card(" ")
        self.chart = RoundChart()
        self.chart_card.add(self.chart, 1)
        self.reason_card = ReasonCard()
        self.reason_card.given.connect(self.reason_given)
        self.reason_card.split_asked.connect(self.split_asked)
        self.reason_card.left.connect(self.focus_rows)
        foot = QHBoxLayout()
        foot.setSpacing(12)
        foot.addWidget(self.chart_card, 5)
        foot.addWidget(self.reason_card, 3)
        for card in (self.chart_card, self.reason_card):
            card.setFixedHeight(theme.px(_FOOT_HEIGHT))
        self._column.addLayout(foot)
        self._low = False
        self._wide = True

    def _make_chips(self) -> list[Chip]:
        for key in ("", "over", "missing", "dearer", "single", "tie", "nobody"):
            chip = Chip("")
            chip.clicked.connect(lambda _on=False, view=key: self.show_view(view))
            self.chips[key] = chip
        self.chips[""].setChecked(True)
        return list(self.chips.values())

    # Showing

    def show_board(self, board: Board) -> None:
        """Show another reading of the comparison; a choice that waits for its reason stays."""
        if self.board is not None and self.board.found.project.id == board.found.project.id:
            board.pending = self.board.pending
        self.board = board
        columns = board.columns()
        keys = tuple(f"{one.key}{one.second}" for one in columns)
        if keys != self._keys or self.grid is None:
            self._keys = keys
            self._make_grid()
        elif self.grid is not None:
            self.grid.reload()
        self._say_chips()
        self._say_totals()
        self._show_line()

    def _make_grid(self) -> None:
        if self.grid is not None:
            self._host.removeWidget(self.grid)
            self.grid.hide()
            self.grid.deleteLater()
        board = self.board
        if board is None:
            return
        model = PagedModel(board.columns(), BoardSource(lambda: self.board), self._jobs)
        self.grid = GridView(model)
        self.grid.set_empty(_("没有符合的品规。"), _("看全部"), lambda: self.show_view(""))
        self.totals = TotalsRow(self.grid)
        self.grid.set_footer(self.totals)
        self.grid.halves.right.clicked.connect(self._clicked)
        self.grid.halves.left.clicked.connect(self._clicked)
        self.grid.current_changed.connect(lambda _row: self._show_line())
        self.grid.opened.connect(self._pick_lowest)
        model.modelReset.connect(self._first_line)
        self._host.addWidget(self.grid)
        self.setFocusProxy(self.grid)
        self.grid.reload()

    def _first_line(self) -> None:
        if self.grid is not None and self.grid.current() is None and self.grid.model.rowCount():
            row = self.grid.model.row_at(0)
            if row is not None:
                self.grid.choose(row.key)

    def _say_chips(self) -> None:
        if self.board is None:
            return
        counts = {key: int(held.sum()) for key, held in self.board.views().items()}
        titles = {
            "": _("全部 {n}", n=len(self.board.found.lines)),
            "over": _("超限价 {n}", n=counts["over"]),
            "missing": _("缺报价 {n}", n=counts["missing"]),
            "dearer": _("未选最低价 {n}", n=counts["dearer"]),
            "single": _("单一报价 {n}", n=counts["single"]),
            "tie": _("并列最低 {n}", n=counts["tie"]),
            "nobody": _("无有效报价 {n}", n=counts["nobody"]),
        }
        view = self.grid.state.query.view if self.grid else ""
        for key, chip in self.chips.items():
            chip.setText(titles[key])
            chip.setVisible(key in _ALWAYS or (counts[key] > 0 and self._wide))
            chip.setChecked(key == view)
            chip.updateGeometry()

    def _say_totals(self) -> None:
        if self.board is not None and self.totals is not None:
            self.totals.show_words(self.board.footer())

    def show_view(self, view: str) -> None:
        """Show one of the quick views."""
        if self.grid is not None:
            self.grid.state.view(view)
        for key, chip in self.chips.items():
            chip.setChecked(key == view)

    def search(self, text: str) -> None:
        """Show lines that contain the text."""
        if self.grid is not None:
            self.grid.state.search(text)

    @property
    def at(self) -> int | None:
        """Position of the current line."""
        row = self.grid.current() if self.grid else None
        return row.record if row is not None and isinstance(row.record, int) else None

    def chosen(self) -> tuple[int, ...]:
        """Positions of the selected lines, or of the current one."""
        rows = self.grid.selected() if self.grid is not None else ()
        found = tuple(row.record for row in rows if isinstance(row.record, int))
        return found or ((self.at,) if self.at is not None else ())

    def focus_rows(self) -> None:
        """Put the keyboard on the rows."""
        if self.grid is not None:
            self.grid.focus_rows()

    def changed(self) -> None:
        """A choice was made or saved: paint it, without reading anything again."""
        if self.grid is not None and self.board is not None and self.at is not None:
            self.grid.reload()
        self._say_chips()
        self._say_totals()
        self._show_line()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._low = self.height() < theme.px(_LOW)
        self._wide = self.width() >= theme.px(_NARROW)
        self.legend.setVisible(self._wide)
        self.reason_card.setFixedHeight(theme.px(_LOW_FOOT if self._low else _FOOT_HEIGHT))
        self._say_chips()
        self._fit_foot()

    def _fit_foot(self) -> None:
        self.chart_card.setVisible(not self._low)
        self.reason_card.hint.setVisible(not self._low)
        self.reason_card.setVisible(not self._low or self.reason_card.asks)

    # Choosing

    def _clicked(self, index: QModelIndex) -> None:
        board, grid = self.board, self.grid
        if board is None or grid is None:
            return
        key = grid.model.columns[index.column()].key
        row = grid.model.row_at(index.row())
        place = self._place_of(key)
        if row is not None and isinstance(row.record, int) and place is not None:
            self.picked.emit(row.record, place)

    def _place_of(self, key: str) -> int | None:
        if self.board is None:
            return None
        suppliers = self.board.found.suppliers
        return next((n for n, one in enumerate(suppliers) if f"s{one.supplier_id}" == key), None)

    def _pick_lowest(self, row: Row) -> None:
        if self.board is not None and isinstance(row.record, int):
            place = int(self.board.best[row.record])
            if place >= 0:
                self.picked.emit(row.record, place)

    def pick_number(self, number: int) -> None:
        """Choose the n-th supplier for the current line (keys 1 to 9)."""
        most = len(self.board.found.suppliers) if self.board is not None else 0
        if self.at is not None and 0 < number <= most:
            self.picked.emit(self.at, number - 1)

    # The line in hand

    def _show_line(self) -> None:
        at, board = self.at, self.board
        self.moved.emit()
        if at is None or board is None:
            self.chart_card.set_title(" ")
            self.reason_card.clear()
            return
        info = board.found.lines[at]
        self.chart_card.set_title(
            info.name, _("{spec} · 元 / {unit}", spec=info.spec, unit=info.unit)
        )
        said = history(board.found, at)
        chosen = int(board.chosen[at])
        limit = int(board.grid.limit[at])
        self.chart.show_curves(
            [
                Curve(one.supplier, _carried(one.prices, one.given_up), chosen >= 0
                      and board.found.suppliers[chosen].supplier_id == one.supplier_id)
                for one in said
            ],
            board.found.round_numbers,
            money.from_scaled(limit) if limit else None,
        )  # fmt: skip
        self.reason_card.show_line(board, at)
        self._fit_foot()


def _carried(
    prices: tuple[Decimal | None, ...], given_up: tuple[bool, ...]
) -> tuple[Decimal | None, ...]:
    """A price that was not repeated stands; one that was given up ends."""
    shown: list[Decimal | None] = []
    now: Decimal | None = None
    for price, ended in zip(prices, given_up, strict=True):
        now = price if price is not None else None if ended else now
        shown.append(now)
    return tuple(shown)
