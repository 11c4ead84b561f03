"""ZPL II for thermal printers: each label is sent as one graphic (`^GFA`).

A printer's own fonts have no Chinese, and its own codes would be laid out by other rules than the
preview. The graphic is the raster that was checked, dot for dot, packed with the run-length letters
of the ZPL II Programming Guide (G…Y for 1…19, g…z for 20…400, ``,`` for the rest of a row of 0,
``:`` for a repeated row).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Final

import numpy as np
from PIL import Image

from app.domain.errors import DomainError
from app.i18n import _

_UNITS: Final = " GHIJKLMNOPQRSTUVWXY"
_TWENTIES: Final = " ghijklmnopqrstuvwxyz"
_MOST: Final = 400


def label_zpl(image: Image.Image, copies: int = 1) -> str:
    """One label of the given 1-bit picture, printed `copies` times."""
    rows = np.packbits(~np.asarray(image.convert("1"), dtype=bool), axis=1)
    total, per_row = int(rows.size), int(rows.shape[1])
    data = "".join(_packed(row.tobytes().hex().upper() for row in rows))
    return (
        f"^XA^PW{image.width}^LL{image.height}^LH0,0^LS0^LT0^FO0,0"
        f"^GFA,{total},{total},{per_row},{data}^FS^PQ{copies}^XZ\n"
    )


def _packed(rows: Iterable[str]) -> Iterable[str]:
    """Rows of hex digits with run lengths."""
    before = ""
    for row in rows:
        yield ":" if row == before else _row(row)
        before = row


def _row(row: str) -> str:
    """One row; zeros at its end become a comma."""
    bare = row.rstrip("0")
    bare += "0" * (len(bare) % 2)
    ended = "," if len(bare) < len(row) else ""
    return (
        "".join(_run(digit, len(list(group))) for digit, group in itertools.groupby(bare)) + ended
    )


def _run(digit: str, count: int) -> str:
    """`count` times the same hex digit."""
    parts: list[str] = []
    while count > _MOST:
        parts.append(f"z{digit}")
        count -= _MOST
    if count == 1:
        return "".join([*parts, digit])
    twenties, units = divmod(count, 20)
    head = _TWENTIES[twenties] if twenties else ""
    tail = _UNITS[units] if units else ""
    return "".join([*parts, head, tail, digit])


def pictures(zpl: str) -> tuple[Image.Image, ...]:
    """The graphics of a job as 1-bit pictures: what the printer would burn.

    Raises:
        DomainError: The text is not a job of whole-label graphics.
    """
    found: list[Image.Image] = []
    for chunk in zpl.split("^XA")[1:]:
        head, mark, rest = chunk.partition("^GFA,")
        if not mark or "^PW" not in head:
            raise DomainError("zpl.form", _("这不是由本程序生成的 ZPL 标签文件。"))
        width = int(head.partition("^PW")[2].partition("^")[0])
        total, _bytes, per_row, data = rest.partition("^FS")[0].split(",", 3)
        raw = _unpacked(data, int(per_row) * 2, int(total) // int(per_row))
        dots = np.unpackbits(
            np.frombuffer(bytes.fromhex(raw), dtype=np.uint8).reshape(-1, int(per_row)), axis=1
        )[:, :width]
        found.append(Image.fromarray((1 - dots) * np.uint8(255)).convert("1"))
    return tuple(found)


def _unpacked(data: str, width: int, height: int) -> str:
    """The hex digits behind packed `data`, `height` rows of `width` digits."""
    rows: list[str] = []
    row, count = "", 0
    for sign in data:
        if sign == ":":
            rows.append(rows[-1])
        elif sign == ",":
            rows.append(row.ljust(width, "0"))
            row = ""
        elif sign in _UNITS[1:]:
            count += _UNITS.index(sign)
        elif sign in _TWENTIES[1:]:
            count += _TWENTIES.index(sign) * 20
        else:
            row += sign * (count or 1)
            count = 0
            if len(row) == width:
                rows.append(row)
                row = ""
    if len(rows) != height:
        raise DomainError("zpl.form", _("这不是由本程序生成的 ZPL 标签文件。"))
    return "".join(rows)
