"""Which part of a workbook's archive is which of its sheets (.xlsx and .xlsb)."""

from __future__ import annotations

import html
import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import Final, NamedTuple

from app.adapters.binary_extent import U32, new_records

_SHEET: Final = re.compile(rb"<(?:\w+:)?sheet\s([^<>]*+)>")
_LINK: Final = re.compile(rb"<(?:\w+:)?Relationship\s([^<>]*+)>")
_ATTRIBUTE: Final = re.compile(rb"""(?<!\w)(?:\w++:)?(\w++)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_NEW_SHEET: Final = 156
_NEW_HEAD: Final = 12
"""Bytes up to the link's signs: state, number, length."""
_BOOKS: Final = ("xl/workbook.xml", "xl/workbook.bin")


class Sheet(NamedTuple):
    """What the workbook says of a sheet."""

    title: str
    visible: bool


def sheets_of(archive: zipfile.ZipFile) -> dict[str, Sheet]:
    """Part of the archive, in small letters → its sheet, in the workbook's order."""
    names = {name.lower(): name for name in archive.namelist()}
    book = next((one for one in _BOOKS if one in names), "")
    links = f"xl/_rels/{posixpath.basename(book)}.rels"
    if links not in names:
        return {}
    targets = {
        one["Id"]: posixpath.normpath(posixpath.join("/xl", one["Target"]))[1:].lower()
        for one in _attributes(_LINK, archive.read(names[links]))
        if one.keys() >= {"Id", "Target"}
    }
    content = archive.read(names[book])
    said = _new_sheets(content) if book.endswith(".bin") else _sheets(content)
    return {targets[link]: sheet for link, sheet in said if link in targets}


def unescaped(said: bytes) -> str:
    """A text as it stands in a tag."""
    return html.unescape(said.decode("utf-8", errors="replace"))


def _sheets(content: bytes) -> Iterator[tuple[str, Sheet]]:
    for one in _attributes(_SHEET, content):
        visible = one.get("state", "visible") == "visible"
        yield one.get("id", ""), Sheet(one.get("name", ""), visible)


def _new_sheets(content: bytes) -> Iterator[tuple[str, Sheet]]:
    """State, and behind their lengths in signs of two bytes link and name."""
    for kind, data in new_records(content):
        if kind == _NEW_SHEET and len(data) >= _NEW_HEAD:
            link, at = _wide(data, _NEW_HEAD - U32.size)
            yield link, Sheet(_wide(data, at)[0], U32.unpack_from(data)[0] == 0)


def _wide(data: bytes, at: int) -> tuple[str, int]:
    if at + U32.size > len(data):
        return "", at
    begin = at + U32.size
    end = begin + 2 * U32.unpack_from(data, at)[0]
    return data[begin:end].decode("utf-16-le", errors="replace"), end


def _attributes(tag: re.Pattern[bytes], content: bytes) -> Iterator[dict[str, str]]:
    for found in tag.finditer(content):
        pairs = _ATTRIBUTE.findall(found[1])
        yield {name.decode(): unescaped(double or single) for name, double, single in pairs}
