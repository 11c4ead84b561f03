"""P2 and P3: a receipt of 1,000 lines, single scans, and scans of eight people at once."""

from __future__ import annotations

import itertools
import multiprocessing
import time
from typing import Final

from sqlalchemy import func, select

from app.domain.ids import new_op
from app.models.stock import Ledger
from app.services.access import actor_for
from app.services.db import Database, postgresql_engine
from benchmarks.measure import Record
from tests.databases import PERSON_PASSWORD
from tests.factories import EAST, Site
from tests.faults.bookings import book

_LOGINS: Final = ("east_store", "east_second")
_CLIENTS: Final = 8
_SECONDS: Final = 5.0
_WARM_UP: Final = 20.0
"""Eight processes are started and have their first answer by then."""
_ENOUGH: Final = -10_000_000


def receipt(record: Record, site: Site, backend: str, size: int) -> None:
    """P2: one receipt of 1,000 lines with lots."""
    place = site.world.stores[EAST]
    lots = itertools.count(10_000_000)

    def post() -> None:
        lines = [(next(lots), -24) for _line in range(1_000)]
        book(*site.as_("east_store"), new_op(), place, lines)

    record.take(("receipt of 1,000 lines", backend, size), post, rows=1_000)


def consumption(record: Record, site: Site, backend: str, size: int) -> None:
    """P3: scans one after the other: median and the 95th of a hundred."""
    place, way = site.world.stores[EAST], site.as_("east_store")
    book(*way, new_op(), place, [(1, _ENOUGH)])
    walls, processor = [], time.process_time()
    for _scan in range(200):
        begin = time.perf_counter()
        book(*way, new_op(), place, [(1, 1)])
        walls.append(time.perf_counter() - begin)
    used = (time.process_time() - processor) / len(walls)
    walls.sort()
    record.note(("scan consumption, median", backend, size), (walls[100], used), rows=1)
    record.note(("scan consumption, 95th", backend, size), (walls[190], used), rows=1)


def clients(record: Record, site: Site, backend: str, size: int) -> None:
    """P3: eight processes consume the same lot for five seconds; every answer is in the ledger.

    On a server only: a file is for one computer, and `make faults` shows eight writers on it.
    """
    if backend == "sqlite":
        return
    for login in _LOGINS:
        site.db(login)
    db, place = site.db(_LOGINS[0]), site.world.stores[EAST]
    book(*site.as_(_LOGINS[0]), new_op(), place, [(1, _ENOUGH)])
    before = _rows(site)
    address = db.engine.url.render_as_string(hide_password=False).partition("@")[2]
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(_CLIENTS) as pool:
        # each person may hold a few connections only
        logins = itertools.islice(itertools.cycle(_LOGINS), _CLIENTS)
        begin = time.time() + _WARM_UP
        ways = [(address, login, place, begin) for login in logins]
        answered = sum(pool.starmap(consume_for, ways))
    if _rows(site) - before != answered:
        raise RuntimeError(f"{answered} answers, {_rows(site) - before} rows")
    what = (f"scan consumption, {_CLIENTS} clients", backend, size)
    record.note(what, (_SECONDS, 0.0), rows=answered - _CLIENTS)


def consume_for(address: str, login: str, place: int, begin: float) -> int:
    """One client of its own process, warm when all begin; how many of its scans were answered."""
    url = f"postgresql+psycopg://{login}@{address}"
    db = Database(postgresql_engine(url, password=PERSON_PASSWORD))
    actor, done = actor_for(db, login), 1
    book(db, actor, new_op(), place, [(1, 1)])
    time.sleep(max(0.0, begin - time.time()))
    while time.time() < begin + _SECONDS:
        book(db, actor, new_op(), place, [(1, 1)])
        done += 1
    db.close()
    return done


def _rows(site: Site) -> int:
    with site.owner.read() as session:
        return session.scalar(select(func.count()).select_from(Ledger)) or 0
