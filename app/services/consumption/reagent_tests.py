"""Tests that an analyser counted, typed or from a file: each run once, on the open kits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.domain.consumption.reagents import Kit, Mode, TestKind, check_run, take_tests
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, Problem, refuse_if
from app.domain.ids import new_id
from app.i18n import N_, _
from app.models.consumption_source import ReagentCount, ReagentKit
from app.services import audit
from app.services.access import require
from app.services.consumption.commands import Use
from app.services.consumption.dispense_rows import Codes, load_codes, plain_day
from app.services.consumption.reagents import kit_move
from app.services.consumption.using import post_use
from app.services.db import Database, database_of, now, today
from app.services.demand import add_demand
from app.services.importing.columns import Field
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
from app.services.importing.said_columns import known_columns
from app.services.operations import claim, finish, plain
from app.services.queries.portions import key_portions
from app.services.stock.holds import held_since
from app.services.stock.places import main_place

KIND: Final = "reagent"
FIELDS: Final = (
    Field("day", N_("检测日期"), ("日期", "检测时间", "测试日期", "测试时间", "时间"), needed=True),
    Field("number", N_("样本号"), ("标本号", "流水号", "条码号", "检验单号", "序号"), needed=True),
    Field("code", N_("试剂编码"), ("院内编码", "统一编码", "物资编码", "编码"), needed=True),
    Field("tests", N_("测试数"), ("数量", "次数", "测试次数")),
    Field("kind", N_("类型"), ("测试类型", "样本类型")),
    Field("analyser", N_("仪器"), ("仪器编号", "设备", "设备编号")),
)
_WORDS: Final = {
    "": TestKind.PATIENT, "标本": TestKind.PATIENT, "样本": TestKind.PATIENT,
    "常规": TestKind.PATIENT, "患者": TestKind.PATIENT,
    "质控": TestKind.CONTROL, "定标": TestKind.CALIBRATION, "校准": TestKind.CALIBRATION,
    "复测": TestKind.REPEAT, "重测": TestKind.REPEAT, "复检": TestKind.REPEAT,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Run:
    """Tests of one reagent in one run of an analyser; analyser, number and kind come once.

    Attributes:
        row: Row of the sheet, for messages; 0 when typed.
    """

    analyser: str
    number: str
    item_id: int
    kind: TestKind
    tests: int
    day: date
    row: int = 0

    @property
    def key(self) -> tuple[str, str, int, str]:
        """By what the run is known again."""
        return (self.analyser, self.number, self.item_id, self.kind.value)


@dataclass(frozen=True, slots=True)
class CountTests:
    """Book runs; those that were booked before are passed over."""

    op_id: UUID
    org_id: int
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class ApplyRuns:
    """Carry an import plan out."""

    op_id: UUID
    org_id: int
    plan: ImportPlan[Run]


def count_tests(db: Database, actor: Actor, command: CountTests) -> int:
    """Book tests on the kits that are open; how many runs were new.

    Raises:
        DomainError: A run without number or of a day to come, or no open kit that holds so many;
            nothing of all is booked.
    """
    require(actor, Duty.STORE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "reagent.count", command)
        if earlier is not None:
            return int(earlier["runs"])
        for run in command.runs:
            check_run(run.number, run.day, today(session))
        fresh = _fresh(session, command.org_id, command.runs)
        _book(session, actor, (command.org_id, command.op_id, 0), fresh)
        finish(session, command.org_id, command.op_id, {"runs": len(fresh)})
        return len(fresh)


def preview(
    db: Database,
    actor: Actor,
    org_id: int,
    path: Path,
    mapping: Mapping[str, str] | None = None,
    report: Report = quiet,
) -> ImportPlan[Run]:
    """What importing an analyser's counts would do, against the kits that are open."""
    require(actor, Duty.STORE, org_id)
    with db.read() as session:
        opened = open_sheet(
            path, FIELDS, dict(mapping) if mapping else None,
            known=known_columns(session, actor, KIND), report=report,
        )  # fmt: skip
        codes = load_codes(session, org_id)
        read = [(row, _run(row, codes)) for row in data_rows(opened.table, opened.located)]
        read = _once(read)
        runs = [run for _row, run in read if run is not None]
        fresh = {run.key for run in _fresh(session, org_id, runs)}
        problems = _try(session, org_id, [run for run in runs if run.key in fresh])
    report(1, 1)
    return planned(opened, FIELDS, [_line(row, run, codes, fresh, problems) for row, run in read])


