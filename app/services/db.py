"""The database as services see it: a unit of work to read, a unit of work to write.

`Database.write()` opens one transaction; on SQLite with BEGIN IMMEDIATE and an own retry with
jitter, because `busy_timeout` starves writers. Helpers take the session and never commit.
Errors of the drivers are told apart here: what the person can mend, what the environment did,
and what is our bug. What nobody waits for (`at_end`) goes to a server together with COMMIT, so
that the locks of a posting are held for one round trip.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    create_engine,
    event,
    literal_column,
    select,
)
from sqlalchemy.engine import URL, ExceptionContext, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import ConnectionPoolEntry

from app.adapters import local_files
from app.domain.days import ZONE
from app.models.base import Moment, microseconds
from app.services.db_errors import (
    GIVE_UP_SECONDS,
    busy,
    full,
    is_cut,
    is_refused,
    translate,
    unsure,
)
from app.services.imprints import watch
from app.services.line_pool import LinePool
from app.services.line_watch import LineWatch
from app.services.outbox import Outbox, check_attempt
from app.services.ready import Line, Ready, Row, Values, known_error, line_of
from app.services.unswept import unswept

SERVER_NOW: Final[ColumnElement[Any]] = literal_column(
    "(extract(epoch FROM clock_timestamp()) * 1000000)::bigint", Moment
)
"""A server's own clock, as it stores a point in time."""
_ASK_SERVER: Final = select(SERVER_NOW)
ACTING: Final = "acting"
"""Whose unit of work it is, in `Session.info`: the person's row."""
_STATEMENTS: Final = 256
"""That a connection to a file keeps ready. Past that the driver keeps those it had first."""
_LITTLE: Final = 100_000
"""Bytes: less is left on a full disk than SQLite needs to open a file."""
_PAGES: Final = "cache_size=-65536"
"""KiB of a file that a connection holds."""
_FEW_PAGES: Final = "PRAGMA cache_size=-8192"
_USUAL_PAGES: Final = f"PRAGMA {_PAGES}"
_FEW: Final = "few_pages"
_LAST: Final = "last"
_LEARNED: Final = "learned"

Clock = Callable[[], datetime]
Answer = Callable[[], list[Row]]
"""Rows that are there once the unit of work is over."""


class Database:
    """One database, SQLite or PostgreSQL, reached as one person.

    Args:
        engine: From `sqlite_engine` or `postgresql_engine`.
        clock: Replaces the server's clock in tests and demonstrations.
        outbox: Remembers on this computer what was sent; None where nobody could ask later.
        retells: The clock belongs to a story that is made up: it may go back (`clock_order`).
    """

    def __init__(
        self,
        engine: Engine,
        clock: Clock | None = None,
        outbox: Outbox | None = None,
        *,
        retells: bool = False,
    ) -> None:
        self.engine = engine
        self.retells = retells
        self.outbox = outbox
        self._clock = clock
        self._known: dict[object, int] = {}
        self._writer = engine.execution_options(write=True)
        # SQLite reads one state by itself; PostgreSQL would take a new one for each statement
        self._reader = (
            engine
            if self.is_sqlite
            else engine.execution_options(isolation_level="REPEATABLE READ")
        )

    @property
    def is_sqlite(self) -> bool:
        """Whether this is a single-site SQLite file."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session on one consistent state; nothing it does is kept."""
        with unswept(), translate(), Session(self._reader, expire_on_commit=False) as session:
            session.info["db"] = self
            yield session
            session.rollback()

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction: all of it is kept, or nothing is.

        Raises:
            UnsureProblem: The line broke while the answer to COMMIT was awaited.
        """
        with unswept(), translate(), Session(self._writer, expire_on_commit=False) as session:
            session.info["db"] = self
            try:
                session.begin()
                yield session
                session.flush()
                self._leave_imprints(session)
            except BaseException:
                self._give_up(session)
                raise
            self._commit(session)

    def _leave_imprints(self, session: Session) -> None:
        """A server's own triggers do it there."""
        if self.is_sqlite:
            at, who = microseconds(self.now(session)), session.info.get(ACTING, 0)
            connection = session.connection()
            with _known(connection):
                watch.keep(connection, at, who)

    def _commit(self, session: Session) -> None:
        """Unless the server said yes or no, the operations stay open until they are asked about."""
        try:
            if _LAST in session.info:
                _commit_with(session, session.info.pop(_LAST))
            else:
                session.commit()
        except DBAPIError as error:
            if not self.is_sqlite and is_cut(error):
                raise unsure() from error
            if is_refused(error):
                self._settle(session)
            raise
        self._settle(session)
        self._known.update(session.info.get(_LEARNED, {}))

    def _give_up(self, session: Session) -> None:
        try:
            session.rollback()
        finally:
            self._settle(session)  # COMMIT was never sent

    def sending(self, session: Session, org_id: int, op_id: UUID, kind: str) -> None:
        """Keep the operation's id on this computer; called before anything of it is sent."""
        check_attempt(op_id)
        if self.outbox is None:
            return
        self.outbox.note(org_id, op_id, kind, self._backend(session))
        session.info.setdefault("ops", []).append(op_id)

    def _backend(self, session: Session) -> int:
        if self.is_sqlite:
            return 0
        driver: Any = session.connection().connection.driver_connection
        return int(driver.info.backend_pid)

    def _settle(self, session: Session) -> None:
        if self.outbox is not None:
            for op_id in session.info.get("ops", ()):
                self.outbox.settle(op_id)

    def learned(self, session: Session, key: object, read: Callable[[], int]) -> int:
        """A number that never changes once it is there, such as the id of a virtual place.

        It is read once; what a unit of work has read is believed by others after its commit.
        """
        found = self._known.get(key)
        if found is None:
            kept: dict[object, int] = session.info.setdefault(_LEARNED, {})
            found = kept.get(key)
            if found is None:
                found = kept[key] = read()
        return found

    def now(self, session: Session) -> datetime:
        """The server's time (UTC), read once per unit of work."""
        known = self.known_now(session)
        if known is None:
            known = session.connection().execute(_ASK_SERVER).scalar_one()
            session.info["now"] = known
        return known

    def known_now(self, session: Session) -> datetime | None:
        """The time of this unit of work, as far as no server has to be asked for it."""
        known = session.info.get("now")
        if isinstance(known, datetime):
            return known
        if self._clock is None and not self.is_sqlite:
            return None
        session.info["now"] = value = self._clock() if self._clock else datetime.now(UTC)
        return value

    def close(self) -> None:
        """Give back all connections."""
        self.engine.dispose()
        if self.outbox is not None:
            self.outbox.close()


