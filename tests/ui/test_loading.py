"""A page's code is loaded while the window lives on."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.ui import loading
from app.ui.actions import Act
from app.ui.ahead import without_standing_still
from app.ui.context import PageContext
from app.ui.opening import scopes_of
from app.ui.pages import registry
from app.ui.shell.window import MainWindow
from tests.ui.test_shell import TrialPage

BELL = Event()
_WAITS = """
from tests.ui.test_loading import BELL

answered = BELL.wait(60)
"""


def test_the_window_lives_while_a_page_is_loaded(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "a_page_that_waits_for_the_window"
    (tmp_path / f"{name}.py").write_text(_WAITS, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    BELL.clear()
    QTimer.singleShot(0, BELL.set)  # only a living window rings

    without_standing_still(name)

    assert loading.is_loaded(name)
    assert vars(sys.modules.pop(name))["answered"]
    without_standing_still(name)
    assert name not in sys.modules, "what was loaded once is not loaded again"


def test_what_cannot_be_loaded_is_told_by_whoever_uses_it(qtbot: QtBot) -> None:
    without_standing_still("app.ui.pages.no_such_page")

    assert not loading.is_loaded("app.ui.pages.no_such_page")
    with pytest.raises(ModuleNotFoundError, match="no_such_page"):
        loading.load("app.ui.pages.no_such_page")


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], None]:
    """Something that a timer or an answer does while the next page's code is loaded."""

    def do(act: Callable[[], None]) -> None:
        under_way, done, load = Event(), Event(), loading.load

        def held(module: str) -> object:
            under_way.set()
            assert done.wait(60)
            return load(module)

        def now() -> None:
            assert under_way.wait(60)
            done.set()
            act()

        monkeypatch.setattr(loading, "_whole", set())
        monkeypatch.setattr(loading, "load", held)
        QTimer.singleShot(0, now)

    return do


@pytest.fixture
def window(
    context_for: Callable[[str], PageContext],
    monkeypatch: pytest.MonkeyPatch,
    qtbot: QtBot,
    settle: Callable[[], None],
) -> MainWindow:
    """A window of trial pages, with one open already beside the first."""
    monkeypatch.setattr(registry.PageSpec, "make", lambda _self, context: TrialPage(context))
    context = context_for("lead_buyer")
    shown = MainWindow(context, scopes_of(context.session))
    with qtbot.waitExposed(shown):
        shown.show()
    shown.start()
    shown.navigate("stock")
    shown.navigate("home")
    settle()
    return shown


def test_a_page_asked_for_later_is_not_overtaken(
    window: MainWindow, meanwhile: Callable[[Callable[[], None]], None]
) -> None:
    meanwhile(lambda: window.navigate("stock"))
    window.navigate("prices", item_id=7)

    assert window.stack.current_name == "stock"
    assert window.rail.buttons["stock"].isChecked()
    assert "prices" not in window.stack.pages
    window.perform(Act.BACK)
    assert window.stack.current_name == "home", "what was not shown is not gone back to"


def test_an_action_is_not_done_on_a_page_asked_for_later(
    window: MainWindow, meanwhile: Callable[[Callable[[], None]], None]
) -> None:
    act = Act.CONSOLIDATE  # at home on the page of group orders
    stock = window.stack.pages["stock"]
    assert isinstance(stock, TrialPage)
    stock.on(act, lambda: stock.done.append(act))
    meanwhile(lambda: window.navigate("stock"))
    window.perform(act)

    assert window.stack.current_page is stock
    assert not stock.done


@pytest.mark.parametrize("gone", [False, True], ids=["closed", "signed out"])
def test_no_page_is_made_in_a_window_that_is_gone(
    window: MainWindow, meanwhile: Callable[[Callable[[], None]], None], *, gone: bool
) -> None:
    reports: list[object] = []
    window.context.errors.bug.connect(reports.append)

    def end() -> None:
        window.leave()
        if gone:
            window.deleteLater()

    pages = window.stack.pages
    meanwhile(end)
    window.navigate("prices")

    assert isValid(window) is not gone
    assert set(pages) == {"home", "stock"}
    assert not reports
