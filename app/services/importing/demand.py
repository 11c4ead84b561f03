"""Importing demand: what was asked for on which day, from the sheets that members keep.

Every row is a request. The sheet is the truth for each day and item that it names: what was
recorded for them before is replaced, so the same file imported twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import codes
from app.domain.codes import CodeSystem
from app.domain.duties import Actor
from app.domain.errors import DomainError, Problem, Severity
from app.i18n import N_, _
from app.models.demand import Demand
from app.models.item import Item, ItemUnit
from app.services import audit
from app.services.db import Database, now, today
from app.services.demand import DemandLine, write_demand
from app.services.importing.columns import Field
from app.services.importing.finder import Finder, load_finder
from app.services.importing.plan import (
    Imported,
    ImportPlan,
    Outcome,
    PlanLine,
    Report,
    new_batch,
    open_sheet,
    planned,
    quiet,
)
from app.services.importing.rows import SheetRow, data_rows
from app.services.importing.undo_demand import figures, trace
from app.services.operations import claim, finish, plain
from app.services.replenishment.scope import require_planner
from app.services.stock.places import main_place

FIELDS: Final = (
    Field("day", N_("日期"), (
        "请领日期", "申领日期", "消耗日期", "发药日期", "出库日期",
    ), needed=True),
    Field("code", N_("品规编码"), ("统一编码", "院内统一编码", "集团编码", "编码"), needed=True),
    Field("asked", N_("数量"), (
        "请领数量", "申领数量", "需求数量", "消耗数量", "出库数量",
    ), needed=True),
    Field("given", N_("已发"), ("已发数量", "实发数量", "发放数量")),
    Field("unit", N_("单位"), ("计量单位", "包装单位")),
    Field("lines", N_("次数"), ("请领次数", "人次", "处方数")),
)  # fmt: skip
_CODES: Final = (CodeSystem.NHSA, CodeSystem.GTIN, CodeSystem.PLATFORM)
_STEP: Final = 500
DemandPlan = ImportPlan[DemandLine]


@dataclass(frozen=True, slots=True)
class DemandImport:
    """Which file, for which store (0: the main one)."""

    path: Path
    org_id: int
    place_id: int = 0
    mapping: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class ApplyDemand:
    """Carry out a plan for a store."""

    op_id: UUID
    org_id: int
    plan: DemandPlan
    place_id: int = 0


@dataclass(frozen=True, slots=True)
class _Goods:
    """How an item is counted: name, pack, and units by name."""

    code: str
    title: str
    pack: int
    units: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _World:
    """What rows are held against, read once."""

    finder: Finder
    items: Mapping[int, _Goods]
    known: Mapping[tuple[int, date], tuple[int, int]]
    today: date


def preview(
    db: Database, actor: Actor, command: DemandImport, report: Report = quiet
) -> DemandPlan:
    """What importing the demand would do; nothing is written."""
    require_planner(actor, command.org_id)
    mapping = dict(command.mapping) if command.mapping else None
    opened = open_sheet(command.path, FIELDS, mapping, report=report)
    rows = list(data_rows(opened.table, opened.located))
    with db.read() as session:
        place = command.place_id or main_place(session, command.org_id)
        world = _world(session, command.org_id, place)
    read: list[tuple[SheetRow, DemandLine | None]] = []
    for number, row in enumerate(rows):
        if number % _STEP == 0:
            report(number, len(rows))
        read.append((row, _read(row, world)))
    report(len(rows), len(rows))
    totals = day_totals([line for _row, line in read if line is not None])
    return planned(opened, FIELDS, [_line(row, line, world, totals) for row, line in read])


def apply(db: Database, actor: Actor, command: ApplyDemand, report: Report = quiet) -> Imported:
    """Write the days that the plan names, in one transaction."""
    require_planner(actor, command.org_id)
    plan = command.plan
    with db.write() as session:
        earlier = claim(
            session, actor, command.org_id, command.op_id, "import.demand",
            (plan.file_name, plan.digest),
        )  # fmt: skip
        if earlier is not None:
            return Imported(**earlier)
        place = command.place_id or main_place(session, command.org_id)
        lines = [line.content for line in plan.lines if line.content is not None]
        days = list(day_totals(lines).values())
        undo = trace(place, days, figures(session, command.org_id, place))
        for start in range(0, len(days), _STEP):
            report(start, len(days))
            write_demand(session, command.org_id, place, days[start : start + _STEP], add=False)
        report(len(days), len(days))
        batch = new_batch(plan, "demand")
        batch.org_id, batch.at, batch.person_id = command.org_id, now(session), actor.person_id
        batch.undo = undo
        session.add(batch)
        session.flush()
        result = Imported(batch.id, batch.added, batch.changed, batch.refused)
        detail = {"file": plan.file_name, "place": place, "days": len(days)}
        doc = ("import", batch.id)
        audit.record(session, actor, command.org_id, "import.demand", doc, detail)
        finish(session, command.org_id, command.op_id, plain(result))
        return result


def day_totals(lines: list[DemandLine]) -> dict[tuple[int, date], DemandLine]:
    """Requests added up by item and day."""
    found: dict[tuple[int, date], DemandLine] = {}
    for line in lines:
        key = (line.item_id, line.day)
        before = found.get(key)
        found[key] = line if before is None else DemandLine(
            line.item_id,
            line.day,
            before.asked + line.asked,
            before.given + line.given,
            before.lines + line.lines,
        )  # fmt: skip
    return found


def _world(session: Session, org_id: int, place: int) -> _World:
    units: dict[int, dict[str, int]] = {}
    for unit in session.execute(select(ItemUnit.item_id, ItemUnit.name, ItemUnit.factor)):
        units.setdefault(unit.item_id, {})[unit.name] = unit.factor
    rows = session.execute(
        select(
            Item.id, Item.code, Item.name, Item.spec, Item.base_unit, Item.pack_unit,
            Item.pack_factor,
        )
    )  # fmt: skip
    items = {
        row.id: _Goods(
            row.code,
            f"{row.name} {row.spec}",
            row.pack_factor,
            {row.base_unit: 1, row.pack_unit: row.pack_factor} | units.get(row.id, {}),
        )
        for row in rows
    }
    known = {
        (row.item_id, row.day): (int(row.asked), int(row.given))
        for row in session.execute(
            select(Demand.item_id, Demand.day, Demand.asked, Demand.given).where(
                Demand.org_id == org_id, Demand.place_id == place
            )
        )
    }
    return _World(load_finder(session), items, known, today(session))


def _read(row: SheetRow, world: _World) -> DemandLine | None:
    """A row as a request; None when it lacks something."""
    item = _item(row, world.finder)
    day = row.day("day")
    if day is None and not row.text("day"):
        row.wrong("day", "demand.no_day", _("还没填日期。请写成 2026-10-14 的样子。"))
    if day is not None and day > world.today:
        row.wrong("day", "demand.future", _("日期 {day} 在将来。请核对日期。", day=day))
    asked = row.count("asked", -1)
    if asked < 0 and not row.text("asked"):
        row.wrong("asked", "demand.no_quantity", _("还没填数量。没有请领请填 0。"))
    goods = world.items.get(item or 0)
    factor = _factor(row, goods) if goods else 1
    given = row.count("given", max(asked, 0))
    if given > asked >= 0:
        row.wrong("given", "demand.given", _("已发 {n} 多于请领。请核对。", n=given))
    if item is None or day is None or any(problem.blocks for problem in row.problems):
        return None
    return DemandLine(item, day, asked * factor, given * factor, row.count("lines", 1) or 1)


def _item(row: SheetRow, finder: Finder) -> int | None:
    text = row.text("code")
    if not text:
        row.wrong("code", "item.missing", _("还没填品规编码。请填统一编码、医保代码或 69 码。"))
        return None
    found = finder.by_group_code(text)
    for system in _CODES:
        if found is not None:
            return found
        try:
            found = finder.by_code(system, codes.validate(system, text))
        except DomainError:
            continue
    if found is None:
        row.wrong(
            "code",
            "item.unknown",
            _("目录里没有 {code}。请核对编码，或先导入目录。", code=text[:30]),
        )
    return found


def _factor(row: SheetRow, goods: _Goods) -> int:
    """Smallest units in the row's unit; packs where it names none."""
    unit = row.text("unit")
    if not unit:
        return goods.pack
    if unit not in goods.units:
        names = "、".join(goods.units)
        row.wrong(
            "unit",
            "unit.unknown",
            _("单位 {unit} 不在换算里。可用：{names}。", unit=unit[:10], names=names),
        )
        return 1
    return goods.units[unit]


def _line(
    row: SheetRow,
    line: DemandLine | None,
    world: _World,
    totals: Mapping[tuple[int, date], DemandLine],
) -> PlanLine[DemandLine]:
    if line is None:
        title = row.text("code")
        problems = tuple(row.problems)
        return PlanLine(row.number, Outcome.REFUSED, title, title, (), problems, None)
    goods = world.items[line.item_id]
    total = totals[line.item_id, line.day]
    before = world.known.get((line.item_id, line.day))
    outcome = Outcome.ADDED
    problems = tuple(row.problems)
    if before is not None:
        outcome = Outcome.SAME if before == (total.asked, total.given) else Outcome.CHANGED
    if outcome is Outcome.CHANGED:
        text = _("{day} 已有记录，会换成表里的数。", day=line.day)
        problems += (Problem("demand.replaced", text, row.number, severity=Severity.WARNING),)
    return PlanLine(row.number, outcome, goods.code, goods.title, (), problems, line)
