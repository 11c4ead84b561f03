"""What makes a returned Excel sheet the supplier's own: a hidden key over all that was sent out.

The key names project, round and supplier and ends with an HMAC over every fixed cell, keyed by a
secret that only the group and this supplier's invitation hold. A changed name, volume or line, a
row of another project, or another supplier's sheet no longer fits it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from app.domain.typed import whole

_HEAD: Final = "YILIAN-QUOTE-1"
_PARTS: Final = 5
_DIGITS: Final = 32


@dataclass(frozen=True, slots=True)
class SheetKey:
    """What a sheet says it is."""

    no: str
    round: int
    supplier: str
    checksum: str

    @property
    def text(self) -> str:
        """As it stands in the sheet."""
        return "|".join((_HEAD, self.no, str(self.round), self.supplier, self.checksum))


def make_key(
    secret: str, no: str, round_no: int, supplier: str, rows: Iterable[Sequence[str]]
) -> SheetKey:
    """The key of a sheet with these fixed cells; the order of rows does not matter."""
    body = "\n".join(sorted("\t".join(row) for row in rows))
    text = f"{no}\n{round_no}\n{supplier}\n{body}"
    checksum = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return SheetKey(no, round_no, supplier, checksum[:_DIGITS])


def read_key(text: str) -> SheetKey | None:
    """The key behind a cell; None when the cell holds none."""
    parts = text.strip().split("|")
    if len(parts) != _PARTS or parts[0] != _HEAD or not parts[2].isascii():
        return None
    number = whole(parts[2])
    return None if number is None else SheetKey(parts[1], number, parts[3], parts[4])
