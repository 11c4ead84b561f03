"""The settlement page at work: bills with lines, matching, payment, the close, empty months."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit

from app.adapters.sheets_out import Sheet, write
from app.domain.documents import State
from app.domain.ids import new_op
from app.domain.settlement.period import Period
from app.services.settlement.payees import CheckPayee, EnterPayee, check_payee, enter_payee
from app.services.settlement.steps import Verb
from app.ui.actions import Act
from app.ui.context import PageContext
from app.ui.pages.settlement.accounts_form import AccountsForm
from app.ui.pages.settlement.bill_form import BillForm
from app.ui.pages.settlement.close_form import CloseForm
from app.ui.pages.settlement.deeds import Deed
from app.ui.pages.settlement.forms import AccountForm, AdjustForm, InvoiceForm, PaidForm
from app.ui.pages.settlement.lines_form import LinesForm
from app.ui.pages.settlement.match_form import MatchForm
from app.ui.pages.settlement.page import SettlementPage
from app.ui.widgets.dialogs import Form, ReasonForm
from app.ui.widgets.fields import Field
from tests.factories import EAST, TODAY, Site
from tests.services.settlement.september import (
    AUDITOR,
    CLERK,
    KEEPER,
    SELLER,
    act,
    bill,
    confirmed,
    invoice,
    make,
    matched,
    registered,
    used_september,
)
from tests.ui.conftest import Show
from tests.ui.forms import form_of

Settle = Callable[[], None]
Contexts = Callable[[str], PageContext]


@pytest.fixture
def page(sqlite_site: Site, context_for: Contexts, show: Show, settle: Settle) -> SettlementPage:
    """The clerk's page on a September in which goods were used."""
    used_september(sqlite_site)
    made = show(SettlementPage(context_for(CLERK)))
    settle()
    return made


def typed(field: Field, text: str) -> None:
    """Somebody types into a field."""
    editor = field.editor
    assert isinstance(editor, QLineEdit)
    editor.setText(text)


def test_what_waits_becomes_a_bill_and_the_suppliers_lines_tell_the_difference(
    page: SettlementPage, sqlite_site: Site, settle: Settle, tmp_path: Path
) -> None:
    assert page.head.period == Period(2026, 9)
    assert [b.isVisible() for b in (page.head.make_button, page.head.send_button)] == [True, False]
    page.statements.panel.buttons[0].click()
    settle()
    page.perform(Act.FINISH)
    settle()
    assert bill(sqlite_site).status is State.SENT
    page.perform(Act.DIFFERENCE)
    settle()
    form = form_of(page, BillForm)
    assert form.model.setData(form.model.index(0, 2), "12")
    form.model.setData(form.model.index(0, 2), "一打")
    assert "不是整数" in form.state.text()
    form.sum_edit.setText("x")
    form.verb.click()
    assert "不是数字" in form.sum_field.problem.text
    sheet = tmp_path / "bill.xlsx"
    write(sheet, Sheet("账单", ("品名", "数量", "单价"), [("门冬胰岛素注射液", "十", 1)]))
    form.read_file(sheet)
    settle()
    assert "第 2 行" in form.state.text()
    form.sum_edit.setText("519.18")
    form.verb.click()
    settle()
    assert page.statements.panel.gap.title.text() == "差异 +84.60"
    assert "账单多 2 支 门冬胰岛素注射液" in page.statements.panel.gap.why.text()
    page.perform(Act.DIFFERENCE)
    settle()
    form = form_of(page, BillForm)
    assert form.state.text() == "比应付 +84.60", "said at once, not only after another change"
    form.reject()
    act(sqlite_site, SELLER, Verb.DISPUTE, note="少算两支胰岛素")
    page.refresh()
    settle()
    assert page.statements.do(Deed.ADJUST)
    settle()
    adjust = form_of(page, AdjustForm)
    adjust.verb.click()
    assert "请填金额" in adjust.amount_field.problem.text
    adjust.edit.setText("84.6")
    adjust.reason.setPlainText("补两支，见送货单")
    adjust.verb.click()
    settle()
    assert bill(sqlite_site).difference == Decimal("0.00")
    page.only.button(0).click()
    assert page.statements.grid.model.rowCount() == 2  # still in dispute: heading and bill
    page.only.button(1).click()
    assert page.statements.grid.model.rowCount() == 0


