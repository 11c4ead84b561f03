"""A storm: several computers at work on one database, and everything that can go wrong.

The plan of faults comes from a seed, so that a storm that found something can be had again:
``make faults SEED=7``. After every fault the database is examined while work goes on; at the end
every operation that was ever sent is held against what its person was told.
"""

from __future__ import annotations

import multiprocessing
import random
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Protocol

from sqlalchemy import select
from typing_extensions import override

from app.domain.errors import EnvironmentProblem
from app.models.platform import Operation
from app.models.stock import Ledger
from app.services.db import Database
from tests.faults import client
from tests.faults.client import Task
from tests.faults.deeds import Post
from tests.faults.invariants import Findings, Journal, compare, state
from tests.faults.power import PowerDisk

PATIENCE = 90.0
"""Seconds for work to go on after a fault; far more than anything should take."""
LONGEST_WAIT = 0.4
"""Seconds at most from an answer to the moment at which the power is cut."""
CLIENT_FAULTS = ("kill", *(f"die_{step}" for step in client.STEPS))


class Ground(Protocol):
    """The database under the storm, and what can be done to it.

    Attributes:
        name: sqlite or postgresql.
        faults: Name of a fault → what does it; each returns when it is over.
        power: The disk under it, where its power can be cut.
        clients_fall_too: Whether clients run on the computer that loses its power.
    """

    name: str
    faults: dict[str, Callable[[random.Random], None]]
    power: PowerDisk | None
    clients_fall_too: bool

    def address(self) -> str:
        """Where clients go."""

    def owner(self) -> Database:
        """A database with every right, that goes past all faults; the asker closes it."""

    def power_back(self) -> None:
        """After a cut: the disk recovers, and what served from it is started again."""


@dataclass(slots=True)
class Figures:
    """What a storm came to."""

    ground: str
    seed: int
    seconds: float = 0.0
    sent: int = 0
    saved: int = 0
    refused: int = 0
    cut: int = 0
    restarts: int = 0
    unresolved: tuple[str, ...] = ()
    faults: Counter[str] = field(default_factory=Counter)
    findings: Findings = field(default_factory=Findings)

    @property
    def sound(self) -> bool:
        """Whether nothing was lost, doubled, left open or broken."""
        return not self.findings and not self.unresolved

    @override
    def __str__(self) -> str:
        told = ", ".join(f"{name} {count}" for name, count in sorted(self.faults.items()))
        found = self.findings
        return (
            f"{self.ground} seed {self.seed}: {self.seconds:.0f} s, {self.sent} operations sent,"
            f" {self.saved} saved, {self.refused} refused, {self.cut} answers cut,"
            f" {self.restarts} starts of clients, {sum(self.faults.values())} faults ({told});"
            f" lost {len(found.lost)}, doubled {len(found.doubled)},"
            f" unresolved {len(self.unresolved)}, unknown {len(found.unknown)},"
            f" broken {len(found.broken)}"
        )


