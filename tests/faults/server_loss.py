"""Power lost under a server at any write, with torn sectors (T20).

Every call of the server's processes to its disk is kept (`server_tape`) while people of both
members work through the real services. Then, for many moments, a disk is made that a power cut may
leave (`torn`), the server is started on it and recovers by its log, and the people's programs ask
what became of what had no answer. Everything that a person was told before the cut has to be there,
whole; the invariants hold, and every page of the server bears the sum that it should.
"""

from __future__ import annotations

import multiprocessing
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import make_url, select
from typing_extensions import override

from app.domain.days import ZONE
from app.domain.errors import DomainError, EnvironmentProblem
from app.models.platform import Operation
from app.models.stock import Ledger
from app.services import settling
from app.services.access import actor_for
from app.services.db import Database, DBAPIError, postgresql_engine
from app.services.outbox import Outbox
from app.services.platform import server
from tests.databases import OWNER_PASSWORD, PERSON_PASSWORD
from tests.faults.client import Client, Task
from tests.faults.deeds import Hand, Post
from tests.faults.grounds import server_ground
from tests.faults.invariants import Journal, compare
from tests.faults.server_tape import Moments
from tests.faults.tape import Event, Tape
from tests.faults.taped_server import TapedCluster, TapedDatabases
from tests.faults.torn import cuts, disks, server_tear
from tests.pgserver import Cluster

_REST_SECONDS: Final = 1.5
"""Between two checkpoints that are asked for."""


class _Timed(Client):
    """A client whose journal says when, by the clock of the tape."""

    def __init__(self, task: Task) -> None:
        self.words: list[tuple[int, str]] = []
        super().__init__(task)

    @override
    def note(self, word: str, op: object, rest: str = "") -> None:
        """A line of the journal, with its moment."""
        self.words.append((time.monotonic_ns(), f"{word} {op} {rest}"))

    @override
    def carry(self, login: str, kind: str, op: UUID, call: object) -> object:
        """As on the base class; whose outbox holds the note is kept too."""
        self.note("who", op, login)
        return super().carry(login, kind, op, call)  # type: ignore[arg-type]


def work(task: Task, deeds: int, tell: Connection) -> None:
    """A working process: the people of one member."""
    client = _Timed(task)
    day = datetime.now(ZONE).date()
    hand = Hand(task.post, client.carry, client.way, client.dice, day, task.folder)
    for _deed in range(deeds):
        with suppress(DomainError, EnvironmentProblem):
            hand.work()
    tell.send(client.words)


@dataclass(slots=True)
class Loss:
    """What power cuts under a server came to.

    Attributes:
        calls: Writes, cuts, syncs and the like on the tape, by kind.
        saved: Operations that people had been told of at its end.
        cuts: On how many disks the server was started.
        asked: Operations whose end only the outbox found out.
        found: What was wrong, with the number of the cut.
    """

    seed: int
    calls: Counter[str] = field(default_factory=Counter)
    saved: int = 0
    cuts: int = 0
    asked: int = 0
    found: list[str] = field(default_factory=list)

    @override
    def __str__(self) -> str:
        return (
            f"postgresql seed {self.seed}: {self.calls.total()} calls to the system"
            f" ({self.calls['sync']} syncs), {self.saved} operations, {self.cuts} power cuts with"
            f" torn sectors, {self.asked} operations asked for after them;"
            f" {len({line.partition(':')[0] for line in self.found})} of them found something"
        )


@dataclass(frozen=True, slots=True)
class Taped:
    """What was kept.

    Attributes:
        cluster: The server, stopped.
        tape: Its calls, and what people were told, in one order.
        known: The operations that were there before.
        address: URL of the database for people, without a login.
    """

    cluster: TapedCluster
    tape: Tape
    known: set[str]
    address: str


@contextmanager
def taped(folder: Path, seed: int, deeds: int, settings: dict[str, str]) -> Iterator[Taped]:
    """The small group at work on a server of its own; its tape.

    Args:
        folder: For what the run writes beside the server.
        seed: Decides what people do.
        deeds: How many pieces of work of each member.
        settings: Of the server, beside or instead of `EAGER`: a control says what is off.
    """
    with TapedDatabases(folder, settings) as databases, server_ground(databases) as ground:
        at, posts, password = ground
        cluster, owner = databases.cluster(), at.owner()
        name = str(owner.engine.url.database)
        with owner.read() as session:
            rows = session.scalars(select(Operation.op_id).union(select(Ledger.op_id)))
            known = {str(op) for op in rows}
        owner.close()
        start = cluster.tape(folder / "tape")
        address = f"postgresql://127.0.0.1:{cluster.port}/{name}"
        words = _let_work(cluster, posts, (address, password), seed, deeds, folder)
        merged = sorted([*cluster.taped(), *words], key=lambda one: one[0])
        tape = Tape(cluster.data, start, [event for _at, event in merged])
        yield Taped(cluster, tape, known, address)
        cluster.come_up_on(start)  # so that what was made on it can be taken away


