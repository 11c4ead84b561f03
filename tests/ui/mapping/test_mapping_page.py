"""A member's list mapped by keyboard alone; every decision is on screen at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot

from app.domain.duties import Actor
from app.domain.mapping import Issue, MapStatus
from app.models.item import Item, ItemUnit
from app.services.db import Database
from app.services.mapping.load import LoadList, preview
from app.services.mapping.queries import CandidateView, RowView, compared, row_view
from app.ui.context import PageContext, Scope
from app.ui.pages.mapping import desk
from app.ui.pages.mapping.page import MappingPage
from app.ui.widgets.dialogs import Form, ReasonForm
from app.ui.widgets.pick_form import PickForm
from tests.factories import EAST, Site
from tests.services.mapping.lists import ROWS, lines, load, match, write_list
from tests.ui.conftest import ORGS, Show
from tests.ui.keys import key, press

Settle = Callable[[], None]


@pytest.fixture
def loaded(sqlite_site: Site, tmp_path: Path) -> Site:
    load(sqlite_site, tmp_path)
    match(sqlite_site)
    return sqlite_site


@pytest.fixture
def page(loaded: Site, context: PageContext, show: Show, settle: Settle) -> MappingPage:
    made = show(MappingPage(context))
    settle()
    made.list.setFocus()
    return made


def dialog(page: MappingPage, kind: type[Form]) -> Form:
    return next(one for one in page.findChildren(kind) if one.isVisible())


def go_to(page: MappingPage, code: str, settle: Settle) -> None:
    rows = page.list.lines.rows
    page.list.go(next(at for at, row in enumerate(rows) if row.code == code))
    settle()


def test_the_most_used_row_stands_first_with_its_candidates(page: MappingPage) -> None:
    assert page.bench.line is not None
    assert page.bench.line.code == "D001"
    assert page.bench.candidate is not None
    assert page.bench.candidate.code == "YP-000101"
    assert "建议采纳" in page.bench.compare.accessibleName()
    assert page.bench.take.text() == "采纳候选 1"


def test_y_confirms_paints_at_once_and_goes_on(
    page: MappingPage, loaded: Site, settle: Settle, qtbot: QtBot
) -> None:
    press(page, "y")
    assert page.list.lines.rows[0].status is MapStatus.CONFIRMED, "before anything was written"
    assert page.bench.line is not None
    assert page.bench.line.code == "D002"
    assert page.bench.view is not None, "the next row was read ahead"
    settle()
    assert lines(loaded)["D001"].item_code == "YP-000101"
    qtbot.waitUntil(lambda: page.card.rate.text() == "14.3%")  # when the keys rest


def test_a_whole_list_is_done_by_keys(page: MappingPage, loaded: Site, settle: Settle) -> None:
    for _row in range(len(ROWS)):
        line = page.list.current
        assert line is not None
        found = page.bench.candidate
        if line.status is MapStatus.CONFIRMED:
            break
        press(page, "y" if found is not None and not found.blocked and found.safe else "x")
        settle()
    states = {code: line.status for code, line in lines(loaded).items()}
    assert states["D001"] is MapStatus.CONFIRMED
    assert MapStatus.CANDIDATE not in states.values()
    assert MapStatus.PENDING not in states.values()


def test_what_differs_needs_a_reason_typed_by_keyboard(
    page: MappingPage, loaded: Site, settle: Settle, qtbot: QtBot
) -> None:
    go_to(page, "D003", settle)
    assert "不能直接采纳" in page.bench.compare.accessibleName()
    press(page, "y")
    form = dialog(page, ReasonForm)
    assert isinstance(form, ReasonForm)
    form.verb.click()
    assert form.isVisible(), "without a reason nothing happens"
    form.reason.setPlainText("已核对实物，清单写错")
    form.verb.click()
    settle()
    assert lines(loaded)["D003"].status is MapStatus.CONFIRMED


def test_n_strikes_out_and_the_last_one_leaves_no_counterpart(
    page: MappingPage, loaded: Site, settle: Settle
) -> None:
    go_to(page, "D002", settle)
    for _candidate in range(len(page.bench.candidates)):
        press(page, "n")
    assert page.list.current is not None
    assert page.list.current.code != "D002", "the next row is in front"
    settle()
    assert lines(loaded)["D002"].status is MapStatus.NONE


def test_an_item_is_picked_by_hand_and_compared(
    page: MappingPage, loaded: Site, settle: Settle
) -> None:
    go_to(page, "D002", settle)
    press(page, "m")
    form = dialog(page, PickForm)
    assert isinstance(form, PickForm)
    form.verb.click()
    assert form.isVisible(), "nothing chosen yet"
    press(form, "mendong")
    settle()
    key(form, Qt.Key.Key_Return)
    settle()
    assert page.bench.candidate is not None
    assert page.bench.candidate.item_id == 103
    assert page.bench.take.text() == "采纳手选"
    key(page, Qt.Key.Key_Right)
    assert page.bench.chosen == 1
    key(page, Qt.Key.Key_Left)
    assert page.bench.chosen == 0


def test_an_item_picked_for_a_row_is_not_held_against_the_next(
    page: MappingPage, loaded: Site, settle: Settle, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Y on it would have matched the wrong row."""
    asked, go = Event(), Event()

    def late(*wanted: object) -> CandidateView | None:
        asked.set()
        assert go.wait(60)
        return compared(*wanted)  # type: ignore[arg-type]

    monkeypatch.setattr(desk, "compared", late)
    go_to(page, "D002", settle)
    press(page, "m")
    form = dialog(page, PickForm)
    press(form, "mendong")
    settle()
    key(form, Qt.Key.Key_Return)
    qtbot.waitUntil(asked.is_set)
    page.list.go(next(n for n, one in enumerate(page.list.lines.rows) if one.code == "D001"))
    go.set()
    settle()
    assert page.bench.candidate is not None
    assert page.bench.candidate.code == "YP-000101"
    assert page.bench.take.text() == "采纳候选 1"


