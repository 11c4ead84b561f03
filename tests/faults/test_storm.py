"""A short storm on each database; the long ones are `make faults`."""

from __future__ import annotations

from pathlib import Path

from tests.databases import Databases
from tests.faults.grounds import file_ground, server_ground
from tests.faults.storm import Storm

SEED = 20_261_122


def test_a_storm_over_a_file(databases: Databases, tmp_path: Path) -> None:
    with file_ground(databases, tmp_path) as ground:
        storm = Storm(*ground, tmp_path / "storm", SEED)
        try:
            figures = storm.run(faults=4, work_between=2)
        finally:
            storm.close()
    assert figures.sound, (figures.findings, figures.unresolved)
    assert sum(figures.faults.values()) == 4


def test_a_storm_over_a_server(databases: Databases, tmp_path: Path) -> None:
    with server_ground(databases) as ground:
        storm = Storm(*ground, tmp_path / "storm", SEED, look=2)
        try:
            figures = storm.run(faults=6, work_between=1)
        finally:
            storm.close()
    assert figures.sound, (figures.findings, figures.unresolved)
    assert len(figures.faults) == 6