def apply(db: Database, actor: Actor, command: ApplyRuns, report: Report = quiet) -> Imported:
    """Book a plan in one transaction."""
    require(actor, Duty.STORE, command.org_id)
    plan = command.plan
    with db.write() as session:
        earlier = claim(
            session, actor, command.org_id, command.op_id, "import.reagent",
            (plan.file_name, plan.digest),
        )  # fmt: skip
        if earlier is not None:
            return Imported(**earlier)
        runs = [line.content for line in plan.lines if line.content is not None]
        fresh = _fresh(session, command.org_id, runs)
        batch = new_batch(plan, KIND)
        batch.org_id, batch.at, batch.person_id = command.org_id, now(session), actor.person_id
        batch.added = len(fresh)
        if fresh:
            session.add(batch)
            session.flush()
            _book(session, actor, (command.org_id, command.op_id, batch.id), fresh)
        report(1, 1)
        result = Imported(batch.id if fresh else 0, len(fresh), 0, batch.refused)
        finish(session, command.org_id, command.op_id, plain(result))
        return result


def _fresh(session: Session, org_id: int, runs: Sequence[Run]) -> list[Run]:
    """Those that were not booked before, each once."""
    known: set[tuple[str, str, int, str]] = set()
    for part in key_portions(run.number for run in runs):
        rows = session.execute(
            select(ReagentCount.analyser, ReagentCount.number, ReagentCount.item_id,
                   ReagentCount.kind)
            .where(ReagentCount.org_id == org_id,
                   ReagentCount.number.in_(part))
        )  # fmt: skip
        known |= {(row.analyser, row.number, row.item_id, row.kind) for row in rows}
    found: dict[tuple[str, str, int, str], Run] = {}
    for run in runs:
        if run.key not in known:
            found.setdefault(run.key, run)
    return list(found.values())


def _kits(session: Session, org_id: int, items: set[int]) -> dict[int, list[ReagentKit]]:
    rows = session.scalars(
        select(ReagentKit)
        .where(
            ReagentKit.org_id == org_id, ReagentKit.item_id.in_(items),
            ReagentKit.status == "open",
        )
        .order_by(ReagentKit.id)
        .with_for_update()
    )  # fmt: skip
    found: dict[int, list[ReagentKit]] = {}
    for row in rows:
        found.setdefault(row.item_id, []).append(row)
    return found


def _try(session: Session, org_id: int, runs: Sequence[Run]) -> dict[int, Problem]:
    """What would be refused, by row; nothing is written."""
    rows = session.scalars(
        select(ReagentKit).where(
            ReagentKit.org_id == org_id, ReagentKit.item_id.in_({run.item_id for run in runs}),
            ReagentKit.status == "open",
        )
    )  # fmt: skip
    opened = rows.all()
    held = held_since(session, org_id, {row.lot_id for row in opened})
    kits: dict[int, dict[int, Kit]] = {}
    for row in opened:
        kits.setdefault(row.item_id, {})[row.id] = _kit(row, held)
    found: dict[int, Problem] = {}
    for run in _in_order(runs):
        mine = kits.setdefault(run.item_id, {})
        try:
            for kit, tests in take_tests(mine.values(), run.tests, run.day):
                old = mine[kit]
                mine[kit] = replace(old, left=old.left - tests)
        except DomainError as error:
            found[run.row] = Problem(error.code, error.text, run.row)
    return found


def _book(
    session: Session, actor: Actor, paper: tuple[int, UUID, int], runs: Sequence[Run]
) -> None:
    """Count the runs on open kits; where tests are consumption, post one document for each day."""
    org_id, op_id, batch_id = paper
    kits = _kits(session, org_id, {run.item_id for run in runs})
    held = held_since(session, org_id, {kit.lot_id for found in kits.values() for kit in found})
    problems: list[Problem] = []
    parts: list[tuple[Run, ReagentKit, int]] = []
    for run in _in_order(runs):
        mine = {kit.id: kit for kit in kits.get(run.item_id, [])}
        try:
            taken = take_tests([_kit(kit, held) for kit in mine.values()], run.tests, run.day)
        except DomainError as error:
            problems.append(Problem(error.code, error.text, run.row))
            continue
        for kit, tests in taken:
            mine[kit].used += tests
            mine[kit].version += 1
            parts.append((run, mine[kit], tests))
    code = problems[0].code if problems else ""
    refuse_if(problems, code, _("计数没有登记。"))
    session.flush()
    documents = _post(session, actor, (org_id, op_id), parts)
    _write(session, org_id, batch_id, parts, documents)
    audit.record(session, actor, org_id, "reagent.count", ("import", batch_id),
                 {"runs": len(runs)})  # fmt: skip