def test_undo_brings_the_row_back_where_it_stood(
    page: MappingPage, loaded: Site, settle: Settle
) -> None:
    before = [row.code for row in page.list.lines.rows]
    press(page, "yy")
    settle()
    page.desk.settled.emit()  # the keys rest: the figures catch up
    settle()
    assert page.views.chips["done"].text() == "已对 2"
    page.desk.undo()
    settle()
    assert lines(loaded)["D001"].status is MapStatus.CONFIRMED
    assert page.views.chips["done"].text() == "已对 1"
    assert [row.code for row in page.list.lines.rows] == before, "the list stays under the hands"
    page.desk.undo()
    settle()
    assert lines(loaded)["D001"].status is MapStatus.CANDIDATE
    assert page.list.current is not None
    assert page.list.current.code == "D001"
    assert page.bench.candidate is not None


def test_all_that_agrees_is_accepted_at_once_after_a_question(
    page: MappingPage, loaded: Site, settle: Settle
) -> None:
    assert page.card.safe.text() == "一起采纳 2 项"
    page.card.safe.click()
    form = dialog(page, Form)
    form.verb.click()
    settle()
    assert page.card.count.text() == "2 / 7 项"
    assert not page.card.safe.isEnabled()


def test_filters_and_search_narrow_the_list(page: MappingPage, settle: Settle) -> None:
    page.show_view("none")
    settle()
    assert [row.code for row in page.list.lines.rows] == ["D006"]
    page.show_view("open")
    page.search.setText("胰岛素")
    settle()
    assert [row.code for row in page.list.lines.rows] == ["D004"]
    assert page.counts().startswith("1 项")


def test_a_refused_decision_is_put_back(page: MappingPage, loaded: Site, settle: Settle) -> None:
    line, found = page.list.current, page.bench.candidate
    assert line is not None
    assert found is not None
    press(page, "y")
    settle()
    page.list.lines.put_back(line)  # a second window still shows the row as open
    page.list.go(0)
    page.desk.reject(line, found, last=False)
    settle()
    assert page.list.lines.rows[0].code == "D001"


