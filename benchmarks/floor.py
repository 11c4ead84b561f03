"""The floor: what a piece of work writes, written again by the plain driver and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from app.services.db import Database

Written = list[tuple[str, Any, bool]]
"""Statement, parameters, and whether they are many."""


@contextmanager
def kept(db: Database, tables: frozenset[str]) -> Iterator[Written]:
    """The inserts into the tables that go through the database meanwhile."""
    found: Written = []

    def note(
        _conn: Any, _cursor: Any, statement: str, values: Any, _context: Any, many: Any
    ) -> None:
        words = statement.split(maxsplit=3)
        if words[0] == "INSERT" and words[2].rpartition(".")[2] in tables:
            found.append((statement, values, bool(many)))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def again(db: Database, written: Written) -> Callable[[], None]:
    """Write the same rows by the driver alone, in one transaction that is then taken back."""

    def write() -> None:
        raw = db.engine.raw_connection()
        try:
            cursor = raw.cursor()
            if db.is_sqlite:
                cursor.execute("BEGIN IMMEDIATE")
            for statement, values, many in written:
                (cursor.executemany if many else cursor.execute)(statement, values)
            if db.is_sqlite:
                cursor.execute("ROLLBACK")
            else:
                raw.rollback()
        finally:
            raw.close()

    return write
