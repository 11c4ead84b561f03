"""消耗结算: a month's bills, their invoices, their payment, and the books shut at the end."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QVBoxLayout
from typing_extensions import override

from app.domain.documents import State
from app.domain.duties import Duty
from app.domain.settlement.closing import Finding, open_count
from app.domain.settlement.period import Period
from app.i18n import _
from app.services.settlement.board import Board, board, month_to_settle, open_findings
from app.ui.actions import Act
from app.ui.changes import Topic
from app.ui.context import PageContext, Scope
from app.ui.page import KeyHint, Page
from app.ui.pages.settlement.deeds import Deed, words as deed_words
from app.ui.pages.settlement.desk import Desk
from app.ui.pages.settlement.invoices_view import InvoicesView
from app.ui.pages.settlement.month_desk import MonthDesk
from app.ui.pages.settlement.month_head import MonthHead, words
from app.ui.pages.settlement.payments_view import PaymentsView
from app.ui.pages.settlement.statement_rows import Shown, differs, state_counts
from app.ui.pages.settlement.statements_view import StatementsView
from app.ui.tables.exporting import ask_and_export
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button, Chip, Kind
from app.ui.widgets.cards import page_column
from app.ui.widgets.front_stack import FrontStack
from app.ui.widgets.text import ElidedText, Role

_BY_SUPPLIER, _BY_MEMBER, _INVOICES, _PAYMENTS = range(4)


class SettlementPage(Page):
    """Bills by supplier or member, invoices, payments."""

    name = "settlement"
    topics = frozenset({Topic.SETTLEMENT, Topic.STOCK})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.board: Board | None = None
        self.findings: tuple[tuple[int, Finding], ...] = ()
        self._begun, self._wanted = False, 0
        self.desk = Desk(self)
        self.month = MonthDesk(self, self.desk)
        self.head = MonthHead(Period.of(context.today).plus(-1))
        self.statements = StatementsView(self, self.desk)
        self.invoices = InvoicesView(self, self.desk)
        self.payments = PaymentsView(self, self.desk)
        self.stack = FrontStack(self)
        for view in (self.statements, self.invoices, self.payments):
            self.stack.addWidget(view)
        self.open_words = ElidedText("", Role.SECOND)
        self.open_button = Button("", Kind.LINK)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.views, self.only = QButtonGroup(self), QButtonGroup(self)
        self.only.setExclusive(False)
        chips = QHBoxLayout()
        chips.setSpacing(8)
        shown = [_("按供应商"), _("按成员"), _("发票")]
        if self.context.actor.has(Duty.SETTLE) or self.context.actor.has(Duty.AUDIT):
            shown.append(_("付款"))
        for place, word in enumerate(shown):
            chip = Chip(word)
            self.views.addButton(chip, place)
            chips.addWidget(chip)
        self.views.button(_BY_SUPPLIER).setChecked(True)
        chips.addSpacing(10)
        for place, word in enumerate((_("只看有差异"), _("只看缺发票"))):
            chip = Chip(word)
            self.only.addButton(chip, place)
            chips.addWidget(chip)
        self.open_words.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        chips.addWidget(self.open_words, 1)
        chips.addWidget(self.open_button)
        column: QVBoxLayout = page_column(self)
        column.addWidget(self.head)
        column.addLayout(chips)
        column.addWidget(self.stack, 1)

    def _connect(self) -> None:
        self.head.month_changed.connect(lambda _period: self.refresh())
        self.head.make_button.clicked.connect(self.month.make)
        self.head.send_button.clicked.connect(self.month.send)
        self.head.close_button.clicked.connect(self.month.close)
        self.open_button.clicked.connect(self.month.close)
        self.views.idClicked.connect(self._show_view)
        self.only.idClicked.connect(self._only)
        self.statements.make_asked.connect(self.month.make_one)
        for view in (self.statements, self.invoices, self.payments):
            view.changed.connect(self._said)
        self.on(Act.STATEMENT, self.month.make)
        self.on(Act.MATCH, self.match)
        self.on(Act.CLOSE_MONTH, self.month.close)
        self.on(Act.PRINT, lambda: self._deed(Deed.PDF))
        self.on(Act.EXPORT, self._export)
        self.on(Act.FINISH, self._finish)
        self.on(Act.DIFFERENCE, lambda: self._deed(Deed.BILL, Deed.DISPUTE))
        self.on(Act.NEW, self._new)
        self.on(Act.IMPORT, self._import)

    # Asking and showing

    @override
    def refresh(self) -> None:
        context = self.context
        db, actor, orgs = context.db, context.actor, context.scope.ids
        begun, chosen, today = self._begun, self.head.period, context.today

        def work() -> Board:
            period = chosen if begun else month_to_settle(db, actor, orgs, today)
            return board(db, actor, orgs, period.key)

        self.read(work, self._show, channel="board")
        if self.stack.currentWidget() is self.invoices:
            self.invoices.refresh()
        elif self.stack.currentWidget() is self.payments:
            self.payments.refresh()

    def _show(self, found: Board) -> None:
        self.board, self.month.board, self._begun = found, found, True
        self.head.show_month(Period.parse(found.period))
        self.head.span.setText(f"{found.first:%m-%d} – {found.last:%m-%d}")
        self.head.show_counts(state_counts(found.statements, found.pending))
        _show_buttons(self.head, self.month)
        _count_chips(self.only, found)
        self.statements.show_board(found, self._shown())
        if self._wanted:
            wanted, self._wanted = self._wanted, 0
            self.statements.pick(wanted)
        self._ask_findings(found)
        self._said()

    def _ask_findings(self, found: Board) -> None:
        db, actor, orgs = self.context.db, self.context.actor, self.context.scope.ids
        self.read(
            lambda: open_findings(db, actor, orgs, found.period), self._show_findings,
            channel="findings",
        )  # fmt: skip

    def _show_findings(self, found: tuple[tuple[int, Finding], ...]) -> None:
        self.findings = found
        settles = bool(self.month.settling())
        count = open_count(one for _org, one in found)
        sums: dict[str, int] = {}
        for _org, one in found:
            sums[one.title] = sums.get(one.title, 0) + one.count
        self.open_words.setText(" · ".join(f"{title} {n}" for title, n in sums.items()))
        self.open_button.setText(_("关账前还有 {n} 项", n=count))
        self.open_button.setVisible(settles and bool(count))
        if not settles:
            self.open_words.setText("")  # it keeps its room, so that the chips stay together
        self.open_button.updateGeometry()

    def _shown(self) -> Shown:
        return Shown(
            by_member=self.views.checkedId() == _BY_MEMBER,
            gaps=self.only.button(0).isChecked(),
            bare=self.only.button(1).isChecked(),
        )

    def _show_view(self, view: int) -> None:
        for button in self.only.buttons():
            button.setVisible(view in {_BY_SUPPLIER, _BY_MEMBER})
        self.stack.setCurrentIndex({_INVOICES: 1, _PAYMENTS: 2}.get(view, 0))
        if view == _INVOICES:
            self.invoices.begin()
        elif view == _PAYMENTS:
            self.payments.refresh()
        elif self.board is not None:
            self.statements.show_board(self.board, self._shown())
        self.stack.setFocus()
        self._said()

    def _only(self, chosen: int) -> None:
        if self.only.button(chosen).isChecked():
            self.only.button(1 - chosen).setChecked(False)
        self._show_view(self.views.checkedId())

    def _said(self) -> None:
        month = words(self.head.period)
        waiting = 0
        if self.board is not None:
            states = {State.SENT, State.DISPUTED}
            waiting = sum(1 for row in self.board.statements if row.status in states)
        text = _("{month} · 消耗点结算", month=month)
        self.set_subtitle(text + (_(" · 还有 {n} 张没有确认", n=waiting) if waiting else ""))
        self.chrome_changed.emit()

    # Doing

    def match(self) -> None:
        """Match the invoices of the chosen bill's supplier."""
        if self.stack.currentWidget() is self.invoices:
            self.invoices.match()
            return
        row = self.statements.current()
        if row is None or not self.context.actor.has(Duty.SETTLE):
            self.not_available()
        else:
            self.desk.match(row)

    def _deed(self, *wanted: Deed) -> None:
        if self.stack.currentWidget() is not self.statements or not self.statements.do(*wanted):
            self.not_available()

    def _finish(self) -> None:
        main = self.statements.panel.main_deed()
        if main is None:
            self.not_available()
        else:
            self._deed(main)

    def _new(self) -> None:
        if self.stack.currentWidget() is self.invoices:
            self.invoices.add()
        else:
            self.not_available()

    def _import(self) -> None:
        if self.stack.currentWidget() is self.invoices:
            self.invoices.ask_file()
        else:
            self.not_available()

    def _export(self) -> None:
        titles = (_("对账单 {month}", month=self.head.period.key), _("发票"), _("付款"))
        place = self.stack.currentIndex()
        ask_and_export(self, self._grids()[place], titles[place])

    def _grids(self) -> tuple[GridView, GridView, GridView]:
        return self.statements.grid, self.invoices.grid, self.payments.grid

    # What the shell asks

    @override
    def arrive(self, **arguments: object) -> None:
        """`statement_id` and `period` open one bill."""
        if isinstance(number := arguments.get("statement_id"), int):
            self._wanted, self._begun = number, True
            period = str(arguments.get("period", "")) or self.head.period.key
            self.head.show_month(Period.parse(period))
            self.views.button(_BY_SUPPLIER).click()
            self.refresh()

    @override
    def scope_changed(self, scope: Scope) -> None:
        self._begun = False
        super().scope_changed(scope)

    @override
    def counts(self) -> str:
        return self._grids()[self.stack.currentIndex()].counts()

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        if self.stack.currentWidget() is self.invoices:
            return (
                KeyHint("Enter", _("匹配")),
                self.hint(Act.NEW, _("登记")),
                self.hint(Act.EXPORT, _("导出")),
            )
        if self.stack.currentWidget() is self.payments:
            return (KeyHint("Space", _("选 / 不选")), self.hint(Act.EXPORT, _("导出")))
        hints = [KeyHint("Enter", _("打开对账单"))]
        main = self.statements.panel.main_deed()
        if main is not None and main is not Deed.MATCH:
            hints.append(self.hint(Act.FINISH, deed_words(main)))
        if self.context.actor.has(Duty.SETTLE):
            hints.append(self.hint(Act.MATCH, _("匹配发票")))
        return (*hints, self.hint(Act.DIFFERENCE, _("账单")), self.hint(Act.EXPORT, _("导出")))


def _count_chips(only: QButtonGroup, found: Board) -> None:
    counts = (
        (_("只看有差异"), sum(1 for row in found.statements if differs(row))),
        (_("只看缺发票"), sum(1 for row in found.statements if row.lacks_invoice)),
    )
    for place, (word, count) in enumerate(counts):
        chip = only.button(place)
        chip.setText(f"{word} {count}" if count else word)
        chip.updateGeometry()


def _show_buttons(head: MonthHead, month: MonthDesk) -> None:
    waiting, shut = bool(month.waiting()), month.shut()
    head.make_button.setVisible(waiting)
    head.send_button.setVisible(bool(month.drafts()))
    head.close_button.setVisible(bool(month.closing()))
    head.close_button.setText(_("已关账") if shut else _("关账"))
    head.close_button.set_kind(Kind.SECONDARY if shut or waiting else Kind.PRIMARY)
    head.make_button.set_kind(Kind.PRIMARY)
    for button in (head.make_button, head.send_button, head.close_button):
        button.updateGeometry()
