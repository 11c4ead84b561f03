"""One hot balance row (T02): eight programs use up the same lot at once, for a minute.

    make faults ARGS="--hot 60"

Every scan goes through the real service, as fast as its program can: no machine has a busier
shelf. What was acknowledged is held against the books as after a storm; how long a scan took at
worst, and whether everybody had a share, is measured at the programs.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import resource
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from multiprocessing.process import BaseProcess
from pathlib import Path

from psycopg import sql
from sqlalchemy import make_url, select
from typing_extensions import override

from app.domain.ids import new_op
from app.models.stock import Ledger
from app.services.access import actor_for
from app.services.consumption import Consume, ConsumeLine, consume
from app.services.db import Database, postgresql_engine, sqlite_engine
from app.services.outbox import Outbox
from tests.databases import PERSON_PASSWORD, Databases
from tests.factories import EAST, Site
from tests.faults.invariants import Findings, Journal, compare
from tests.services.test_consumption import receive

PEOPLE = 8
KEEPERS = ("east_store", "east_second")
"""Half of the programs each: a login may open eight sessions."""
BOXES = 200_000
SLOWEST_MS, LEAST_SHARE = 100.0, 0.25
"""What T02 asks: the 99th percentile, and the least of one program against the mean."""
DRUG = 101


@dataclass(frozen=True, slots=True)
class Shift:
    """What one program does.

    Attributes:
        address: SQLAlchemy URL without login, or the path of a file.
        login: Who scans.
        folder: Of this run: the journals, the sign to begin and the outboxes.
        number: Of this program.
        place: The store.
        seconds: How long; 0 for as many scans as `scans`.
        scans: How many, where no time is set.
        seed: Decides the quantities.
    """

    address: str
    login: str
    folder: Path
    number: int
    place: int
    seconds: float
    scans: int
    seed: int

    @property
    def journal(self) -> Path:
        """What it sent and was told."""
        return self.folder / f"journal{self.number}"

    @property
    def times(self) -> Path:
        """Nanoseconds of each scan, one a line, and its CPU seconds at the end."""
        return self.folder / f"times{self.number}"


def work(shift: Shift) -> None:
    """The program's whole life."""
    engine = (
        sqlite_engine(shift.address)
        if "://" not in shift.address
        else postgresql_engine(
            make_url(shift.address).set(username=shift.login), password=PERSON_PASSWORD
        )
    )
    db = Database(engine, outbox=Outbox(shift.folder / "outbox", "hot", shift.login))
    actor = actor_for(db, shift.login)
    dice, took, done = random.Random(shift.seed), [], 0
    (shift.folder / f"ready{shift.number}").touch()
    while not (shift.folder / "go").exists():
        threading.Event().wait(0.01)
    until = time.monotonic() + (shift.seconds or 3600)
    with shift.journal.open("a", encoding="ascii", buffering=1) as journal:
        while time.monotonic() < until and (shift.seconds or done < shift.scans):
            op, qty = new_op(), dice.randint(1, 3)
            journal.write(f"sent {op} {EAST} consume\nkind {op} consume:{qty}\n")
            began = time.perf_counter_ns()
            line = ConsumeLine(DRUG, qty)
            consume(db, actor, Consume(op, EAST, shift.place, (line,)))
            took.append(time.perf_counter_ns() - began)
            journal.write(f"ack {op}\n")
            done += 1
    used = resource.getrusage(resource.RUSAGE_SELF)
    took.append(int((used.ru_utime + used.ru_stime) * 1e9))
    shift.times.write_text("\n".join(map(str, took)), encoding="ascii")
    db.close()


