"""采购审批 in the window: the head agrees or sends back; the administrator sets the limits."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from app.domain.documents import State
from app.domain.ids import new_op
from app.domain.orders.approval import Limits
from app.services.counting import limit as write_offs
from app.services.requisition.limits import SaveLimits, limits, save_limits
from app.services.requisition.make import Create, WantedLine, create
from app.services.requisition.queries import requisition
from app.ui.context import PageContext
from app.ui.pages.group_orders.page import GroupOrdersPage
from app.ui.pages.replenishment.page import ReplenishmentPage
from app.ui.pages.settings.approval import ApprovalSection
from app.ui.pages.settings.page import SettingsPage
from app.ui.widgets.dialogs import ReasonForm
from tests.factories import EAST, Site
from tests.order_needs import AMOXICILLIN
from tests.ui.conftest import Show

ContextFor = Callable[[str], PageContext]
Settle = Callable[[], None]


def test_sent_back_and_agreed_to_by_the_head(
    sqlite_site: Site, context_for: ContextFor, show: Show, settle: Settle
) -> None:
    site = sqlite_site
    save_limits(*site.as_("lead_admin"), SaveLimits(new_op(), 0, Limits(Decimal(100))))
    one, two = (
        create(
            *site.as_("east_store"),
            Create(new_op(), EAST, (WantedLine(AMOXICILLIN, packs * 24),), submit=True),
        )
        for packs in (100, 200)
    )
    page = show(GroupOrdersPage(context_for("east_head")))
    settle()
    assert page.left.approve_button.text() == "待我审批 2"
    page.arrive(approve=True)
    settle()
    assert page.approval.title.text().endswith(one.no)
    assert page.approval.lines.rows
    page.approval.refuse.click()
    form = page.deciding.form
    assert isinstance(form, ReasonForm)
    form.verb.click()
    assert form.field.problem.text
    form.reason.setPlainText("库存还够，请减半")
    form.verb.click()
    settle()
    assert page.approval.title.text().endswith(two.no)
    page.approval.agree.click()
    assert page.deciding.form is not None
    page.deciding.form.verb.click()
    settle()
    assert page.left.approve_button.isHidden()
    assert requisition(*site.as_("east_store"), EAST, two.id).head.status == State.SUBMITTED

    store = show(ReplenishmentPage(context_for("east_store")))
    store.arrive(requisitions=True)
    settle()
    store.requests.choose(one.id)
    settle()
    assert "库存还够，请减半" in store.requests.back_words.text()
    assert "张主任" in store.requests.trail.text()


def test_the_limits_are_set_for_the_group(
    sqlite_site: Site, context_for: ContextFor, show: Show, settle: Settle
) -> None:
    page = show(SettingsPage(context_for("lead_admin")))
    page.choose("approval")
    settle()
    section = page.sections["approval"]
    assert isinstance(section, ApprovalSection)
    section.store.setText("5,000")
    section.member.setText("100")
    section.save.click()
    settle()
    assert "还小" in section.told.text()
    section.member.setText("50000")
    section.write_off.setText("800")
    section.save.click()
    settle()
    admin = sqlite_site.as_("lead_admin")
    assert limits(*admin, section.org_id).member == Decimal(50000)
    assert write_offs.limit(*admin, section.org_id) == Decimal(800)
