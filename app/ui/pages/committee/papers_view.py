"""Requests and 临采: two lists, each with what the person may do with the row at hand."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from app.domain.duties import Duty
from app.domain.formulary.requests import Status as Step
from app.domain.ids import new_op
from app.i18n import _
from app.services.committee.evaluation import Evaluate, evaluate
from app.services.committee.requests import (
    MakeRequest,
    RequestMade,
    StepRequest,
    Verb,
    make_request,
    step_request,
)
from app.services.committee.temporary import (
    AskTemporary,
    DecideTemporary,
    TemporaryRow,
    ask_temporary,
    decide_temporary,
    temporaries,
)
from app.services.committee.views import RequestRow, requests
from app.ui.changes import Topic
from app.ui.icons import Icon
from app.ui.page import Page
from app.ui.pages.committee import rows
from app.ui.pages.committee.forms import RequestForm, TemporaryForm
from app.ui.pages.committee.papers_forms import EvaluateForm
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button, Kind
from app.ui.widgets.cards import toolbar
from app.ui.widgets.dialogs import ReasonForm
from app.ui.widgets.text import Role, Text

_MAY_GO = frozenset(
    {Step.DRAFT.value, Step.RETURNED.value, Step.SUBMITTED.value, Step.AGREED.value}
)


class _Papers(QWidget):
    """A list with a line about the row at hand and buttons above it.

    Signals:
        changed: Counts are other ones now.
    """

    changed = Signal()

    def __init__(self, page: Page, grid: GridView, buttons: Sequence[Button]) -> None:
        super().__init__()
        self.page, self.grid = page, grid
        self.about = Text("", Role.SECOND, wrap=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(toolbar(None, *buttons))
        column.addWidget(grid, 1)
        column.addWidget(self.about)
        grid.current_changed.connect(self._chosen)
        grid.counts_changed.connect(self.changed)
        self.setFocusProxy(grid)

    def _chosen(self, _row: object) -> None:
        """Another row is at hand."""

    def told(self, _answer: object = None) -> None:
        """Something was written: others should know."""
        self.page.context.changes.announce({Topic.FORMULARY})


class RequestsView(_Papers):
    """All requests that the person may see."""

    def __init__(self, page: Page) -> None:
        self.new = Button(_("提出申请"), Kind.PRIMARY, icon=Icon.PLUS)
        self.agree = Button(_("同意上会"), icon=Icon.CHECK)
        self.back = Button(_("退回"), icon=Icon.UNDO)
        self.submit = Button(_("提交"), icon=Icon.SEND)
        self.withdraw = Button(_("撤回"))
        self.judge = Button(_("用后评价"), icon=Icon.CLIPBOARD_CHECK)
        buttons = (self.withdraw, self.submit, self.back, self.agree, self.judge, self.new)
        super().__init__(page, GridView(ListModel(rows.request_columns())), buttons)
        self.grid.set_empty(_("还没有申请。"), _("提出申请"), self.make)
        self.new.clicked.connect(self.make)
        self.agree.clicked.connect(lambda: self._step(Verb.AGREE))
        self.submit.clicked.connect(lambda: self._step(Verb.SUBMIT))
        self.withdraw.clicked.connect(lambda: self._step(Verb.WITHDRAW))
        self.back.clicked.connect(self._return)
        self.judge.clicked.connect(self._judge)

    def refresh(self) -> None:
        """Ask again."""
        db, actor = self.page.context.db, self.page.context.actor
        writes = actor.has(Duty.STORE) or actor.has(Duty.CATALOGUE)
        self.new.setVisible(writes)
        self.page.read(lambda: requests(db, actor), self._show, channel="requests")

    def _show(self, found: tuple[RequestRow, ...]) -> None:
        if isinstance(self.grid.model, ListModel):
            self.grid.model.set_rows([rows.request_row(row) for row in found])
        self._chosen(None)
        self.changed.emit()

    def _current(self) -> RequestRow | None:
        row = self.grid.current()
        return row.record if row is not None and isinstance(row.record, RequestRow) else None

    @override
    def _chosen(self, _row: object) -> None:
        row, actor = self._current(), self.page.context.actor
        state = row.status if row is not None else ""
        org = row.org_id if row is not None else 0
        writes = actor.can(Duty.STORE, org) or actor.can(Duty.CATALOGUE, org)
        heads = actor.can(Duty.SIGN, org)
        waits = state == Step.SUBMITTED.value
        for button in (self.agree, self.back):
            button.setVisible(waits and heads)
        self.submit.setVisible(writes and state in {Step.DRAFT.value, Step.RETURNED.value})
        self.withdraw.setVisible(writes and state in _MAY_GO)
        self.judge.setVisible(writes and state == Step.EFFECTIVE.value)
        words = ""
        if row is not None:
            checks = "；".join(f"{check.title} {check.text}" for check in row.checks)
            words = _("理由：{reason}　预检：{checks}", reason=row.reason, checks=checks)
        self.about.setText(words)

    def make(self) -> None:
        """Write a request for the organisation worked for."""
        context = self.page.context
        form = RequestForm(context, self)

        def go() -> None:
            command = MakeRequest(
                new_op(), context.org.id, form.wish, form.item.item_id, form.reason.toPlainText(),
                form.evidence.text(), form.department.text(), form.replaces.item_id, form.qty,
                form.price,
            )  # fmt: skip
            db, actor = context.db, context.actor
            self.page.write(lambda: make_request(db, actor, command), self._made)

        form.accepted.connect(go)
        form.open()

    def _made(self, made: RequestMade) -> None:
        bad = [check.text for check in made.checks if check.grade == "bad"]
        words = _("已提交 {no}，等本机构负责人审核。", no=made.no)
        if bad:
            self.page.context.notices.warn(f"{words}{'；'.join(bad)}")
        else:
            self.page.context.notices.done(words)
        self.told()

    def _step(self, verb: Verb, note: str = "") -> None:
        row = self._current()
        if row is None:
            self.page.not_available()
            return
        db, actor = self.page.context.db, self.page.context.actor
        command = StepRequest(new_op(), row.org_id, row.request_id, verb, row.version, note)
        self.page.write(lambda: step_request(db, actor, command), self.told)

    def _judge(self) -> None:
        row = self._current()
        if row is None:
            return
        form = EvaluateForm(row, self)
        db, actor = self.page.context.db, self.page.context.actor

        def save() -> None:
            command = Evaluate(
                new_op(), row.org_id, row.request_id, row.version, form.verdict, form.text
            )
            self.page.write(lambda: evaluate(db, actor, command), self.told)

        form.accepted.connect(save)
        form.open()

    def _return(self) -> None:
        row = self._current()
        if row is None:
            return
        form = ReasonForm(_("退回 {no}", no=row.no), _("申请人改好后可以再提交。"), _("退回"), self)
        form.accepted.connect(lambda: self._step(Verb.RETURN, form.text))
        form.open()


class TemporaryView(_Papers):
    """临采 of the organisations that the person may see, with their place in the year."""

    def __init__(self, page: Page) -> None:
        self.new = Button(_("登记临采"), Kind.PRIMARY, icon=Icon.PLUS)
        self.approve = Button(_("批准"), icon=Icon.CHECK)
        self.refuse = Button(_("不批准"))
        self.bought = Button(_("已采购"), icon=Icon.CART)
        buttons = (self.refuse, self.approve, self.bought, self.new)
        super().__init__(page, GridView(ListModel(rows.temporary_columns())), buttons)
        self.grid.set_empty(_("还没有临采。"), _("登记临采"), self.make)
        self.new.clicked.connect(self.make)
        self.approve.clicked.connect(lambda: self._decide("approved"))
        self.bought.clicked.connect(lambda: self._decide("bought"))
        self.refuse.clicked.connect(self._refuse)

    def refresh(self) -> None:
        """Ask again."""
        context = self.page.context
        db, actor = context.db, context.actor
        self.new.setVisible(actor.has(Duty.STORE))
        self.page.read(
            lambda: temporaries(db, actor, actor.orgs()), self._show, channel="temporary"
        )

    def _show(self, found: tuple[TemporaryRow, ...]) -> None:
        if isinstance(self.grid.model, ListModel):
            self.grid.model.set_rows([rows.temporary_row(row) for row in found])
        self.about.setText(_("同一品规一年内再次临采，要先提交药事会申请，纳入目录。"))
        self._chosen(None)
        self.changed.emit()

    def _current(self) -> TemporaryRow | None:
        row = self.grid.current()
        return row.record if row is not None and isinstance(row.record, TemporaryRow) else None

    @override
    def _chosen(self, _row: object) -> None:
        row, actor = self._current(), self.page.context.actor
        state, org = (row.status, row.org_id) if row is not None else ("", 0)
        heads = actor.can(Duty.SIGN, org)
        self.approve.setVisible(state == "asked" and heads)
        self.refuse.setVisible(state == "asked" and heads)
        self.bought.setVisible(state == "approved" and actor.can(Duty.STORE, org))

    def make(self) -> None:
        """Ask for an item outside the list."""
        context = self.page.context
        form = TemporaryForm(context, self)

        def go() -> None:
            command = AskTemporary(new_op(), context.org.id, form.item.item_id, form.qty,
                                   form.reason.toPlainText(), form.department.text())  # fmt: skip
            db, actor = context.db, context.actor
            self.page.write(lambda: ask_temporary(db, actor, command), self._made)

        form.accepted.connect(go)
        form.open()

    def _made(self, row: TemporaryRow) -> None:
        self.page.context.notices.done(
            _("已登记 {no}，一年内第 {n} 次，等负责人审批。", no=row.no, n=row.times)
        )
        self.told()

    def _decide(self, status: str, note: str = "") -> None:
        row = self._current()
        if row is None:
            self.page.not_available()
            return
        db, actor = self.page.context.db, self.page.context.actor
        command = DecideTemporary(new_op(), row.org_id, row.purchase_id, status, row.version, note)
        self.page.write(lambda: decide_temporary(db, actor, command), self.told)

    def _refuse(self) -> None:
        row = self._current()
        if row is None:
            return
        form = ReasonForm(_("不批准 {no}", no=row.no), _("请写明理由，申请人会看到。"),
                          _("不批准"), self)  # fmt: skip
        form.accepted.connect(lambda: self._decide("refused", form.text))
        form.open()
