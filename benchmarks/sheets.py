"""P1 and P14: a catalogue sheet brought in, a backup with its proof and its restore."""

from __future__ import annotations

import tempfile
from pathlib import Path

from app.domain.ids import new_op
from app.services.importing.catalogue import ApplyCatalogue, apply, preview
from app.services.importing.undo import UndoImport, undo
from app.services.platform import backup
from benchmarks.catalogue_file import make_file
from benchmarks.measure import Record
from benchmarks.world import make_moves
from tests.factories import Site


def importing(record: Record, site: Site, backend: str, size: int) -> None:
    """P1: a sheet of 20 columns read, checked, written and indexed."""
    way = site.as_("lead_buyer")
    with tempfile.TemporaryDirectory() as folder:
        for ending in ("xlsx", "csv"):
            path = Path(folder) / f"catalogue.{ending}"
            make_file(path, size)
            batches: list[int] = []

            def bring(path: Path = path, batches: list[int] = batches) -> None:
                plan = preview(*way, path)
                batches.append(apply(*way, ApplyCatalogue(new_op(), plan)).batch_id)

            record.take((f"import of {ending}", backend, size), bring, rows=size, runs=1)
            record.take(
                (f"undo of the {ending} import", backend, size),
                lambda batches=batches: undo(*way, UndoImport(new_op(), batches[-1])),  # type: ignore[misc]  # bound now
                rows=size,
                runs=1,
            )


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
