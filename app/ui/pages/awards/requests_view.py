"""调价申请: asked by a supplier, decided by two persons."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.duties import Duty
from app.domain.ids import new_op
from app.i18n import _
from app.services.prices.requests import (
    APPROVED,
    SUBMITTED,
    CancelRequest,
    DecidePrice,
    RequestRow,
    cancel_request,
    decide_price,
    requests,
)
from app.ui.changes import Topic
from app.ui.page import Page
from app.ui.pages.awards.ask_form import AskForm
from app.ui.pages.awards.rows import request_columns, request_row
from app.ui.pages.awards.takeover_bar import TakeoverBar
from app.ui.tables.column_fit import ColumnFit
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button, Kind as ButtonKind
from app.ui.widgets.cards import toolbar
from app.ui.widgets.dialogs import Form, Question, ReasonForm, confirm


class RequestsView(QWidget):
    """The list, and the steps that the person may make."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self.model = ListModel(request_columns())
        self.grid = GridView(self.model)
        ColumnFit(self.grid, ("from", "platform"))
        self.setFocusProxy(self.grid)
        self.grid.set_empty(_("没有调价申请。平台价变动时，供应商可以在这里申请。"))
        self.ask = Button(_("申请调价"), ButtonKind.PRIMARY)
        self.withdraw = Button(_("撤回申请"))
        self.refuse = Button(_("不同意"))
        self.agree = Button(_("同意"), ButtonKind.PRIMARY)
        self.ask.setVisible(page.context.may(Duty.SUPPLY))
        self.ask.clicked.connect(self._ask)
        self.withdraw.clicked.connect(lambda _on=False: self._withdraw())
        self.refuse.clicked.connect(self._refuse)
        self.agree.clicked.connect(lambda: self._decide(agree=True, answer=""))
        self.grid.current_changed.connect(lambda _row: self._show_steps())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self.takeovers = TakeoverBar(page)
        self.form: Form | None = None
        """The question asked last."""
        column.addWidget(self.takeovers)
        column.addWidget(self.grid, 1)
        column.addLayout(toolbar(None, self.withdraw, self.ask, self.refuse, self.agree))
        self._show_steps()

    def refresh(self) -> None:
        """Ask for the requests."""
        db, actor = self._page.context.db, self._page.context.actor
        self._page.read(lambda: requests(db, actor), self._show, channel="requests")
        self.takeovers.refresh()

    def _show(self, rows: tuple[RequestRow, ...]) -> None:
        self.model.set_rows([request_row(one) for one in rows])
        if rows and self.grid.current() is None:
            self.grid.choose(rows[0].request_id)
        self._show_steps()

    def _current(self) -> RequestRow | None:
        row = self.grid.current()
        return row.record if row is not None and isinstance(row.record, RequestRow) else None

    def _show_steps(self) -> None:
        one, may = self._current(), self._page.context.may
        turn = one is not None and (
            (one.status == SUBMITTED and may(Duty.SIGN))
            or (one.status == APPROVED and may(Duty.BUY))
        )
        staff = not may(Duty.SUPPLY)
        mine = one is not None and one.status in {SUBMITTED, APPROVED}
        self.withdraw.setVisible(mine and not staff)
        self.agree.setVisible(turn and staff)
        self.refuse.setVisible(turn and staff)

    def _ask(self) -> None:
        AskForm(self._page, self.refresh).open()

    def _withdraw(self) -> None:
        one, context = self._current(), self._page.context
        if one is None:
            return
        question = Question(
            title=_("撤回调价申请 {no}", no=one.no),
            effect=_("撤回后价格不变。还要调价，请重新申请。"),
            verb=_("撤回申请"),
            keep=_("再看看"),
        )
        command = CancelRequest(new_op(), one.request_id)

        def done(_nothing: None) -> None:
            context.notices.done(_("申请 {no} 已撤回。", no=one.no))
            self.refresh()

        def act() -> None:
            self._page.write(lambda: cancel_request(context.db, context.actor, command), done)

        self.form = confirm(self._page, question, act)

    def _refuse(self) -> None:
        form = ReasonForm(_("不同意调价"), "", _("不同意"), self)
        form.accepted.connect(lambda: self._decide(agree=False, answer=form.text))
        form.open()

    def _decide(self, *, agree: bool, answer: str) -> None:
        one = self._current()
        if one is None:
            return
        db, actor = self._page.context.db, self._page.context.actor
        command = DecidePrice(new_op(), one.request_id, agree, answer)

        def done(_status: str) -> None:
            self._page.context.notices.done(_("申请 {no} 已处理。", no=one.no))
            self._page.context.changes.announce({Topic.PRICES})
            self.refresh()

        self._page.write(lambda: decide_price(db, actor, command), done)
