"""Guessed passwords (T54) on a real server: told from its log, the login closed if wished."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import psycopg
import pytest

from app.domain.errors import DomainError
from app.services.platform import directory, guesses, server, server_state
from tests.cli.runner import bare
from tests.databases import ServerBackend
from tests.factories import EAST, Site
from tests.security.conftest import Psql


@pytest.fixture(params=["jsonlog", "csvlog"])
def log(request: pytest.FixtureRequest, server_backend: ServerBackend) -> Iterator[str]:
    """The log that programs can read, in either form."""
    kind = str(request.param)
    _write_log(server_backend, kind)
    yield kind
    _write_log(server_backend, "jsonlog")


def _write_log(backend: ServerBackend, kind: str) -> None:
    with psycopg.connect(backend.superuser().conninfo(), autocommit=True) as admin:
        admin.execute(f"ALTER SYSTEM SET log_destination = '{kind}'".encode())
        admin.execute("SELECT pg_reload_conf()")
        written: list[str] = []
        while written != [kind]:  # the collector takes the new setting within a moment
            rows = admin.execute(
                "SELECT k FROM unnest(ARRAY['jsonlog', 'csvlog', 'stderr']) AS k"
                " WHERE pg_current_logfile(k) IS NOT NULL"
            ).fetchall()
            written = [str(row[0]) for row in rows]


def guess(backend: ServerBackend, login: str, times: int) -> None:
    """Sign in with a wrong password."""
    wrong = backend.cluster.login(backend.database, login, "one of ten thousand pins")
    for _time in range(times):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong.conninfo())


def alarms(backend: ServerBackend) -> dict[str, guesses.Guessed]:
    """What the watchdog would tell now, by login."""
    with server.administrator(backend.superuser().url()) as connection:
        return {one.login: one for one in guesses.guesses(connection)}


def failed(backend: ServerBackend, login: str) -> int:
    """How often the login failed within the window, be it once."""
    with server.administrator(backend.superuser().url()) as connection:
        found = {one.login: one.failures for one in guesses.guesses(connection, failures=1)}
    return found.get(login, 0)


def test_ten_wrong_passwords_are_told_and_nine_are_not(
    server_backend: ServerBackend, group: Site, psql: Psql, log: str
) -> None:
    del group
    psql("east_store")
    server_backend.login("west_store")
    nobody = f"nobody_{log}"
    for login, times in (("east_store", 10), ("west_store", 9), (nobody, 10)):
        guess(server_backend, login, times - failed(server_backend, login))

    told = alarms(server_backend)

    assert "west_store" not in told
    assert (told["east_store"].failures, told[nobody].failures) == (10, 10)
    assert told["east_store"].hosts == ("127.0.0.1",)
    assert not told["east_store"].closed
    psql("east_store").execute("SELECT 1")  # an alarm shuts nobody out


def test_who_is_guessed_is_locked_if_wished_and_opened_again(
    server_backend: ServerBackend, group: Site, psql: Psql
) -> None:
    admin, info = server_backend.superuser().url(), server_backend.login("east_head").conninfo()
    working = psql("east_head")
    guess(server_backend, "east_head", 10)
    watch = ("--json", "server", "watch", "--once", "--admin", admin)

    alarm = bare(*watch)
    assert '"login": "east_head"' in alarm.out
    working.execute("SELECT 1")
    locked = bare(*watch, "--lock")
    assert '"closed": true' in locked.out
    with pytest.raises(psycopg.OperationalError):
        working.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        psycopg.connect(info)
    assert _trail(server_backend) == ["account.locked"]

    assert bare("server", "unlock", "east_head", "--admin", admin).code == 0
    with psycopg.connect(info) as again:
        again.execute("SELECT 1")
    assert _trail(server_backend) == ["account.locked", "account.unlocked"]


def _trail(backend: ServerBackend) -> list[str]:
    with psycopg.connect(backend.superuser().conninfo()) as admin:
        rows = admin.execute(
            "SELECT a.action FROM app.audit a JOIN app.person p ON p.id = a.doc_id"
            " WHERE a.org_id = %s AND p.login = 'east_head' AND a.doc_kind = 'person' ORDER BY seq",
            [EAST],
        ).fetchall()
    return [str(row[0]) for row in rows]


def test_the_owner_and_strangers_are_never_locked_and_leavers_not_opened(
    server_backend: ServerBackend, group: Site, psql: Psql
) -> None:
    del group
    admin = server_backend.superuser().url()
    psql("west_store")
    for login in (server.OWNER, "postgres", "nobody_at_all"):
        assert not guesses.lock(admin, login)
    directory.close_on_server(admin, "west_store")
    assert not guesses.lock(admin, "west_store")  # shut already
    for login, code in (("west_store", "account.left"), ("nobody_at_all", "account.unknown")):
        with pytest.raises(DomainError) as refused:
            guesses.unlock(admin, login)
        assert refused.value.code == code


def test_a_log_that_cannot_be_read_is_a_promise_not_held(server_backend: ServerBackend) -> None:
    admin = server_backend.superuser().url()
    before = server_state.status(admin).problems
    try:
        _write_log(server_backend, "stderr")
        found = [one for one in server_state.status(admin).problems if one not in before]
        assert len(found) == 1
        assert "jsonlog" in found[0]
        assert "jsonlog" in bare("server", "watch", "--once", "--admin", admin).out
        assert alarms(server_backend) == {}
    finally:
        _write_log(server_backend, "jsonlog")


def test_what_a_person_makes_the_server_log_counts_against_no_other(
    server_backend: ServerBackend, psql: Psql
) -> None:
    connection = psql("east_second")
    forged = (
        "DO $$ BEGIN RAISE EXCEPTION 'password authentication failed for user \"east_admin\"'"
        " USING ERRCODE = '28P01'; END $$"
    )
    for _time in range(guesses.FAILURES + 1):
        with pytest.raises(psycopg.Error, match="east_admin"):
            connection.execute(forged.encode())
    assert "east_admin" not in alarms(server_backend)


def test_lines_that_are_no_failed_login_are_left_out() -> None:
    good = (
        '{"timestamp":"2026-10-14 08:00:00.123 UTC","user":"a","remote_host":"::1",'
        '"state_code":"28P01"}'
    )
    other = good.replace("28P01", "57014").replace('"a"', '"28P01"')
    found = list(guesses.READERS["jsonlog"](f"{good}\n{other}\n{good[:70]}28P01\n"))
    assert [(one.login, one.host) for one in found] == [("a", "::1")]
    assert found[0].at == datetime.fromisoformat("2026-10-14T08:00:00.123")
