"""Questions asked one after another: scans are answered in the order they were made."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from PySide6.QtCore import QObject

T = TypeVar("T")
Start = Callable[[Callable[[T], None], Callable[[Exception], None]], object]
"""Asks a question; told what to do with its answer, and with its refusal."""


class Turns(QObject):
    """Asks the next question when the one before is answered.

    A page has several readers: of two fast scans the second may be answered first. Its list would
    stand in another order than the goods, undo would take back the wrong one, and a key pressed
    behind the last scan would leave it out.

    Args:
        asker: The form or view that scans: once it is gone nobody is answered. None for what
            watches that itself.
    """

    def __init__(self, asker: QObject | None = None) -> None:
        super().__init__(asker)
        self._waiting: deque[Callable[[], None]] = deque()
        self._asked = False
        self._refusals = 0

    def ask(
        self, start: Start[T], done: Callable[[T], None], failed: Callable[[Exception], None]
    ) -> None:
        """Ask now, or behind what was asked before; what it asks with is read at its turn."""

        def turn() -> None:
            self._asked = True
            start(partial(self._answered, done), partial(self._refused, failed))

        self._waiting.append(turn)
        self._next()

    def then(self, act: Callable[[], None], instead: Callable[[], None] | None = None) -> None:
        """Act when all that was asked is answered; not at all when one of it is refused.

        The person who pressed the key believed that everything was taken: `instead` says that the
        key did nothing.
        """
        before = self._refusals

        def turn() -> None:
            if self._refusals == before:
                act()
            elif instead is not None:
                instead()

        self._waiting.append(turn)
        self._next()

    def refuse(self) -> None:
        """An answer was not taken: what waits behind it (`then`) is not done."""
        self._refusals += 1

    def clear(self) -> None:
        """Ask nothing more of what waits."""
        self._waiting.clear()

    def _answered(self, done: Callable[[T], None], found: T) -> None:
        self._asked = False
        try:
            done(found)
        finally:
            self._next()

    def _refused(self, failed: Callable[[Exception], None], error: Exception) -> None:
        self.refuse()
        self._answered(failed, error)

    def _next(self) -> None:
        while self._waiting and not self._asked:
            self._waiting.popleft()()
