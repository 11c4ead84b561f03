"""Another program at the tables: who has the file or owns the server, and knows what to drop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Connection, LargeBinary, Table, Text, Uuid, text
from sqlalchemy.types import TypeEngine

import app.models.every  # noqa: F401 - fills the metadata
from app.models.base import Base, BigInt, Day, Flag, JsonText, Moment, Money, Op
from app.services.db import Database, sqlite_engine
from app.services.imprints.covered import COVERED

TABLES: Final = tuple(Base.metadata.tables[name] for name in COVERED)
_VALUES: Final[dict[type[TypeEngine[Any]], Callable[[int], object]]] = {
    BigInt: lambda n: 9_000_000 + n,
    Flag: lambda n: bool(n % 2),
    Money: Decimal,
    Day: lambda n: date(2031, 1, 1) + timedelta(days=n),
    Moment: lambda n: datetime(2031, 1, 1, tzinfo=UTC) + timedelta(hours=n),
    JsonText: lambda n: {"n": n},
    Op: lambda n: UUID(int=n),
    Uuid: lambda n: UUID(int=n),
    LargeBinary: lambda n: bytes([n % 250]) * 3,
    Text: lambda n: f"it's {n}\n\\ 第{n}",
}


def value_of(column: Column[Any], n: int) -> object:
    """Some value of the column's kind, another one for each number."""
    return _VALUES[type(column.type)](n)


def row_of(table: Table, n: int) -> dict[str, object]:
    """A row that is like none of the program's."""
    return {one.name: value_of(one, n + place) for place, one in enumerate(table.columns)}


@contextmanager
def another_program(db: Database) -> Iterator[Connection]:
    """A connection of another program, with every trigger and rule out of its way."""
    if not db.is_sqlite:
        with db.engine.begin() as connection:
            _clear_server(connection)
            yield connection
            for table in TABLES:  # nobody shall see that they were off
                connection.exec_driver_sql(f"ALTER TABLE {table.name} ENABLE TRIGGER USER")
        return
    other = sqlite_engine(str(db.engine.url.database))
    with other.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("PRAGMA ignore_check_constraints=ON")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        rules = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        rows = connection.execute(text(f"{rules} AND tbl_name <> 'imprint'"))
        kept: dict[str, str] = dict(rows.all())
        for name in kept:
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        yield connection
        for sql in kept.values():  # nobody shall see that they were gone
            connection.exec_driver_sql(sql)
        connection.commit()
    other.dispose()


_RULES: Final = text(
    "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname)"
    " FROM pg_constraint WHERE connamespace = 'app'::regnamespace AND contype IN ('f', 'c', 'x')"
)


def _clear_server(connection: Connection) -> None:
    for table in TABLES:
        connection.exec_driver_sql(f"ALTER TABLE {table.name} DISABLE TRIGGER USER")
    for drop in connection.scalars(_RULES).all():
        connection.exec_driver_sql(drop)