def database_of(session: Session) -> Database:
    """The `Database` that opened the session."""
    found = session.info["db"]
    assert isinstance(found, Database)  # noqa: S101 - every session comes from Database
    return found


def at_end(session: Session, statement: Ready, values: Values | Sequence[Values]) -> None:
    """Carry out what nobody waits for: at once in a file, together with COMMIT on a server.

    The order is kept, and an error still takes all of the unit of work back.

    Args:
        session: A unit of work that writes.
        statement: Its rows, if it has any, are not read.
        values: Its parameters, or a list of them.
    """
    if database_of(session).is_sqlite:
        statement.do(session, values)
    else:
        session.info.setdefault(_LAST, []).append(lambda line: statement.send(line, values))


def first_at_end(session: Session, send: Callable[[Line], None]) -> None:
    """Have `send` carry something out on a server, before all that `at_end` was given.

    For rows that a unit of work takes in an order of its own, before the heads of the trail.
    """
    session.info.setdefault(_LAST, []).insert(0, send)


def ask_at_end(session: Session, statement: Ready, values: Values) -> Answer:
    """As `at_end`, of a statement whose rows are wanted when the unit of work is over."""
    if database_of(session).is_sqlite:
        found = statement.rows(session, values)
        return lambda: found
    kept: list[Answer] = []
    session.info.setdefault(_LAST, []).append(
        lambda line: kept.append(statement.later(line, values))
    )

    def rows() -> list[Row]:
        (read,) = kept
        return read()

    return rows


def _commit_with(session: Session, last: Sequence[Callable[[Line], None]]) -> None:
    """Send the last statements and COMMIT in one go: one round trip, however many they are."""
    line = line_of(session)
    transaction = line.connection.get_transaction()
    assert transaction is not None  # noqa: S101 - a unit of work has begun
    refused: type[Exception] = line.driver.Error
    try:
        with line.driver.pipeline():
            for send in last:
                send(line)
            transaction.commit()
    except BaseException as error:
        # Refused within the pipeline the server never saw COMMIT, while SQLAlchemy takes the
        # transaction for ended: without this the connection goes back to the pool still in it.
        with suppress(refused):
            line.driver.rollback()
        if isinstance(error, refused):  # at the end of the pipeline, past SQLAlchemy
            raise known_error(line.connection, error, "COMMIT") from error
        raise


