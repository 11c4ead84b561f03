"""The grid: pages by key, filters, order, selection, copying, keyboard."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from decimal import Decimal
from threading import Event
from typing import Any

import pytest
from hypothesis import given, strategies as st
from PySide6.QtCore import QEvent, QModelIndex, QPoint, QRect, Qt
from PySide6.QtGui import QFocusEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.domain.errors import DomainError, EnvironmentProblem
from app.i18n import _, use_language
from app.ui import theme
from app.ui.jobs import JobRunner
from app.ui.tables import paint, summary
from app.ui.tables.cells import Qty, Row, Two
from app.ui.tables.columns import Column, Kind
from app.ui.tables.list_model import ListModel
from app.ui.tables.paged_model import KEPT_PAGES, PagedModel
from app.ui.tables.query import PageQuery, Sort
from app.ui.tables.view import GridView
from app.ui.tables.widths import Want, share
from tests.ui.grids import COLUMNS, Numbers, row

Settle = Callable[[], None]


def load_all(model: PagedModel, settle: Settle) -> None:
    settle()
    while model.canFetchMore(QModelIndex()):
        model.fetchMore(QModelIndex())
        settle()


@pytest.fixture
def paged(jobs: JobRunner, settle: Settle) -> Callable[[Numbers], PagedModel]:
    def make(source: Numbers) -> PagedModel:
        model = PagedModel(COLUMNS, source, jobs, page=20)
        model.reload()
        settle()
        return model

    return make


@pytest.fixture
def grid(
    paged: Callable[[Numbers], PagedModel], settle: Settle, qtbot: QtBot
) -> Callable[[int], GridView]:
    def make(size: int) -> GridView:
        view = GridView(paged(Numbers(size)))
        qtbot.addWidget(view)
        view.resize(1000, 400)
        with qtbot.waitExposed(view):
            view.show()
        settle()
        return view

    return make


def test_the_model_keeps_the_promises_of_qt_while_it_grows(
    paged: Callable[[Numbers], PagedModel], settle: Settle, qtmodeltester: Any
) -> None:
    model = paged(Numbers(90))
    qtmodeltester.check(model)
    load_all(model, settle)
    assert model.rowCount() == 90
    assert model.total == 90
    qtmodeltester.check(model)


def test_pages_are_asked_by_key_never_by_number(
    paged: Callable[[Numbers], PagedModel], settle: Settle
) -> None:
    source = Numbers(50)
    load_all(paged(source), settle)
    assert [key for _query, key, _limit in source.asked] == [None, 19, 39]


def test_only_the_last_pages_stay_and_a_dropped_one_comes_back(
    paged: Callable[[Numbers], PagedModel], settle: Settle, qtbot: QtBot
) -> None:
    source = Numbers(20 * (KEPT_PAGES + 3))
    model = paged(source)
    load_all(model, settle)
    assert model.rowCount() == source.size
    assert model.row_at(0) is None
    qtbot.waitUntil(lambda: model.row_at(0) is not None)
    assert model.row_at(0) == row(0)


def test_a_second_fetch_while_one_is_under_way_is_refused(
    paged: Callable[[Numbers], PagedModel], settle: Settle
) -> None:
    source = Numbers(100)
    model = paged(source)
    model.fetchMore(QModelIndex())
    model.fetchMore(QModelIndex())
    settle()
    assert model.rowCount() == 40


def test_an_answer_to_an_older_question_never_shows(
    paged: Callable[[Numbers], PagedModel], settle: Settle
) -> None:
    model = paged(Numbers(100))
    model.fetchMore(QModelIndex())
    model.ask(PageQuery(text="0099"))
    settle()
    assert [model.index(i, 1).data() for i in range(model.rowCount())] == [
        "药品 0099 0.25 g × 24 粒"
    ]


def test_a_page_asked_for_while_other_rows_come_is_one_of_those_in_sight(
    paged: Callable[[Numbers], PagedModel], settle: Settle, qtbot: QtBot
) -> None:
    """It was asked by the new question with an old key, and put into the new rows."""
    source, told = Numbers(20 * (KEPT_PAGES + 3)), list[object]()
    model = paged(source)
    model.problem.connect(told.append)
    load_all(model, settle)
    source.hold = Event()
    model.ask(PageQuery(text="药品 000"))
    assert model.row_at(20) is None, "of the old rows, dropped long ago"
    qtbot.waitUntil(lambda: len(source.held) == 2)
    source.hold.set()
    settle()
    assert [model.row_at(at) for at in range(model.rowCount())] == [row(n) for n in range(10)]
    assert not told


def test_rows_stay_on_screen_until_the_new_ones_are_there(
    grid: Callable[[int], GridView], settle: Settle
) -> None:
    view = grid(30)
    view.state.search("0001")
    assert view.model.rowCount() == 20
    settle()
    assert view.model.rowCount() == 1


def test_sorting_goes_up_down_and_back(grid: Callable[[int], GridView], settle: Settle) -> None:
    view = grid(5)
    steps = []
    for _click in range(3):
        view.state.click_sort("qty")
        steps.append(view.state.query.sorts)
    settle()
    assert steps == [(Sort("qty"),), (Sort("qty", descending=True),), ()]
    view.state.click_sort("qty")
    view.state.click_sort("expiry", add=True)
    assert view.state.query.sorts == (Sort("qty"), Sort("expiry"))


def test_a_filter_typed_under_the_heading_narrows_the_rows(
    grid: Callable[[int], GridView], settle: Settle, qtbot: QtBot
) -> None:
    view = grid(10)
    view.show_filters()
    edit = next(h.edits["qty"] for h in view.halves.headers if not h.edits["qty"].isHidden())
    QTest.keyClicks(edit, ">70")
    qtbot.waitUntil(lambda: view.model.rowCount() == 2)
    assert view.chips.isVisible()
    view.state.clear_all()
    settle()
    assert view.model.rowCount() == 10
    assert not view.chips.isVisible()


def test_a_filter_that_makes_no_sense_says_what_may_be_typed(
    grid: Callable[[int], GridView], qtbot: QtBot
) -> None:
    view = grid(10)
    view.show_filters()
    edit = next(h.edits["qty"] for h in view.halves.headers if not h.edits["qty"].isHidden())
    QTest.keyClicks(edit, ">x")
    qtbot.waitUntil(lambda: edit.property("state") == "bad")
    assert "10..50" in edit.toolTip()
    assert view.model.rowCount() == 10


def test_nothing_found_offers_to_clear_the_filters(
    grid: Callable[[int], GridView], settle: Settle
) -> None:
    view = grid(10)
    view.state.search("没有这种药")
    settle()
    assert view.overlay.panel.isVisible()
    view.overlay.panel.button.click()
    settle()
    assert view.model.rowCount() == 10
    assert not view.overlay.panel.isVisible()


def test_what_is_said_of_no_rows_leaves_the_foot_alone(qtbot: QtBot) -> None:
    """A choice that comes into the foot later was covered but for its lower edge."""
    model = ListModel(COLUMNS)
    model.set_rows([])
    view = GridView(model)
    qtbot.addWidget(view)
    view.set_empty("还没有单子。")
    foot, choice = QWidget(), QLineEdit()
    QVBoxLayout(foot).addWidget(choice)
    choice.hide()
    view.set_footer(foot)
    view.resize(900, 400)
    with qtbot.waitExposed(view):
        view.show()
    choice.show()
    panel = view.overlay.panel
    qtbot.waitUntil(lambda: foot.height() >= choice.sizeHint().height())
    assert panel.isVisible()
    assert panel.mapTo(view, QPoint(0, panel.height())).y() <= foot.y()


def test_the_rule_beside_the_identity_ends_with_the_rows(lines: GridView) -> None:
    halves = lines.halves
    assert halves.left.isVisible()
    x = halves.left.width()
    last = halves.right.rowViewportPosition(3) + halves.right.rowHeight(3)
    foot = halves.right.viewport().y() + last
    drawn = lines.grab(QRect(halves.pos(), halves.size())).toImage()
    ratio = drawn.devicePixelRatio()
    rule, ground = theme.colour("field"), theme.colour("surface")
    assert drawn.pixelColor(round(x * ratio), round((foot - 4) * ratio)) == rule
    assert drawn.pixelColor(round(x * ratio), round((foot + 4) * ratio)) == ground


def test_an_empty_list_says_why_it_is_empty(qtbot: QtBot) -> None:
    """Filled before the table stood; outside the page's own view; with other words later."""
    model = ListModel(COLUMNS)
    model.set_rows([])
    view = GridView(model)
    qtbot.addWidget(view)
    view.set_empty("还没有单子。")
    panel = view.overlay.panel
    assert (panel.isHidden(), panel.words.text()) == (False, "还没有单子。")
    view.overlay.narrowed = "这一类里现在没有。"
    model.set_rows([])
    assert panel.words.text() == "这一类里现在没有。"
    view.state.home = "now"
    view.state.view("now")
    assert not view.state.filtered
    view.state.view("past")
    assert view.state.filtered


