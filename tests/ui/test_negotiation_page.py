"""集中议价 in the window: choose, explain, confirm a need, hand in a quote."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.domain.documents import State
from app.services.negotiation.comparison import comparison
from app.services.negotiation.queries import members, projects
from app.services.negotiation.quotes import own_quote
from app.ui.context import PageContext
from app.ui.pages.negotiation.page import NegotiationPage
from app.ui.widgets.dialogs import Form
from tests.conftest import FixedClock
from tests.factories import EAST, KANGZE, RUIHE, Site
from tests.services.negotiation.helpers import Deal, invited
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
    assert comparison(*deal.site.as_("lead_buyer"), deal.id).draft == {}

    card.reason.setText("太短")
    card.save.click()
    settle()
    assert comparison(*deal.site.as_("lead_buyer"), deal.id).draft == {}

    card.reason.setText("瑞和无冷链资质，康泽为次低价")
    card.save.click()
    settle()
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
    question(page).submit()
    settle()
    assert page.primary.text() == "开始第 2 轮"
    page.asking.close()
    question(page).submit()
    settle()
    assert projects(*deal.site.as_("lead_buyer"))[0].state is State.REVIEWING


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
    question(page).submit()
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

    page.own.send.click()
    question(page).submit()
    settle()

    quote = own_quote(*sqlite_site.as_("kangze_sales"), deal.id)
    assert quote.version == 1
    assert [(str(one.price), one.given_up) for one in quote.rows[:3]] == [
        ("3.7500", False), ("None", False), ("None", True),
    ]  # fmt: skip
    assert "已提交" in page.own.state.text()
