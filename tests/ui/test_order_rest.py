"""部分确认, 余量, 补单 and 补充约定 in the window, each by the person whose work it is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from app.domain.documents import State
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.orders.answer import Offer
from app.services.orders.answering import Answer, answer
from app.services.orders.consolidate import Consolidate, consolidate
from app.services.pledges.supplement import supplements
from app.services.requisition.queries import requisition
from app.ui.context import PageContext
from app.ui.pages.awards.page import AwardsPage
from app.ui.pages.awards.supplements import AskForm, DecideForm
from app.ui.pages.group_orders.answer_forms import AnswerForm, SettleForm
from app.ui.pages.group_orders.page import GroupOrdersPage
from app.ui.pages.group_orders.platform_forms import CheckedForm, ExportForm, ResultForm
from app.ui.pages.group_orders.shortage_flow import ShortForm
from app.ui.tables.cells import plain
from tests.factories import EAST, KANGZE, RUIHE, WEST, Site
from tests.order_needs import (
    AMOXICILLIN,
    INSULIN,
    ask,
    backup_price,
    order_of,
    pledged,
    sign_as,
    status_of,
)
from tests.ui.conftest import Show

ContextFor = Callable[[str], PageContext]
Settle = Callable[[], None]


def opened(page: GroupOrdersPage, settle: Settle) -> GroupOrdersPage:
    """With the first order of the board open."""
    page.open_order(page.board.shown[0])
    settle()
    return page


def test_a_part_is_confirmed_and_the_rest_goes_to_the_backup(
    sqlite_site: Site, context_for: ContextFor, show: Show, settle: Settle
) -> None:
    site = sqlite_site
    backup_price(site)
    wanted = ask(site, EAST, {AMOXICILLIN: 100, INSULIN: 5})
    consolidate(*site.as_("lead_buyer"), Consolidate(new_op(), "常用药第 1 包", (wanted,)))
    row = order_of(site, EAST, KANGZE)
    sign_as(site, "east_head", row)

    page = show(GroupOrdersPage(context_for("kangze_sales")))
    settle()
    opened(page, settle)
    assert page.order.part.isVisible()
    page.order.part.click()
    form = page.asking.form
    assert isinstance(form, AnswerForm)
    form.verb.click()
    assert "不是部分确认" in form.field.problem.text
    assert not form.model.setData(form.model.index(0, 2), "101")
    assert "0 到 100" in form.field.problem.text
    form.model.setData(form.model.index(0, 2), "60")
    form.model.setData(form.model.index(0, 3), "2099-10-30")
    form.verb.click()
    assert "至少写 5 个字" in form.field.problem.text
    form.reason.setPlainText("厂家本月减产")
    form.verb.click()
    settle()
    assert status_of(site, row) == State.ANSWERED
    assert "能供 60 盒 · 10-30 到货" in plain(page.order.model.rows[0].cells[1])
    assert not page.order.part.isVisible()

    buyer = show(GroupOrdersPage(context_for("lead_buyer")))
    settle()
    assert plain(buyer.board.model.rows[0].cells[-1]) == "处理余量"
    opened(buyer, settle)
    assert buyer.order.settle.isVisible()
    buyer.order.settle.click()
    settle()
    rest = buyer.asking.form
    assert isinstance(rest, SettleForm)
    assert "转备选 1 行 ¥164.00（比原价多 ¥9.60）" in rest.sum.text()
    rest.reason.setPlainText("按备选供应")
    rest.verb.click()
    settle()
    backup = order_of(site, EAST, RUIHE)
    assert backup.origin == "backup"
    assert backup.no in buyer.context.notices.kept[0].text
    assert order_of(site, EAST, KANGZE).version == 2


def test_a_late_requisition_joins_at_the_same_prices(
    sqlite_site: Site, context_for: ContextFor, show: Show, settle: Settle
) -> None:
    site = sqlite_site
    wanted = ask(site, EAST, {AMOXICILLIN: 100})
    made = consolidate(*site.as_("lead_buyer"), Consolidate(new_op(), "常用药", (wanted,)))
    ask(site, WEST, {AMOXICILLIN: 40})
    page = show(GroupOrdersPage(context_for("lead_buyer")))
    settle()
    page.start_new()
    settle()
    page.new.into.setCurrentIndex(1)
    settle()
    assert not page.new.name_field.isEnabled()
    assert made.no in page.new.into.currentText()
    page.new.submit.click()
    settle()
    assert [plain(row.cells[0]) for row in page.board.model.rows] == ["城东", "城西 · 补单"]
    assert page.board.header.total.text() == "¥540.40"


def test_the_buyer_sends_back_what_cannot_be_ordered(
    sqlite_site: Site, context_for: ContextFor, show: Show, settle: Settle
) -> None:
    org, number = ask(sqlite_site, WEST, {AMOXICILLIN: 40})
    page = show(GroupOrdersPage(context_for("lead_buyer")))
    page.start_new()
    settle()
    page.new.grid.choose((org, number))
    page.new.send_back.click()
    assert page.flow.form is not None
    page.flow.form.reason.setPlainText("这个品规下月换厂家")
    page.flow.form.verb.click()
    settle()
    assert not page.new.model.rows
    head = requisition(*sqlite_site.as_("west_store"), org, number).head
    assert (head.status, head.returned) == (State.DRAFT, "这个品规下月换厂家")


def test_a_supplement_is_asked_for_and_decided(
    sqlite_site: Site, context_for: ContextFor, show: Show, settle: Settle
) -> None:
    site = sqlite_site
    pledged(site)
    page = show(AwardsPage(context_for("lead_buyer")))
    page.arrive(view="pledges")
    settle()
    page.pledges.grid.choose(1)
    page.pledges.more.click()
    form = page.pledges.supplements.form
    assert isinstance(form, AskForm)
    form.verb.click()
    assert "还没填补充多少" in form.qty_field.problem.text
    form.qty.set_value(20)
    form.reason.setPlainText("流感季用量上升")
    form.verb.click()
    settle()
    [row] = supplements(*site.as_("lead_head"), waiting=True)

    head = show(AwardsPage(context_for("lead_head")))
    head.arrive(view="pledges")
    settle()
    assert head.pledges.decide.text() == "审批补充约定 1"
    head.pledges.decide.click()
    asked = head.pledges.supplements.form
    assert isinstance(asked, DecideForm)
    asked.refuse.click()
    assert "至少写 5 个字" in asked.field.problem.text
    asked.verb.click()
    settle()
    [row] = supplements(*site.as_("lead_head"))
    assert (row.status, row.cap) == ("approved", 1020 * 24)
    assert head.pledges.decide.isHidden()


def test_a_line_without_a_backup_cannot_be_ticked(
    sqlite_site: Site, context_for: ContextFor, show: Show, settle: Settle
) -> None:
    site = sqlite_site
    wanted = ask(site, EAST, {AMOXICILLIN: 100})
    consolidate(*site.as_("lead_buyer"), Consolidate(new_op(), "常用药", (wanted,)))
    row = order_of(site, EAST, KANGZE)
    sign_as(site, "east_head", row)
    part = Answer(new_op(), EAST, row.id, 1, (Offer(1, 24),), "厂家本月减产")
    answer(*site.as_("kangze_sales"), part)
    buyer = show(GroupOrdersPage(context_for("lead_buyer")))
    settle()
    opened(buyer, settle)
    buyer.asking.settle()
    settle()
    form = buyer.asking.form
    assert isinstance(form, SettleForm)
    refused: list[DomainError] = []
    form.model.refused.connect(lambda _key, _column, error: refused.append(error))
    form.model.setData(form.model.index(0, 0), True)
    assert "没有别的供应商" in refused[0].text
    assert form.to_backup == ()


def test_records_for_the_platform_are_exported_and_checked(
    sqlite_site: Site, context_for: ContextFor, show: Show, settle: Settle, own_home: Path
) -> None:
    page = show(GroupOrdersPage(context_for("lead_buyer")))
    settle()
    page.left.export_button.click()
    form = page.platform.form
    assert isinstance(form, ExportForm)
    form.org.choose(EAST)
    form.first.setText("昨天")
    form.verb.click()
    assert form.first_field.problem.text
    form.first.setText("2020-01-01")
    form.last.setText("2019-01-01")
    form.verb.click()
    assert "对调" in form.last_field.problem.text
    form.last.setText("2099-12-31")
    form.verb.click()
    settle()
    result = page.platform.form
    assert isinstance(result, ResultForm)
    assert [row.key for row in result.model.rows] == ["YY101"]
    [file] = own_home.rglob("YY101_0002_*.csv")
    page.platform.check(file)
    settle()
    assert isinstance(page.platform.form, CheckedForm)
    assert page.platform.form.summary.text() == "1 条记录，没有问题。"


def test_a_shortage_after_both_signed_is_declared_agreed_and_settled(
    sqlite_site: Site, context_for: ContextFor, show: Show, settle: Settle, tmp_path: Path
) -> None:
    site = sqlite_site
    backup_price(site)
    wanted = ask(site, EAST, {AMOXICILLIN: 100, INSULIN: 5})
    consolidate(*site.as_("lead_buyer"), Consolidate(new_op(), "常用药第 1 包", (wanted,)))
    for login in ("east_head", "kangze_sales"):
        sign_as(site, login, order_of(site, EAST, KANGZE))

    seller = show(GroupOrdersPage(context_for("kangze_sales")))
    settle()
    opened(seller, settle)
    assert not seller.order.shortage.isVisible()
    seller.order.short.click()
    form = seller.shortages.form
    assert isinstance(form, ShortForm)
    form.verb.click()
    assert "至少填一行" in form.field.problem.text
    assert not form.model.setData(form.model.index(0, 3), "101")
    assert "0 到 100" in form.field.problem.text
    form.model.setData(form.model.index(0, 3), "40")
    form.reason.setPlainText("厂家停产检修，下月才有货")
    form.verb.click()
    settle()
    assert not seller.order.short.isVisible()
    assert "40 盒" in seller.order.shortage.words.text()

    head = show(GroupOrdersPage(context_for("east_head")))
    settle()
    assert plain(head.board.model.rows[0].cells[-1]) == "看缺货"
    opened(head, settle)
    head.order.shortage.agree.click()
    asked = head.shortages.form
    assert asked is not None
    asked.verb.click()
    settle()
    assert not head.order.shortage.agree.isVisible()

    buyer = show(GroupOrdersPage(context_for("lead_buyer")))
    settle()
    opened(buyer, settle)
    buyer.order.shortage.settle.click()
    settle()
    rest = buyer.shortages.form
    assert isinstance(rest, SettleForm)
    assert not rest.field.isVisible()
    rest.verb.click()
    settle()
    assert order_of(site, EAST, RUIHE).origin == "backup"
    assert "缺 40 盒 已终止" in plain(buyer.order.model.rows[0].cells[1])
    files: list[Path] = []
    buyer.desk.open_file = files.append
    buyer.order.shortage.paper.click()
    settle()
    assert "补充说明" in buyer.context.notices.kept[0].text
