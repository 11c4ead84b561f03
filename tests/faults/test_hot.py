"""One hot balance row with eight programs at it; a whole minute of it is `make faults`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.models.stock import Balance
from tests.databases import Databases
from tests.faults.hot import BOXES, DRUG, PEOPLE, Heat, hot_site, run
from tests.faults.invariants import Findings
from tests.services.test_consumption import BOX

SEED, SCANS = 20_261_123, 6


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_eight_programs_use_up_one_lot(databases: Databases, tmp_path: Path, kind: str) -> None:
    with hot_site(databases, kind) as site:
        heat = run(site, tmp_path / "hot", SEED, seconds=0, scans=SCANS)
        told = [(tmp_path / "hot" / f"journal{n}").read_text("ascii") for n in range(PEOPLE)]
        with site.owner.read() as session:
            used = sum(
                int(line.rpartition(":")[2])
                for one in told
                for line in one.splitlines()
                if line.startswith("kind ")
            )
            left = session.scalar(select(func.sum(Balance.qty)).where(Balance.item_id == DRUG))
    assert heat.counts == (SCANS,) * PEOPLE
    assert not heat.findings, heat.findings
    assert left == BOXES * BOX - used


GOOD = Heat("sqlite", 60, (100, 90, 30), 5.0, 99.9, 400.0, 1.0, 0.0, Findings())


@pytest.mark.parametrize(
    ("heat", "sound"),
    [
        (GOOD, True),
        (replace(GOOD, p99=100.0), False),
        (replace(GOOD, counts=(200, 200, 32)), False),
        (replace(GOOD, counts=(200, 200, 37)), True),
        (replace(GOOD, findings=Findings(lost=("one",))), False),
    ],
)
def test_slow_unfair_or_wrong_is_not_sound(heat: Heat, *, sound: bool) -> None:
    assert heat.sound is sound