def test_a_source_that_fails_says_so_in_place_and_tries_again(
    jobs: JobRunner, settle: Settle, qtbot: QtBot
) -> None:
    source = Numbers(5)
    source.error = EnvironmentProblem("db.away", "连不上数据库，请稍后重试。")
    view = GridView(PagedModel(COLUMNS, source, jobs))
    qtbot.addWidget(view)
    view.resize(900, 400)
    view.show()
    view.reload()
    settle()
    assert view.overlay.panel.words.text() == "连不上数据库，请稍后重试。"
    source.error = None
    view.overlay.panel.button.click()
    settle()
    assert view.model.rowCount() == 5


def test_selection_is_counted_and_summed(grid: Callable[[int], GridView]) -> None:
    view = grid(30)
    view.choose(3)
    assert "共 30 行" in view.counts()
    assert "已选 1 行 · 30" in view.counts()


@pytest.mark.usefixtures("qtbot")
@pytest.mark.parametrize(
    ("language", "sums"),
    [
        ("zh_CN", ["价税合计 ¥1,200.50", "未匹配 −¥3.00"]),
        ("en", ["价税合计 ¥1,200.50", "未匹配 −¥3.00"]),
    ],
)
def test_several_sums_are_told_apart_and_money_reads_as_money(
    language: str, sums: list[str]
) -> None:
    use_language(language)
    columns = tuple(
        Column(key=title, title=title, unit=_("元"), kind=Kind.MONEY, total=True)
        for title in ("价税合计", "未匹配")
    )
    model = ListModel(columns)
    rows = [
        Row(1, ("", ""), raw=(Decimal("1000.25"), Decimal(-3))),
        Row(2, ("", ""), raw=(Decimal("200.25"), None)),
    ]
    assert summary.sums(model, rows) == ["价税合计 ¥1,200.50", "未匹配 −¥3.00"]


