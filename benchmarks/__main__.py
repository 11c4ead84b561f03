"""Run the measurements: `python -m benchmarks [--size N] [--only WORD] [--backend NAME]`."""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from app.domain.ids import new_op
from app.services.catalogue.search import search
from app.services.importing.catalogue import ApplyCatalogue, apply, preview
from app.services.importing.undo import UndoImport, undo
from app.services.platform import backup, proofs
from app.services.stock import listing
from benchmarks.awards import awards
from benchmarks.catalogue_file import make_file
from benchmarks.matching import matching
from benchmarks.measure import Record
from benchmarks.planning import planning
from benchmarks.world import make_items, make_moves
from tests.databases import Databases
from tests.factories import EAST, Site, make_world
from tests.faults.bookings import book

MOST_AWARDED = 2_000

Case = Callable[[Record, Site, str, int], None]


def receipt(record: Record, site: Site, backend: str, size: int) -> None:
    """P2: one receipt of 1,000 lines with lots, against the plain driver's inserts."""
    place = site.world.stores[EAST]
    lots = itertools.count(10_000_000)

    def post() -> None:
        lines = [(next(lots), -24) for _line in range(1_000)]
        book(*site.as_("east_store"), new_op(), place, lines)

    record.take(("receipt of 1,000 lines", backend, size), post, rows=1_000)


def consumption(record: Record, site: Site, backend: str, size: int) -> None:
    """P3: scans, one transaction each, with balance, hash and the answer kept."""
    place, way = site.world.stores[EAST], site.as_("east_store")

    def scan() -> None:
        for _scan in range(100):
            book(*way, new_op(), place, [(1, 1)])

    book(*way, new_op(), place, [(1, -100_000)])
    record.take(("scan consumption", backend, size), scan, rows=100)


def on_hand(record: Record, site: Site, backend: str, size: int) -> None:
    """P4: the first page of stock, and its summary."""
    way = site.as_("east_store")
    query = listing.PlainQuery()
    record.take(
        ("stock page of 200", backend, size),
        lambda: listing.stock_page(*way, [EAST], query),
        rows=200,
    )


def finding(record: Record, site: Site, backend: str, size: int) -> None:
    """P6: what a keystroke costs in the database: name part, pinyin initials, code."""
    way = site.as_("east_store")
    for kind, words in (
        ("1 character", "片"), ("2 characters", "西林"), ("5 characters", "阿莫西林胶"),
        ("initials", "amxl"), ("full pinyin", "moxilin"), ("code", "yp-90000012"),
        ("code prefix", "yp-9"), ("nothing", "qzx"),
    ):  # fmt: skip
        record.take(
            (f"search by {kind}", backend, size),
            lambda words=words: search(*way, words, 20),  # type: ignore[misc]
            rows=1,
            runs=7,
        )


def importing(record: Record, site: Site, backend: str, size: int) -> None:
    """P1: a sheet of 20 columns read, checked, written and indexed."""
    way = site.as_("lead_buyer")
    with tempfile.TemporaryDirectory() as folder:
        for ending in ("xlsx", "csv"):
            path = Path(folder) / f"catalogue.{ending}"
            make_file(path, size)

            def bring(path: Path = path) -> None:
                plan = preview(*way, path)
                done = apply(*way, ApplyCatalogue(new_op(), plan))
                undo(*way, UndoImport(new_op(), done.batch_id))

            def look(path: Path = path) -> None:
                preview(*way, path)

            record.take((f"preview of {ending}", backend, size), look, rows=size, runs=1)
            record.take((f"import and undo of {ending}", backend, size), bring, rows=size, runs=1)


def proving(record: Record, site: Site, backend: str, size: int) -> None:
    """P13: balances and chains of all moves."""
    record.take(("reconcile", backend, size), lambda: proofs.reconcile(site.owner), rows=size)
    record.take(("verify chains", backend, size), lambda: proofs.chains(site.owner), rows=size)


def copying(record: Record, site: Site, backend: str, size: int) -> None:
    """P14: backup with its proof."""
    with tempfile.TemporaryDirectory() as folder:
        record.take(
            ("backup with proof", backend, size),
            lambda: backup.back_up(site.owner, Path(folder)),
            rows=size,
            runs=1,
        )


def starting(record: Record) -> None:
    """P11: how long the program takes to answer at all."""
    for arguments in (["--version"], ["--help"]):

        def call(arguments: list[str] = arguments) -> None:
            subprocess.run(
                [sys.executable, "-m", "app", *arguments], check=True, stdout=subprocess.DEVNULL
            )

        record.take((f"yilian {arguments[0]}", "", 0), call, rows=1)


CASES: dict[str, Case] = {
    "receipt": receipt,
    "consumption": consumption,
    "onhand": on_hand,
    "search": finding,
    "import": importing,
    "prove": proving,
    "backup": copying,
}


def main() -> None:
    """Make the worlds and measure in them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=10_000, help="items, and moves")
    parser.add_argument(
        "--only", default="", choices=["", "start", "planning", "match", "award", *CASES]
    )
    parser.add_argument("--backend", default="", choices=["", "sqlite", "postgresql"])
    chosen = parser.parse_args()
    record = Record()
    if chosen.only in {"", "start"}:
        starting(record)
    if chosen.only in {"", "planning"}:
        planning(record)
    if chosen.only in {"", "match"}:
        matching(record, chosen.size)
    if chosen.only in {"", "award"}:
        awards(record, min(chosen.size, MOST_AWARDED))
    if chosen.only in {"start", "planning", "match", "award"}:
        return
    with tempfile.TemporaryDirectory() as folder, Databases(Path(folder)) as databases:
        for backend in [chosen.backend] if chosen.backend else ["sqlite", "postgresql"]:
            with databases.fresh(backend) as made:
                site = Site(made.db, make_world(made.db), made.connect)
                record.take(
                    ("make items", backend, chosen.size),
                    lambda site=site: make_items(site.owner, chosen.size),  # type: ignore[misc]
                    rows=chosen.size,
                    runs=1,
                )
                make_moves(site, chosen.size)
                for name, case in CASES.items():
                    if chosen.only in {"", name}:
                        case(record, site, backend, chosen.size)
                site.close()


if __name__ == "__main__":
    main()
