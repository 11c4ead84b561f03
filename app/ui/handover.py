"""What a form hands over: it waits until the change it asked for is made, or refused.

A form does not know who writes for it: it is asked for with a signal. While it hands over, it is
named here, and the one writer (`app.ui.jobs`) tells it what became of the change. Nothing of this
leaves the GUI thread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol


class Asker(Protocol):
    """A form that asked for a change."""

    def asked(self) -> None:
        """A change is on its way to the writer."""

    def taken(self) -> None:
        """It is made."""

    def refused(self, error: Exception) -> bool:
        """It is not made; True if the form says why, so that nobody else needs to."""


class Handed:
    """What a form has handed over and waits for.

    Args:
        close: Closes the form.
        show: Says a refusal in it; False where that is for others to say.
    """

    def __init__(self, close: Callable[[], None], show: Callable[[Exception], bool]) -> None:
        self._close = close
        self._show = show
        self._pending = 0
        self.waits = False

    @property
    def busy(self) -> bool:
        """Whether something that was asked for has no answer yet."""
        return self._pending > 0

    def wait(self) -> bool:
        """Wait for the change asked for; False if there is none, or one alone could be refused."""
        self.waits = self._pending == 1
        return self.waits

    def asked(self) -> None:
        """A change is on its way to the writer."""
        self._pending += 1

    def taken(self) -> None:
        """It is made."""
        self._pending -= 1
        if self.waits:
            self.waits = False
            self._close()

    def refused(self, error: Exception) -> bool:
        """It is not made."""
        self._pending -= 1
        if not self.waits:
            return False
        self.waits = False
        return self._show(error)


_asker: ContextVar[Asker | None] = ContextVar("asker", default=None)


@contextmanager
def by(asker: Asker) -> Iterator[None]:
    """Every change asked for inside is asked for by this form."""
    before = _asker.set(asker)
    try:
        yield
    finally:
        _asker.reset(before)


_said: ContextVar[Exception | None] = ContextVar("said", default=None)


@contextmanager
def said(error: Exception) -> Iterator[None]:
    """The form in front says this error; what is done about it inside need not say it again."""
    before = _said.set(error)
    try:
        yield
    finally:
        _said.reset(before)


def is_said(error: Exception) -> bool:
    """Whether the form in front says this error."""
    return _said.get() is error


def asker() -> Asker | None:
    """The form that is handing over now, if one is."""
    return _asker.get()
