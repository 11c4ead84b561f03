"""A server that lets nobody in: each reason is told as what it is, and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, suppress

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text

from app.bootstrap import open_database
from app.domain.errors import EnvironmentProblem, NotAllowedError
from app.services.db import Database, postgresql_engine
from tests.databases import PERSON_PASSWORD, ServerBackend
from tests.pgserver import Login

NAME = "yl_visitor"


@pytest.fixture
def server(postgresql_backend: ServerBackend) -> Iterator[ServerBackend]:
    """The server, with somebody who may sign in."""
    admin = postgresql_backend.cluster.admin()
    role = sql.Identifier(NAME)
    made = sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, PERSON_PASSWORD)
    admin.execute(made)
    yield postgresql_backend
    admin.execute(sql.SQL("DROP ROLE {}").format(role))


def visitor(server: ServerBackend, database: str = "") -> Login:
    return server.cluster.login(database or server.database, NAME, PERSON_PASSWORD)


def told(address: str) -> str:
    """The code of what a person is told who signs in."""
    db = Database(postgresql_engine(address))
    with pytest.raises((EnvironmentProblem, NotAllowedError)) as refused, db.read() as session:
        session.execute(text("SELECT 1"))
    db.close()
    assert isinstance(refused.value, (EnvironmentProblem, NotAllowedError))
    return refused.value.code


@pytest.mark.parametrize(
    ("change", "code"),
    [("NOLOGIN", "db.login"), ("PASSWORD 'another'", "db.login"),
     ("CONNECTION LIMIT 0", "db.crowded")],
)  # fmt: skip
def test_an_account_that_is_not_let_in(server: ServerBackend, change: str, code: str) -> None:
    server.cluster.admin().execute(f"ALTER ROLE {NAME} {change}".encode())
    assert told(visitor(server).url()) == code


def test_a_server_whose_connections_are_all_taken(server: ServerBackend) -> None:
    address = visitor(server).url()
    with ExitStack() as held:
        with suppress(psycopg.OperationalError):
            while True:
                held.enter_context(psycopg.connect(server.superuser().conninfo()))
        assert told(address) == "db.crowded"


def test_a_database_that_is_not_there_or_closed_for_now(server: ServerBackend) -> None:
    assert told(visitor(server, "yl_no_such").url()) == "db.no_database"
    admin = server.cluster.admin()
    closed = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    name = sql.Identifier(server.database)
    admin.execute(closed.format(name, False))
    try:
        assert told(visitor(server).url()) == "db.paused"
    finally:
        admin.execute(closed.format(name, True))


def test_a_name_that_nobody_knows_is_a_line_that_is_not_there(server: ServerBackend) -> None:
    here = visitor(server)
    assert told(here.url().replace("127.0.0.1", "no such name")) == "db.offline"
    assert told(here.url().replace(f":{here.port}/", ":1/")) == "db.offline"


def test_somebody_of_another_database(server: ServerBackend) -> None:
    assert told(visitor(server).url()) == "access.denied"


def test_a_server_that_only_reads_for_now(server: ServerBackend) -> None:
    admin = server.cluster.admin()
    grant = sql.SQL("GRANT CONNECT ON DATABASE {} TO {}")
    admin.execute(grant.format(sql.Identifier(server.database), sql.Identifier(NAME)))
    admin.execute(f"ALTER ROLE {NAME} SET default_transaction_read_only = on".encode())
    db = Database(postgresql_engine(visitor(server).url()))
    with pytest.raises(EnvironmentProblem, match="只读") as refused, db.write() as session:
        session.execute(text("CREATE TABLE x (y int)"))
    db.close()
    assert refused.value.code == "db.read_only"
    admin.execute(f"DROP OWNED BY {NAME}".encode())


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://host:port/name", "postgresql://[::1/name", "postgresql://127.0.0.1:99999/a",
        "postgresql://127.0.0.1:0/a", "postgresql://127.0.0.1/a?sslmode=bogus",
        "postgresql://127.0.0.1/a?foo=1",
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_read(address: str) -> None:
    with pytest.raises(EnvironmentProblem) as refused:
        open_database(address, login="anybody", password=PERSON_PASSWORD)
    assert refused.value.code == "db.address"
