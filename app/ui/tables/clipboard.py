"""Copying rows as tab-separated text that a spreadsheet keeps intact."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from app.ui.tables.cells import Row, plain
from app.ui.tables.columns import Column, Kind

_LONG: Final = re.compile(r"\d{12,}")
_SKIP: Final = {Kind.CHECK, Kind.SPARK, Kind.BUTTON}


def _text(value: object) -> str:
    """A value at full precision; long digit runs as text, so that a spreadsheet keeps them."""
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    text = " ".join(text.split())
    return f'="{text}"' if _LONG.fullmatch(text) else text


def tsv(rows: Iterable[Row], columns: Sequence[Column], *, headings: bool = False) -> str:
    """Rows as lines of tab-separated values, with a line of headings if wanted."""
    places = [i for i, column in enumerate(columns) if column.kind not in _SKIP]
    lines = ["\t".join(columns[i].title for i in places)] if headings else []
    for row in rows:
        values = (row.value(i) if row.raw else plain(row.cells[i]) for i in places)
        lines.append("\t".join(_text("" if value is None else value) for value in values))
    return "\n".join(lines)
