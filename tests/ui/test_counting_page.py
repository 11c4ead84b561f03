"""盘点 by scanner: start, scan, submit, a second count where it differs, approval by another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from app.domain.stock.counting import CountState
from app.services.counting.listing import counts
from app.ui.context import PageContext
from app.ui.page import Page
from app.ui.pages.counting.dialogs import DisposalForm, StartForm
from app.ui.pages.counting.page import CountingPage
from app.ui.status import Status
from app.ui.widgets.dialogs import Form
from tests.deliveries import gs1
from tests.factories import EAST, Site
from tests.services.test_consumption import AMOXICILLIN, on_hand, receive
from tests.ui.conftest import Show

Settle = Callable[[], None]
Scan = Callable[[Page, str], None]
Make = Callable[[str], PageContext]
FAR = date(2027, 9, 30)


def opened(page: CountingPage) -> Form:
    return next(form for form in page.findChildren(Form) if form.isVisible())


def test_a_count_by_scanner_and_keyboard(
    context_for: Make, sqlite_site: Site, show: Show, settle: Settle, scan: Scan
) -> None:
    lots = receive(sqlite_site, EAST, {"A": (2, FAR)})
    page = show(CountingPage(context_for("east_store")))
    settle()
    page.new_button.click()
    settle()
    form = opened(page)
    assert isinstance(form, StartForm)
    form.place.choose(sqlite_site.world.stores[EAST])
    form.submit()
    settle()
    scan(page, gs1(AMOXICILLIN, "A", FAR))
    settle()
    shown = page.bar.panel.result
    assert shown is not None
    assert (shown.status, shown.text) == (Status.OK, "已盘 1 盒")
    line = page.model.row_at(0)
    assert line is not None
    assert line.value(4) is None
    page.finish()
    settle()
    line = page.model.row_at(0)
    assert line is not None
    assert line.value(7) == "要复盘"
    page.model.setData(page.model.index(0, 3), "1")
    settle()
    page.finish()
    settle()
    assert [x.state for x in counts(*sqlite_site.as_("east_store"), [EAST])] == [
        CountState.TO_APPROVE
    ]
    other = show(CountingPage(context_for("east_second")))
    settle()
    other.finish()
    opened(other).submit()
    settle()
    assert on_hand(sqlite_site, lots["A"]) == 24
    line = other.model.row_at(0)
    assert line is not None
    assert line.value(7) == "盘亏"


def test_a_lot_is_written_off_from_its_line(
    context: PageContext, sqlite_site: Site, show: Show, settle: Settle
) -> None:
    receive(sqlite_site, EAST, {"A": (2, FAR)})
    page = show(CountingPage(context))
    page.starting.start(sqlite_site.world.stores[EAST], 0)
    settle()
    row = page.model.row_at(0)
    assert row is not None
    page.lines.choose(row.key)
    page.lose_button.click()
    form = opened(page)
    assert isinstance(form, DisposalForm)
    form.submit()
    assert form.isVisible()
    form.reason.setText("跌落破损")
    form.submit()
    settle()
    assert page.disposals.model.rowCount() == 1
