"""定数包: one scan does the next step; what departments want; what needs somebody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import ClassVar

from PySide6.QtCore import QElapsedTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.duties import Duty
from app.domain.errors import DomainError
from app.domain.packs.steps import PackState, PackStep
from app.i18n import N_, _
from app.services.packs.listing import (
    DefinitionRow,
    PackQuery,
    PackRow,
    definitions,
    packs,
    scan_pack,
)
from app.services.packs.needs import NeedRow, needs
from app.services.packs.places import departments
from app.services.stock.places import PlaceRow
from app.ui.actions import Act
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.icons import Icon
from app.ui.page import KeyHint, Page
from app.ui.pages.packs import rows
from app.ui.pages.packs.desk import Desk
from app.ui.pages.packs.dialogs import BuildForm, DefineForm, DepartmentForm
from app.ui.pages.packs.footer import Footer
from app.ui.status import Status
from app.ui.tables.cells import Row
from app.ui.tables.column_fit import ColumnFit
from app.ui.tables.filling import choose_rows, put_rows
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.turns import Turns
from app.ui.widgets.buttons import Button
from app.ui.widgets.cards import Card, page_column, toolbar
from app.ui.widgets.chips import ViewChips
from app.ui.widgets.dialogs import ReasonForm
from app.ui.widgets.fields import Select
from app.ui.widgets.scan_edit import ScanBar

ECHO_MS = 2_000
"""The same pack read twice within this time is the scanner's echo: no second step."""
CHOOSE_ONLY = -1
_EFFECTS = {
    PackStep.BREAK: N_("包里的货变回散货，原来的码作废。"),
    PackStep.LOSE: N_("按损失记账，货从库存里扣掉。找到了可以登记找回。"),
    PackStep.RETURN: N_("整包回到库房，可以再发给别的科室。"),
    PackStep.FIND: N_("按原来的码恢复入账。"),
}
_THERE = frozenset({PackState.IN_STOCK, PackState.ISSUED})


@dataclass(frozen=True, slots=True)
class _Made:
    """A scan when it was made; its answer may come after the next.

    Attributes:
        target: What was chosen for scans: a department, 0, or `CHOOSE_ONLY`.
        at: Milliseconds of the page's clock.
    """

    target: object
    at: int