def test_without_a_list_the_page_says_what_to_do(
    context: PageContext, show: Show, settle: Settle
) -> None:
    page = show(MappingPage(context))
    settle()
    assert "还没有这家机构的清单" in page.bench.panel.words.text()
    assert page.card.rate.text() == "—"
    assert not page.bench.take.isEnabled()


def test_a_list_is_loaded_and_matched_in_the_window(
    context: PageContext, show: Show, settle: Settle, tmp_path: Path
) -> None:
    page = show(MappingPage(context))
    settle()
    path = write_list(tmp_path)
    plan = preview(context.db, context.actor, LoadList(path, EAST))
    page.whole.load(plan)
    settle()
    assert len(page.all) == len(ROWS)
    assert page.bench.candidate is not None


def test_members_progress_and_export(page: MappingPage, settle: Settle, tmp_path: Path) -> None:
    page.whole.show_members()
    settle()
    assert any(isinstance(one, QDialog) and one.isVisible() for one in page.findChildren(QDialog))
    page.whole.write(tmp_path / "out.csv")
    settle()
    assert "D001" in (tmp_path / "out.csv").read_text("utf-8-sig")


def test_state_is_remembered(page: MappingPage, context: PageContext, settle: Settle) -> None:
    page.show_view("conflict")
    again = MappingPage(context)
    again.restore_state(page.save_state())
    assert again.view_name == "conflict"
    again.deleteLater()
    settle()


def test_two_items_that_are_one_are_merged_in_the_window(
    loaded: Site,
    context_for: Callable[[str], PageContext],
    show: Show,
    settle: Settle,
) -> None:
    twin = loaded.owner
    with twin.write() as session:
        item = session.get_one(Item, 101)
        values = {column.key: getattr(item, column.key) for column in Item.__table__.columns}
        session.add(Item(**values | {"id": 901, "code": "YP-000901"}))
        session.flush()
        session.add(ItemUnit(item_id=901, factor=1, name="粒", level="base"))
        session.add(ItemUnit(item_id=901, factor=24, name="盒", level="pack"))
    match(loaded)
    assert lines(loaded)["D001"].issue is Issue.RIVALS
    page = show(MappingPage(at(context_for("lead_buyer"), EAST)))
    settle()
    assert page.bench.merge.isVisible()
    kept = page.bench.candidate
    assert kept is not None
    page.bench.merge.click()
    form = dialog(page, ReasonForm)
    assert isinstance(form, ReasonForm)
    form.reason.setPlainText("同一文号重复建档")
    form.verb.click()
    settle()
    assert [one.code for one in page.bench.candidates] == [kept.code]
    assert lines(loaded)["D001"].safe


def test_what_was_read_before_the_list_changed_is_not_shown_after_it(
    page: MappingPage, settle: Settle, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A row read while a merge matched everything again kept its old candidates for good."""
    assert page.bench.view is not None
    old = replace(page.bench.view, candidates=())
    asked, matched, listed = Event(), Event(), Event()
    seen: set[int] = set()

    def late(db: Database, actor: Actor, org: int, local_id: int) -> RowView | None:
        first = local_id not in seen
        seen.add(local_id)
        asked.set()
        assert (matched if first else listed).wait(60)
        return old if first else row_view(db, actor, org, local_id)

    monkeypatch.setattr(desk, "row_view", late)
    page.refresh()
    qtbot.waitUntil(asked.is_set)
    page.refresh()
    rows = page.all
    matched.set()
    qtbot.waitUntil(lambda: page.all is not rows)
    listed.set()
    settle()
    assert len(page.bench.candidates) == 1


def at(context: PageContext, org: int) -> PageContext:
    """The context with another organisation chosen."""
    chosen = next(one for one in ORGS if one.id == org)
    context.scope = Scope((chosen,), chosen.name)
    return context
