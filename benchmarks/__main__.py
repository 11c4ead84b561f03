"""Run the measurements: `python -m benchmarks [--size N] [--only WORD] [--backend NAME]`."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from benchmarks.accepting import accepting
from benchmarks.awards import awards
from benchmarks.big_group import consolidating
from benchmarks.booking import clients, consumption, receipt
from benchmarks.comparing import comparing
from benchmarks.finding import finding
from benchmarks.key_figures import key_figures
from benchmarks.labels import labels
from benchmarks.matching import matching
from benchmarks.measure import Record
from benchmarks.month_end import month_end
from benchmarks.planning import planning
from benchmarks.sheets import copying, importing
from benchmarks.standing_stock import standing_stock
from benchmarks.window import window
from tests.databases import Databases
from tests.factories import Site, make_world

_MOST_AWARDED: Final = 2_000

Alone = Callable[[Record, int], None]
InDatabase = Callable[[Record, Site, str, int], None]

ALONE: Final[Mapping[str, Alone]] = {
    "window": window,
    "labels": labels,
    "planning": lambda record, _size: planning(record),
    "match": matching,
    "award": lambda record, size: awards(record, min(size, _MOST_AWARDED)),
}
IN_DATABASE: Final[Mapping[str, InDatabase]] = {
    "import": importing,
    "receipt": receipt,
    "accept": accepting,
    "consumption": consumption,
    "clients": clients,
    "stock": standing_stock,
    "search": finding,
    "group": consolidating,
    "compare": comparing,
    "month": month_end,
    "figures": key_figures,
    "backup": copying,
}
"""Each in a fresh database of each kind, so that none pays for what another left."""


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=10_000, help="items, rows or moves")
    parser.add_argument("--only", default="", choices=["", *ALONE, *IN_DATABASE])
    parser.add_argument("--backend", default="", choices=["", "sqlite", "postgresql"])
    chosen = parser.parse_args()
    record = Record()
    for name, measure in ALONE.items():
        if chosen.only in {"", name}:
            measure(record, chosen.size)
    cases = [case for name, case in IN_DATABASE.items() if chosen.only in {"", name}]
    if cases:
        backends = [chosen.backend] if chosen.backend else ["sqlite", "postgresql"]
        in_databases(record, cases, backends, chosen.size)


def in_databases(record: Record, cases: list[InDatabase], backends: list[str], size: int) -> None:
    """Every case in a database of its own."""
    with tempfile.TemporaryDirectory() as folder, Databases(Path(folder)) as databases:
        for backend in backends:
            for case in cases:
                with databases.fresh(backend) as made:
                    site = Site(made.db, make_world(made.db), made.connect)
                    case(record, site, backend, size)
                    site.close()


if __name__ == "__main__":
    main()
