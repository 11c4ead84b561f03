"""P10: a thousand labels of 60×40 as PDF and as ZPL, every code read back."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from app.domain.codes.label_code import build
from app.services.labels.output import Options, as_pdf, as_zpl, prepare
from benchmarks.measure import Record
from tests.adapters.label_samples import DAY, PLAIN

_LABELS: Final = 1_000


def labels(record: Record, _size: int) -> None:
    """Lay out, draw, read back, write."""
    specs = [replace(PLAIN, code=build(1, DAY, number + 1)) for number in range(_LABELS)]
    for name, write in (("PDF", as_pdf), ("ZPL", as_zpl)):
        record.take(
            (f"{_LABELS} labels 60×40 as {name}, decoded", "", _LABELS),
            lambda write=write: write(prepare(specs, Options())),  # type: ignore[misc]  # bound now
            rows=_LABELS,
            runs=1,
        )
