"""试剂: open kits by scan, count tests, close kits, and see what was wasted."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.consumption.reagents import KIT_STATES
from app.domain.duties import Duty
from app.domain.errors import DomainError
from app.domain.expiry import shown
from app.domain.ids import new_op
from app.i18n import _
from app.services.consumption.reagent_listing import KitRow, ReagentUse, kits, reagent_use
from app.services.consumption.reagent_tests import (
    FIELDS,
    KIND,
    ApplyRuns,
    CountTests,
    Run,
    apply,
    count_tests,
    preview,
)
from app.services.consumption.reagents import (
    DefineReagent,
    Opened,
    OpenKit,
    define,
    open_kit,
)
from app.services.consumption.scan import scanned
from app.services.importing.plan import Imported, ImportPlan
from app.ui import formats
from app.ui.changes import Topic
from app.ui.icons import Icon
from app.ui.importing import Columns, ImportFlow
from app.ui.page import Page
from app.ui.pages.consumption.place_choice import PlaceChoice
from app.ui.pages.consumption.reagent_counts import Counts
from app.ui.pages.consumption.reagent_forms import CountForm, DefineForm
from app.ui.pages.consumption.reagent_kits import Echo, Kits
from app.ui.status import Status
from app.ui.tables.cells import Bar, Cell, Link, Pill, Row, Tone, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button
from app.ui.widgets.cards import Card, toolbar
from app.ui.widgets.scan_edit import ScanBar, ScanResult

_STATES: Final = {
    "open": Status.OK, "held": Status.BAD, "late": Status.BAD, "finished": Status.MUTE,
    "expired": Status.MUTE, "reversed": Status.MUTE,
}  # fmt: skip


class ReagentView(QWidget):
    """Opened kits, and use against tests of the month.

    Signals:
        changed: Counts are other ones now.
    """

    changed = Signal()

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self._uses: tuple[ReagentUse, ...] = ()
        self.form: DefineForm | CountForm | None = None
        self.bar = ScanBar(_("开盒：请扫试剂盒上的码"), _("标签、69 码或 GS1 码；一盒一扫"))
        self.bar.sound = page.context.session.settings.sound
        self.bar.scanned.connect(self.scan)
        self.grid = GridView(ListModel(_columns()))
        self.counted = self.exported = self.grid
        self.grid.set_empty(_("还没有开过试剂盒。先在右边设好每盒测试数，再扫盒上的码开盒。"))
        self.kits = Kits(page, self, self._deed_done, self._failed)
        self._echo = Echo(self)
        self.place = PlaceChoice(page)
        self.grid.link_clicked.connect(lambda row, _column: self.kits.ask_close(row.record))
        self.grid.opened.connect(lambda row: self.kits.ask_close(row.record))
        self.grid.counts_changed.connect(self.changed)
        self.uses = GridView(ListModel(_use_columns()), framed=False)
        self.uses.set_empty(_("还没有设试剂。"))
        self.uses.opened.connect(lambda row: self._define(row.record))
        self.uses.link_clicked.connect(lambda row, _column: self._define(row.record))
        self.count_button = Button(_("登记测试"), icon=Icon.TEST_TUBE, key="Ctrl+N")
        self.count_button.clicked.connect(self.new)
        self.import_button = Button(_("导入计数"), icon=Icon.IMPORT, key="Ctrl+I")
        self.import_button.clicked.connect(self.ask_file)
        self.define_button = Button(_("设试剂"), icon=Icon.PLUS)
        self.define_button.clicked.connect(partial(self._define, None))
        self.booked_button = Button(_("计数记录"), icon=Icon.HISTORY)
        self.booked = Counts(page, self._taken_back, self._failed)
        self.booked_button.clicked.connect(self.booked.show)
        self.flow: ImportFlow[Run] = ImportFlow(
            page, _("导入测试计数"), lambda path, _report: self._read(path), self._wanted,
            Columns(KIND, FIELDS),
        )  # fmt: skip
        self._lay_out()

    def _lay_out(self) -> None:
        card = Card(_("本月使用率"), padding=12)
        card.add(self.uses, 1)
        card.add(toolbar(None, self.booked_button, self.define_button))
        card.setMinimumWidth(360)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.bar, 1)
        head.addWidget(self.count_button)
        head.addWidget(self.import_button)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 8, 12, 8)
        foot.addWidget(self.place)
        foot.addStretch(1)
        footer = QWidget()
        footer.setLayout(foot)
        self.grid.set_footer(footer)
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addWidget(self.grid, 7)
        body.addWidget(card, 5)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(head)
        column.addLayout(body, 1)
        column.addWidget(self.bar.recent)
        self.setFocusProxy(self.bar)

    def refresh(self) -> None:
        """Ask for kits and use again."""
        context = self._page.context
        db, actor, orgs, org = context.db, context.actor, context.scope.ids, context.org.id
        first, last = context.today.replace(day=1), context.today
        self.place.refresh()
        may = context.may(Duty.STORE)
        for button in (self.count_button, self.import_button, self.define_button):
            button.setVisible(may)
        self._page.read(lambda: kits(db, actor, orgs), self._show, channel="kits")
        self._page.read(
            lambda: reagent_use(db, actor, org, first, last), self._show_uses, channel="uses"
        )

    def scan(self, code: str) -> None:
        """Open the kit whose code was scanned."""
        context = self._page.context
        db, actor, org = context.db, context.actor, context.org.id
        if not context.may(Duty.STORE):
            self._say(Status.BAD, _("你不能登记这家机构的消耗"), _("请选择自己所在的机构。"))
            return
        if self._echo.hears(code):
            self._say(
                Status.WARN, _("这个码刚扫过，只开了一盒"), _("真要再开一盒，过两秒再扫一次。")
            )
            return
        op_id, asked = new_op(), self.place.asked()

        def work() -> tuple[str, Opened]:
            place = asked()
            goods = scanned(db, actor, org, place, code)
            return goods.name, open_kit(db, actor, OpenKit(op_id, org, place, goods.line))

        self._page.write(work, self._opened, self._not_opened)

    def _not_opened(self, error: Exception) -> None:
        self._echo.forget()
        self._failed(error)

    def undo(self) -> None:
        """Take back the opening of the kit that is chosen; the one opened last is."""
        row = self.grid.current()
        if not self._page.context.may(Duty.STORE):
            self._page.not_available()
        elif not self.kits.ask_back(row.record if row else None):
            self._say(Status.INFO, _("先选要撤销的一盒"), _("只有开着、没做过测试的能撤销。"))

    def _deed_done(self, what: str, kit: str) -> None:
        self._say(Status.OK, what, kit)
        self._announce()

    def _opened(self, done: tuple[str, Opened]) -> None:
        name, kit = done
        self._say(
            Status.OK, _("已开盒 {name}", name=name),
            _("可做 {n} 个测试 · 用到 {day}", n=kit.tests, day=shown(kit.expires_on)),
        )  # fmt: skip
        self.grid.choose(kit.kit_id)
        self._announce()

    def new(self) -> None:
        """Type tests that were done."""
        if not self._uses:
            self._say(Status.WARN, _("还没有设试剂"), _("请先按“设试剂”，填每盒测试数。"))
            return
        form = CountForm(self._page.context, self, self._uses)
        form.chosen.connect(self._count)
        self.form = form
        form.open()

    def _count(self, command: CountTests) -> None:
        db, actor = self._page.context.db, self._page.context.actor

        def counted(runs: int) -> None:
            if runs:
                self._say(Status.OK, _("已登记测试数"))
            else:
                self._say(Status.WARN, _("这个号登记过，没有重复计数"))
            self._announce()

        self._page.write(lambda: count_tests(db, actor, command), counted, self._failed)

    def _taken_back(self, runs: int) -> None:
        self._say(Status.OK, _("已撤销 {n} 条计数", n=runs), _("测试数退回原来那一盒"))
        self._announce()

    def ask_file(self) -> None:
        """Ask for an analyser's file."""
        self.flow.ask()

    def _read(self, path: Path) -> ImportPlan[Run]:
        context = self._page.context
        return preview(context.db, context.actor, context.org.id, path)

    def _wanted(self, plan: ImportPlan[Run]) -> None:
        context = self._page.context
        db, actor = context.db, context.actor
        command = ApplyRuns(new_op(), context.org.id, plan)

        def done(result: Imported) -> None:
            context.notices.done(_("已登记 {n} 条计数。", n=formats.number(result.added)))
            self._announce()

        self.flow.carry_out(plan, lambda report: apply(db, actor, command, report), done)

    def _define(self, known: object) -> None:
        if not self._page.context.may(Duty.STORE):
            return
        use = known if isinstance(known, ReagentUse) else None
        form = DefineForm(self._page.context, self, use)
        form.chosen.connect(self._keep)
        self.form = form
        form.open()

    def _keep(self, command: DefineReagent) -> None:
        db, actor = self._page.context.db, self._page.context.actor

        def kept(_nothing: None) -> None:
            self._page.context.notices.done(_("已设好。已经开着的盒不变。"))
            self.refresh()

        self._page.write(lambda: define(db, actor, command), kept, self._failed)

    def _failed(self, error: Exception) -> None:
        self.bar.show_refusal(error)
        if not isinstance(error, DomainError):
            self._page.context.errors.take(error)

    def _announce(self) -> None:
        self._page.context.changes.announce({Topic.STOCK, Topic.SETTLEMENT, Topic.DEMAND})
        self.refresh()

    def _say(self, status: Status, text: str, detail: str = "") -> None:
        self.bar.show_result(ScanResult(status, text, detail))

    def _show(self, found: tuple[KitRow, ...]) -> None:
        model = self.grid.model
        if isinstance(model, ListModel):
            model.set_rows([_row(row) for row in found])
        self.changed.emit()

    def _show_uses(self, found: tuple[ReagentUse, ...]) -> None:
        self._uses = found
        model = self.uses.model
        if isinstance(model, ListModel):
            model.set_rows([_use_row(row) for row in found])


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="name", title=_("试剂 / 批号"), kind=Kind.TWO_LINE, width=150, stretch=True),
        Column(key="used", title=_("已测 / 可测"), kind=Kind.BAR, width=140),
        Column(key="until", title=_("用到 / 开盒"), kind=Kind.TWO_LINE, width=96),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=98),
        Column(key="act", title="", kind=Kind.BUTTON, width=56),
    )


