"""The same work on the peer, in turn in one run: `make bench-peer PEER_PYTHON=…/bin/python`.

The peer is an installed program that is called and never part of this one. Its script prints JSON
lines; ours are taken right after on the same number of products, and the ratios are printed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.measure import Record
from benchmarks.peer_work import ALL_PLACES, Times, our_work
from tests.databases import Databases
from tests.pgserver import Cluster

STEPS: Final = (
    "setup", "catalogue", "receive", "consume", "fill", "onhand", "orderpoints", "supply", "search",
)  # fmt: skip
"""The peer's steps, each in a process of its own on the state that the one before left."""
MEASURES: Final = {
    "catalogue": "catalogue_import",
    "receive": "receive_with_lots",
    "consume": "consume_with_assign",
    "on hand, one": "onhand_one",
    ALL_PLACES: "onhand_all_storages_flat",
    "replenishment": "stock_supply_run",
    "name search": "search_name_2chars_and_names",
    "quick search": "search_rec_name_5chars_and_names",
}
"""Our work → the peer's measure of the same."""


@dataclass(frozen=True, slots=True)
class Peer:
    """The installed program: its interpreter, its script, how often it repeats a step."""

    python: str
    script: Path
    runs: int

    def times(self, uri: str, size: int, moves: int) -> dict[str, Times]:
        """Seconds and CPU seconds of each measure; without its assertions (-O), the fair figure."""
        found: dict[str, Times] = {}
        command = [self.python, "-O", str(self.script), "--uri", uri, "--size", str(size)]
        command += ["--quiet", "1", "--runs", str(self.runs), "--moves", str(moves)]
        for step in STEPS:
            done = subprocess.run(
                [*command, "--step", step], check=False, capture_output=True, text=True
            )
            if done.returncode:  # some sizes are beyond it; what rests on the step is left out
                why = done.stderr.strip().rpartition("\n")[2] or f"ended with {done.returncode}"
                sys.stderr.write(f"{step}: {why}\n")
            for line in done.stdout.splitlines():
                answer: dict[str, Any] = json.loads(line)
                if "unfinished_after_s" in answer:  # no figure, and no ratio
                    sys.stderr.write(f"{step}: not done in {answer['unfinished_after_s']} s\n")
                elif answer.keys() & {"ms", "seconds"}:
                    found[answer["measure"]] = _times(answer)
        return found


def _times(answer: dict[str, Any]) -> Times:
    if "ms" in answer:
        return answer["ms"] / 1000, answer["cpu_ms"] / 1000
    return answer["seconds"], answer["cpu_s"]


def main() -> None:
    """Run the peer, then us, print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--script", type=Path, required=True, help="the peer's bench.py")
    parser.add_argument(
        "--python", required=True, help="an interpreter that has the peer installed"
    )
    parser.add_argument("--size", type=int, default=1_000, help="products")
    parser.add_argument("--moves", type=int, default=100_000, help="done moves in the history")
    parser.add_argument("--runs", type=int, default=1, help="how often the peer repeats a step")
    parser.add_argument("--backend", default="", choices=["", "sqlite", "postgresql"])
    chosen = parser.parse_args()
    peer, record = Peer(chosen.python, chosen.script, chosen.runs), Record()
    for backend in [chosen.backend] if chosen.backend else ["sqlite", "postgresql"]:
        with _address(backend) as uri:
            theirs = peer.times(uri, chosen.size, chosen.moves)
        with tempfile.TemporaryDirectory() as folder, Databases(Path(folder)) as databases:
            ours = our_work(databases, backend, chosen.size, chosen.moves)
        for name, found in ours.items():
            record.note((f"peer work: {name}", backend, chosen.size), found, rows=chosen.size)
        for name, found in ours.items():
            if MEASURES[name] in theirs:
                _tell(backend, name, theirs[MEASURES[name]], found)


@contextmanager
def _address(backend: str) -> Iterator[str]:
    """Where the peer works: a folder, or a server with the settings that ours has."""
    if backend == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}"
    else:
        with Cluster() as cluster:
            login = cluster.login("")
            yield f"postgresql://{login.user}:{login.password}@{login.host}:{login.port}"


def _tell(backend: str, name: str, theirs: Times, ours: Times) -> None:
    """One line; CPU of a server is in the peer's figure only, so it is compared on files only."""
    line = {
        "work": name, "backend": backend, "peer_s": theirs[0], "ours_s": round(ours[0], 5),
        "times": round(theirs[0] / ours[0], 1),
    }  # fmt: skip
    if backend == "sqlite":
        line["times_by_cpu"] = round(theirs[1] / ours[1], 1) if ours[1] else 0.0
    print(json.dumps(line, ensure_ascii=False))


if __name__ == "__main__":
    main()
