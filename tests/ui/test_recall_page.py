"""追溯召回: a scan shows the lot's way, the lead freezes it, expiry gets an owner."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Event

import pytest
from pytestqt.qtbot import QtBot

from app.domain.duties import Actor
from app.services.db import Database
from app.services.recalls import trace
from app.services.recalls.finding import LotHead, find_lots
from app.services.recalls.recall import recalls
from app.ui.context import PageContext
from app.ui.page import Page
from app.ui.pages.recall import page as recall_page
from app.ui.pages.recall.dialogs import ActionForm, LotsForm, RecallForm
from app.ui.pages.recall.page import RecallPage
from app.ui.status import Status
from app.ui.widgets.dialogs import ReasonForm
from tests.deliveries import SYRINGE
from tests.factories import EAST, TODAY, Site
from tests.lots import find_or_make_lot
from tests.services.recalls.test_recalls import recall
from tests.services.test_consumption import receive
from tests.ui.conftest import Show
from tests.ui.held import hold

Settle = Callable[[], None]
Scan = Callable[[Page, str], None]
Make = Callable[[str], PageContext]


def test_a_scan_shows_the_way_of_the_lot(
    context: PageContext, sqlite_site: Site, show: Show, settle: Settle, scan: Scan
) -> None:
    receive(sqlite_site, EAST, {"K260318": (4, TODAY + timedelta(days=400))})
    page = show(RecallPage(context))
    settle()
    scan(page, "K260318")
    settle()
    assert "K260318" in page.head.text()
    assert (page.members.model.rowCount(), page.steps.model.rowCount()) == (1, 1)
    scan(page, "NO-SUCH-LOT")
    settle()
    shown = page.bar.panel.result
    assert shown is not None
    assert shown.status is Status.BAD


def test_the_lot_scanned_last_is_the_one_to_freeze(
    context: PageContext, sqlite_site: Site, show: Show, settle: Settle, qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The answer to the first scan came last and stood there, ready to be frozen."""
    receive(sqlite_site, EAST, {one: (4, TODAY + timedelta(days=400)) for one in ("K1", "K2")})
    asked, go = Event(), Event()

    def late(db: Database, actor: Actor, code: str) -> tuple[LotHead, ...]:
        if code == "K1":
            asked.set()
            assert go.wait(60)
        return find_lots(db, actor, code)

    monkeypatch.setattr(recall_page, "find_lots", late)
    page = show(RecallPage(context))
    page.scan("K1")
    qtbot.waitUntil(asked.is_set)
    page.scan("K2")
    qtbot.waitUntil(lambda: page.found is not None)
    go.set()
    settle()
    assert page.found is not None
    assert page.found.head.lot_no == "K2"


@pytest.fixture
def traced(
    context: PageContext, sqlite_site: Site, show: Show, settle: Settle,
    monkeypatch: pytest.MonkeyPatch,
) -> RecallPage:  # fmt: skip
    """One of two lots whose moves take more than one look."""
    monkeypatch.setattr(trace, "PAGE", 1)
    for _twice in range(2):
        receive(sqlite_site, EAST, dict.fromkeys(("K1", "K2"), (4, TODAY + timedelta(days=400))))
    page = show(RecallPage(context))
    page.scan("K1")
    settle()
    return page


