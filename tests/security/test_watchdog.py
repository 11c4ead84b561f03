"""The watchdog ends what a person's session holds up others with, and nothing else."""

from __future__ import annotations

import threading
from contextlib import suppress

import psycopg
import pytest
from sqlalchemy import text

from app.domain.errors import EnvironmentProblem
from app.services.audit import record
from app.services.platform import watchdog
from tests.databases import ServerBackend
from tests.factories import EAST, WEST, Site
from tests.security.conftest import Psql

WRITES = "SELECT api.audit(%s, 1, 'x', 'order', 1, '{}')"


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
    for _sweep in range(200):
        found |= {one.login: one.sits for one in watchdog.sweep(admin, working=0, idle=0)}
        if len(found) > 1:
            break
    thread.join()

    assert found == {"east_store": False, "west_store": True}
    assert ended == ["57014"]
    with pytest.raises(psycopg.OperationalError):
        sitting.execute("SELECT 1")
    busy.execute("SELECT 1")
    honest.execute("SELECT 1")
    owner.execute("SELECT 1")
    owner.close()


def test_who_stands_in_the_way_is_ended_however_busy_it_looks(
    server_backend: ServerBackend, group: Site, psql: Psql
) -> None:
    admin = server_backend.superuser().url()
    squatter, tables, honest = psql("east_store"), psql("lead_buyer"), group.db("east_head")
    squatter.execute("BEGIN")
    squatter.execute("SELECT api.audit(%s, 1, 'x', 'order', 1, '{}')", [EAST])  # the chain's head
    tables.execute("BEGIN")
    tables.execute("LOCK TABLE app.price IN ACCESS EXCLUSIVE MODE")
    said: list[str] = []

    def work() -> None:
        with honest.write() as session:
            record(session, group.actor("east_head"), EAST, "x", ("order", 1))
        said.append("saved")

    thread = threading.Thread(target=work)
    thread.start()
    found: set[str] = set()
    while thread.is_alive():
        squatter_says_something(squatter)
        found |= {one.login for one in watchdog.sweep(admin, in_the_way=0) if one.sits}
    thread.join()

    assert (found, said) == ({"east_store", "lead_buyer"}, ["saved"])


def squatter_says_something(connection: psycopg.Connection) -> None:
    """A word now and then keeps a session from looking idle."""
    with suppress(psycopg.OperationalError):
        connection.execute("SELECT 1")


def test_a_step_that_others_hold_up_is_told_so_in_words(
    server_backend: ServerBackend, group: Site, psql: Psql
) -> None:
    squatter, honest = psql("east_store"), group.db("east_head")
    squatter.execute("BEGIN")
    squatter.execute("SELECT api.audit(%s, 1, 'x', 'order', 1, '{}')", [EAST])
    with honest.read() as session:
        assert session.execute(text("SHOW lock_timeout")).scalar() == "15s"

    def step() -> None:
        with honest.write() as session:
            session.execute(text("SET LOCAL lock_timeout = '100ms'"))
            record(session, group.actor("east_head"), EAST, "x", ("order", 1))

    with pytest.raises(EnvironmentProblem, match="没有轮到"):
        step()
    squatter.execute("ROLLBACK")
    step()


def test_who_only_waits_or_reads_is_left_alone(server_backend: ServerBackend, psql: Psql) -> None:
    """One sits on what a second waits for, and a third for the second: the first one goes."""
    admin, server = server_backend.superuser().url(), server_backend.cluster.admin()
    sits, waits, last = psql("east_store"), psql("lead_buyer"), psql("west_store")
    reads = psql("west_head")
    for connection in (sits, waits, reads):
        connection.execute("BEGIN")
    sits.execute(WRITES, [EAST])
    waits.execute(WRITES, [WEST])
    reads.execute("SELECT count(*) FROM app.ledger")
    assert watchdog.sweep(admin, in_the_way=0) == ()  # nobody waits for anybody

    def wait_for(connection: psycopg.Connection, org: int) -> None:
        connection.execute(WRITES, [org])  # the head of its chain
        connection.execute("COMMIT")

    threads = [threading.Thread(target=wait_for, args=one) for one in ((waits, EAST), (last, WEST))]
    for thread in threads:
        thread.start()
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    while server.execute(waiting).fetchone() != (2,):
        assert all(thread.is_alive() for thread in threads)
    assert [one.login for one in watchdog.sweep(admin, in_the_way=0)] == ["east_store"]
    for thread in threads:
        thread.join()
    reads.execute("COMMIT")


def test_who_writes_for_ten_minutes_is_ended_and_who_failed_and_sits(
    server_backend: ServerBackend, psql: Psql
) -> None:
    admin = server_backend.superuser().url()
    writes, reads, failed = psql("east_store"), psql("lead_buyer"), psql("west_store")
    for connection in (writes, reads, failed):
        connection.execute("BEGIN")
    writes.execute(WRITES, [EAST])
    reads.execute("SELECT count(*) FROM app.ledger")
    with pytest.raises(psycopg.errors.DivisionByZero):
        failed.execute("SELECT 1/0")
    assert watchdog.sweep(admin) == ()
    assert [one.login for one in watchdog.sweep(admin, writing=0)] == ["east_store"]
    reads.execute("COMMIT")
    assert [one.login for one in watchdog.sweep(admin, idle=0)] == ["west_store"]


def test_it_leaves_honest_work_alone(server_backend: ServerBackend, psql: Psql) -> None:
    connection = psql("east_store")
    connection.execute("BEGIN")
    assert watchdog.sweep(server_backend.superuser().url()) == ()
    connection.execute("SELECT 1")
