"""Planning folders that mean harm: refused by file and name, and nothing is dropped in silence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from app.adapters.plan_files import read_folder
from app.domain.errors import DomainError

SETTINGS: dict[str, object] = {"train_start": "2025-01-01", "train_end": "2025-12-31"}
ITEMS = (
    "location,item,pack_size,moq,lead_time_days_mean,lead_time_sd,unit_cost,shelf_life_days,"
    "critical\nA,x,1,1,3,1,2.5,365,0\n"
)


def folder(place: Path, changes: dict[str, object], quantity: str = "5") -> Path:
    (place / "instance.json").write_text(json.dumps(SETTINGS | changes))
    (place / "items.csv").write_text(ITEMS)
    (place / "demand_train.csv").write_text(
        f"location,item,date,qty\nA,x,2025-03-01,3\nA,x,2025-03-02,{quantity}\n"
    )
    return place


def test_an_ordinary_folder_is_read(tmp_path: Path) -> None:
    asked = read_folder(folder(tmp_path, {})).network.asked
    assert asked.shape == (1, 365)
    assert asked.sum() == 8


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("groups", "abc"),
        ("groups", [1]),
        ("lateral", True),
        ("lateral", "yes"),
        ("review_weekdays", "abc"),
        ("review_weekdays", [[1, 2], [3]]),
        ("review_weekdays", [7]),
        ("review_weekdays", 5),
        ("review_weekdays_by_location", [1]),
    ],
)
def test_settings_of_another_shape_are_named(tmp_path: Path, name: str, value: object) -> None:
    with pytest.raises(DomainError, match=r"instance\.json") as refusal:
        read_folder(folder(tmp_path, {name: value}))
    assert name in refusal.value.text


@pytest.mark.parametrize("content", ["[]", '"2025"', "5", "null", "{", ""])
def test_settings_that_are_no_object_are_named(tmp_path: Path, content: str) -> None:
    (folder(tmp_path, {}) / "instance.json").write_text(content)
    with pytest.raises(DomainError, match=r"instance\.json"):
        read_folder(tmp_path)


@pytest.mark.parametrize(
    "days",
    [
        {"train_start": "0001-01-01"},
        {"train_end": "9999-12-31"},
        {"train_start": "9999-01-01", "train_end": "9999-12-31"},
        {"train_end": "2024-12-31"},
    ],
)
def test_a_span_that_no_memory_holds_is_refused(tmp_path: Path, days: dict[str, object]) -> None:
    """Ten thousand years of a hundred items took three gigabytes; a span backwards was one day."""
    with pytest.raises(DomainError, match="不超过十年"):
        read_folder(folder(tmp_path, days))


@pytest.mark.parametrize("quantity", ["NaN", "inf", "1e999", "-inf"])
def test_demand_that_is_no_number_is_not_left_out(tmp_path: Path, quantity: str) -> None:
    with pytest.raises(DomainError, match="第 3 行") as refusal:
        read_folder(folder(tmp_path, {}, quantity))
    assert "demand_train.csv" in refusal.value.text
