"""Imprints: what the rows of a table said when the program wrote them last.

Prices, awards, statements, the catalogue and people's duties are rows that change, so no chain can
hold them as they are. Each unit of work that writes such rows leaves an imprint in a chain of its
own: of every row the digest before and after. Held against the rows as they are now, the imprints
show what was changed, taken out or put in by another program.

An imprint's body is text. A section begins with a line such as ``=price(id,list_id,…)``: the table
and the columns that the digests speak of; with ``*`` instead of ``=`` it states the whole table
anew. Each line after it is ``after before key``; ``-`` stands for no row. SQLite and PostgreSQL
write the same text for the same row. ``=item_code/1(…)`` speaks of groups: one digest for all rows
that share the first column of the key. Files do so where rows come in thousands.
"""

from __future__ import annotations

import hashlib
from binascii import b2a_base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

NOTHING: Final = "-"
"""In place of a digest: there was no row, or there is none any more."""
CHAIN: Final = "imprint"
GROUP: Final = 0
"""Imprints are kept in one chain for the whole group."""
_BYTES: Final = 24

Stored = int | str | bytes | None
"""A value as SQLite keeps it; days are ISO text."""


@dataclass(frozen=True, slots=True)
class Section:
    """The part of an imprint that is about one table.

    Attributes:
        table: The table's name.
        columns: What the digests speak of, in their order.
        group: How many columns of the key make a group; 0 where each row has its own digest.
        anew: Whether it states the whole table anew: what was known of it before is void.
        lines: ``after before key``.
    """

    table: str
    columns: tuple[str, ...]
    group: int
    anew: bool
    lines: Sequence[str]


def said(values: Sequence[Stored]) -> str:
    """The text of a row, or of its key: the values as SQL writes them.

    >>> said((12, "O'Neil", None, bytes(1)))
    "12,'O''Neil',NULL,X'00'"
    """
    return ",".join([_word(value) for value in values])


def _word(value: Stored) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"X'{value.hex().upper()}'"
    if isinstance(value, int):
        return str(value)
    quoted = value.replace("'", "''")
    return f"'{quoted}'"


def digest(text: str) -> str:
    """The digest of a row's text: 192 bits of its SHA-256 in 32 letters."""
    found = hashlib.sha256(text.encode()).digest()[:_BYTES]
    return b2a_base64(found, newline=False).decode()


def one_line(key: str) -> str:
    """A key that fits on a line: a line break in it is written as two letters."""
    if "\n" in key or "\\" in key:
        return key.replace("\\", "\\\\").replace("\n", "\\n")
    return key


def head(table: str, columns: Sequence[str], group: int = 0, *, anew: bool = False) -> str:
    """The first line of a section.

    >>> head("price", ("id", "unit_price"))
    '=price(id,unit_price)'
    >>> head("item_unit", ("item_id", "factor", "name"), 1)
    '=item_unit/1(item_id,factor,name)'
    """
    grouped = f"/{group}" if group else ""
    return f"{'*' if anew else '='}{table}{grouped}({','.join(columns)})"


def together(texts: Sequence[str]) -> str:
    """The digest of a group of rows, in the order of their keys; `NOTHING` for none."""
    return digest("\n".join(texts)) if texts else NOTHING


def sections(body: str) -> Iterator[Section]:
    """The sections of an imprint's body, in their order.

    What another program wrote there and is none is passed over: the chain tells of it.
    """
    lines = body.split("\n")
    starts = [place for place, line in enumerate(lines) if line[:1] in ("=", "*")]
    for start, end in pairwise([*starts, len(lines)]):
        first = lines[start]
        name, _bracket, columns = first[1:].partition("(")
        table, _slash, group = name.partition("/")
        if group and not group.isdecimal():
            continue
        names = tuple(columns.removesuffix(")").split(","))
        anew = first.startswith("*")
        yield Section(table, names, int(group or 0), anew, lines[start + 1 : end])


def law(org_id: int, seq: int, at_us: int, person_id: int, body: str) -> str:
    """The text of an imprint that is chained (`app.domain.ledger.next_hash`)."""
    return f"{org_id}|{seq}|{at_us}|{person_id}|{body}"
