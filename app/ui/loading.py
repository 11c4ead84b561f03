"""Loading while the person already sees a window: one thread at a time.

The first window stands before the services are loaded; a worker loads them then. Two threads that
load modules which need each other would wait for each other, so whoever loads late takes a turn:

    with loading.turn():
        from app.ui import workplace
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from types import ModuleType
from typing import Final

_one: Final = RLock()
_whole: Final[set[str]] = set()


@contextmanager
def turn() -> Iterator[None]:
    """Wait until nobody else loads, and keep others waiting meanwhile."""
    with _one:
        yield


def load(module: str) -> ModuleType:
    """The module, loaded in a turn of its own."""
    with turn():
        loaded = importlib.import_module(module)
    _whole.add(module)
    return loaded


def is_loaded(module: str) -> bool:
    """Whether `load` would answer at once; a module that is being loaded just now is not."""
    return module in _whole