def test_rows_are_copied_at_full_precision_with_headings(grid: Callable[[int], GridView]) -> None:
    view = grid(5)
    view.choose(2)
    view.halves.right.setFocus()
    QTest.keyClick(
        view.halves.right, Qt.Key.Key_C,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )  # fmt: skip
    lines = QGuiApplication.clipboard().text().split("\n")
    assert lines == ["品名\t数量\t有效期至\t状态", "药品 0002\t20\t\t"]


def test_both_halves_select_and_scroll_as_one(grid: Callable[[int], GridView]) -> None:
    view = grid(200)
    left, right = view.halves.bodies
    assert left.selectionModel() is right.selectionModel()
    right.verticalScrollBar().setValue(120)
    assert left.verticalScrollBar().value() == right.verticalScrollBar().value()
    assert not left.isColumnHidden(1)
    assert right.isColumnHidden(1)
    view.choose(3)  # its frozen cell is the current one
    for key, line in ((Qt.Key.Key_Down, 4), (Qt.Key.Key_Up, 3), (Qt.Key.Key_Home, 0)):
        QTest.keyClick(right, key)
        marked = [index.row() for index in right.selectionModel().selectedRows()]
        assert (right.currentIndex().row(), marked) == (line, [line]), "the row in hand is marked"


def test_what_was_arranged_comes_back(grid: Callable[[int], GridView], settle: Settle) -> None:
    view = grid(30)
    view.halves.hidden_keys = {"state"}
    view.halves.arrange()
    view.state.click_sort("qty")
    view.state.set_filter("expiry", "≤ 2027-04")
    settle()
    place = view.model.positions["qty"]
    view.halves.right.setColumnWidth(place, 222)  # drawn by the person
    saved = view.save_state()
    other = grid(30)
    other.restore_state(saved)
    settle()
    assert other.halves.hidden_keys == {"state"}
    assert other.state.query == view.state.query
    assert other.halves.right.columnWidth(place) == 222


@given(
    wants=st.lists(st.tuples(*[st.integers(0, 200)] * 4), min_size=1, max_size=8),
    room=st.integers(0, 3000),
)
def test_columns_share_the_room_needs_before_air(
    wants: list[tuple[int, int, int, int]], room: int
) -> None:
    asked = [Want(*itertools.accumulate(steps)) for steps in wants]
    widths = share(asked, room)
    tight, least, need, _good = (sum(level) for level in zip(*asked, strict=True))
    pairs = tuple(zip(widths, asked, strict=True))
    assert all(want.tight <= width <= want.good for width, want in pairs)
    assert sum(widths) <= (room if tight <= room else least)
    if room >= need:
        assert all(width >= want.need for width, want in pairs)
    else:  # nothing is spent on air, nothing is left unused that somebody needs
        assert all(width <= want.need for width, want in pairs)
        assert sum(widths) == (room if tight <= room else least)


