"""处方集: the group's list and the members', rule checks, standing lists, and who has a drug."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtWidgets import QButtonGroup, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.duties import Duty
from app.domain.formulary.rules import Finding, Grade
from app.domain.ids import new_op
from app.i18n import _
from app.services.directory import OrgRow, visible_organisations
from app.services.formulary.entries import (
    AddItems,
    Derive,
    ListChanged,
    StopItems,
    add_items,
    derive,
    stop_items,
)
from app.services.formulary.items import GROUP
from app.services.formulary.listing import FormularyRow, check_formulary, formulary
from app.services.formulary.snapshots import SnapshotRow, TakeSnapshot, snapshots, take_snapshot
from app.ui.actions import Act
from app.ui.changes import Topic
from app.ui.context import PageContext, Scope
from app.ui.icons import Icon
from app.ui.page import KeyHint, Page
from app.ui.pages.formulary import rows
from app.ui.pages.formulary.list_file import ListFile
from app.ui.pages.formulary.lists_view import ListsView
from app.ui.pages.formulary.readiness_view import ReadyView
from app.ui.status import Status
from app.ui.tables.cells import Row
from app.ui.tables.exporting import ask_and_export
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.badge import StateCounts
from app.ui.widgets.buttons import Button, Chip, Kind
from app.ui.widgets.cards import page_column, toolbar
from app.ui.widgets.dialogs import Question, ReasonForm, confirm
from app.ui.widgets.fields import SearchEdit, Select
from app.ui.widgets.front_stack import FrontStack
from app.ui.widgets.item_field import item_picker
from app.ui.widgets.text import Role, Text

_LIST, _RULES, _WARD, _READY = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Loaded:
    """A list with its check and snapshots."""

    items: tuple[FormularyRow, ...]
    findings: tuple[Finding, ...]
    kept: tuple[SnapshotRow, ...]


class FormularyPage(Page):
    """Four views over the list of the group or of one organisation."""

    name = "formulary"
    topics = frozenset({Topic.FORMULARY, Topic.CATALOGUE})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.loaded = Loaded((), (), ())
        self._only: frozenset[int] = frozenset()
        self.owner = Select([(GROUP, _("集团供应目录"))])
        self.needle = SearchEdit(_("名称或编码"))
        self.picker = item_picker(context, _("加入品规：拼音、名称或编码"))
        self.stop = Button(_("停用"))
        self.derive = Button(_("按集团目录生成"), icon=Icon.SYNC)
        self.keep = Button(_("留存目录"), icon=Icon.HISTORY)
        self.load_file = Button(_("导入"), icon=Icon.IMPORT)
        self.export = Button(_("导出"), icon=Icon.DOWNLOAD)
        self.to_committee = Button(_("药事会"), Kind.PRIMARY, icon=Icon.GAVEL)
        self.list = GridView(ListModel(rows.list_columns()))
        self.rules = GridView(ListModel(rows.finding_columns()))
        self.file = ListFile(self, self._org, self._changed)
        self.ward, self.ready = ListsView(self), ReadyView(self)
        self.states, self.about = StateCounts(), Text("", Role.LABEL)
        self.stack = FrontStack(self)
        self.chips = QButtonGroup(self)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        column = page_column(self)
        words = (_("目录"), _("规则检查"), _("清单"), _("谁有药"))
        for place, word in enumerate(words):
            self.chips.addButton(Chip(word), place)
        column.addLayout(toolbar(*self.chips.buttons(), None, self.owner, self.to_committee))
        listed = QWidget()
        listed.setFocusProxy(self.list)
        inside = QVBoxLayout(listed)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.addLayout(
            toolbar(self.needle, self.picker, None, self.stop, self.derive, self.keep,
                    self.load_file, self.export)
        )  # fmt: skip
        inside.addLayout(toolbar(self.states, None, self.about))
        inside.addWidget(self.list, 1)
        for view in (listed, self.rules, self.ward, self.ready):
            self.stack.addWidget(view)
        self.list.set_empty(_("目录还是空的。可以按集团目录生成，或导入 Excel。"))
        column.addWidget(self.stack, 1)
        self.chips.button(_LIST).setChecked(True)

    def _connect(self) -> None:
        self.chips.idClicked.connect(self._show_view)
        self.owner.activated.connect(self.refresh)
        self.needle.textChanged.connect(self._filter)
        self.picker.picked.connect(self._add)
        self.stop.clicked.connect(self._stop)
        self.derive.clicked.connect(self._derive)
        self.keep.clicked.connect(self._keep)
        self.load_file.clicked.connect(self.file.ask)
        self.export.clicked.connect(self._export)
        self.to_committee.clicked.connect(lambda: self.context.navigate("committee"))
        self.list.counts_changed.connect(self.chrome_changed)
        self.list.opened.connect(self._look_up)
        self.rules.opened.connect(self._show_items)
        self.on(Act.SEARCH, self.needle.setFocus)
        self.on(Act.EXPORT, self._export)
        self.on(Act.IMPORT, self.file.ask)

    def _org(self) -> int:
        value = self.owner.value
        return value if isinstance(value, int) else GROUP

    def _may(self) -> bool:
        """Whether the person keeps the list that is shown."""
        actor, org = self.context.actor, self._org()
        if org == GROUP:
            return actor.has(Duty.CATALOGUE)
        return actor.can(Duty.CATALOGUE, org) or actor.can(Duty.STORE, org)

    @override
    def scope_changed(self, _scope: Scope) -> None:
        single = self.context.scope.single
        if single is not None:
            self.owner.choose(single.id)
        self.refresh()

    @override
    def refresh(self) -> None:
        db, actor, org = self.context.db, self.context.actor, self._org()
        if self.owner.count() == 1:
            self.read(lambda: visible_organisations(db, actor), self._offer, channel="orgs")
        may = self._may()
        for widget in (self.picker, self.stop, self.keep, self.load_file):
            widget.setVisible(may)
        self.derive.setVisible(may and org != GROUP)
        orgs = (org,)

        def work() -> Loaded:
            return Loaded(
                formulary(db, actor, org), check_formulary(db, actor, org),
                snapshots(db, actor, orgs),
            )  # fmt: skip

        self.read(work, self._show, channel="list")
        self.ward.refresh()

    def _offer(self, found: tuple[OrgRow, ...]) -> None:
        orgs = [row for row in found if row.role != "supplier"]
        self.owner.set_entries([(GROUP, _("集团供应目录")), *((row.id, row.short) for row in orgs)])

    def _show(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self._filter()
        if isinstance(self.rules.model, ListModel):
            order = {Grade.BAD: 0, Grade.WARN: 1, Grade.OK: 2}
            found = sorted(loaded.findings, key=lambda one: order[one.grade])
            self.rules.model.set_rows(
                [rows.finding_row(place, one) for place, one in enumerate(found)]
            )
        bad = sum(one.grade is Grade.BAD for one in loaded.findings)
        warn = sum(one.grade is Grade.WARN for one in loaded.findings)
        self.states.show_counts(
            [(Status.BAD, _("{n} 处", n=bad), _("不符合规则")),
             (Status.WARN, _("{n} 处", n=warn), _("提醒"))]
        )  # fmt: skip
        kept = loaded.kept[0] if loaded.kept else None
        self.about.setText(
            _("上次留存：{day} {title}，{n} 个品规", day=kept.day, title=kept.title, n=kept.items)
            if kept else _("还没有留存过")
        )  # fmt: skip
        self.set_subtitle(
            _("{who} · {n} 个品规", who=self.owner.currentText(), n=len(loaded.items))
        )

    def _filter(self, _text: str = "") -> None:
        text = self.needle.text().strip().lower()
        found = [row for row in self.loaded.items
                 if text in row.name.lower() or text in row.code.lower()]  # fmt: skip
        if self._only:
            found = [row for row in found if row.item_id in self._only]
        if isinstance(self.list.model, ListModel):
            self.list.model.set_rows([rows.list_row(row) for row in found])
        if found and self.list.current() is None:
            self.list.choose(found[0].item_id)

    # Changing the list

    def _add(self, value: object) -> None:
        if isinstance(value, int):
            db, actor = self.context.db, self.context.actor
            command = AddItems(new_op(), self._org(), (value,))
            self.picker.clear()
            self.write(lambda: add_items(db, actor, command), self._changed)

    def _stop(self) -> None:
        chosen = [row.record for row in self.list.selected()
                  if isinstance(row.record, FormularyRow)]  # fmt: skip
        if not chosen:
            self.context.notices.info(_("先选要停用的品规。"))
            return
        form = ReasonForm(
            _("停用 {n} 个品规", n=len(chosen)),
            _("从今天起不再列入目录；已有库存照常使用。"), _("停用"), self,
        )  # fmt: skip
        items = tuple(row.item_id for row in chosen)

        def go() -> None:
            db, actor = self.context.db, self.context.actor
            command = StopItems(new_op(), self._org(), items, note=form.text)
            self.write(lambda: stop_items(db, actor, command), self._changed)

        form.accepted.connect(go)
        form.open()

    def _derive(self) -> None:
        question = Question(
            _("按集团目录生成 {org} 的目录", org=self.owner.currentText()),
            _("集团目录里的都加入，集团目录没有的都停用。以前的目录仍可按日期查看。"),
            _("生成"),
        )
        db, actor = self.context.db, self.context.actor
        command = Derive(new_op(), self._org())

        def go() -> None:
            self.write(lambda: derive(db, actor, command), self._changed)

        confirm(self, question, go)

    def _keep(self) -> None:
        db, actor = self.context.db, self.context.actor
        command = TakeSnapshot(new_op(), self._org())
        self.write(lambda: take_snapshot(db, actor, command), self._kept)

    def _kept(self, row: SnapshotRow) -> None:
        self.context.notices.done(_("已留存 {day} 的目录，{n} 个品规。", day=row.day, n=row.items))
        self.context.changes.announce({Topic.FORMULARY})

    def _changed(self, done: ListChanged) -> None:
        self.context.notices.done(
            _("加入 {added}，停用 {stopped}，没有变化 {same}。", added=done.added,
              stopped=done.stopped, same=done.same)
        )  # fmt: skip
        self.context.changes.announce({Topic.FORMULARY})

    def _export(self) -> None:
        grid = self.rules if self.stack.currentIndex() == _RULES else self.list
        ask_and_export(self, grid, self.owner.currentText())

    def _look_up(self, row: Row) -> None:
        """The item in the catalogue."""
        self.context.navigate("catalogue", item_id=row.key)

    def _show_items(self, row: Row) -> None:
        """The items of a finding, in the list; the chip 目录 shows all again."""
        if isinstance(row.record, Finding) and row.record.items:
            self._show_view(_LIST)
            self._only = frozenset(row.record.items)
            self._filter()
            self.list.focus_rows()

    def _show_view(self, view: int) -> None:
        if self._only:
            self._only = frozenset()
            self._filter()
        self.chips.button(view).setChecked(True)
        self.stack.setCurrentIndex(view)
        self.chrome_changed.emit()

    @override
    def counts(self) -> str:
        grids = (self.list, self.rules, self.ward.grid, self.ready.grid)
        return grids[self.stack.currentIndex()].counts()

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        return (
            self.hint(Act.SEARCH, _("搜索")),
            KeyHint("Enter", _("打开")),
            self.hint(Act.IMPORT, _("导入")),
            self.hint(Act.EXPORT, _("导出")),
        )
