"""Many rows at once, as fast as the driver takes them, through the column types of the models.

The objects of the mapper cost more than the database does; an import of 100,000 rows goes past
them. Values are those of the model (days, moments, plain values of JSON); triggers and row
security hold as for any other insert.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from itertools import islice
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import (
    Dialect,
    Integer,
    String,
    Table,
    Text,
    bindparam,
    cast as sql_cast,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from app.models.base import Base
from app.services.db import database_of

_PART: Final = 5_000
Row = Sequence[Any]
_Turn = Callable[[Any], Any]
_Write = Callable[[list[Any]], Any]


def insert_rows(
    session: Session,
    model: type[Base],
    columns: Sequence[str],
    rows: Iterable[Row],
    step: Callable[[int], None] | None = None,
    *,
    unless_there: bool = False,
) -> int:
    """Insert rows, each a sequence in the order of `columns`; how many there were.

    Args:
        session: The unit of work.
        model: The table.
        columns: Which columns the rows hold.
        rows: The values; an iterator is taken part by part.
        step: Told how many are written after each part; may raise to stop.
        unless_there: A row whose key is there already is left as it is.
    """
    session.flush()
    source, done = iter(rows), 0
    names = _Columns(tuple(columns), unless_there)
    write = _to_sqlite if database_of(session).is_sqlite else _to_server
    while part := list(islice(source, _PART)):
        write(session, model, names, part)
        done += len(part)
        if step is not None:
            step(done)
    return done


def insert_all(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows that name their columns, all the same ones; columns left out keep their default.

    A server runs what hangs on the table once for thousands of them, not once for each.
    """
    if not rows:
        return
    table = cast("Table", model.__table__)
    fixed = {
        column.name: column.default.arg
        for column in table.columns
        if column.name not in rows[0] and isinstance(column.default, ScalarElementColumnDefault)
    }
    names = [x.name for x in table.columns if x.name in rows[0] or x.name in fixed]
    values = (tuple([row[x] if x in row else fixed[x] for x in names]) for row in rows)
    insert_rows(session, model, names, values)


class _Columns(NamedTuple):
    """Which columns are written, and whether rows that are there stay as they are."""

    names: tuple[str, ...]
    unless_there: bool


def _to_sqlite(session: Session, model: type[Base], columns: _Columns, rows: list[Row]) -> None:
    connection = session.connection()
    statement, processors = _prepared(model, columns, connection.dialect)
    turned = [(place, process) for place, process in enumerate(processors) if process is not None]
    if turned:
        # Column by column: most columns need no turning, and those that do repeat their values.
        sides: list[Iterable[Any]] = list(zip(*rows, strict=True))
        for place, process in turned:
            sides[place] = [value if value is None else process(value) for value in sides[place]]
        rows = list(zip(*sides, strict=True))
    connection.exec_driver_sql(statement, rows)


@cache
def _prepared(
    model: type[Base], columns: _Columns, dialect: Dialect
) -> tuple[str, tuple[_Turn | None, ...]]:
    """The INSERT of the columns in the order given, and what turns values into the driver's."""
    table = cast("Table", model.__table__)
    fresh = sqlite_insert(table)
    statement = fresh.on_conflict_do_nothing() if columns.unless_there else fresh
    compiled = statement.compile(dialect=dialect, column_keys=list(columns.names))
    order = list(compiled.positiontup or ())
    if order != list(columns.names):
        raise ValueError(f"columns of {table.name} must stand in the table's order: {order}")
    kinds = (table.c[name].type.dialect_impl(dialect) for name in columns.names)
    return str(compiled), tuple(_plain(kind, dialect) for kind in kinds)


def _plain(kind: Any, dialect: Dialect) -> _Turn | None:
    process = kind.bind_processor(dialect)
    return process if callable(process) else None


def _to_server(session: Session, model: type[Base], columns: _Columns, rows: list[Row]) -> None:
    """One statement with an array for each column: COPY does not go with row security."""
    statement, writers = _by_arrays(model, columns, session.connection().dialect)
    sides = (list(side) for side in zip(*rows, strict=True))
    arrays = (write(side) for write, side in zip(writers, sides, strict=True))
    session.execute(statement, dict(zip(columns.names, arrays, strict=True)))


@cache
def _by_arrays(
    model: type[Base], columns: _Columns, dialect: Dialect
) -> tuple[Any, tuple[_Write, ...]]:
    """The INSERT of the columns, and what makes a column's values an array.

    Whole numbers and texts, which most columns are, go as one text: the driver spends on each
    value of a list several times what the server does.
    """
    table = cast("Table", model.__table__)
    arrays: list[Any] = []
    writers: list[_Write] = []
    for name in columns.names:
        array = ARRAY(table.c[name].type)
        kind = table.c[name].type.dialect_impl(dialect)
        word = _word_of(kind)
        if word is None:
            arrays.append(func.unnest(bindparam(name, type_=array)))
            writers.append(_as_list)
        else:
            arrays.append(func.unnest(sql_cast(bindparam(name, type_=Text), array)))
            writers.append(partial(_as_text, word, _plain(kind, dialect)))
    fresh = pg_insert(table).from_select(list(columns.names), select(*arrays))
    statement = fresh.on_conflict_do_nothing() if columns.unless_there else fresh
    return statement, tuple(writers)


def _word_of(kind: Any) -> Callable[[Any], str] | None:
    """How a value of a column stands in the text of an array; None for rarer kinds."""
    stored = getattr(kind, "impl_instance", kind)
    if isinstance(stored, Integer):
        return str
    return _quoted if isinstance(stored, String) else None


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _as_list(values: list[Any]) -> list[Any]:
    return values


def _as_text(word: Callable[[Any], str], turn: _Turn | None, values: list[Any]) -> str:
    if turn is not None:
        values = [None if value is None else turn(value) for value in values]
    return "{" + ",".join(["NULL" if value is None else word(value) for value in values]) + "}"
