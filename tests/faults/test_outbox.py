"""Was it saved? The outbox on this computer's disk, and what is asked after a cut or a death."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.adapters.outbox_file import Note, OutboxFile, orphans
from app.domain.duties import Actor
from app.domain.errors import ConflictError, DomainError, EnvironmentProblem, UnsureProblem
from app.domain.ids import new_op
from app.domain.ledger import Move
from app.models.stock import Balance, Ledger
from app.services import line_watch, outbox as outboxes
from app.services.db import Database, at_end, postgresql_engine
from app.services.operations import claim
from app.services.outbox import Outbox, attempt
from app.services.ready import Ready
from app.services.settling import settle_all
from app.services.stock.places import virtual_place
from tests.databases import Databases
from tests.factories import EAST, KANGZE, Site
from tests.faults.bookings import DAY, book
from tests.faults.proxy import Cut, SilentProxy
from tests.papers import Wish, use

ROOT = Path(__file__).resolve().parents[2]
ME = "east_store"
DIES = """
import os, sys
from pathlib import Path
from app.adapters.outbox_file import Note, OutboxFile
box = OutboxFile(Path(sys.argv[1]))
for n in range(4):
    box.note(Note(f"{n:032d}", 2, "consume", "east_store", "w", 1))
    if n % 2:
        box.settle(f"{n:032d}")
box._write("+half a li")
os.kill(os.getpid(), 9)
"""


def note(op: str = "a", login: str = ME, where: str = "w") -> Note:
    return Note(op, EAST, "consume", login, where, 1)


def looked(folder: Path, keep: frozenset[str] = frozenset()) -> list[tuple[Note, ...]]:
    """The notes of each dead process; then only `keep` stays."""
    found = []
    for orphan in orphans(folder):
        found.append(orphan.notes)
        orphan.keep(keep)
    return found


def test_what_a_dead_process_sent_is_found_once(tmp_path: Path) -> None:
    dead = subprocess.run([sys.executable, "-c", DIES, tmp_path], cwd=ROOT, check=False)
    assert dead.returncode < 0
    living = OutboxFile(tmp_path)
    living.note(note("mine"))

    (left,) = looked(tmp_path, keep=frozenset({f"{0:032d}"}))
    # the last one may not have come to the screen; a torn line was never sent
    assert [int(one.op) for one in left] == [0, 2, 3]
    (again,) = looked(tmp_path)
    assert [int(one.op) for one in again] == [0]
    assert looked(tmp_path) == []
    assert [one.op for one in living.open_notes()] == ["mine"]
    living.settle("mine")
    living.close()
    assert list(tmp_path.iterdir()) == []


def test_what_is_under_way_twice_is_open_until_both_have_ended(tmp_path: Path) -> None:
    """A double click: the first answer says nothing about the second line, which may be cut."""
    box = OutboxFile(tmp_path)
    for _click in range(2):
        box.note(note("twice"))
    box.settle("twice")
    assert [one.op for one in box.open_notes()] == ["twice"]
    box.note(note("next"))
    box.settle("next")
    box._stream.close()  # the process dies here
    assert [[one.op for one in notes] for notes in looked(tmp_path)] == [["twice", "next"]]


def test_a_note_is_on_the_disk_before_anything_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its content and the file's name; only power cuts would show it otherwise."""
    safe: list[str] = []
    sync = os.fsync

    def synced(handle: int) -> None:
        sync(handle)
        found = Path(f"/proc/self/fd/{handle}").resolve()
        safe.append("its name" if found.is_dir() else found.read_text("utf-8"))

    monkeypatch.setattr(os, "fsync", synced)
    box = OutboxFile(tmp_path)
    assert safe == ["its name"]
    for op in ("one", "two"):
        box.note(note(op))
        assert op in safe[-1]
    box.close()


