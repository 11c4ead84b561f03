"""P1 and P14: a catalogue sheet brought in, a backup with its proof and its restore."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from app.domain.duties import Actor
from app.domain.ids import new_op
from app.services.db import Database
from app.services.importing.catalogue import ApplyCatalogue, apply, preview
from app.services.importing.undo import UndoImport, undo
from app.services.platform import backup
from benchmarks.floor import again, kept
from benchmarks.measure import Record, timed
from benchmarks.world import make_moves
from tests.factories import Site

_KEEPER: Final = "lead_buyer"
_TABLES: Final = frozenset({"item", "item_unit", "item_code", "item_search", "item_gram"})
"""What the floor writes again; the history of an import outlives its undoing, so it is left out."""


def importing(record: Record, site: Site, backend: str, size: int) -> None:
    """P1: a sheet of 20 columns read, checked, written and indexed.

    The sheet is made in another process and brought in by another: the memory told is the
    program's own. The floor's rows are those of a second import, in this process.
    """
    way = site.as_(_KEEPER)
    with tempfile.TemporaryDirectory() as folder:
        for ending in ("xlsx", "csv"):
            path = Path(folder) / f"catalogue.{ending}"
            _apart("benchmarks.catalogue_file", str(path), str(size))
            _bring_and_undo(record, way, (path, backend, size))


def _bring_and_undo(
    record: Record, way: tuple[Database, Actor], what: tuple[Path, str, int]
) -> None:
    path, backend, size = what
    ending = path.suffix.lstrip(".")
    address = way[0].engine.url.render_as_string(hide_password=False)
    told = json.loads(_apart("benchmarks.import_probe", address, _KEEPER, str(path)))
    taken_back = timed(lambda: undo(*way, UndoImport(new_op(), told["batch"])), 1)
    with kept(way[0], _TABLES) as written:
        batch = apply(*way, ApplyCatalogue(new_op(), preview(*way, path))).batch_id
    undo(*way, UndoImport(new_op(), batch))
    least, _processor = again(way[0], written)
    record.note(
        (f"import of {ending}", backend, size), (told["seconds"], told["cpu_s"]),
        rows=size, least=least, peak=told["peak_mb"]["import"],
    )  # fmt: skip
    record.note((f"undo of the {ending} import", backend, size), taken_back, rows=size)


def _apart(module: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", module, *words], check=True, capture_output=True, text=True
    )
    return done.stdout


def copying(record: Record, site: Site, backend: str, size: int) -> None:
    """P14: backup with its proof."""
    make_moves(site, size)
    with tempfile.TemporaryDirectory() as folder:
        record.take(
            ("backup with proof", backend, size),
            lambda: backup.back_up(site.owner, Path(folder)),
            rows=size,
            runs=1,
        )
