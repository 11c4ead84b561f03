"""`yilian match` of a long list: what is found out about a row goes to the file with the row."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

from app.adapters.sheets_out import Sheet, write
from app.services.mapping.files import FileMatch, match_files

TITLES = ("lid", "name", "spec", "maker")
GOODS = [(f"药{number}片", "0.25g*24片", "北辰药业") for number in range(50)]
A_ROW = 600
"""Bytes that a row of the list takes as it stands; with what is found out, over a thousand."""


def peak(folder: Path, many: int) -> int:
    lists = {"catalogue": GOODS, "local": [GOODS[number % 50] for number in range(many)]}
    for name, rows in lists.items():
        numbered = ((str(number), *row) for number, row in enumerate(rows))
        write(folder / f"{name}.csv", Sheet(name, TITLES, numbered))
    tracemalloc.start()
    try:
        done = match_files(
            FileMatch(folder / "local.csv", folder / "catalogue.csv", folder / "out.csv")
        )
        assert (done.rows, done.auto) == (many, many)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_matches_are_not_held_in_memory(tmp_path: Path) -> None:
    short, long = peak(tmp_path, 6_000), peak(tmp_path, 12_000)
    assert long - short < 6_000 * A_ROW
    assert (tmp_path / "out.csv").read_text("utf-8-sig").count("\n") == 1 + 12_000