class Storm:
    """One storm.

    Args:
        ground: The database.
        posts: Whose people work, one computer each.
        password: Of everybody on a server.
        folder: For journals and outboxes.
        seed: Decides everything that is decided here.
        look: Seconds after which a silent line is looked at; 0 as in the product.
    """

    def __init__(
        self,
        ground: Ground,
        posts: tuple[Post, ...],
        password: str,
        folder: Path,
        seed: int,
        *,
        look: float = 0,
    ) -> None:
        self.ground = ground
        self.figures = Figures(ground.name, seed)
        self._folder = folder
        self._dice = random.Random(seed)
        self._start = multiprocessing.get_context("forkserver")
        self._start.set_forkserver_preload(["tests.faults.client"])
        self._tasks = []
        for number, post in enumerate(posts):
            desk = folder / f"desk{number}"
            desk.mkdir(parents=True)
            seeded = self._dice.randrange(1 << 30)
            task = Task(ground.address(), password, desk, post, seeded, look=look)
            self._tasks.append(task)
            if ground.power is not None and ground.clients_fall_too:
                self._outbox_on(ground.power.folder / desk.name, desk)
        self._running: list[BaseProcess | None] = [None] * len(self._tasks)
        self._known = self._operations()

    def tell(self, *, unsafe: bool = False, pause: float = 0, warm: bool = False) -> None:
        """Orders for every client beside the usual ones; see `Task`."""
        self._tasks = [replace(task, unsafe=unsafe, pause=pause, warm=warm) for task in self._tasks]

    def run(self, faults: int, work_between: int) -> Figures:
        """So many faults with so many acknowledged operations after each; the figures."""
        began = time.monotonic()
        for number in range(len(self._tasks)):
            self._send_out(number)
        self._work(work_between)
        kinds = self._kinds(faults)
        for fault in kinds:
            self._fault(fault)
            self._work(work_between)
            self._examine(fault)
        self._stop()
        self._settle()
        figures, journal = self.figures, self._journal()
        owner = self.ground.owner()
        try:
            found = compare(owner, journal, self._known)
        finally:
            owner.close()
        figures.findings = replace(found, broken=(*figures.findings.broken, *found.broken))
        figures.seconds = time.monotonic() - began
        figures.sent, figures.saved = len(journal.sent), len(journal.saved)
        figures.refused, figures.cut = len(journal.refused), journal.cuts
        figures.restarts = journal.ups
        figures.unresolved = tuple(sorted(journal.open))
        return figures

    def _kinds(self, count: int) -> list[str]:
        """Every kind in turn, in an order of this seed, as often as fits."""
        if self.ground.power is not None:
            return ["power"] * count
        kinds = [*CLIENT_FAULTS, *self.ground.faults]
        found: list[str] = []
        while len(found) < count:
            self._dice.shuffle(kinds)
            found += kinds
        return found[:count]

    def _fault(self, name: str) -> None:
        self.figures.faults[name] += 1
        if name == "power":
            self._cut_power()
            return
        if name in self.ground.faults:
            self.ground.faults[name](self._dice)
            return
        victim = self._dice.randrange(len(self._tasks))
        process = self._running[victim]
        if name == "kill" and process is not None:
            process.kill()
            process.join()
        else:
            self._end(victim)
            step = name.removeprefix("die_")
            self._send_out(victim, die=(step, self._dice.randint(1, 12)))
            self._until(lambda: not self._is_alive(victim), f"{name}: the client lives on")
        self._send_out(victim)

    def _cut_power(self) -> None:
        """At any moment; on one computer everything on it dies too."""
        assert self.ground.power is not None
        threading.Event().wait(self._dice.uniform(0, LONGEST_WAIT))
        fall = self._running if self.ground.clients_fall_too else []
        self.ground.power.cut(one.pid for one in fall if one is not None and one.pid)
        if self.ground.clients_fall_too:
            self.close()
        self.ground.power_back()
        if self.ground.clients_fall_too:
            for number in range(len(self._tasks)):
                self._send_out(number)

    @staticmethod
    def _outbox_on(disk: Path, desk: Path) -> None:
        """What this computer keeps of its sending lies on the disk that is cut."""
        disk.mkdir()
        (desk / "outbox").symlink_to(disk, target_is_directory=True)

    def _send_out(self, number: int, die: tuple[str, int] | None = None) -> None:
        task = replace(self._tasks[number], seed=self._dice.randrange(1 << 30), die=die)
        process = self._start.Process(target=client.work, args=(task,), daemon=True)
        process.start()
        self._running[number] = process

    def _is_alive(self, number: int) -> bool:
        process = self._running[number]
        return process is not None and process.is_alive()

    def _work(self, more: int) -> None:
        """Let every client come to some more answers; a client that fell over is a finding."""
        goals = [self._answers(number) + more for number in range(len(self._tasks))]

        def done() -> bool:
            return all(
                self._answers(number) >= goal or not self._is_alive(number)
                for number, goal in enumerate(goals)
            )

        self._until(done, "work does not go on")
        for number in range(len(self._tasks)):
            if not self._is_alive(number):
                raise AssertionError(f"client {number} fell over")

    def _answers(self, number: int) -> int:
        file = self._tasks[number].folder / "journal"
        return file.read_bytes().count(b"ack ") if file.exists() else 0

    def _until(self, done: Callable[[], bool], otherwise: str) -> None:
        until = time.monotonic() + PATIENCE
        while not done():
            if time.monotonic() > until:
                raise AssertionError(f"{self.ground.name}, seed {self.figures.seed}: {otherwise}")
            threading.Event().wait(0.02)

    def _examine(self, after: str) -> None:
        broken = tuple(f"after {after}: {one}" for one in self._state())
        before = self.figures.findings
        self.figures.findings = replace(before, broken=(*before.broken, *broken))

    def _state(self) -> tuple[str, ...]:
        """What does not hold; a server that is still falling over is asked again when it stands."""
        until = time.monotonic() + PATIENCE
        while True:
            owner = self.ground.owner()
            try:
                return state(owner)
            except EnvironmentProblem:
                if time.monotonic() > until:
                    raise
                threading.Event().wait(0.5)
            finally:
                owner.close()

    def _end(self, number: int) -> None:
        process = self._running[number]
        stop = self._tasks[number].folder / "stop"
        stop.touch()
        if process is not None:
            process.join(PATIENCE)
            if process.is_alive():
                process.kill()
                raise AssertionError(f"client {number} does not end")
        stop.unlink()

    def _stop(self) -> None:
        for number in range(len(self._tasks)):
            self._end(number)

    def _settle(self) -> None:
        """Every program is started once more and asks what is not known."""
        for task in self._tasks:
            process = self._start.Process(target=client.end, args=(replace(task, die=None),))
            process.start()
            process.join(PATIENCE)
            if process.exitcode != 0:
                raise AssertionError("what was open could not be settled")

    def close(self) -> None:
        """Kill whoever is left."""
        for process in self._running:
            if process is not None and process.is_alive():
                process.kill()
                process.join()

    def _journal(self) -> Journal:
        return Journal.of(task.folder / "journal" for task in self._tasks)

    def _operations(self) -> set[str]:
        owner = self.ground.owner()
        try:
            with owner.read() as session:
                found = select(Operation.op_id).union(select(Ledger.op_id))
                return {str(op) for op in session.scalars(found)}
        finally:
            owner.close()

    def keep(self, folder: Path) -> None:
        """Leave the journals for reading, after something was found."""
        shutil.copytree(self._folder, folder, dirs_exist_ok=True)
