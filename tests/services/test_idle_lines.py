"""A line to a server that nobody uses is closed, and nobody notices."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from app.services import line_watch
from app.services.db import Database
from app.services.line_pool import LinePool
from tests.databases import ServerBackend

MINUTE = 60_000_000_000


@pytest.fixture
def way(postgresql_backend: ServerBackend) -> Database:
    """The owner's way in."""
    return postgresql_backend.db


def use(db: Database, lines: int = 1) -> None:
    """So many lines at the same moment."""
    with db.read() as session:
        assert session.scalar(text("SELECT 1")) == 1
        if lines > 1:
            use(db, lines - 1)


def pool_of(db: Database) -> LinePool:
    pool = db.engine.pool
    assert isinstance(pool, LinePool)
    return pool


def wait_for_sessions(one: ServerBackend, wanted: int) -> None:
    """Until the server has so many of this database; ten seconds are far more than it takes."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
    until = time.monotonic() + 10
    while one.cluster.admin().execute(query, [one.database]).fetchone() != (wanted,):
        assert time.monotonic() < until
        threading.Event().wait(0.01)


def test_the_second_line_goes_when_it_has_lain_still(
    way: Database, postgresql_backend: ServerBackend
) -> None:
    use(way, 2)
    since = time.time_ns()
    for _time in range(5):
        use(way)  # always the line that was used last
    assert pool_of(way).close_idle(since) == 1
    wait_for_sessions(postgresql_backend, 1)
    assert pool_of(way).close_idle(since) == 0
    use(way, 2)  # and comes again when it is needed
    wait_for_sessions(postgresql_backend, 2)


def test_a_window_that_stands_open_keeps_no_line(
    way: Database, postgresql_backend: ServerBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By itself, by the thread that watches lines."""
    use(way, 2)
    assert line_watch.IDLE_NS == 10 * MINUTE
    monkeypatch.setattr(line_watch, "IDLE_NS", 0)
    wait_for_sessions(postgresql_backend, 0)
    use(way)


def test_lines_in_use_stay_and_four_at_once_are_still_allowed(way: Database) -> None:
    """What is closed leaves its place to others, however often."""
    later = time.time_ns() + 60 * MINUTE
    for _time in range(6):
        use(way, 4)
        with way.read() as session:
            assert session.scalar(text("SELECT 1")) == 1
            pool_of(way).close_idle(later)
            assert session.scalar(text("SELECT 2")) == 2
        assert pool_of(way).close_idle(later) == 1
    assert pool_of(way).checkedout() == 0


def test_closing_meanwhile_disturbs_nobody(way: Database) -> None:
    stop = threading.Event()

    def close() -> None:
        while not stop.wait(0.001):
            pool_of(way).close_idle(time.time_ns())

    with ThreadPoolExecutor(4) as four:
        closing = four.submit(close)
        try:
            for done in [four.submit(use, way) for _step in range(60)]:
                done.result(30)
        finally:
            stop.set()
        closing.result(30)
    assert pool_of(way).checkedout() == 0
