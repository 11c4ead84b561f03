"""智能补货 as the east clinic sees it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.ui.context import PageContext
from app.ui.pages.replenishment.page import ReplenishmentPage
from tests.factories import Site
from tests.replenish_world import planned, usual
from tests.ui.conftest import Show

Settle = Callable[[], None]


@pytest.fixture
def page(sqlite_site: Site, context: PageContext, show: Show, settle: Settle) -> ReplenishmentPage:
    """The page on the suggestions of the east clinic."""
    usual(sqlite_site)
    planned(sqlite_site)
    made = show(ReplenishmentPage(context))
    settle()
    made.view.show_view("")
    return made
