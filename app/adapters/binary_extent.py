"""How far the cells of .xls and .xlsb files reach; see `sheet_extent` for why that is asked.

Both are rows of records, each with a kind, a length and, for a cell, its row and column. A .xls
file keeps them in a stream of a small file system of sectors.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import Final

U32: Final = struct.Struct("<I")
_FREE: Final = 0xFFFFFFFA
"""From here on a sector's number is a sign: free, end of chain, a sector of the table."""
_OLD_CELLS: Final = frozenset({0x06, 0xD6, 0xFD, 0x201, 0x203, 0x204, 0x205, 0x27E})
_OLD_MANY: Final = 0xBD
_OLD_NUMBER: Final = 6
"""Bytes of one number in a record of many."""
_OLD_COLUMNS: Final = 256
_NEW_ROW: Final = 0
_NEW_CELLS: Final = frozenset(range(2, 12))
_ENTRY: Final = 128
_NAMES: Final = ("workbook", "book")


def fits_old_sheet(stream: bytes) -> bool:
    """Whether all cells of a .xls file's workbook lie in the columns that such a file has."""
    return all(
        first + more <= _OLD_COLUMNS
        for _at, kind, data in old_records(stream)
        for first, more in _old_cells(kind, data)
    )


def new_cells(content: bytes) -> int:
    """Cells of the block that a sheet of .xlsb asks room for."""
    row = last_row = last_column = 0
    for kind, data in new_records(content):
        if kind == _NEW_ROW and len(data) >= U32.size:
            row = U32.unpack_from(data)[0] + 1
        elif kind in _NEW_CELLS and len(data) >= U32.size:
            last_row = max(last_row, row)
            last_column = max(last_column, U32.unpack_from(data)[0] + 1)
    return last_row * last_column


def _old_cells(kind: int, data: bytes) -> Iterator[tuple[int, int]]:
    """First column and how many cells, for records of cells."""
    if kind in _OLD_CELLS and len(data) >= U32.size:
        yield struct.unpack_from("<2xH", data)[0], 1
    elif kind == _OLD_MANY and len(data) >= U32.size:
        yield struct.unpack_from("<2xH", data)[0], max(0, len(data) - _OLD_NUMBER) // _OLD_NUMBER


def old_records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """The records of .xls: where each begins, its kind, what it holds."""
    at = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        yield at, kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def new_records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Records whose kind takes one or two bytes, and whose length one to four."""
    at = 0
    while at < len(content):
        kind, at = _number(content, at, 2)
        size, at = _number(content, at, 4)
        yield kind, content[at : at + size]
        at += size


def _number(content: bytes, at: int, most: int) -> tuple[int, int]:
    """Seven bits a byte, as long as the eighth says that more follows."""
    value = 0
    for turn in range(most):
        if at >= len(content):
            break
        byte = content[at]
        at += 1
        value |= (byte & 0x7F) << (7 * turn)
        if not byte & 0x80:
            break
    return value, at


def old_stream(content: bytes) -> bytes:
    """The workbook in the sectors of a .xls file; empty where there is none.

    Raises:
        ValueError, struct.error: The sectors lead nowhere.
    """
    shift, small_shift = struct.unpack_from("<HH", content, 30)
    if shift not in {9, 12} or small_shift >= shift:
        raise ValueError
    first_entry, most_small, first_small = struct.unpack_from("<I4xII", content, 48)
    sectors = _Sectors(content[1 << shift :], 1 << shift, _table(content, shift))
    folder = sectors.chain(first_entry)
    entries = [folder[at : at + _ENTRY] for at in range(0, len(folder), _ENTRY)]
    for entry in entries:
        length = struct.unpack_from("<H", entry, 64)[0]
        name = entry[: max(0, length - 2)].decode("utf-16-le", errors="replace").lower()
        if name in _NAMES:
            start, size = struct.unpack_from("<II", entry, 116)
            if size >= most_small:
                return sectors.chain(start)[:size]
            small = U32.iter_unpack(sectors.chain(first_small))
            root = sectors.chain(struct.unpack_from("<I", entries[0], 116)[0])
            links = [one for (one,) in small]
            return _Sectors(root, 1 << small_shift, links).chain(start)[:size]
    return b""


def _table(content: bytes, shift: int) -> list[int]:
    """Which sector follows which: its own sectors are named in the head, and on after it."""
    named = list(struct.unpack_from("<109I", content, 76))
    following, count = struct.unpack_from("<II", content, 68)
    for _turn in range(min(count, len(content) >> shift)):
        if following >= _FREE:
            break
        more = struct.unpack_from(f"<{(1 << shift) // 4}I", content, (following + 1) << shift)
        named += more[:-1]
        following = more[-1]
    links: list[int] = []
    for sector in (one for one in named if one < _FREE):
        part = content[(sector + 1) << shift : (sector + 2) << shift]
        links += (one for (one,) in U32.iter_unpack(part[: len(part) // 4 * 4]))
    return links


class _Sectors:
    """Sectors of one size and the table of what follows."""

    def __init__(self, content: bytes, size: int, links: Iterable[int]) -> None:
        self._content = content
        self._size = size
        self._links = list(links)

    def chain(self, sector: int) -> bytes:
        """The bytes from a sector to the end of its chain; a chain in a circle is none."""
        parts: list[bytes] = []
        while sector < _FREE:
            if len(parts) > len(self._links) or sector >= len(self._links):
                raise ValueError
            parts.append(self._content[sector * self._size : (sector + 1) * self._size])
            sector = self._links[sector]
        return b"".join(parts)
