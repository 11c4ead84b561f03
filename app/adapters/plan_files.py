"""Demand and terms as files, levels as a file: planning for other systems.

A folder holds ``demand_train.csv`` (location,item,date,qty: only days with demand), ``items.csv``
(location,item,pack_size,moq,lead_time_days_mean,lead_time_sd,unit_cost,shelf_life_days,critical)
and ``instance.json`` (train_start, train_end, review_weekdays, review_weekdays_by_location,
groups, lateral). The answer is location,item,reorder_point,order_up_to,lateral_reserve.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from app.adapters import local_files
from app.domain.errors import DomainError, EnvironmentProblem, Problem
from app.domain.replenish.network import Network
from app.domain.replenish.series import Floats, Mask
from app.domain.replenish.system import SystemLevels
from app.i18n import _

_WEEK: Final = 7
_NUMBERS: Final = (
    "pack_size", "moq", "lead_time_days_mean", "lead_time_sd", "unit_cost", "shelf_life_days",
    "critical",
)  # fmt: skip
_DEMAND: Final = ("location", "item", "date", "qty")
_ANSWER: Final = ("location", "item", "reorder_point", "order_up_to", "lateral_reserve")
_MOST_DAYS: Final = 3660
_LAST_YEAR: Final = 9998
_PRIOR_LINES: Final = 0.25
_PRIOR_DAYS: Final = 14.0
Key = tuple[str, str]


@dataclass(frozen=True, eq=False)
class PlanFiles:
    """What a folder says: the series in the order of its items, and their network."""

    keys: tuple[Key, ...]
    network: Network


def read_folder(folder: Path) -> PlanFiles:
    """The series of a folder.

    Raises:
        DomainError: A column is missing or a value is not a number or day; names file and row.
        EnvironmentProblem: A file cannot be read.
    """
    settings = _settings(folder / "instance.json")
    keys, terms = _items(folder / "items.csv")
    start, end = _window(settings)
    days = (end - start).days + 1
    asked = _demand(folder / "demand_train.csv", keys, start, days)
    groups = _object(settings, "groups")
    lateral = bool(_object(settings, "lateral").get("enabled", False))
    names = [_pool(key, groups, lateral) for key in keys]
    numbers = {name: n for n, name in enumerate(dict.fromkeys(names))}
    pack = np.maximum(1.0, terms["pack_size"])
    count = len(keys)
    weekdays = _weekdays(keys, settings)
    network = Network(
        asked=asked,
        lines=(asked > 0).astype(np.float64),
        seen=np.ones(asked.shape),
        pool=np.array([numbers[name] for name in names], np.int64),
        lead=np.maximum(1.0, terms["lead_time_days_mean"]),
        lead_sd=terms["lead_time_sd"],
        gap=_WEEK / weekdays.sum(axis=1),
        lot=np.maximum(np.ceil(terms["moq"] / pack), 1.0) * pack,
        cost=np.maximum(terms["unit_cost"], 1e-9),
        critical=terms["critical"] > 0,
        prior_lines=np.full(count, _PRIOR_LINES),
        prior_days=np.full(count, _PRIOR_DAYS),
        shelf=terms["shelf_life_days"],
        end=end + timedelta(days=1),
        item=np.unique([key[1] for key in keys], return_inverse=True)[1].astype(np.int64),
        weekdays=weekdays,
    )
    return PlanFiles(tuple(keys), network)


def write_levels(path: Path, keys: Sequence[Key], levels: SystemLevels) -> None:
    """The levels as a file; a series that is not kept is never ordered (−1, 0)."""
    kept = levels.reorder_point >= 0
    upper = np.where(kept, levels.order_up_to, 0)
    rows = zip(keys, levels.reorder_point, upper, levels.reserve, strict=True)
    with (
        local_files.whole(path) as part,
        part.open("w", encoding="utf-8", newline="") as file,
    ):
        out = csv.writer(file)
        out.writerow(_ANSWER)
        out.writerows((*key, int(a), int(b), int(c)) for key, a, b, c in rows)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise EnvironmentProblem(
            "plan.read",
            _("读不到文件 {path}。请检查文件夹里有没有它，编码应为 UTF-8。", path=str(path)),
        ) from error


def _settings(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(_text(path))
    except (ValueError, RecursionError) as error:
        raise _wrong(path, 0, "", _("应为 JSON 对象。")) from error
    if not isinstance(found, dict):
        raise _wrong(path, 0, "", _("应为 JSON 对象。"))
    return found


def _day(settings: dict[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(str(settings.get(name)))
    except ValueError as error:
        path = Path("instance.json")
        raise _wrong(path, 0, name, _("应为日期，如 2026-10-14。")) from error


def _window(settings: dict[str, Any]) -> tuple[date, date]:
    """The first and last day; every series takes room for each day between them."""
    start, end = (_day(settings, name) for name in ("train_start", "train_end"))
    if not 0 <= (end - start).days < _MOST_DAYS or end.year > _LAST_YEAR:
        words = _("起止日期应先后有序，相隔不超过十年。")
        raise _wrong(Path("instance.json"), 0, "train_end", words)
    return start, end


def _object(settings: dict[str, Any], name: str) -> dict[str, Any]:
    """A part of the settings that is an object; empty when it is left out."""
    found = settings.get(name) or {}
    if not isinstance(found, dict):
        raise _wrong(Path("instance.json"), 0, name, _("应为 JSON 对象。"))
    return found


def _table(path: Path, wanted: Sequence[str]) -> tuple[list[int], list[list[str]]]:
    """Positions of the wanted columns, and the rows."""
    try:
        rows = list(csv.reader(_text(path).splitlines()))
    except csv.Error as error:
        raise _wrong(path, 0, "", _("不是 CSV 文本。")) from error
    head = [cell.strip() for cell in rows[0]] if rows else []
    missing = [name for name in wanted if name not in head]
    if missing:
        raise _wrong(path, 1, missing[0], _("缺少这一列。"))
    return [head.index(name) for name in wanted], rows[1:]


def _items(path: Path) -> tuple[list[Key], dict[str, Floats]]:
    at, rows = _table(path, ("location", "item", *_NUMBERS))
    keys: list[Key] = []
    values = np.zeros((len(rows), len(_NUMBERS)))
    for n, row in enumerate(rows):
        try:
            keys.append((row[at[0]], row[at[1]]))
            values[n] = [float(row[column]) for column in at[2:]]
        except (ValueError, IndexError) as error:
            raise _wrong(path, n + 2, "", _("数字看不懂。")) from error
        if not np.isfinite(values[n]).all():
            raise _wrong(path, n + 2, "", _("数字看不懂。"))
    if not keys:
        raise _wrong(path, 1, "", _("没有品规。"))
    return keys, {name: values[:, n] for n, name in enumerate(_NUMBERS)}


def _demand(path: Path, keys: Sequence[Key], start: date, days: int) -> Floats:
    at, rows = _table(path, _DEMAND)
    place = {key: n for n, key in enumerate(keys)}
    known: dict[str, int] = {}
    first = start.toordinal()
    asked = np.zeros((len(keys), max(1, days)))
    for n, row in enumerate(rows):
        try:
            series = place.get((row[at[0]], row[at[1]]))
            text = row[at[2]]
            if text not in known:
                known[text] = date.fromisoformat(text[:10]).toordinal() - first
            quantity = float(row[at[3]])
        except (ValueError, IndexError) as error:
            raise _wrong(path, n + 2, "", _("日期或数量看不懂。")) from error
        if not math.isfinite(quantity):
            raise _wrong(path, n + 2, "qty", _("日期或数量看不懂。"))
        day = known[text]
        if series is not None and 0 <= day < days and quantity > 0:
            asked[series, day] += quantity
    return asked


def _pool(key: Key, groups: dict[str, str], lateral: bool) -> Key:
    """Places of a lending group share an item; without lending each place is alone."""
    return (str(groups.get(key[0], "all")), key[1]) if lateral else key


def _weekdays(keys: Sequence[Key], settings: dict[str, Any]) -> Mask:
    """Whether orders are made on each day of the week, Monday first; on Mondays if never."""
    usual = settings.get("review_weekdays") or [0]
    by_place = _object(settings, "review_weekdays_by_location")
    for name, days in (("review_weekdays", usual), *by_place.items()):
        if not isinstance(days, list) or not all(day in range(_WEEK) for day in days):
            words = _("应为星期的列表，0 是星期一，6 是星期日。")
            raise _wrong(Path("instance.json"), 0, name, words)
    week = np.arange(_WEEK)
    found: Mask = np.array([np.isin(week, by_place.get(key[0], usual)) for key in keys])
    found[~found.any(axis=1), 0] = True
    return found


def _wrong(path: Path, row: int, column: str, text: str) -> DomainError:
    said = _(
        "{file} 第 {row} 行{column}：{text}", file=path.name, row=row, column=column, text=text
    )
    return DomainError("plan.file", said, problems=(Problem("plan.file", text, row, column),))