def test_a_long_name_takes_the_air_of_its_neighbours(lines: GridView) -> None:
    lines.resize(600, 400)
    place = lines.model.positions["name"]
    before = lines.halves.left.columnWidth(place)
    long = row(1)
    name = "复方盐酸普萘洛尔缓释胶囊（进口分装）"
    cells = (long.cells[0], Two(name, "0.25 g × 24 粒"), *long.cells[2:])
    assert isinstance(lines.model, ListModel)
    lines.model.set_rows([Row(1, cells)])
    assert lines.halves.left.columnWidth(place) > before
    assert lines.halves.left.columnWidth(place) >= paint.cell_width(cells[1]) + 20
    QApplication.processEvents()
    assert lines.halves.right.horizontalScrollBar().maximum() == 0


def edit(line: object, _key: str, value: object) -> object:
    from app.ui.tables.cells import Row

    assert isinstance(line, Row)
    cells = list(line.cells)
    if isinstance(value, bool):
        cells[0] = value
    else:
        if not str(value).isdecimal():
            raise DomainError("qty.form", "数量要填整数。")
        cells[2] = Qty(str(value), "盒")
    return Row(line.key, tuple(cells), line.record)


@pytest.fixture
def lines(qtbot: QtBot) -> GridView:
    model = ListModel(COLUMNS, edit)  # type: ignore[arg-type]  # typed loosely for the test
    view = GridView(model)
    qtbot.addWidget(view)
    view.resize(900, 400)
    model.set_rows([row(n) for n in range(4)])
    with qtbot.waitExposed(view):
        view.show()
    view.choose(1)
    view.halves.right.setFocus()
    return view


def test_a_digit_starts_editing_and_enter_takes_it(lines: GridView, qtbot: QtBot) -> None:
    right = lines.halves.right
    QTest.keyClick(right, Qt.Key.Key_7)
    editor = right.viewport().findChild(QLineEdit, "cellEdit")
    assert isinstance(editor, QLineEdit)
    assert editor.text() == "7"
    QTest.keyClick(editor, Qt.Key.Key_5)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: lines.model.index(1, 2).data() == "75 盒")
    assert (1, "qty") in lines.model.marks
    assert "已改 1 行，未保存" in lines.counts()


def test_space_checks_the_row_and_undo_takes_it_back(lines: GridView) -> None:
    model = lines.model
    assert isinstance(model, ListModel)
    QTest.keyClick(lines.halves.right, Qt.Key.Key_Space)
    assert [r.key for r in model.checked("check")] == [1]
    assert model.undo()
    assert model.checked("check") == ()
    assert model.redo()
    assert [r.key for r in model.checked("check")] == [1]


def test_a_value_that_cannot_be_taken_is_refused_with_words(lines: GridView, qtbot: QtBot) -> None:
    model = lines.model
    assert isinstance(model, ListModel)
    with qtbot.waitSignal(model.refused) as refused:
        assert not model.setData(model.index(1, 2), "many")
    assert refused.args is not None
    assert refused.args[2].text == "数量要填整数。"
    assert lines.model.index(1, 2).data() == "10 盒"


def test_the_list_model_keeps_the_promises_of_qt(lines: GridView, qtmodeltester: Any) -> None:
    model = lines.model
    assert isinstance(model, ListModel)
    qtmodeltester.check(model)
    model.put(row(9))
    model.remove(0)
    model.order((Sort("qty", descending=True),))
    qtmodeltester.check(model)
    assert [r.key for r in model.rows] == [9, 3, 2, 1]


def test_esc_on_the_rows_of_a_dialog_closes_it(qtbot: QtBot) -> None:
    dialog = QDialog()
    qtbot.addWidget(dialog)
    model = ListModel(COLUMNS)
    view = GridView(model)
    QVBoxLayout(dialog).addWidget(view)
    model.set_rows([row(1)])
    dialog.open()
    view.focus_rows()
    QTest.keyClick(view.halves.right, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_letters_are_told_to_the_page_not_searched(lines: GridView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(lines.key_pressed) as told:
        QTest.keyClick(lines.halves.right, Qt.Key.Key_T)
    assert told.args == ["T"]


def test_the_first_row_begins_where_the_keys_come_to_none(lines: GridView, qtbot: QtBot) -> None:
    lines.halves.selection.clear()
    with qtbot.waitSignal(lines.current_changed):
        arrival = QFocusEvent(QEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason)
        QApplication.sendEvent(lines.halves.right, arrival)
    assert [one.key for one in lines.selected()] == [0]
