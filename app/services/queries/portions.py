"""Long lists in portions: a statement carries only so many values (SQLite: 32,766)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, TypeVar

AT_ONCE: Final = 500
"""Values in one statement: more make it no faster."""

_T = TypeVar("_T")
_Key = TypeVar("_Key", int, str)


def portions(values: Sequence[_T], size: int = AT_ONCE) -> Iterator[Sequence[_T]]:
    """The values in their order, at most `size` at a time; nothing at all when there are none."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


def key_portions(keys: Iterable[_Key]) -> Iterator[list[_Key]]:
    """Each key once and in order, to ask a table by them; a list is an array to PostgreSQL."""
    for part in portions(sorted(set(keys))):
        yield list(part)