def _post(
    session: Session,
    actor: Actor,
    paper: tuple[int, UUID],
    parts: Sequence[tuple[Run, ReagentKit, int]],
) -> dict[date, int]:

    org_id, op_id = paper
    documents: dict[date, int] = {}
    paid = [part for part in parts if part[1].mode == Mode.TEST.value]
    place = main_place(session, org_id) if paid else 0
    for day in sorted({run.day for run, _kit_row, _tests in paid}):
        mine = [part for part in paid if part[0].day == day]
        sums: dict[int, int] = {}
        rows = {part[1].id: part[1] for part in mine}
        for part in mine:
            sums[part[1].id] = sums.get(part[1].id, 0) + part[2]
        moves = [
            kit_move(session, rows[one], qty, line)
            for line, (one, qty) in enumerate(sums.items(), 1)
        ]
        documents[day] = new_id()
        use = Use(org_id, uuid5(op_id, f"tests.{day}"), place, day, "test",
                  document_id=documents[day])  # fmt: skip
        post_use(session, actor, use, moves)
        for one, qty in sums.items():
            add_demand(session, org_id, place, rows[one].item_id, day, qty, qty)
    return documents


def _write(
    session: Session,
    org_id: int,
    batch_id: int,
    parts: Sequence[tuple[Run, ReagentKit, int]],
    documents: Mapping[date, int],
) -> None:
    values = [
        {
            "org_id": org_id, "analyser": run.analyser, "number": run.number,
            "item_id": run.item_id, "kind": run.kind.value, "kit_id": kit.id,
            "batch_id": batch_id, "day": run.day, "tests": tests,
            "document_id": documents.get(run.day) if kit.mode == Mode.TEST.value else None,
        }
        for run, kit, tests in parts
    ]  # fmt: skip
    if not values:
        return
    insert = sqlite_insert if database_of(session).is_sqlite else pg_insert
    kept = session.execute(
        insert(ReagentCount).on_conflict_do_nothing().returning(ReagentCount.kit_id), values
    ).all()
    if len(kept) != len(values):
        raise ConflictError("reagent.raced", _("这些计数刚由别人导入，没有重复记账。请重新预览。"))


def _kit(row: ReagentKit, held: Mapping[int, date]) -> Kit:
    left, frozen = row.tests - row.used, held.get(row.lot_id)
    return Kit(row.id, left, row.opened_on, row.expires_on, frozen)


def _in_order(runs: Sequence[Run]) -> list[Run]:
    return sorted(runs, key=lambda run: (run.day, run.row))


def _run(row: SheetRow, codes: Codes) -> Run | None:
    number = row.text("number")
    if not number:
        row.wrong("number", "reagent.number", _("还没填样本号。没有样本号不能防止重复导入。"))
    code = row.text("code")
    local = codes.local.get(code)
    item = local.item_id if local else codes.finder.by_group_code(code)
    if not item:
        row.wrong("code", "item.unknown",
                  _("没找到试剂 {code}。请核对编码，或先做编码对照。", code=code[:30]))  # fmt: skip
    tests = row.count("tests", 1)
    if not tests and not row.problems:
        row.wrong("tests", "reagent.tests", _("测试数要大于 0。请改正。"))
    kind = _WORDS.get(row.text("kind"))
    if kind is None:
        row.wrong("kind", "reagent.kind", _("类型可填：标本、质控、定标、复测。"))
    day = plain_day(row.text("day").split(" ")[0])
    if day is None or day > codes.today:
        row.wrong("day", "import.day", _("检测日期不对或在将来。请写成 2026-10-14 的样子。"))
    if day is None or kind is None or not item or any(p.blocks for p in row.problems):
        return None
    return Run(row.text("analyser"), number, item, kind, tests, day, row.number)


def _once(read: Sequence[tuple[SheetRow, Run | None]]) -> list[tuple[SheetRow, Run | None]]:
    """A run that stands twice in the sheet is refused the second time."""
    seen: dict[tuple[str, str, int, str], int] = {}
    found: list[tuple[SheetRow, Run | None]] = []
    for row, run in read:
        kept = run
        if run is not None and seen.setdefault(run.key, row.number) != row.number:
            words = _("和第 {row} 行是同一个样本、试剂和类型。请删去一行。", row=seen[run.key])
            row.wrong("number", "reagent.twice", words)
            kept = None
        found.append((row, kept))
    return found


def _line(
    row: SheetRow,
    run: Run | None,
    codes: Codes,
    fresh: set[tuple[str, str, int, str]],
    refused: Mapping[int, Problem],
) -> PlanLine[Run]:
    said = row.text("code")
    if run is None:
        return PlanLine(row.number, Outcome.REFUSED, said, said, (), tuple(row.problems), None)
    wares = codes.items[run.item_id]
    title = _("{name} {kind} {n} 个测试", name=wares.name, kind=run.kind.label, n=run.tests)
    problems = list(row.problems)
    outcome = Outcome.ADDED if run.key in fresh else Outcome.SAME
    if run.row in refused:
        outcome = Outcome.REFUSED
        problems.append(refused[run.row])
    content = run if outcome is Outcome.ADDED else None
    return PlanLine(row.number, outcome, wares.code, title, (), tuple(problems), content)