def test_invoices_are_registered_and_matched(
    page: SettlementPage, sqlite_site: Site, settle: Settle
) -> None:
    row = confirmed(sqlite_site)
    page.views.button(2).click()
    settle()
    page.perform(Act.NEW)
    form = form_of(page, InvoiceForm)
    form.supplier.choose(row.supplier_id)
    form.verb.click()
    wrong = (form.number, form.day, form.total)
    said = [field.problem.text for field in wrong]
    assert all(one.startswith("还没填") for one in said), "all that is missing is said at once"
    assert form.focusWidget() is form.number.editor
    for field, text in ((form.number, "123"), (form.day, "2026-10-09"), (form.total, "434.58")):
        typed(field, text)
    form.verb.click()
    settle()
    assert "20 位数字" in form.number.problem.text
    typed(form.number, "26312000000012345678")
    form.verb.click()
    settle()
    assert page.invoices.found[0].amount == Decimal("434.58")
    page.views.button(0).click()
    page.refresh()
    settle()
    page.perform(Act.MATCH)
    settle()
    desk = form_of(page, MatchForm)
    desk.amount.setText("500")
    desk.pair_button.click()
    settle()
    assert "还能匹配 434.58" in desk.amount_field.problem.text
    desk.take_button.click()
    settle()
    desk.verb.click()
    assert bill(sqlite_site).status is State.INVOICED
    assert "1 张发票 : 1 张对账单" in page.statements.panel.matched.text()
    assert Deed.AUDIT not in page.statements.panel.offered


def test_what_is_audited_is_paid(
    page: SettlementPage, sqlite_site: Site, context_for: Contexts, show: Show, settle: Settle,
    tmp_path: Path,
) -> None:  # fmt: skip
    row = confirmed(sqlite_site)
    registered(sqlite_site, invoice(1, "434.58"))
    matched(sqlite_site)
    act(sqlite_site, AUDITOR, Verb.AUDIT)
    page.views.button(3).click()
    settle()
    _account_of_two_persons(page, sqlite_site, row.supplier_id, settle)
    page.payments.make()
    form_of(page.payments, Form).verb.click()
    settle()
    page.payments.grid.choose((page.payments.found.batches[0].payment_id, row.statement_id))
    line = page.payments.current()
    assert line is not None
    page.payments.write_file(line, tmp_path / "pay.csv")
    settle()
    assert "622200001111" in (tmp_path / "pay.csv").read_text(encoding="utf-8-sig")
    assert page.payments.drop_button.isVisible()
    page.payments.paid()
    form = form_of(page, PaidForm)
    for day, refused, wrong in (("2026-09-01", "2026-09-01 不对", ""), ("明天", "", "看不懂")):
        form.edit.setText(day)
        form.verb.click()
        settle()
        assert refused in form.refusal.text
        assert bool(refused) == form.refusal.isVisible()  # what was said before is gone
        assert wrong in form.field.problem.text
    form.edit.setText(TODAY.isoformat())
    form.verb.click()
    settle()
    assert not page.payments.drop_button.isVisible()  # money that is paid is not given up
    assert bill(sqlite_site).status is State.PAID
    assert show(SettlementPage(context_for(SELLER))).views.button(3) is None


