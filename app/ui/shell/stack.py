"""The pages of the window: made when first opened, kept, remembered per person."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QStackedWidget, QWidget
from shiboken6 import isValid

from app.ui.ahead import without_standing_still
from app.ui.context import PageContext
from app.ui.page import Page
from app.ui.pages.registry import BY_NAME


class PageStack(QStackedWidget):
    """Holds the pages; `current_page` is the one in front."""

    def __init__(self, context: PageContext, chrome: Callable[[], None], parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._chrome = chrome
        self._wish: object = None
        """The page asked for last; None once the window closes."""
        self.pages: dict[str, Page] = {}

    @property
    def current_page(self) -> Page | None:
        """The page in front."""
        page = self.currentWidget()
        return page if isinstance(page, Page) else None

    @property
    def current_name(self) -> str:
        """Its registry name."""
        page = self.current_page
        return next((name for name, one in self.pages.items() if one is page), "")

    def bring(self, name: str, arguments: dict[str, object]) -> bool:
        """Bring a page to the front, making it if needed, and tell it why it is wanted.

        False if, while its code was loaded, another page was asked for or the window closed.
        """
        wish = self._wish = object()
        if self.current_page is not None and name not in self.pages:
            without_standing_still(BY_NAME[name].module)
            if self._wish is not wish or not isValid(self):
                return False
        before = self.current_page  # asked first: the first page made is in front at once
        page = self.pages.get(name) or self._make(name)
        if before is not None and before is not page:
            before.leave()
            self.remember(before)
        self.setCurrentWidget(page)
        if before is not page:
            page.setFocus()  # keys belong to the page; it may move the focus on to a field
        page.shown()
        if arguments:
            page.arrive(**arguments)
        self._chrome()
        return True

    def _make(self, name: str) -> Page:
        page = BY_NAME[name].make(self._context)
        self.pages[name] = page
        self.addWidget(page)
        page.chrome_changed.connect(self._chrome)
        self._context.changes.happened.connect(page.data_changed)
        saved = self._context.state.get(f"page.{name}")
        if saved:
            page.restore_state(saved)
        return page

    def remember(self, page: Page) -> None:
        """Keep the page's state for its person."""
        name = next((name for name, one in self.pages.items() if one is page), "")
        state = page.save_state()
        if name and state:
            self._context.state.put(f"page.{name}", state)

    def end(self) -> None:
        """Keep the state of every page; none is brought any more."""
        self._wish = None
        for page in self.pages.values():
            self.remember(page)

    def unsaved(self) -> list[str]:
        """What would be lost by closing, a sentence per page."""
        return [words for page in self.pages.values() if (words := page.unsaved())]
