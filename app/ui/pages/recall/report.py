"""The report of the recall that is chosen, on paper."""

from __future__ import annotations

from app.i18n import _
from app.services.recalls.papers import recall_paper
from app.services.recalls.recall import RecallRow
from app.ui.actions import Act
from app.ui.icons import Icon
from app.ui.page import Page
from app.ui.paper import offer_paper
from app.ui.tables.view import GridView
from app.ui.widgets.buttons import Button


class ReportButton(Button):
    """Prints the report of the current row; in sight while the recalls are."""

    def __init__(self, page: Page, recalls: GridView) -> None:
        super().__init__(_("召回报告"), icon=Icon.PRINTER, key="Ctrl+P")
        self._page, self._recalls = page, recalls
        self.setVisible(False)
        self.clicked.connect(lambda: page.perform(Act.PRINT))
        page.on(Act.PRINT, self.print)

    def print(self) -> None:
        """Open or print it."""
        row = None if self.isHidden() else self._recalls.current()
        recall = row.record if row else None
        if not isinstance(recall, RecallRow):
            self._page.not_available()
            return
        db, actor = self._page.context.db, self._page.context.actor
        offer_paper(self._page, lambda: recall_paper(db, actor, recall.id), recall.no)
