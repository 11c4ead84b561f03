"""Python's collector rests while a unit of work is on.

A unit of work makes hundreds of thousands of small objects that live to its end: rows, lines,
prices. The collector would walk all of them again and again in search of cycles that are not
there; when 80,000 lines were consolidated that took as long as the work itself.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def unswept() -> Iterator[None]:
    """Let the collector rest; where it rests anyway, as in the window, it is left as it is."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
