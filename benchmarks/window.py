"""P11: the program's start, its first window, a table of a million rows, its memory."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from app.services import schema
from app.services.db import Database, sqlite_engine
from benchmarks.measure import Record
from benchmarks.world import make_items
from tests.factories import make_world

_RUNS: Final = 5


def window(record: Record, size: int) -> None:
    """Start the program several times in a process of its own, on a catalogue of `size` items."""
    for arguments in (["--version"], ["--help"]):
        record.take(
            (f"yilian {arguments[0]}", "", 0),
            lambda arguments=arguments: _call("-m", "app", *arguments),  # type: ignore[misc]  # bound now
            rows=1,
        )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "window.db"
        db = Database(sqlite_engine(str(file)))
        schema.upgrade(db)
        make_world(db)
        make_items(db, size)
        db.close()
        answers = [_probe(file, Path(folder) / str(run)) for run in range(_RUNS)]
    for name in answers[0]:
        middle = statistics.median(answer[name] for answer in answers)
        record.note((name, "sqlite", size), (middle, 0.0), rows=1)


def _probe(file: Path, home: Path) -> dict[str, float]:
    place = {"YILIAN_HOME": str(home), "QT_QPA_PLATFORM": "offscreen"}
    asked = [sys.executable, "-m", "benchmarks.window_probe", str(file), str(time.time())]
    done = subprocess.run(asked, check=True, capture_output=True, text=True, env=os.environ | place)
    return {str(name): float(value) for name, value in json.loads(done.stdout).items()}


def _call(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