@pytest.mark.parametrize("asked", ["trace_found", "older_moves"])
def test_more_of_a_lot_is_not_shown_over_the_next(
    traced: RecallPage, settle: Settle, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    """Its way read anew, or its older moves: they came when another lot stood there."""
    page = traced
    held = hold(monkeypatch, recall_page, asked)
    page.refresh() if asked == "trace_found" else page.show_older()
    qtbot.waitUntil(held.asked.is_set)
    page.scan("K2")
    qtbot.waitUntil(lambda: page.found is not None and page.found.head.lot_no == "K2")
    held.go.set()
    settle()
    assert page.found is not None
    assert page.found.head.lot_no == "K2"
    assert "K2" in page.head.text()


def test_a_number_that_two_items_share_is_asked_about(
    context: PageContext, sqlite_site: Site, show: Show, settle: Settle
) -> None:
    receive(sqlite_site, EAST, {"K1": (4, TODAY + timedelta(days=400))})
    with sqlite_site.owner.write() as session:
        other = find_or_make_lot(session, SYRINGE, "K1", None)
    page = show(RecallPage(context))
    settle()
    page.scan("K1")
    settle()
    before = page.found
    assert before is None, "nothing is shown, and nothing can be frozen, before it is chosen"
    form = page.findChild(LotsForm)
    assert form is not None
    form.grid.choose((SYRINGE, "K1", ""))
    form.verb.click()
    settle()
    assert page.found is not None
    assert page.found.head.lot_id == other


def test_the_lead_freezes_and_a_clinic_may_not(
    context_for: Make, sqlite_site: Site, show: Show, settle: Settle
) -> None:
    receive(sqlite_site, EAST, {"K260318": (4, TODAY + timedelta(days=400))})
    page = show(RecallPage(context_for("lead_buyer")))
    page.scan("K260318")
    settle()
    page.freeze.click()
    form = page.findChild(RecallForm)
    assert form is not None
    form.verb.click()
    assert form.isVisible()
    form.reason.setText("包装破损漏液")
    form.verb.click()
    settle()
    (row,) = recalls(*sqlite_site.as_("lead_buyer"))
    assert (row.lots, row.level) == ("K260318", 0)
    assert not page.freeze.isEnabled()
    assert page.chips.buttons()[1].text() == "召回 1"
    clinic = show(RecallPage(context_for("east_store")))
    settle()
    link = clinic.recalls.model.row_at(0)
    assert link is not None
    assert link.value(7) == "回复"
    other = show(RecallPage(context_for("west_store")))
    settle()
    other.recalls.link_clicked.emit(link, "act")
    reply = other.findChild(ReasonForm)
    assert reply is not None
    reply.reason.setPlainText("没有进过这一批")
    reply.verb.click()
    settle()
    (row,) = recalls(*sqlite_site.as_("lead_buyer"))
    assert row.answered == 1
    mine, theirs = other.recalls.model.row_at(0), clinic.recalls.model.row_at(0)
    assert mine is not None
    assert theirs is not None
    assert (mine.value(6), mine.value(7)) == ("已回复", "改回复")
    assert (theirs.value(6), theirs.value(7)) == ("冻结中", "回复"), "only its own answer counts"


def test_an_expiring_lot_gets_an_owner(
    context: PageContext, sqlite_site: Site, show: Show, settle: Settle
) -> None:
    lots = receive(sqlite_site, EAST, {"SOON": (4, TODAY + timedelta(days=40))})
    recall(sqlite_site, lots["SOON"], 0)
    page = show(RecallPage(context))
    page.arrive(view="expiring")
    settle()
    row = page.expiring.model.row_at(0)
    assert row is not None
    page.expiring.link_clicked.emit(row, "act")
    settle()
    form = page.findChild(ActionForm)
    assert form is not None
    form.verb.click()
    settle()
    row = page.expiring.model.row_at(0)
    assert row is not None
    assert row.value(9) == "办完"


def test_many_moves_come_in_pages_and_their_sums_are_of_all(
    context: PageContext,
    sqlite_site: Site,
    show: Show,
    settle: Settle,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(trace, "PAGE", 2)
    for _time in range(5):
        receive(sqlite_site, EAST, {"K260318": (4, TODAY + timedelta(days=400))})
    page = show(RecallPage(context))
    page.scan("K260318")
    settle()
    assert page.found is not None
    came = page.found.members[0].came
    shown = []
    while page.older.isVisible():
        shown.append(page.steps.model.rowCount())
        page.older.click()
        settle()
    assert shown == [2, 4]
    assert page.steps.model.rowCount() == 5
    assert page.found.members[0].came == came == sum(step.qty for step in page.found.steps)
