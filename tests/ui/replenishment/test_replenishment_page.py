"""智能补货 by keyboard: pick, type, undo, ask; nothing is lost, every figure is explained."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog

from app.domain.documents import State
from app.domain.ids import new_op
from app.services.replenishment.edit import Edit, edit
from app.services.replenishment.successors import successors
from app.services.replenishment.suggestions import SuggestionRow
from app.services.requisition.queries import RequisitionQuery, RequisitionRow, requisitions
from app.ui.actions import Act
from app.ui.context import PageContext
from app.ui.pages.replenishment.add_form import AddForm
from app.ui.pages.replenishment.dialogs import RequestForm, SettingsForm
from app.ui.pages.replenishment.item_forms import NumberForm, SupplyForm
from app.ui.pages.replenishment.page import ReplenishmentPage
from app.ui.pages.replenishment.stand_in_form import StandInForm
from app.ui.widgets.dialogs import Form
from tests.factories import EAST, Site
from tests.replenish_world import AMLODIPINE, AMOXICILLIN, INSULIN, SYRINGE, line, planned, usual
from tests.services.replenish.test_deciding import another_maker
from tests.ui.conftest import Show
from tests.ui.keys import key, press

Settle = Callable[[], None]


@pytest.fixture
def page(sqlite_site: Site, context: PageContext, show: Show, settle: Settle) -> ReplenishmentPage:
    """The page on the suggestions of the east clinic."""
    usual(sqlite_site)
    planned(sqlite_site)
    made = show(ReplenishmentPage(context))
    settle()
    made.view.show_view("")
    return made


def text(page: ReplenishmentPage, item: int, column: str) -> str:
    model = page.view.model
    place = model.positions[column]
    return str(model.index(model.position_of(item), place).data())


def dialog(page: ReplenishmentPage, cls: type[QDialog]) -> Any:
    return next(form for form in page.findChildren(cls) if form.isVisible())


def heads(page: ReplenishmentPage) -> tuple[RequisitionRow, ...]:
    return requisitions(page.context.db, page.context.actor, RequisitionQuery(EAST))


def kept(site: Site, item: int = AMLODIPINE) -> SuggestionRow:
    return line(site, item)


def test_it_opens_on_the_worst_line_with_its_sum(page: ReplenishmentPage) -> None:
    current = page.view.current
    assert current is not None
    assert current.item_id == AMLODIPINE
    assert text(page, AMLODIPINE, "why") == "不足 7 天 按整件凑整 +185"
    assert text(page, AMLODIPINE, "days") == "3 天"
    assert page.view.chips[""].text() == "全部 2"
    assert page.view.chips["short"].text() == "不足 7 天 2"
    assert page.view.footer.picked.text() == "已选 2 行"
    assert page.view.footer.suppliers.text() == "2 家供应商"
    assert page.subtitle() == "计算于 10-14 10:30"
    assert page.view.aims.text() == "目标 21 天 · 服务水平 95%"
    assert page.view.panel.name.text() == "苯磺酸氨氯地平片"
    assert page.view.panel.offer.text() == "改成 400 盒，约可用 24 天"


def test_digits_typed_on_a_row_change_its_quantity_at_once(
    page: ReplenishmentPage, sqlite_site: Site, settle: Settle
) -> None:
    press(page, "400")
    key(page, Qt.Key.Key_Return)
    settle()

    assert text(page, AMLODIPINE, "qty") == "400"
    assert text(page, AMLODIPINE, "amount") == "2,352.00"
    assert text(page, AMLODIPINE, "why") == "不足 7 天 建议 600 盒 · 我改的"
    assert page.view.chips["edited"].text() == "我改过的 1"
    assert page.view.panel.offer.text() == "改回建议的 600 盒"
    assert kept(sqlite_site).chosen == 400 * 28
    assert "改过 1 行，已保存" in page.counts()
    assert not page.view.model.marks


def test_ctrl_z_takes_a_change_back_everywhere(
    page: ReplenishmentPage, sqlite_site: Site, settle: Settle
) -> None:
    press(page, "400")
    key(page, Qt.Key.Key_Return)
    page.perform(Act.UNDO)
    settle()
    assert text(page, AMLODIPINE, "qty") == "600"
    assert kept(sqlite_site).chosen == 600 * 28
    assert not kept(sqlite_site).edited

    page.perform(Act.REDO)
    settle()
    assert kept(sqlite_site).chosen == 400 * 28


def test_quick_changes_of_one_line_keep_their_order(
    page: ReplenishmentPage, sqlite_site: Site, settle: Settle
) -> None:
    for quantity in ("200", "400", "800", "200"):
        press(page, quantity)
        key(page, Qt.Key.Key_Return)
    settle()

    assert kept(sqlite_site).chosen == 200 * 28
    assert text(page, AMLODIPINE, "qty") == "200"


def test_what_is_not_delivered_is_refused_with_what_is(
    page: ReplenishmentPage, sqlite_site: Site, settle: Settle
) -> None:
    press(page, "500")
    key(page, Qt.Key.Key_Return)
    settle()

    # Beside the line it is about, where no notice covers the reason.
    assert "可填 400 或 600 盒" in page.view.panel.caution.text()
    assert page.context.notices.kept == []
    assert text(page, AMLODIPINE, "qty") == "600"
    assert kept(sqlite_site).chosen == 600 * 28


def test_space_and_arrows_pick_lines(
    page: ReplenishmentPage, sqlite_site: Site, settle: Settle
) -> None:
    key(page, Qt.Key.Key_Space)
    key(page, Qt.Key.Key_Down)
    settle()

    current = page.view.current
    assert current is not None
    assert current.item_id == INSULIN
    assert page.view.footer.picked.text() == "已选 1 行"
    assert not kept(sqlite_site).picked
    key(page, Qt.Key.Key_Up)
    key(page, Qt.Key.Key_Space)
    settle()
    assert page.view.footer.picked.text() == "已选 2 行"


def test_f4_spells_out_the_effect_and_asks_once(
    page: ReplenishmentPage, sqlite_site: Site, settle: Settle
) -> None:
    press(page, "400")
    key(page, Qt.Key.Key_Return)
    page.perform(Act.SUGGEST)
    form = dialog(page, RequestForm)
    form.note.setText("十月第二次")
    key(form, Qt.Key.Key_Return)
    settle()

    made = heads(page)
    assert [(head.status, head.lines, head.note) for head in made] == [
        (State.SUBMITTED, 2, "十月第二次")
    ]
    assert page.context.notices.kept[0].text.startswith("已提交采购申请 SQ20261014-001，2 行")
    assert page.view.requests.text() == "采购申请 1"
    assert page.view.model.rowCount() == 0
    assert kept(sqlite_site).status == "requested"


def test_f4_from_another_page_waits_for_the_lines(
    sqlite_site: Site, context: PageContext, show: Show, settle: Settle
) -> None:
    usual(sqlite_site)
    planned(sqlite_site)
    page = show(ReplenishmentPage(context))
    page.perform(Act.SUGGEST)
    settle()

    assert dialog(page, RequestForm).verb.text() == "提交申请"


def test_the_notice_takes_a_requisition_back(
    page: ReplenishmentPage, sqlite_site: Site, settle: Settle
) -> None:
    page.perform(Act.SUGGEST)
    dialog(page, RequestForm).draft.click()
    settle()
    assert heads(page)[0].status == State.DRAFT
    undo = page.context.notices.kept[0].act
    assert undo is not None
    undo()
    settle()

    assert heads(page)[0].status == State.CANCELLED
    assert page.view.model.rowCount() == 2
    assert kept(sqlite_site).picked


def test_nothing_picked_says_what_to_do(page: ReplenishmentPage, settle: Settle) -> None:
    for _row in range(2):
        key(page, Qt.Key.Key_Space)
        key(page, Qt.Key.Key_Down)
    settle()
    page.perform(Act.SUGGEST)

    assert "用空格键选几行" in page.context.notices.kept[0].text
    assert heads(page) == ()


def test_somebody_elses_change_is_shown_not_overwritten(
    page: ReplenishmentPage, sqlite_site: Site, settle: Settle
) -> None:
    seen = kept(sqlite_site)
    other = Edit(new_op(), EAST, seen.place_id, AMLODIPINE, seen.version, 800 * 28, reason="义诊")
    edit(*sqlite_site.as_("east_second"), other)

    press(page, "400")
    key(page, Qt.Key.Key_Return)
    settle()

    assert "孙复 10:30 改过这一行" in page.context.notices.kept[0].text
    assert text(page, AMLODIPINE, "qty") == "800"
    assert kept(sqlite_site).chosen == 800 * 28


def test_far_more_asks_for_a_reason_in_place(
    page: ReplenishmentPage, sqlite_site: Site, settle: Settle
) -> None:
    press(page, "2000")
    key(page, Qt.Key.Key_Return)
    settle()
    assert page.view.panel.reason.placeholderText() == "比建议多很多，请写原因"
    assert "请写原因" in page.view.panel.caution.text()
    page.perform(Act.SUGGEST)
    form = dialog(page, RequestForm)
    assert form.verb.text() == "先提交没疑问的 1 行"
    assert not form.everything.isVisible()
    form.cancel.click()
    settle()
    assert heads(page) == ()
    assert page.view.view == "look"
    assert page.view.chips["look"].text() == "要看的 1"

    page.view.panel.reason.setText("社区义诊")
    page.view.panel.reason.editingFinished.emit()
    settle()
    assert kept(sqlite_site).edit_reason == "社区义诊"
    assert text(page, AMLODIPINE, "why").endswith("社区义诊")


def test_safe_lines_go_and_the_others_stay_to_be_looked_at(
    page: ReplenishmentPage, sqlite_site: Site, settle: Settle
) -> None:
    press(page, "2000")
    key(page, Qt.Key.Key_Return)
    settle()
    page.perform(Act.SUGGEST)
    key(dialog(page, RequestForm), Qt.Key.Key_Return)
    settle()
    assert [(head.lines, head.status) for head in heads(page)] == [(1, State.SUBMITTED)]
    assert kept(sqlite_site).status == "open"
    page.view.show_view("look")
    press(page, "y")
    settle()
    assert kept(sqlite_site).edit_reason == "已核对"
    assert page.view.chips["look"].text() == "要看的 0"


def test_a_number_by_hand_with_reason_and_end(
    page: ReplenishmentPage, sqlite_site: Site, settle: Settle
) -> None:
    press(page, "d")
    settle()
    form = dialog(page, NumberForm)
    form.low.editor.setText("6901234567892")
    form.high.editor.setText("900")
    form.submit()
    assert form.isVisible()
    form.low.editor.setText("100")
    form.submit()
    assert "还没写原因" in form.problem.text()
    form.reason.setText("流感季前")
    form.submit()
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
    form.submit()
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
    form.replace_form.submit()
    assert "为什么" in form.replace_form.reason.problem.text
    form.replace_form.reason.editor.setText("中选换厂家")
    form.replace_form.submit()
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


def test_quick_views_and_search(page: ReplenishmentPage, settle: Settle) -> None:
    page.view.chips["calm"].click()
    assert page.view.model.rowCount() == 0
    page.view.chips[""].click()
    page.perform(Act.SEARCH)
    press(page, "HC-")
    settle()
    assert page.view.model.rowCount() == 0
    page.view.search.setText("胰岛素")
    assert page.view.model.rowCount() == 1
    key(page, Qt.Key.Key_Escape)
    assert page.view.model.rowCount() == 2


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

    assert page.view.aims.text() == "目标 0 天 · 服务水平 95%"
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


def test_it_fits_and_reads_in_large_text_and_dark(
    page: ReplenishmentPage, settle: Settle, qapp: object
) -> None:
    from app.ui import theme

    theme.apply(dark=True, density_now=theme.Density.LARGE)
    settle()
    assert page.minimumSizeHint().width() <= 1186
    assert page.minimumSizeHint().height() <= 641
    assert AMOXICILLIN not in {row.key for row in page.view.model.rows}


def test_a_search_finds_every_planned_item(page: ReplenishmentPage, settle: Settle) -> None:
    page.perform(Act.SEARCH)
    press(page, "YP-000101")
    settle()

    assert [row.key for row in page.view.model.rows] == [AMOXICILLIN]
    assert page.view.chips[""].text() == "全部 2"
    key(page, Qt.Key.Key_Escape)
    assert page.view.model.rowCount() == 2


def test_an_item_never_used_can_be_added_and_asked_for(
    page: ReplenishmentPage, sqlite_site: Site, settle: Settle
) -> None:
    page.perform(Act.NEW)
    form = dialog(page, AddForm)
    form.verb.click()
    assert form.isVisible()
    press(form, "HC-000104")
    settle()
    form.picker._take(form.picker.list.item(0))
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


def test_what_is_being_typed_survives_news_of_others(
    page: ReplenishmentPage, sqlite_site: Site, settle: Settle
) -> None:
    press(page, "40")
    seen = kept(sqlite_site, INSULIN)
    other = Edit(new_op(), EAST, seen.place_id, INSULIN, seen.version, 5)
    edit(*sqlite_site.as_("east_second"), other)
    page.refresh()
    settle()
    press(page, "0")
    key(page, Qt.Key.Key_Return)
    settle()

    assert kept(sqlite_site).chosen == 400 * 28
