"""What other members can give of the lines on screen, and asking them for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, Signal

from app.domain.ids import new_op
from app.i18n import _
from app.services.replenishment.group_first import Help, HelpTaken, TakeHelp, offers, take
from app.ui.changes import Topic
from app.ui.page import Page
from app.ui.pages.replenishment.view_model import Suggestions


class Helper(QObject):
    """Reads and takes offers for a page.

    Signals:
        taken: A transfer request was made; the line is lower now.
        refused: It could not be (the error).
    """

    taken = Signal()
    refused = Signal(object)

    def __init__(self, page: Page, lines: Suggestions) -> None:
        super().__init__(page)
        self._page, self._lines = page, lines

    def read(self, show: Callable[[Mapping[int, Help]], None]) -> None:
        """Find who can give something of the open lines."""
        context = self._page.context
        db, actor, org = context.db, context.actor, context.org.id
        self._page.read(lambda: offers(db, actor, org), show, channel="offers")

    def take(self, found: Help) -> None:
        """Ask the donor, and lower the line."""
        row = self._lines.line(found.item_id)
        if row is None or self._lines.pending:
            return
        context = self._page.context
        db, actor = context.db, context.actor
        command = TakeHelp(
            new_op(), context.org.id, row.place_id, found.item_id, found.donor_id, row.version
        )

        def done(made: HelpTaken) -> None:
            context.changes.announce({Topic.TRANSFERS})
            context.notices.done(
                _("已向{donor}发出调拨申请 {no}。", donor=found.donor, no=made.transfer_no)
            )
            self.taken.emit()

        self._page.write(lambda: take(db, actor, command), done, self.refused.emit)
