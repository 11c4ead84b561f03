"""P1 and P14: a catalogue sheet brought in, a backup with its proof and its restore."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from app.domain.duties import Actor
from app.domain.ids import new_op
from app.services.db import Database
from app.services.importing.catalogue import ApplyCatalogue, apply, preview
from app.services.importing.undo import UndoImport, undo
from app.services.platform import backup
from benchmarks.catalogue_file import make_file
from benchmarks.floor import again, kept
from benchmarks.measure import Record, timed
from benchmarks.world import make_moves
from tests.factories import Site

_TABLES: Final = frozenset({"item", "item_unit", "item_code", "item_search", "item_gram"})
"""What the floor writes again; the history of an import outlives its undoing, so it is left out."""


def importing(record: Record, site: Site, backend: str, size: int) -> None:
    """P1: a sheet of 20 columns read, checked, written and indexed."""
    way = site.as_("lead_buyer")
    with tempfile.TemporaryDirectory() as folder:
        for ending in ("xlsx", "csv"):
            path = Path(folder) / f"catalogue.{ending}"
            make_file(path, size)
            _bring_and_undo(record, way, (path, backend, size))


def _bring_and_undo(
    record: Record, way: tuple[Database, Actor], what: tuple[Path, str, int]
) -> None:
    path, backend, size = what
    ending = path.suffix.lstrip(".")
    batches: list[int] = []

    def bring() -> None:
        plan = preview(*way, path)
        batches.append(apply(*way, ApplyCatalogue(new_op(), plan)).batch_id)

    with kept(way[0], _TABLES) as written:
        times = timed(bring, 1)
    taken_back = timed(lambda: undo(*way, UndoImport(new_op(), batches[-1])), 1)
    least, _processor = timed(again(way[0], written), 1)
    record.note((f"import of {ending}", backend, size), times, rows=size, least=least)
    record.note((f"undo of the {ending} import", backend, size), taken_back, rows=size)


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
