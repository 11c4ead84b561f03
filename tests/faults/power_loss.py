"""Power lost at any write (T20): the real services work, their disk is put together again torn.

A process of its own works with the product's services over a file and an outbox, and its calls to
the system are kept (`tape`). Then, for many moments, a disk is made that a power cut may leave
(`torn`); it is opened as the program opens it, the outbox is asked as after every start, and
everything that a person was told before the cut has to be there, whole.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final

from sqlalchemy import select
from typing_extensions import override

from app.bootstrap import open_database
from app.domain.days import ZONE
from app.domain.errors import DomainError, EnvironmentProblem
from app.models.platform import Operation
from app.models.stock import Ledger
from app.services import settling
from app.services.access import actor_for
from app.services.db import Database, DBAPIError, sqlite_engine
from app.services.outbox import Outbox
from app.services.platform import backup, drafts, proofs
from tests.databases import Databases
from tests.faults.client import Client, Task
from tests.faults.deeds import Hand, Post
from tests.faults.grounds import ALSO, LOGINS, settle_in
from tests.faults.invariants import Journal, compare
from tests.faults.tape import Tape, watch
from tests.faults.torn import cuts, disks

FILE: Final = "storm.db"
COPIES: Final = "copies"
STARTS: Final = 3
"""How often the program is started anew on one tape; its end empties and removes the WAL."""
PEOPLE: Final = sorted({*ALSO, *(login for logins in LOGINS.values() for login in logins)})
_READ: Final = 5
"""A reader looks at one state during so many pieces of work: the WAL cannot begin anew."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What the working process is told.

    Attributes:
        root: The folder it works in, with the file.
        posts: Whose people work.
        seed: Decides what they do.
        deeds: How many pieces of work.
        careless: The control: ``database`` or ``outbox`` and backups are not synced.
    """

    root: Path
    posts: tuple[Post, ...]
    seed: int
    deeds: int
    careless: str = ""


class _Watched(Client):
    """A client whose journal is the tape."""

    def __init__(self, task: Task, tape: Tape) -> None:
        self._tape = tape
        super().__init__(task)

    @override
    def note(self, word: str, op: object, rest: str = "") -> None:
        """A line of the journal, at its place among the writes."""
        self._tape.say(f"{word} {op} {rest}")

    def end(self) -> None:
        """The program is closed."""
        for db, _actor in self._ways.values():
            assert db.outbox is not None
            db.outbox.close()
            db.close()
        self._ways.clear()


def work(orders: Orders, tell: Connection) -> None:
    """The working process: people at work, the program closed and started again, backups."""
    tape = watch(orders.root)
    post = orders.posts[0]
    unsafe = orders.careless == "database"
    task = Task(str(orders.root / FILE), "", orders.root, post, orders.seed, twice=0, unsafe=unsafe)
    client = _Watched(task, tape)
    if orders.careless == "outbox":
        setattr(os, "fsync", lambda _handle: None)  # noqa: B010 - the control
    day = datetime.now(ZONE).date()
    bank = orders.root.with_name("bank")  # another disk: what the bank gets is no part of the tape
    bank.mkdir()
    hands = [Hand(post, client.carry, client.way, client.dice, day, bank) for post in orders.posts]
    for _start in range(STARTS):
        _day_of_work(client, hands, orders)
        client.end()
    tell.send(tape.events)


def _day_of_work(client: _Watched, hands: list[Hand], orders: Orders) -> None:
    """Work, at times beside a reader that looks at one state, so that the WAL grows; a backup."""
    reader = Database(sqlite_engine(str(orders.root / FILE)))
    looks = reader.engine.connect()
    for number in range(-(-orders.deeds // STARTS)):
        if number % (3 * _READ) == 0:
            looks.execute(select(Ledger.seq).limit(1))
        if number % (3 * _READ) == _READ:
            looks.rollback()
        with suppress(DomainError):
            client.dice.choice(hands).work()
    looks.close()
    made = backup.back_up(reader, orders.root / COPIES)
    client.note("copy", Path(made.file).name, made.sha256)
    reader.close()


@dataclass(slots=True)
class Loss:
    """What power cuts over one tape came to.

    Attributes:
        calls: Writes, cuts, syncs and the like on the tape.
        syncs: How many of them were syncs.
        saved: Operations that people had been told of at its end.
        cuts: How many disks were opened.
        found: What was wrong, with the number of the cut.
    """

    seed: int
    calls: int = 0
    syncs: int = 0
    saved: int = 0
    cuts: int = 0
    found: list[str] = field(default_factory=list)

    @override
    def __str__(self) -> str:
        return (
            f"sqlite seed {self.seed}: {self.calls} calls to the system ({self.syncs} syncs),"
            f" {self.saved} operations, {self.cuts} power cuts with torn sectors;"
            f" {len({line.partition(':')[0] for line in self.found})} of them found something"
        )


def lose(tape: Tape, known: set[str], count: int, seed: int, folder: Path) -> Loss:
    """Cut the power at so many moments of the tape and look at what is left.

    Args:
        tape: What the working process did.
        known: The operations that were there before.
        count: How many cuts.
        seed: Decides where, and what arrived.
        folder: For the disks.
    """
    dice = random.Random(seed)
    loss = Loss(seed, sum(one.kind != "word" for one in tape.events))
    loss.syncs = sum(one.kind == "sync" for one in tape.events)
    loss.saved = len(_told(tape, len(tape.events)).saved)
    for cut, disk in disks(tape, cuts(tape, count, dice)):
        image = folder / f"cut{loss.cuts}"
        for name, content in disk.image(dice).items():
            (image / name).parent.mkdir(parents=True, exist_ok=True)
            (image / name).write_bytes(content)
        wrong = examine(image, _told(tape, cut), known)
        loss.found += [f"cut {loss.cuts} after {cut} of {len(tape.events)}: {x}" for x in wrong]
        loss.cuts += 1
        if not wrong:
            shutil.rmtree(image)
    return loss


def examine(image: Path, told: Journal, known: set[str]) -> list[str]:
    """Open what is left as the program does; what is wrong with it."""
    try:
        db = open_database(str(image / FILE))
        try:
            if (answer := proofs.pages(db)) != "ok":
                return [f"broken {answer}"]
            for login in PEOPLE:
                db.outbox = Outbox(image / "outbox", "storm", login)
                for one in settling.settle_all(db, actor_for(db, login)):
                    told.take("told", str(one.op_id), "saved" if one.saved else "never")
                db.outbox.close()
            found = compare(db, told, known)
        finally:
            db.close()
    except (DBAPIError, DomainError, EnvironmentProblem) as error:
        return [f"does not open: {error}"]
    wrong = [f"open {op}" for op in sorted(told.open)]
    for what in ("lost", "doubled", "unknown", "broken"):
        wrong += [f"{what} {one}" for one in getattr(found, what)]
    return wrong + _copies(image / COPIES, told)


def _copies(folder: Path, told: Journal) -> list[str]:
    """Backups that a person was told of are there, byte for byte."""
    return [
        f"the backup {name} is not whole"
        for name, digest in told.copies.items()
        if not (folder / name).is_file() or drafts.sha256_of(folder / name) != digest
    ]


def _told(tape: Tape, cut: int) -> Journal:
    made = Journal()
    for one in tape.events[:cut]:
        if one.kind == "word":
            word, op, rest = [*one.name.split(" ", 2), "", ""][:3]
            made.take(word, op, rest)
    return made


@contextmanager
def taped(
    databases: Databases, folder: Path, seed: int, deeds: int, careless: str = ""
) -> Iterator[tuple[Tape, set[str]]]:
    """The small group at work in a process of its own; its tape, and what was there before."""
    root = folder / "disk"
    root.mkdir(parents=True)
    with databases.site("sqlite") as site:
        posts = settle_in(site)
        made = backup.back_up(site.owner, folder / "start")
    shutil.move(made.file, root / FILE)
    start = {FILE: (root / FILE).read_bytes()}
    db = Database(sqlite_engine(str(root / FILE)))
    with db.read() as session:
        rows = session.scalars(select(Operation.op_id).union(select(Ledger.op_id)))
        known = {str(op) for op in rows}
    db.close()
    context = multiprocessing.get_context("spawn")
    hear, tell = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(Orders(root, posts, seed, deeds, careless), tell))
    process.start()
    tell.close()
    try:
        events = hear.recv()
    except EOFError:
        raise AssertionError("the working process fell over") from None
    finally:
        hear.close()
        process.join()
    yield Tape(root, start, events), known
