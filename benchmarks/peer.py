"""The same work on the peer, in turn in one run: `make bench-peer PEER_PYTHON=…/bin/python`.

The peer is an installed program that is called and never part of this one. Its script prints JSON
lines; ours are taken right after on the same number of products, and the ratios are printed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Final

from app.domain.ids import new_op
from app.services.catalogue.search import search
from app.services.importing.catalogue import ApplyCatalogue, apply, preview
from app.services.stock.available import lot_stock
from benchmarks.catalogue_file import make_file
from benchmarks.measure import Record, timed
from benchmarks.world import FIRST, make_items
from tests.databases import Databases
from tests.factories import EAST, Site, make_world
from tests.faults.bookings import book

STEPS: Final = ("setup", "catalogue", "receive", "consume", "fill", "onhand", "search")
"""The peer's steps, each in a process of its own on the state that the one before left."""
MEASURES: Final = {
    "catalogue": "catalogue_import",
    "receive": "receive_with_lots",
    "consume": "consume_with_assign",
    "onhand": "onhand_one",
    "search": "search_name_2chars_and_names",
}
"""Our work → the peer's measure of the same."""
_BATCH: Final = 1_000


def main() -> None:
    """Run the peer, then us, print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--script", type=Path, required=True, help="the peer's bench.py")
    parser.add_argument(
        "--python", required=True, help="an interpreter that has the peer installed"
    )
    parser.add_argument("--size", type=int, default=1_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        theirs = _peer(chosen.python, chosen.script, Path(folder), chosen.size)
    ours = _ours(chosen.size)
    for name, seconds in ours.items():
        found = theirs[MEASURES[name]]
        ratio = round(found / seconds, 1) if seconds else 0.0
        print(json.dumps({"work": name, "peer_s": found, "ours_s": seconds, "times": ratio}))


def _peer(python: str, script: Path, folder: Path, size: int) -> dict[str, float]:
    """Seconds of each measure, as the peer's script tells them; without its assertions (-O)."""
    found: dict[str, float] = {}
    for step in STEPS:
        command = [python, "-O", str(script), "--uri", f"sqlite:///{folder}", "--size", str(size)]
        more = ["--moves", str(size * 10)] if step == "fill" else []
        done = subprocess.run(
            [*command, "--step", step, "--quiet", "1", *more],
            check=True, capture_output=True, text=True,
        )  # fmt: skip
        for line in done.stdout.splitlines():
            answer: dict[str, Any] = json.loads(line)
            milliseconds = float(answer.get("ms", 0.0))
            found[answer["measure"]] = float(answer.get("seconds", milliseconds / 1000))
    return found


def _ours(size: int) -> dict[str, float]:
    record = Record()
    with (
        tempfile.TemporaryDirectory() as folder,
        Databases(Path(folder)) as databases,
        databases.fresh("sqlite") as made,
    ):
        site = Site(made.db, make_world(made.db), made.connect)
        found = {"catalogue": _import(site, Path(folder), size)}
        make_items(site.owner, size)
        found |= _stock(site, size)
        site.close()
    for name, seconds in found.items():
        record.note((f"peer work: {name}", "sqlite", size), (seconds, 0.0), rows=size)
    return found


def _import(site: Site, folder: Path, size: int) -> float:
    way, path = site.as_("lead_buyer"), folder / "catalogue.csv"
    make_file(path, size)
    return timed(lambda: apply(*way, ApplyCatalogue(new_op(), preview(*way, path))), 1)[0]


def _stock(site: Site, size: int) -> dict[str, float]:
    way, place = site.as_("east_store"), site.world.stores[EAST]

    def move(sign: int) -> None:
        for begin in range(0, size, _BATCH):
            lots = [(lot + 1, sign * 100) for lot in range(begin, min(begin + _BATCH, size))]
            book(*way, new_op(), place, lots)

    def one() -> None:
        with way[0].read() as session:
            lot_stock(session, EAST, place, [FIRST])

    received, used = timed(lambda: move(-1), 1)[0], timed(lambda: move(1), 1)[0]
    return {
        "receive": received,
        "consume": used,
        "onhand": timed(one, 21)[0],
        "search": timed(lambda: search(*way, "西林", 20), 21)[0],
    }


if __name__ == "__main__":
    main()
