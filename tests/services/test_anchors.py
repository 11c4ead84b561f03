"""History that was rewritten as a whole: found against roots, papers, and what a computer saw."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.domain import anchors as law
from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.ledger import GENESIS
from app.services import anchors, audit
from app.services.db import Database, now, sqlite_engine
from app.services.platform import backup, proofs
from app.services.witness import Witness, forget, look, words
from tests.cli.runner import run
from tests.conftest import FixedClock
from tests.databases import Databases
from tests.factories import EAST, WEST, Site
from tests.faults.bookings import book

ME = "east_store"


@given(st.dates(date(1990, 1, 1), date(2199, 12, 31)), st.binary(min_size=32, max_size=32))
def test_what_is_printed_can_be_read_back(day: date, value: bytes) -> None:
    root = law.parse(law.print_root(day, value))
    row = law.parse(f" {law.print_row('0002', 'audit', 523, value)} ")
    assert root is not None
    assert (root.day, root.digits) == (day, value.hex()[: law.SHOWN])
    assert row is not None
    assert (row.org_code, row.chain, row.seq) == ("0002", "audit", 523)


@pytest.mark.parametrize(
    "text_", ["", "A0002-523-9f3a", "2026-02-30-" + "a" * 20, "X0002-1-" + "a" * 20]
)
def test_what_is_no_fingerprint_is_none(text_: str) -> None:
    assert law.parse(text_) is None


@given(
    *(st.tuples(st.integers(0, 99), st.sampled_from(["ledger", "audit"]), st.integers(0, 99),
                st.binary(min_size=2, max_size=2)) for _leaf in range(2))
)  # fmt: skip
def test_every_other_head_is_another_leaf(
    one: tuple[int, str, int, bytes], other: tuple[int, str, int, bytes]
) -> None:
    assert (law.leaf(*one) == law.leaf(*other)) is (one == other)


def test_a_root_is_of_its_day_its_leaves_and_the_root_before() -> None:
    a, b = law.leaf(1, "ledger", 1, b"a"), law.leaf(2, "ledger", 1, b"b")
    day = date(2026, 10, 14)
    roots = {
        law.root(GENESIS, day, (a, b)), law.root(GENESIS, day, (b, a)), law.root(a, day, (a, b)),
        law.root(GENESIS, day, (a,)), law.root(GENESIS, date(2026, 10, 15), (a, b)),
    }  # fmt: skip
    assert len(roots) == 5


@pytest.fixture
def booked(site: Site) -> Site:
    """Books of both members with a trail."""
    return fill(site)


def fill(site: Site) -> Site:
    for org, login in ((EAST, ME), (WEST, "west_store")):
        book(*site.as_(login), new_op(), site.world.stores[org], [(1, -100), (2, -50)])
        db, actor = site.as_(login)
        with db.write() as session:
            audit.record(session, actor, org, "order.sign", ("member_order", 7), {"n": 1})
    return site


def rewrite(site: Site, org: int = EAST) -> None:
    """As the owner of the database: another quantity, and every hash after it made to fit."""
    with site.owner.engine.execution_options(write=True).begin() as connection:
        if site.is_sqlite:
            connection.execute(text("DROP TRIGGER ledger_no_update"))
        else:
            connection.execute(text("ALTER TABLE app.ledger DISABLE TRIGGER USER"))
        connection.execute(
            text("UPDATE ledger SET qty = 70 WHERE org_id = :org AND seq = 1"), {"org": org}
        )
        connection.execute(
            text("UPDATE balance SET qty = 70 WHERE org_id = :org AND lot_id = 1"), {"org": org}
        )
    with site.owner.read() as session, proofs.rows_of(session, org, "ledger") as rows:
        texts = [(row[0], row[3]) for row in rows]
    previous = GENESIS
    with site.owner.engine.execution_options(write=True).begin() as connection:
        for seq, line in texts:
            fresh = hashlib.sha256(previous + line.encode()).digest()
            values = {"org": org, "seq": seq, "before": previous, "hash": fresh}
            change = "UPDATE ledger SET prev_hash = :before, hash = :hash"
            connection.execute(text(change + " WHERE org_id = :org AND seq = :seq"), values)
            previous = fresh
        change = "UPDATE chain_head SET hash = :hash WHERE org_id = :org AND chain = 'ledger'"
        connection.execute(text(change), {"org": org, "hash": previous})


def fooled(site: Site) -> bool:
    """Whether everything inside the database fits."""
    return not proofs.reconcile(site.owner) and all(x.whole for x in proofs.chains(site.owner))


def test_a_rewritten_chain_fits_and_the_root_shows_it(booked: Site) -> None:
    anchors.make(booked.db(ME))
    assert [one.good for one in anchors.check(booked.owner)] == [True]

    rewrite(booked)

    assert fooled(booked)
    (found,) = anchors.check(booked.owner)
    assert (found.good, "改写过" in found.words) == (False, True)
    if not booked.is_sqlite:  # another member sees its own heads only: they still fit
        assert [one.good for one in anchors.check(booked.db("west_store"))] == [True]


def test_roots_follow_each_other_day_by_day(booked: Site, clock: FixedClock) -> None:
    if not booked.is_sqlite:  # the server's roots are of the server's day
        anchors.make(booked.db(ME))
        anchors.make(booked.db("west_store"))
        assert len(anchors.check(booked.owner)) == 1
        return
    for _day in range(3):
        anchors.make(booked.db(ME))
        anchors.make(booked.db(ME))
        clock.advance(days=1)
        book(*booked.as_(ME), new_op(), booked.world.stores[EAST], [(1, 1)])
    found = anchors.check(booked.owner)
    assert [one.good for one in found] == [True] * 3
    assert [b.day - a.day for a, b in pairwise(found)] == [timedelta(1)] * 2


_LAST = "WHERE day = (SELECT max(day) FROM anchor)"
BREAKS = {
    "a row cut off": ("DELETE FROM ledger WHERE org_id = 2 AND seq > 2", "改写过"),
    "a root": (f"UPDATE anchor SET root = x'00' {_LAST}", "日根本身被改过"),
    "the root before": (f"UPDATE anchor SET previous = x'00' {_LAST}", "日根本身被改过"),
    "a leaf less": (f"UPDATE anchor SET leaves = substr(leaves, 33) {_LAST}", "日根本身被改过"),
    "a day less": ("DELETE FROM anchor WHERE day = (SELECT min(day) FROM anchor)", "被改过"),
    "a head kept otherwise": (f"UPDATE anchor_head SET hash = x'00' {_LAST}", "不在日根里"),
}  # fmt: skip


@pytest.mark.parametrize("named", BREAKS)
def test_whatever_is_changed_of_the_anchors_shows(
    sqlite_site: Site, clock: FixedClock, named: str
) -> None:
    site = fill(sqlite_site)
    anchors.make(site.db(ME))
    clock.advance(days=1)
    book(*site.as_(ME), new_op(), site.world.stores[EAST], [(1, 1)])
    anchors.make(site.db(ME))
    with site.owner.write() as session:
        anchors._make_here(session)  # two computers at the same moment
    assert [one.good for one in anchors.check(site.owner)] == [True, True]
    change, told = BREAKS[named]
    with site.owner.engine.execution_options(write=True).begin() as connection:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        for name in connection.scalars(text("SELECT name FROM sqlite_master WHERE type='trigger'")):
            connection.execute(text(f"DROP TRIGGER {name}"))
        assert connection.execute(text(change)).rowcount > 0
    assert any(told in one.words for one in anchors.check(site.owner))


def test_a_root_made_anew_does_not_fit_the_paper(booked: Site) -> None:
    """The owner rewrites the books and every anchor: what was printed before shows it."""
    anchors.make(booked.db(ME))
    (before,) = anchors.check(booked.owner)
    paper = law.print_root(before.day, bytes.fromhex(before.root))
    assert anchors.check_printed(booked.db(ME), paper)
    rewrite(booked)
    with booked.owner.engine.execution_options(write=True).begin() as connection:
        for table in ("anchor", "anchor_head"):
            if booked.is_sqlite:
                connection.execute(text(f"DROP TRIGGER {table}_no_delete"))
            else:
                connection.execute(text(f"ALTER TABLE app.{table} DISABLE TRIGGER USER"))
            connection.execute(text(f"DELETE FROM {table}"))
    anchors.make(booked.db(ME))

    assert [one.good for one in anchors.check(booked.owner)] == [True]
    assert not anchors.check_printed(booked.db(ME), paper)


def test_the_row_on_a_paper_is_held_against_the_trail(booked: Site) -> None:
    anchors.make(booked.db(ME))
    with booked.db(ME).read() as session:
        printed = anchors.printed_on(
            session, EAST, ("member_order", 7), ("order.sign",), now(session) + timedelta(days=999)
        )
    row, root = printed.split(" · ")
    assert row.startswith("A0002-1-")
    assert anchors.check_printed(booked.db(ME), row)
    assert anchors.check_printed(booked.db("west_store"), root)
    assert not anchors.check_printed(booked.db(ME), row[:-20] + "0" * 20)
    with pytest.raises(DomainError, match="不是指纹"):
        anchors.check_printed(booked.db(ME), "A0002")
    if not booked.is_sqlite:
        with pytest.raises(DomainError, match="看不到机构 0002"):
            anchors.check_printed(booked.db("west_store"), row)


def test_nobody_writes_an_anchor_by_hand(booked: Site) -> None:
    anchors.make(booked.db(ME))
    for statement in ("UPDATE anchor SET root = previous", "DELETE FROM anchor_head"):
        with (
            pytest.raises(DBAPIError, match=r"anchor is append only|denied for table anchor"),
            booked.db(ME).engine.execution_options(write=True).begin() as connection,
        ):
            connection.execute(text(statement))


def seen_by(tmp_path: Path) -> Witness:
    return Witness(tmp_path / "heads.json", "here")


def test_a_computer_that_saw_the_books_says_so(booked: Site, tmp_path: Path) -> None:
    witness, db = seen_by(tmp_path), booked.db(ME)
    assert look(db, witness) == ()
    book(*booked.as_(ME), new_op(), booked.world.stores[EAST], [(1, 1)])
    assert look(db, witness) == ()
    rewrite(booked)

    for _sign_in in range(2):  # it stays said until somebody settles it
        (found,) = look(db, witness)
        assert (found.org_id, found.chain, found.shorter) == (EAST, "ledger", False)
        assert "改写过" in words((found,))
    forget(witness)
    assert look(db, witness) == ()
    assert "here" not in (tmp_path / "heads.json").read_text(encoding="utf-8")


def test_a_chain_that_is_gone_with_its_head_is_missed(sqlite_site: Site, tmp_path: Path) -> None:
    """In a file nothing is out of sight."""
    site, witness = fill(sqlite_site), seen_by(tmp_path)
    assert look(site.db(ME), witness) == ()
    with site.owner.engine.execution_options(write=True).begin() as connection:
        connection.execute(text("DROP TRIGGER audit_no_delete"))
        for table in ("audit", "chain_head"):
            connection.execute(text(f"DELETE FROM {table} WHERE org_id = {EAST}"))
    found = {(one.chain, one.shorter, one.now_seq) for one in look(site.db(ME), witness)}
    assert ("audit", True, 0) in found


def test_what_one_computer_saw_of_two_databases_is_kept_apart(
    booked: Site, databases: Databases, tmp_path: Path
) -> None:
    file = tmp_path / "heads.json"
    here, there = Witness(file, "here"), Witness(file, "there")
    assert look(booked.owner, here) == ()
    with databases.site("sqlite") as other:
        assert look(fill(other).owner, there) == ()
    book(*booked.as_(ME), new_op(), booked.world.stores[EAST], [(1, 1)])
    assert look(booked.owner, here) == ()
    rewrite(booked, WEST)
    # who sees less keeps what others saw, and finds nothing of it
    assert look(booked.db(ME), here) == () or booked.is_sqlite
    assert [one.org_id for one in look(booked.owner, here)] == [WEST]


def test_a_paper_shows_its_last_signature_and_the_root_before_it(
    sqlite_site: Site, clock: FixedClock
) -> None:
    site = fill(sqlite_site)
    anchors.make(site.db(ME))
    first = anchors.check(site.owner)[0]
    clock.advance(hours=1)
    db, actor = site.as_(ME)
    with db.write() as session:
        audit.record(session, actor, EAST, "order.sign", ("member_order", 7), {"n": 2})
    signed = clock.now
    clock.advance(days=1)
    anchors.make(site.db(ME))
    with db.read() as session:
        shown = anchors.printed_on(session, EAST, ("member_order", 7), ("order.sign",), signed)
    row, root = shown.split(" · ")
    assert (row.split("-")[1], root) == (
        "2", law.print_root(first.day, bytes.fromhex(first.root)),
    )  # fmt: skip
    wrong = row[:-1] + ("0" if row[-1] != "0" else "1")
    told = [anchors.check_printed(db, one) for one in (row, root, wrong)]
    assert told == [True, True, False]


def test_a_restored_old_backup_is_noticed(sqlite_site: Site, tmp_path: Path) -> None:
    site, witness = sqlite_site, seen_by(tmp_path)
    place = site.world.stores[EAST]
    book(*site.as_(ME), new_op(), place, [(1, -100)])
    old = backup.back_up(site.owner, tmp_path / "copies")
    book(*site.as_(ME), new_op(), place, [(1, 1)])
    assert look(site.db(ME), witness) == ()
    backup.restore(Path(old.file), tmp_path / "back.db")
    back = Database(sqlite_engine(str(tmp_path / "back.db")))
    found = look(back, witness)
    back.close()
    assert [one.shorter for one in found] == [True]
    assert "可能恢复了旧备份" in words(found)


def test_the_command_line_verifies_against_what_is_outside(sqlite_site: Site) -> None:
    site = sqlite_site
    book(*site.as_(ME), new_op(), site.world.stores[EAST], [(1, -100)])
    done = run(site, "lead_admin", "verify")
    assert done.code == 0, done.err
    root = done.out.rsplit("最近 ", 1)[1].split()[0]
    assert run(site, "lead_admin", "verify", "--printed", root).code == 0
    rewrite(site)
    done = run(site, "lead_admin", "verify")
    assert done.code == 1
    assert "改写过" in done.out
    assert run(site, "lead_admin", "verify", "--printed", root[:-20] + uuid4().hex[:20]).code == 1
