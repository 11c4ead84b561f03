"""库存: lots by member, place and expiry; sums by item and by member; the movements of a lot."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget
from typing_extensions import override

from app.domain.expiry import Band
from app.i18n import _
from app.services.item_lookup import words_of_scan
from app.services.stock.listing import LightCount, StockRow, StockSummary, stock_summary
from app.services.stock.totals import TotalRow, totals_by_item, totals_by_org
from app.ui import formats
from app.ui.actions import Act
from app.ui.changes import Topic
from app.ui.context import PageContext, Scope
from app.ui.icons import Icon
from app.ui.page import KeyHint, Page
from app.ui.pages.stock import rows
from app.ui.pages.stock.moves_panel import MovesPanel
from app.ui.status import Status
from app.ui.tables.cells import Row
from app.ui.tables.exporting import ask_and_export
from app.ui.tables.list_model import ListModel
from app.ui.tables.paged_model import PagedModel
from app.ui.tables.query import PageQuery
from app.ui.tables.view import GridView
from app.ui.widgets.badge import StateCounts
from app.ui.widgets.buttons import Button, Chip, Kind
from app.ui.widgets.cards import Card, page_column, toolbar
from app.ui.widgets.fields import SearchEdit

_LOTS, _ITEMS, _ORGS = range(3)


class StockPage(Page):
    """What is where, whose it is, and how long it keeps."""

    name = "stock"
    topics = frozenset({Topic.STOCK, Topic.CATALOGUE})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.lights = StateCounts()
        self.search = SearchEdit(_("品名、拼音、批号"))
        self.search.setMinimumWidth(150)
        self.search.textChanged.connect(self._search)
        self.source = rows.LotSource(context.db, context.actor, context.scope.ids, context.today)
        self.lots = GridView(PagedModel(rows.columns(), self.source, context.jobs))
        self.items = GridView(ListModel(rows.total_columns(_("品名 / 规格"))))
        self.members = GridView(ListModel(rows.total_columns(_("机构"))))
        self.moves = MovesPanel(self)
        self.moves.closed.connect(self._close_moves)
        self._lay_out()
        self._connect()
        self.setFocusProxy(self._grid())

    def _lay_out(self) -> None:
        summary = Card(padding=12)
        summary.body.addWidget(self.lights)
        self.modes = QButtonGroup(self)
        self.views = QButtonGroup(self)
        modes = [self._chip(self.modes, word, partial(self._show_mode, place)) for place, word in
                 enumerate((_("按批号"), _("按品规"), _("按机构")))]  # fmt: skip
        views = [
            self._chip(self.views, word, partial(self._show_view, view))
            for view, word in (
                ("", _("全部")),
                ("expiring", _("近效期")),
                ("expired", _("已过期")),
                ("held", _("已锁定")),
            )
        ]
        self.columns_button = Button(_("列"), icon=Icon.COLUMNS)
        self.upkeep_button = Button(_("养护"), icon=Icon.FREEZER)
        self.export_button = Button(_("导出"), icon=Icon.DOWNLOAD)
        self.use_button = Button(_("扫码消耗"), Kind.PRIMARY, icon=Icon.BARCODE_SCAN)
        self.stack = QStackedWidget()
        for grid in (self.lots, self.items, self.members):
            self.stack.addWidget(grid)
        column = page_column(self)
        column.addWidget(summary)
        column.addLayout(
            toolbar(*modes, self.search, *views, None, self.columns_button, self.upkeep_button,
                    self.export_button, self.use_button)
        )  # fmt: skip
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addWidget(self.stack, 1)
        body.addWidget(self.moves)
        column.addLayout(body, 1)
        self.moves.hide()

    def _chip(self, group: QButtonGroup, word: str, act: Callable[[], None]) -> Chip:
        chip = Chip(word)
        group.addButton(chip)
        chip.setChecked(len(group.buttons()) == 1)
        chip.clicked.connect(lambda _on: act())
        return chip

    def _connect(self) -> None:
        self.lots.show_filters()
        self.lots.set_empty(_("这里还没有库存。到货验收以后就会出现。"))
        for grid in (self.lots, self.items, self.members):
            grid.counts_changed.connect(self.chrome_changed)
            grid.escaped.connect(self._close_moves)
        self.lots.opened.connect(self._open)
        self.items.opened.connect(self._open_item)
        self.lots.current_changed.connect(self._follow)
        self.columns_button.clicked.connect(lambda: self._grid().choose_columns())
        self.export_button.clicked.connect(self._export)
        self.upkeep_button.clicked.connect(lambda: self.context.navigate("upkeep"))
        self.use_button.clicked.connect(lambda: self.context.perform(Act.CONSUME))
        self.on(Act.SEARCH, self.search.setFocus)
        self.on(Act.EXPIRED, partial(self._show_view, "expired"))
        self.on(Act.EXPORT, self._export)
        self.on(Act.COLUMNS, lambda: self._grid().choose_columns())
        self.on(Act.FILTERS, self._clear)
        self.on(Act.LABELS, self._labels)
        self.context.scans.subscribe(self, self._scanned)

    def _scanned(self, code: str) -> None:
        """Look for the lot that was scanned, whichever of its codes it was."""
        db, actor = self.context.db, self.context.actor
        self.read(lambda: words_of_scan(db, actor, code), self.search.setText, channel="scan")

    def _labels(self) -> None:
        """F8: labels of the lot in front, new or again."""
        row = self.lots.current() if self._grid() is self.lots else None
        lot = row.record if row is not None else None
        if isinstance(lot, StockRow) and lot.lot_no:
            self.context.navigate("labels", paper=lot.lot_no)
        elif isinstance(lot, StockRow):
            self.context.navigate("labels", search=lot.name)
        else:
            self.not_available()

    def _grid(self) -> GridView:
        return (self.lots, self.items, self.members)[self.stack.currentIndex()]

    @override
    def refresh(self) -> None:
        db, actor, orgs = self.context.db, self.context.actor, self.context.scope.ids
        self.read(lambda: stock_summary(db, actor, orgs), self._show_summary, channel="summary")
        if self.stack.currentIndex() == _LOTS:
            self.lots.reload()
            return
        query = PageQuery(text=self.search.text(), view=self.lots.state.query.view)
        ask = totals_by_item if self.stack.currentIndex() == _ITEMS else totals_by_org
        self.read(lambda: ask(db, actor, orgs, query), self._show_totals, channel="totals")

    @override
    def scope_changed(self, _scope: Scope) -> None:
        self.source = rows.LotSource(
            self.context.db, self.context.actor, self.context.scope.ids, self.context.today
        )
        model = self.lots.model
        if isinstance(model, PagedModel):
            model.source = self.source
        self.refresh()

    @override
    def arrive(self, **arguments: object) -> None:
        """`view` chooses a quick view, `text` searches, `item` shows an item's lots."""
        if "view" in arguments:
            self._show_view(str(arguments["view"]))
        if "text" in arguments:
            self.search.setText(str(arguments["text"]))

    @override
    def counts(self) -> str:
        return self._grid().counts()

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        return (
            self.hint(Act.SEARCH, _("搜索")),
            KeyHint("Enter", _("收发流水")),
            self.hint(Act.EXPIRED, _("已过期")),
            self.hint(Act.EXPORT, _("导出")),
        )

    @override
    def save_state(self) -> dict[str, object]:
        return {"lots": self.lots.save_state()}

    @override
    def restore_state(self, state: dict[str, object]) -> None:
        saved = state.get("lots")
        if isinstance(saved, dict):
            self.lots.restore_state(saved)

    def _show_summary(self, found: StockSummary) -> None:
        counts = [
            (
                rows.LIGHTS[one.light][0],
                _("{n} 批", n=formats.number(one.lots)),
                _(rows.LIGHTS[one.light][1]),
            )
            for one in found.lights
            if one.lots or one.light is not Band.MISSING
        ]
        if found.held:
            counts.append((Status.LOCK, _("{n} 批", n=found.held), _("锁定")))
        self.lights.show_counts(counts)
        self.set_subtitle(
            _("{n} 批 · {money}", n=formats.number(found.lots), money=formats.yuan(found.amount))
        )

    def _show_totals(self, found: tuple[TotalRow, ...]) -> None:
        model = self._grid().model
        if isinstance(model, ListModel):
            model.set_rows([rows.total_row(row) for row in found])

    def _show_mode(self, mode: int) -> None:
        self.stack.setCurrentIndex(mode)
        self.setFocusProxy(self._grid())
        self._close_moves()
        self.refresh()
        self.chrome_changed.emit()

    def _show_view(self, view: str) -> None:
        names = ("", "expiring", "expired", "held")
        self.views.buttons()[names.index(view) if view in names else 0].setChecked(True)
        self.lots.state.view(view)
        if self.stack.currentIndex() != _LOTS:
            self.refresh()

    def _search(self, text: str) -> None:
        self.lots.state.search(text.strip())
        if self.stack.currentIndex() != _LOTS:
            self.refresh()

    def _clear(self) -> None:
        self.search.clear()
        self.lots.state.clear_all()
        self._show_view("")

    def _open(self, row: Row) -> None:
        if isinstance(row.record, StockRow):
            self.moves.show_lot(row.record)
            self.moves.show()

    def _open_item(self, row: Row) -> None:
        """From the list by item to the item's lots."""
        if isinstance(row.record, TotalRow):
            self.search.setText(row.record.name)
            self.modes.buttons()[_LOTS].setChecked(True)
            self._show_mode(_LOTS)

    def _follow(self, row: Row | None) -> None:
        if row is not None and self.moves.isVisible():
            self._open(row)

    def _close_moves(self) -> None:
        self.moves.hide()

    def _export(self) -> None:
        ask_and_export(self, self._grid(), _("库存 {day}", day=self.context.today))


def _count(one: LightCount) -> tuple[Status, str, str]:
    """Shape, number and word of one expiry light."""
    status, word = rows.LIGHTS[one.light]
    return status, _("{n} 批", n=formats.number(one.lots)), _(word)
