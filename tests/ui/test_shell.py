"""The frame: navigation, actions in three ways, palette, scope, notices, errors, leaving."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from typing_extensions import override

from app.domain.errors import DomainError, EnvironmentProblem
from app.ui import theme
from app.ui.actions import ACTIONS, Act
from app.ui.changes import Topic
from app.ui.context import PageContext
from app.ui.opening import scopes_of
from app.ui.page import KeyHint, Page
from app.ui.pages import registry
from app.ui.shell.menus import MENU
from app.ui.shell.rail import Rail
from app.ui.shell.tab_order import ReadingOrder
from app.ui.shell.window import MainWindow
from tests.ui.keys import key, press, window_of

Settle = Callable[[], None]


class TrialPage(Page):
    """A page that notes what it is told."""

    name: ClassVar[str] = "trial"
    topics: ClassVar[frozenset[Topic]] = frozenset({Topic.STOCK})

    def __init__(self, context: PageContext) -> None:
        super().__init__(context)
        self.refreshed = 0
        self.arrived: dict[str, object] = {}
        self.done: list[Act] = []
        self.scans: list[str] = []
        self.lost = ""
        for act in (Act.UNDO, Act.EXPORT, Act.FINISH):
            self.on(act, partial(self.done.append, act))
        context.scans.subscribe(self, self.scans.append)

    @override
    def refresh(self) -> None:
        self.refreshed += 1

    @override
    def arrive(self, **arguments: object) -> None:
        self.arrived = arguments

    @override
    def counts(self) -> str:
        return "第 1–3 行，共 3 行"

    @override
    def keys(self) -> tuple[KeyHint, ...]:
        return (self.hint(Act.FINISH),)

    @override
    def unsaved(self) -> str:
        return self.lost

    @override
    def save_state(self) -> dict[str, object]:
        return {"refreshed": self.refreshed}


@pytest.fixture
def window(
    context_for: Callable[[str], PageContext],
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
    settle: Settle,
) -> MainWindow:
    monkeypatch.setattr(registry.PageSpec, "make", lambda _self, context: TrialPage(context))
    context = context_for("lead_buyer")
    shown = MainWindow(context, scopes_of(context.session))
    qtbot.addWidget(shown)
    with qtbot.waitExposed(shown):
        shown.show()
    shown.start()
    settle()
    return shown


def page_of(window: MainWindow) -> TrialPage:
    page = window.stack.current_page
    assert isinstance(page, TrialPage)
    return page


def test_screens_that_a_person_may_not_use_are_not_there(
    context_for: Callable[[str], PageContext],
) -> None:
    buyer = [spec.name for spec in registry.pages_for(context_for("lead_buyer").actor)]
    seller = [spec.name for spec in registry.pages_for(context_for("kangze_sales").actor)]
    assert "group_orders" in buyer
    assert "receiving" not in buyer
    assert {"home", "group_orders", "settlement", "settings"} <= set(seller)
    assert not {"catalogue", "prices", "stock", "replenishment", "receiving"} & set(seller)


def test_every_registered_page_can_be_imported() -> None:
    import importlib

    for spec in registry.PAGES:
        module = importlib.import_module(f"app.ui.pages.{spec.name}.page")
        assert issubclass(getattr(module, spec.cls), Page), spec.name
        assert getattr(module, spec.cls).name == spec.name


def test_the_first_screen_has_the_keys(window: MainWindow) -> None:
    assert window.focusWidget() is page_of(window)


def test_tab_reaches_what_stands_before_the_table_of_a_page(qtbot: QtBot) -> None:
    window, page = ReadingOrder(), QWidget()
    outer, inner = QVBoxLayout(window), QVBoxLayout(page)
    stops = {name: QLineEdit() for name in ("bar", "before", "rows", "behind")}
    outer.addWidget(stops["bar"])
    outer.addWidget(page)
    for name in ("before", "rows", "behind"):
        inner.addWidget(stops[name])
    page.setFocusProxy(stops["rows"])
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    page.setFocus()
    walked = []
    for _stop in range(4):
        here = next(name for name, stop in stops.items() if stop.hasFocus())
        walked.append(here)
        QTest.keyClick(stops[here], Qt.Key.Key_Tab)
    assert walked == ["rows", "behind", "bar", "before"]


def test_f2_is_the_scan_field_of_the_page_in_front(window: MainWindow) -> None:
    page = page_of(window)
    page.on(Act.SCAN, partial(page.done.append, Act.SCAN))
    key(window, Qt.Key.Key_F2)
    assert page.done == [Act.SCAN]


def test_back_and_forward_walk_through_the_screens(window: MainWindow) -> None:
    window.navigate("stock", item_id=7)
    assert page_of(window).arrived == {"item_id": 7}
    window.navigate("prices")
    window.perform(Act.BACK)
    assert window.stack.current_name == "stock"
    window.perform(Act.FORWARD)
    assert window.stack.current_name == "prices"
    assert window.rail.buttons["prices"].isChecked()
    rail = Rail(registry.PAGES, window.context.state)
    rail.show_current("upkeep")
    assert rail.buttons["stock"].isChecked(), "a screen that is not in the rail has a home there"


def test_ctrl_and_a_number_opens_a_screen(window: MainWindow) -> None:
    key(window, Qt.Key.Key_2, Qt.KeyboardModifier.ControlModifier)
    assert window.stack.current_name == window.specs[1].name


def test_an_action_is_reached_by_key_palette_and_program(
    window: MainWindow, settle: Settle
) -> None:
    page = page_of(window)
    key(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    window.perform(Act.EXPORT)
    window.perform(Act.PALETTE)
    window.palette_box.edit.setText(">导出")
    QTest.keyClick(window.palette_box.edit, Qt.Key.Key_Return)
    settle()
    assert page.done == [Act.EXPORT] * 3


def test_every_action_has_its_three_ways(window: MainWindow) -> None:
    bound = {shortcut.key().toString() for shortcut in window.findChildren(QShortcut)}
    offered = {action.act for action in window.entries.possible()}
    for action in ACTIONS.values():
        if action.key:
            assert QKeySequence(action.key).toString() in bound, action.act
    page = page_of(window)
    assert set(page.acts()) <= offered
    assert {act for act in MENU if act is not None} <= offered


def test_no_key_is_a_bare_letter_that_would_eat_a_scan() -> None:
    for action in ACTIONS.values():
        if action.key and "+" not in action.key:
            assert action.key.startswith("F"), action.act


def test_an_action_of_another_page_goes_there_first(window: MainWindow) -> None:
    window.perform(Act.EXPIRED)
    assert window.stack.current_name == "stock"


def test_what_writes_is_never_done_unseen_from_another_page(window: MainWindow) -> None:
    stay = [action.act for action in ACTIONS.values() if action.goes]
    assert Act.SUGGEST in stay
    window.perform(Act.SIGN)
    assert window.stack.current_name == "group_orders"
    assert page_of(window).done == []


def test_the_palette_finds_items_by_name_and_screens_by_pinyin(
    window: MainWindow, settle: Settle
) -> None:
    window.rail.setFocus()
    before = window.focusWidget()
    window.perform(Act.PALETTE)
    window.palette_box.edit.setText("阿莫西林")
    settle()
    assert any("阿莫西林胶囊" in title for title in window.palette_box.titles)
    window.palette_box.edit.setText("kc")
    assert "库存" in window.palette_box.titles
    window.palette_box.edit.setText("没有这种东西")
    settle()
    assert window.palette_box.titles == ["库存：没有这种东西 全部批号"]
    window.palette_box.edit.setText(">没有这种事")
    assert window.palette_box.titles == []
    QTest.keyClick(window.palette_box.edit, Qt.Key.Key_Escape)
    assert not window.palette_box.isVisible()
    assert window.focusWidget() is before


def test_a_scan_goes_to_the_page_in_front(window: MainWindow) -> None:
    from app.ui.widgets.scan_filter import ScanFilter

    scanner = ScanFilter(window, 2_000)
    scanner.scanned.connect(window.context.scans.route)
    scanner.watch(window_of(window))
    press(window, "8134567890123456")
    key(window, Qt.Key.Key_Return)
    assert page_of(window).scans == ["8134567890123456"]


def test_changes_refresh_the_page_in_front_and_later_the_hidden_ones(window: MainWindow) -> None:
    home = page_of(window)
    window.navigate("stock")
    stock = page_of(window)
    before = (home.refreshed, stock.refreshed)
    window.context.changes.announce({Topic.STOCK})
    window.context.changes.announce({Topic.PRICES})
    assert (home.refreshed, stock.refreshed) == (before[0], before[1] + 1)
    window.navigate("home")
    assert home.refreshed == before[0] + 1


def test_another_scope_asks_again_and_is_remembered(window: MainWindow) -> None:
    page = page_of(window)
    before = page.refreshed
    whole = next(s for s in scopes_of(window.context.session) if len(s.orgs) > 1)
    window.top.scope.choose(whole)
    assert window.context.scope == whole
    assert page.refreshed == before + 1
    assert window.context.state.get("scope") == {"title": whole.title}


def test_the_title_says_page_and_data(window: MainWindow) -> None:
    assert window.windowTitle().startswith("工作台 — 示例市中心医院")
    assert window.status.words == "第 1–3 行，共 3 行"


def test_below_1200_pixels_the_rail_shows_icons_with_tooltips(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.resize(1093, 600)
    qtbot.waitUntil(lambda: window.rail.narrow)
    assert window.rail.buttons["stock"].toolTip() == "库存"
    window.resize(1300, 700)
    qtbot.waitUntil(lambda: not window.rail.narrow)


def test_a_low_window_folds_groups_and_keeps_every_line_high_enough_to_hit(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.navigate("stock")
    window.resize(1300, 560)
    qtbot.waitUntil(lambda: any(group.folded for group in window.rail.groups))

    here = next(group for group in window.rail.groups if group.holds("stock"))
    assert not here.folded
    assert min(button.height() for button in here.buttons) >= 30

    folded = next(group for group in window.rail.groups if group.folded)
    folded.head.click()
    assert not folded.folded
    assert all(button.isVisibleTo(window.rail) for button in folded.buttons)


def test_what_a_person_folded_stays_folded_at_the_next_start(window: MainWindow) -> None:
    group = window.rail.groups[0]
    group.head.click()
    assert group.folded

    again = Rail(window.specs, window.context.state)
    again.resize(164, 1400)
    assert [one.folded for one in again.groups] == [
        one.name == group.name for one in window.rail.groups
    ]


def test_a_folded_group_says_how_much_waits(window: MainWindow) -> None:
    group = window.rail.groups[0]
    window.rail.show_badges(
        {group.buttons[0].spec.name: 2, group.buttons[1].spec.name: 3}, frozenset()
    )
    assert group.head.waiting == 5


def test_text_grows_and_shrinks_step_by_step(window: MainWindow, qtbot: QtBot) -> None:
    asked: list[tuple[str, str]] = []
    window.look_changed.connect(lambda name, value: asked.append((name, value)))
    window.perform(Act.LARGER)
    theme.apply(density_now=theme.Density.LARGE)
    window.perform(Act.LARGER)
    window.perform(Act.SMALLER)
    assert asked == [("density", "large"), ("density", "comfort")]


def test_errors_are_told_by_kind(window: MainWindow, no_error_log: list[str]) -> None:
    notices, errors = window.context.notices, window.context.errors
    reports: list[str] = []
    errors.bug.disconnect()
    errors.bug.connect(reports.append)
    errors.take(DomainError("lot.missing", "还没填批号。"))
    errors.take(EnvironmentProblem("db.away", "连不上数据库。"), lambda: None)
    errors.take(ZeroDivisionError("oops"))
    assert [notice.text for notice in notices.kept] == ["连不上数据库。", "还没填批号。"]
    assert notices.kept[0].action == "重试"
    assert "ZeroDivisionError" in reports[0]
    assert len(no_error_log) == 1
    no_error_log.clear()


def test_notices_stay_under_the_bell_and_errors_on_screen(window: MainWindow) -> None:
    notices = window.context.notices
    notices.problem("没能保存。", "E-DB-013")
    undone: list[str] = []
    notices.done("已收货入库。", action="撤销", act=lambda: undone.append("撤销"))
    assert window.top.bell.count == 2
    assert [toast.notice.text for toast in window.toasts.toasts] == ["已收货入库。", "没能保存。"]
    assert [toast.notice.lasting for toast in window.toasts.toasts] == [False, True]
    window.navigate(window.specs[1].name)
    assert [toast.notice.text for toast in window.toasts.toasts] == ["已收货入库。"]
    assert "没能保存。" in [notice.text for notice in notices.kept]
    notices.look()
    assert window.top.bell.count == 0
    key(window, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)  # without the mouse
    assert undone == ["撤销"]
    assert window.toasts.toasts == []


def test_what_is_said_again_is_in_sight_once(window: MainWindow) -> None:
    """Every attempt to save over a broken line says it: three of them hid the buttons below."""
    notices = window.context.notices
    for words in ("连不上集团主库。", "已收货入库。", "连不上集团主库。", "连不上集团主库。"):
        notices.problem(words)
    shown = [toast.notice.text for toast in window.toasts.toasts]
    assert shown == ["连不上集团主库。", "已收货入库。"]
    assert len(notices.kept) == 4, "each stays under the bell with its time"


def test_leaving_with_unsaved_work_asks_once(window: MainWindow, qtbot: QtBot) -> None:
    from app.ui.widgets.dialogs import Form

    page = page_of(window)
    page.lost = "收货单 SH20261014-002 改了 2 行还没保存"
    assert not window.close()
    question = window.findChild(Form)
    assert isinstance(question, Form)
    assert question.cancel.text() == "留下"
    question.cancel.click()
    assert window.isVisible()
    page.lost = ""
    with qtbot.waitSignal(window.closed):
        assert window.close()
    assert window.context.state.get("page.home") == {"refreshed": page.refreshed}


def test_a_page_that_cannot_be_built_leaves_the_rest_working(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, no_error_log: list[str]
) -> None:
    def broken(_spec: registry.PageSpec, _context: PageContext) -> Page:
        raise RuntimeError("broken page")

    window.context.errors.bug.disconnect()
    monkeypatch.setattr(registry.PageSpec, "make", broken)
    window.navigate("settings")
    assert window.stack.current_name == "home"
    assert len(no_error_log) == 1
    no_error_log.clear()


def test_the_whole_group_is_offered_to_who_may_see_it(
    context_for: Callable[[str], PageContext],
) -> None:
    def titles(login: str) -> list[str]:
        return [scope.title for scope in scopes_of(context_for(login).session)]

    assert titles("east_store") == ["城东社区卫生服务中心"]
    assert titles("lead_buyer")[-1] == "全集团（3 家）"
    assert titles("kangze_sales") == ["康泽医药有限公司"]
