"""A page that is one long list: views as chips, a search, and a panel beside it."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from typing_extensions import override

from app.ui.page import Page
from app.ui.tables.view import GridView
from app.ui.widgets.cards import DetailPanel
from app.ui.widgets.chips import ViewChips
from app.ui.widgets.fields import SearchEdit


class ListPage(Page):
    """What such pages share; the page that it becomes makes the parts.

    Attributes:
        grid: The list, read in pages.
        panel: What stands beside it for the row in hand.
        search: What the list is searched by.
        chips: Its views.
    """

    grid: GridView
    panel: DetailPanel
    search: SearchEdit
    chips: ViewChips

    @override
    def counts(self) -> str:
        return self.grid.counts()

    @override
    def save_state(self) -> dict[str, object]:
        return {"grid": self.grid.save_state()}

    @override
    def restore_state(self, state: dict[str, object]) -> None:
        saved = state.get("grid")
        if isinstance(saved, dict):
            self.grid.restore_state(saved)
            self.chips.choose(self.grid.state.query.view)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.panel.fit(self.window().width())

    def show_view(self, view: str) -> None:
        """List what belongs to a view."""
        self.chips.choose(view)
        self.grid.state.view(view)

    def clear(self) -> None:
        """Everything again: no search, no filters."""
        self.search.clear()
        self.grid.state.clear_all()
        self.show_view("")
