"""That the examination can fail at all: each guard taken away, and what it guards against seen."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import select, text

from app.domain.errors import ConflictError, DomainError, UnsureProblem
from app.domain.ids import new_op
from app.models.stock import Ledger
from app.services import line_watch, operations
from app.services.db import Database, postgresql_engine
from app.services.numbering import document_no
from tests.databases import OWNER_PASSWORD, Databases
from tests.factories import EAST, TODAY, Site
from tests.faults.bookings import book
from tests.faults.invariants import Journal, compare, state
from tests.faults.proxy import Cut, SilentProxy

ME = "east_store"


@pytest.fixture
def booked(sqlite_site: Site) -> tuple[Site, list[str]]:
    """Three bookings, and their ids."""
    site = sqlite_site
    ops = [new_op() for _booking in range(3)]
    for op, qty in zip(ops, (-100, 7, 5), strict=True):
        book(*site.as_(ME), op, site.world.stores[EAST], [(1, qty)])
    return site, [str(op) for op in ops]


def journal(*lines: str) -> Journal:
    made = Journal()
    for line in lines:
        word, op, rest = [*line.split(" ", 2), "", ""][:3]
        made.take(word, op, rest)
    return made


def honest(ops: list[str]) -> list[str]:
    return [line for op in ops for line in (f"sent {op} 2 test.book", f"ack {op}")]


def test_an_honest_journal_finds_nothing(booked: tuple[Site, list[str]]) -> None:
    site, ops = booked
    assert not compare(site.owner, journal(*honest(ops)), set())


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        (("sent gone 2 x", "ack gone"), "lost"),
        (("sent gone 2 x", "told gone saved"), "lost"),
        (("told {0} never",), "doubled"),
        (("refused {0} stock.short",), "doubled"),
        (("other {0} paper.changed",), "broken"),
    ],
)
def test_a_wrong_answer_is_found(
    booked: tuple[Site, list[str]], lines: tuple[str, ...], named: str
) -> None:
    """What the person believes is not what is there."""
    site, ops = booked
    told = [line for line in honest(ops) if named == "lost" or not line.startswith(f"ack {ops[0]}")]
    found = compare(site.owner, journal(*told, *(line.format(*ops) for line in lines)), set())
    assert getattr(found, named)


def test_an_operation_that_nobody_sent_and_half_a_booking_are_found(
    booked: tuple[Site, list[str]],
) -> None:
    site, ops = booked
    told = [*honest(ops[:2]), f"kind {ops[1]} consume:8"]
    found = compare(site.owner, journal(*told), set())
    assert found.unknown == (ops[2],)
    assert found.broken == (f"I3 {ops[1]} booked 7 of 8",)


def test_what_has_no_end_is_open() -> None:
    assert journal("sent a 2 x", "kind a x", "cut a db.offline").open == {"a"}


BREAKS = {
    "I1": "UPDATE balance SET qty = qty + 1",
    "I5": "UPDATE chain_head SET seq = seq - 1 WHERE chain = 'ledger'",
}


@pytest.mark.parametrize("named", BREAKS)
def test_a_broken_invariant_is_found(booked: tuple[Site, list[str]], named: str) -> None:
    site, _ops = booked
    with site.owner.engine.execution_options(write=True).begin() as connection:
        connection.execute(text(BREAKS[named]))
    assert [one[:2] for one in state(site.owner)] == [named]


def test_without_the_key_a_lost_answer_is_a_double_booking(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A careless client: no answer, so it does it again, with a new id."""
    monkeypatch.setattr(line_watch, "LOOK_SECONDS", 1)
    monkeypatch.setattr(line_watch, "AGAIN_SECONDS", 0.5)
    with databases.site("postgresql") as site:
        direct, actor = site.as_(ME)
        place, first, second = site.world.stores[EAST], new_op(), new_op()
        url = direct.engine.url
        with SilentProxy(int(url.port or 0)) as proxy:
            db = Database(postgresql_engine(url.set(port=proxy.port)))
            proxy.cut = Cut.AFTER_COMMIT
            with pytest.raises(UnsureProblem):
                book(db, actor, first, place, [(1, -7)])
            book(db, actor, second, place, [(1, -7)])
            db.close()
        told = journal(f"sent {first} 2 x", f"told {first} never", f"sent {second} 2 x")
        assert compare(site.owner, told, set()).doubled == (str(first),)


