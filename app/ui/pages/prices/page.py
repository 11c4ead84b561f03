"""价格表: prices in force, to come and past; agree, end, import and export them."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout
from typing_extensions import override

from app.domain.duties import Duty
from app.domain.ids import new_op
from app.i18n import _
from app.services.catalogue.detail import ItemDetail, item_detail
from app.services.importing import prices as importing
from app.services.importing.plan import Imported, Report
from app.services.prices.listing import (
    ListRow,
    PriceRow,
    price_lists,
    suppliers,
)
from app.ui import formats
from app.ui.actions import Act
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.icons import Icon
from app.ui.import_undo import UndoFlow
from app.ui.importing import Columns, ImportFlow
from app.ui.list_page import ListPage
from app.ui.page import KeyHint
from app.ui.pages.prices.desk import PriceDesk
from app.ui.pages.prices.list_form import ListForm
from app.ui.pages.prices.panel import PricePanel
from app.ui.pages.prices.rows import PriceSourceRows, columns
from app.ui.tables.cells import Row
from app.ui.tables.column_fit import ColumnFit
from app.ui.tables.exporting import ask_and_export
from app.ui.tables.paged_model import PagedModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import page_column, toolbar
from app.ui.widgets.chips import ViewChips
from app.ui.widgets.fields import SearchEdit


class PricesPage(ListPage):
    """What goods cost, at whom, from when to when."""

    name = "prices"
    topics = frozenset({Topic.PRICES, Topic.CATALOGUE})
    panel: PricePanel

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        lead = next((org.id for org in context.session.orgs if org.role == "lead"), 0)
        self.may_set = context.actor.can(Duty.BUY, lead) or context.actor.can(Duty.CATALOGUE, lead)
        self.model = PagedModel(columns(), PriceSourceRows(context.db, context.actor), context.jobs)
        self.grid = GridView(self.model)
        ColumnFit(self.grid, ("source", "from"))
        self.panel = PricePanel(may_set=self.may_set, parent=self)
        self.panel.hide()
        self.desk = PriceDesk(self, self._changed)
        self.flow = ImportFlow(
            self, _("导入价格"), self._read_file, self._name_list,
            Columns(importing.KIND, importing.FIELDS),
        )  # fmt: skip
        self.undo = UndoFlow(self, "prices", self._undone)
        self.search = SearchEdit(_("品名、拼音、编码，或扫包装上的码"))
        self.search.setMinimumWidth(260)
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.grid)

    def _lay_out(self) -> None:
        self.chips = ViewChips(_views().items(), self)
        self.chips.chosen.connect(self.show_view)
        export_button = Button(_("导出"), icon=Icon.DOWNLOAD)
        export_button.clicked.connect(self._export)
        self.import_button = Button(_("导入"), icon=Icon.IMPORT)
        self.import_button.clicked.connect(self.flow.ask)
        self.new_button = Button(_("登记价格"), Kind.PRIMARY, icon=Icon.PLUS)
        self.new_button.clicked.connect(self.desk.new)
        self.history_button = Button(_("导入记录"))
        self.history_button.clicked.connect(self.undo.open)
        for button in (self.history_button, self.import_button, self.new_button):
            button.setVisible(self.may_set)
        column = page_column(self)
        column.addLayout(
            toolbar(self.search, *self.chips.row, None, export_button, self.history_button,
                    self.import_button, self.new_button)
        )  # fmt: skip
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addWidget(self.grid, 1)
        body.addWidget(self.panel)
        column.addLayout(body, 1)

    def _connect(self) -> None:
        self.grid.show_filters()
        self.grid.state.home = "now"
        self.grid.overlay.missing = _("没有符合条件的价格。")
        self.grid.overlay.clear = self.clear
        self.grid.set_empty(_("现在没有生效的价格。定标或登记价格以后就会出现。"))
        self.grid.counts_changed.connect(self.chrome_changed)
        self.grid.current_changed.connect(self._show_row)
        self.grid.opened.connect(self._show_row)
        self.grid.escaped.connect(self.panel.hide)
        self.panel.closed.connect(self.panel.hide)
        self.panel.follow.connect(lambda: self.desk.follow(self.panel.row))
        self.panel.end.connect(lambda: self.desk.end(self.panel.row))
        self.search.textChanged.connect(lambda text: self.grid.state.search(text.strip()))
        self.on(Act.SEARCH, self.search.setFocus)
        self.on(Act.EXPORT, self._export)
        self.on(Act.COLUMNS, self.grid.choose_columns)
        self.on(Act.FILTERS, self.clear)
        if self.may_set:
            self.on(Act.NEW, self.desk.new)
            self.on(Act.IMPORT, self.flow.ask)
        self.context.scans.subscribe(self, self.search.setText)
        self.show_view("now")

    @override
    def refresh(self) -> None:
        db, actor = self.context.db, self.context.actor
        self.read(lambda: price_lists(db, actor), self._take_lists, channel="lists")
        self.read(lambda: suppliers(db, actor), self.desk.take_suppliers, channel="suppliers")
        self.grid.reload()

    @override
    def arrive(self, **arguments: object) -> None:
        """`text` searches, `view` chooses a chip."""
        if "text" in arguments:
            self.show_view(str(arguments.get("view", "")))
            self.search.setText(str(arguments["text"]))
        elif "view" in arguments:
            self.show_view(str(arguments["view"]))

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        found = [self.hint(Act.SEARCH, _("搜索")), KeyHint("Enter", _("打开"))]
        if self.may_set:
            found.append(self.hint(Act.NEW, _("登记价格")))
        return (*found, self.hint(Act.EXPORT, _("导出")))

    def _take_lists(self, found: tuple[ListRow, ...]) -> None:
        self.desk.lists = found
        in_force = sum(row.in_force for row in found)
        self.set_subtitle(
            _(
                "价格表 {lists} 份 · 生效中 {prices} 条",
                lists=len(found),
                prices=formats.number(in_force),
            )
        )

    # One price

    def _show_row(self, row: Row | None) -> None:
        if row is None or not isinstance(row.record, PriceRow):
            return
        price = row.record
        db, actor = self.context.db, self.context.actor

        def show(item: ItemDetail) -> None:
            self.panel.show_price(price, item, self.context.today)
            self.panel.show()

        self.read(lambda: item_detail(db, actor, price.item_id), show, channel="detail")

    def _undone(self) -> None:
        self.panel.hide()
        self.context.changes.announce({Topic.PRICES})

    def _changed(self, words: str) -> None:
        self.panel.hide()
        self.context.changes.announce({Topic.PRICES})
        self.context.notices.done(words)

    # Files

    def _export(self) -> None:
        ask_and_export(self, self.grid, _("价格表 {day}", day=self.context.today))

    def _read_file(self, path: Path, report: Report) -> importing.PricePlan:
        wanted = importing.PriceImport(path)
        return importing.preview(self.context.db, self.context.actor, wanted, report)

    def _name_list(self, plan: importing.PricePlan) -> None:
        form = ListForm(self, f"JG-{self.context.today:%Y%m%d}", _("导入"))
        form.accepted.connect(lambda: self._import(plan, form))
        self.list_form = form
        form.open()

    def _import(self, plan: importing.PricePlan, form: ListForm) -> None:
        db, actor = self.context.db, self.context.actor
        command = importing.ApplyPrices(new_op(), plan, new_list=form.command())
        self.flow.carry_out(
            plan, lambda report: importing.apply(db, actor, command, report), self._imported
        )

    def _imported(self, done: Imported) -> None:
        self._changed(
            _(
                "已导入价格：新增 {added}，接续旧价 {changed}，跳过 {refused}。",
                added=done.added,
                changed=done.changed,
                refused=done.refused,
            )
        )


def _views() -> dict[str, str]:
    return {
        "now": _("生效中"),
        "future": _("未开始"),
        "past": _("已截止"),
        "dearer": _("涨价"),
        "": _("全部"),
    }
