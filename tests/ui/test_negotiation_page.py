"""集中议价 in the window: choose, explain, confirm a need, hand in a quote."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from app.domain.bidding.scoring import Criterion
from app.domain.documents import State
from app.domain.errors import NotAllowedError
from app.domain.ids import new_op
from app.services.negotiation.comparison import comparison
from app.services.negotiation.items import AddItems, add_items
from app.services.negotiation.papers import (
    CheckPaper,
    PutPaper,
    check_paper,
    papers,
    put_paper,
)
from app.services.negotiation.project import CreateProject, create_project
from app.services.negotiation.queries import items, members, needs, projects
from app.services.negotiation.quotes import own_quote
from app.ui.actions import Act
from app.ui.context import PageContext
from app.ui.pages.negotiation.forms import AskForm, DeadlineForm, ProjectForm
from app.ui.pages.negotiation.page import NegotiationPage
from app.ui.pages.negotiation.score_form import ScoreForm
from app.ui.pages.negotiation.share_form import ShareForm
from app.ui.pages.negotiation.terms_forms import DismissForm, FailForm, TrailForm
from app.ui.widgets.dialogs import Form
from tests.conftest import FixedClock
from tests.factories import EAST, KANGZE, RUIHE, Site
from tests.services.negotiation.helpers import ITEMS, Deal, invited, make_use
from tests.services.negotiation.test_steps import FIRST, asked
from tests.ui.conftest import Show

Settle = Callable[[], None]
Contexts = Callable[[str], PageContext]


@pytest.fixture
def deal(sqlite_site: Site, clock: FixedClock) -> Deal:
    """A project after its first round."""
    made = invited(sqlite_site, clock)
    made.first_round(FIRST)
    return made


@pytest.fixture
def page(deal: Deal, context_for: Contexts, show: Show, settle: Settle) -> NegotiationPage:
    """The comparison as the buyer sees it."""
    assert deal.id
    shown = show(NegotiationPage(context_for("lead_buyer")))
    settle()
    return shown


def question(page: NegotiationPage) -> Form:
    """The dialog that is open."""
    forms = [form for form in page.findChildren(Form) if form.isVisible()]
    assert len(forms) == 1
    return forms[0]


def cells(page: NegotiationPage, row: int) -> list[str]:
    assert page.compare.grid is not None
    model = page.compare.grid.model
    return [str(model.index(row, place).data()) for place in range(model.columnCount())]


def test_the_grid_tells_prices_reductions_and_what_is_missing(page: NegotiationPage) -> None:
    assert page.stack.currentWidget() is page.compare
    assert cells(page, 0)[3:] == ["3.80 ↓ 1.6%", "3.70 ↓ 4.1%", "未选"]
    assert cells(page, 2)[3:5] == ["42.50 ↑ 0.5%", "未报价"]
    assert page.compare.chips["missing"].text() == "缺报价 2"
    page.compare.show_view("missing")


def test_the_lowest_is_chosen_at_once_and_saved(
    page: NegotiationPage, deal: Deal, settle: Settle
) -> None:
    page.compare.pick_number(2)
    settle()

    draft = comparison(*deal.site.as_("lead_buyer"), deal.id).draft
    assert [one.supplier_id for one in draft[1]] == [RUIHE]
    assert cells(page, 0)[-1] == "瑞和 3.70 ↓ 4.1%"
    assert page.compare.reason_card.title.text() == "选了最低价"


def test_not_the_lowest_waits_for_its_reason(
    page: NegotiationPage, deal: Deal, settle: Settle
) -> None:
    page.compare.pick_number(1)
    settle()
    card = page.compare.reason_card
    assert card.asks
    assert card.reason.hasFocus()
    assert comparison(*deal.site.as_("lead_buyer"), deal.id).draft == {}

    QTest.keyClicks(card.reason, "tai duan")
    QTest.keyClick(card.reason, Qt.Key.Key_Return)
    settle()
    assert comparison(*deal.site.as_("lead_buyer"), deal.id).draft == {}
    page.refresh()  # time goes on: what is typed stays
    settle()
    assert card.reason.text() == "tai duan"
    page.asking.close()
    assert "还没写理由" in page.context.notices.kept[0].text
    assert page.project is not None
    assert page.project.state is State.BARGAINING

    card.reason.setText("瑞和无冷链资质，康泽为次低价")
    QTest.keyClick(card.reason, Qt.Key.Key_Return)
    settle()
    assert page.compare.grid is not None
    assert page.compare.grid.halves.right.hasFocus()
    draft = comparison(*deal.site.as_("lead_buyer"), deal.id).draft
    assert [one.supplier_id for one in draft[1]] == [KANGZE]
    assert not card.asks


def test_a_click_on_a_price_chooses_it(page: NegotiationPage, deal: Deal, settle: Settle) -> None:
    grid = page.compare.grid
    assert grid is not None
    grid.halves.right.clicked.emit(grid.model.index(1, 4))
    settle()
    assert 2 in comparison(*deal.site.as_("lead_buyer"), deal.id).draft


def test_weights_are_kept_and_the_review_begins(
    page: NegotiationPage, deal: Deal, settle: Settle
) -> None:
    page.asking.scores()
    settle()
    form = question(page)
    assert isinstance(form, ScoreForm)
    before = form.sums[0].text()
    form.weights[Criterion.PRICE].setText("六十")
    assert form.sums[0].text() != before
    form.verb.click()
    assert "0 到 100 的整数" in form.problem.text()
    form.weights[Criterion.PRICE].setText("60")
    assert form.sums[0].text() == before
    form.verb.click()
    settle()
    assert page.primary.text() == "开始第 2 轮"
    page.asking.close()
    question(page).verb.click()
    settle()
    assert projects(*deal.site.as_("lead_buyer"))[0].state is State.REVIEWING


def test_a_project_is_made_of_what_was_typed(
    page: NegotiationPage, deal: Deal, settle: Settle
) -> None:
    page.asking.new_project()
    form = question(page)
    assert isinstance(form, ProjectForm)
    for figure in (form.growth, form.count):  # room for it beside the frame
        assert figure.width() > figure.fontMetrics().horizontalAdvance(figure.text()) + 16
    form.title.setText("2027 年第 1 季度")
    for field, wrong, told in (
        (form.start, "明年", "日期「明年」看不懂"),
        (form.end, "2020-12-31", "截止日应晚于开始日"),
        (form.growth_field, "101", "-50 到 100 的整数"),
        (form.count_field, "很多", "1 到 2000 的整数"),
    ):
        edit = field.editor
        assert isinstance(edit, QLineEdit)
        right = edit.text()
        edit.setText(wrong)
        form.verb.click()
        assert form.isVisible()
        assert told in field.problem.text
        edit.setText(right)
    form.growth.setText("５")
    form.verb.click()
    settle()
    made = next(one for one in projects(*deal.site.as_("lead_buyer")) if one.id != deal.id)
    assert (made.title, made.growth) == ("2027 年第 1 季度", 50)


def test_a_deadline_is_typed_as_people_write_it(page: NegotiationPage, settle: Settle) -> None:
    page.asking.next_step()
    settle()
    form = question(page)
    assert isinstance(form, DeadlineForm)
    edit = form.edit.editor
    assert isinstance(edit, QLineEdit)
    edit.setText("后天")
    form.verb.click()
    assert "看不懂" in form.edit.problem.text
    edit.setText("2026/12/1")
    form.verb.click()
    assert f"{form.deadline:%m-%d %H:%M %z}" == "12-01 17:00 +0800"


def test_a_member_s_head_confirms_the_need(
    sqlite_site: Site, clock: FixedClock, context_for: Contexts, show: Show, settle: Settle
) -> None:
    project = asked(sqlite_site, clock)
    page = show(NegotiationPage(context_for("east_head")))
    settle()
    view = page.prepare
    assert page.stack.currentWidget() is view
    place = view.needs.positions["pledge"]
    assert view.needs.setData(view.needs.index(0, place), "100")

    view.confirm.click()
    question(page).verb.click()
    settle()

    found = {one.org_id: one for one in members(*sqlite_site.as_("east_head"), project)}
    assert found[EAST].confirmed_by == "张主任"
    assert not view.confirm.isVisible()


def test_a_supplier_types_its_prices_and_hands_them_in(
    sqlite_site: Site, clock: FixedClock, context_for: Contexts, show: Show, settle: Settle
) -> None:
    deal = invited(sqlite_site, clock)
    deal.start()
    page = show(NegotiationPage(context_for("kangze_sales")))
    settle()
    model = page.own.model
    place = model.positions["price"]
    assert model.setData(model.index(0, place), "3.75")
    assert not model.setData(model.index(1, place), "1e3")
    assert model.setData(model.index(2, place), "放弃")
    assert model.setData(model.index(0, model.positions["note"]), "5,000 盒以内, 先款")
    assert model.rows[0].raw[-1] == "5,000 盒以内, 先款"
    assert page.counts() == f"已填 2/{model.rowCount()} 个品规"
    hints = page.keys()
    assert [hint.text for hint in hints] == ["导入报价单", "提交报价"]

    assert page.perform(Act.SUBMIT)
    question(page).verb.click()
    settle()

    quote = own_quote(*sqlite_site.as_("kangze_sales"), deal.id)
    assert quote.version == 1
    assert [(str(one.price), one.given_up) for one in quote.rows[:3]] == [
        ("3.7500", False), ("None", False), ("None", True),
    ]  # fmt: skip
    assert "已提交" in page.own.state.text()


def test_a_line_is_shared_when_the_shares_are_the_whole(
    page: NegotiationPage, deal: Deal, settle: Settle
) -> None:
    page.asking.split()
    form = question(page)
    assert isinstance(form, ShareForm)
    cheap, dear = form.shares.values()
    cheap.setText("70")
    dear.setText("20")
    form.verb.click()
    assert form.isVisible()
    assert form.sum.text() == "合计 90%，还差 10%"
    dear.setText("30")
    form.verb.click()
    assert form.isVisible()  # the dearer one needs its reason
    form.reason.setText("两家分担断供风险，价差一角")
    form.verb.click()
    settle()

    draft = comparison(*deal.site.as_("lead_buyer"), deal.id).draft
    assert [(one.supplier_id, one.share) for one in draft[1]] == [(RUIHE, 700), (KANGZE, 300)]
    assert cells(page, 0)[-1].startswith("2 家 3.73 70/30")


def test_a_line_fails_a_supplier_leaves_and_the_trail_tells_it(
    page: NegotiationPage, deal: Deal, settle: Settle
) -> None:
    page.asking.fail()
    settle()
    form = question(page)
    assert isinstance(form, FailForm)
    form.reason.setPlainText("质量层次不符")
    form.verb.click()
    settle()
    page.asking.dismiss()
    settle()
    out = question(page)
    assert isinstance(out, DismissForm)
    out.who.choose(RUIHE)
    out.reason.setPlainText("主动退出本项目")
    out.verb.click()
    settle()
    page.asking.trail()
    settle()
    told = question(page)
    assert isinstance(told, TrailForm)
    steps = [row.record.step for row in told.model.rows]  # type: ignore[attr-defined]  # StepRow
    assert steps[-2:] == ["流标", "移出供应商"]
    told.reject()
    found = comparison(*deal.site.as_("lead_buyer"), deal.id)
    assert found.lines[0].failed == "质量层次不符"
    assert [one.supplier_id for one in found.suppliers] == [KANGZE]


def test_lots_and_ceilings_are_typed_and_kept(
    sqlite_site: Site, clock: FixedClock, context_for: Contexts, show: Show, settle: Settle
) -> None:
    project = asked(sqlite_site, clock)
    page = show(NegotiationPage(context_for("lead_buyer")))
    settle()
    lines = page.prepare.items
    assert lines.setData(lines.index(0, lines.positions["ceiling"]), "12.5")
    assert not lines.setData(lines.index(1, lines.positions["ceiling"]), "abc")
    assert lines.setData(lines.index(1, lines.positions["lot"]), "2")
    page.prepare.save_terms.click()
    settle()

    found = items(*sqlite_site.as_("lead_buyer"), project)
    assert [(one.lot, str(one.ceiling)) for one in found[:1]] == [(1, "12.5000")]
    assert found[1].lot == 2
    assert page.prepare.items.marks == set()


def test_a_supplier_hands_papers_in_and_the_buyer_checks_them(sqlite_site: Site) -> None:
    supplier, buyer = sqlite_site.as_("kangze_sales"), sqlite_site.as_("lead_buyer")
    made = put_paper(
        *supplier, PutPaper(new_op(), KANGZE, "购销廉洁协议", "L-1", date(2027, 1, 1))
    )  # fmt: skip
    with pytest.raises(NotAllowedError):
        check_paper(*supplier, CheckPaper(new_op(), KANGZE, made))
    check_paper(*buyer, CheckPaper(new_op(), KANGZE, made))
    assert [(one.number, one.checked) for one in papers(*buyer, KANGZE)] == [("L-1", True)]
    put_paper(*supplier, PutPaper(new_op(), KANGZE, "购销廉洁协议", "L-2", None, made))
    assert [(one.number, one.checked) for one in papers(*buyer, KANGZE)] == [("L-2", False)]
    with pytest.raises(NotAllowedError):
        papers(*sqlite_site.as_("ruihe_sales"), KANGZE)


def test_members_are_asked_by_a_day_and_see_first_what_they_use(
    sqlite_site: Site, clock: FixedClock, context_for: Contexts, show: Show, settle: Settle
) -> None:
    make_use(sqlite_site)
    buyer, day = sqlite_site.as_("lead_buyer"), clock.now.date()
    made = create_project(*buyer, CreateProject(new_op(), "题", day, day + timedelta(days=365)))
    add_items(*buyer, AddItems(new_op(), made.negotiation_id, (105, *ITEMS)))  # nobody uses 105
    page = show(NegotiationPage(context_for("lead_buyer")))
    settle()
    page.asking.next_step()
    form = question(page)
    assert isinstance(form, AskForm)
    edit = form.day.editor
    assert isinstance(edit, QLineEdit)
    edit.setText(f"{day - timedelta(days=1)}")
    form.verb.click()
    assert "不能早于今天" in form.day.problem.text
    edit.setText(f"{day + timedelta(days=3)}")
    form.verb.click()
    settle()
    asked_of = members(*buyer, made.negotiation_id)
    assert {one.due_on for one in asked_of} == {day + timedelta(days=3)}
    mine = needs(*sqlite_site.as_("east_head"), made.negotiation_id, EAST)
    assert [one.item_id for one in mine] == [*ITEMS, 105]
