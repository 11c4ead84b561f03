"""What a sheet says above its titles: 「单号：KZ-889」, or a label with its value beside it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from app.adapters.sheets import Table
from app.services.importing.columns import Field, Located
from app.services.importing.rows import plain_cell

_AFTER: Final = r"(?:^|\s){label}\s*:\s*(\S+)"


def said_above(
    table: Table, located: Located, fields: Sequence[Field], keys: Collection[str]
) -> dict[str, str]:
    """Facts of the whole sheet by field key, for those of `keys` that no column holds."""
    wanted = [one for one in fields if one.key in keys and one.key not in located.columns]
    found: dict[str, str] = {}
    for cells in table.rows[: located.row]:
        texts = [plain_cell(cell) for cell in cells]
        for one in wanted:
            said = next(_said(texts, one), "")
            if said:
                found.setdefault(one.key, said)
    return found


def _said(texts: Sequence[str], field: Field) -> Iterator[str]:
    labels = sorted((field.title, *field.names), key=len, reverse=True)
    for label in labels:
        after = re.compile(_AFTER.format(label=re.escape(label)))
        for place, text in enumerate(texts):
            if found := after.search(text):
                yield found[1]
            elif text.rstrip(": ") == label:
                yield from filter(None, texts[place + 1 : place + 2])
