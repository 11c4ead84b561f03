"""盘点 by scanner: start, scan, submit, a second count where it differs, approval by another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from threading import Event

import pytest
from PySide6.QtWidgets import QLineEdit, QPushButton
from pytestqt.qtbot import QtBot
from sqlalchemy import select

from app.domain.ids import new_op
from app.domain.stock.counting import CountState, DisposalState
from app.models.counting import DisposalLine
from app.services.counting.count import StartCount, start
from app.services.counting.disposal import Ask, Decide, Goods, ask, decide, disposals
from app.services.counting.listing import CountLineRow, count_lines, counts
from app.ui.context import PageContext
from app.ui.disposal_form import DisposalForm
from app.ui.page import Page
from app.ui.pages.counting import page as counting
from app.ui.pages.counting.dialogs import DestroyForm, StartForm
from app.ui.pages.counting.page import CountingPage
from app.ui.status import Status
from app.ui.widgets.dialogs import Form, ReasonForm
from tests.deliveries import gs1
from tests.factories import EAST, KANGZE, Site
from tests.services.test_consumption import AMOXICILLIN, on_hand, receive
from tests.ui.conftest import Show

Settle = Callable[[], None]
Scan = Callable[[Page, str], None]
Make = Callable[[str], PageContext]
FAR = date(2027, 9, 30)


def opened(page: CountingPage) -> Form:
    return next(form for form in page.findChildren(Form) if form.isVisible())


def test_lines_that_come_when_there_is_no_count_any_more_are_not_shown(
    context: PageContext, sqlite_site: Site, show: Show, settle: Settle, qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """An organisation without counts showed the lines of the one before."""
    receive(sqlite_site, EAST, {"A": (2, FAR)})
    start(
        *sqlite_site.as_("east_store"), StartCount(new_op(), EAST, sqlite_site.world.stores[EAST])
    )
    asked, go = Event(), Event()

    def late(*wanted: object) -> tuple[CountLineRow, ...]:
        asked.set()
        assert go.wait(60)
        return count_lines(*wanted)  # type: ignore[arg-type]

    monkeypatch.setattr(counting, "count_lines", late)
    page = show(CountingPage(context))
    qtbot.waitUntil(asked.is_set)
    monkeypatch.setattr(counting, "counts", lambda *_asked: ())
    page.refresh()
    qtbot.waitUntil(lambda: page.head is None)
    go.set()
    settle()
    assert page.model.rowCount() == 0


def test_a_count_by_scanner_and_keyboard(
    context_for: Make, sqlite_site: Site, show: Show, settle: Settle, scan: Scan
) -> None:
    receive(sqlite_site, EAST, {"A": (2, FAR)})
    page = show(CountingPage(context_for("east_store")))
    settle()
    page.new_button.click()
    settle()
    form = opened(page)
    assert isinstance(form, StartForm)
    form.place.choose(sqlite_site.world.stores[EAST])
    form.verb.click()
    settle()
    scan(page, gs1(AMOXICILLIN, "A", FAR))
    settle()
    shown = page.bar.panel.result
    assert shown is not None
    assert (shown.status, shown.text) == (Status.OK, "已盘 1 盒")
    line = page.model.row_at(0)
    assert line is not None
    assert line.value(4) is None
    page.done_button.click()
    settle()
    line = page.model.row_at(0)
    assert line is not None
    assert line.value(7) == "要复盘"
    page.model.setData(page.model.index(0, 3), "0+23")
    settle()
    told = page.bar.panel.result
    assert told is not None
    assert "复盘要换个人数" in told.text
    other = show(CountingPage(context_for("east_second")))
    settle()
    other.model.setData(other.model.index(0, 3), "0+23")
    settle()
    typed = other.model.row_at(0)
    assert typed is not None
    assert typed.raw[3] == 23
    editor = QLineEdit()
    delegate = other.lines.halves.delegate
    delegate.setEditorData(editor, other.model.index(0, 3))
    assert editor.text() == "+23", "loose tablets are not dropped when the field is opened"
    editor.setText("0")
    delegate.setModelData(editor, other.model, other.model.index(0, 3))
    settle()
    assert other.model.row_at(0) == typed, "what nobody typed is not taken"
    other.model.setData(other.model.index(0, 3), "1")
    settle()
    other.done_button.click()
    settle()
    assert [x.state for x in counts(*sqlite_site.as_("east_store"), [EAST])] == [
        CountState.TO_APPROVE
    ]


def test_a_count_is_sent_back_approved_by_the_head_and_booked_by_a_keeper(
    context_for: Make, sqlite_site: Site, show: Show, settle: Settle
) -> None:
    lots = receive(sqlite_site, EAST, {"A": (2, FAR)})
    keeper = show(CountingPage(context_for("east_store")))
    keeper.starting.start(sqlite_site.world.stores[EAST], 5)
    settle()
    keeper.model.setData(keeper.model.index(0, 3), "1")
    settle()
    keeper.done_button.click()
    settle()
    head = show(CountingPage(context_for("east_head")))
    settle()
    assert (head.done_button.text(), head.cancel_button.isEnabled()) == ("批准", False)
    head.back_button.click()
    form = opened(head)
    assert isinstance(form, ReasonForm)
    form.reason.setPlainText("少一盒，再找找")
    form.verb.click()
    settle()
    keeper.refresh()
    settle()
    row = keeper.counts_grid.model.row_at(0)
    assert row is not None
    assert "退回：少一盒，再找找" in str(row.cells[0])
    assert not keeper.back_button.isVisible()
    second = show(CountingPage(context_for("east_second")))
    settle()
    second.model.setData(second.model.index(0, 3), "1")
    settle()
    second.done_button.click()
    settle()
    head.refresh()
    settle()
    head.done_button.click()
    opened(head).verb.click()
    settle()
    assert (head.done_button.isEnabled(), on_hand(sqlite_site, lots["A"])) == (False, 48)
    keeper.refresh()
    settle()
    assert keeper.done_button.text() == "入账"
    keeper.done_button.click()
    opened(keeper).verb.click()
    settle()
    assert on_hand(sqlite_site, lots["A"]) == 24
    line = keeper.model.row_at(0)
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
    form.verb.click()
    assert form.isVisible()
    form.reason.setText("跌落破损")
    form.count.setText("半盒")
    form.verb.click()
    assert "不是数量" in form.count_field.problem.text
    form.count.setText("1+5")
    form.verb.click()
    settle()
    assert page.disposals.model.rowCount() == 1
    with sqlite_site.owner.read() as session:
        assert session.scalars(select(DisposalLine.qty)).all() == [24 + 5]


def test_a_write_off_is_refused_or_destroyed_before_two_witnesses(
    context_for: Make, sqlite_site: Site, show: Show, settle: Settle
) -> None:
    lots = receive(sqlite_site, EAST, {"A": (2, FAR)})
    goods = (Goods(sqlite_site.world.bins[EAST], AMOXICILLIN, lots["A"], KANGZE, 24),)
    for _paper in range(2):
        ask(*sqlite_site.as_("east_store"), Ask(new_op(), EAST, goods, "damaged", "跌落破损"))
    page = show(CountingPage(context_for("east_second")))
    settle()

    def begin(place: int) -> Form:
        row = page.disposals.model.row_at(place)
        assert row is not None
        page.disposals.opened.emit(row)
        settle()
        return opened(page)

    no = next(one for one in begin(0).findChildren(QPushButton) if one.text() == "不同意")
    no.click()
    settle()
    begin(1).verb.click()
    settle()
    states = {one.state for one in disposals(*sqlite_site.as_("east_store"), [EAST])}
    assert states == {DisposalState.REFUSED, DisposalState.APPROVED}

    form = begin(1)
    assert isinstance(form, DestroyForm)
    form.two.choose(form.one.value)
    form.method.setText("交医废公司焚烧")
    form.verb.click()
    assert "两名不同的见证人" in form.fields["destroy.witness"].problem.text
    assert form.method.text() == "交医废公司焚烧"
    form.two.setCurrentIndex(1 - form.one.currentIndex())
    form.verb.click()
    settle()
    assert on_hand(sqlite_site, lots["A"]) == 24


def test_what_was_approved_can_be_given_up(
    context_for: Make, sqlite_site: Site, show: Show, settle: Settle
) -> None:
    lots = receive(sqlite_site, EAST, {"A": (2, FAR)})
    goods = (Goods(sqlite_site.world.bins[EAST], AMOXICILLIN, lots["A"], KANGZE, 24),)
    for supplier in (0, KANGZE):
        wish = Ask(new_op(), EAST, goods, "damaged", "跌落破损", supplier)
        paper = ask(*sqlite_site.as_("east_store"), wish)
        decide(*sqlite_site.as_("east_second"), Decide(new_op(), EAST, paper, 1))
    page = show(CountingPage(context_for("east_store")))
    settle()
    for place, words in enumerate(("不退了", "不报损了")):
        row = page.disposals.model.row_at(place)
        assert row is not None
        page.disposals.opened.emit(row)
        settle()
        buttons = opened(page).findChildren(QPushButton)
        next(one for one in buttons if one.text() == words).click()
        settle()
    states = {one.state for one in disposals(*sqlite_site.as_("east_store"), [EAST])}
    assert states == {DisposalState.REFUSED}
    assert on_hand(sqlite_site, lots["A"]) == 48
