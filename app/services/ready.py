"""Statements of the hot paths: compiled once, then handed to the driver as they are.

SQLAlchemy spends on a statement two or three times what the driver does: it looks the statement
up, builds a context, a cursor and a result around it and tells its listeners. A scan at the counter
sends nine. A `Ready` is still a statement of the models, its values still pass their column types,
the line to a server is still watched and errors still come as `DBAPIError`; only the work that is
the same every time is done once.

It is meant for short lists: long ones take SQLAlchemy's way, where this work does not count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Dialect, Executable, Insert, Select, Update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from app.services.line_watch import LineWatch, watch_of

Values = Mapping[str, object]
Row = tuple[Any, ...]
_Turn = Callable[[Any], Any]
_LONGEST: Final = 64
"""Values of a list; each power of two below makes its own statement."""
_LINE: Final = "line"


class Ready:
    """One statement, ready to be sent.

    Args:
        file: As SQLite takes it, and a server too unless it has its own.
        server: As PostgreSQL takes it.
        columns: Which columns an INSERT without values of its own fills; all of them if empty.
    """

    def __init__(
        self, file: Executable, server: Executable | None = None, columns: Sequence[str] = ()
    ) -> None:
        self._columns = list(columns) or None
        self._statements = {"sqlite": file, "postgresql": file if server is None else server}
        self._made: dict[tuple[str, tuple[int, ...]], _Made] = {}
        self._lists: dict[str, tuple[str, ...]] = {}

    def rows(self, session: Session, values: Values) -> list[Row]:
        """What the statement answers, each row with the values of the models' columns.

        Args:
            session: The unit of work.
            values: By name; a list stands for the values of an ``IN``.

        Raises:
            DBAPIError: The database refused, or the line broke.
        """
        line = line_of(session)
        made = self._made_for(line, values)
        if made is None:
            found = line.connection.execute(self._statements[line.kind], values)
            return [tuple(row) for row in found]
        return made.read(line.ask(made.text, made.filled(values)))

    def row(self, session: Session, values: Values) -> Row | None:
        """The first row of the answer; None when there is none."""
        found = self.rows(session, values)
        return found[0] if found else None

    def do(self, session: Session, values: Values | Sequence[Values]) -> None:
        """Carry the statement out, for many values in their order if there are many."""
        self.send(line_of(session), values)

    def send(self, line: Line, values: Values | Sequence[Values]) -> None:
        """As `do`, over a line that is at hand; within a pipeline nothing is waited for."""
        many = [values] if isinstance(values, Mapping) else values
        for one in many[:1]:
            made = self._made_for(line, one)
            if made is None:
                raise ValueError("a list is too long for a statement that answers nothing")
            line.carry_out(made.text, [made.filled(each) for each in many])

    def later(self, line: Line, values: Values) -> Callable[[], list[Row]]:
        """Send it within a pipeline; what is given back reads the rows once that has ended."""
        made = self._made_for(line, values)
        if made is None:
            raise ValueError("a list is too long for a statement whose answer comes later")
        cursor = line.driver.cursor()
        line.carry_out(made.text, [made.filled(values)], cursor)
        return lambda: made.read(cursor.fetchall())

    def _made_for(self, line: Line, values: Values) -> _Made | None:
        """The statement for lists as long as these; None where one is too long for it."""
        names = self._lists.get(line.kind)
        if names is None:
            names = self._lists[line.kind] = _lists_of(self._compiled(line.dialect))
        sizes = tuple([_room_for(values[name]) for name in names]) if names else ()
        if sizes and max(sizes) > _LONGEST:
            return None
        made = self._made.get((line.kind, sizes))
        if made is None:
            compiled = self._compiled(line.dialect)
            made = _make(compiled, line.dialect, dict(zip(names, sizes, strict=True)))
            self._made[line.kind, sizes] = made
        return made

    def _compiled(self, dialect: Dialect) -> SQLCompiler:
        statement: Any = self._statements[dialect.name]
        compiled = statement.compile(dialect=dialect, column_keys=self._columns)
        assert isinstance(compiled, SQLCompiler)  # noqa: S101 - never a definition of tables
        return compiled


@dataclass(frozen=True, slots=True)
class _Made:
    """A statement in a database's own words.

    Attributes:
        text: What is sent.
        fixed: Values that stand in the statement itself, as the driver takes them.
        turns: What makes a value the driver's, for the names that need it.
        lists: The names behind each list, as many as there is room for.
        order: The names one after the other where the database goes by place.
        reads: What makes a value of the answer the model's, by its place in the row.
    """

    text: str
    fixed: dict[str, Any]
    turns: tuple[tuple[str, _Turn], ...]
    lists: tuple[tuple[str, tuple[str, ...], _Turn | None], ...]
    order: tuple[str, ...] | None
    reads: tuple[tuple[int, _Turn], ...]

    def filled(self, values: Values) -> Any:
        """The values as the driver takes them."""
        full: dict[str, Any] = {**self.fixed, **values}
        for name, turn in self.turns:
            full[name] = turn(full[name])
        for name, places, change in self.lists:
            given: list[Any] = list(full.pop(name)) or [None]
            if change is not None:
                given = [change(value) for value in given]
            given += given[-1:] * (len(places) - len(given))  # the same again changes no IN
            full.update(zip(places, given, strict=True))
        return full if self.order is None else tuple([full[name] for name in self.order])

    def read(self, rows: list[Row]) -> list[Row]:
        """The rows with the values of the models' columns."""
        if not self.reads:
            return rows
        found = []
        for row in rows:
            values = list(row)
            for place, turn in self.reads:
                values[place] = turn(values[place])
            found.append(tuple(values))
        return found


