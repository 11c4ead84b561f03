"""统采分签 by hand: the buyer, a member's head and a supplier, each in the window."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt

from app.domain.documents import State
from app.domain.ids import new_op
from app.domain.orders.signing import Decision
from app.services.orders.queries import GroupsWanted, group_orders
from app.services.orders.signing import Sign, sign
from app.ui.actions import Act
from app.ui.context import PageContext
from app.ui.notices import Notice
from app.ui.pages.group_orders.dialogs import AmendForm, SignForm
from app.ui.pages.group_orders.page import GroupOrdersPage
from app.ui.tables.cells import plain
from app.ui.widgets.dialogs import ReasonForm, TypeToConfirm
from tests.factories import EAST, KANGZE, RUIHE, WEST, Site
from tests.order_needs import AMOXICILLIN, SYRINGE, ask, open_order, order_of, sign_as
from tests.ui.conftest import Show
from tests.ui.keys import key

ContextFor = Callable[[str], PageContext]
Settle = Callable[[], None]


@pytest.fixture
def page_for(
    context_for: ContextFor, show: Show, settle: Settle
) -> Callable[[str], GroupOrdersPage]:
    """The page as a person sees it, with everything read."""

    def make(login: str) -> GroupOrdersPage:
        page = show(GroupOrdersPage(context_for(login)))
        settle()
        return page

    return make


PageFor = Callable[[str], GroupOrdersPage]


def told(page: GroupOrdersPage) -> list[str]:
    kept: list[Notice] = page.context.notices.kept
    return [notice.text for notice in kept]


def cells(page: GroupOrdersPage) -> list[list[str]]:
    return [[plain(cell) for cell in row.cells] for row in page.board.model.rows]


def drafts(page: GroupOrdersPage) -> int:
    return len(page.new.drafts.rows)


def test_the_buyer_sees_progress_demand_and_board(sqlite_site: Site, page_for: PageFor) -> None:
    open_order(sqlite_site)
    page = page_for("lead_buyer")

    assert page.board.header.done.text() == "已签 0 / 4"
    assert page.board.header.total.text() == "¥1,159.40"
    assert page.board.demand.totals is not None
    assert page.board.demand.totals.words[2:4] == ("680.00", "479.40")
    assert cells(page)[0][:4] == ["城东", "康泽", "386.00", "待成员签署"]
    assert cells(page)[0][5] == "等成员先签"
    assert cells(page)[0][-1] == "催签"


def test_a_new_group_order_from_the_picked_requisitions(
    sqlite_site: Site, page_for: PageFor, settle: Settle
) -> None:
    ask(sqlite_site, EAST, {AMOXICILLIN: 100})
    ask(sqlite_site, WEST, {SYRINGE: 500})
    page = page_for("lead_buyer")

    assert page.perform(Act.CONSOLIDATE)
    settle()
    assert drafts(page) == 2
    page.new.classes.choose("consumable")
    settle()
    assert drafts(page) == 1
    page.new.classes.choose("")
    settle()
    assert drafts(page) == 2
    page.new.model.setData(page.new.model.index(1, 0), False)
    settle()
    assert drafts(page) == 1
    page.perform(Act.SUBMIT)
    assert page.new.name_field.problem.text
    page.new.name.setText("急救药补采")
    page.perform(Act.SUBMIT)
    settle()

    assert page.stack.currentWidget() is page.board
    assert page.board.header.title.text() == "急救药补采"
    assert [row[0] for row in cells(page)] == ["城东"]
    assert "已拆成 1 张成员订单" in told(page)[0]


def test_what_stands_in_the_way_is_shown_before_anything_is_written(
    sqlite_site: Site, page_for: PageFor, settle: Settle
) -> None:
    from datetime import date

    from app.models.price import Price

    with sqlite_site.owner.write() as s:
        row = s.get_one(Price, sqlite_site.world.prices[AMOXICILLIN])
        row.valid_to = date(2026, 10, 1)
    ask(sqlite_site, EAST, {AMOXICILLIN: 100})
    page = page_for("lead_buyer")
    page.start_new()
    settle()

    assert page.new.area.isVisible()
    page.new.name.setText("常用药")
    page.perform(Act.SUBMIT)
    settle()
    assert "没有有效价格" in told(page)[0]
    assert not group_orders(*sqlite_site.as_("lead_buyer"), GroupsWanted())


def test_a_head_signs_after_reading_the_effect(
    sqlite_site: Site, page_for: PageFor, settle: Settle
) -> None:
    open_order(sqlite_site)
    page = page_for("east_head")
    assert page.board.header.sign.text() == "签署 2 张"
    page.board.grid.focus_rows()

    key(page.board.grid.halves.right, Qt.Key.Key_Return)
    settle()
    assert page.stack.currentWidget() is page.order
    assert page.order.sign.isVisible()
    assert not page.order.amend.isVisible()
    page.perform(Act.SIGN)
    form = page.asking.form
    assert isinstance(form, SignForm)
    form.verb.click()
    settle()

    assert order_of(sqlite_site, EAST, KANGZE).state is State.MEMBER_SIGNED
    assert page.order.state.text() == "待供应商签署"
    key(page.order.grid.halves.right, Qt.Key.Key_Escape)
    assert page.stack.currentWidget() is page.board


def test_a_supplier_signs_all_that_wait_at_once(
    sqlite_site: Site, page_for: PageFor, settle: Settle
) -> None:
    open_order(sqlite_site)
    sign_as(sqlite_site, "east_head", order_of(sqlite_site, EAST, KANGZE))
    sign_as(sqlite_site, "west_head", order_of(sqlite_site, WEST, KANGZE))
    page = page_for("kangze_sales")
    assert {row[1] for row in cells(page)} == {"康泽"}

    page.board.header.sign.click()
    assert page.asking.form is not None
    page.asking.form.verb.click()
    settle()

    assert order_of(sqlite_site, EAST, KANGZE).state is State.SIGNED
    assert order_of(sqlite_site, WEST, KANGZE).state is State.SIGNED
    assert told(page)[0] == "已签 2 张。"
    assert page.board.header.done.text() == "已签 2 / 2"


def test_a_refusal_needs_a_reason_and_the_buyer_amends(
    sqlite_site: Site, page_for: PageFor, settle: Settle
) -> None:
    open_order(sqlite_site)
    head = page_for("east_head")
    head.open_order(order_of(sqlite_site, EAST, KANGZE))
    settle()
    head.order.refuse.click()
    form = head.asking.form
    assert isinstance(form, ReasonForm)
    form.verb.click()
    assert form.field.problem.text
    form.reason.setPlainText("数量订多了，请减半")
    form.verb.click()
    settle()

    buyer = page_for("lead_buyer")
    assert cells(buyer)[0][3] == "拒签"
    assert cells(buyer)[0][-1] == "看原因"
    buyer.board.asked.emit(buyer.board.model.rows[0].record)
    settle()
    buyer.order.amend.click()
    amend = buyer.asking.form
    assert isinstance(amend, AmendForm)
    assert "数量订多了" in amend.text
    amend.model.setData(amend.model.index(0, 2), "500")
    assert "只能改小" in amend.field.problem.text
    amend.model.setData(amend.model.index(0, 2), "50")
    amend.verb.click()
    settle()

    row = order_of(sqlite_site, EAST, KANGZE)
    assert (row.version, row.state, row.amount) == (2, State.TO_SIGN, Decimal("193.00"))
    assert buyer.board.header.total.text() == "¥966.40"


def test_somebody_signed_first_is_told_and_shown(
    sqlite_site: Site, page_for: PageFor, settle: Settle
) -> None:
    open_order(sqlite_site)
    page = page_for("east_head")
    row = order_of(sqlite_site, EAST, KANGZE)
    sign(
        *sqlite_site.as_("east_head"),
        Sign(new_op(), EAST, row.id, 1, Decision.REFUSED, "另一个窗口先拒签了"),
    )

    page.desk.sign([row])
    settle()

    assert "拒签过" in told(page)[0]
    assert cells(page)[0][3] == "拒签"


def test_cancelling_a_signed_order_asks_twice(
    sqlite_site: Site, page_for: PageFor, settle: Settle
) -> None:
    open_order(sqlite_site)
    row = order_of(sqlite_site, EAST, KANGZE)
    sign_as(sqlite_site, "east_head", row)
    sign_as(sqlite_site, "kangze_sales", row)
    page = page_for("lead_buyer")
    page.open_order(order_of(sqlite_site, EAST, KANGZE))
    settle()

    page.order.cancel.click()
    form = page.asking.form
    assert isinstance(form, ReasonForm)
    form.reason.setPlainText("供应商断货，另找一家")
    form.verb.click()
    assert order_of(sqlite_site, EAST, KANGZE).state is State.SIGNED
    [sure] = page.findChildren(TypeToConfirm)
    sure.edit.setText("作废")
    sure.verb.click()
    settle()

    assert order_of(sqlite_site, EAST, KANGZE).state is State.CANCELLED


def test_papers_are_written_and_can_be_opened(
    sqlite_site: Site, page_for: PageFor, settle: Settle
) -> None:
    open_order(sqlite_site)
    page = page_for("lead_buyer")
    opened: list[Path] = []
    page.desk.open_file = opened.append

    page.board.header.pdf.click()
    settle()
    notice = page.context.notices.kept[0]
    assert notice.act is not None
    notice.act()
    assert len(list(opened[0].glob("*.pdf"))) == 4
    page.board.grid.focus_rows()
    page.perform(Act.PRINT)
    settle()
    assert "已生成 CG20261014-001_城东_康泽_订单.pdf" in told(page)[0]


def test_urging_is_counted_on_the_board(
    sqlite_site: Site, page_for: PageFor, settle: Settle
) -> None:
    open_order(sqlite_site)
    page = page_for("lead_buyer")

    page.board.header.urge.click()
    assert page.asking.form is not None
    page.asking.form.verb.click()
    settle()

    assert "催过 1 次" in cells(page)[0][4]
    assert told(page)[0].startswith("已催签 4 张")


def test_views_search_and_empty_words(sqlite_site: Site, page_for: PageFor, settle: Settle) -> None:
    page = page_for("lead_buyer")
    assert page.stack.currentWidget() is page.nothing
    assert page.nothing.button.text() == "新建统采"
    open_order(sqlite_site)
    page.refresh()
    settle()
    page.board.chips["signed"].click()
    assert not page.board.model.rows
    page.search.setText("没有这个")
    settle()
    assert "没有名称或单号" in page.nothing.words.text()
    page.search.clear()
    settle()
    assert page.stack.currentWidget() is page.board


def test_another_group_order_is_chosen_while_an_order_is_open(
    sqlite_site: Site, page_for: PageFor, settle: Settle
) -> None:
    first = open_order(sqlite_site, "第 1 包")
    open_order(sqlite_site, "第 2 包")
    page = page_for("lead_buyer")
    page.arrive(member_order_id=order_of(sqlite_site, EAST, KANGZE).id)
    settle()
    assert page.stack.currentWidget() is page.order

    page.refresh()
    settle()
    assert page.stack.currentWidget() is page.order
    page.list.choose(first.group_order_id)
    settle()
    assert page.stack.currentWidget() is page.board
    assert page.board.header.title.text() == "第 1 包"


def test_an_order_reached_from_elsewhere_brings_its_group_along(
    sqlite_site: Site, page_for: PageFor, settle: Settle
) -> None:
    open_order(sqlite_site, "第 1 包")
    old = order_of(sqlite_site, EAST, KANGZE)
    open_order(sqlite_site, "第 2 包")
    page = page_for("kangze_sales")
    page.arrive(member_order_id=old.id)
    settle()

    assert page.stack.currentWidget() is page.order
    assert page.list.current is not None
    assert page.list.current.title == "第 1 包"
    key(page.order, Qt.Key.Key_Escape)
    settle()
    assert page.board.header.title.text() == "第 1 包"


def test_the_page_begins_with_what_waits_for_me(sqlite_site: Site, page_for: PageFor) -> None:
    open_order(sqlite_site, "第 1 包")
    open_order(sqlite_site, "第 2 包")
    for supplier in (KANGZE, RUIHE):
        sign_as(sqlite_site, "east_head", order_of(sqlite_site, EAST, supplier))

    page = page_for("east_head")

    assert page.list.current is not None
    assert (page.list.current.title, page.list.current.mine) == ("第 1 包", 2)


def test_the_list_is_a_sound_model_and_enter_goes_to_the_orders(
    sqlite_site: Site, page_for: PageFor, qtmodeltester: Any
) -> None:
    open_order(sqlite_site)
    page = page_for("lead_buyer")

    qtmodeltester.check(page.list.groups)
    words = page.list.groups.data(page.list.groups.index(0, 0))
    assert words.startswith("常用药第 1 包 2 家成员")
    assert words.endswith("分签中 0 / 4")
    page.list.setFocus()
    key(page.list, Qt.Key.Key_Return)
    current = page.board.current()
    assert current is not None
    assert current.no == "CG20261014-001"
