"""统一目录: search while typing, look at one item, add and change items, import and export."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout
from typing_extensions import override

from app.domain.catalogue import ItemDraft
from app.domain.duties import Duty
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.i18n import _
from app.services.catalogue.change import SavedItem
from app.services.catalogue.chips import CatalogueFigures, figures
from app.services.catalogue.detail import ItemDetail, item_detail
from app.services.catalogue.edit import SaveItem, save_item
from app.services.importing import catalogue as importing
from app.services.importing.catalogue_rows import FIELDS
from app.services.importing.plan import Imported, Report
from app.ui import formats
from app.ui.actions import Act
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.icons import Icon
from app.ui.importing import Columns, ImportFlow
from app.ui.list_page import ListPage
from app.ui.page import KeyHint
from app.ui.pages.catalogue.desk import CatalogueDesk
from app.ui.pages.catalogue.detail_panel import ItemPanel
from app.ui.pages.catalogue.rows import ItemSource, columns
from app.ui.tables.cells import Row
from app.ui.tables.column_fit import ColumnFit
from app.ui.tables.exporting import ask_and_export
from app.ui.tables.paged_model import PagedModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import page_column, toolbar
from app.ui.widgets.chips import ViewChips
from app.ui.widgets.fields import SearchEdit
from app.ui.widgets.item_form import ItemForm
from app.ui.widgets.text import Role, Text

_SERVER_PAUSE_MS = 80


class CataloguePage(ListPage):
    """All items of the group."""

    name = "catalogue"
    topics = frozenset({Topic.CATALOGUE, Topic.PRICES})
    panel: ItemPanel

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        lead = next((org.id for org in context.session.orgs if org.role == "lead"), 0)
        self.may_edit = context.actor.can(Duty.CATALOGUE, lead)
        self.source = ItemSource(context.db, context.actor, context.today)
        self.model = PagedModel(columns(), self.source, context.jobs)
        self.grid = GridView(self.model)
        ColumnFit(self.grid, ("class", "unit"))
        self.panel = ItemPanel(may_edit=self.may_edit, parent=self)
        self.panel.hide()
        self.flow = ImportFlow(
            self, _("导入统一目录"), self._read_file, self._import, Columns(importing.KIND, FIELDS)
        )
        self.desk = CatalogueDesk(self, self._item_changed)
        self.search = SearchEdit(_("名称、拼音、编码、批准文号，或扫包装上的码"), large=True)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(0 if context.db.is_sqlite else _SERVER_PAUSE_MS)
        self._pause.timeout.connect(self._search_now)
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.grid)

    def _lay_out(self) -> None:
        self.chips = ViewChips(_views().items(), self)
        self.chips.chosen.connect(self.show_view)
        columns_button = Button(_("列"), icon=Icon.COLUMNS)
        columns_button.clicked.connect(self.grid.choose_columns)
        export_button = Button(_("导出"), icon=Icon.DOWNLOAD)
        export_button.clicked.connect(self._export)
        self.import_button = Button(_("导入"), icon=Icon.IMPORT)
        self.import_button.clicked.connect(self.flow.ask)
        self.new_button = Button(_("新增品规"), Kind.PRIMARY, icon=Icon.PLUS)
        self.new_button.clicked.connect(self._add)
        for button in (self.import_button, self.new_button):
            button.setVisible(self.may_edit)
        self.more_button = Button(_("更多"))
        self.more_button.clicked.connect(
            lambda: self.desk.show_menu(self.more_button, may_edit=self.may_edit)
        )
        column = page_column(self)
        column.addWidget(self.search)
        column.addLayout(
            toolbar(Text(_("快捷："), Role.SECOND), *self.chips.row, None, columns_button,
                    export_button, self.more_button, self.import_button, self.new_button)
        )  # fmt: skip
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addWidget(self.grid, 1)
        body.addWidget(self.panel)
        column.addLayout(body, 1)

    def _connect(self) -> None:
        self.grid.show_filters()
        overlay = self.grid.overlay
        overlay.missing = _("没有符合条件的品规。换拼音首字母、名称的一部分或编码再试。")
        overlay.clear = self.clear
        start = _("导入目录") if self.may_edit else ""
        words = _("统一目录还是空的。从 Excel 导入目录，或新增品规。")
        self.grid.set_empty(words, start, self.flow.ask if self.may_edit else None)
        self.grid.counts_changed.connect(self._counted)
        self.grid.current_changed.connect(self._show_row)
        self.grid.opened.connect(self._show_row)
        self.grid.escaped.connect(self.panel.hide)
        self.panel.closed.connect(self.panel.hide)
        self.panel.edit.connect(self._edit)
        self.panel.codes.connect(lambda: self.desk.edit_codes(self.panel.item))
        self.panel.papers.connect(
            lambda: self.desk.show_papers(self.panel.item, may_edit=self.may_edit)
        )
        self.panel.stock.connect(lambda: self._go("stock"))
        self.panel.prices.connect(lambda: self._go("prices"))
        self.search.textChanged.connect(lambda _text: self._pause.start())
        self.search.returnPressed.connect(self.grid.focus_rows)
        self.on(Act.SEARCH, self._focus_search)
        self.on(Act.EXPORT, self._export)
        self.on(Act.COLUMNS, self.grid.choose_columns)
        self.on(Act.FILTERS, self.clear)
        if self.may_edit:
            self.on(Act.NEW, self._add)
            self.on(Act.IMPORT, self.flow.ask)
        self.context.scans.subscribe(self, self._scanned)

    # What the shell asks

    @override
    def refresh(self) -> None:
        db, actor = self.context.db, self.context.actor
        self.read(lambda: figures(db, actor), self._show_figures, channel="figures")
        self.grid.reload()

    @override
    def arrive(self, **arguments: object) -> None:
        """`text` searches, `item` (a row id) shows one item, `view` chooses a chip."""
        if "view" in arguments:
            self.show_view(str(arguments["view"]))
        if "text" in arguments:
            self.search.setText(str(arguments["text"]))
        item = arguments.get("item_id", arguments.get("item"))
        if isinstance(item, int):
            db, actor = self.context.db, self.context.actor
            self.read(lambda: item_detail(db, actor, item), self._found, channel="asked")

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        found = [KeyHint("/", _("搜索")), KeyHint("Enter", _("打开")), KeyHint("Ctrl+C", _("复制"))]
        if self.may_edit:
            found.append(self.hint(Act.NEW, _("新增")))
        return tuple(found)

    # Search and views

    def _show_figures(self, found: CatalogueFigures) -> None:
        items = formats.number(found.items)
        self.set_subtitle(_("品规 {items} · 成员机构 {members} 家", items=items,
                            members=found.members))  # fmt: skip
        self.chips.say("", _("全部 {n}", n=items))

    def _search_now(self) -> None:
        self.grid.state.search(self.search.text().strip())

    def _counted(self) -> None:
        total = self.model.total
        if total is not None:
            self.search.set_note(
                _("{n} 项 · {ms} ms", n=formats.number(total), ms=self.source.milliseconds)
            )
        self.chrome_changed.emit()

    def _scanned(self, code: str) -> None:
        self.search.setText(code)
        self._focus_search()

    def _focus_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    # One item

    def _show_row(self, row: Row | None) -> None:
        if row is not None and isinstance(row.key, int):
            self._show_item(row.key)

    def _show_item(self, item_id: int) -> None:
        db, actor = self.context.db, self.context.actor
        self.read(lambda: item_detail(db, actor, item_id), self._show_detail, channel="detail")

    def _found(self, item: ItemDetail) -> None:
        """Show the item that was asked for, and it alone in the list: no other row displaces it."""
        self._show_detail(item)
        self.search.setText(item.code)

    def _show_detail(self, item: ItemDetail) -> None:
        self.panel.show_item(item, self.context.today, self.context.org.short)
        self.panel.show()

    def _go(self, page: str) -> None:
        if self.panel.item is not None:
            self.context.navigate(page, text=self.panel.item.code, item_id=self.panel.item.id)

    def _add(self) -> None:
        self._form = ItemForm(self, lambda draft: self._save(draft, 0, 0))
        self._form.open()

    def _edit(self) -> None:
        item = self.panel.item
        if item is None:
            self.not_available()
            return
        self._form = ItemForm(
            self, lambda draft: self._save(draft, item.id, item.version), item.draft
        )
        self._form.open()

    def _item_changed(self, saved: SavedItem | None) -> None:
        self.context.changes.announce({Topic.CATALOGUE})
        if saved is not None:
            self.context.notices.done(_("已保存 {code}。", code=saved.code))
        if self.panel.item is not None:
            self._show_item(self.panel.item.id)

    def _save(self, draft: ItemDraft, item_id: int, version: int) -> None:
        db, actor = self.context.db, self.context.actor
        command = SaveItem(new_op(), draft, item_id, version)
        self.write(lambda: save_item(db, actor, command), self._saved, self._not_saved)

    def _saved(self, saved: SavedItem) -> None:
        self._form.accept()
        self.context.changes.announce({Topic.CATALOGUE})
        self.context.notices.done(_("已保存 {code}。", code=saved.code))
        self._show_item(saved.item_id)

    def _not_saved(self, error: Exception) -> None:
        if isinstance(error, DomainError):
            self._form.show_error(error)
        else:
            self.context.errors.take(error)

    def _export(self) -> None:
        ask_and_export(self, self.grid, _("统一目录 {day}", day=self.context.today))

    def _read_file(self, path: Path, report: Report) -> importing.CataloguePlan:
        return importing.preview(self.context.db, self.context.actor, path, report=report)

    def _import(self, plan: importing.CataloguePlan) -> None:
        db, actor = self.context.db, self.context.actor
        command = importing.ApplyCatalogue(new_op(), plan)
        self.flow.carry_out(
            plan, lambda report: importing.apply(db, actor, command, report), self._imported
        )

    def _imported(self, done: Imported) -> None:
        self.context.changes.announce({Topic.CATALOGUE})
        self.context.notices.done(_imported_words(done))


def _imported_words(done: Imported) -> str:
    return _(
        "已导入：新增 {added}，修改 {changed}，停用 {closed}，跳过 {refused}。",
        added=done.added,
        changed=done.changed,
        closed=done.closed,
        refused=done.refused,
    )


def _views() -> dict[str, str]:
    return {
        "": _("全部"),
        "drug": _("药品"),
        "consumable": _("耗材"),
        "reagent": _("试剂"),
        "vbp": _("集采中选"),
        "cold": _("冷链"),
        "high_value": _("高值耗材"),
    }
