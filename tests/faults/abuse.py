"""What others wait while one valid login abuses the server (T60), the watchdog on; prints figures.

    python -m tests.faults.abuse --seconds 30
    python -m tests.faults.abuse --seconds 80 --only "endless transaction"

A keeper of East abuses psql; another keeper of East and the keeper of West book one use after the
other. Two figures matter: how much longer the slowest hundredth of the others' steps takes, and
when the watchdog ends what is in the way.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

import psycopg

from app.domain.errors import DomainError, EnvironmentProblem
from app.domain.ids import new_op
from app.services.consumption import Consume, ConsumeLine, consume
from app.services.platform import watchdog
from tests.databases import Databases, ServerBackend
from tests.factories import EAST, WEST, Site, make_world
from tests.services.test_consumption import AMOXICILLIN, receive

ABUSER: Final = "east_store"
OTHERS: Final = {"east_second": EAST, "west_store": WEST}
FAR: Final = date(2027, 9, 30)
SORT: Final = (
    "SELECT count(*) FROM (SELECT md5(g::text) AS m FROM generate_series(1, 50000000) g"
    " ORDER BY m) x"
)
CROSS: Final = "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b"
SESSIONS: Final = 1000


@dataclass
class Meter:
    """How long each step of one person took, and which were refused."""

    seconds: list[float] = field(default_factory=list)
    refused: int = 0

    def at(self, share: float) -> float:
        """The time in milliseconds that so large a share of the steps stayed below."""
        return 1000 * sorted(self.seconds)[int(share * (len(self.seconds) - 1))]


@dataclass(frozen=True)
class Abuse:
    """One way to get in the way: what is done on each of some connections until it is over."""

    name: str
    connections: int
    do: Callable[[psycopg.Connection, threading.Event], None]


def endless(statement: str) -> Callable[[psycopg.Connection, threading.Event], None]:
    """The statement again and again, the own time limits lifted."""

    def run(connection: psycopg.Connection, over: threading.Event) -> None:
        connection.execute("SET statement_timeout = 0")
        while not over.is_set():
            with suppress(psycopg.errors.QueryCanceled, psycopg.errors.ConfigurationLimitExceeded):
                connection.execute(statement.encode())

    return run


def sit(connection: psycopg.Connection, over: threading.Event) -> None:
    """A transaction that holds the head of East's trail, and says a word each second."""
    connection.execute("BEGIN")
    connection.execute("SELECT api.audit(%s, 1, 'x', 'order', 1, '{}')", [EAST])
    while not over.wait(1):
        connection.execute("SELECT 1")


def crowd(connection: psycopg.Connection, over: threading.Event) -> None:
    """A thousand connections, as fast as they are refused."""
    info = connection.info
    with ExitStack() as opened:
        for _one in range(SESSIONS):
            if over.is_set():
                return
            with suppress(psycopg.OperationalError):
                opened.enter_context(psycopg.connect(info.dsn, password=info.password))


def idle(_connection: psycopg.Connection, over: threading.Event) -> None:
    """Nothing: the others by themselves."""
    over.wait()


WAYS: Final = (
    Abuse("nobody", 1, idle),
    Abuse("huge sort", 4, endless(SORT)),
    Abuse("cross join", 4, endless(CROSS)),
    Abuse("1000 connections", 1, crowd),
    Abuse("endless transaction", 1, sit),
)


@contextmanager
def thread(work: Callable[[threading.Event], None], over: threading.Event) -> Iterator[None]:
    """Work beside until the event; a line that the watchdog ended is no news."""

    def run() -> None:
        with suppress(psycopg.OperationalError):
            work(over)

    beside = threading.Thread(target=run)
    beside.start()
    try:
        yield
    finally:
        beside.join()


def use(site: Site, login: str, meter: Meter) -> Callable[[threading.Event], None]:
    """Book one unit after the other."""

    def run(over: threading.Event) -> None:
        place = site.world.stores[OTHERS[login]]
        while not over.is_set():
            begun = time.perf_counter()
            line = ConsumeLine(AMOXICILLIN, 1)
            try:
                consume(*site.as_(login), Consume(new_op(), OTHERS[login], place, (line,)))
            except (DomainError, EnvironmentProblem):
                meter.refused += 1
            meter.seconds.append(time.perf_counter() - begun)

    return run


def watch(backend: ServerBackend, ended: list[str]) -> Callable[[threading.Event], None]:
    """The watchdog as a service: a look every ten seconds."""

    def run(over: threading.Event) -> None:
        while not over.wait(10):
            found = watchdog.sweep(backend.superuser().url())
            ended.extend(f"{one.login} after {one.seconds} s" for one in found)

    return run


def measure(site: Site, backend: ServerBackend, abuse: Abuse, seconds: float) -> str:
    """One way of abuse for some seconds; a row of the table."""
    over, ended, meters = threading.Event(), list[str](), {login: Meter() for login in OTHERS}
    with ExitStack() as stack:
        info = backend.login(ABUSER).conninfo()
        for _one in range(abuse.connections):
            line = stack.enter_context(psycopg.connect(info, autocommit=True))
            stack.enter_context(thread(partial(abuse.do, line), over))
            stack.callback(cancel, line)
        stack.enter_context(thread(watch(backend, ended), over))
        for login, meter in meters.items():
            stack.enter_context(thread(use(site, login, meter), over))
        over.wait(seconds)
        over.set()
    cells = [abuse.name]
    for meter in meters.values():
        cells += [f"{len(meter.seconds)} / {meter.refused}"]
        cells += [f"{meter.at(0.5):.0f} / {meter.at(0.99):.0f} / {meter.at(1):.0f}"]
    return " | ".join([*cells, "; ".join(ended[:3]) or "none"])


def cancel(connection: psycopg.Connection) -> None:
    """End what still runs, so that its thread can come home."""
    with suppress(psycopg.OperationalError):
        connection.cancel_safe(timeout=2)


def main(arguments: list[str] | None = None) -> None:
    """Print a table row for each way."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--only", choices=[abuse.name for abuse in WAYS], default="")
    asked = parser.parse_args(arguments)
    out = sys.stdout
    out.write("abuse | East: steps / refused | ms p50 / p99 / max | West: steps / refused | "
              "ms p50 / p99 / max | ended by the watchdog\n")  # fmt: skip
    with (
        tempfile.TemporaryDirectory() as folder,
        Databases(Path(folder)) as databases,
        databases.fresh("postgresql") as backend,
    ):
        assert isinstance(backend, ServerBackend)
        site = Site(backend.db, make_world(backend.db), backend.connect)
        for org in (EAST, WEST):
            receive(site, org, {"A": (9000, FAR)})
        for abuse in WAYS:
            if asked.only in ("", abuse.name):
                out.write(measure(site, backend, abuse, asked.seconds) + "\n")
                out.flush()
        site.close()


if __name__ == "__main__":
    main()
