"""The server's promises as queries (T53), and that the queries find a broken promise."""

from __future__ import annotations

import psycopg
import pytest

from app.services.platform import server, server_state
from tests.databases import ServerBackend
from tests.factories import Site

BREAKS = {
    "CREATE TABLE app.open_table (x int)": "tables without row security",
    "CREATE VIEW app.leak AS SELECT * FROM app.ledger": "views that run with the rights",
    "CREATE FUNCTION app.loose() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'": (
        "definer functions without a fixed search_path"
    ),
    "GRANT EXECUTE ON FUNCTION app.my_person() TO PUBLIC": "functions that everybody may call",
    "GRANT yilian_ledger TO east_store": "roles of people with more rights",
    "GRANT UPDATE ON app.ledger TO yilian_store": "rights to change what is append-only",
    "GRANT UPDATE ON app.place TO yilian_store": "tables that people may lock as a whole",
    "ALTER TABLE app.bid ALTER COLUMN unit_price SET STATISTICS 100": "prices whose spread",
    "ALTER EVENT TRIGGER yilian_people_define_nothing DISABLE": "people may take rights from",
    "GRANT TEMPORARY ON DATABASE {database} TO PUBLIC": "database open to everybody",
}


def test_every_promise_holds(server_backend: ServerBackend, group: Site) -> None:
    with server.administrator(server_backend.superuser().url()) as connection:
        assert server_state.broken_promises(connection) == ()


@pytest.mark.parametrize(("statement", "named"), BREAKS.items())
def test_a_broken_promise_is_named(
    server_backend: ServerBackend, group: Site, statement: str, named: str
) -> None:
    command = statement.format(database=server_backend.database)
    with psycopg.connect(server_backend.superuser().conninfo(), autocommit=True) as breaking:
        breaking.execute(command.encode())

    status = server_state.status(server_backend.superuser().url())

    assert any(problem.startswith(named) for problem in status.problems), status.problems


def test_a_view_with_the_owners_rights_would_leak(
    server_backend: ServerBackend, group: Site
) -> None:
    """Why the promise about views is there: the trap is real."""
    group.db("east_store")
    with psycopg.connect(server_backend.owner.conninfo(), autocommit=True) as owner:
        owner.execute("CREATE VIEW app.leak AS SELECT * FROM app.balance")
        owner.execute(
            "CREATE VIEW app.tight WITH (security_invoker = true) AS SELECT * FROM app.balance"
        )
        owner.execute("GRANT SELECT ON app.leak, app.tight TO yilian_read")
    with psycopg.connect(server_backend.login("east_store").conninfo()) as east:
        leaked = east.execute("SELECT count(DISTINCT org_id) FROM app.leak").fetchone()
        kept = east.execute("SELECT count(DISTINCT org_id) FROM app.tight").fetchone()
    assert (leaked, kept) == ((2,), (1,))


def test_passwords_reach_the_server_as_verifiers_only(server_backend: ServerBackend) -> None:
    with server.administrator(server_backend.superuser().url()) as connection:
        connection.execute("CREATE ROLE canary LOGIN")
        server.set_password(connection, "canary", "a-secret-nobody-logs")
        row = connection.execute(
            "SELECT rolpassword FROM pg_authid WHERE rolname = 'canary'"
        ).fetchone()
        assert row is not None
        assert str(row[0]).startswith("SCRAM-SHA-256$")
        connection.execute("DROP ROLE canary")


def test_a_server_that_would_lose_with_the_power_is_named(
    server_backend: ServerBackend, group: Site
) -> None:
    """Also where only one person's commits are not waited for."""
    group.db("east_store")
    admin = server_backend.cluster.admin()
    admin.execute("ALTER ROLE east_store SET synchronous_commit = off")
    try:
        status = server_state.status(server_backend.superuser().url())
    finally:
        admin.execute("ALTER ROLE east_store RESET ALL")
    (lossy,) = (one for one in status.problems if "fsync = off" in one)
    assert "synchronous_commit = off (east_store)" in lossy