class Line:
    """The driver's side of one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.dialect = connection.dialect
        self.kind = connection.dialect.name
        driver: Any = connection.connection.driver_connection
        self.driver = driver
        self._cursor = driver.cursor()
        self._errors: type[Exception] = self.dialect.loaded_dbapi.Error
        self._watch: LineWatch | None = watch_of(connection)

    def ask(self, text: str, values: Any) -> list[Row]:
        """Send a statement and wait for its rows."""
        self._expect()
        try:
            self._cursor.execute(text, values)
            found: list[Row] = self._cursor.fetchall()
        except self._errors as error:
            raise known_error(self.connection, error, text) from error
        finally:
            self._forget()
        return found

    def carry_out(self, text: str, many: list[Any], cursor: Any = None) -> None:
        """Send a statement whose answer nobody waits for, once for each of the values.

        Within a pipeline the driver's own error is raised, perhaps that of an earlier statement.
        """
        if cursor is None:
            cursor = self._cursor
        self._expect()
        try:
            if len(many) == 1:
                cursor.execute(text, many[0])
            else:
                cursor.executemany(text, many)
        except self._errors as error:
            if in_pipeline(self.driver):
                raise  # what it means is known when the pipeline has ended
            raise known_error(self.connection, error, text) from error
        finally:
            self._forget()

    def _expect(self) -> None:
        if self._watch is not None:
            self._watch.expect(self.driver)

    def _forget(self) -> None:
        if self._watch is not None:
            self._watch.forget(self.driver)


def line_of(session: Session) -> Line:
    """The unit of work's line; whatever the mapper still keeps back is written first."""
    session.flush()
    line = session.info.get(_LINE)
    if line is None:
        line = session.info[_LINE] = Line(session.connection())
    assert isinstance(line, Line)  # noqa: S101 - put there above and nowhere else
    return line


def known_error(connection: Connection, error: Exception, text: str) -> DBAPIError:
    """The driver's own error as SQLAlchemy gives it; a broken line leaves the pool."""
    dialect = connection.dialect
    broken = dialect.name != "sqlite" and _is_broken(connection.connection.driver_connection)
    wrapped = DBAPIError.instance(
        text, None, error, dialect.loaded_dbapi.Error, connection_invalidated=broken,
        dialect=dialect,
    )  # fmt: skip
    if broken:
        connection.invalidate(error)
    assert isinstance(wrapped, DBAPIError)  # noqa: S101 - of an error of the driver
    return wrapped


def _is_broken(driver: Any) -> bool:
    # A server that goes down while it answers leaves the driver stuck in the pipeline: the line
    # is not called broken, nothing more goes over it, and what became of COMMIT is not known.
    return bool(driver.broken) or in_pipeline(driver)


def in_pipeline(driver: Any) -> bool:
    """Whether statements are sent to a server without waiting for its answers."""
    found = getattr(getattr(driver, "info", None), "pipeline_status", None)
    return found is not None and found.name != "OFF"


def _room_for(values: object) -> int:
    """The power of two that a list's values find room in."""
    assert isinstance(values, Sequence)  # noqa: S101 - a list stands for the values of an IN
    return 1 << max(0, len(values) - 1).bit_length()


def _lists_of(compiled: SQLCompiler) -> tuple[str, ...]:
    return tuple(name for name, bind in compiled.binds.items() if bind.expanding and bind.required)


def _make(compiled: SQLCompiler, dialect: Dialect, sizes: Mapping[str, int]) -> _Made:
    asked = [name for name, bind in compiled.binds.items() if bind.required]
    state = compiled.construct_expanded_state(
        {name: [None] * sizes[name] if name in sizes else None for name in asked}
    )
    turns = {name: _bind_turn(bind.type, dialect) for name, bind in compiled.binds.items()}
    behind = {place: name for name, places in state.parameter_expansion.items() for place in places}
    fixed = {}
    for place, value in state.parameters.items():
        name = behind.get(place, place)
        if name not in asked:
            turn = turns[name]
            fixed[place] = value if turn is None else turn(value)
    single = [name for name in asked if name not in sizes]
    return _Made(
        text=state.statement,
        fixed=fixed,
        turns=tuple((name, turn) for name in single if (turn := turns[name]) is not None),
        lists=tuple((name, tuple(state.parameter_expansion[name]), turns[name]) for name in sizes),
        order=None if state.positiontup is None else tuple(state.positiontup),
        reads=tuple(_reads(compiled.statement, dialect)),
    )


def _bind_turn(kind: Any, dialect: Dialect) -> _Turn | None:
    turn = kind.dialect_impl(dialect).bind_processor(dialect)
    return turn if callable(turn) else None


def _reads(statement: object, dialect: Dialect) -> Iterable[tuple[int, _Turn]]:
    """Of text nothing is known: its values come as the driver gives them."""
    if not isinstance(statement, Select | Insert | Update):
        return
    for place, column in enumerate(statement.exported_columns):
        turn = column.type.dialect_impl(dialect).result_processor(dialect, None)
        if callable(turn):
            yield place, turn
