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
from tests.factories import EAST, Site
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


def test_it_leaves_honest_work_alone(server_backend: ServerBackend, psql: Psql) -> None:
    connection = psql("east_store")
    connection.execute("BEGIN")
    assert watchdog.sweep(server_backend.superuser().url()) == ()
    connection.execute("SELECT 1")
