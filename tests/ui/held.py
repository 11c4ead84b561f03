"""Answers that come late."""

from __future__ import annotations

from threading import Event
from types import ModuleType

import pytest


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


def hold(patch: pytest.MonkeyPatch, room: ModuleType, question: str) -> Held:
    """The first answer to what a module asks comes when it is let go."""
    held, ask = Held(), getattr(room, question)

    def late(*about: object) -> object:
        held.wait()
        return ask(*about)

    patch.setattr(room, question, late)
    return held
