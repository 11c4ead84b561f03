"""Statements that go past SQLAlchemy: the same values, the same errors, the same watch."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import Executable, bindparam, insert, select, text
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.domain.errors import DomainError, EnvironmentProblem, NotAllowedError
from app.domain.ids import new_op
from app.models.platform import Counter, Operation
from app.models.stock import Lot
from app.services.db import at_end
from app.services.ready import Ready
from tests.conftest import FixedClock
from tests.databases import Backend, Databases
from tests.factories import EAST, NOW, WEST, Site

DAY = date(2026, 10, 14)
LAST = select(Counter.last).where(Counter.kind == "XH")
LOTS = select(Lot.id, Lot.expiry, Lot.created_at).where(
    Lot.id.in_(bindparam("lots", expanding=True))
)
READY_LOTS = Ready(LOTS)


@pytest.fixture
def lots(site: Site) -> Site:
    """A hundred lots, some without an expiry."""
    with site.owner.write() as session:
        session.execute(
            insert(Lot),
            [
                {"id": number, "item_id": 101, "lot_no": f"L{number}", "serial": "",
                 "expiry": date(2030, 1, number % 28 + 1) if number % 3 else None,
                 "produced": None, "created_at": NOW}
                for number in range(1, 101)
            ],
        )  # fmt: skip
    return site


@pytest.fixture
def postgresql_site(databases: Databases, clock: FixedClock) -> Iterator[Site]:
    """The small group on a server only: a file has no pipeline."""
    with databases.site("postgresql", clock) as made:
        yield made


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(wanted=st.lists(st.integers(0, 110), max_size=90))
def test_the_answer_is_that_of_sqlalchemy(lots: Site, wanted: list[int]) -> None:
    with lots.db("east_store").read() as session:
        usual = {tuple(row) for row in session.execute(LOTS, {"lots": wanted})}
        found = READY_LOTS.rows(session, {"lots": wanted})

    assert set(found) == usual
    assert len(found) == len(usual)


def test_values_pass_their_types_both_ways(site: Site) -> None:
    """A moment, a digest, an operation id and JSON."""
    fields = ("org_id", "op_id", "kind", "digest", "actor_id", "at", "result")
    write = Ready(insert(Operation), columns=fields)
    read = Ready(
        select(*(getattr(Operation, name) for name in fields)).where(
            Operation.op_id == bindparam("op_id")
        )
    )
    row = (EAST, new_op(), "试", b"\x00\xff", 1, datetime(2026, 10, 14, 1, 2, tzinfo=UTC),
           {"盒": [1, None]})  # fmt: skip
    with site.owner.write() as session:
        write.do(session, dict(zip(fields, row, strict=True)))
    with site.owner.read() as session:
        assert read.row(session, {"op_id": row[1]}) == row
        assert read.row(session, {"op_id": new_op()}) is None


def newest(insert_into: Any) -> Executable:
    fresh = insert_into(Counter)
    found: Executable = fresh.on_conflict_do_update(
        index_elements=["org_id", "kind", "day"], set_={"last": fresh.excluded.last}
    )
    return found


def test_many_rows_go_in_their_order(site: Site) -> None:
    put = Ready(newest(sqlite_insert), newest(pg_insert))
    way = site.db("east_store")
    rows = [{"org_id": EAST, "kind": "XH", "day": DAY, "last": last} for last in (5, 7, 9)]
    with way.write() as session:
        put.do(session, rows)
        put.do(session, [])
    with way.read() as session:
        assert session.scalar(LAST) == 9


def test_what_the_mapper_keeps_back_is_written_first(site: Site) -> None:
    asked = Ready(select(Lot.lot_no).where(Lot.id == bindparam("lot")))
    with site.owner.write() as session:
        session.add(Lot(id=7, item_id=101, lot_no="K", serial="", created_at=NOW))
        assert asked.rows(session, {"lot": 7}) == [("K",)]


def test_a_wrong_statement_is_a_bug_of_ours(site: Site) -> None:
    wrong = Ready(text("SELECT 1 FROM no_such_table"))
    with pytest.raises(DBAPIError), site.owner.write() as session:
        wrong.rows(session, {})


def test_a_key_that_is_taken_takes_all_back(site: Site) -> None:
    row = {"org_id": EAST, "kind": "XH", "day": DAY, "last": 1}
    way = site.db("east_store")
    with pytest.raises(DomainError, match="刚在别处"), way.write() as session:
        Ready(insert(Counter)).do(session, [row, row])
    with way.read() as session:
        assert session.scalar(LAST) is None


def test_a_line_that_is_cut_is_told_and_replaced(postgresql_backend: Backend) -> None:
    way, asked = postgresql_backend.db, Ready(text("SELECT pg_backend_pid()"))

    def cut(session: Session) -> None:
        ((backend,),) = asked.rows(session, {})
        with way.read() as other:
            other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": backend})
        asked.rows(session, {})

    with pytest.raises(EnvironmentProblem, match="连不上"), way.write() as session:
        cut(session)
    with way.read() as session:
        assert asked.row(session, {}) is not None


def test_what_is_refused_within_a_pipeline_is_no_lost_line(postgresql_site: Site) -> None:
    """The answer comes while more is being sent: early, late, or with the answer to COMMIT."""
    way, long = postgresql_site.db("east_store"), "x" * 100_000
    neighbour = {"org_id": WEST, "kind": "XH", "day": DAY, "last": 1}
    backend, put, more = (
        Ready(text("SELECT pg_backend_pid()")), Ready(insert(Counter)),
        Ready(text("SELECT length(:long)")),
    )  # fmt: skip

    def write(session: Session, number: int) -> None:
        at_end(session, put, neighbour)
        at_end(session, more, [{"long": long}] * number)

    with way.read() as session:
        before = backend.row(session, {})
    for number in range(12):
        with pytest.raises(NotAllowedError), way.write() as session:
            write(session, number)
        with way.read() as session:
            assert backend.row(session, {}) == before  # nothing is wrong with the line


def test_a_column_that_is_left_out_is_left_to_the_database(site: Site) -> None:
    columns = ("id", "item_id", "lot_no", "serial", "created_at")
    put = Ready(insert(Lot), columns=columns)
    with site.owner.write() as session:
        put.do(session, dict(zip(columns, (7, 101, "K", "", NOW), strict=True)))
    with site.owner.read() as session:
        assert session.scalar(select(Lot.expiry).where(Lot.id == 7)) is None
