"""The watchdog ends what a person's session holds up others with, and nothing else."""

from __future__ import annotations

import threading

import psycopg
import pytest

from app.services.platform import watchdog
from tests.databases import ServerBackend
from tests.factories import Site
from tests.security.conftest import Psql


def test_what_runs_or_sits_too_long_is_ended(
    server_backend: ServerBackend, group: Site, psql: Psql
) -> None:
    admin = server_backend.superuser().url()
    busy, sitting, honest = psql("east_store"), psql("west_store"), psql("lead_buyer")
    for connection in (busy, sitting):
        connection.execute("SET statement_timeout = 0")  # a person may: hence the watchdog
        connection.execute("SET idle_in_transaction_session_timeout = 0")
    sitting.execute("BEGIN")
    sitting.execute("SELECT count(*) FROM app.ledger")
    owner = psycopg.connect(server_backend.owner.conninfo())
    owner.execute("SELECT 1")  # an upgrade that takes its time
    ended: list[str | None] = []

    def work() -> None:
        try:
            busy.execute("SELECT pg_sleep(60)")
        except psycopg.Error as error:
            ended.append(error.sqlstate)

    thread = threading.Thread(target=work)
    thread.start()
    found: dict[str, bool] = {}
    while len(found) < 2:
        found |= {one.login: one.sits for one in watchdog.sweep(admin, working=0, idle=0)}
    thread.join()

    assert found == {"east_store": False, "west_store": True}
    assert ended == ["57014"]
    with pytest.raises(psycopg.OperationalError):
        sitting.execute("SELECT 1")
    busy.execute("SELECT 1")
    honest.execute("SELECT 1")
    owner.execute("SELECT 1")
    owner.close()


def test_it_leaves_honest_work_alone(server_backend: ServerBackend, psql: Psql) -> None:
    connection = psql("east_store")
    connection.execute("BEGIN")
    assert watchdog.sweep(server_backend.superuser().url()) == ()
    connection.execute("SELECT 1")
