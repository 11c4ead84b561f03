"""盘点: count by scan without seeing the book; another approves; write-offs and returns beside."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout
from typing_extensions import override

from app.domain.duties import Duty
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.quantity import two_units
from app.domain.stock.counting import CountState
from app.i18n import _
from app.services.counting.count import Key, Record, ScanCount, Scanned, record, scan
from app.services.counting.disposal import disposals
from app.services.counting.heads import CountDone
from app.services.counting.listing import CountLineRow, CountRow, count_lines, counts
from app.ui import formats
from app.ui.actions import Act
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.icons import Icon
from app.ui.page import KeyHint, Page
from app.ui.pages.counting import rows
from app.ui.pages.counting.closing import Closing
from app.ui.pages.counting.papers import Papers
from app.ui.pages.counting.starting import Starting
from app.ui.status import Status
from app.ui.tables.cells import Row
from app.ui.tables.filling import put_rows
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.allowing import allow
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import Card, page_column, toolbar
from app.ui.widgets.scan_edit import ScanBar


class CountingPage(Page):
    """One count at a time, chosen from the list on the right."""

    name = "counting"
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.STOCK})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.head: CountRow | None = None
        self._wanted = 0
        self.bar = ScanBar(_("扫一包记一包"), _("先输 12* 再扫 = 12 包装 · 码里要有批号"))
        self.bar.sound = context.session.settings.sound
        self.model = ListModel(rows.line_columns(), self._edit)
        self.lines = GridView(self.model)
        self.lines.set_empty(_("还没有盘点。按 Ctrl+N 开始。"))
        self.counts_grid = GridView(ListModel(rows.count_columns()), framed=False)
        self.counts_grid.set_empty(_("还没有盘点。"))
        self.disposals = GridView(ListModel(rows.disposal_columns()), framed=False)
        self.disposals.set_empty(_("没有报损和退货。"))
        self.new_button = Button(_("开始盘点"), icon=Icon.PLUS, key="Ctrl+N")
        self.lose_button = Button(_("报损 / 退货"), icon=Icon.DELETE)
        self.back_button = Button(_("退回重数"))
        self.cancel_button = Button(_("取消盘点"))
        self.done_button = Button(_("盘完提交"), Kind.PRIMARY, key="F10")
        self.starting = Starting(self, self.bar.say, self._failed, self._begun)
        self.closing = Closing(self, lambda: self.head, self.model, self._stepped, self._failed)
        self.papers = Papers(self, self._current, self.bar.say, self._write)
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.bar)

    def _lay_out(self) -> None:
        self.counts_card = Card(_("盘点单"), padding=12)
        self.counts_card.add(self.counts_grid, 1)
        self.disposals_card = Card(_("报损和退货"), padding=12)
        self.disposals_card.add(self.disposals, 1)
        tools = self.papers.tools(self.disposals, lambda: self.head)
        self.counts_card.head.addWidget(tools[0])
        for tool in tools[1:]:
            self.disposals_card.head.addWidget(tool)
        right = QVBoxLayout()
        right.setSpacing(12)
        right.addWidget(self.counts_card, 1)
        right.addWidget(self.disposals_card, 1)
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addWidget(self.lines, 11)
        body.addLayout(right, 6)
        column = page_column(self)
        column.addWidget(self.bar)
        column.addLayout(
            toolbar(
                self.new_button,
                self.lose_button,
                None,
                self.back_button,
                self.cancel_button,
                self.done_button,
            )
        )
        column.addLayout(body, 1)

    def _connect(self) -> None:
        self.bar.scanned.connect(self.scan)
        self.new_button.clicked.connect(self.starting.new)
        self.done_button.clicked.connect(self.closing.finish)
        self.cancel_button.clicked.connect(self.closing.cancel)
        self.back_button.clicked.connect(self.closing.send_back)
        self.lose_button.clicked.connect(self.papers.ask_for_line)
        self.counts_grid.current_changed.connect(self._choose)
        self.disposals.link_clicked.connect(lambda row, _column: self.papers.carry_on(row))
        self.disposals.opened.connect(self.papers.carry_on)
        self.lines.counts_changed.connect(self.chrome_changed)
        self.model.refused.connect(lambda _k, _c, error: self._failed(error))
        self.context.scans.subscribe(self, self.bar.take)
        self.on(Act.NEW, self.starting.new)
        self.on(Act.FINISH, self.closing.finish)
        self.on(Act.SCAN, self.bar.setFocus)
        self.on(Act.PRINT, lambda: self.papers.print_count(self.head))
        self.on(Act.LABELS, self.papers.labels)

    # What the shell asks

    @override
    def counts(self) -> str:
        return self.lines.counts()

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        return (
            KeyHint(_("扫码"), _("记一包")),
            KeyHint("0–9", _("直接填数，7+5 = 7 盒 5 片")),
            self.hint(Act.FINISH, _("盘完提交")),
        )

    @override
    def refresh(self) -> None:
        db, actor, orgs = self.context.db, self.context.actor, self.context.scope.ids
        for button in (self.new_button, self.lose_button):
            button.setVisible(self.context.may(Duty.STORE))
        self.read(lambda: counts(db, actor, orgs), self._show_counts, channel="counts")
        self.read(
            lambda: [
                rows.disposal_row(row, self.context) for row in disposals(db, actor, orgs)
            ],
            self._show_disposals, channel="disposals",
        )  # fmt: skip

    def _show_counts(self, found: tuple[CountRow, ...]) -> None:
        put_rows(self.counts_grid, [rows.count_row(row) for row in found])
        open_counts = [x for x in found if x.state in rows.OPEN]
        self.set_subtitle(_("{n} 次进行中", n=len(open_counts)) if open_counts else "")
        keep = self._wanted or (self.head.id if self.head else 0)
        first = next(iter([*open_counts, *found]), None)
        chosen = next((row for row in found if row.id == keep), first)
        self._wanted = 0
        self._set_head(chosen)
        if chosen is not None:
            self.counts_grid.choose(chosen.id)

    def _choose(self, row: Row | None) -> None:
        record_row = row.record if row is not None else None
        if isinstance(record_row, CountRow) and (
            self.head is None or record_row.id != self.head.id
        ):
            self._set_head(record_row)

    def _set_head(self, head: CountRow | None) -> None:
        self.head = head
        counting = head is not None and head.state is CountState.COUNTING
        self.setFocusProxy(self.bar if counting else self.lines)
        if not counting and self.bar.hasFocus():
            self.lines.setFocus()  # a field that is disabled passes the keys to no matter whom
        self.bar.setEnabled(counting)
        self._set_steps(head)
        if head is None:
            self.overtake("lines")
            self.model.set_rows([])
            return
        db, actor = self.context.db, self.context.actor
        org, number = head.org_id, head.id
        self.read(
            lambda: [rows.line_row(x) for x in count_lines(db, actor, org, number)],
            self.model.set_rows, channel="lines",
        )  # fmt: skip

    def _set_steps(self, head: CountRow | None) -> None:
        """What this person can do with the count that is shown."""
        keeper = head is not None and self.context.actor.can(Duty.STORE, head.org_id)
        signer = head is not None and self.context.actor.can(Duty.SIGN, head.org_id)
        state = head.state if head is not None else None
        waiting = state is CountState.TO_APPROVE
        self.back_button.setVisible(waiting and (keeper or signer))
        none = _("没有正在进行的盘点。") if state is None else _("这张盘点单不用你处理。")
        allow(self.cancel_button, none, when=keeper and state in rows.OPEN)
        ready = (keeper and state in rows.OPEN) or (signer and waiting)
        allow(self.done_button, none, when=ready)
        words = {CountState.TO_APPROVE: _("审批入账") if keeper else _("批准"),
                 CountState.APPROVED: _("入账")}  # fmt: skip
        self.done_button.setText(words.get(state, _("盘完提交")) if state else _("盘完提交"))

    def _show_disposals(self, found: list[Row]) -> None:
        put_rows(self.disposals, found)

    # Counting

    def scan(self, code: str) -> None:
        """One pack more of the lot that the code names."""
        head = self.head
        if head is None or head.state is not CountState.COUNTING:
            self.bar.say(Status.WARN, _("没有在盘的盘点单"), _("按 Ctrl+N 开始一次盘点。"))
            return
        db, actor = self.context.db, self.context.actor
        command = ScanCount(new_op(), head.org_id, head.id, code)
        self.write(lambda: scan(db, actor, command), self._scanned, self._failed)

    def _scanned(self, told: Scanned) -> None:
        there = formats.pack_text(told.base_unit, told.pack_unit, told.pack_factor, told.counted)
        self.bar.say(Status.OK, _("已盘 {qty}", qty=there), f"{told.name} {told.lot_no}")
        self._set_head(self.head)

    def _edit(self, row: Row, _column: str, value: object) -> Row:
        line, head = row.record, self.head
        if not isinstance(line, CountLineRow) or head is None:
            return row
        if head.state is not CountState.COUNTING:
            raise DomainError("count.closed", _("这次盘点已提交，不能再改数。"))
        key = Key(line.place_id, line.item_id, line.lot_id, line.owner_id)
        units = two_units(line.base_unit, line.pack_unit, line.pack_factor).read(str(value))
        command = Record(new_op(), head.org_id, head.id, key, units)
        db, actor = self.context.db, self.context.actor
        self.write(
            lambda: record(db, actor, command), lambda _n: self._set_head(self.head), self._failed
        )
        return row

    def _stepped(self, done: CountDone) -> None:
        if done.recount:
            words = _("换个人再数一遍，然后提交。")
            self.bar.say(Status.NEAR, _("{n} 行要复盘", n=done.recount), words)
        else:
            self.bar.say(Status.OK, f"{done.no} · {done.state.label}")
        self._changed()

    def _begun(self, done: CountDone) -> None:
        self._wanted = done.count_id
        self.bar.say(Status.OK, _("{no} 开始盘点", no=done.no), _("扫一包记一包。"))
        self.refresh()

    def _current(self) -> CountLineRow | None:
        row = self.lines.current()
        return row.record if row is not None and isinstance(row.record, CountLineRow) else None

    # Telling

    def _write(self, work: Callable[[], object], words: str) -> None:
        def done(_answer: object) -> None:
            self.bar.say(Status.OK, words)
            self._changed()

        self.write(work, done, self._failed)

    def _changed(self) -> None:
        self.context.changes.announce({Topic.STOCK})
        self.refresh()

    def _failed(self, error: Exception) -> None:
        self.bar.show_refusal(error)
        if not isinstance(error, DomainError):
            self.context.errors.take(error)
