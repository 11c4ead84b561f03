"""付款: what is owed, batches with what the bank did, and the accounts of suppliers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app import paths
from app.domain.documents import State, state_title
from app.domain.duties import Duty
from app.domain.ids import new_op
from app.domain.settlement.payment import Payable, batch_title
from app.i18n import N_, _
from app.services.db import local_time
from app.services.settlement.bank import AnswerPayment, FilePayment, answer_payment, file_payment
from app.services.settlement.payments import (
    CancelPayment,
    MakePayment,
    PaymentRow,
    cancel_payment,
    make_payment,
    payable,
    payments,
)
from app.ui import formats
from app.ui.changes import Topic
from app.ui.icons import Icon
from app.ui.page import Page
from app.ui.pages.settlement.accounts_form import AccountsForm
from app.ui.pages.settlement.desk import Desk
from app.ui.pages.settlement.forms import PaidForm
from app.ui.status import Status
from app.ui.tables.cells import Cell, Pill, Row, Tone
from app.ui.tables.columns import Column, Kind
from app.ui.tables.exporting import open_file
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button, Kind as ButtonKind
from app.ui.widgets.cards import toolbar
from app.ui.widgets.dialogs import Question, ReasonForm, confirm
from app.ui.widgets.files import FileDialog
from app.ui.widgets.text import Role, Text

_LINES = {
    "open": (Status.INFO, N_("待银行")),
    "paid": (Status.OK, N_("已付")),
    "returned": (Status.NEAR, N_("退回")),
}


@dataclass(frozen=True, slots=True)
class _Found:
    due: tuple[Payable, ...]
    batches: tuple[PaymentRow, ...]


class PaymentsView(QWidget):
    """The payments of one member.

    Signals:
        changed: Counts are other ones now.
    """

    changed = Signal()

    def __init__(self, page: Page, desk: Desk) -> None:
        super().__init__()
        self._page, self._desk = page, desk
        self.found = _Found((), ())
        self.grid = GridView(ListModel(_columns(), _tick))
        self.grid.set_empty(_("没有待付款的对账单。审核过的对账单会列在这里。"))
        self.words = Text("", Role.SECOND)
        self.accounts_button = Button(_("收款账户"), icon=Icon.CASH)
        self.make_button = Button(_("做付款批"), ButtonKind.PRIMARY)
        self.file_button = Button(_("导出付款文件"), icon=Icon.DOWNLOAD)
        self.paid_button = Button(_("登记已付"))
        self.back_button = Button(_("登记退票"))
        self.drop_button = Button(_("作废批"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(
            toolbar(
                self.words, None, self.drop_button, self.back_button, self.paid_button,
                self.file_button, self.accounts_button, self.make_button,
            )
        )  # fmt: skip
        column.addWidget(self.grid, 1)
        self.setFocusProxy(self.grid)
        self.grid.counts_changed.connect(self.changed)
        self.grid.current_changed.connect(lambda _row: self._show_buttons())
        model = self.grid.model
        if isinstance(model, ListModel):
            model.rows_changed.connect(self._sum)
        for button, act in (
            (self.accounts_button, self.open_accounts),
            (self.make_button, self.make),
            (self.file_button, self.ask_file),
            (self.paid_button, self.paid),
            (self.back_button, self.returned),
            (self.drop_button, self.drop),
        ):
            button.clicked.connect(act)

    def refresh(self) -> None:
        """Ask again."""
        context = self._page.context
        db, actor, orgs = context.db, context.actor, (context.org.id,)
        self._page.read(
            lambda: _Found(payable(db, actor, orgs), payments(db, actor, orgs)),
            self._show, channel="payments",
        )  # fmt: skip

    def _show(self, found: _Found) -> None:
        self.found = found
        before = self.grid.current()
        model = self.grid.model
        rows = _rows(found)
        if isinstance(model, ListModel):
            model.set_rows(rows)
        first = next((row for row in rows if not row.heading), None)
        if first is not None and (before is None or not self.grid.choose(before.key)):
            self.grid.choose(first.key)
        self._show_buttons()
        self.changed.emit()

    def _ticked(self) -> list[Payable]:
        model = self.grid.model
        rows = model.checked("pick") if isinstance(model, ListModel) else ()
        return [row.record for row in rows if isinstance(row.record, Payable)]

    def _sum(self) -> None:
        chosen = self._ticked()
        total = formats.yuan(sum((one.amount for one in chosen), start=formats.ZERO))
        self.words.setText(_("已选 {n} 张，{total}", n=len(chosen), total=total))
        self.make_button.setEnabled(bool(chosen))

    def current(self) -> PaymentRow | None:
        """The line of a batch that is chosen."""
        row = self.grid.current()
        return row.record if row and isinstance(row.record, PaymentRow) else None

    def _show_buttons(self) -> None:
        self._sum()
        one = self.current()
        settles = self._page.context.may(Duty.SETTLE)
        self.make_button.setVisible(settles and bool(self.found.due))
        self.accounts_button.setVisible(True)
        is_open = one is not None and one.state == "open"
        filed = one is not None and one.status in {State.SENT, State.DONE}
        self.file_button.setVisible(
            settles and one is not None and one.status in {State.DRAFT, State.SENT}
        )
        self.paid_button.setVisible(settles and is_open and filed)
        self.back_button.setVisible(
            settles and filed and one is not None and one.state in {"open", "paid"}
        )
        self.drop_button.setVisible(
            settles
            and one is not None
            and one.status in {State.DRAFT, State.SENT}
            and not self._paid_in(one.payment_id)
        )

    def _paid_in(self, payment_id: int) -> bool:
        """Whether some of a batch is paid: it cannot be given up any more."""
        lines = (line for line in self.found.batches if line.payment_id == payment_id)
        return any(line.state == "paid" for line in lines)

    def open_accounts(self) -> AccountsForm:
        """Open the accounts of suppliers."""
        form = AccountsForm(self._page)
        form.open()
        return form

    def make(self) -> None:
        """Put what is ticked into one batch, after asking."""
        chosen = self._ticked()
        if not chosen:
            self._page.not_available()
            return
        total = formats.yuan(sum((one.amount for one in chosen), start=formats.ZERO))
        text = _("{n} 张对账单，合计 {total}。每家供应商一笔，退货从应付里扣。", n=len(chosen),
                 total=total)  # fmt: skip
        context = self._page.context
        command = MakePayment(new_op(), context.org.id, tuple(x.statement_id for x in chosen))
        db, actor = context.db, context.actor

        def go_on() -> None:
            self._desk.write(
                lambda: make_payment(db, actor, command),
                lambda made: _("付款批 {no} 已做好，{n} 笔。", no=made.no, n=made.transfers),
            )

        confirm(self, Question(_("做付款批"), text, _("做付款批")), go_on)

    def ask_file(self) -> None:
        """Ask where the bank's file goes."""
        one = self.current()
        if one is None:
            return
        dialog = FileDialog(self, _("导出付款文件"))
        dialog.setAcceptMode(FileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([_("CSV 文本 (*.csv)"), _("Excel 工作簿 (*.xlsx)")])
        dialog.setDefaultSuffix("csv")
        dialog.setDirectory(str(paths.output()))
        dialog.selectFile(f"{one.no}.csv")
        dialog.fileSelected.connect(lambda name: self.write_file(one, Path(name)))
        dialog.open()

    def write_file(self, one: PaymentRow, path: Path) -> None:
        """Write the bank's file of a batch."""
        command = FilePayment(new_op(), one.org_id, one.payment_id, path)
        db, actor = self._page.context.db, self._page.context.actor

        def done(count: int) -> None:
            self._page.context.notices.done(
                _("已导出 {n} 笔到 {path}。", n=count, path=path.name),
                action=_("打开文件"), act=lambda: open_file(path),
            )  # fmt: skip
            self._page.context.changes.announce({Topic.SETTLEMENT})

        self._page.write(lambda: file_payment(db, actor, command), done)

    def paid(self) -> None:
        """Record that the bank paid the supplier of the chosen line."""
        one = self.current()
        if one is None:
            return
        title = _("{no} {supplier} 已付", no=one.no, supplier=one.supplier)
        form = PaidForm(title, self._page.context.today, self._page)
        form.accepted.connect(lambda: self._answer(one, form.day, ""))
        form.open()

    def returned(self) -> None:
        """Record that the transfer came back."""
        one = self.current()
        if one is None:
            return
        form = ReasonForm(
            _("{no} {supplier} 退票", no=one.no, supplier=one.supplier),
            _("这家供应商的对账单回到应付，核对账户后可以再付。"), _("登记退票"), self._page,
        )  # fmt: skip
        form.accepted.connect(lambda: self._answer(one, None, form.text))
        form.open()

    def _answer(self, one: PaymentRow, day: date | None, reason: str) -> None:
        command = AnswerPayment(new_op(), one.org_id, one.payment_id, one.supplier_id, day, reason)
        db, actor = self._page.context.db, self._page.context.actor
        self._desk.write(
            lambda: answer_payment(db, actor, command),
            lambda state: _("{no}：{state}", no=one.no, state=batch_title(state)),
        )

    def drop(self) -> None:
        """Give the batch of the chosen line up."""
        one = self.current()
        if one is None:
            return
        form = ReasonForm(
            _("作废付款批 {no}", no=one.no),
            _("对账单回到应付，可以另做一批。"),
            _("作废"),
            self._page,
        )
        db, actor = self._page.context.db, self._page.context.actor

        def go_on() -> None:
            command = CancelPayment(new_op(), one.org_id, one.payment_id, form.text)
            self._desk.write(
                lambda: cancel_payment(db, actor, command),
                lambda _nothing: _("付款批 {no} 已作废。", no=one.no),
            )

        form.accepted.connect(go_on)
        form.open()


def _tick(row: Row, column: str, value: object) -> Row:
    if column != "pick" or not isinstance(row.record, Payable):
        return row
    return _due_row(row.record, picked=bool(value))


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="pick", title="", kind=Kind.CHECK, width=40, frozen=True, editable=True),
        Column(key="who", title=_("供应商"), width=170, frozen=True),
        Column(key="no", title=_("对账单"), width=160),
        Column(key="amount", title=_("金额"), kind=Kind.MONEY, unit=_("元"), width=120, total=True),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=110),
        Column(key="day", title=_("付款日期"), kind=Kind.DATE, width=104),
        Column(key="account", title=_("收款账户"), width=260, stretch=True),
        Column(key="why", title=_("原因"), width=180),
    )


