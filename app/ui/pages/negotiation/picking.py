"""Choosing who shall get a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.documents import State
from app.ui.pages.negotiation.board import Pending
from app.ui.pages.negotiation.desk import NegotiationDesk, choice_of

if TYPE_CHECKING:
    from app.ui.pages.negotiation.page import NegotiationPage


class Picking:
    """The choices of the comparison, one line at a time."""

    def __init__(self, page: NegotiationPage, desk: NegotiationDesk) -> None:
        self._page = page
        self._desk = desk

    def pick(self, at: int, place: int) -> None:
        """Choose a supplier for a line: saved at once, or asked for its reason."""
        board = self._page.compare.board
        if board is None or not self._page.buyer:
            return
        found = board.found
        if found.project.state not in {State.BARGAINING, State.REVIEWING}:
            return
        if not int(board.grid.standing[place, at]):
            return
        board.pending = Pending(at, place)
        if board.grid.able[place, at] and not board.dearer(at, place):
            self.save(at, place, "")
        else:
            self._page.compare.changed()

    def save(self, at: int, place: int, reason: str) -> None:
        """Keep a choice; the board follows without reading anything again."""
        board = self._page.compare.board
        if board is None:
            return
        line = board.found.lines[at].line
        choice = choice_of(line, board.found.suppliers[place].supplier_id, reason)

        def saved() -> None:
            board.take(line, (board.draft_line(at, place, reason),))
            self._page.compare.changed()
            self._page.say_subtitle()

        def failed(error: Exception) -> None:
            self._page.context.errors.take(error)
            self._page.compare.changed()

        self._desk.choose(board.found.project.id, choice, saved, failed)
