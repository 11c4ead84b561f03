"""Choosing who shall get a line."""

from __future__ import annotations

from app.domain.documents import State
from app.i18n import _
from app.services.negotiation.choosing import LineChoice
from app.services.negotiation.drafts import DraftLine
from app.ui.pages.negotiation.board import Board, Pending
from app.ui.pages.negotiation.desk import NegotiationDesk, choice_of
from app.ui.pages.negotiation.frame import NegotiationFrame
from app.ui.pages.negotiation.share_form import ShareForm


class Picking:
    """The choices of the comparison, one line at a time."""

    def __init__(self, page: NegotiationFrame, desk: NegotiationDesk) -> None:
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
            self._page.compare.reason_card.ask()

    def unsaved(self) -> bool:
        """Whether a choice waits for its reason; then its line comes up and is told."""
        compare = self._page.compare
        board, grid = compare.board, compare.grid
        if board is None or grid is None or board.pending is None:
            return False
        at, place = board.pending.at, board.pending.place
        if not board.grid.able[place, at]:
            return False  # over the ceiling: it cannot win whatever is written
        line = board.found.lines[at]
        words = _("{name} 的拟选还没写理由，没有保存。请写好理由，或改选最低价。", name=line.name)
        self._page.context.notices.warn(words)
        compare.show_view("")
        grid.choose(line.line)
        return True

    def split(self, at: int) -> None:
        """Ask for the shares of a line, and keep them."""
        board = self._page.compare.board
        if board is None or not self._page.buyer or not 0 <= at < len(board.found.lines):
            return
        if not board.grid.able[:, at].any() or board.found.lines[at].failed:
            self._page.not_available()
            return
        ShareForm(board, at, lambda choice: self.keep(at, choice), self._page).open()

    def keep(self, at: int, choice: LineChoice) -> None:
        """Keep the suppliers of a line as they were typed."""
        board = self._page.compare.board
        if board is None:
            return
        rows = board.draft_lines(at, choice)
        self._store(board, choice, rows)

    def save(self, at: int, place: int, reason: str) -> None:
        """Keep a choice; the board follows without reading anything again."""
        board = self._page.compare.board
        if board is None:
            return
        line = board.found.lines[at].line
        choice = choice_of(line, board.found.suppliers[place].supplier_id, reason)
        self._store(board, choice, board.draft_lines(at, choice))

    def _store(self, board: Board, choice: LineChoice, rows: tuple[DraftLine, ...]) -> None:
        def saved() -> None:
            typing = self._page.compare.reason_card.reason.hasFocus()
            board.take(choice.line, rows)
            self._page.compare.changed()
            if typing:
                self._page.compare.focus_rows()
            self._page.say_subtitle()

        def failed(error: Exception) -> None:
            self._page.context.errors.take(error)
            self._page.compare.changed()

        self._desk.choose(board.found.project.id, choice, saved, failed)