def now(session: Session) -> datetime:
    """The server's time (UTC) of this unit of work."""
    return database_of(session).now(session)


def today(session: Session) -> date:
    """The day it is for the members, by the server's clock."""
    return now(session).astimezone(ZONE).date()


def local_time(value: datetime) -> datetime:
    """A point in time in the members' zone, for showing."""
    return value.astimezone(ZONE)


def sqlite_engine(path: str) -> Engine:
    """An engine on a SQLite file with the pragmas that the promises rest on.

    Args:
        path: File name, or ``:memory:``; whatever signs it has, it is never read as a URL.
    """
    import pysqlite3.dbapi2 as driver

    engine = create_engine(
        URL.create("sqlite", database=path),
        module=driver,
        connect_args={"check_same_thread": False, "cached_statements": _STATEMENTS},
    )
    event.listen(engine, "connect", _set_pragmas)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "checkin", _hold_usual_pages)
    event.listen(engine, "handle_error", partial(_tell_full, path))
    return engine


def postgresql_engine(url: str | URL, *, password: str | None = None) -> Engine:
    """An engine on PostgreSQL through psycopg 3, as the person whose login the URL carries."""
    parsed = make_url(url).set(drivername="postgresql+psycopg")
    if password is not None:
        parsed = parsed.set(password=password)
    options = {
        "options": f"-csearch_path=app -ctimezone=UTC -clock_timeout={GIVE_UP_SECONDS}s",
        "connect_timeout": 8,
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,
        "application_name": "yilian",
    }
    engine = create_engine(
        parsed,
        poolclass=LinePool,
        pool_size=2,
        max_overflow=2,
        pool_use_lifo=True,  # the other one lies still, and is closed
        pool_recycle=600,
        connect_args=options,
    )
    words, more = engine.dialect.create_connect_args(parsed)
    LineWatch(engine, lambda: engine.dialect.connect(*words, **more, **options))
    return engine


def _set_pragmas(connection: Any, _record: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # transactions are begun by us, see _begin
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "recursive_triggers=ON",
        "trusted_schema=OFF",
        "busy_timeout=0",
        _PAGES,
        "temp_store=MEMORY",
    ):
        _retry(partial(cursor.execute, f"PRAGMA {pragma}"))
    cursor.close()


def hold_few_pages(session: Session) -> None:
    """For a unit of work of very many rows: the pages that it writes are not read again."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_FEW_PAGES)
        connection.info[_FEW] = True


def _hold_usual_pages(connection: Any, record: ConnectionPoolEntry) -> None:
    if connection is not None and record.info.pop(_FEW, False):
        connection.execute(_USUAL_PAGES)


def _tell_full(path: str, context: ExceptionContext) -> None:
    """Without room for the `-shm` SQLite tells an I/O error, even to somebody who only reads."""
    error = context.original_exception
    if "disk I/O error" in str(error) and not local_files.has_room(Path(path), _LITTLE):
        raise full() from error


def _begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("write", False)
    if write:
        with _known(connection):
            _retry(lambda: watch.watch(connection))
    statement = "BEGIN IMMEDIATE" if write else "BEGIN"
    _retry(lambda: connection.exec_driver_sql(statement))


@contextmanager
def _known(connection: Connection) -> Iterator[None]:
    """The driver's own errors as SQLAlchemy gives them."""
    errors: type[Exception] = connection.dialect.loaded_dbapi.Error
    try:
        yield
    except errors as error:
        raise known_error(connection, error, "imprints") from error


def _retry(call: Callable[[], Any]) -> None:
    """Run `call` until SQLite is free; short random waits share the turn fairly."""
    deadline = time.monotonic() + GIVE_UP_SECONDS
    while True:
        try:
            call()
        except Exception as error:
            if "locked" not in str(error) and "busy" not in str(error):
                raise
            if time.monotonic() > deadline:
                raise busy() from error
            time.sleep(random.uniform(0.0005, 0.004))  # noqa: S311 - jitter, not a secret
        else:
            return


def ping(db: Database) -> None:
    """Raise `EnvironmentProblem` unless the database answers."""
    with db.read() as session:
        session.execute(select(1))


__all__ = [
    "SERVER_NOW",
    "Answer",
    "Clock",
    "DBAPIError",
    "Database",
    "ask_at_end",
    "at_end",
    "database_of",
    "local_time",
    "now",
    "ping",
    "postgresql_engine",
    "sqlite_engine",
    "today",
]
