"""Memory that was used and let go: back to the system."""

from __future__ import annotations

import ctypes
from functools import lru_cache
from typing import Any


def give_back() -> None:
    """After much was let go: glibc keeps it when anything lies above; elsewhere nothing is done."""
    trim = _trim()
    if trim is not None:
        trim(0)


@lru_cache(maxsize=1)
def _trim() -> Any:
    """Its own function, or None with another C library."""
    try:
        return ctypes.CDLL(None).malloc_trim
    except (TypeError, OSError, AttributeError):
        return None