def _let_work(
    cluster: TapedCluster, posts: tuple[Post, ...], where: tuple[str, str], seed: int,
    deeds: int, folder: Path,
) -> Moments:  # fmt: skip
    """Everybody at once, each member in a process of its own; checkpoints beside them."""
    context = multiprocessing.get_context("spawn")
    lines = []
    for number, post in enumerate(posts):
        desk = folder / f"desk{number}"
        desk.mkdir()
        hear, tell = context.Pipe(duplex=False)
        process = context.Process(
            target=work, args=(Task(*where, desk, post, seed + number), deeds, tell)
        )
        process.start()
        tell.close()
        lines.append((process, hear))
    while not all(hear.poll() for _process, hear in lines):
        threading.Event().wait(_REST_SECONDS)
        cluster.admin().execute("CHECKPOINT")
    words: Moments = []
    for process, hear in lines:
        try:
            words += [(at, Event("word", line)) for at, line in hear.recv()]
        except EOFError:
            raise AssertionError("a working process fell over") from None
        finally:
            hear.close()
            process.join()
    return words


def lose(taped: Taped, count: int, seed: int, folder: Path, keep: Path | None = None) -> Loss:
    """Cut the power at so many moments of the tape and start the server on what is left.

    Args:
        taped: What the server and its people did.
        count: How many cuts.
        seed: Decides where, and what arrived.
        folder: For the people's outboxes.
        keep: Where a server's folder goes on which something was found.
    """
    dice, tape = random.Random(seed), taped.tape
    loss = Loss(seed, Counter(one.kind for one in tape.events if one.kind != "word"))
    loss.saved = len(_told(tape, len(tape.events))[0].saved)
    for cut, disk in disks(tape, cuts(tape, count, dice), server_tear):
        journal, who = _told(tape, cut)
        loss.asked += len(journal.open)
        image = disk.image(dice)
        wrong = _examine(taped, image, journal, who, folder / f"cut{loss.cuts}")
        loss.found += [f"cut {loss.cuts} after {cut} of {len(tape.events)}: {x}" for x in wrong]
        if wrong and keep is not None:
            for name, content in image.items():
                file = keep / f"cut{loss.cuts}" / name
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
        loss.cuts += 1
    return loss


def _examine(
    taped: Taped, image: dict[str, bytes], journal: Journal, who: dict[str, str], folder: Path
) -> list[str]:
    """Start on the image, ask as people's programs do, look at everything."""
    try:
        taped.cluster.come_up_on(image)
        _settle(taped.address, journal, who, folder)
        owner = _owner(taped.cluster, taped.address.rpartition("/")[2])
        try:
            found = compare(owner, journal, taped.known)
        finally:
            owner.close()
    except (DBAPIError, DomainError, EnvironmentProblem, RuntimeError) as error:
        taped.cluster.halt()
        return [f"does not come up: {error}"]
    wrong = [f"open {op}" for op in sorted(journal.open)]
    for what in ("lost", "doubled", "unknown", "broken"):
        wrong += [f"{what} {one}" for one in getattr(found, what)]
    if sums := taped.cluster.sums():
        wrong.append(f"{sums} pages do not bear their sum")
    return wrong


def _settle(address: str, journal: Journal, who: dict[str, str], folder: Path) -> None:
    """What had no answer when the power went lies in its person's outbox, and is asked for."""
    folder.mkdir()
    for login in sorted({who[op] for op in journal.open}):
        url = make_url(address).set(username=login)
        db = Database(postgresql_engine(url, password=PERSON_PASSWORD))
        db.outbox = Outbox(folder, "server", login)
        try:
            for op in sorted(op for op in journal.open if who[op] == login):
                org, _space, kind = journal.sent[op].partition(" ")
                db.outbox.note(int(org), UUID(op), kind)
            for one in settling.settle_all(db, actor_for(db, login)):
                journal.take("told", str(one.op_id), "saved" if one.saved else "never")
        finally:
            db.outbox.close()
            db.close()


def _told(tape: Tape, cut: int) -> tuple[Journal, dict[str, str]]:
    """What people had been told until then, and whose the operations are."""
    made, who = Journal(), {}
    for one in tape.events[:cut]:
        if one.kind == "word":
            word, op, rest = [*one.name.split(" ", 2), "", ""][:3]
            made.take(word, op, rest)
            if word == "who":
                who[op] = rest
    return made, who


def _owner(cluster: Cluster, name: str) -> Database:
    login = cluster.login(name, server.OWNER, OWNER_PASSWORD)
    return Database(postgresql_engine(login.url()))
