"""Rows of several tables, written by a thread of their own while the next ones are made.

One statement carries thousands of rows: the driver lets go of the interpreter for as long as a
statement runs. Row by row it would ask for it back each time, and wait while somebody else makes
rows. So the database works on one core, and whoever makes the rows on another.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import chain, repeat
from operator import is_
from types import TracebackType
from typing import Any, Final, Self, cast

from sqlalchemy import Connection, Dialect, Table, insert
from sqlalchemy.orm import Session

from app.models.base import Base
from app.services.bulk import Row, insert_rows
from app.services.db import database_of

_MOST_VALUES: Final = 100_000
"""In one statement; the SQLite that comes with the program takes 250,000."""
_Job = Callable[[], object]
_Turn = Callable[[Any], Any]


@dataclass(slots=True)
class _Waiting:
    """Rows that are not written yet, and how."""

    block: int
    write: Callable[[list[Row]], object]
    write_last: Callable[[list[Row]], object]
    rows: list[Row] = field(default_factory=list)


class Behind:
    """Writes rows behind the back of whoever makes them; nobody else may use the session meanwhile.

    Args:
        session: The unit of work; row security and triggers hold as for any other insert.
    """

    def __init__(self, session: Session) -> None:
        session.flush()
        self._session = session
        self._sqlite = database_of(session).is_sqlite
        self._connection = session.connection()
        self._crew = ThreadPoolExecutor(1, "rows")
        self._busy: Future[None] | None = None
        self._tables: dict[object, _Waiting] = {}
        self._first: _Waiting | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Whatever happened: the session belongs to its owner again."""
        self._crew.shutdown(wait=True)

    def table(self, model: type[Base], columns: tuple[str, ...], block: int) -> None:
        """Rows of a table will come, in these columns, to be written so many at a time.

        Tables are written in the order in which they are told of here. The others refer to the
        first: while rows of it wait, theirs wait as well.
        """
        last = partial(insert_rows, self._session, model, columns)
        write: Callable[[list[Row]], object] = last
        if self._sqlite:
            text, turns = _prepared(model, columns, self._connection.dialect)
            write = partial(_many, self._connection, text, turns)
        self._tables[model] = _Waiting(block, write, last)
        self._first = self._first or self._tables[model]

    def statement(self, text: str, block: int) -> None:
        """Rows for an INSERT of our own will come, known by its text."""
        write = partial(_many, self._connection, text, ())
        self._tables[text] = _Waiting(block, write, partial(_each, self._connection, text))

    def add(self, table: object, rows: Iterable[Row]) -> None:
        """More rows of a table or statement that was told of."""
        self._tables[table].rows.extend(rows)

    def turn(self) -> None:
        """Have whole blocks written; waits only for those of the turn before."""
        jobs: list[_Job] = []
        for waiting in self._tables.values():
            whole = len(waiting.rows) // waiting.block * waiting.block
            jobs += [
                partial(waiting.write, waiting.rows[start : start + waiting.block])
                for start in range(0, whole, waiting.block)
            ]
            del waiting.rows[:whole]
            if waiting is self._first and waiting.rows:
                break
        self._wait()
        if jobs:
            self._busy = self._crew.submit(_all, jobs)

    def finish(self) -> None:
        """Write the rest; nobody is waited for any more, so this thread does it."""
        self._wait()
        for waiting in self._tables.values():
            if waiting.rows:
                waiting.write_last(waiting.rows)
                waiting.rows = []

    def _wait(self) -> None:
        if self._busy is not None:
            self._busy.result()
            self._busy = None


def _all(jobs: list[_Job]) -> None:
    """Do them in order; each is let go of with its rows."""
    while jobs:
        jobs.pop(0)()


def _each(connection: Connection, statement: str, rows: list[Row]) -> None:
    connection.exec_driver_sql(statement, rows)


def _prepared(
    model: type[Base], columns: tuple[str, ...], dialect: Dialect
) -> tuple[str, tuple[_Turn | None, ...]]:
    """The INSERT of one row, and what turns a value into the driver's, for each column."""
    table = cast("Table", model.__table__)
    compiled = insert(table).compile(dialect=dialect, column_keys=list(columns))
    if list(compiled.positiontup or ()) != list(columns):
        raise ValueError(f"columns of {table.name} must stand in the table's order")
    kinds = (table.c[name].type.dialect_impl(dialect) for name in columns)
    return str(compiled), tuple(kind.bind_processor(dialect) for kind in kinds)


def _turned(rows: list[Row], turns: tuple[_Turn | None, ...]) -> list[Row]:
    """Column by column: most need no turning, most of those that do say one thing throughout."""
    if not any(turns):
        return rows
    sides: list[Iterable[Any]] = list(zip(*rows, strict=True))
    for place, turn in enumerate(turns):
        if turn is not None:
            sides[place] = _side(list(sides[place]), turn)
    return list(zip(*sides, strict=True))


def _side(values: list[Any], turn: _Turn) -> Iterable[Any]:
    first = values[0]
    if all(map(is_, values, repeat(first))):
        return repeat(first if first is None else turn(first), len(values))
    return [value if value is None else turn(value) for value in values]


def _many(
    connection: Connection, statement: str, turns: tuple[_Turn | None, ...], rows: list[Row]
) -> None:
    """The rows in as few statements as they fit into."""
    rows = _turned(rows, turns)
    most = max(1, _MOST_VALUES // len(rows[0]))
    for start in range(0, len(rows), most):
        part = rows[start : start + most]
        connection.exec_driver_sql(_of_many(statement, len(part)), tuple(chain.from_iterable(part)))


@lru_cache(maxsize=16)
def _of_many(statement: str, count: int) -> str:
    """An INSERT of one row as an INSERT of many."""
    head, _values, one = statement.rpartition(" VALUES ")
    return f"{head} VALUES {', '.join([one] * count)}"
