"""What other members can give of the lines on screen, and asking them for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject, Signal

from app.domain.ids import new_op
from app.i18n import _
from app.services.replenishment.group_first import Help, HelpTaken, TakeHelp, Wish, offers, take
from app.ui.changes import Topic
from app.ui.page import Page
from app.ui.pages.replenishment.help_form import HelpForm
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

    def ask(self) -> None:
        """Spell out what members can give of all picked lines, then ask them for it."""
        if self._lines.offers and not self._lines.pending:
            form = HelpForm(self._lines.offers, self._page)
            form.chosen.connect(self.take)
            form.open()

    def take(self, found: Sequence[Help]) -> None:
        """Ask the donors, and lower the lines."""
        if self._lines.board is None or self._lines.pending:
            return
        context = self._page.context
        db, actor = context.db, context.actor
        wishes = tuple(
            Wish(one.item_id, one.donor_id, row.version)
            for one in found
            if (row := self._lines.line(one.item_id)) is not None
        )
        command = TakeHelp(new_op(), context.org.id, self._lines.board.place_id, wishes)

        def done(made: HelpTaken) -> None:
            context.changes.announce({Topic.TRANSFERS})
            words = [one.words for one in made.asked]
            if made.gone:
                words.append(_("{n} 个品规对方刚刚没有多余的了，没有申请。", n=made.gone))
            context.notices.done("\n".join(words))
            self.taken.emit()

        self._page.write(lambda: take(db, actor, command), done, self.refused.emit)
