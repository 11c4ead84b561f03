"""A line to the server that is cut without a word is given up after a known time.

When a network drops packets and says nothing, a client may wait for ever for the answer to COMMIT:
TCP's own limits do not help when something between keeps the connection up. One thread per
database looks at what is awaited, and shuts the socket of a connection whose answer is overdue;
the waiting thread then gets the driver's error at once.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from typing import Any, Final

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

COMMIT_SECONDS: Final = 10
"""A commit is one write of the server's log; state known within 30 s, reconnect included."""
PING_SECONDS: Final = 5
_MARGIN_SECONDS: Final = 10
"""What a statement gets beyond the limit that the server itself puts on it."""
_EVERY_SECONDS: Final = 1
_LIMIT: Final = "SELECT setting::int FROM pg_settings WHERE name = 'statement_timeout'"


class LineWatch:
    """Watches the connections of one engine; its thread ends when the engine is disposed.

    Args:
        engine: An engine on PostgreSQL through psycopg.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._due: dict[int, tuple[float, Any]] = {}
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
            ("commit", self._ending),
            ("rollback", self._ending),
            ("engine_disposed", self._closed),
        ):
            event.listen(engine, name, listener)

    def expect(self, driver: Any, seconds: float) -> None:
        """An answer on this connection is due in so many seconds."""
        with self._guard:
            self._due[id(driver)] = (time.monotonic() + seconds, driver)
            if self._thread is None or not self._thread.is_alive():
                self._stop.clear()
                self._thread = threading.Thread(target=self._look, name="line", daemon=True)
                self._thread.start()

    def forget(self, driver: Any) -> None:
        """The answer came."""
        with self._guard:
            self._due.pop(id(driver), None)

    def _look(self) -> None:
        while not self._stop.wait(_EVERY_SECONDS):
            moment = time.monotonic()
            with self._guard:
                late = [driver for due, driver in self._due.values() if due < moment]
                for driver in late:
                    del self._due[id(driver)]
            for driver in late:
                shut(driver)

    # What the engine tells

    def _connected(self, driver: Any, entry: ConnectionPoolEntry) -> None:
        with driver.cursor() as cursor:
            limit = int(cursor.execute(_LIMIT).fetchone()[0])
        driver.rollback()
        entry.info["limit"] = limit // 1000 + _MARGIN_SECONDS if limit else 0
        entry.info["fresh"] = True

    def _checked_out(
        self, driver: Any, entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection
    ) -> None:
        """Whether the line still stands; a dead one is replaced before any work begins."""
        if entry.info.pop("fresh", False):
            return
        self.expect(driver, PING_SECONDS)
        dialect = self._engine.dialect
        try:
            dialect.do_ping(driver)
        except (DBAPIError, dialect.loaded_dbapi.Error) as error:
            raise InvalidatePoolError from error
        finally:
            self.forget(driver)

    def _closed(self, _engine: Engine) -> None:
        self._stop.set()

    def _checked_in(self, driver: Any, _entry: ConnectionPoolEntry) -> None:
        self.forget(driver)

    def _asked(self, connection: Connection, *_rest: object) -> None:
        limit = connection.connection.info.get("limit", 0)
        if limit:
            self.expect(connection.connection.driver_connection, limit)

    def _answered(self, connection: Connection, *_rest: object) -> None:
        self.forget(connection.connection.driver_connection)

    def _failed(self, context: Any) -> None:
        connection = context.connection
        if connection is not None and not connection.invalidated:
            self.forget(connection.connection.driver_connection)

    def _ending(self, connection: Connection) -> None:
        if not connection.invalidated:
            self.expect(connection.connection.driver_connection, COMMIT_SECONDS)


def shut(driver: Any) -> None:
    """Shut the socket under a connection, so that whoever waits on it gets an error."""
    with suppress(OSError, AttributeError, ValueError):
        line = socket.socket(fileno=driver.fileno())
        try:
            line.shutdown(socket.SHUT_RDWR)
        finally:
            line.detach()
