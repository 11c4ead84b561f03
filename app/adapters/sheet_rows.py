"""How many rows a file may have, and how far down a sheet says anything, seen before it is read.

A reader keeps all of a sheet: a million rows are read for half a minute into 900 MB, only to be
refused. While the file is looked at for bombs its last row is seen in passing.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from app.domain.errors import DomainError
from app.i18n import _

MAX_ROWS: Final = 500_000
_SHARED: Final = 16_384
"""Bytes that are looked at again with the next part: a cell with its place and what it says."""
_ENDS: Final = (b"</v>", b":v>", b"</is>", b":is>")
"""What a cell that says anything ends with; one that only has a colour has none of them."""
_PLACE: Final = b' r="'
_ROW: Final = re.compile(rb"[A-Z]{1,3}([0-9]{1,9})")


class FilledRows:
    """The last row of a sheet of .xlsx that says anything, while its parts go by.

    It never tells too many: a place that is written in another way than programs of tables do is
    passed over, and the reader's own count comes later.
    """

    def __init__(self) -> None:
        self.last = 0
        self._rest = b""

    def feed(self, part: bytes) -> None:
        """The next part of the sheet's XML, cut anywhere."""
        text = self._rest + part
        said = max(map(text.rfind, _ENDS))
        begins = text.rfind(_PLACE, 0, max(said, 0))
        found = _ROW.match(text, begins + len(_PLACE)) if begins >= 0 else None
        if found is not None:
            self.last = max(self.last, int(found[1]))
        self._rest = text[-_SHARED:]


def too_long(path: Path) -> DomainError:
    """The refusal of a file of more than `MAX_ROWS`."""
    return DomainError(
        "file.rows", _("{name} 超过 {n} 行。请分成几个文件导入。", name=path.name, n=MAX_ROWS)
    )
