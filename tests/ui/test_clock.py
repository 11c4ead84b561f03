"""A window on a local file whose clock went back: it says so, and offers the way out."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from app.domain.errors import ConflictError
from app.ui.context import PageContext
from app.ui.shell.window import MainWindow
from app.ui.widgets.dialogs import ReasonForm
from app.ui.widgets.text import Text
from tests.cli.runner import run
from tests.conftest import FixedClock
from tests.factories import EAST, Site
from tests.services.test_clock import use
from tests.services.test_consumption import receive


@pytest.fixture
def set_back(sqlite_site: Site, clock: FixedClock) -> Site:
    """A site at which a year is missing all at once."""
    receive(sqlite_site, EAST, {"A": (20, None)})
    use(sqlite_site)
    clock.advance(days=-365)
    return sqlite_site


@pytest.mark.parametrize(("login", "mine"), [("east_store", False), ("east_head", True)])
def test_the_window_says_so_and_offers_a_way_out(
    context_for: Callable[[str], PageContext],
    settle: Callable[[], None],
    qtbot: QtBot,
    set_back: Site,
    login: str,
    *,
    mine: bool,
) -> None:
    context = context_for(login)
    window = MainWindow(context, (context.scope,))
    qtbot.addWidget(window)
    settle()
    (told,) = (one for one in context.notices.kept if "早于最后一笔记录" in one.text)
    assert "差 365 天" in told.detail
    assert "请先校准" in told.text
    assert (told.action, told.lasting) == ("现在的时间没错" if mine else "", True)
    if mine:
        assert told.act is not None
        told.act()
        (form,) = window.findChildren(ReasonForm)
        shown = "\n".join(one.text() for one in form.findChildren(Text))
        assert "电脑现在的时间：2025-10-14 10:30；最后一笔记录：2026-10-14 10:30" in shown
        form.reason.setPlainText("年份设错过")
        form.submit()
        settle()
        assert "可以继续记账" in context.notices.kept[0].text
        use(set_back)
    context.jobs.carry = None


@pytest.mark.parametrize("days", [29, 366])
def test_a_clock_far_ahead_is_asked_about(
    context_for: Callable[[str], PageContext],
    settle: Callable[[], None],
    qtbot: QtBot,
    sqlite_site: Site,
    clock: FixedClock,
    days: int,
) -> None:
    """Goods would look expired, and what is booked would lie in the future."""
    receive(sqlite_site, EAST, {"A": (20, None)})
    use(sqlite_site)
    clock.advance(days=days)
    context = context_for("east_store")
    window = MainWindow(context, (context.scope,))
    qtbot.addWidget(window)
    settle()
    asked = [one.text for one in context.notices.kept if "看一下电脑的日期" in one.text]
    assert len(asked) == (days > 30)
    assert all("2027-10-15，最后一笔记录是 2026-10-14，已过 366 天" in one for one in asked)
    context.jobs.carry = None


def test_the_command_line_says_so_and_takes_the_word(set_back: Site, clock: FixedClock) -> None:
    site = set_back
    said = run(site, "east_head", "clock", "show")
    assert said.code == 1
    assert all(one in said.out for one in ("城东", "2026-10-14 10:30", "2025-10-14 10:30"))
    with pytest.raises(ConflictError, match="早于最后一笔记录"):
        use(site)
    assert run(site, "east_store", "clock", "confirm", "--reason", "年份设错过").code != 0
    done = run(site, "east_head", "clock", "confirm", "--reason", "年份设错过")
    assert "1 家机构可以继续记账" in done.out
    assert run(site, "east_head", "clock", "show").code == 0
    use(site)
