"""A line to the server that is cut without a word is given up after a known time.

When a network drops packets and says nothing, a client may wait for ever for an answer: TCP's own
limits do not help when something between keeps the connection up. One thread per database looks at
what is awaited for long, asks the server over a new line whether it still works on it, and shuts
the socket of a connection whose answer is lost; the waiting thread gets the driver's error at
once. Slow work is not disturbed. What the server still holds for the dead line (its session would
keep its locks for minutes) is ended as soon as the server can be reached. A line that nobody has
used for ten minutes is closed here, too.
"""

from __future__ import annotations

import select
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from app.services.line_pool import LEFT, LinePool

LOOK_SECONDS: Final = 7
"""How long an answer may take before anybody looks; known within 30 s, reconnect included."""
AGAIN_SECONDS: Final = 3
PING_SECONDS: Final = 5
EVERY_SECONDS: Final = 1
IDLE_NS: Final = 600_000_000_000
"""A line that has lain still for so long is closed; the next step opens one when it needs it."""
FRESH_NS: Final = 500_000_000
"""A line that has answered so lately, and has not been closed since, is not asked again."""
_WATCH: Final = "watch"
_MISSES: Final = 2
"""Looks at which the server works on nothing while we wait: an answer under way is not lost."""
_BUSY: Final = "(state = 'active' AND wait_event IS DISTINCT FROM 'ClientRead')"
"""Between statements that were sent together a server is active and yet waits for the client."""
_WORKING: Final = f"SELECT {_BUSY} FROM pg_stat_activity WHERE pid = %s AND usename = session_user"
_END: Final = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    f" WHERE pid = ANY (%s) AND usename = session_user AND NOT {_BUSY}"
)


@dataclass(slots=True)
class _Wait:
    """An answer that is awaited: until when it is left alone, and how often it was missed."""

    driver: Any
    until: float
    misses: int = 0


def watch_of(connection: Connection) -> LineWatch | None:
    """Who watches the line; nobody a file."""
    found = connection.info.get(_WATCH)
    return found if isinstance(found, LineWatch) else None


