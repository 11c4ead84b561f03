"""Answers that come late."""

from __future__ import annotations

from threading import Event


class Held:
    """Answers of a question that come back when they are let go, the first ones last."""

    def __init__(self, late: int = 1) -> None:
        self.asked, self.go = Event(), Event()
        self._late = late

    def wait(self) -> None:
        """In the reader or writer thread."""
        self._late -= 1
        if self._late >= 0:
            self.asked.set()
            assert self.go.wait(60)
