"""How far the cells of a workbook reach, before a reader makes room for all that lies between.

A reader keeps a sheet as one block from its first to its last cell: two cells at far corners are a
file of a kilobyte and a block of seventeen thousand million cells, and the whole program is ended
for want of memory. A cell or row of an OpenDocument sheet may say that it stands there a million
times. Both are measured in what the archive says, before any reader sees it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

MAX_CELLS: Final = 40_000_000
"""Cells of one sheet, the empty ones between counted: about 1.3 GB in memory."""
_FAR: Final = re.compile(rb' r="(?:[A-Za-z]{2}|[A-Za-z]?[0-9]{7}|[^A-Za-z0-9])')
"""A place past column Z or past row 999,999: nearer ones cannot be too many together."""
_STRANGE: Final = re.compile(rb" r(?:\s|=[\s'])")
_BROKEN_OFF: Final = re.compile(rb"[\t\r\n]r\s*=")
"""A place that is perhaps written in another way than all programs of tables write it."""
_LETTERS: Final = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]*)")
_DIGITS: Final = re.compile(rb"\sr\s*=\s*[\"'][A-Za-z]*([0-9]*)")
# A tag without an end is taken as one that ends with the piece, so that none is looked at twice.
_CELL: Final = re.compile(rb"<(?:[^\s<>/:]++:)?c((?:\s[^>]*+)?)(?:>|\Z)")
_REPEATS: Final = re.compile(rb"number-(?:rows|columns)-repeated\s*=\s*[\"']([^\"']*)")
_SPACES: Final = re.compile(rb"\btext:c\s*=\s*[\"']([^\"']*)")
# A value may hold the sign that ends a tag, a comment the beginning of one.
_INSIDE: Final = rb"""((?:[^>"']++|"[^"]*+"|'[^']*+')*+[^>]*+)"""
_OPEN_ROW: Final = re.compile(
    rb"<!--(?s:.*?)(?:-->|\Z)|<!\[CDATA\[(?s:.*?)(?:\]\]>|\Z)|<\?(?s:.*?)(?:\?>|\Z)"
    rb"|<table:(?:table-row\b" + _INSIDE + rb"|(?:covered-)?table-cell\b" + _INSIDE + rb")(?:>|\Z)"
)
_SAYS: Final = b"office:value"
_TOO_MANY: Final = 10**12


def sheet_cells(read: Callable[[], Iterable[bytes]]) -> int:
    """Cells of the block that a sheet of .xlsx asks room for; 0 when it cannot be many.

    Args:
        read: The sheet's XML from its beginning, in pieces that are cut anywhere.
    """
    if not any(map(_may_be_far, whole(read()))):
        return 0
    column = row = 0
    for piece in whole(read()):
        column = max((column, *map(_column, set(_LETTERS.findall(piece)))))
        row = max((row, *map(_number, set(_DIGITS.findall(piece)))))
    if row * column <= MAX_CELLS:
        return row * column
    last_column = last_row = 0
    for piece in whole(read()):
        for place in _filled(piece):
            if not all(place):
                return row * column  # a cell without a place of its own: wherever its row stands
            last_column, last_row = max(last_column, place[0]), max(last_row, place[1])
    return last_row * last_column


def repeated_cells(content: bytes) -> tuple[int, int]:
    """Cells that an OpenDocument sheet asks room for, and the bytes that they say together."""
    if max((_count(one) for one in _REPEATS.findall(content)), default=0) <= 1:
        return 0, _blanks(content)
    cells = weight = row_cells = row_weight = 0
    times, widest = 1, 0
    ends = [tag for tag in _OPEN_ROW.finditer(content) if tag.lastindex]
    for number, found in enumerate(ends):
        until = ends[number + 1].start() if number + 1 < len(ends) else len(content)
        if found[1] is not None:
            cells, weight = cells + row_cells * times, weight + row_weight * times
            row_cells = row_weight = widest = 0
            times = _repeat(found[1])
            continue
        count = _repeat(found[2])
        widest += count
        if not found[2].endswith(b"/") or _SAYS in found[2]:
            row_cells = widest
            said = until - found.start() + _blanks(content, found.start(), until)
            row_weight += count * said
    return cells + row_cells * times, weight + row_weight * times


def _blanks(content: bytes, begin: int = 0, end: int | None = None) -> int:
    """Blanks that a text says by their number: a word of twenty bytes may be gigabytes."""
    until = len(content) if end is None else end
    return sum(_count(one) for one in _SPACES.findall(content, begin, until))


def _may_be_far(piece: bytes) -> bool:
    """Fast: nearly every sheet ends here."""
    lines = any(sign in piece for sign in (b"\t", b"\r", b"\n"))
    found = _FAR.search(piece) or _STRANGE.search(piece) or (lines and _BROKEN_OFF.search(piece))
    return bool(found)


def whole(parts: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces again, cut only between tags."""
    rest = b""
    for part in parts:
        text = rest + part
        cut = text.rfind(b"<")
        if cut > 0:
            yield text[:cut]
            rest = text[cut:]
        else:
            rest = text
    yield rest


def _filled(piece: bytes) -> Iterator[tuple[int, int]]:
    """Column and row of every cell that says something; 0 where it does not say its place."""
    for attributes in _CELL.findall(piece):
        if attributes.endswith(b"/") and not (attributes.count(b'"') | attributes.count(b"'")) % 2:
            continue  # it only has a colour
        letters, digits = _LETTERS.search(attributes), _DIGITS.search(attributes)
        yield _column(letters[1] if letters else b""), _number(digits[1] if digits else b"")


def _column(letters: bytes) -> int:
    """A1 is in column 1; a row's own number has no letters, and is in none."""
    number = 0
    for letter in letters.upper()[:6]:
        number = number * 26 + letter - ord("A") + 1
    return number


def _number(digits: bytes) -> int:
    text = digits.strip()
    return min(int(text[:15]), _TOO_MANY) if text.isdigit() else 0


def _count(digits: bytes) -> int:
    """How often; what is not written in plain digits may be anything (``+9``, ``&#57;``)."""
    text = digits.strip()
    return _number(text) if text.isdigit() else _TOO_MANY


def _repeat(attributes: bytes) -> int:
    """The most that it may mean: another value may say in its text what this one says."""
    return max((_count(one) for one in _REPEATS.findall(attributes)), default=1) or 1
