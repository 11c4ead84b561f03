"""收款账户: where suppliers are paid; one person enters, another checks."""

from __future__ import annotations

from app.domain.duties import Duty
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.i18n import _
from app.services.prices.listing import suppliers
from app.services.settlement.payees import (
    CheckPayee,
    EnterPayee,
    PayeeRow,
    check_payee,
    enter_payee,
    payees,
)
from app.ui import theme
from app.ui.page import Page
from app.ui.pages.settlement.forms import AccountForm
from app.ui.status import Status
from app.ui.tables.cells import Link, Pill, Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button
from app.ui.widgets.dialogs import Form
from app.ui.widgets.text import Role, Text


class AccountsForm(Form):
    """The accounts of a member's suppliers."""

    def __init__(self, page: Page) -> None:
        org = page.context.org
        super().__init__(_("{org} 的收款账户", org=org.short), _("完成"), page, wide=860)
        self.cancel.hide()
        self._page, self._org = page, org.id
        self.grid = GridView(ListModel(_columns()))
        self.grid.set_empty(_("还没有收款账户。先录入，再由另一个人核对。"))
        self.grid.setMinimumHeight(theme.px(300))
        self.state = Text("", Role.SECOND, wrap=True)
        self.body.addWidget(self.grid, 1)
        self.body.addWidget(self.state)
        self.add_button = Button(_("录入账户"))
        self.add_button.setVisible(page.context.actor.can(Duty.SETTLE, org.id))
        self.add_button.clicked.connect(self._ask)
        self.buttons.insertWidget(0, self.add_button)
        self.grid.link_clicked.connect(lambda row, _column: self._check(row.record))
        self.grid.opened.connect(lambda row: self._check(row.record))
        self.refresh()

    def refresh(self) -> None:
        """Ask again."""
        db, actor, org = self._page.context.db, self._page.context.actor, self._org
        self._page.read(lambda: payees(db, actor, org), self._show, channel="payees")

    def _show(self, found: tuple[PayeeRow, ...]) -> None:
        model = self.grid.model
        me = self._page.context.actor.person_id
        if isinstance(model, ListModel):
            model.set_rows([_row(one, me) for one in found])
        self.grid.focus_rows()

    def _ask(self) -> None:
        db, actor = self._page.context.db, self._page.context.actor
        self._page.read_for_form(
            lambda: [(one.id, one.short_name) for one in suppliers(db, actor)], self._open_account
        )

    def _open_account(self, found: list[tuple[int, str]]) -> None:
        form = AccountForm([(key, name) for key, name in found], self)
        form.accepted.connect(lambda: self._enter(form))
        form.open()

    def _enter(self, form: AccountForm) -> None:
        supplier = form.supplier.value
        command = EnterPayee(
            new_op(), self._org, supplier if isinstance(supplier, int) else 0, form.holder.text,
            form.bank.text, form.number.text,
        )  # fmt: skip
        db, actor = self._page.context.db, self._page.context.actor
        self._page.write(
            lambda: enter_payee(db, actor, command),
            lambda _id: self._told(_("账户已录入，等另一个人核对。")),
            self._refused,
        )

    def _check(self, row: object) -> None:
        if not isinstance(row, PayeeRow) or row.usable:
            return
        command = CheckPayee(new_op(), self._org, row.payee_id)
        db, actor = self._page.context.db, self._page.context.actor
        self._page.write(
            lambda: check_payee(db, actor, command),
            lambda _nothing: self._told(_("{name} 的账户已核对。", name=row.supplier)),
            self._refused,
        )

    def _told(self, words: str) -> None:
        self.state.set_tone(Status.OK)
        self.state.setText(words)
        self.refresh()

    def _refused(self, error: Exception) -> None:
        if isinstance(error, DomainError):
            self.state.set_tone(Status.BAD)
            self.state.setText(error.text)
        else:
            self._page.context.errors.take(error)


def _columns() -> tuple[Column, ...]:
    return (
        Column(key="supplier", title=_("供应商"), kind=Kind.TWO_LINE, width=190),
        Column(key="bank", title=_("开户行"), width=160, stretch=True),
        Column(key="number", title=_("账号"), width=180),
        Column(key="entered", title=_("录入"), width=80),
        Column(key="state", title=_("核对"), kind=Kind.PILL, width=112),
        Column(key="check", title="", kind=Kind.BUTTON, width=64),
    )


def _row(one: PayeeRow, me: int) -> Row:
    pill = Pill(Status.OK, one.checked) if one.usable else Pill(Status.WARN, _("等第二个人"))
    may = not one.usable and one.entered_by != me
    cells = (
        Two(one.supplier, one.account_name), one.bank, one.account_no, one.entered, pill,
        Link(_("核对")) if may else "",
    )  # fmt: skip
    return Row(one.payee_id, cells, record=one)
