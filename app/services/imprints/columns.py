"""Covered tables of a file, and the SQL that gives keys and texts of their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from app.domain import imprints as law
from app.services.imprints.covered import COVERED, GROUPED, left

Ask = Callable[..., Any]
"""The driver's way to ask, past SQLAlchemy."""


@dataclass(frozen=True, slots=True)
class Columns:
    """A covered table as it stands in the file.

    Attributes:
        table: Its name.
        said: The columns that digests speak of, in the table's order.
        key: Those of its primary key.
        group: How many of them make a group that has one digest; 0 where each row has its own.
        lines: Whether a key may hold a line break.
        numbers: Whole numbers among the columns, which need no quotes.
    """

    table: str
    said: tuple[str, ...]
    key: tuple[str, ...]
    group: int
    lines: bool
    numbers: frozenset[str]

    @property
    def shared(self) -> tuple[str, ...]:
        """The columns of the key that a digest stands for."""
        return self.key[: self.group] if self.group else self.key

    @property
    def order(self) -> str:
        """The column that orders the rows of a group."""
        return self.key[-1]

    def text_of(self, row: str) -> str:
        """SQL for the text of a row (`law.said`)."""
        return self._joined(row, self.said)

    def key_of(self, row: str) -> str:
        """SQL for the text of the key, of a group or a row."""
        key = self._joined(row, self.shared)
        if not self.lines:
            return key
        return f"replace(replace({key}, char(92), char(92, 92)), char(10), char(92) || 'n')"

    def same(self, one: str, other: str) -> str:
        """SQL for two rows being of one group."""
        return " AND ".join(f'{one}."{name}" = {other}."{name}"' for name in self.shared)

    def _joined(self, row: str, names: Iterable[str]) -> str:
        parts = (
            f"ifnull({row}.\"{name}\", 'NULL')"
            if name in self.numbers
            else f'quote({row}."{name}")'
            for name in names
        )
        return f"concat_ws(',',{','.join(parts)})"


def columns_of(ask: Ask, table: str) -> Columns:
    """What a covered table of the file looks like."""
    rows = ask(f'PRAGMA main.table_info("{table}")').fetchall()
    keys = sorted((row for row in rows if row[5]), key=lambda row: int(row[5]))
    names = tuple(row[1] for row in keys) or _key_of(table)
    return Columns(
        table,
        tuple(row[1] for row in rows if row[1] not in left(table)),
        names,
        GROUPED.get(table, 0),
        any(row[2] == "TEXT" for row in rows if row[1] in names),
        frozenset(row[1] for row in rows if row[2] == "INTEGER"),
    )


def _key_of(table: str) -> tuple[str, ...]:
    """The key as our tables have it: another program put a copy in the place of this one."""
    import app.models.every  # noqa: F401 - any table may have been replaced
    from app.models.base import Base

    return tuple(column.name for column in Base.metadata.tables[table].primary_key)


def tables_in(ask: Ask) -> tuple[str, ...]:
    """The covered tables that the file has."""
    there = {row[0] for row in ask("SELECT name FROM main.sqlite_master WHERE type = 'table'")}
    return tuple(name for name in COVERED if name in there)


def rows_now(ask: Ask, table: str, said: Sequence[str], group: int) -> Iterator[tuple[str, str]]:
    """Key and digest of every row or group, in the columns named."""
    whole = columns_of(ask, table)
    one = replace(whole, said=tuple(said), group=group)
    text, rest = one.text_of("x"), ""
    if group:
        text = f'group_concat({text}, char(10) ORDER BY x."{one.order}")'
        rest = "GROUP BY " + ",".join(f'x."{name}"' for name in one.shared)
    rows = ask(f'SELECT {one.key_of("x")}, {text} FROM main."{table}" x {rest}')
    digest = law.digest
    return ((key, digest(text)) for key, text in rows)
