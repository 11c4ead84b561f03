"""How a figure is taken: medians of a few runs, CPU time beside it, peak memory, one JSON line."""

from __future__ import annotations

import json
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

RESULTS: Final = Path(__file__).parent / "results"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure.

    Attributes:
        bench: What was done.
        backend: ``sqlite`` or ``postgresql``; empty where no database takes part.
        size: How many rows, moves or items it was done on.
        seconds: Median of the runs.
        cpu_s: Median CPU time of this process.
        rows_per_s: Rows per second of the median.
        peak_mb: Peak memory of the process that did it, so far.
        floor_ratio: Seconds over those of the plain driver doing the same; 0 where not compared.
    """

    bench: str
    backend: str
    size: int
    seconds: float
    cpu_s: float
    rows_per_s: float
    peak_mb: float
    floor_ratio: float = 0.0


def timed(work: Callable[[], object], runs: int = 3) -> tuple[float, float]:
    """Median wall and CPU seconds of some runs."""
    walls, processors = [], []
    for _run in range(runs):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    return statistics.median(walls), statistics.median(processors)


class Record:
    """Prints each figure and keeps all of a run in one file."""

    def __init__(self) -> None:
        RESULTS.mkdir(exist_ok=True)
        self._file = RESULTS / f"{datetime.now(UTC):%Y%m%d-%H%M%S}.jsonl"

    def take(
        self,
        what: tuple[str, str, int],
        work: Callable[[], object],
        *,
        rows: int,
        runs: int = 3,
        floor: Callable[[], object] | None = None,
    ) -> None:
        """Measure `work`; `what` is bench, backend and size, `rows` what one run handles."""
        seconds, processor = timed(work, runs)
        least = timed(floor, runs)[0] if floor is not None else 0.0
        self.note(what, (seconds, processor), rows=rows, least=least)

    def note(
        self,
        what: tuple[str, str, int],
        times: tuple[float, float],
        *,
        rows: int,
        least: float = 0,
        peak: float = 0,
    ) -> None:
        """Keep a figure that was measured elsewhere; without `peak` memory is this process's."""
        peak = peak or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        seconds, processor = times
        figure = Figure(
            *what,
            round(seconds, 5),
            round(processor, 5),
            round(rows / seconds, 1),
            round(peak, 1),
            round(seconds / least, 2) if least else 0.0,
        )
        line = json.dumps(asdict(figure), ensure_ascii=False)
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
        with self._file.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