def _account_of_two_persons(
    page: SettlementPage, site: Site, supplier: int, settle: Settle
) -> None:
    account = page.payments.open_accounts()
    settle()
    account.add_button.click()
    settle()
    entry = form_of(page, AccountForm)
    entry.supplier.choose(supplier)
    for field, text in ((entry.holder, "康泽医药有限公司"), (entry.bank, "示例银行")):
        typed(field, text)
    typed(entry.number, "12")
    entry.verb.click()
    settle()
    assert "8 到 32 位" in account.state.text()
    payee = enter_payee(
        *site.as_(CLERK),
        EnterPayee(new_op(), EAST, supplier, "康泽医药有限公司", "示例银行", "622200001111"),
    )
    account.refresh()
    settle()
    assert not account.grid.model.index(0, 5).data()  # who entered it does not check it
    check_payee(*site.as_(AUDITOR), CheckPayee(new_op(), EAST, payee))
    account.verb.click()


def test_a_month_is_closed_and_asked_open_again(
    page: SettlementPage, sqlite_site: Site, context_for: Contexts, show: Show, settle: Settle
) -> None:
    assert "关账前还有 1 项" in page.open_button.text()
    confirmed(sqlite_site)
    page.perform(Act.CLOSE_MONTH)
    settle()
    form = form_of(page, CloseForm)
    assert not form.verb.isEnabled()
    form.estimated.setChecked(True)
    form.verb.click()
    settle()
    assert "请写明理由" in form.note_field.problem.text
    form.note.setText("发票十月开出")
    form.verb.click()
    settle()
    page.head.show_month(Period(2026, 9))
    page.refresh()
    settle()
    assert page.head.close_button.text() == "已关账"
    page.perform(Act.CLOSE_MONTH)
    settle()
    again = form_of(page, CloseForm)
    again.ask_button.click()
    reason = form_of(page, ReasonForm)
    reason.reason.setPlainText("九月漏登送货单")
    reason.verb.click()
    settle()
    assert not again.allow_button.isVisible()
    assert "申请开账：九月漏登送货单" in again.trail.text()
    again.reject()
    there = replace(context_for(AUDITOR), scope=page.context.scope)
    other = show(SettlementPage(there))  # who settles nothing, but may allow it
    other.head.show_month(Period(2026, 9))
    other.refresh()
    settle()
    assert other.head.close_button.isVisible()
    other.head.close_button.click()
    settle()
    form_of(other, CloseForm).allow_button.click()
    settle()
    page.refresh()
    settle()
    assert page.head.close_button.text() == "关账"


def test_an_empty_month_keeps_the_keys_and_every_line_is_shown(
    page: SettlementPage, sqlite_site: Site, settle: Settle
) -> None:
    make(sqlite_site)
    page.refresh()
    settle()
    page.statements.grid.focus_rows()
    page.statements.grid.opened.emit(page.statements.grid.current())
    settle()
    lines = form_of(page, LinesForm)
    assert [lines.model.index(n, 0).data() for n in range(2)] == ["2026-09-08", "2026-09-20"]
    lines.verb.click()
    page.statements.panel.buttons[0].setFocus()
    page.head.forth.click()
    page.head.forth.click()
    settle()
    assert page.statements.panel.isHidden()
    focus = QApplication.focusWidget()
    assert focus is None or page.isAncestorOf(focus)
    words = page.statements.grid.overlay.panel.words.text()
    assert "没有消耗" in words
    page.statements.do(Deed.SEND)


def test_who_only_looks_is_offered_reading_only(
    sqlite_site: Site, context_for: Contexts, show: Show, settle: Settle
) -> None:
    used_september(sqlite_site)
    registered(sqlite_site, invoice(1, "434.58"))
    confirmed(sqlite_site)
    matched(sqlite_site)
    keeper = show(SettlementPage(context_for(KEEPER)))
    settle()
    assert set(keeper.statements.panel.offered) == {Deed.LINES, Deed.PDF, Deed.EXCEL}
    assert not keeper.head.close_button.isVisible()
    auditor = show(SettlementPage(context_for(AUDITOR)))
    settle()
    assert date(2026, 9, 1) == auditor.board.first if auditor.board else False
    assert isinstance(AccountsForm(auditor), Form)
