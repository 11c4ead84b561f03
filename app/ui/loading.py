"""Loading while the person already sees a window: one thread at a time.

The first window stands before the services are loaded; a worker loads them then. Two threads that
load modules which need each other would wait for each other, so whoever loads late takes a turn:

    with loading.turn():
        from app.ui import workplace
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Final

_one: Final = RLock()


@contextmanager
def turn() -> Iterator[None]:
    """Wait until nobody else loads, and keep others waiting meanwhile."""
    with _one:
        yield