class LineWatch:
    """Watches the connections of one engine; its thread ends when the engine is disposed.

    Args:
        engine: An engine on PostgreSQL through psycopg.
        connect: Makes another connection like the engine's.
    """

    def __init__(self, engine: Engine, connect: Callable[[], Any]) -> None:
        self._engine = engine
        self._connect = connect
        self._waits: dict[int, _Wait] = {}
        self._left: list[int] = []
        self._guard = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        for name, listener in (
            ("connect", self._connected),
            ("checkout", self._checked_out),
            ("checkin", self._checked_in),
            ("before_cursor_execute", self._asked),
            ("after_cursor_execute", self._answered),
            ("handle_error", self._failed),
            ("commit", self._asked),
            ("rollback", self._asked),
            ("engine_disposed", self._closed),
        ):
            event.listen(engine, name, listener)

    def expect(self, driver: Any) -> None:
        """An answer is awaited on a connection, past the engine."""
        self._expect(driver, LOOK_SECONDS)

    def forget(self, driver: Any) -> None:
        """Nothing is awaited on the connection any more."""
        with self._guard:
            self._waits.pop(id(driver), None)

    def _expect(self, driver: Any, seconds: float, misses: int = 0) -> None:
        with self._guard:
            self._waits[id(driver)] = _Wait(driver, time.monotonic() + seconds, misses)
            if self._thread is None or not self._thread.is_alive():
                self._stop.clear()
                self._thread = threading.Thread(target=self._look, name="line", daemon=True)
                self._thread.start()

    def _look(self) -> None:
        while not self._stop.wait(EVERY_SECONDS):
            now = time.monotonic()
            with self._guard:
                late = [wait for wait in self._waits.values() if wait.until < now]
            for wait in late:
                self._examine(wait)
            if self._left:
                self._end_left()
            self._close_idle()

    def _close_idle(self) -> None:
        pool = self._engine.pool
        if isinstance(pool, LinePool):
            pool.close_idle(time.time_ns() - IDLE_NS)

    def _examine(self, wait: _Wait) -> None:
        backend = _backend(wait.driver)
        if backend is None:  # nobody waits on it any more
            self.forget(wait.driver)
            return
        working = wait.misses < _MISSES and self._is_working(backend)
        with self._guard:
            if self._waits.get(id(wait.driver)) is not wait:
                return  # the answer came while we looked
            wait.misses = 0 if working else wait.misses + 1
            wait.until = time.monotonic() + AGAIN_SECONDS
            if wait.misses < _MISSES:
                return
            del self._waits[id(wait.driver)]
        self._left.append(backend)
        shut(wait.driver)

    def _is_working(self, backend: int) -> bool:
        """Whether the server works in this session; no when it cannot even be asked."""
        found = self._ask(_WORKING, backend)
        return bool(found and found[0][0])

    def _end_left(self) -> None:
        """End the sessions of dead lines; tried again while the server is out of reach."""
        if self._ask(_END, self._left) is not None:
            self._left.clear()

    def _ask(self, query: str, value: object) -> list[tuple[Any, ...]] | None:
        """The answer over a new line; None when there is no line."""
        try:
            with self._connect() as other:
                return list(other.execute(query, [value]).fetchall())
        except Exception:  # noqa: BLE001 - whatever stops a new line, the old one is no better
            return None

    # What the engine tells

    def _connected(self, _driver: Any, entry: ConnectionPoolEntry) -> None:
        entry.info["fresh"], entry.info[_WATCH] = True, self

    def _checked_out(
        self, driver: Any, entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection
    ) -> None:
        """Whether the line still stands; a dead one is replaced before any work begins."""
        if entry.info.pop("fresh", False) or _just_answered(driver, entry.info.pop(LEFT, 0)):
            return
        self._expect(driver, PING_SECONDS, _MISSES)
        dialect = self._engine.dialect
        try:
            dialect.do_ping(driver)
        except (DBAPIError, dialect.loaded_dbapi.Error) as error:
            raise InvalidatePoolError from error
        finally:
            self.forget(driver)

    def _closed(self, _engine: Engine) -> None:
        self._stop.set()

    def _checked_in(self, driver: Any, entry: ConnectionPoolEntry) -> None:
        self.forget(driver)
        entry.info[LEFT] = time.time_ns()  # a sleeping computer's clock goes on, unlike monotonic

    def _asked(self, connection: Connection, *_rest: object) -> None:
        if not connection.invalidated:
            self.expect(connection.connection.driver_connection)

    def _answered(self, connection: Connection, *_rest: object) -> None:
        self.forget(connection.connection.driver_connection)

    def _failed(self, context: Any) -> None:
        connection = context.connection
        if connection is not None and not connection.invalidated:
            self.forget(connection.connection.driver_connection)


def _just_answered(driver: Any, left: int) -> bool:
    """Whether a line was given back a moment ago and the server has said nothing since."""
    if not 0 <= time.time_ns() - left < FRESH_NS:
        return False
    try:
        return not select.select([_handle(driver)], [], [], 0)[0]  # its end can be read
    except (OSError, ValueError):
        return False


def shut(driver: Any) -> None:
    """Shut the socket under a connection, so that whoever waits on it gets an error."""
    with suppress(OSError, ValueError):
        line = socket.socket(fileno=_handle(driver))
        try:
            line.shutdown(socket.SHUT_RDWR)
        finally:
            line.detach()


def _backend(driver: Any) -> int | None:
    """The server's session behind a connection; None when the driver has closed it."""
    try:
        return int(driver.info.backend_pid)
    except Exception:  # noqa: BLE001 - each driver has its own word for a lost line
        return None


def _handle(driver: Any) -> int:
    """The number of a connection's socket; -1 when the driver has given it up already."""
    try:
        return int(driver.fileno())
    except Exception:  # noqa: BLE001 - each driver has its own word for a lost line
        return -1
