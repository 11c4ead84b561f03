"""集中议价: the steps of a project on top; below, its preparation, comparison, or own quote."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent
from typing_extensions import override

from app.domain.days import ZONE
from app.domain.documents import State, state_title
from app.domain.duties import Duty
from app.i18n import _
from app.services.negotiation import queries
from app.services.negotiation.comparison import comparison
from app.services.negotiation.queries import ProjectRow, Timeline
from app.services.negotiation.quotes import OwnQuote, own_quote
from app.ui.actions import Act
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.page import KeyHint
from app.ui.pages.negotiation.asking import Asking
from app.ui.pages.negotiation.board import Board, rate_words
from app.ui.pages.negotiation.desk import NegotiationDesk
from app.ui.pages.negotiation.frame import NegotiationFrame
from app.ui.pages.negotiation.picking import Picking
from app.ui.pages.negotiation.prepare_view import Prepared
from app.ui.pages.negotiation.steps import steps_of

_EARLY: Final = frozenset({State.DRAFT, State.NEEDING, State.QUOTING})
_CHOOSING: Final = frozenset({State.BARGAINING, State.REVIEWING})
_TICK: Final = 20_000
_BEST_FIRST: Final = (State.BARGAINING, State.QUOTING, State.NEEDING, State.REVIEWING)


class NegotiationPage(NegotiationFrame):
    """The page; argument of `arrive`: `negotiation_id`."""

    name: ClassVar[str] = "negotiation"
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.NEGOTIATION})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.desk = NegotiationDesk(self)
        self.picking = Picking(self, self.desk)
        self.asking = Asking(self, self.desk, self.picking)
        self._connect()
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._tick)
        self._clock.start(_TICK)

    def _connect(self) -> None:
        asking = self.asking
        self.choice.currentIndexChanged.connect(lambda _place: self._chosen())
        self.new.clicked.connect(lambda _on=False: asking.new_project())
        self.papers.clicked.connect(lambda _on=False: asking.papers())
        for button in (self.primary, self.start):
            button.clicked.connect(lambda _on=False: asking.next_step())
        self.weights.clicked.connect(lambda _on=False: asking.scores())
        self.export.clicked.connect(lambda _on=False: asking.export())
        self.more.clicked.connect(lambda _on=False: asking.menu(self.more))
        self.others.clicked.connect(lambda _on=False: asking.menu(self.others))
        self.add.clicked.connect(lambda _on=False: asking.add_items())
        self.guests.clicked.connect(lambda _on=False: asking.invite())
        self.compare.picked.connect(self.picking.pick)
        self.compare.reason_given.connect(self.picking.save)
        self.compare.moved.connect(self.chrome_changed)
        self.compare.split_asked.connect(self.picking.split)
        self.prepare.terms_kept.connect(asking.keep_terms)
        self.prepare.kept.connect(asking.pledge)
        self.prepare.back_asked.connect(asking.send_back)
        self.own.submitted.connect(asking.submit)
        self.own.sheet_asked.connect(asking.write_sheets)
        self.own.import_asked.connect(asking.import_sheets)
        self.own.withdraw_asked.connect(asking.withdraw)
        self.on(Act.EXPORT, asking.export)
        self.on(Act.IMPORT, asking.import_sheets)
        self.on(Act.SAVE, lambda: self.press(self.prepare.save, self.prepare.save_terms))
        self.on(Act.SUBMIT, lambda: self.press(self.own.send, self.prepare.confirm))
        self.own.counted.connect(self.chrome_changed)
        self.prepare.counted.connect(self.chrome_changed)
        if self.context.actor.has(Duty.BUY):
            self.on(Act.NEW, asking.new_project)

    # Reading

    @override
    def refresh(self) -> None:
        db, actor = self.context.db, self.context.actor
        self.read(
            lambda: queries.projects(db, actor), self._show_projects, self._unread, channel="list"
        )

    def _show_projects(self, found: tuple[ProjectRow, ...]) -> None:
        self._projects = found
        before = self._wanted or (self.project.id if self.project else 0)
        self._wanted = 0
        entries = [(one.id, f"{one.title} · {state_title(one.state)}") for one in found]
        self.choice.set_entries(entries)
        known = {one.id for one in found}
        self.choice.choose(before if before in known else self._first(found))
        self.head.setVisible(bool(found) or self.supplier or self.context.actor.has(Duty.BUY))
        if not found:
            self._show_nothing()
        else:
            self._chosen()

    def _first(self, found: Sequence[ProjectRow]) -> int:
        """A buyer's project in bargaining; the one that waits for a member's need or a quote."""
        now = datetime.now(ZONE)  # only for what is shown first; the server's clock decides
        due = [(one.deadline, one.id) for one in found if one.deadline and one.deadline > now]
        if due and self.supplier:
            return min(due)[1]
        group = any(self.context.actor.has(duty) for duty in (Duty.BUY, Duty.AUDIT, Duty.SUPPLY))
        order = _BEST_FIRST if group else (State.NEEDING, *_BEST_FIRST)
        for state in order:
            for one in found:
                if one.state is state:
                    return one.id
        return found[0].id if found else 0

    def _show_nothing(self) -> None:
        self.project = None
        if self.supplier:
            self.nothing.show_empty(_("还没有邀请你报价的项目。集团邀请后就会出现。"))
        elif self.context.actor.has(Duty.BUY):
            words = _("还没有议价项目。建一个，选好品规，再向成员征集报量。")
            self.nothing.show_empty(words, _("新建议价项目"), self.asking.new_project)
        else:
            self.nothing.show_empty(_("还没有要你报量的议价项目。集团征集后就会出现。"))
        self.stack.setCurrentWidget(self.nothing)

    def _unread(self, error: Exception) -> None:
        self.nothing.show_problem(error, self.refresh)
        self.stack.setCurrentWidget(self.nothing)

    def _chosen(self) -> None:
        wanted = self.choice.value
        row = next((one for one in self._projects if one.id == wanted), None)
        if row is None:
            return
        self.project = row
        db, actor, key = self.context.db, self.context.actor, row.id
        if self.supplier:
            self.read(
                lambda: own_quote(db, actor, key), self._show_quote, self._unread, channel="body"
            )
        elif self.reader and row.state not in _EARLY:
            self.read(
                lambda: Board(comparison(db, actor, key)),
                self._show_board,
                self._unread,
                channel="body",
            )
        else:
            self._read_preparation(row)

    def _read_preparation(self, row: ProjectRow) -> None:
        db, actor, org, reader = (
            self.context.db, self.context.actor, self.context.org.id, self.reader,
        )  # fmt: skip

        def work() -> tuple[Prepared, Timeline]:
            prepared = Prepared(
                project=row,
                items=queries.items(db, actor, row.id),
                members=queries.members(db, actor, row.id),
                guests=queries.guests(db, actor, row.id) if reader else (),
                needs=queries.needs(db, actor, row.id, org),
                org_id=org,
            )
            return prepared, queries.timeline(db, actor, row.id)

        self.read(work, self._show_preparation, self._unread, channel="body")

    # Showing

    def _show_board(self, board: Board) -> None:
        found = board.found
        self.project = found.project
        self.steps.show_steps(steps_of(found.project, found.rounds, found.at))
        self.compare.show_board(board)
        self._say_buttons()
        self.stack.setCurrentWidget(self.compare)
        self.say_subtitle()

    def _show_preparation(self, shown: tuple[Prepared, Timeline]) -> None:
        prepared, times = shown
        self.steps.show_steps(steps_of(prepared.project, times.rounds, times.at))
        self.prepare.show_all(prepared, reader=self.reader, buyer=self.buyer)
        self._say_buttons()
        self.stack.setCurrentWidget(self.prepare)
        self.say_subtitle()

    def _show_quote(self, quote: OwnQuote) -> None:
        self.quote = quote
        self.project = quote.project
        self.steps.show_steps(steps_of(quote.project, quote.rounds, quote.at)[1:])
        self.own.show_quote(quote)
        self.new.setVisible(False)
        self.stack.setCurrentWidget(self.own)
        self.say_subtitle()

    def _say_buttons(self) -> None:
        words = self.asking.next_words()
        for button in (self.primary, self.start):
            button.setText(words)
            button.setVisible(bool(words) and self.buyer)
        draft = self.project is not None and self.project.state is State.DRAFT
        self.add.setVisible(self.buyer and draft)
        self.guests.setVisible(self.buyer)
        self.others.setVisible(self.reader)
        self.more.setVisible(self.reader)
        self.new.setVisible(self.context.actor.has(Duty.BUY))
        choosing = self.project is not None and self.project.state in _CHOOSING
        self.compare.reason_card.split.setVisible(self.buyer and choosing)

    def _tick(self) -> None:
        """Time goes on: the countdown is said again, from the server's time."""
        if self.isVisible() and self.project is not None and self.project.deadline is not None:
            self._chosen()

    # What the shell asks

    @override
    def counts(self) -> str:
        front, board = self.stack.currentWidget(), self.compare.board
        if front is self.own:
            return self.own.counts()
        if front is self.prepare:
            return self.prepare.counts()
        if front is not self.compare or board is None:
            return ""
        sums = board.totals()
        return _(
            "已选 {n}/{all} 项 · 加权下浮 {weighted} · 简单平均 {simple}",
            n=sums.lines,
            all=len(board.found.lines),
            weighted=rate_words(sums.weighted) if sums.weighted is not None else "—",
            simple=rate_words(sums.simple) if sums.simple is not None else "—",
        )

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        if self.stack.currentWidget() is self.compare:
            return (
                KeyHint("1–9", _("选第几家")),
                KeyHint("Enter", _("选最低价")),
                self.hint(Act.EXPORT, _("导出比价表")),
            )
        if self.stack.currentWidget() is self.own:
            return (self.hint(Act.IMPORT, _("导入报价单")), self.hint(Act.SUBMIT, _("提交报价")))
        if self.prepare.save.isVisibleTo(self.prepare):
            return (self.hint(Act.SAVE, _("保存报量")), self.hint(Act.SUBMIT, _("确认报量")))
        return ()

    @override
    def arrive(self, **arguments: object) -> None:
        wanted = arguments.get("negotiation_id")
        if isinstance(wanted, int):
            self._wanted = wanted
            self.refresh()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in {
            Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier,
        }  # fmt: skip
        text = event.text()
        comparing = self.stack.currentWidget() is self.compare
        if comparing and plain and text.isascii() and text.isdigit():
            self.compare.pick_number(int(text))
        else:
            super().keyPressEvent(event)
