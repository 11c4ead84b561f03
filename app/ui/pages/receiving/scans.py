"""Scans of one note that is open: looked up one after the other, in the order they came."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.receiving.reading import Found, Reading, read
from app.services.receiving.commands import Opened
from app.services.receiving.lookup import look_up
from app.ui.page import Page
from app.ui.turns import Turns


class Scans:
    """Looks scans up; what is under way when the note is left is answered to nobody.

    Args:
        page: Whose readers are asked.
        opened: The note.
        items: Gives the goods of the note, asked before each look.
        found: Told what a scan is.
        failed: Told why it could not be looked up; the scans behind it are let go.
    """

    def __init__(
        self,
        page: Page,
        opened: Opened,
        items: Callable[[], frozenset[int]],
        found: Callable[[Reading, Found], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self._page, self._opened, self._items = page, opened, items
        self._found, self._failed = found, failed
        self._turns = Turns()  # goes with this note, not with the page
        self._left = False

    def take(self, text: str) -> None:
        """One more scan; it waits for those before it."""
        self._turns.ask(
            lambda done, failed: self._page.read(self._question(text), done, failed),
            self._answer, self._no_answer,
        )  # fmt: skip

    def then(self, act: Callable[[], None]) -> None:
        """Do something behind the scans made so far."""
        self._turns.then(act)

    def leave(self) -> None:
        """The note was left: a scan for it must not count on another one."""
        self._left = True
        self._turns.clear()

    def _question(self, text: str) -> Callable[[], tuple[Reading, Found]]:
        opened, items = self._opened, self._items()
        db, actor = self._page.context.db, self._page.context.actor

        def ask() -> tuple[Reading, Found]:
            reading = read(text, opened.today, opened.rules)
            return reading, look_up(db, actor, opened.note.org_id, reading, items)

        return ask

    def _answer(self, answer: tuple[Reading, Found]) -> None:
        if not self._left:
            self._found(*answer)

    def _no_answer(self, error: Exception) -> None:
        self._turns.clear()
        if not self._left:
            self._failed(error)
