"""Small questions about a bill: an amount with a reason, a receipt, an invoice, an account."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget
from typing_extensions import override

from app.domain.days import typed_day
from app.domain.errors import DomainError, Problem
from app.domain.settlement.invoice import InvoiceFacts, cent_amount, check_number
from app.i18n import _
from app.services.settlement.listing import ItemTotal, StatementRow
from app.ui import formats
from app.ui.widgets.dialogs import Form, ReasonForm
from app.ui.widgets.fields import CodeEdit, Field, Select, check_all
from app.ui.widgets.text import Role, Text


class AmountForm(ReasonForm):
    """A reason and an amount; the amount may be left out where `needed` is off."""

    def __init__(
        self, texts: tuple[str, str, str], label: str, parent: QWidget, *, needed: bool = False
    ) -> None:
        super().__init__(*texts, parent)
        self.amount: Decimal | None = None
        self._needed = needed
        self.edit = CodeEdit()
        hint = "" if needed else _("可不填")
        self.amount_field = Field(label, self.edit, hint=hint)
        self.body.addWidget(self.amount_field)

    @override
    def submit(self) -> None:
        """Accept once reason and amount are right."""
        text = self.edit.folded()
        self.amount = None
        if self._needed and not text:
            self.amount_field.say(_("请填金额，如 12.50 或 -12.50。"))
            self.edit.setFocus()
            return
        if text:
            try:
                self.amount = cent_amount(text)
            except DomainError as error:
                self.amount_field.say(error.text)
                self.edit.setFocus()
                return
        self.amount_field.say("")
        super().submit()


class AdjustForm(AmountForm):
    """What both agreed to add or take off, for which item."""

    def __init__(self, row: StatementRow, totals: tuple[ItemTotal, ...], parent: QWidget) -> None:
        texts = (
            _("调整 {no} 的应付", no=row.no),
            _("应付现在是 {money}。加写正数，减写负数；供应商会看到理由。",
              money=formats.yuan(row.payable)),
            _("登记调整"),
        )  # fmt: skip
        super().__init__(texts, _("调整金额（元）"), parent, needed=True)
        known = {one.item_id: f"{one.name} {one.spec}" for one in totals}
        entries: list[tuple[object, str]] = [(0, _("整张对账单")), *known.items()]
        self.item = Select(entries)
        self.body.addWidget(Field(_("品规"), self.item))


class ReportForm(Form):
    """The receipt of the platform for a bill that was reported."""

    def __init__(self, row: StatementRow, today: date, parent: QWidget) -> None:
        super().__init__(_("登记 {no} 的平台上报", no=row.no), _("登记"), parent)
        self.day = today
        self.receipt = CodeEdit()
        self.on = CodeEdit(today.isoformat())
        self.receipt_field = Field(_("平台回执号"), self.receipt, required=True)
        self.on_field = Field(_("上报日期"), self.on)
        self.body.addWidget(self.receipt_field)
        self.body.addWidget(self.on_field)
        self.receipt.setFocus()

    @override
    def submit(self) -> None:
        """Accept once receipt and day are there."""
        if not self.receipt.folded():
            self.receipt_field.say(_("请填平台回执号。"))
            self.receipt.setFocus()
            return
        day = read_day(self.on, self.on_field)
        if day is not None:
            self.day = day
            self.accept()


class InvoiceForm(Form):
    """One invoice as its paper says it.

    Signals:
        ready: The fields were read: the `InvoiceFacts`.
    """

    ready = Signal(object)

    def __init__(
        self, suppliers: list[tuple[object, str]], orgs: list[tuple[object, str]], parent: QWidget
    ) -> None:
        super().__init__(_("登记发票"), _("登记"), parent, wide=560)
        self.supplier, self.org = Select(suppliers), Select(orgs)
        self.body.addLayout(_beside(Field(_("供应商"), self.supplier), Field(_("抬头"), self.org)))
        self.number = Field(_("发票号码"), CodeEdit(), required=True, hint=_("数电票 20 位"))
        self.code = Field(_("发票代码"), CodeEdit(), hint=_("数电票没有"))
        self.body.addLayout(_beside(self.number, self.code))
        self.day = Field(_("开票日期"), CodeEdit(), required=True, hint=_("如 2026-10-09"))
        self.total = Field(_("价税合计（元）"), CodeEdit(), required=True, hint=_("红字为负"))
        self.body.addLayout(_beside(self.day, self.total))
        self.net = Field(_("不含税金额（元）"), CodeEdit())
        self.tax = Field(_("税额（元）"), CodeEdit())
        self.body.addLayout(_beside(self.net, self.tax))
        self.note = Field(_("备注"), QLineEdit(), hint=_("写有对账单号的按它匹配"))
        self.body.addWidget(self.note)
        self.number.editor.setFocus()

    @override
    def submit(self) -> None:
        """Read the fields; the service says what does not agree."""
        self.code.say("")
        number, code = (field.text.replace(" ", "") for field in (self.number, self.code))
        if not check_all([
            (self.number, lambda: check_number(number, code)),
            (self.day, lambda: typed_day(self.day.text)),
            (self.total, lambda: cent_amount(self.total.text)),
            (self.net, lambda: _perhaps(self.net)),
            (self.tax, lambda: _perhaps(self.tax)),
        ]):  # fmt: skip
            return
        self.ready.emit(
            InvoiceFacts(
                number, code, typed_day(self.day.text), _perhaps(self.net), _perhaps(self.tax),
                cent_amount(self.total.text), self.note.text,
            )
        )  # fmt: skip
        self.accept()

    @override
    def field_of(self, problem: Problem) -> Field | None:
        """Beside what the service found wrong."""
        fields = {
            "number": self.number, "code": self.code, "issued_on": self.day, "total": self.total,
            "tax": self.tax,
        }  # fmt: skip
        return fields.get(problem.column)


def _perhaps(field: Field) -> Decimal | None:
    """The amount typed; None where the paper states none."""
    return cent_amount(field.text) if field.text else None


class AccountForm(Form):
    """Where a supplier is paid; another person checks it."""

    def __init__(self, suppliers: list[tuple[object, str]], parent: QWidget) -> None:
        super().__init__(_("录入收款账户"), _("录入"), parent, wide=480)
        words = _("照供应商盖章的账户函录入。另一个人核对以后才能付款；原来的账户到那时停用。")
        self.body.addWidget(Text(words, Role.SECOND, wrap=True))
        self.supplier = Select(suppliers)
        self.body.addWidget(Field(_("供应商"), self.supplier))
        self.holder = Field(_("户名"), QLineEdit(), required=True)
        self.bank = Field(_("开户行"), QLineEdit(), required=True)
        self.number = Field(_("账号"), CodeEdit(), required=True)
        for field in (self.holder, self.bank, self.number):
            self.body.addWidget(field)
        self.holder.editor.setFocus()


class PaidForm(Form):
    """On which day the bank paid."""

    def __init__(self, title: str, today: date, parent: QWidget) -> None:
        super().__init__(title, _("登记已付"), parent)
        self.day = today
        self.edit = CodeEdit(today.isoformat())
        self.field = Field(_("银行回单上的付款日期"), self.edit)
        self.body.addWidget(self.field)
        self.edit.setFocus()

    @override
    def submit(self) -> None:
        """Accept a day."""
        day = read_day(self.edit, self.field)
        if day is not None:
            self.day = day
            self.accept()


def read_day(edit: CodeEdit, field: Field) -> date | None:
    """The day typed; None with words at the field."""
    try:
        found = typed_day(edit.text())
    except DomainError as error:
        field.say(error.text)
        edit.setFocus()
        return None
    field.say("")
    return found


def _beside(*fields: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(12)
    for field in fields:
        row.addWidget(field, 1)
    return row