def test_a_full_disk_stops_before_anything_is_sent(site: Site, tmp_path: Path) -> None:
    db, actor = site.as_(ME)
    place = site.world.stores[EAST]
    db.outbox = Outbox(tmp_path, "here", ME)
    book(db, actor, new_op(), place, [(1, -5)])
    size = next(tmp_path.iterdir()).stat().st_size
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    if site.is_sqlite:
        db.outbox._own()._stream.close()  # a limit would stop the database first
        wanted: type[Exception] = ValueError
    else:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, limit[1]))
        wanted = EnvironmentProblem
    try:
        with pytest.raises(wanted):
            book(db, actor, new_op(), place, [(1, 1)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    with site.owner.read() as session:
        assert session.scalar(select(func.count()).select_from(Ledger)) == 1


def refused_with_commit(db: Database, actor: Actor) -> None:
    with db.write() as session:
        claim(session, actor, EAST, new_op(), "test.book", {})
        at_end(session, Ready(text("SELECT 1 FROM no_such_table")), {})


def test_ends_that_are_known_leave_nothing_to_ask(site: Site, tmp_path: Path) -> None:
    db, actor = site.as_(ME)
    db.outbox = Outbox(tmp_path, "here", ME)
    place = site.world.stores[EAST]
    book(db, actor, new_op(), place, [(1, -5)])
    with pytest.raises(DomainError):
        book(db, actor, new_op(), place, [(1, 6)])
    with pytest.raises(DBAPIError):
        refused_with_commit(db, actor)

    assert db.outbox.open_notes() == ()
    assert settle_all(db, actor) == ()


def test_the_next_run_is_told_what_became_of_it(site: Site, tmp_path: Path) -> None:
    """Killed after the commit and before the note was struck out; killed before sending."""
    db, actor = site.as_(ME)
    saved, never = new_op(), new_op()
    book(db, actor, saved, site.world.stores[EAST], [(1, -5)])
    dead = OutboxFile(tmp_path)
    where = Outbox(tmp_path, "here", ME).where
    for op, login in ((saved, ME), (never, ME), (new_op(), "somebody")):
        dead.note(Note(str(op), EAST, "consume", login, where, 1_800_000_000_000_000))
    dead._stream.close()  # as the death of the process does

    db.outbox = Outbox(tmp_path, "here", ME)
    found = {one.op_id: one for one in settle_all(db, actor)}

    assert {op: one.saved for op, one in found.items()} == {saved: True, never: False}
    assert "已经保存" in found[saved].words
    assert "请重新做一次" in found[never].words
    assert settle_all(db, actor) == ()
    (rest,) = looked(tmp_path)
    assert [one.login for one in rest] == ["somebody"]


def test_a_repeat_must_be_the_same_intention() -> None:
    first, second = new_op(), new_op()
    with attempt() as made:
        for op in (first, first, second):
            outboxes.check_attempt(op)
    assert made == [first, second]
    with attempt((first, second)):
        outboxes.check_attempt(first)
        with pytest.raises(ConflictError, match="没有再发"):
            outboxes.check_attempt(new_op())
    outboxes.check_attempt(new_op())


@pytest.fixture
def cut_line(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Site, Database, Actor, SilentProxy]]:
    """A storekeeper behind a network that can fall silent."""
    for name, seconds in (("LOOK", 1), ("AGAIN", 0.5), ("EVERY", 0.2)):
        monkeypatch.setattr(line_watch, f"{name}_SECONDS", seconds)
    monkeypatch.setattr(line_watch, "PING_SECONDS", 0.6)
    monkeypatch.setattr(line_watch, "FRESH_NS", 0)  # nobody has used it just now
    with databases.site("postgresql") as site:
        direct, actor = site.as_(ME)
        book(direct, actor, new_op(), site.world.stores[EAST], [(1, -100)])
        url = direct.engine.url
        with SilentProxy(int(url.port or 0)) as proxy:
            db = Database(postgresql_engine(url.set(port=proxy.port)))
            db.outbox = Outbox(tmp_path / "outbox", "here", ME)
            yield site, db, actor, proxy
            db.close()


def left(site: Site) -> int:
    with site.owner.read() as session:
        return int(session.scalar(select(func.sum(Balance.qty))) or 0)


@pytest.mark.parametrize(("cut", "saved"), [(Cut.BEFORE_COMMIT, False), (Cut.AFTER_COMMIT, True)])
def test_a_line_cut_in_the_commit_is_known_to_the_unit(
    cut_line: tuple[Site, Database, Actor, SilentProxy], cut: Cut, *, saved: bool
) -> None:
    site, db, actor, proxy = cut_line
    place, op = site.world.stores[EAST], new_op()
    proxy.cut = cut
    with pytest.raises(UnsureProblem, match="先不要重做"):
        book(db, actor, op, place, [(1, 7)])

    (found,) = settle_all(db, actor)

    assert (found.op_id, found.saved) == (op, saved)
    assert left(site) == (93 if saved else 100)
    book(db, actor, op, place, [(1, 7)])  # what the window does then: the same again
    assert left(site) == 93
    assert proxy.cuts == 1


def test_a_silent_line_is_replaced_before_work_begins(
    cut_line: tuple[Site, Database, Actor, SilentProxy],
) -> None:
    """A laptop that slept, another network: the next click works."""
    site, db, actor, proxy = cut_line
    place = site.world.stores[EAST]
    book(db, actor, new_op(), place, [(1, 1)])
    proxy.silence()
    book(db, actor, new_op(), place, [(1, 1)])
    assert left(site) == 98


def test_what_a_dead_line_held_is_given_back(
    cut_line: tuple[Site, Database, Actor, SilentProxy],
) -> None:
    """Its session sits in a transaction with locks; nobody waits minutes for the server's limit."""
    site, db, actor, proxy = cut_line
    place = site.world.stores[EAST]
    consumed = virtual(site)
    with pytest.raises(EnvironmentProblem), db.write() as session:  # noqa: PT012 - the last one raises
        move = Move(101, 1, KANGZE, place, consumed, 1)
        use(session, actor, Wish(EAST, new_op(), DAY), [move])
        proxy.silence()
        session.execute(select(Ledger.seq).limit(1))

    other = site.connect("east_second")
    with other.write() as session:
        session.execute(text("SET LOCAL lock_timeout = '20s'"))
        book_in(session, site.actor("east_second"), place)
    other.close()
    assert left(site) == 98


def virtual(site: Site) -> int:
    with site.owner.read() as session:
        return virtual_place(session, EAST, "consumed")


def book_in(session: Session, actor: Actor, place: int) -> None:
    """Two units in a unit of work that somebody else opened."""
    move = Move(101, 1, KANGZE, place, virtual_place(session, EAST, "consumed"), 2)
    use(session, actor, Wish(EAST, new_op(), DAY), [move])


def test_two_processes_share_a_folder(tmp_path: Path) -> None:
    boxes = [OutboxFile(tmp_path) for _process in range(2)]
    for number, box in enumerate(boxes):
        box.note(note(str(UUID(int=number))))
    assert looked(tmp_path) == []
    for box in boxes:
        box._stream.close()
    assert len(looked(tmp_path)) == 2
    assert list(tmp_path.iterdir()) == []
