"""补货模拟 in the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtWidgets import QLineEdit
from shiboken6 import delete

from app.domain.replenish.scenario import Kind, Scenario
from app.ui.context import PageContext
from app.ui.pages.simulator.dialogs import ExceptionsForm, PolicyForm
from app.ui.pages.simulator.page import SimulatorPage
from tests.factories import Site
from tests.replenish_world import a_year

Show = Callable[[Any], Any]


@pytest.fixture
def page(
    sqlite_site: Site, context: PageContext, show: Show, settle: Callable[[], None]
) -> SimulatorPage:
    a_year(sqlite_site)
    made: SimulatorPage = show(SimulatorPage(context))
    settle()
    return made


def test_it_opens_with_both_policies_and_an_advice(page: SimulatorPage) -> None:
    assert page.found is not None
    assert page.model.rowCount() == 8
    assert "服务水平 98% · 近零库存" in page.b.words.text()
    assert "目标 21 天" in page.a.words.text()
    assert page.advice.headline.text() == str(page.found.advice.headline)
    assert "真实用量重放" in page.subtitle()
    assert "平均库存" in page.charts.lines.accessibleName()


def test_other_parameters_are_played_again(page: SimulatorPage, settle: Callable[[], None]) -> None:
    before = page.found
    page.ask(1)
    form = next(one for one in page.findChildren(PolicyForm) if one.isVisible())
    form.kind.choose(Kind.MONTHS)
    months = form.months.editor
    assert isinstance(months, QLineEdit)
    months.setText("x")
    form.verb.click()
    assert "月数应如" in form.problem.text()
    months.setText("2.5")
    form.verb.click()
    settle()
    assert page.scenarios is not None
    assert page.scenarios[1].tenths == 25
    assert page.found is not before
    assert not page.advice.take.isEnabled()


def test_exceptions_are_listed(page: SimulatorPage, settle: Callable[[], None]) -> None:
    assert page.scenarios is not None
    page.scenarios = (page.scenarios[0], Scenario(Kind.MONTHS, tenths=1))
    page.refresh()
    settle()
    assert page.found is not None
    assert page.found.exceptions
    page.advice.exceptions.click()
    form = next(one for one in page.findChildren(ExceptionsForm) if one.isVisible())
    assert form.model.rowCount() == len(page.found.exceptions)


def test_while_it_is_played_and_after_a_cancel_the_page_says_so(
    page: SimulatorPage, settle: Callable[[], None]
) -> None:
    """It was blank for a minute, and for good once it was cancelled."""
    page.model.set_rows([])
    page.refresh()
    panel = page.grid.overlay.panel
    assert panel.isVisible()
    assert "正在用过去一年的用量重放" in panel.words.text()
    for job in page.context.jobs.long_jobs:
        job.cancel()
    settle()
    assert panel.isVisible()
    assert panel.words.text() == "模拟没有做完。按 F5 再来一次。"


def test_a_page_that_went_while_it_was_played_is_told_nothing(
    sqlite_site: Site, context: PageContext, settle: Callable[[], None]
) -> None:
    """Another language builds the window anew: the answer came to a page that was no more."""
    a_year(sqlite_site)
    page = SimulatorPage(context)
    page.refresh()
    delete(page)
    settle()
    assert context.jobs.idle
