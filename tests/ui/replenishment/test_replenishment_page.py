"""智能补货 by keyboard: pick, type, undo, ask; nothing is lost, every figure is explained."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt

from app.domain.documents import State
from app.domain.ids import new_op
from app.services.replenishment.edit import Edit, edit
from app.ui.actions import Act
from app.ui.context import PageContext
from app.ui.pages.replenishment.dialogs import RequestForm
from app.ui.pages.replenishment.page import ReplenishmentPage
from tests.factories import EAST, Site
from tests.replenish_world import AMLODIPINE, AMOXICILLIN, INSULIN, planned, usual
from tests.ui.conftest import Show
from tests.ui.keys import key, press
from tests.ui.replenishment.reading import dialog, heads, kept, text

Settle = Callable[[], None]


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
    assert page.subtitle() == "计算于 10-14 10:30 · 目标 21 天 · 服务水平 95%"
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

    key(page, Qt.Key.Key_Return)
    page.view.panel.reason.setText("社区义诊")
    key(page, Qt.Key.Key_Return)  # from the rows to the reason and back, without the mouse
    settle()
    assert page.window().focusWidget() in page.view.grid.halves.bodies
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
