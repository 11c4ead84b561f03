"""Cells that should hold something and do not, by sheet: a reader gives all of them as empty ones.

They are a formula that came to an error (``#N/A``), and one that the writing program never
computed. Where they stand is found in the file itself: in the tags of .xlsx and .ods, in the
records of .xlsb and .xls.
"""

from __future__ import annotations

import itertools
import re
import struct
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from app.adapters.binary_extent import U32, new_records, old_records
from app.adapters.sheet_parts import sheets_of, unescaped

ANY: Final = ""
"""The name under which cells stand whose sheet is not known: they may be of any."""
_MOST: Final = 100_000
_SHARED: Final = 16_384
"""Bytes that are looked at again with the next part; no cell with a formula is longer."""
# A tag ends before the next one at the latest, and what was passed is not given back (`*+`): of
# tags that never end each would be followed to the end of the file otherwise.
_ERROR: Final = re.compile(rb"""<(?:\w+:)?c(?=\s[^<>]*?\bt\s*=\s*["']e["'])(\s[^<>]*+)>""")
_UNCOMPUTED: Final = re.compile(
    rb"<(?:\w+:)?c(\s[^<>]*+)>\s*+"
    rb"<(?:\w+:)?f(?=[\s/>])[^<>]*+(?:(?<=/)>|>[^<]{0,8192}+</(?:\w+:)?f>)\s*+"
    rb"(?:(<(?:\w+:)?v\s*+/>|<(?:\w+:)?v>\s*+</(?:\w+:)?v>)\s*+)?</(?:\w+:)?c>"
)
_EMPTY_TEXT: Final = re.compile(rb"""\bt\s*=\s*["']str["']""")
"""A formula that came to a text, with ``<v></v>`` to the empty one: it is computed."""
_PLACE: Final = re.compile(rb"""\sr\s*=\s*["']([A-Z]{1,3}[0-9]{1,7})["']""")
_MAY_BE_ERROR: Final = (b'"e"', b"'e'")
_MAY_BE_FORMULA: Final = (b"<f", b":f")
_OPEN_TAG: Final = re.compile(
    rb"<table:(table|table-row|table-cell|covered-table-cell)(\s[^<>]*+)?>"
)
_REPEATED: Final = re.compile(rb"""number-(?:rows|columns)-repeated\s*=\s*["']([0-9]{1,7})["']""")
_TABLE_NAME: Final = re.compile(rb"""table:name\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_OPEN_ERROR: Final = re.compile(rb"""calcext:value-type\s*=\s*["']error["']""")
_NEW_ROW: Final = 0
_NEW_ERRORS: Final = frozenset({3, 11})
_OLD_FORMULAS: Final = frozenset({0x06, 0x206, 0x406})
_OLD_VALUE: Final = 0x205
_OLD_SHEET: Final = 0x85
_OLD_BEGIN: Final = 0x809
_OLD_HEAD: Final = 8
"""Bytes before a sheet's name: place, state, kind, length, width."""
_OLD_ERROR: Final = 8
_IS_ERROR: Final = 2

Cells = Mapping[str, tuple[str, ...]]
"""Sheet → its cells, such as ``B5``."""


class SheetCells:
    """The cells of one sheet of .xlsx, found while its parts go by."""

    def __init__(self) -> None:
        self._found: dict[str, None] = {}
        self._rest = b""

    def feed(self, part: bytes) -> None:
        """The next part of the sheet's XML, cut anywhere."""
        text = self._rest + part
        if any(sign in text for sign in _MAY_BE_ERROR):
            self._keep(found[1] for found in _ERROR.finditer(text))
        if any(sign in text for sign in _MAY_BE_FORMULA):
            self._keep(
                found[1]
                for found in _UNCOMPUTED.finditer(text)
                if not (found[2] and _EMPTY_TEXT.search(found[1]))
            )
        self._rest = text[-_SHARED:]

    def found(self) -> tuple[str, ...]:
        """The cells in their order, such as ``B5``."""
        return tuple(itertools.islice(self._found, _MOST))

    def _keep(self, attributes: Iterable[bytes]) -> None:
        for one in attributes:
            place = _PLACE.search(one)
            if place:
                self._found[place[1].decode()] = None


def by_sheet(archive: zipfile.ZipFile, found: Cells) -> Cells:
    """The cells of an archive's sheets by the sheets' names.

    Args:
        archive: A workbook that was looked at for bombs before.
        found: Part of the archive → its cells, for .xlsx; the others are looked through here.
    """
    names = {name.lower(): name for name in archive.namelist()}
    if "content.xml" in names:
        return _listed(_open_errors(archive.read(names["content.xml"])))
    titles = {part: one.title for part, one in sheets_of(archive).items()}
    cells: dict[str, list[str]] = {}
    for part, own in found.items():
        cells.setdefault(titles.get(part.lower(), ANY), []).extend(own)
    for part, title in titles.items():
        if part.endswith(".bin") and part in names:
            errors = _new_errors(archive.read(names[part]))
            cells.setdefault(title, []).extend(itertools.islice(errors, _MOST))
    return {name: tuple(own) for name, own in cells.items() if own}


def old_errors(stream: bytes) -> Cells:
    """The cells of the workbook of a .xls file that came to an error."""
    names: dict[int, str] = {}
    return _listed(_old_errors(stream, names))


def _listed(cells: Iterable[tuple[str, str]]) -> Cells:
    found: dict[str, list[str]] = {}
    for name, cell in itertools.islice(cells, _MOST):
        found.setdefault(name, []).append(cell)
    return {name: tuple(own) for name, own in found.items()}


def _old_errors(stream: bytes, names: dict[int, str]) -> Iterator[tuple[str, str]]:
    """Sheet and cell; `names` are gathered from the head: where a sheet begins → its name."""
    name = ANY
    for at, kind, data in old_records(stream):
        if kind == _OLD_BEGIN:
            name = names.get(at, name)
        elif kind == _OLD_SHEET and len(data) > _OLD_HEAD:
            names[U32.unpack_from(data)[0]] = _old_name(data)
        elif _is_old_error(kind, data):
            yield name, _address(*struct.unpack_from("<HH", data))


def _is_old_error(kind: int, data: bytes) -> bool:
    """Whether it is a cell with an error as its value, or as what its formula came to."""
    if kind == _OLD_VALUE:
        return len(data) >= _OLD_ERROR and bool(data[_OLD_ERROR - 1])
    result = data[6:14]
    return kind in _OLD_FORMULAS and result[6:] == b"\xff\xff" and result[0] == _IS_ERROR


def _old_name(data: bytes) -> str:
    """A name of at most 31 signs, in one byte each or in two."""
    count, wide = data[6], data[7] & 1
    text = data[_OLD_HEAD : _OLD_HEAD + count * (1 + wide)]
    return text.decode("utf-16-le" if wide else "latin-1", errors="replace")


def _new_errors(content: bytes) -> Iterator[str]:
    row = 0
    for kind, data in new_records(content):
        if kind == _NEW_ROW and len(data) >= U32.size:
            row = U32.unpack_from(data)[0]
        elif kind in _NEW_ERRORS and len(data) >= U32.size:
            yield _address(row, U32.unpack_from(data)[0])


def _open_errors(content: bytes) -> Iterator[tuple[str, str]]:
    """Sheet and cell of an OpenDocument; of what stands there many times the first."""
    if not _OPEN_ERROR.search(content):
        return
    name, row, column, rows = ANY, 0, 0, 0
    for found in _OPEN_TAG.finditer(content):
        kind, attributes = found[1], found[2] or b""
        if kind == b"table":
            named = _TABLE_NAME.search(attributes)
            name, row, rows = unescaped(named[1] or named[2] or b"") if named else ANY, 0, 0
        elif kind == b"table-row":
            row, rows, column = row + rows, _repeats(attributes), 0
        else:
            if _OPEN_ERROR.search(attributes):
                yield name, _address(row, column)
            column += _repeats(attributes)


def _repeats(attributes: bytes) -> int:
    found = _REPEATED.search(attributes)
    return max(1, int(found[1])) if found else 1


def _address(row: int, column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, letter = divmod(column - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row + 1}"
