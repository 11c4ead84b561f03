"""Whether opening a PDF would run something: scripts, or another program.

A viewer acts on the names /JavaScript and /Launch. A name may be written with #xx for any letter,
and may lie in a compressed stream of objects; pictures and fonts hold no objects and are not
unpacked.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Final

_RUNS: Final = re.compile(rb"/(?:JavaScript|Launch)\b")
_LETTER: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_OBJECTS: Final = re.compile(
    rb"/(?:O|#4F|#4f)(?:b|#62)(?:j|#6A|#6a)(?:S|#53)(?:t|#74)(?:m|#6D|#6d)\b.{0,200}?stream\r?\n",
    re.DOTALL,
)
_STEP: Final = 4096
_MOST: Final = 16 * 1024 * 1024
"""Bytes that are unpacked of one file; what hides behind more is refused too."""


def runs_something(content: bytes) -> bool:
    """Whether the file holds an action that runs a script or starts a program."""
    return any(_RUNS.search(_LETTER.sub(_plain, part)) for part in _parts(content))


def _plain(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 16)])


def _parts(content: bytes) -> Iterator[bytes]:
    """The file as it is, and its compressed objects."""
    yield content
    left = _MOST
    for found in _OBJECTS.finditer(content):
        if left <= 0:
            yield b"/Launch"
            return
        part = _inflated(content, found.end(), left)
        left -= len(part)
        yield part


def _inflated(content: bytes, start: int, most: int) -> bytes:
    """What a stream holds, up to so many bytes; read in small steps, as many may be told."""
    stream, found = zlib.decompressobj(), b""
    try:
        while not stream.eof and start < len(content) and len(found) < most:
            found += stream.decompress(content[start : start + _STEP], most - len(found))
            start += _STEP
            if stream.unconsumed_tail:
                break
    except zlib.error:
        pass
    return found
