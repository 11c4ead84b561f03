"""The floor: what a piece of work writes, written again by the plain driver and nothing else."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from app.services.db import Database, sqlite_engine
from app.services.demo.file import copy_file
from benchmarks.measure import timed

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


def again(db: Database, written: Written) -> tuple[float, float]:
    """Write the same rows by the driver alone: wall and CPU seconds.

    In a file to the end, in a copy that nothing watches: a full-text index is written out by
    COMMIT. On a server, whose indexes are written with the rows, it is taken back.
    """
    if not db.is_sqlite:
        return _timed(db.engine, written, "ROLLBACK")
    with tempfile.TemporaryDirectory() as folder:
        copy = copy_file(Path(str(db.engine.url.database)), Path(folder) / "copy.db")
        engine = sqlite_engine(str(copy))
        try:
            return _timed(engine, written, "COMMIT")
        finally:
            engine.dispose()


def _timed(engine: Engine, written: Written, end: str) -> tuple[float, float]:
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        if engine.dialect.name == "sqlite":
            cursor.execute("BEGIN IMMEDIATE")
        return timed(lambda: _write(cursor, written, end), 1)
    finally:
        raw.close()


def _write(cursor: Any, written: Written, end: str) -> None:
    for statement, values, many in written:
        (cursor.executemany if many else cursor.execute)(statement, values)
    cursor.execute(end)
