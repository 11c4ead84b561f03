"""What is refused before a workbook is read: bombs, entities, encrypted parts.

Sizes in an archive's directory can lie, so the sheets are inflated once with a limit; that pass
also finds the cells that a reader would take for empty ones (`sheet_errors`).
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Final

from app.adapters import sheet_errors
from app.adapters.binary_extent import fits_old_sheet, new_cells, old_stream
from app.adapters.sheet_errors import Cells, SheetCells
from app.adapters.sheet_extent import MAX_CELLS, repeated_cells, sheet_cells, whole
from app.adapters.sheet_parts import sheets_of
from app.adapters.sheet_rows import MAX_ROWS, FilledRows, too_long
from app.domain.errors import DomainError
from app.i18n import _

StillWanted = Callable[[], None]
"""Called now and then while a file is read; it raises when nobody waits for it any more."""
MAX_UNPACKED: Final = 600 * 1024 * 1024
MAX_RATIO: Final = 250
MAX_ENTRIES: Final = 2_000
MAX_REPEATED: Final = 400 * 1024 * 1024
"""Bytes that the cells of a workbook may say; a shared text counts as often as it is used."""
_OLE: Final = b"\xd0\xcf\x11\xe0"
_MEGABYTE: Final = 1024 * 1024
_WORTH_A_LOOK: Final = 10 * _MEGABYTE
_PART: Final = 4 * _MEGABYTE
_OVERLAP: Final = 4096
_LEAST_CELL: Final = 20
"""Bytes of the shortest cell that uses a shared text: ``<c t="s"><v>0</v></c>``."""
_BROKEN: Final = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError,
    ValueError, KeyError, RuntimeError,
)  # fmt: skip
"""What the archive reader raises for archives that are none."""
_ENTITY: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_VALUE: Final = re.compile(
    rb"<(?:[^\s<>/:]++:)?(?:c((?:\s[^>]*+)?)(?:>|\Z)|v(?:\s[^<>]*+)?>\s*+([0-9]{1,9}))"
)
"""A cell, or what one says, whatever stands between the two."""
_NUMBER: Final = re.compile(rb"<(?:[^\s<>/:]++:)?v(?:\s[^<>]*+)?>\s*+([0-9]{1,9})")
_SHARES: Final = re.compile(rb"=\s*[\"']s[\"']")
_ITEM: Final = re.compile(rb"<(?:\w+:)?si[\s>/]")


def always() -> None:
    """Somebody waits to the end."""


@dataclass(frozen=True, slots=True)
class _Book:
    """The archive of a workbook that is looked at."""

    path: Path
    archive: zipfile.ZipFile
    entries: list[zipfile.ZipInfo]
    still_wanted: StillWanted

    def parts(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        """An entry in parts of some megabytes."""
        with self.archive.open(entry) as stream:
            while part := stream.read(_PART):
                self.still_wanted()
                yield part


def refuse_bomb(path: Path, content: bytes, still_wanted: StillWanted = always) -> Cells:
    """Refuse an archive that would unpack to far more than it weighs, or that holds entities.

    Nor is a sheet of more than `MAX_ROWS` read that is refused by its reader at the end.

    Returns:
        By sheet, the cells whose formula has no result or comes to an error, such as ``B5``.
    """
    if content.startswith(_OLE):
        return _look_into_old(path, content)
    if not content.startswith(b"PK"):
        return {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
            total = sum(entry.file_size for entry in entries)
            suspicious = total > _WORTH_A_LOOK and total / max(1, len(content)) > MAX_RATIO
            if len(entries) > MAX_ENTRIES or total > MAX_UNPACKED or suspicious:
                raise _bomb(path)
            if any(entry.flag_bits & 1 for entry in entries):
                raise DomainError(
                    "file.password", _("{name} 设了密码。请取消密码后再导入。", name=path.name)
                )
            if len({entry.filename for entry in entries}) < len(entries):
                raise zipfile.BadZipFile("two parts of one name: every reader takes another")
            book = _Book(path, archive, entries, still_wanted)
            found = _look_inside(book, max(len(content) * MAX_RATIO, _WORTH_A_LOOK))
            if _repeated(book) > MAX_REPEATED:
                raise _bomb(path)
            _refuse_far_cells(book)
            return sheet_errors.by_sheet(archive, found)
    except _BROKEN as error:
        raise DomainError(
            "file.damaged",
            _("{name} 打不开，可能没下载完或已损坏。请重新导出后再导入。", name=path.name),
        ) from error


def _look_inside(book: _Book, most: int) -> Cells:
    """Inflate all parts once, never more than allowed; the cells found, by part."""
    cells: dict[str, tuple[str, ...]] = {}
    rows: dict[str, int] = {}
    seen = 0
    for entry in book.entries:
        if not entry.filename.endswith((".xml", ".rels")):
            continue
        sheet, filled = (
            (SheetCells(), FilledRows()) if "worksheets/" in entry.filename else (None, None)
        )
        for number, part in enumerate(book.parts(entry)):
            seen += len(part)
            if seen > min(most, MAX_UNPACKED):
                raise _bomb(book.path)
            if not number and _ENTITY.search(part[:_OVERLAP]):
                raise DomainError(
                    "file.entity",
                    _("{name} 里有外部引用，没有读取。请在 Excel 里另存为新的 .xlsx。",
                      name=book.path.name),
                )  # fmt: skip
            if sheet is not None and filled is not None:
                sheet.feed(part)
                filled.feed(part)
        if sheet is not None and filled is not None:
            cells[entry.filename] = sheet.found()
            rows[entry.filename.lower()] = filled.last
    _refuse_long(book, rows)
    return cells


def _refuse_long(book: _Book, rows: Mapping[str, int]) -> None:
    """Refuse a sheet that would be read and goes too far down; hidden ones are read alone."""
    long = {part for part, last in rows.items() if last > MAX_ROWS}
    if not long:
        return
    sheets = sheets_of(book.archive)
    seen = {part for part, sheet in sheets.items() if sheet.visible}
    if long & (seen or set(sheets)):
        raise too_long(book.path)


def _repeated(book: _Book) -> int:
    """Bytes of text that the cells take from the shared ones together; 0 when it cannot be much.

    A text of 32,000 signs that 200,000 cells share is a small file and gigabytes in memory.
    """
    shared = [one for one in book.entries if one.filename.lower().endswith("sharedstrings.xml")]
    if not shared:
        return 0
    sheets = [
        one for one in book.entries if one is not shared[0]
    ]  # the workbook may call them as it likes
    lengths = _lengths(book.archive.read(shared[0]))
    most = sum(one.file_size for one in sheets) // _LEAST_CELL * max(lengths, default=0)
    if most <= MAX_REPEATED:
        return 0
    total = 0
    for numbers in (_numbers, _shared_numbers):  # the second is exact, and four times as slow
        said = Counter[int]()
        for sheet in sheets:
            said.update(numbers(whole(book.parts(sheet))))
        total = sum(lengths[one] * times for one, times in said.items() if one < len(lengths))
        if total <= MAX_REPEATED:
            break
    return total


def _numbers(pieces: Iterable[bytes]) -> Iterator[int]:
    """What cells say in whole numbers: more than those of the shared texts."""
    return (int(number) for piece in pieces for number in _NUMBER.findall(piece))


def _shared_numbers(pieces: Iterable[bytes]) -> Iterator[int]:
    """Which shared text each cell says that says one."""
    shares = False
    for piece in pieces:
        for attributes, number in _VALUE.findall(piece):
            if not number:
                shares = bool(_SHARES.search(attributes))
            elif shares:
                yield int(number)


def _refuse_far_cells(book: _Book) -> None:
    """Refuse a sheet whose cells lie so far apart, or repeat so often, that no memory holds it."""
    binary = any(entry.filename.lower().endswith("workbook.bin") for entry in book.entries)
    for entry in book.entries:
        weight = 0
        if entry.filename == "content.xml":
            cells, weight = repeated_cells(book.archive.read(entry))
        elif binary and entry.filename.lower().endswith(".bin"):
            cells = new_cells(book.archive.read(entry))
        else:  # whatever its name: the workbook says which of its parts are sheets
            cells = sheet_cells(partial(book.parts, entry))
        if cells > MAX_CELLS or weight > MAX_REPEATED:
            raise _far(book.path)


def _look_into_old(path: Path, content: bytes) -> Cells:
    try:
        stream = old_stream(content)
        fits, found = fits_old_sheet(stream), sheet_errors.old_errors(stream)
    except _BROKEN:
        return {}  # another kind of file in such sectors, or none: the reader says so
    if not fits:
        raise _far(path)
    return found


def _lengths(shared: bytes) -> list[int]:
    """Bytes of each shared text."""
    begins = [found.start() for found in _ITEM.finditer(shared)]
    return [end - begin for begin, end in pairwise([*begins, len(shared)])]


def _far(path: Path) -> DomainError:
    return DomainError(
        "file.far",
        _(
            "{name} 的表太大：很远的行或列里还有内容，或一格重复了很多遍。"
            "请把表外的行和列删掉，另存后再导入。",
            name=path.name,
        ),
    )


def _bomb(path: Path) -> DomainError:
    return DomainError(
        "file.bomb",
        _("{name} 解开后大得不正常，没有读取。请让提供的人重新导出。", name=path.name),
    )