@dataclass(frozen=True, slots=True)
class Heat:
    """What the run came to.

    Attributes:
        ground: sqlite or postgresql.
        seconds: How long everybody worked.
        counts: Scans of each program.
        p50, p99, slowest: Milliseconds of a scan.
        cpu: Seconds of processor of the programs together.
        load: Others at work on the machine, by its own average of a minute before the run.
        findings: What does not hold.
    """

    ground: str
    seconds: float
    counts: tuple[int, ...]
    p50: float
    p99: float
    slowest: float
    cpu: float
    load: float
    findings: Findings

    @property
    def share(self) -> float:
        """The least of one program against the mean."""
        return min(self.counts) / statistics.mean(self.counts)

    @property
    def sound(self) -> bool:
        """Correct, quick and fair."""
        return not self.findings and self.p99 < SLOWEST_MS and self.share >= LEAST_SHARE

    @override
    def __str__(self) -> str:
        total = sum(self.counts)
        found = self.findings
        return (
            f"{self.ground} hot row: {len(self.counts)} programs, {self.seconds:.0f} s,"
            f" {total} scans ({total / self.seconds:.0f}/s), p50 {self.p50:.1f} ms,"
            f" p99 {self.p99:.1f} ms (below {SLOWEST_MS:.0f}), slowest {self.slowest:.0f} ms,"
            f" each {min(self.counts)} to {max(self.counts)}: the least has {self.share:.0%}"
            f" of the mean (at least {LEAST_SHARE:.0%}), {self.cpu * 1000 / total:.1f} ms CPU"
            f" a scan, load before {self.load:.1f}; lost {len(found.lost)},"
            f" doubled {len(found.doubled)}, unknown {len(found.unknown)},"
            f" broken {len(found.broken)}: {'sound' if self.sound else 'NOT SOUND'}"
        )


def run(site: Site, folder: Path, seed: int, *, seconds: float, scans: int = 0) -> Heat:
    """Let everybody scan the one lot; figures and findings.

    Args:
        site: Its own, with nothing booked.
        folder: For journals.
        seed: Decides the quantities.
        seconds: How long; 0 for so many `scans` of each.
        scans: See there.
    """
    receive(site, EAST, {"HOT": (BOXES, date(2030, 6, 30))})
    for login in KEEPERS:
        site.db(login).close()
    url = site.owner.engine.url
    address = str(url.database)
    if not site.is_sqlite:
        address = f"postgresql://127.0.0.1:{url.port}/{address}"
    folder.mkdir(parents=True, exist_ok=True)
    dice, place, load = random.Random(seed), site.world.stores[EAST], os.getloadavg()[0]
    shifts = [
        Shift(address, KEEPERS[n % 2], folder, n, place, seconds, scans, dice.randrange(1 << 30))
        for n in range(PEOPLE)
    ]
    began = _together(shifts, folder)
    spent = time.monotonic() - began
    known = Journal.of(one.journal for one in shifts)
    times = [[int(x) for x in one.times.read_text("ascii").split()] for one in shifts]
    took = sorted(ns / 1e6 for one in times for ns in one[:-1])
    return Heat(
        "sqlite" if site.is_sqlite else "postgresql",
        seconds or spent,
        tuple(len(one) - 1 for one in times),
        statistics.median(took),
        took[int(len(took) * 0.99)],
        took[-1],
        sum(one[-1] for one in times) / 1e9,
        load,
        compare(site.owner, known, {str(_first(site))}),
    )


def _first(site: Site) -> object:
    with site.owner.read() as session:
        return session.scalar(select(Ledger.op_id).where(Ledger.seq == 1))


def _together(shifts: list[Shift], folder: Path) -> float:
    """Start all programs, let them begin at one moment, wait for their end; the moment."""
    start = multiprocessing.get_context("forkserver")
    start.set_forkserver_preload(["tests.faults.hot"])
    running: list[BaseProcess] = []
    try:
        for shift in shifts:
            process = start.Process(target=work, args=(shift,), daemon=True)
            process.start()
            running.append(process)
        while len(list(folder.glob("ready*"))) < len(shifts):
            assert all(one.is_alive() for one in running), "a program fell over before it began"
            threading.Event().wait(0.05)
        began = time.monotonic()
        (folder / "go").touch()
        for program in running:
            program.join()
            assert program.exitcode == 0, "a program fell over"
    finally:
        for program in running:
            if program.is_alive():
                program.kill()
    return began


@contextmanager
def hot_site(databases: Databases, kind: str) -> Iterator[Site]:
    """The small group in a database that keeps what it acknowledged."""
    with databases.site(kind) as site:
        if kind == "postgresql":
            name = sql.Identifier(str(site.owner.engine.url.database))
            query = sql.SQL("ALTER DATABASE {} SET synchronous_commit = on")
            databases.cluster().admin().execute(query.format(name))
        yield site