class PacksPage(Page):
    """Packs of one member, its departments and their wishes."""

    name = "packs"
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.STOCK})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.desk = Desk(self)
        self.view = ""
        self._last = self._taken = 0
        self._wanted: tuple[int, ...] = ()
        self._turns, self._clock = Turns(self), QElapsedTimer()
        self._clock.start()
        self._places: tuple[PlaceRow, ...] = ()
        self._rules: tuple[DefinitionRow, ...] = ()
        self.bar = ScanBar(
            _("请扫定数包码"), _("配送中的扫一下接收，科室的扫一下打开，空包再扫要下一包")
        )
        self.bar.sound = context.session.settings.sound
        self.grid = GridView(ListModel(rows.pack_columns()))
        ColumnFit(self.grid, ("lots",))
        self.grid.set_empty(_("这里还没有定数包。先在右边定义，再打包。"))
        self.wanted = GridView(ListModel(rows.need_columns()), framed=False)
        self.wanted.set_empty(_("科室现在不缺定数包。"))
        self.rules = GridView(ListModel(rows.definition_columns()), framed=False)
        self.rules.set_empty(_("还没有定义。按 Ctrl+N 新建。"))
        self.target = Select([(0, _("扫库房的包：只查看"))])
        self.footer = Footer()
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.bar)

    def _lay_out(self) -> None:
        self.chips = ViewChips(((view, _(word)) for view, word in rows.VIEWS), self)
        self.chips.chosen.connect(self._show_view)
        self.define_button = Button(_("新定义"), icon=Icon.PLUS, key="Ctrl+N")
        self.target.setMinimumWidth(200)
        self.grid.set_footer(self.footer)
        self.needs_card = Card(_("科室要的"), padding=12)
        self.needs_card.add(self.wanted, 1)
        self.rules_card = Card(_("定数包定义"), padding=12)
        self.rules_card.add(self.rules, 1)
        column = page_column(self)
        column.addWidget(self.bar)
        self.slip_button = Button(_("发放单"), icon=Icon.PRINTER)
        tools = (self.target, self.slip_button, self.define_button)
        column.addLayout(toolbar(*self.chips.row, None, *tools))
        column.addLayout(_beside(self.grid, self.needs_card, self.rules_card), 1)
        column.addWidget(self.bar.recent)

    def _connect(self) -> None:
        self.bar.scanned.connect(self.scan)
        self.desk.told.connect(self.bar.show_result)
        self.desk.denied.connect(self.bar.show_refusal)
        self.desk.changed.connect(self.refresh)
        self.desk.made.connect(self._mark)
        self.footer.asked.connect(self._do)
        self.define_button.clicked.connect(lambda: self.perform(Act.NEW))
        self.slip_button.clicked.connect(lambda: self.desk.print_slip(self.target.value))
        self.grid.selection_changed.connect(lambda: self.footer.show_for(self._chosen()))
        self.grid.counts_changed.connect(self.chrome_changed)
        self.wanted.link_clicked.connect(self._fill)
        self.wanted.opened.connect(lambda row: self._fill(row, "act"))
        self.rules.link_clicked.connect(self._build)
        self.rules.opened.connect(self._change)
        self.context.scans.subscribe(self, self.bar.take)
        self.on(Act.SCAN, self.bar.setFocus)
        self.on(Act.SEARCH, self.bar.setFocus)
        self.on(Act.NEW, self._define)
        self.on(Act.UNDO, self.desk.undo)
        self.on(Act.PRINT, lambda: self._do("print"))

    # What the shell asks

    @override
    def counts(self) -> str:
        return self.grid.counts()

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        return (
            KeyHint(_("扫码"), _("做下一步")),
            KeyHint("Space", _("打包、发放")),
            self.hint(Act.UNDO, _("撤销打开")),
            self.hint(Act.PRINT, _("打印标签")),
            self.hint(Act.NEW, _("新定义")),
        )

    @override
    def refresh(self) -> None:
        db, actor, org = self.context.db, self.context.actor, self.context.org.id
        query = PackQuery(view=self.view)
        self.read(
            lambda: [rows.pack_row(x, self.context) for x in packs(db, actor, org, query)],
            self._show, channel="packs",
        )  # fmt: skip
        self.read(lambda: needs(db, actor, org), self._show_needs, channel="needs")
        self.read(lambda: definitions(db, actor, org), self._show_rules, channel="rules")
        self.read(lambda: departments(db, actor, org), self._show_places, channel="places")

    @override
    def arrive(self, **arguments: object) -> None:
        """`view` chooses a quick view."""
        self._show_view(str(arguments.get("view", self.view)))

    # Showing

    def _show(self, found: list[Row]) -> None:
        kept = self.grid.current()
        put_rows(self.grid, found)
        if self._wanted:
            choose_rows(self.grid, self._wanted)
            self._wanted = ()
        elif found and (kept is None or all(row.key != kept.key for row in found)):
            self.grid.choose(found[0].key)
        late = sum(isinstance(row.record, PackRow) and row.record.late is not None for row in found)
        words = _("{n} 包", n=len(found))
        self.set_subtitle(_("{words} · {n} 包要处理", words=words, n=late) if late else words)
        self.footer.show_for(self._chosen())

    def _show_needs(self, found: tuple[NeedRow, ...]) -> None:
        put_rows(self.wanted, [rows.need_row(row) for row in found])
        self.needs_card.set_title(_("科室要的"), _("{n} 项", n=len(found)) if found else "")

    def _show_rules(self, found: tuple[DefinitionRow, ...]) -> None:
        self._rules = found
        put_rows(self.rules, [rows.definition_row(row) for row in found])

    def _show_places(self, found: tuple[PlaceRow, ...]) -> None:
        self._places = found
        self.target.set_entries(
            [(0, _("扫库房的包：只查看")), (CHOOSE_ONLY, _("扫到的包：只选中，不打开"))]
            + [(p.id, _("发给 {name}", name=p.name)) for p in found]
        )

    def _show_view(self, view: str) -> None:
        self.view = view if view in dict(rows.VIEWS) else ""
        self.chips.choose(self.view)
        self.refresh()

    def _chosen(self) -> tuple[PackRow, ...]:
        return tuple(row.record for row in self.grid.selected() if isinstance(row.record, PackRow))

    # Scanning

    def scan(self, code: str) -> None:
        """One scan, and the pack makes its next step."""
        if not self.context.may(Duty.STORE):
            self.desk.say(Status.BAD, _("你不能登记这家机构的定数包"), _("请选择自己所在的机构。"))
            return
        db, actor, org = self.context.db, self.context.actor, self.context.org.id
        taken = partial(self._take, _Made(self.target.value, self._clock.elapsed()))
        ask = partial(self.read, lambda: scan_pack(db, actor, org, code))
        self._turns.ask(ask, taken, self.desk.refused)

    def _take(self, made: _Made, row: PackRow) -> None:
        if made.target == CHOOSE_ONLY:
            self._choose(row)
            return
        step = _step_of(self.desk, row, made.target)
        if step is None:
            self.grid.choose(row.id)
            words = _("在库房的包：先在右上选「发给」哪个科室，再扫就发放。")
            detail = words if row.state is PackState.IN_STOCK else row.code
            self.desk.say(Status.INFO, f"{row.name} · {row.state.label}", detail)
        elif self._last == row.id and made.at - self._taken < ECHO_MS:
            self.desk.say(
                Status.INFO,
                _("{name} 刚扫过，这一下没有计", name=row.name),
                _("要做下一步（接收后打开、空包要下一包），过 2 秒再扫一次。"),
            )
        else:
            self._last, self._taken = row.id, made.at
            step()

    def _mark(self, made: tuple[int, ...]) -> None:
        """Packs just built will be chosen: Ctrl+P labels them, the next scan is another's."""
        self._wanted = made
        self.bar.setFocus()

    def _choose(self, row: PackRow) -> None:
        """Only choose what was scanned: for giving back, breaking, loss."""
        self._wanted = (row.id,)
        there = row.state in _THERE
        self._show_view("" if there else "gone")
        words = _("下面选要做的：退回、拆包、登记丢失、打印标签。")
        if not there:
            words = _("不在手上的包：下面只留能做的，找到了就按“找回”。")
        self.desk.say(Status.INFO, f"{row.name} · {row.state.label}", words)

    # Buttons

    def _do(self, what: str) -> None:
        chosen = self._chosen()
        if not chosen:
            self.desk.say(Status.WARN, _("还没有选定数包"), _("在列表里选几行，Shift 可多选。"))
        elif what == "print":
            self.desk.print_labels(tuple(row.id for row in chosen))
        elif what == PackStep.ISSUE:
            self._ask_department(chosen)
        elif what in _EFFECTS:
            self._ask_reason(PackStep(what), chosen)
        else:
            self.desk.step(PackStep(what), chosen)

    def _ask_department(self, chosen: tuple[PackRow, ...]) -> None:
        if not self._places:
            error = _("还没有科室。请在「系统设置 · 库位」新增类型为科室的库位。")
            self.desk.refused(DomainError("pack.no_department", error))
            return
        form = DepartmentForm(self._places, len(chosen), self)
        form.chosen.connect(lambda place: self.desk.issue(place, chosen))
        form.open()

    def _ask_reason(self, step: PackStep, chosen: tuple[PackRow, ...]) -> None:
        title = _("{step} {n} 包", step=step.label, n=len(chosen))
        form = ReasonForm(title, _(_EFFECTS[step]), step.label, self, least=2)
        form.accepted.connect(lambda: self.desk.step(step, chosen, form.text))
        form.open()

    def _define(self, rule: DefinitionRow | None = None) -> None:
        form = DefineForm(self.context, self._places, self, rule)
        form.chosen.connect(self.desk.define)
        form.open()

    def _change(self, row: Row) -> None:
        if isinstance(row.record, DefinitionRow):
            self._define(row.record)

    def _build(self, row: Row, _column: str, wanted: int = 1) -> None:
        if isinstance(row.record, DefinitionRow):
            self._ask_build(row.record, wanted)

    def _ask_build(self, rule: DefinitionRow, wanted: int) -> None:
        form = BuildForm(rule, wanted, self)
        form.chosen.connect(self.desk.build)
        form.open()

    def _fill(self, row: Row, _column: str) -> None:
        """Issue what a department wants, or build it first."""
        need = row.record
        if not isinstance(need, NeedRow):
            return
        if need.ready:
            self.desk.issue(need.department_id, (), need.definition_id, need.packs)
            return
        rule = next((one for one in self._rules if one.id == need.definition_id), None)
        if rule is not None:
            self._ask_build(rule, need.packs)


def _beside(grid: QWidget, *cards: QWidget) -> QHBoxLayout:
    """The packs, and the cards under each other at their right."""
    right = QVBoxLayout()
    right.setSpacing(12)
    for card in cards:
        right.addWidget(card, 1)
    body = QHBoxLayout()
    body.setSpacing(12)
    body.addWidget(grid, 9)
    body.addLayout(right, 4)
    return body


def _step_of(desk: Desk, row: PackRow, department: object) -> Callable[[], None] | None:
    """What the scan of this pack does next, None when it only shows it."""
    if row.state is PackState.ISSUED:
        return partial(desk.step, PackStep.RECEIVE, (row,))
    if row.state is PackState.CONSUMED:
        return partial(desk.ask, row)
    if row.state is PackState.IN_STOCK and row.department_id:
        return partial(desk.step, PackStep.OPEN, (row,))
    if row.state is PackState.IN_STOCK and isinstance(department, int) and department:
        return partial(desk.issue, department, (row,))
    return None
