"""The small group that tests start from works on both databases."""

from __future__ import annotations

import os
import resource
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from socket import SHUT_RDWR, socket
from types import SimpleNamespace

import pytest
from psycopg import Connection, Pipeline, errors
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.domain.duties import Duty
from app.domain.errors import DomainError, EnvironmentProblem, UnsureProblem
from app.services import line_watch
from app.services.catalogue.detail import item_detail
from app.services.db import Database, at_end, sqlite_engine
from app.services.db_errors import as_known
from app.services.platform.server import OWNER
from app.services.ready import Ready
from tests.databases import Backend, ServerBackend
from tests.factories import EAST, LEAD, WEST, Site


def test_every_person_signs_in_with_the_duties_given(site: Site) -> None:
    store = site.actor("east_store")
    buyer = site.actor("lead_buyer")

    assert store.orgs(Duty.STORE) == {EAST}
    assert store.org_id == EAST
    assert buyer.orgs(Duty.BUY) == {LEAD, EAST, WEST}


def test_a_refusal_at_the_very_end_leaves_the_way_in_as_it_was(site: Site) -> None:
    way = site.as_("east_store")[0]
    for _attempt in range(3):  # more than the server's connections that are kept
        with pytest.raises(DBAPIError), way.write() as session:
            at_end(session, Ready(text("SELECT 1 FROM no_such_table")), {})
        with way.read() as session:
            assert session.scalar(text("SELECT 1")) == 1


WHOLE = Connection.pipeline


@contextmanager
def torn(line: Connection) -> Iterator[Pipeline]:
    """Everything is sent; the line is cut while the answer is awaited."""
    with WHOLE(line) as pipeline:
        yield pipeline
        with socket(fileno=os.dup(line.pgconn.socket)) as wire:
            wire.shutdown(SHUT_RDWR)


@contextmanager
def stuck(line: Connection) -> Iterator[Pipeline]:
    """The server goes down while it answers: the driver cannot leave its pipeline."""
    with WHOLE(line) as pipeline:
        yield pipeline
    line.pgconn.enter_pipeline_mode()
    line.pgconn.send_query_params(b"SELECT 1", None)
    line.pgconn.exit_pipeline_mode()


@pytest.mark.parametrize("breaks", [torn, stuck])
def test_a_line_that_breaks_with_commit_leaves_it_open_whether_it_was_kept(
    postgresql_backend: Backend, monkeypatch: pytest.MonkeyPatch, breaks: object
) -> None:
    way = postgresql_backend.db
    for _attempt in range(3):
        monkeypatch.setattr(Connection, "pipeline", breaks)
        with pytest.raises(UnsureProblem), way.write() as session:
            at_end(session, Ready(text("SELECT 1")), {})
        monkeypatch.setattr(Connection, "pipeline", WHOLE)
        with way.read() as session:
            assert session.scalar(text("SELECT 1")) == 1


def test_lines_that_are_ended_again_and_again_leave_no_handle(
    postgresql_backend: Backend,
) -> None:
    assert isinstance(postgresql_backend, ServerBackend)
    way, admin = postgresql_backend.db, postgresql_backend.cluster.admin()

    def work(_number: int) -> None:
        with suppress(EnvironmentProblem), way.write() as session:
            at_end(session, Ready(text("SELECT pg_sleep(0.03)")), {})

    handles = []
    for _round in range(6):
        with ThreadPoolExecutor(4) as four:
            list(four.map(work, range(12)))
        handles.append(sum(link.is_socket() for link in Path("/proc/self/fd").iterdir()))
        admin.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = %s",
                      [OWNER])  # fmt: skip
    assert max(handles) <= handles[0] + 1, handles  # the pool keeps two lines, used or not


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (errors.lookup("58030")("could not open file: Input/output error"), "db.disk"),
        (errors.lookup("XX001")("invalid page in block 7"), "db.damaged"),
        (errors.lookup("XX000")("could not open relation with OID 17208"), "db.damaged"),
        (sqlite3.DatabaseError("database disk image is malformed"), "db.damaged"),
        (sqlite3.OperationalError("disk I/O error"), "db.disk"),
    ],
)
def test_a_disk_that_fails_is_told_as_such(broken: Exception, code: str) -> None:
    known = as_known(DBAPIError("SELECT 1", {}, broken))

    assert isinstance(known, EnvironmentProblem)
    assert known.code == code


def test_a_line_that_the_driver_gave_up_is_shut_without_a_word(
    sqlite_backend: Backend,
) -> None:
    class GivenUp:
        """As psycopg: a lost connection has no socket and no session to ask for."""

        def fileno(self) -> int:
            raise errors.OperationalError("the connection is lost")

        @property
        def info(self) -> object:
            raise errors.OperationalError("the connection is closed")

    line_watch.shut(GivenUp())
    assert line_watch._just_answered(GivenUp(), time.time_ns()) is False
    # closed while it was awaited: the thread that looks at lines goes on, and forgets it
    watch = line_watch.LineWatch(sqlite_backend.db.engine, GivenUp)
    watch._expect(GivenUp(), 0)
    (wait,) = watch._waits.values()
    watch._examine(wait)
    assert watch._waits == {}


def test_a_number_that_no_column_holds_is_refused_in_words(site: Site) -> None:
    with pytest.raises(DomainError, match=r"数字太大|没有这个品规"):
        item_detail(*site.as_("lead_buyer"), 10**20)
    with pytest.raises(DomainError, match="数字太大"), site.owner.write() as session:
        session.execute(text("UPDATE item SET pack_factor = :n"), {"n": 10**20})


@contextmanager
def no_file_may_grow() -> Iterator[None]:
    """What a full disk is to the file beside the data that SQLite makes on opening it."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("left", [0, 10**9])
def test_a_full_disk_and_a_used_up_quota_are_told_as_that_before_anything_is_written(
    sqlite_site: Site, monkeypatch: pytest.MonkeyPatch, left: int
) -> None:
    file = str(sqlite_site.owner.engine.url.database)
    sqlite_site.close()  # the last one to go takes the -shm along
    monkeypatch.setattr("shutil.disk_usage", lambda _path: SimpleNamespace(free=left))
    late = Database(sqlite_engine(file))
    with no_file_may_grow(), pytest.raises(EnvironmentProblem) as problem, late.read() as session:
        session.scalar(text("SELECT 1 FROM organisation"))
    assert problem.value.code == "db.full"
    with late.read() as session:
        assert session.scalar(text("SELECT 1 FROM organisation")) == 1
    late.close()
