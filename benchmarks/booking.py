"""P2 and P3: a receipt of 1,000 lines, single scans, and scans of eight people at once.

A *posting* is claim, ledger and answer, as every service makes them; a *scan* is all that the
window does when somebody uses goods: FEFO, price, number, document, ledger, audit, demand.
"""

from __future__ import annotations

import itertools
import multiprocessing
import threading
import time
from datetime import date
from typing import Final

from sqlalchemy import func, select

from app.domain.duties import Actor
from app.domain.ids import new_op
from app.models.stock import Ledger, Lot
from app.services.access import actor_for
from app.services.consumption.commands import Consume, ConsumeLine
from app.services.consumption.consume import consume
from app.services.db import Database, postgresql_engine
from benchmarks.measure import Record
from tests.databases import PERSON_PASSWORD
from tests.factories import EAST, NOW, Site
from tests.faults.bookings import book

_LOGINS: Final = ("east_store", "east_second")
_CLIENTS: Final = 8
_SECONDS: Final = 5.0
_WARM: Final = 12
"""Answers before the clock starts: the driver prepares what it has sent five times."""
_ENOUGH: Final = -10_000_000
_LOT: Final = 1


def receipt(record: Record, site: Site, backend: str, size: int) -> None:
    """P2: one receipt of 1,000 lines with lots."""
    place = site.world.stores[EAST]
    lots = itertools.count(10_000_000)

    def post() -> None:
        lines = [(next(lots), -24) for _line in range(1_000)]
        book(*site.as_("east_store"), new_op(), place, lines)

    record.take(("receipt of 1,000 lines", backend, size), post, rows=1_000)


def consumption(record: Record, site: Site, backend: str, size: int) -> None:
    """P3: one after the other, postings and whole scans: median and the 95th of two hundred."""
    place, way = site.world.stores[EAST], site.as_("east_store")
    _fill(site)
    for what, work in _WAYS.items():
        walls, processor = [], time.process_time()
        for _scan in range(200):
            begin = time.perf_counter()
            work(*way, place)
            walls.append(time.perf_counter() - begin)
        used = (time.process_time() - processor) / len(walls)
        walls.sort()
        record.note((f"{what}, median", backend, size), (walls[100], used), rows=1)
        record.note((f"{what}, 95th", backend, size), (walls[190], used), rows=1)


def clients(record: Record, site: Site, backend: str, size: int) -> None:
    """P3: eight processes use the same lot for five seconds; every answer is in the ledger.

    On a server only: a file is for one computer, and `make faults` shows eight writers on it.
    """
    if backend == "sqlite":
        return
    for login in _LOGINS:
        site.db(login)
    _fill(site)
    for what in _WAYS:
        _together(record, site, what, size)


def _together(record: Record, site: Site, what: str, size: int) -> None:
    before, place = _rows(site), site.world.stores[EAST]
    address = site.db(_LOGINS[0]).engine.url.render_as_string(hide_password=False).partition("@")[2]
    spawn = multiprocessing.get_context("spawn")
    with spawn.Manager() as manager, spawn.Pool(_CLIENTS) as pool:
        start = manager.Barrier(_CLIENTS)
        # each person may hold a few connections only
        logins = itertools.islice(itertools.cycle(_LOGINS), _CLIENTS)
        ways = [(what, address, login, place, start) for login in logins]
        found = pool.starmap(consume_for, ways)
    answered = sum(count for count, _used in found)
    if _rows(site) - before != answered:
        raise RuntimeError(f"{answered} answers, {_rows(site) - before} rows")
    timed = answered - _CLIENTS * _WARM
    used = sum(used for _count, used in found) / max(timed, 1)
    record.note((f"{what}, {_CLIENTS} clients", "postgresql", size), (_SECONDS, used), rows=timed)


def consume_for(
    what: str, address: str, login: str, place: int, start: threading.Barrier
) -> tuple[int, float]:
    """One client of its own process, warm when all begin: answers, and CPU seconds since then."""
    url = f"postgresql+psycopg://{login}@{address}"
    db = Database(postgresql_engine(url, password=PERSON_PASSWORD))
    actor, work, done = actor_for(db, login), _WAYS[what], _WARM
    for _time in range(_WARM):
        work(db, actor, place)
    start.wait()
    begin, processor = time.monotonic(), time.process_time()
    while time.monotonic() < begin + _SECONDS:
        work(db, actor, place)
        done += 1
    processor = time.process_time() - processor
    db.close()
    return done, processor


def _posting(db: Database, actor: Actor, place: int) -> None:
    book(db, actor, new_op(), place, [(_LOT, 1)])


def _scan(db: Database, actor: Actor, place: int) -> None:
    consume(db, actor, Consume(new_op(), EAST, place, (ConsumeLine(101, 1),)))


_WAYS: Final = {"posting of one line": _posting, "scan consumption": _scan}


def _fill(site: Site) -> None:
    with site.owner.write() as session:
        lot = {"item_id": 101, "lot_no": "L1", "serial": "", "expiry": date(2030, 1, 1)}
        session.add(Lot(id=_LOT, created_at=NOW, **lot))
    book(*site.as_(_LOGINS[0]), new_op(), site.world.stores[EAST], [(_LOT, _ENOUGH)])


def _rows(site: Site) -> int:
    with site.owner.read() as session:
        return session.scalar(select(func.count()).select_from(Ledger)) or 0
