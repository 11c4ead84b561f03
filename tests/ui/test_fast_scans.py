"""消耗登记: scans faster than their answers, and a list that another organisation chosen leaves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.domain.duties import Duty
from app.models.party import DutyGrant
from app.services.consumption.listing import consumptions
from app.ui.actions import Act
from app.ui.context import PageContext, Scope
from app.ui.pages.consumption import case_view, scan_view
from app.ui.pages.consumption.page import ConsumptionPage
from app.ui.status import Status
from tests.factories import EAST, GOODS, WEST, Site
from tests.services.consumption.test_cases import shelf
from tests.services.test_consumption import on_hand, receive
from tests.ui.conftest import ORGS, Show
from tests.ui.held import Held, hold

Settle = Callable[[], None]
FIRST, OTHER = (f"(01){GOODS[0].gtin}(17)270930(10)K{n}" for n in (1, 2))
STENT = f"(01){GOODS[3].gtin}(17)280630(10)Z1(21)"
KEEPER = 4


@pytest.fixture
def lots(sqlite_site: Site) -> dict[str, int]:
    """Two lots on the shelf of one member and one on that of the other; one person keeps both."""
    with sqlite_site.owner.write() as s:
        s.add(DutyGrant(org_id=WEST, person_id=KEEPER, duty=Duty.STORE.value))
    last = date(2027, 9, 30)
    there = receive(sqlite_site, WEST, {"W1": (9, last)})
    return there | receive(sqlite_site, EAST, {"K1": (40, last), "K2": (40, last)})


@pytest.fixture
def page(lots: dict[str, int], context: PageContext, show: Show, settle: Settle) -> ConsumptionPage:
    """The page of that person, at the first member."""
    assert lots
    made = show(ConsumptionPage(context))
    settle()
    return made


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Held:
    """The first scan is answered late."""
    return hold(monkeypatch, scan_view, "scanned")


def lots_shown(page: ConsumptionPage) -> list[str]:
    model = page.use.lines.model
    return [str(model.index(row, 1).data()) for row in range(model.rowCount())]


def go_to(page: ConsumptionPage, place: int) -> None:
    chosen = ORGS[place]
    page.context.scope = Scope((chosen,), chosen.name)
    page.follow_scope()


def told(page: ConsumptionPage) -> str:
    return page.use.bar.recent.shown[0][1].text


def test_the_list_stands_in_the_order_of_the_scans_and_undo_takes_the_last(
    page: ConsumptionPage, settle: Settle, qtbot: QtBot, held: Held
) -> None:
    page.use.scan(FIRST)
    qtbot.waitUntil(held.asked.is_set)
    page.use.scan(OTHER)
    held.go.set()
    settle()
    assert lots_shown(page) == ["K1", "K2"]
    page.use.scan(FIRST)
    page.use.scan(OTHER)
    page.perform(Act.UNDO)
    settle()
    assert [entry.times for entry in page.use.draft.entries] == [1, 2]


def test_the_key_behind_a_scan_posts_it_too(
    page: ConsumptionPage, settle: Settle, qtbot: QtBot, held: Held, sqlite_site: Site,
    lots: dict[str, int],
) -> None:  # fmt: skip
    page.use.scan(FIRST)
    qtbot.waitUntil(held.asked.is_set)
    page.use.scan(OTHER)
    page.perform(Act.FINISH)
    held.go.set()
    settle()
    assert lots_shown(page) == []
    assert [on_hand(sqlite_site, lots[lot]) for lot in ("K1", "K2")] == [39 * 24] * 2
    assert len(consumptions(*sqlite_site.as_("east_store"), (EAST,))) == 1


@pytest.mark.parametrize("wrong", ["6901234567892", f"50*{OTHER}"])
def test_the_key_behind_a_scan_that_was_not_taken_posts_nothing(
    page: ConsumptionPage, settle: Settle, sqlite_site: Site, wrong: str
) -> None:
    page.use.scan(FIRST)
    page.use.scan(wrong)
    page.perform(Act.FINISH)
    settle()
    assert lots_shown(page) == ["K1"]
    told = page.use.bar.panel.result
    assert told is not None
    assert told.status is Status.BAD
    assert told.detail.endswith("这一单没有登记，处理好后再按 F10。")
    assert not consumptions(*sqlite_site.as_("east_store"), (EAST,))
    page.perform(Act.FINISH)
    settle()
    assert len(consumptions(*sqlite_site.as_("east_store"), (EAST,))) == 1


def test_a_list_is_posted_where_it_was_scanned(
    page: ConsumptionPage, settle: Settle, sqlite_site: Site, lots: dict[str, int]
) -> None:
    page.use.scan(FIRST)
    settle()
    go_to(page, 2)
    settle()
    page.use.scan(GOODS[0].gtin)
    settle()
    assert "本单是城东的，还没有登记" in told(page)
    assert lots_shown(page) == ["K1"]
    page.perform(Act.FINISH)
    settle()
    assert on_hand(sqlite_site, lots["K1"]) == 39 * 24
    assert on_hand(sqlite_site, lots["W1"]) == 9 * 24
    page.use.scan(GOODS[0].gtin)
    page.perform(Act.FINISH)
    settle()
    assert on_hand(sqlite_site, lots["W1"]) == 8 * 24


def test_a_scan_answered_behind_another_organisation_is_posted_where_it_was_made(
    page: ConsumptionPage, settle: Settle, qtbot: QtBot, held: Held, sqlite_site: Site,
    lots: dict[str, int],
) -> None:  # fmt: skip
    page.use.scan(OTHER)
    qtbot.waitUntil(held.asked.is_set)
    go_to(page, 2)
    held.go.set()
    settle()
    page.perform(Act.FINISH)
    settle()
    assert on_hand(sqlite_site, lots["K2"]) == 39 * 24


def test_a_case_is_posted_where_it_was_scanned(
    page: ConsumptionPage, settle: Settle, qtbot: QtBot, sqlite_site: Site,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    held = hold(monkeypatch, case_view, "scan_article")
    lot = shelf(sqlite_site)
    before = on_hand(sqlite_site, lot)
    page.arrive(view="case")
    settle()
    for field, words in zip(
        (page.cases.case_no, page.cases.operation, page.cases.doctor),
        ("ZY1014-03", "冠脉支架置入", "D1007"), strict=True,
    ):  # fmt: skip
        field.setText(words)
    page.cases.scan(f"{STENT}S1")
    qtbot.waitUntil(held.asked.is_set)
    page.cases.scan(f"{STENT}S2")
    go_to(page, 2)
    held.go.set()
    settle()
    serials = [page.cases.lines.model.index(row, 1).data(Qt.ItemDataRole.DisplayRole)
               for row in range(page.cases.lines.model.rowCount())]  # fmt: skip
    assert serials == ["S1", "S2"]
    page.cases.scan(f"{STENT}S1")
    page.perform(Act.FINISH)
    settle()
    assert page.cases.articles == 2, "what was scanned at the other one is refused"
    page.perform(Act.FINISH)
    settle()
    assert on_hand(sqlite_site, lot) == before - 2
