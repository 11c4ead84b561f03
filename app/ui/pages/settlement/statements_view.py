"""对账单: by month, supplier and member; make, send, confirm, dispute, print."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app import paths
from app.domain.documents import State, state_title
from app.domain.duties import Duty
from app.domain.ids import new_op
from app.domain.settlement.period import Period
from app.i18n import _
from app.services.settlement import MakeStatements, Step, make_statements, step
from app.services.settlement.listing import StatementRow, statements
from app.services.settlement.make import StatementMade
from app.services.settlement.papers import statement_paper
from app.services.settlement.steps import Verb
from app.ui import formats
from app.ui.changes import Topic
from app.ui.icons import Icon
from app.ui.page import Page
from app.ui.pages.settlement.dispute_form import DisputeForm
from app.ui.pages.settlement.statement_panel import StatementPanel
from app.ui.pages.settlement.statement_rows import STATES, columns, grouped
from app.ui.tables.cells import Row
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.badge import StateCounts
from app.ui.widgets.buttons import Button, Kind, icon_button
from app.ui.widgets.cards import Card, toolbar
from app.ui.widgets.dialogs import Question, ReasonForm, confirm
from app.ui.widgets.text import Role, Text

_SHOWN = (State.DRAFT, State.SENT, State.DISPUTED, State.CONFIRMED)


class StatementsView(QWidget):
    """The statements of one month.

    Signals:
        changed: Counts or the line of context are other ones now.
    """

    changed = Signal()

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self.period = Period.of(page.context.today)
        self.month = Text("", Role.CARD_TITLE)
        self.span = Text("", Role.LABEL)
        self.states = StateCounts()
        self.grid = GridView(ListModel(columns()))
        self.panel = StatementPanel(page)
        self.make_button = Button(_("生成对账单"), Kind.PRIMARY, icon=Icon.CALCULATOR)
        self.total = Text("", Role.STRONG)
        self._found: tuple[StatementRow, ...] = ()
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        back, forth = (
            icon_button(Icon.CHEVRON_LEFT, _("上个月")),
            icon_button(Icon.CHEVRON_RIGHT, _("下个月")),
        )
        back.clicked.connect(partial(self._move, -1))
        forth.clicked.connect(partial(self._move, 1))
        head = Card(padding=10)
        head.add(toolbar(back, self.month, forth, self.span, self.states, None, self.make_button))
        footer = QWidget()
        foot = QHBoxLayout(footer)
        foot.setContentsMargins(12, 8, 12, 8)
        foot.addWidget(self.total)
        foot.addStretch(1)
        self.grid.set_footer(footer)
        body = QHBoxLayout()
        body.setSpacing(12)
        body.addWidget(self.grid, 1)
        body.addWidget(self.panel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(head)
        column.addLayout(body, 1)
        self.panel.hide()
        self.setFocusProxy(self.grid)

    def _connect(self) -> None:
        self.grid.current_changed.connect(self._choose)
        self.grid.counts_changed.connect(self.changed)
        self.grid.escaped.connect(self.panel.hide)
        self.panel.closed.connect(self.panel.hide)
        self.panel.asked.connect(self._ask)
        self.panel.print_asked.connect(self._print)
        self.make_button.clicked.connect(self.make)

    def refresh(self) -> None:
        """Ask for the month's statements again."""
        context = self._page.context
        db, actor, orgs = context.db, context.actor, context.scope.ids
        period = self.period.key
        self.month.setText(_("{year} 年 {month} 月", year=self.period.year,
                             month=self.period.month))  # fmt: skip
        self.span.setText(f"{self.period.first:%m-%d} – {self.period.last:%m-%d}")
        self.make_button.setVisible(context.may(Duty.SETTLE))
        may_make = context.may(Duty.SETTLE)
        self.grid.set_empty(
            _("这个月还没有对账单。"),
            _("生成对账单") if may_make else "",
            self.make if may_make else None,
        )
        self._page.read(
            lambda: statements(db, actor, orgs, period), self._show, channel="statements"
        )

    def _show(self, found: tuple[StatementRow, ...]) -> None:
        self._found = found
        current = self.grid.current()
        model = self.grid.model
        if isinstance(model, ListModel):
            model.set_rows(grouped(found))
        counts = [
            (STATES[state], _("{n} 张", n=n), state_title(state))
            for state in _SHOWN
            if (n := sum(1 for row in found if row.status is state))
        ]
        self.states.show_counts(counts)
        total = formats.yuan(sum((row.payable for row in found), start=formats.ZERO))
        self.total.setText(_("合计应付 {money}", money=total))
        if current is not None and self.grid.choose(current.key):
            self._choose(self.grid.current())
        else:
            self.panel.hide()
        self.changed.emit()

    def subtitle(self) -> str:
        """Words behind the page's title."""
        waiting = sum(1 for row in self._found if row.status in {State.SENT, State.DISPUTED})
        text = _("{month} · 消耗点结算", month=self.month.text())
        return text + (_(" · 还有 {n} 张没有确认", n=waiting) if waiting else "")

    def _move(self, months: int) -> None:
        self.period = self.period.plus(months)
        self.refresh()

    def show_statement(self, statement_id: int, period: str) -> None:
        """Go to a statement, from the work list or the palette."""
        self.period = Period.parse(period)
        self.grid.choose(statement_id)
        self.refresh()

    def _choose(self, row: Row | None) -> None:
        if row is not None and isinstance(row.record, StatementRow):
            self.panel.show_statement(row.record)
            self.panel.show()

    def make(self) -> None:
        """Make the month's statements of the organisation worked for, after asking."""
        context = self._page.context
        if not context.may(Duty.SETTLE):
            context.notices.warn(_("你的账号没有这家机构的「结算」权限。"))
            return
        question = Question(
            _("生成 {org} {month} 的对账单", org=context.org.short, month=self.period.key),
            _("把截至月末还没结算的消耗，按供应商各生成一张对账单。已在对账单里的消耗不会重复。"),
            _("生成"),
        )
        command = MakeStatements(new_op(), context.org.id, self.period.key)
        db, actor = context.db, context.actor

        def go_on() -> None:
            self._page.write(lambda: make_statements(db, actor, command), self._made)

        confirm(self, question, go_on)

    def _made(self, made: tuple[StatementMade, ...]) -> None:
        self._page.context.notices.done(_("已生成 {n} 张对账单。", n=len(made)))
        self._page.context.changes.announce({Topic.SETTLEMENT})
        self.refresh()

    def _ask(self, row: StatementRow, verb: Verb) -> None:
        if verb is Verb.SEND:
            self._step(row, verb)
        elif verb is Verb.CONFIRM:
            self._ask_confirm(row)
        elif verb is Verb.DISPUTE:
            form = DisputeForm(row, self)
            form.accepted.connect(lambda: self._step(row, Verb.DISPUTE, form.text, form.bill))
            form.open()
        else:
            reason = ReasonForm(
                _("作废 {no}", no=row.no),
                _("消耗退回待结算，可以重新生成。单号保留。"), _("作废"), self,
            )  # fmt: skip
            reason.accepted.connect(lambda: self._step(row, Verb.CANCEL, reason.text))
            reason.open()

    def _ask_confirm(self, row: StatementRow) -> None:
        text = _(
            "{supplier} × {org}，应付 {money}。确认后按这个数开票，不能再提异议。",
            supplier=row.supplier, org=row.org, money=formats.yuan(row.payable),
        )  # fmt: skip
        question = Question(_("确认对账单 {no}", no=row.no), text, _("确认"))
        confirm(self, question, lambda: self._step(row, Verb.CONFIRM))

    def _step(self, row: StatementRow, verb: Verb, note: str = "", bill: object = None) -> None:
        from decimal import Decimal

        amount = bill if isinstance(bill, Decimal) else None
        command = Step(new_op(), row.org_id, row.statement_id, verb, row.version, note, amount)
        db, actor = self._page.context.db, self._page.context.actor
        self._page.write(lambda: step(db, actor, command), self._stepped(row))

    def _stepped(self, row: StatementRow) -> Callable[[State], None]:
        def done(state: State) -> None:
            text = _("{no}：{state}", no=row.no, state=state_title(state))
            self._page.context.notices.done(text)
            self._page.context.changes.announce({Topic.SETTLEMENT})
            self.refresh()

        return done

    def _print(self, row: StatementRow) -> None:
        db, actor = self._page.context.db, self._page.context.actor
        target = paths.output() / f"{row.no}.pdf"

        def work() -> Path:
            from app.adapters.pdf.statement_pdf import statement_pdf

            paper = statement_paper(db, actor, row.org_id, row.statement_id)
            target.write_bytes(statement_pdf(paper))
            return target

        self._page.read(work, self._printed, channel="pdf")

    def _printed(self, file: Path) -> None:
        self._page.context.notices.done(
            _("已生成 {file}", file=file.name),
            action=_("打开文件"),
            act=lambda: _open(file),
        )

    def print_current(self) -> None:
        """Ctrl+P."""
        row = self.grid.current()
        if row is not None and isinstance(row.record, StatementRow):
            self._print(row.record)
        else:
            self._page.not_available()


def _open(file: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(file)))
