"""Scans that come while a page saves: they wait for the answer and are then taken in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable


class Saving:
    """Whether a list is on its way, and what waits for its end.

    A scanner does not wait for the program: without this, what is scanned between the key and the
    answer goes into a list that the answer empties.
    """

    def __init__(self) -> None:
        self.on = False
        self._waiting: deque[Callable[[], None]] = deque()

    def begin(self) -> bool:
        """The list is sent now; False when it is on its way already."""
        if self.on:
            return False
        self.on = True
        return True

    def after(self, act: Callable[[], None]) -> None:
        """Do something with the list: now, or behind what waits for the answer."""
        if self.on:
            self._waiting.append(act)
        else:
            act()

    def end(self) -> None:
        """The answer is there: what waited is done in its order, until the next saving."""
        self.on = False
        while self._waiting and not self.on:
            self._waiting.popleft()()
