"""定标 in the window: optimise, submit, approve by another; requests and alerts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.domain.awarding.limits import Limits
from app.domain.documents import State
from app.domain.ids import new_op
from app.domain.pricing import PriceSource
from app.services.negotiation.rounds import close_bidding
from app.services.prices.change import CreateList, create_list
from app.services.prices.takeover import takeovers
from app.ui.context import PageContext
from app.ui.pages.awards.dialogs import LimitsForm, SubmitForm
from app.ui.pages.awards.page import AwardsPage
from app.ui.tables.cells import plain
from tests.conftest import FixedClock
from tests.factories import KANGZE, RUIHE, Site
from tests.services.negotiation.helpers import Deal, invited
from tests.ui.conftest import Show

Settle = Callable[[], None]
ContextFor = Callable[[str], PageContext]


@pytest.fixture
def deal(sqlite_site: Site, clock: FixedClock) -> Deal:
    made = invited(sqlite_site, clock)
    bids = {1: "8.00", 2: "5.00", 3: "100.00", 4: "0.30"}
    made.first_round({KANGZE: bids, RUIHE: bids | {2: "4.90", 3: "90.00"}})
    close_bidding(*sqlite_site.as_("lead_buyer"), new_op(), made.id)
    return made


@pytest.fixture
def page(context_for: ContextFor, deal: Deal, show: Show, settle: Settle) -> AwardsPage:
    assert deal.id
    made = show(AwardsPage(context_for("lead_buyer")))
    settle()
    return made


def optimised(page: AwardsPage, deal: Deal, settle: Settle) -> None:
    page.awards._optimise(deal.id, Limits(cold_chain=False, in_all=1))
    settle()


def test_the_proposal_is_shown_with_the_cost_of_each_limit(
    page: AwardsPage, deal: Deal, settle: Settle
) -> None:
    optimised(page, deal, settle)
    one = page.awards.current()
    assert one is not None
    assert (one.status, one.suppliers) == (State.DRAFT, 1)
    costs = [plain(row.cells[0]) for row in page.awards.panel.model.rows]
    assert costs == ["供应商总数"]
    table = page.awards.panel.costs
    assert not table.halves.right.verticalScrollBar().maximum()  # the panel scrolls, not it
    assert table.height() < 120
    assert not page.awards.panel.buttons["submit"].isHidden()
    assert page.awards.panel.buttons["approve"].isHidden()


def test_limits_that_conflict_are_told(page: AwardsPage, deal: Deal, settle: Settle) -> None:
    page.awards._optimise(deal.id, Limits(in_all=1))
    settle()
    assert "冷链资质" in page.context.notices.kept[0].text
    assert page.awards.current() is None


def test_the_form_says_what_is_not_a_number(page: AwardsPage) -> None:
    asked: list[Limits] = []
    form = LimitsForm(((1, "项目"),), lambda _project, limits: asked.append(limits), page)
    editor = form.fields["in_all"].editor
    editor.setText("两家")  # type: ignore[attr-defined]  # a CodeEdit
    form.verb.click()
    assert asked == []
    editor.setText("2")  # type: ignore[attr-defined]  # a CodeEdit
    form.verb.click()
    assert asked[0].in_all == 2


def test_the_buyer_submits_and_the_head_approves(
    page: AwardsPage, deal: Deal, context_for: ContextFor, show: Show, settle: Settle
) -> None:
    optimised(page, deal, settle)
    one = page.awards.current()
    assert one is not None
    page.awards._submit(one)
    form = page.awards.findChild(SubmitForm)
    assert form is not None
    form.rest.setChecked(True)
    form.verb.click()
    settle()
    head = show(AwardsPage(context_for("lead_head")))
    settle()
    row = head.awards.current()
    assert row is not None
    assert row.status == State.SUBMITTED
    assert not head.awards.panel.buttons["approve"].isHidden()
    assert head.awards.panel.buttons["submit"].isHidden()


def test_the_other_views_say_so_when_they_are_empty(page: AwardsPage, settle: Settle) -> None:
    for view in (1, 2, 3):
        page._show_view(view)
        settle()
        assert page._grid().model.rowCount() == 0


def test_the_head_gives_leave_to_take_a_list_over(
    sqlite_site: Site, context_for: ContextFor, show: Show, settle: Settle
) -> None:
    site, reason = sqlite_site, "承接上一轮议价结果，合同到年底"
    command = CreateList(new_op(), "YJ-OLD", "原有议价结果", PriceSource.GPO, note=reason)
    create_list(*site.as_("lead_buyer"), command)
    page = show(AwardsPage(context_for("lead_head")))
    page.arrive(view="requests")
    settle()
    bar = page.requests.takeovers
    assert "YJ-OLD" in bar.words.text()
    bar.agree.click()
    assert bar.form is not None
    bar.form.verb.click()
    settle()
    assert not bar.isVisible()
    assert takeovers(*site.as_("lead_head"))[0].approved_by
