"""`yilian plan --data` and `yilian simulate`."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from app.adapters.plan_files import read_folder
from tests.cli.runner import run
from tests.factories import Site
from tests.replenish_world import a_year

ITEMS = (
    "location,item,pack_size,moq,lead_time_days_mean,lead_time_sd,unit_cost,shelf_life_days,"
    "critical"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two places of one group, an item asked for every third day, and one never."""
    (tmp_path / "instance.json").write_text(
        json.dumps(
            {
                "train_start": "2025-01-01",
                "train_end": "2025-12-31",
                "review_weekdays": [0, 3],
                "groups": {},
                "lateral": {"enabled": True},
            }
        )
    )
    rows = [f"{place},{item},5,5,4,1,2.5,365,0" for place in "AB" for item in ("x", "rare")]
    (tmp_path / "items.csv").write_text("\n".join([ITEMS, *rows]))
    days = [f"2025-{month:02d}-{day:02d}" for month in range(1, 13) for day in range(1, 28, 3)]
    asked = [f"{place},x,{day},{3 + n % 4}" for place in "AB" for n, day in enumerate(days)]
    (tmp_path / "demand_train.csv").write_text("\n".join(["location,item,date,qty", *asked]))
    return tmp_path


def plan(site: Site, folder: Path, *more: str) -> list[dict[str, str]]:
    out = folder / "policy.csv"
    done = run(site, "east_store", "plan", "--data", str(folder), "--out", str(out), *more)
    assert done.code == 0, done.err
    with out.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_levels_come_as_a_file(sqlite_site: Site, folder: Path) -> None:
    rows = plan(sqlite_site, folder, "--target", "0.98")
    network = read_folder(folder).network
    assert network.weekdays is not None
    assert network.item is not None
    assert (np.flatnonzero(network.weekdays[0]) == [0, 3]).all()
    assert np.array_equal(network.item, [1, 0, 1, 0])
    assert list(rows[0]) == ["location", "item", "reorder_point", "order_up_to", "lateral_reserve"]
    levels = {(row["location"], row["item"]): int(row["reorder_point"]) for row in rows}
    assert levels["A", "x"] > 0
    assert levels["A", "rare"] == levels["B", "rare"] == -1
    more = plan(sqlite_site, folder, "--target", "0.995")
    assert sum(int(row["reorder_point"]) for row in more) >= sum(levels.values())


def test_a_wrong_file_names_its_row(sqlite_site: Site, folder: Path) -> None:
    with (folder / "demand_train.csv").open("a", encoding="utf-8") as file:
        file.write("\nA,x,2025-13-01,4")
    out = str(folder / "policy.csv")
    done = run(sqlite_site, "east_store", "plan", "--data", str(folder), "--out", out)
    assert done.code == 1
    assert "demand_train.csv 第 218 行" in done.err
    done = run(sqlite_site, "east_store", "plan", "--data", str(folder), "--target", "98")
    assert "0.5 到 0.999" in done.err


def test_a_year_again(sqlite_site: Site) -> None:
    a_year(sqlite_site)
    done = run(sqlite_site, "east_store", "simulate", "--service", "97")
    assert done.code == 0, done.err
    assert "行满足率" in done.out
    assert "少压库存" in done.out
    found = run(sqlite_site, "east_store", "--json", "simulate", "--months", "1").json()
    assert found["series"] == 3
    listed = run(sqlite_site, "east_store", "simulate", "--group", "--exceptions")
    assert listed.code == 0, listed.err
