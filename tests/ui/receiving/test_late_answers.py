"""收货验收: what is answered late, after the note was left, is not counted on another one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.errors import DomainError, EnvironmentProblem
from app.domain.receiving.reading import Found
from app.services.receiving.commands import DeliverLine, Received
from app.services.receiving.lookup import look_up
from app.ui.actions import Act
from app.ui.context import PageContext
from app.ui.pages.receiving import page as receiving, scans, view_model
from app.ui.pages.receiving.dialogs import ColdForm
from app.ui.pages.receiving.page import ReceivingPage
from app.ui.status import Status
from tests.deliveries import AMOXICILLIN, INSULIN, gs1, note
from tests.factories import Site
from tests.ui.conftest import Show
from tests.ui.held import Held, hold
from tests.ui.keys import key

Settle = Callable[[], None]
FIRST, SECOND = "SH20261014-011", "SH20261014-012"


@pytest.fixture
def page(context: PageContext, show: Show, settle: Settle, sqlite_site: Site) -> ReceivingPage:
    """The list, with two notes of the same goods."""
    for number in (FIRST, SECOND):
        note(sqlite_site, {}, lines=(DeliverLine(AMOXICILLIN, 2400),), no=number)
    shown = show(ReceivingPage(context))
    settle()
    return shown


def held_scan(
    page: ReceivingPage, settle: Settle, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> Held:
    """A scan of the first note that is not answered yet."""
    held = hold(monkeypatch, scans, "look_up")
    page.scanned(FIRST)
    settle()
    page.scanned(gs1(AMOXICILLIN, "A1"))
    qtbot.waitUntil(held.asked.is_set)
    return held


def test_a_scan_answered_late_is_not_counted_on_the_next_note(
    page: ReceivingPage, settle: Settle, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = held_scan(page, settle, qtbot, monkeypatch)
    key(page, Qt.Key.Key_Escape)
    page.scanned(SECOND)
    qtbot.waitUntil(lambda: page.working)
    held.go.set()
    settle()
    assert page.counting.work.note.no == SECOND
    assert not any(entry.counted for entry in page.counting.work.entries)
    page.scanned(gs1(AMOXICILLIN, "A1"))
    settle()
    assert any(entry.counted for entry in page.counting.work.entries), "it goes on counting"


def test_a_posting_refused_after_the_note_was_left_is_told(
    page: ReceivingPage, settle: Settle, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = Held()

    def refused(*_asked: object) -> Received:
        held.wait()
        raise DomainError("receive.month", "这个月已经结账。请改到下个月。")

    monkeypatch.setattr(view_model, "receive", refused)
    page.scanned(FIRST)
    settle()
    page.counting.complete()
    qtbot.waitUntil(held.asked.is_set)
    key(page, Qt.Key.Key_Escape)
    held.go.set()
    settle()
    assert "这个月已经结账" in page.context.notices.kept[0].text


def test_the_number_scanned_last_is_opened(
    page: ReceivingPage, settle: Settle, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = hold(monkeypatch, receiving, "find_delivery")
    page.scanned(FIRST)
    qtbot.waitUntil(held.asked.is_set)
    page.scanned(SECOND)
    qtbot.waitUntil(lambda: page.working)
    held.go.set()
    settle()
    assert page.counting.work.note.no == SECOND


def test_a_number_found_behind_another_page_opens_nothing(
    page: ReceivingPage, settle: Settle, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever opens a note has it: nobody else could count it meanwhile."""
    held = hold(monkeypatch, receiving, "find_delivery")
    opened: list[object] = []
    monkeypatch.setattr(receiving, "open_delivery", lambda *asked: opened.append(asked))
    page.scanned(FIRST)
    qtbot.waitUntil(held.asked.is_set)
    page.hide()
    held.go.set()
    settle()
    assert not opened


def test_a_note_that_opens_behind_another_page_asks_nothing(
    page: ReceivingPage, settle: Settle, qtbot: QtBot, sqlite_site: Site,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    cold = note(sqlite_site, {}, lines=(DeliverLine(INSULIN, 2),), no="SH20261014-013")
    held = hold(monkeypatch, receiving, "open_delivery")
    page.scanned(cold.no)
    qtbot.waitUntil(held.asked.is_set)
    page.hide()
    held.go.set()
    settle()
    assert not page.working
    assert not [one for one in QApplication.topLevelWidgets() if isinstance(one, ColdForm)]


def test_the_end_waits_for_the_scan_before_it(
    page: ReceivingPage, settle: Settle, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = held_scan(page, settle, qtbot, monkeypatch)
    ended: list[bool] = []
    monkeypatch.setattr(page.finishing, "finish", lambda: ended.append(_counted(page)))
    page.perform(Act.FINISH)
    page.perform(Act.UNDO)
    assert not ended
    held.go.set()
    settle()
    assert ended == [True]
    assert not _counted(page), "undo takes back the scan that was made before the key"


@pytest.mark.parametrize("error", [
    EnvironmentProblem("db.offline", "连不上集团主库。网络恢复后请重试。"),
    DomainError("scan.rule", "这个码不能用。请重新扫码。"),
])  # fmt: skip
def test_a_scan_without_an_answer_is_told_over_the_one_before(
    page: ReceivingPage, settle: Settle, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """The green word of the scan before would be taken for this one's."""
    page.scanned(FIRST)
    settle()
    page.scanned(gs1(AMOXICILLIN, "A1"))
    settle()
    panel, counted = page.view.bar.panel, page.counting.work.entries
    assert panel.result is not None
    assert panel.result.status is Status.OK

    def gone(*_asked: object) -> Found:
        raise error

    monkeypatch.setattr(scans, "look_up", gone)
    page.scanned(gs1(AMOXICILLIN, "A1"))
    settle()
    assert (panel.result.status, panel.result.text) == (Status.BAD, "这一下没有计数")
    assert str(error) in panel.result.detail
    assert page.counting.work.entries == counted


def test_the_scans_behind_one_without_an_answer_are_made_again(
    page: ReceivingPage, settle: Settle, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They would be counted under the words that this one was not."""
    held = Held()

    def gone_once(*asked: object) -> Found:
        if not held.asked.is_set():
            held.wait()
            raise EnvironmentProblem("db.offline", "连不上集团主库。网络恢复后请重试。")
        return look_up(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(scans, "look_up", gone_once)
    page.scanned(FIRST)
    settle()
    page.scanned(gs1(AMOXICILLIN, "A1"))
    qtbot.waitUntil(held.asked.is_set)
    page.scanned(gs1(AMOXICILLIN, "A2"))
    held.go.set()
    settle()
    assert not _counted(page)
    result = page.view.bar.panel.result
    assert result is not None
    assert result.status is Status.BAD


@pytest.mark.parametrize("asked", ["find_delivery", "open_delivery"])
def test_a_note_that_cannot_be_asked_for_is_told_in_the_list(
    page: ReceivingPage, settle: Settle, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    def gone(*_asked: object) -> object:
        raise EnvironmentProblem("db.locked", "主库正忙。请稍后再扫。")

    monkeypatch.setattr(receiving, asked, gone)
    page.scanned(FIRST)
    settle()
    result = page.list.bar.panel.result
    assert result is not None
    assert (result.status, result.text) == (Status.BAD, "主库正忙")


def _counted(page: ReceivingPage) -> bool:
    return any(entry.counted for entry in page.counting.work.entries)
