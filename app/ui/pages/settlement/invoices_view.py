"""发票: what suppliers invoiced, how much of it is matched, and what is left."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.domain.duties import Duty
from app.domain.ids import new_op
from app.domain.settlement.invoice import InvoiceFacts
from app.i18n import _
from app.services.prices.listing import suppliers
from app.services.settlement.invoice_sheets import InvoiceSheet, read_invoices
from app.services.settlement.invoices import (
    InvoiceRow,
    RegisterInvoices,
    VoidInvoice,
    invoices,
    payers,
    register,
    void,
)
from app.ui import formats
from app.ui.icons import Icon
from app.ui.page import Page
from app.ui.pages.settlement.desk import Desk
from app.ui.pages.settlement.forms import InvoiceForm
from app.ui.pages.settlement.match_form import MatchForm
from app.ui.status import Status
from app.ui.tables.cells import Pill, Row
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button, Kind as ButtonKind
from app.ui.widgets.cards import toolbar
from app.ui.widgets.dialogs import Form, ReasonForm
from app.ui.widgets.fields import Field, Select
from app.ui.widgets.files import FileDialog
from app.ui.widgets.text import Role, Text

Party = tuple[object, str]


class InvoicesView(QWidget):
    """Invoices of the members in scope, the newest first.

    Signals:
        changed: Counts are other ones now.
    """

    changed = Signal()

    def __init__(self, page: Page, desk: Desk) -> None:
        super().__init__()
        self._page, self._desk = page, desk
        self.suppliers: list[Party] = []
        self.orgs: list[Party] = []
        self.found: tuple[InvoiceRow, ...] = ()
        self.grid = GridView(ListModel(_columns()))
        self.grid.set_empty(_("还没有登记发票。"))
        self.add_button = Button(_("登记发票"), ButtonKind.PRIMARY, icon=Icon.PLUS, key="Ctrl+N")
        self.read_button = Button(_("读入 Excel"), icon=Icon.FILE_EXCEL, key="Ctrl+I")
        self.match_button = Button(_("匹配发票"), icon=Icon.LINK, key="Ctrl+M")
        self.void_button = Button(_("作废"))
        self.words = Text("", Role.SECOND)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        bar = QHBoxLayout()
        bar.addLayout(
            toolbar(self.words, None, self.void_button, self.match_button, self.read_button,
                    self.add_button)
        )  # fmt: skip
        column.addLayout(bar)
        column.addWidget(self.grid, 1)
        self.setFocusProxy(self.grid)
        self.grid.counts_changed.connect(self.changed)
        self.grid.current_changed.connect(lambda _row: self._show_buttons())
        self.grid.opened.connect(lambda _row: self.match())
        self.add_button.clicked.connect(self.add)
        self.read_button.clicked.connect(self.ask_file)
        self.match_button.clicked.connect(self.match)
        self.void_button.clicked.connect(self._void)

    def begin(self) -> None:
        """Ask whom an invoice may come from and go to, then for the invoices."""
        db, actor = self._page.context.db, self._page.context.actor
        own = [(org.id, org.short) for org in self._page.context.session.orgs]

        def work() -> tuple[list[Party], list[Party]]:
            to: list[Party] = [(one.org_id, one.name) for one in payers(db, actor)]
            if actor.has(Duty.SUPPLY):
                return [one for one in own if actor.can(Duty.SUPPLY, one[0])], to
            return [(one.id, one.short_name) for one in suppliers(db, actor)], to

        def done(found: tuple[list[Party], list[Party]]) -> None:
            self.suppliers, self.orgs = found
            self.refresh()

        self._page.read(work, done, channel="parties")

    def refresh(self) -> None:
        """Ask again."""
        context = self._page.context
        db, actor, orgs = context.db, context.actor, context.scope.ids
        self._page.read(lambda: invoices(db, actor, orgs), self._show, channel="invoices")

    def _show(self, found: tuple[InvoiceRow, ...]) -> None:
        self.found = found
        before = self.grid.current()
        model = self.grid.model
        if isinstance(model, ListModel):
            model.set_rows([_row(one) for one in found])
        if found and (before is None or not self.grid.choose(before.key)):
            self.grid.choose((found[0].org_id, found[0].invoice_id))
        left = [one for one in found if not one.whole]
        money = formats.yuan(sum((one.left for one in left), start=formats.ZERO))
        self.words.setText(_("{n} 张没匹配完，共 {money}", n=len(left), money=money))
        self._show_buttons()
        self.changed.emit()

    def _show_buttons(self) -> None:
        actor, one = self._page.context.actor, self.current()
        settles = actor.has(Duty.SETTLE)
        self.match_button.setVisible(settles)
        self.void_button.setVisible(
            one is not None and not one.matched and actor.can(Duty.SETTLE, one.org_id)
        )
        for button in (self.add_button, self.read_button):
            button.setVisible(settles or actor.has(Duty.SUPPLY))

    def current(self) -> InvoiceRow | None:
        """The invoice that is chosen."""
        row = self.grid.current()
        return row.record if row and isinstance(row.record, InvoiceRow) else None

    def add(self) -> InvoiceForm | None:
        """Ask for one invoice."""
        if not self.suppliers or not self.orgs:
            self._page.not_available()
            return None
        form = InvoiceForm(self.suppliers, self.orgs, self._page)

        def registered(facts: InvoiceFacts) -> None:
            self._write((form.org.value, form.supplier.value), (facts,))

        form.ready.connect(registered)
        form.open()
        return form

    def _write(self, parties: tuple[object, object], facts: Sequence[InvoiceFacts]) -> None:
        org, supplier = parties
        if not isinstance(org, int) or not isinstance(supplier, int):
            return
        command = RegisterInvoices(new_op(), org, supplier, tuple(facts))
        db, actor = self._page.context.db, self._page.context.actor

        def words(ids: tuple[int, ...]) -> str:
            return _("已登记 {n} 张发票。", n=len(ids))

        self._desk.write(lambda: register(db, actor, command), words)

    def ask_file(self) -> None:
        """Ask for a sheet of invoices."""
        dialog = FileDialog(self, _("发票清单"))
        dialog.setFileMode(FileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([_("表格 (*.xlsx *.xls *.csv)")])
        dialog.fileSelected.connect(lambda name: self.read_file(Path(name)))
        dialog.open()

    def read_file(self, path: Path) -> None:
        """Read a sheet, then ask whose invoices they are."""
        self._page.read_for_form(lambda: read_invoices(path), self._ask_whose)

    def _ask_whose(self, sheet: InvoiceSheet) -> None:
        if sheet.problems:
            first = sheet.problems[0]
            self._page.context.notices.warn(f"{first.where}{first.text}{_('没有登记。')}")
            return
        form = Form(_("登记 {n} 张发票", n=len(sheet.invoices)), _("登记"), self._page)
        total = formats.yuan(sum((one.total for one in sheet.invoices), start=formats.ZERO))
        form.body.addWidget(Text(_("价税合计 {total}", total=total), Role.STRONG))
        supplier, org = Select(self.suppliers), Select(self.orgs)
        form.body.addWidget(Field(_("供应商"), supplier))
        form.body.addWidget(Field(_("抬头"), org))

        def registered() -> None:
            self._write((org.value, supplier.value), sheet.invoices)

        form.accepted.connect(registered)
        form.open()

    def match(self) -> None:
        """Match invoices, of the supplier of the chosen one."""
        one = self.current()
        if not self._page.context.actor.has(Duty.SETTLE):
            self._page.not_available()
            return
        supplier, name = (one.supplier_id, one.supplier) if one else (0, "")
        MatchForm(self._page, supplier, name).open()

    def _void(self) -> None:
        one = self.current()
        if one is None:
            return
        effect = _("登记错、被退回的发票作废以后不再参加匹配。号码保留。")
        form = ReasonForm(_("作废发票 {number}", number=one.number), effect, _("作废"), self._page)
        db, actor = self._page.context.db, self._page.context.actor

        def go_on() -> None:
            command = VoidInvoice(new_op(), one.org_id, one.invoice_id, form.text)
            self._desk.write(
                lambda: void(db, actor, command),
                lambda _nothing: _("发票 {number} 已作废。", number=one.number),
            )

        form.accepted.connect(go_on)
        form.open()


def _columns() -> tuple[Column, ...]:
    yuan = _("元")

    def money(key: str, title: str, *, total: bool = False) -> Column:
        return Column(key=key, title=title, kind=Kind.MONEY, unit=yuan, width=112, total=total)

    return (
        Column(key="number", title=_("发票号码"), width=194, frozen=True),
        Column(key="supplier", title=_("供应商"), width=100),
        Column(key="org", title=_("抬头"), width=96),
        Column(key="day", title=_("开票日期"), kind=Kind.DATE, width=104),
        money("net", _("不含税")),
        money("tax", _("税额")),
        money("amount", _("价税合计"), total=True),
        money("matched", _("已匹配"), total=True),
        money("left", _("未匹配"), total=True),
        Column(key="state", title=_("状态"), kind=Kind.PILL, width=100, stretch=True),
        Column(key="note", title=_("备注"), width=140, hidden=True),
    )


def _row(one: InvoiceRow) -> Row:
    if one.whole:
        pill = Pill(Status.OK, _("已匹配"))
    elif one.matched:
        pill = Pill(Status.WARN, _("部分匹配"))
    else:
        pill = Pill(Status.MUTE, _("未匹配"))
    cells = (
        one.number, one.supplier, one.org, one.issued_on.isoformat(), formats.amount(one.net),
        formats.amount(one.tax), formats.amount(one.amount), formats.amount(one.matched),
        formats.amount(one.left), pill, one.note or "—",
    )  # fmt: skip
    raw = (
        one.number, one.supplier, one.org, one.issued_on, one.net, one.tax, one.amount,
        one.matched, one.left, pill.text, one.note,
    )  # fmt: skip
    return Row((one.org_id, one.invoice_id), cells, record=one, raw=raw)