def test_without_the_claim_the_ledger_itself_refuses_the_second(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The net below the net: an operation's line is in the books once."""
    place, op = site.world.stores[EAST], new_op()
    monkeypatch.setattr("tests.faults.bookings.claim", lambda *_args: None)
    monkeypatch.setattr("tests.faults.bookings.finish", lambda *_args: None)
    book(*site.as_(ME), op, place, [(1, -7)])
    with pytest.raises(DomainError, match=r"台账不能改|没有重复登记"):
        book(*site.as_(ME), op, place, [(1, -7)])
    with site.owner.read() as session:
        assert len(session.scalars(select(Ledger.seq)).all()) == 1


def test_read_then_write_sells_what_is_not_there(databases: Databases) -> None:
    """Why stock is changed by one conditional update: two readers see the same last three."""
    with databases.site("postgresql") as site:
        info = databases.cluster().login(
            str(site.owner.engine.url.database), "yilian_owner", OWNER_PASSWORD
        )
        with psycopg.connect(info.conninfo()) as setting_up:
            setting_up.execute("CREATE TABLE app.naive AS SELECT 3 AS qty")
        gate = threading.Barrier(2)

        def take(_number: int, guard: str) -> bool:
            with psycopg.connect(info.conninfo()) as connection:
                row = connection.execute("SELECT qty FROM app.naive").fetchone()
                gate.wait()
                if row is None or row[0] < 3:
                    return False
                query = f"UPDATE app.naive SET qty = qty - 3 {guard}"
                return connection.execute(query.encode()).rowcount == 1

        def sold(guard: str) -> int:
            with ThreadPoolExecutor(2) as pool:
                return sum(pool.map(lambda number: take(number, guard), range(2)))

        assert sold("") == 2  # six were sold, three were there
        with psycopg.connect(info.conninfo()) as setting_up:
            setting_up.execute("UPDATE app.naive SET qty = 3")
        assert sold("WHERE qty >= 3") == 1


def test_a_used_id_with_other_content_or_by_another_is_refused(site: Site) -> None:
    place, op = site.world.stores[EAST], new_op()
    book(*site.as_(ME), op, place, [(1, -7)])
    refused = ((ME, [(1, -8)], "那一次有效"), ("east_second", [(1, -7)], "已用于另一件事"))
    for login, lots, words in refused:
        with pytest.raises(ConflictError, match=words):
            book(*site.as_(login), op, place, lots)


def numbered(db: Database) -> str:
    with db.write() as session:
        return document_no(session, EAST, "YS", TODAY)


def test_numbers_have_no_gap_and_no_twin(site: Site) -> None:
    """Four windows at once, and one that takes its number back."""
    windows = [site.connect(ME) for _window in range(4)]

    def take(db: Database) -> list[str]:
        return [numbered(db) for _document in range(5)]

    def change_ones_mind(db: Database) -> None:
        with db.write() as session:
            document_no(session, EAST, "YS", TODAY)
            raise KeyError

    with ThreadPoolExecutor(4) as pool:
        taken = [number for numbers in pool.map(take, windows) for number in numbers]
    with pytest.raises(KeyError):
        change_ones_mind(windows[0])
    taken.append(numbered(windows[1]))
    for db in windows:
        db.close()
    assert sorted(taken) == [f"YS20261014-{n:03d}" for n in range(1, 22)]


def test_the_claim_is_what_answers_a_repeat() -> None:
    """The order of fields is no other content; another value is."""
    one, same = {"a": 1, "b": [2, 3]}, {"b": [2, 3], "a": 1}
    assert operations.digest_of(one) == operations.digest_of(same)
    assert operations.digest_of(one) != operations.digest_of({"a": 1, "b": [3, 2]})


def test_the_sign_to_stop_is_no_operation(tmp_path: Path) -> None:
    """The journal's parser takes whole lines of the words it knows."""
    (tmp_path / "journal").write_text("up 1 \nsent a 2 x\nack a \nwhat is this\n", encoding="utf-8")
    made = Journal.of([tmp_path / "journal"])
    assert (made.ups, made.saved, made.open) == (1, {"a"}, set())
