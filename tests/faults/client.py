"""One computer of a member in the storm: works, writes a journal, and dies where it is told to.

The journal is the truth that the database is held against. It is written with plain writes that
outlive the death of the process: ``sent`` before anything goes out, ``ack`` when the person has
the answer, ``refused`` when the service said no, ``told`` when the program found out later,
``other`` when the same operation sent once more was answered otherwise.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import event, make_url, select
from typing_extensions import override

from app.domain.days import ZONE
from app.domain.errors import DomainError, EnvironmentProblem
from app.services import db as database, line_watch, settling
from app.services.access import actor_for
from app.services.db import Database, ping, postgresql_engine, sqlite_engine
from app.services.negotiation import rounds
from app.services.outbox import Outbox
from tests.faults.deeds import Hand, Post, Way

PATIENCE = 60.0
STEPS = ("before_send", "after_send", "after_commit", "after_mark")


@dataclass(frozen=True, slots=True)
class Task:
    """A client's orders.

    Attributes:
        address: SQLAlchemy URL without login, or the path of a file.
        password: Of everybody.
        folder: Holds the outbox, the journal and the sign to stop.
        post: Whose people.
        seed: Decides what they do.
        die: Step and number of the operation at which the process kills itself; None for never.
        twice: Share of operations that are sent twice at the same moment.
        again: Share of operations that are sent again after they were answered.
        skew: Seconds that this computer's clock is wrong.
        look: Seconds after which a silent line is looked at; 0 as in the product.
        careless: Do again what had no answer, with a new id, without asking (the control).
        unsafe: Nothing is made durable with COMMIT on a file (the control).
        pause: Seconds at most between two pieces of work, as people make them.
        warm: Open both lines of everybody first, so that what grows later is not the pool.
    """

    address: str
    password: str
    folder: Path
    post: Post
    seed: int
    die: tuple[str, int] | None = None
    twice: float = 0.1
    again: float = 0.1
    skew: float = 0
    look: float = 0
    careless: bool = False
    unsafe: bool = False
    pause: float = 0
    warm: bool = False


class Client:
    """The process: people's ways in, journal, and how steps go over the line."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.dice = random.Random(task.seed)
        self._ways: dict[str, Way] = {}
        self._journal = os.open(task.folder / "journal", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        self._sent = 0
        _be_skewed(task.skew)
        setattr(rounds, "MIN_MINUTES", 0)  # noqa: B010 - a constant of the product: bids to the last second
        if task.look:
            setattr(line_watch, "LOOK_SECONDS", task.look)  # noqa: B010 - a constant of the product
            setattr(line_watch, "AGAIN_SECONDS", task.look)  # noqa: B010 - as above
        _watch_sending(self)

    def note(self, word: str, op: object, rest: str = "") -> None:
        """A line of the journal; one write, so that it is there whole or not at all."""
        os.write(self._journal, f"{word} {op} {rest}\n".encode())

    def at(self, step: str) -> None:
        """A moment of an operation; here the process may be told to die."""
        if step == "before_send":
            self._sent += 1
        if self.task.die and self.task.die[0] == step and self._sent >= self.task.die[1]:
            os.kill(os.getpid(), signal.SIGKILL)

    def way(self, login: str) -> Way:
        """The person's own database and actor."""
        if login not in self._ways:
            db = self._open(login)
            db.outbox = Outbox(self.task.folder / "outbox", "storm", login)
            self._ways[login] = (db, self.patiently(lambda: actor_for(db, login)))
        return self._ways[login]

    def _open(self, login: str) -> Database:
        if "://" not in self.task.address:
            engine = sqlite_engine(self.task.address)
            if self.task.unsafe:
                event.listen(engine, "connect", _careless_disk)
            return Database(engine)
        url = make_url(self.task.address).set(username=login)
        return Database(postgresql_engine(url, password=self.task.password))

    def patiently(self, call: Callable[[], Any]) -> Any:
        """Until the database answers."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                return call()
            except EnvironmentProblem:
                if time.monotonic() > until:
                    raise
                threading.Event().wait(0.1)

    def carry(self, login: str, kind: str, op: UUID, call: Callable[[Way], Any]) -> Any:
        """As the window does it: again with the same id, when it is known what became of it."""
        way = self.way(login)
        self.note("kind", op, kind)
        if self.dice.random() < self.task.twice:
            self._twice(way, call)
        until = time.monotonic() + PATIENCE
        while True:
            try:
                answer = call(way)
            except DomainError as refusal:
                self.note("refused", op, refusal.code)
                raise
            except EnvironmentProblem as problem:
                if time.monotonic() > until:
                    self.note("gone", op, problem.code)
                    raise
                self.note("cut", op, problem.code)
                self.patiently(lambda: ping(way[0]))
                if not self.task.careless:
                    self.patiently(lambda: self.settle(way))
            else:
                self.note("ack", op)
                self._again(way, op, call, answer)
                return answer

    def _again(self, way: Way, op: UUID, call: Callable[[Way], Any], answer: object) -> None:
        """The answer was lost on the way to the screen: the same once more, the same answer."""
        if self.dice.random() >= self.task.again:
            return
        try:
            told = call(way)
        except EnvironmentProblem:
            self.patiently(lambda: self.settle(way))
            return
        except DomainError as refusal:
            self.note("other", op, refusal.code)
            return
        if told != answer:
            self.note("other", op, f"{answer} {told}".replace("\n", " "))

    def _twice(self, way: Way, call: Callable[[Way], Any]) -> None:
        """The double click: the same command from another thread at the same moment."""

        def again() -> None:
            try:
                call(way)
            except (DomainError, EnvironmentProblem):
                return

        threading.Thread(target=again, daemon=True).start()

    def settle(self, way: Way) -> None:
        """What became of operations without an answer, as the program asks it."""
        for one in settling.settle_all(*way):
            self.note("told", one.op_id, "saved" if one.saved else "never")

    def settle_as(self, login: str) -> None:
        """As `settle`, for a person who may not have signed in yet."""
        self.settle(self.way(login))

    def run(self) -> None:
        """Settle what a dead process left, then work until the sign to stop is there."""
        post = self.task.post
        for login in post.people:
            self.patiently(partial(self.settle_as, login))
        if self.task.warm:
            for login in post.people:
                self.patiently(partial(_both_lines, self.way(login)[0]))
        self.note("up", os.getpid())
        day = datetime.now(ZONE).date()
        hand = Hand(post, self.carry, self.way, self.dice, day, self.task.folder)
        stop = self.task.folder / "stop"
        while not stop.exists():
            threading.Event().wait(self.dice.uniform(0, self.task.pause))
            try:
                hand.work()
            except (DomainError, EnvironmentProblem):
                continue


def _both_lines(db: Database) -> None:
    """A person's two lines, used at once, as by a page that loads while something is saved."""
    with db.read() as one, db.read() as other:
        one.execute(select(1))
        other.execute(select(1))


def _careless_disk(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")


def work(task: Task) -> None:
    """The process's whole life."""
    Client(task).run()


def end(task: Task) -> None:
    """A last start of the program that only settles what is open."""
    client = Client(task)
    post = task.post
    for login in post.people:
        client.patiently(partial(client.settle_as, login))


def _watch_sending(client: Client) -> None:
    """Put the journal and the moments of death around the program's own steps."""
    note, commit, settle = Outbox.note, Database._commit, Outbox.settle

    def noted(self: Outbox, org: int, op: UUID, kind: str, backend: int = 0) -> None:
        note(self, org, op, kind, backend)
        client.note("sent", op, f"{org} {kind}")  # a note that a power cut took was never sent
        client.at("before_send")

    def committed(self: Database, session: Any) -> None:
        client.at("after_send")
        commit(self, session)

    def settled(self: Outbox, op: UUID) -> None:
        client.at("after_commit")
        settle(self, op)
        client.at("after_mark")

    setattr(Outbox, "note", noted)  # noqa: B010 - mypy has no word for putting one around
    setattr(Database, "_commit", committed)  # noqa: B010 - as above
    setattr(Outbox, "settle", settled)  # noqa: B010 - as above


def _be_skewed(seconds: float) -> None:
    """This computer's clock is wrong, for everything that the program could ask it."""
    if not seconds:
        return

    class Wrong(datetime):
        """A wrong clock."""

        @classmethod
        @override
        def now(cls, tz: Any = None) -> Any:
            """The wrong time."""
            return datetime.now(tz) + timedelta(seconds=seconds)

    setattr(database, "datetime", Wrong)  # noqa: B010 - as above
