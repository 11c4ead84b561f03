r"""Scans that come as a file or through a pipe: one a line, as the scanner read them.

A line ends where a line ends and nowhere else: the sign between two parts of a GS1 code (FNC1,
sent as ``\x1d``) is a blank and the end of a line to `str.split` and `str.splitlines`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from app.adapters import local_files
from app.domain.errors import DomainError
from app.i18n import _

MOST: Final = 20_000
_MOST_BYTES: Final = 4 * 2**20
_BLANKS: Final = "\r\n\t \ufeff"
Scan = tuple[int, str]
"""Its line in the file, and what was scanned."""


def read_scans(path: Path) -> tuple[Scan, ...]:
    """The scans of a file; blank lines and those that begin with ``#`` are none.

    Raises:
        DomainError: There are too many, or the file is no text in UTF-8.
        EnvironmentProblem: It cannot be read.
    """
    return scans_in(local_files.read_text(path, _MOST_BYTES))


def scans_in(text: str) -> tuple[Scan, ...]:
    """The scans of a text; raises `DomainError` as `read_scans`."""
    lines = enumerate((line.strip(_BLANKS) for line in text.split("\n")), 1)
    found = tuple((row, code) for row, code in lines if code and not code.startswith("#"))
    if len(found) > MOST:
        raise DomainError("scan.many", _("一次最多 {n} 个扫码。请分成几个文件。", n=MOST))
    return found