def _rows(found: _Found) -> list[Row]:
    rows: list[Row] = []
    if found.due:
        total = sum((one.amount for one in found.due), start=formats.ZERO)
        rows.append(
            _heading("due", _("应付"), formats.amount(total), _("{n} 张", n=len(found.due)))
        )
        rows += [_due_row(one, picked=True) for one in found.due]
    batches: dict[int, list[PaymentRow]] = {}
    for line in found.batches:
        batches.setdefault(line.payment_id, []).append(line)
    for key, lines in batches.items():
        head = lines[0]
        words = f"{batch_title(head.status)} · {head.person} {local_time(head.created_at):%m-%d}"
        rows.append(_heading(f"batch{key}", head.no, formats.amount(head.total), words))
        rows += [_line_row(line) for line in lines]
    return rows


def _heading(key: str, title: str, total: str, words: str) -> Row:
    cells: tuple[Cell, ...] = (
        "", Tone(title, bold=True), "", Tone(total, bold=True), "", "", words, "",
    )  # fmt: skip
    return Row(key, cells, heading=True)


def _due_row(one: Payable, *, picked: bool) -> Row:
    cells = (
        picked, one.supplier, one.no, formats.amount(one.amount),
        Pill(Status.OK, state_title(State.AUDITED)), "—", "—", "—",
    )  # fmt: skip
    raw = (picked, one.supplier, one.no, one.amount, cells[4].text, None, None, None)
    return Row(("due", one.statement_id), cells, record=one, raw=raw, level=1)


def _line_row(one: PaymentRow) -> Row:
    status, word = _LINES[one.state]
    account = f"{one.bank} {one.account_no}"
    cells = (
        "", one.supplier, one.statement_no, formats.amount(one.amount), Pill(status, _(word)),
        formats.day(one.paid_on), account, one.reason or "—",
    )  # fmt: skip
    raw = (
        None, one.supplier, one.statement_no, one.amount, _(word), one.paid_on, account, one.reason
    )  # fmt: skip
    return Row((one.payment_id, one.statement_id), cells, record=one, raw=raw, level=1)
