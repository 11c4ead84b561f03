"""智能补货, one item or all: numbers by hand, terms, successors, targets, own requisitions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from PySide6.QtCore import Qt

from app.domain.documents import State
from app.services.replenishment.successors import successors
from app.services.transfers.listing import transfers
from app.ui.actions import Act
from app.ui.context import PageContext
from app.ui.pages.replenishment.add_form import AddForm
from app.ui.pages.replenishment.dialogs import RequestForm, SettingsForm
from app.ui.pages.replenishment.help_form import HelpForm
from app.ui.pages.replenishment.item_forms import NumberForm, SupplyForm
from app.ui.pages.replenishment.page import ReplenishmentPage
from app.ui.pages.replenishment.stand_in_form import StandInForm
from app.ui.widgets.dialogs import Form
from tests.factories import EAST, TODAY, WEST, Site
from tests.replenish_world import AMLODIPINE, INSULIN, SYRINGE, stocked, usual
from tests.services.replenish.test_deciding import another_maker
from tests.ui.conftest import Show
from tests.ui.keys import key, press
from tests.ui.replenishment.reading import dialog, heads, kept, text

Settle = Callable[[], None]


def test_a_number_by_hand_with_reason_and_end(
    page: ReplenishmentPage, sqlite_site: Site, settle: Settle
) -> None:
    press(page, "d")
    settle()
    form = dialog(page, NumberForm)
    form.low.editor.setText("6901234567892")
    form.high.editor.setText("900")
    form.verb.click()
    assert form.isVisible()
    form.low.editor.setText("100")
    form.verb.click()
    assert "还没写原因" in form.problem.text()
    form.reason.setText("流感季前")
    form.verb.click()
    settle()
    assert kept(sqlite_site).why.by_hand == "levels"
    assert "流感季前" in text(page, AMLODIPINE, "why")
    press(page, "d")
    settle()
    dialog(page, NumberForm).end.click()
    settle()
    assert kept(sqlite_site).why.by_hand == ""


def test_terms_and_substitutes_of_the_line(
    page: ReplenishmentPage, sqlite_site: Site, settle: Settle
) -> None:
    press(page, "t")
    settle()
    assert dialog(page, StandInForm).model.rowCount() == 0
    dialog(page, StandInForm).accept()
    press(page, "g")
    settle()
    form = dialog(page, SupplyForm)
    assert form.case.text == "200"
    form.case.editor.setText("50")
    form.amount.editor.setText("12.5")
    form.verb.click()
    settle()
    assert kept(sqlite_site).why.multiple == 50 * 28
    assert kept(sqlite_site).chosen % (50 * 28) == 0


def test_a_replaced_item_hands_its_history_on(
    page: ReplenishmentPage, sqlite_site: Site, settle: Settle
) -> None:
    other = another_maker(sqlite_site, AMLODIPINE, "YP-009102")
    press(page, "t")
    settle()
    form = dialog(page, StandInForm)
    assert form.back.isHidden()
    form.take.click()
    assert form.replace_form is not None
    form.replace_form.verb.click()
    assert "为什么" in form.replace_form.reason.problem.text
    form.replace_form.reason.editor.setText("中选换厂家")
    form.replace_form.verb.click()
    settle()
    (kept_link,) = successors(*sqlite_site.as_("east_store"), EAST)
    assert (kept_link.link.new, kept_link.reason) == (other, "中选换厂家")


def test_leaving_a_line_out_and_back(
    page: ReplenishmentPage, sqlite_site: Site, settle: Settle
) -> None:
    page.view.panel.leave_out.click()
    settle()
    assert kept(sqlite_site).edit_reason == "不补这行"
    assert text(page, AMLODIPINE, "amount") == "—"
    page.view.panel.offer.click()
    settle()
    assert kept(sqlite_site).chosen == 600 * 28
    assert kept(sqlite_site).picked


def test_other_targets_plan_again_and_keep_edits(
    page: ReplenishmentPage, sqlite_site: Site, settle: Settle
) -> None:
    press(page, "400")
    key(page, Qt.Key.Key_Return)
    settle()
    page.view.adjust.click()
    form = dialog(page, SettingsForm)
    form.target.editor.setText("x")
    form.verb.click()
    assert "不是整数" in form.target.problem.accessibleName() or form.isVisible()
    form.target.editor.setText("0")
    form.verb.click()
    settle()

    assert page.subtitle().endswith("目标 0 天 · 服务水平 95%")
    assert kept(sqlite_site).chosen == 400 * 28
    assert kept(sqlite_site, INSULIN).suggested < 84
    assert "你改过的 1 行没有动" in page.context.notices.kept[0].text


def test_without_a_run_the_page_offers_one(
    sqlite_site: Site, context: PageContext, show: Show, settle: Settle
) -> None:
    usual(sqlite_site)
    page = show(ReplenishmentPage(context))
    settle()
    assert page.subtitle() == "还没有计算过"

    page.view.again.click()
    settle()

    assert page.view.model.rowCount() == 2
    assert "建议补 2 个" in page.context.notices.kept[0].text


def test_own_requisitions_step_by_step(
    page: ReplenishmentPage, sqlite_site: Site, settle: Settle
) -> None:
    page.perform(Act.SUGGEST)
    dialog(page, RequestForm).draft.click()
    settle()
    page.view.requests.click()
    settle()
    requests = page.requests
    assert requests.title.text() == "SQ20261014-001"
    assert requests.lines.rowCount() == 2

    requests.table.focus_rows()
    press(page, "400")
    key(page, Qt.Key.Key_Return)
    settle()
    assert heads(page)[0].amount < 7000

    requests.send.click()
    key(dialog(page, Form), Qt.Key.Key_Return)
    settle()
    assert heads(page)[0].status == State.SUBMITTED
    requests.take_back.click()
    settle()
    assert heads(page)[0].status == State.DRAFT
    requests.give_up.click()
    dialog(page, Form).verb.click()
    settle()
    assert heads(page)[0].status == State.CANCELLED
    assert kept(sqlite_site).status == "open"
    key(page, Qt.Key.Key_Escape)
    assert page.stack.currentWidget() is page.view


def test_an_item_never_used_can_be_added_and_asked_for(
    page: ReplenishmentPage, sqlite_site: Site, settle: Settle
) -> None:
    page.perform(Act.NEW)
    form = dialog(page, AddForm)
    form.verb.click()
    assert form.isVisible()
    press(form, "HC-000104")
    settle()
    form.item.picker._take(form.item.picker.list.item(0))
    form.verb.click()
    settle()
    assert [row.key for row in page.view.model.rows] == [SYRINGE]

    press(page, "200")
    key(page, Qt.Key.Key_Return)
    settle()
    assert kept(sqlite_site, SYRINGE).chosen == 200
    page.view.panel.reason.setText("接种门诊")
    page.view.panel.reason.editingFinished.emit()
    page.perform(Act.SUGGEST)
    dialog(page, RequestForm).verb.click()
    settle()

    assert heads(page)[0].lines == 3


def test_members_are_asked_before_goods_are_bought(
    page: ReplenishmentPage, sqlite_site: Site, settle: Settle
) -> None:
    assert not page.view.footer.first.isVisible()
    stocked(sqlite_site, AMLODIPINE, 300, expiry=TODAY + timedelta(days=70), org=WEST)
    page.refresh()
    settle()
    assert page.view.footer.first.text() == "1 行可先调"
    before = kept(sqlite_site).chosen
    press(page, "x")
    form = dialog(page, HelpForm)
    assert "少买" in form.words.text()
    key(form, Qt.Key.Key_Space)
    assert not form.verb.isEnabled(), "nothing is ticked"
    key(form, Qt.Key.Key_Space)
    form.verb.click()
    settle()
    [asked_for] = transfers(*sqlite_site.as_("east_store"), (EAST,))
    assert asked_for.donor == "城西"
    assert kept(sqlite_site).chosen < before
    assert page.lines.offers == (), "nothing more to ask for"
