"""A reader for one R data frame in an `.rda` file (XDR format 2 or 3), so that no R is needed.

Only what the antibiotic series use is understood: pair lists, vectors, factors, attributes.
Layout: R Internals, section "Serialization Formats".
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import struct
from pathlib import Path
from typing import Any, Final

_SYMBOL, _PAIRS, _CHARS, _INTS, _REALS, _STRINGS, _LIST = 1, 2, 9, 13, 14, 16, 19
_LOGICALS, _ALTREP, _NIL, _REFERENCE = 10, 238, 254, 255
_OPENERS: Final = {
    b"BZh": bz2.decompress,
    b"\x1f\x8b\x08": gzip.decompress,
    b"\xfd7z": lzma.decompress,
}


class _Reader:
    """A cursor over the bytes, with the table of symbols seen so far."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.symbols: list[Any] = []

    def integer(self) -> int:
        self.at += 4
        return int(struct.unpack_from(">i", self.data, self.at - 4)[0])

    def block(self, code: str, size: int) -> list[Any]:
        count = self.integer()
        values = list(struct.unpack_from(f">{count}{code}", self.data, self.at))
        self.at += count * size
        return values

    def item(self) -> Any:
        flags = self.integer()
        kind = flags & 255
        if kind == _PAIRS:
            return self.pairs(flags)
        if kind == _SYMBOL:
            self.symbols.append(self.item())
            return self.symbols[-1]
        if kind == _REFERENCE:
            return self.symbols[(flags >> 8) - 1]
        if kind == _ALTREP:
            return self.compact()
        value = self.vector(kind)
        attributes = self.item() if flags & 512 and kind != _CHARS else None
        return _named(value, attributes)

    def vector(self, kind: int) -> Any:
        if kind == _NIL:
            return None
        if kind == _CHARS:
            length = self.integer()
            self.at += max(length, 0)
            return (
                self.data[self.at - length : self.at].decode(errors="replace")
                if length >= 0
                else None
            )
        if kind in {_INTS, _LOGICALS}:
            return self.block("i", 4)
        if kind == _REALS:
            return self.block("d", 8)
        if kind in {_STRINGS, _LIST}:
            return [self.item() for _ in range(self.integer())]
        raise ValueError(f"R type {kind} at byte {self.at} is not known")

    def pairs(self, flags: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        while flags & 255 == _PAIRS:
            if flags & 512:
                self.item()
            tag = self.item() if flags & 1024 else str(len(result))
            result[tag] = self.item()
            flags = self.integer()
        return result

    def compact(self) -> Any:
        """An alternative representation: (class, state, attributes); the state holds the data."""
        self.item()
        state = self.item()
        self.item()
        if isinstance(state, list) and len(state) == 3:  # noqa: PLR2004 - count, first, step
            count, first, step = (int(value) for value in state)
            return list(range(first, first + count * step, step))
        return state


def _named(value: Any, attributes: dict[str, Any] | None) -> Any:
    if not attributes:
        return value
    if "levels" in attributes:
        return [attributes["levels"][index - 1] for index in value]
    if "names" in attributes and isinstance(value, list):
        return dict(zip(attributes["names"], value, strict=True))
    return value


def read_frame(path: Path) -> dict[str, list[Any]]:
    """The columns of the first data frame in `path`."""
    raw = path.read_bytes()
    data = next((unpack(raw) for mark, unpack in _OPENERS.items() if raw.startswith(mark)), raw)
    reader = _Reader(data)
    reader.at = data.index(b"X\n") + 2
    version = reader.integer()
    reader.integer()
    reader.integer()
    if version >= 3:  # noqa: PLR2004 - format 3 adds the native encoding
        reader.at += reader.integer()
    frame = next(iter(reader.item().values()))
    return dict(frame)
