"""A server of an older release comes up: while others upgrade it too, read it, or cut the line."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from alembic import command
from sqlalchemy import text

from app.bootstrap import open_database
from app.domain.errors import EnvironmentProblem
from app.services import schema
from app.services.db import Database, postgresql_engine
from app.services.imprints import proof
from app.services.platform import backup, server
from tests.databases import OWNER_PASSWORD, Databases
from tests.pgserver import Cluster, Login

OLD = Path(__file__).parents[1] / "fixtures" / "schema_0022_postgresql.sql.gz"
NAME = "yilian_older"


@pytest.fixture
def cluster(databases: Databases) -> Iterator[Cluster]:
    """The server with an empty database on it."""
    cluster = databases.cluster()
    cluster.create(NAME, "template0", server.OWNER)
    with server.administrator(cluster.login(NAME).url(), NAME) as connection:
        server.prepare_database(connection)
    yield cluster
    cluster.drop(NAME)


@pytest.fixture
def older(cluster: Cluster) -> Login:
    """Its superuser, once an older release has left its schema and rows there."""
    admin = cluster.login(NAME)
    with server.administrator(admin.url(), NAME) as connection:
        connection.execute(gzip.decompress(OLD.read_bytes()))
    return admin


@pytest.fixture
def db(cluster: Cluster) -> Iterator[Database]:
    """The database as its owner reaches it."""
    db = Database(postgresql_engine(owner(cluster)))
    yield db
    db.close()


def owner(cluster: Cluster) -> str:
    return cluster.login(NAME, server.OWNER, OWNER_PASSWORD).url()


def upgraded(address: str) -> str:
    """What one more program makes of it."""
    db = Database(postgresql_engine(address))
    try:
        return schema.upgrade(db)
    finally:
        db.close()


def assert_whole(db: Database) -> None:
    assert schema.version(db) == schema.newest()
    assert all(chain.whole for chain in backup.prove(db))
    assert proof.examine(db).strange == ()


@pytest.mark.usefixtures("older")
def test_programs_that_upgrade_at_once_take_turns(cluster: Cluster, db: Database) -> None:
    """Without a turn the later one was told that somebody had registered the same row."""
    with ThreadPoolExecutor(2) as programs:
        found = list(programs.map(upgraded, [owner(cluster)] * 2))
    assert found == [schema.newest()] * 2
    assert_whole(db)


def test_programs_that_fill_an_empty_server_at_once_take_turns(
    cluster: Cluster, db: Database
) -> None:
    with ThreadPoolExecutor(2) as programs:
        found = list(programs.map(upgraded, [owner(cluster)] * 2))
    assert found == [schema.newest()] * 2
    assert_whole(db)


def test_an_upgrade_behind_an_open_report_gives_way_in_words(
    older: Login, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A step that is a file of statements gives way like every other one."""
    monkeypatch.setattr(schema, "_PATIENCE", 0)
    with psycopg.connect(older.conninfo()) as report:
        report.execute("SELECT count(*) FROM app.ledger")
        with pytest.raises(EnvironmentProblem, match="一直有人在用") as refusal:
            schema.upgrade(db)
    assert refusal.value.code == "schema.in_use"
    assert schema.version(db) == "0022"
    schema.upgrade(db)
    assert_whole(db)


def test_a_line_cut_before_the_end_leaves_the_old_schema_and_says_so(
    older: Login, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = command.upgrade

    def cut(config: object, target: str) -> None:
        connection = config.attributes["connection"]  # type: ignore[attr-defined]
        own = connection.scalar(text("SELECT pg_backend_pid()"))
        steps(config, target)  # type: ignore[arg-type]
        with psycopg.connect(older.conninfo(), autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(%s, 5000)", [own])

    with monkeypatch.context() as patch:
        patch.setattr(command, "upgrade", cut)
        with pytest.raises(EnvironmentProblem, match="不会只做一半") as refusal:
            schema.upgrade(db)
    assert refusal.value.code == "schema.cut"
    assert schema.version(db) == "0022"
    schema.upgrade(db)
    assert_whole(db)


def test_whoever_signs_in_before_the_upgrade_is_told_whose_task_it_is(older: Login) -> None:
    address = f"postgresql://{older.host}:{older.port}/{older.database}"
    with pytest.raises(EnvironmentProblem, match="管理员以 yilian_owner") as refusal:
        open_database(address, login=older.user, password=older.password)
    assert refusal.value.code == "schema.older"