def _use_columns() -> tuple[Column, ...]:
    return (
        Column(key="name", title=_("试剂"), kind=Kind.TWO_LINE, width=84, stretch=True),
        Column(key="kits", title=_("开盒"), kind=Kind.NUMBER, width=48),
        Column(key="patient", title=_("标本"), kind=Kind.NUMBER, width=56),
        Column(key="wasted", title=_("浪费"), kind=Kind.NUMBER, width=56),
        Column(key="rate", title=_("使用率"), kind=Kind.NUMBER, width=64),
        Column(key="act", title="", kind=Kind.BUTTON, width=44),
    )


def _row(row: KitRow) -> Row:
    status = _STATES[row.state]
    act: Cell = Tone("")
    if row.state in {"open", "held", "late"}:
        act = Link(_("过期") if row.state == "late" else _("用完"))
    part = row.used / row.tests if row.tests else 0
    cells: tuple[Cell, ...] = (
        Two(row.name, f"{row.lot_no} · {row.spec}"), Bar(f"{row.used} / {row.tests}", part),
        Two(shown(row.expires_on), _("{day} 开盒", day=f"{row.opened_on:%m-%d}")),
        Pill(status, _(KIT_STATES[row.state])), act,
    )  # fmt: skip
    return Row(row.kit_id, cells, record=row)


def _use_row(row: ReagentUse) -> Row:
    rate = "—" if row.use.per_mille is None else f"{row.use.per_mille // 10}%"
    words = row.rule.mode.label if row.rule else _("还没设")
    cells: tuple[Cell, ...] = (
        Two(row.name, f"{row.spec} · {words}"), formats.number(row.kits),
        formats.number(row.use.patient),
        formats.number(row.use.wasted), rate, Link(_("设")),
    )  # fmt: skip
    return Row(row.item_id, cells, record=row)
