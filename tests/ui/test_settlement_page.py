"""消耗结算 by keyboard: a month is settled between the member's clerk and the supplier."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from app.domain.documents import State
from app.services.settlement.listing import statements
from app.ui.actions import Act
from app.ui.context import PageContext
from app.ui.page import Page
from app.ui.pages.consumption.page import ConsumptionPage
from app.ui.pages.settlement.deeds import Deed
from app.ui.pages.settlement.page import SettlementPage
from app.ui.widgets.dialogs import Form
from tests.factories import EAST, GOODS, Site
from tests.services.test_consumption import receive
from tests.ui.conftest import Show
from tests.ui.forms import form_of

GTIN = GOODS[0].gtin
Settle = Callable[[], None]
Scan = Callable[[Page, str], None]


@pytest.fixture
def lots(sqlite_site: Site) -> dict[str, int]:
    """Forty boxes of one lot on the shelf."""
    return receive(sqlite_site, EAST, {"K1": (40, date(2027, 9, 30))})


def test_a_month_is_settled_between_two_windows(
    context_for: Callable[[str], PageContext], sqlite_site: Site, lots: dict[str, int],
    show: Show, settle: Settle, scan: Scan,
) -> None:  # fmt: skip
    assert lots
    store = show(ConsumptionPage(context_for("east_store")))
    settle()
    scan(store, f"3*{GTIN}")
    settle()
    store.perform(Act.FINISH)
    settle()
    clerk = show(SettlementPage(context_for("east_head")))
    settle()
    clerk.head.forth.click()  # the page begins with the month before, which is not closed
    settle()
    clerk.perform(Act.STATEMENT)
    form_of(clerk, Form).verb.click()
    settle()
    (row,) = statements(*sqlite_site.as_("east_head"), (EAST,))
    clerk.arrive(statement_id=row.statement_id, period=row.period)
    settle()
    assert clerk.statements.do(Deed.SEND)
    settle()

    supplier = show(SettlementPage(context_for("kangze_sales")))
    settle()
    supplier.arrive(statement_id=row.statement_id, period=row.period)
    settle()
    assert supplier.statements.do(Deed.CONFIRM)
    form_of(supplier, Form).verb.click()
    settle()
    (row,) = statements(*sqlite_site.as_("east_head"), (EAST,))
    assert row.status is State.CONFIRMED
    shown = supplier.statements.current()
    assert shown is not None
    assert shown.payable == Decimal("11.58")
