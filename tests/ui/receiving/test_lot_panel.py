"""The panel of the lot that is counted, where the window is low and the text large."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from app.i18n import use_language
from app.services.receiving.commands import DeliverLine
from app.services.receiving.queries import find_delivery
from app.ui import theme
from app.ui.context import PageContext
from app.ui.pages.receiving.page import ReceivingPage
from tests.deliveries import INSULIN, note
from tests.factories import Site
from tests.ui.conftest import Show

Settle = Callable[[], None]


@pytest.fixture
def page(
    context: PageContext, show: Show, settle: Settle, sqlite_site: Site
) -> Callable[[theme.Density], ReceivingPage]:
    """The page with a note of cold goods open, in a narrow window."""
    made = note(sqlite_site, {}, lines=(DeliverLine(INSULIN, 2),), no="SH20261014-002")

    def opened(density: theme.Density) -> ReceivingPage:
        theme.apply(density_now=density)
        shown = show(ReceivingPage(context))
        settle()
        shown.list.opened.emit(find_delivery(*sqlite_site.as_("east_store"), made.no))
        settle()
        return shown

    return opened


def cut(widget: QWidget) -> bool:
    """Whether it has fewer pixels than it needs to be read."""
    least = widget.minimumSizeHint()
    return widget.height() < least.height() or widget.width() < least.width()


@pytest.mark.parametrize("height", [430, 600, 900])
@pytest.mark.parametrize("density", list(theme.Density))
def test_every_part_is_whole_and_what_has_the_keys_is_in_sight(
    page: Callable[[theme.Density], ReceivingPage], density: theme.Density, height: int
) -> None:
    shown = page(density)
    shown.resize(1036, height)
    QApplication.processEvents()
    panel = shown.view.panel
    assert panel.cold.isVisible(), "cold goods ask for their journey as well"
    buttons = (panel.refuse, panel.labels, panel.finish)
    fields = (panel.lot_field, panel.expiry_field, panel.qty_field)
    checks = (panel.checks,) if panel.checks.isVisible() else ()
    for part in (panel.badge, panel.name, panel.cold, *checks, *fields, *buttons):
        assert not cut(part), part
    for editor in (panel.lot, panel.expiry, panel.qty.edit):
        editor.setFocus()
        QApplication.processEvents()
        assert editor.visibleRegion().boundingRect() == editor.rect()
    assert panel.finish.visibleRegion().boundingRect() == panel.finish.rect()


def test_in_english_nothing_of_the_panel_runs_out_of_it(
    page: Callable[[theme.Density], ReceivingPage],
) -> None:
    """The button that adds a pack was cut, and the panel scrolled sideways."""
    use_language("en")
    shown = page(theme.Density.COMFORT)
    shown.resize(1202, 660)
    QApplication.processEvents()
    panel = shown.view.panel
    for part in (panel.qty, panel.cold, panel.checks, panel.refuse, panel.labels):
        assert not cut(part), part
        assert part.visibleRegion().boundingRect().width() == part.width(), part
