"""追溯召回: a lot both ways over all members; recalls; lots that run out and what is done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import ClassVar, TypeVar

from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.duties import Duty
from app.domain.errors import DomainError
from app.domain.expiry import shown
from app.domain.ids import new_op
from app.i18n import _
from app.services.recalls.answers import MemberAnswer, answers
from app.services.recalls.expiring import ExpiringRow, Finish, end, expiring, people_of, plan
from app.services.recalls.finding import LotHead, find_lots
from app.services.recalls.recall import Answer, Close, RecallRow, answer, close, recalls, start
from app.services.recalls.trace import (
    Mark,
    Traced,
    TraceStep,
    older_moves,
    trace_found,
    trace_lot,
)
from app.ui.actions import Act
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.icons import Icon
from app.ui.page import KeyHint, Page
from app.ui.pages.recall import rows
from app.ui.pages.recall.dialogs import ActionForm, CloseForm, LotsForm, RecallForm
from app.ui.pages.recall.report import ReportButton
from app.ui.status import Status
from app.ui.tables.cells import Row
from app.ui.tables.filling import put_rows
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.allowing import allow
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import page_column, toolbar
from app.ui.widgets.chips import ViewChips
from app.ui.widgets.dialogs import Question, ReasonForm, confirm
from app.ui.widgets.scan_edit import ScanBar
from app.ui.widgets.text import Role, Text

_TABS = ("trace", "recalls", "expiring")
_RECALLS = 1
T = TypeVar("T")
Write = Callable[[Callable[[], object]], None]


class RecallPage(Page):
    """Trace, recalls, near expiry."""

    name = "recall"
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.STOCK})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.found: Traced | None = None
        self.bar = ScanBar(_("请扫包装，或输入批号"), _("批号、追溯码、定数包码、GS1 码都可以"))
        self.bar.sound = context.session.settings.sound
        self.head = Text("", Role.CARD_TITLE, wrap=True)
        self.members = GridView(ListModel(rows.member_columns()))
        self.members.set_empty(_("扫一个批号，这里列出它在各成员的入、存、用。"))
        self.steps = GridView(ListModel(rows.step_columns()))
        self.steps.set_empty(_("还没有收发记录。"))
        self.older = Button("", Kind.LINK)
        self.older.setVisible(False)
        self.older.clicked.connect(self.show_older)
        self.standing = GridView(ListModel(rows.standing_columns()))
        self.standing.set_empty(_("没有在库的。"))
        for grid in (self.members, self.standing, self.steps):
            put_rows(grid, [])  # nothing was asked yet: the sentence stands there at once
        self.recalls = GridView(ListModel(rows.recall_columns()))
        self.recalls.set_empty(_("没有冻结和召回。"))
        self.expiring = GridView(ListModel(rows.expiring_columns()))
        self.expiring.set_empty(_("半年内没有要到期的货。"))
        self.freeze = Button(_("冻结 / 召回"), Kind.DANGER, icon=Icon.LOCK)
        allow(self.freeze, _("先扫码或输入批号，查到这一批再冻结。"), when=False)
        self.report = ReportButton(self, self.recalls)
        self._lay_out()
        self._connect()
        self.setFocusProxy(self.bar)

    def _lay_out(self) -> None:
        self.chips = ViewChips(enumerate((_("追溯"), _("召回"), _("近效期"))), self)
        self.chips.chosen.connect(self._show_tab)
        tracing = QWidget()
        inside = QVBoxLayout(tracing)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(10)
        inside.addWidget(self.head)
        sums = QHBoxLayout()
        sums.setSpacing(10)
        sums.addWidget(self.members, 3)
        sums.addWidget(self.standing, 2)
        inside.addLayout(sums, 2)
        inside.addWidget(self.steps, 3)
        inside.addWidget(self.older)
        self.stack = QStackedWidget()
        for widget in (tracing, self.recalls, self.expiring):
            self.stack.addWidget(widget)
        column = page_column(self)
        column.addWidget(self.bar)
        column.addLayout(toolbar(*self.chips.row, None, self.report, self.freeze))
        column.addWidget(self.stack, 1)

    def _connect(self) -> None:
        self.bar.scanned.connect(self.scan)
        self.freeze.clicked.connect(self._freeze)
        self.recalls.link_clicked.connect(lambda row, _column: self._answer(row))
        self.expiring.link_clicked.connect(lambda row, _column: self._act(row))
        self.recalls.opened.connect(self._follow_recall)
        self.expiring.opened.connect(self._follow_lot)
        for grid in (self.members, self.recalls, self.expiring):
            grid.counts_changed.connect(self.chrome_changed)
        self.context.scans.subscribe(self, self.bar.take)
        self.on(Act.SEARCH, self.bar.setFocus)
        self.on(Act.SCAN, self.bar.setFocus)

    # What the shell asks

    @override
    def counts(self) -> str:
        return (self.members, self.recalls, self.expiring)[self.stack.currentIndex()].counts()

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        return (KeyHint(_("扫码"), _("追溯")), KeyHint("Enter", _("看这一批")))

    @override
    def refresh(self) -> None:
        db, actor, orgs = self.context.db, self.context.actor, self.context.scope.ids
        self.read(lambda: recalls(db, actor), self._show_recalls, channel="recalls")
        self.read(lambda: expiring(db, actor, orgs), self._show_expiring, channel="expiring")
        if self.found is not None:
            again = partial(trace_found, db, actor, self.found.head)
            self.read(again, self._show_again, self._failed, channel="again")

    @override
    def arrive(self, **arguments: object) -> None:
        """`view` chooses a tab, `lot` traces a lot, `text` is looked up."""
        view, lot, text = (arguments.get(key) for key in ("view", "lot", "text"))
        if view in _TABS:
            self._show_tab(_TABS.index(str(view)))
        if isinstance(lot, int):
            self._trace_lot(lot)
        elif isinstance(text, str):
            self.scan(text)

    def _show_tab(self, place: int) -> None:
        self.stack.setCurrentIndex(place)
        self.report.setVisible(place == _RECALLS)
        self.setFocusProxy((self.bar, self.recalls, self.expiring)[place])
        self.chips.choose(place)
        self.chrome_changed.emit()

    # Tracing

    def scan(self, code: str) -> None:
        """Find the lot behind a code and follow it."""
        db, actor = self.context.db, self.context.actor
        self._ask(lambda: find_lots(db, actor, code), partial(self._lots, code))

    def _lots(self, code: str, found: tuple[LotHead, ...]) -> None:
        if not found:
            words = _("没找到批号 {code}", code=code[:30])
            now = _("请核对，或扫追溯码。没到过的也要拦下，就输「品规编码/批号」。")
            self.bar.say(Status.BAD, words, now)
        elif len(found) == 1:
            self._trace(found[0])
        else:
            words = _("有 {n} 个品规用这个批号", n=len(found))
            self.bar.say(Status.WARN, words, _("请选一个再看，别冻结错了货。"))
            form = LotsForm(found, self)
            form.chosen.connect(self._trace)
            form.open()

    def _trace(self, head: LotHead) -> None:
        db, actor = self.context.db, self.context.actor
        self._ask(lambda: trace_found(db, actor, head), self._show)

    def _trace_lot(self, lot_id: int) -> None:
        db, actor = self.context.db, self.context.actor
        self._ask(lambda: trace_lot(db, actor, lot_id), self._show)

    def _ask(self, work: Callable[[], T], show: Callable[[T], None]) -> None:
        """Of all that is scanned or chosen only the last is shown: it may be frozen next."""
        self.read(work, show, self._failed, channel="trace")

    def _show_again(self, found: Traced) -> None:
        if self.found is not None and rows.which(self.found.head) == rows.which(found.head):
            self._show(found)

    def _show(self, found: Traced) -> None:
        first = self.found is None or rows.which(self.found.head) != rows.which(found.head)
        self.found = found
        head = found.head
        held = _("已冻结") if head.held else _("可用") if head.lot_id else _("还没收到")
        self.head.setText(
            _("{name} {spec} · 批号 {lot} · 有效期至 {day} · {held}", name=head.name,
              spec=head.spec, lot=head.lot_no, day=shown(head.expiry), held=held)
        )  # fmt: skip
        put_rows(self.members, [rows.member_row(row, head) for row in found.members])
        put_rows(self.standing, rows.standing_rows(found))
        moves = [rows.step_row(n, row, head) for n, row in enumerate(found.steps)]
        put_rows(self.steps, moves[::-1])
        left = found.moves - len(found.steps)
        self.older.setText(_("还有更早的 {n} 步，接着看", n=left))
        self.older.setVisible(found.older is not None)
        allow(self.freeze, _("这一批已经冻结了。"), when=not head.held)
        if first:
            self._show_tab(0)
            status = Status.LOCK if head.held else Status.OK
            words = _("{n} 家，{m} 步", n=len(found.members), m=found.moves)
            self.bar.say(status, f"{head.lot_no} · {held}", words)

    def show_older(self) -> None:
        """Add the page of moves before those in sight."""
        found = self.found
        if found is None or found.older is None:
            return
        db, actor, mark = self.context.db, self.context.actor, found.older

        def add(page: tuple[tuple[TraceStep, ...], Mark | None]) -> None:
            if self.found is found:
                self._show(replace(found, steps=(*page[0], *found.steps), older=page[1]))

        lot = found.head.lot_id
        self.read(lambda: older_moves(db, actor, lot, mark), add, self._failed, channel="older")

    def _freeze(self) -> None:
        if self.found is None:
            return
        form = RecallForm(self.found.head, self)
        db, actor = self.context.db, self.context.actor
        form.chosen.connect(lambda command: self._write(lambda: start(db, actor, command)))
        form.open()

    # Recalls

    def _show_recalls(self, found: tuple[RecallRow, ...]) -> None:
        put_rows(self.recalls, [rows.recall_row(row, self.context) for row in found])
        active = sum(row.status == "active" for row in found)
        self.chips.say(1, _("召回 {n}", n=active) if active else _("召回"))
        self.set_subtitle(_("{n} 项冻结中", n=active) if active else "")

    def _follow_recall(self, row: Row) -> None:
        if isinstance(row.record, RecallRow) and row.record.lot_ids:
            self._trace_lot(row.record.lot_ids[0])
            self._show_tab(0)

    def _answer(self, row: Row) -> None:
        recall = row.record
        if not isinstance(recall, RecallRow):
            return
        db, actor = self.context.db, self.context.actor
        if actor.can(Duty.BUY, recall.org_id) or actor.can(Duty.CATALOGUE, recall.org_id):
            lots = recall.lot_ids
            end = partial(self._ask_end, recall)
            self.read_for_form(lambda: answers(db, actor, recall.id, lots), end)
            return
        _ask_reply(self.context, recall, self, self._write)

    def _ask_end(self, recall: RecallRow, found: tuple[MemberAnswer, ...]) -> None:
        form = CloseForm(recall.no, found, self)
        form.chosen.connect(lambda *said: self._write(_end_of(self.context, recall, said)))
        form.open()

    # Near expiry

    def _show_expiring(self, found: tuple[ExpiringRow, ...]) -> None:
        put_rows(self.expiring, [rows.expiring_row(row, self.context) for row in found])
        todo = sum(not row.action_id for row in found)
        self.chips.say(2, _("近效期 {n}", n=todo) if todo else _("近效期"))

    def _follow_lot(self, row: Row) -> None:
        if isinstance(row.record, ExpiringRow):
            self._trace_lot(row.record.lot_id)
            self._show_tab(0)

    def _act(self, row: Row) -> None:
        if isinstance(row.record, ExpiringRow):
            _look_after(row.record, self, self._write)

    def _write(self, work: Callable[[], object]) -> None:
        self.write(work, self._done, self._failed)

    def _done(self, _answer: object) -> None:
        self.bar.say(Status.OK, _("已保存"))
        self.context.changes.announce({Topic.STOCK})
        self.refresh()

    def _failed(self, error: Exception) -> None:
        self.bar.show_refusal(error)
        if not isinstance(error, DomainError):
            self.context.errors.take(error)


def _end_of(
    context: PageContext, recall: RecallRow, said: tuple[str, bool]
) -> Callable[[], object]:
    command = Close(new_op(), recall.id, recall.version, *said)
    return partial(close, context.db, context.actor, command)


def _look_after(lot: ExpiringRow, page: Page, write: Write) -> None:
    """Ask who does what with a lot that runs out, or whether it is done."""
    db, actor = page.context.db, page.context.actor

    def ask(people: tuple[tuple[int, str], ...]) -> None:
        form = ActionForm(lot, people, actor.person_id, page.context.today, page)
        form.chosen.connect(lambda command: write(lambda: plan(db, actor, command)))
        form.open()

    if lot.action_id:
        done = Finish(new_op(), lot.org_id, lot.action_id, lot.version)
        confirm(page, _end_question(lot), lambda: write(lambda: end(db, actor, done)))
    else:
        page.read_for_form(lambda: people_of(db, actor, lot.org_id), ask)


def _ask_reply(
    context: PageContext,
    recall: RecallRow,
    parent: QWidget,
    write: Write,
) -> None:
    """Ask what the member did; it is read before the form goes, the writer is another thread."""
    form = ReasonForm(
        _("回复 {no}", no=recall.no),
        _("账上还在可用库位的要先移到不合格区或退货区。"),
        rows.answer_word(recall, context), parent, least=2, asked=_("处理情况"),
    )  # fmt: skip

    def reply() -> None:
        command = Answer(new_op(), context.org.id, recall.id, form.text)
        write(lambda: answer(context.db, context.actor, command))

    form.accepted.connect(reply)
    form.open()


def _end_question(lot: ExpiringRow) -> Question:
    return Question(
        _("{name} {lot}", name=lot.name, lot=lot.lot_no),
        _("账上还有 {qty}。{what}办完了吗？办完就从清单里划掉，没动的货过后还会再提。",
          qty=rows.amount_of(lot), what=lot.action), _("办完了"), _("还没有"),
    )  # fmt: skip
