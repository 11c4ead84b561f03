"""Loading a member's own list: what is new, what changed, and nothing of what was decided lost."""

from __future__ import annotations

from collections.abc import Mapping as Table
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.domain.errors import Problem, Severity
from app.domain.ids import new_id
from app.domain.mapping import Issue, MapStatus
from app.domain.matching.entry import same_text
from app.domain.matching.row import Entry
from app.domain.typed import whole
from app.i18n import _
from app.models.mapping import LocalItem
from app.services import audit
from app.services.db import Database, now
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
from app.services.mapping.rows import FIELDS
from app.services.mapping.scope import require_mapper
from app.services.operations import claim, finish, plain

KIND: Final = "mapping"
"""The kind of sheet whose columns are remembered, and of its import."""
_STEP: Final = 500
_ZERO: Final = Decimal("0.0000")


@dataclass(frozen=True, slots=True)
class LocalDraft:
    """A row of a member's list, as the sheet states it."""

    code: str
    entry: Entry
    unit: str
    used: int
    value: Decimal
    row: int

    @property
    def words(self) -> str:
        """The row's own words in one line."""
        return same_text(self.entry)


LocalPlan = ImportPlan[LocalDraft]


@dataclass(frozen=True, slots=True)
class LoadList:
    """Which file is the list of which member; `mapping` names columns with titles of their own."""

    path: Path
    org_id: int
    mapping: Table[str, str] | None = None
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class ApplyList:
    """Carry out a plan; with `whole`, rows that the file no longer has are stopped."""

    op_id: UUID
    org_id: int
    plan: LocalPlan
    whole: bool = False


def preview(db: Database, actor: Actor, command: LoadList, report: Report = quiet) -> LocalPlan:
    """What loading the list would do; nothing is written."""
    require_mapper(actor, command.org_id)
    mapping = dict(command.mapping) if command.mapping else None
    with db.read() as session:
        said = known_columns(session, actor, KIND)
        opened = open_sheet(
            command.path, FIELDS, mapping, known=said, encoding=command.encoding, report=report
        )
        rows = list(data_rows(opened.table, opened.located))
        known = _known(session, command.org_id)
    lines: list[PlanLine[LocalDraft]] = []
    seen: dict[str, int] = {}
    for number, row in enumerate(rows):
        if number % _STEP == 0:
            report(number, len(rows))
        lines.append(_line(row, known, seen))
    report(len(rows), len(rows))
    return planned(opened, FIELDS, lines)


def apply(db: Database, actor: Actor, command: ApplyList, report: Report = quiet) -> Imported:
    """Write the rows of the plan in one transaction; decided rows keep their decision."""
    require_mapper(actor, command.org_id)
    plan, org = command.plan, command.org_id
    with db.write() as session:
        content = (plan.file_name, plan.digest, command.whole)
        earlier = claim(session, actor, org, command.op_id, "mapping.load", content)
        if earlier is not None:
            return Imported(**earlier)
        batch = new_batch(plan, KIND)
        batch.org_id, batch.at, batch.person_id = org, now(session), actor.person_id
        session.add(batch)
        session.flush()
        drafts = [line.content for line in plan.lines if line.content is not None]
        _write(session, org, drafts, batch.id, report)
        stopped = _stop_missing(session, org, batch.id) if command.whole else 0
        result = Imported(batch.id, batch.added, batch.changed, batch.refused)
        detail = {"file": plan.file_name, "rows": len(drafts), "stopped": stopped}
        audit.record(session, actor, org, "mapping.load", ("import", batch.id), detail)
        finish(session, org, command.op_id, plain(result))
        return result


def draft_of(row: SheetRow) -> LocalDraft:
    """What a row of a sheet says."""
    name = row.text("name")
    entry = Entry(
        str(row.number), name, row.text("spec"), row.text("maker"), row.text("trade"),
        row.text("form"), row.text("licence"), row.text("nhsa"), row.text("national"),
    )  # fmt: skip
    factor = row.text("factor")
    if (whole(factor) or 0) > 1 and "*" not in entry.spec:
        entry = replace(entry, spec=f"{entry.spec}*{factor}{row.text('unit')}")
    value = row.price("value") or _ZERO
    code = row.text("code") or row.text("key")
    return LocalDraft(code, entry, row.text("unit"), row.count("used"), value, row.number)


def _known(session: Session, org_id: int) -> dict[str, tuple[str, int, Decimal]]:
    rows = session.execute(
        select(LocalItem.code, LocalItem.words, LocalItem.used, LocalItem.value).where(
            LocalItem.org_id == org_id
        )
    )
    return {row.code: (row.words, row.used, row.value) for row in rows}


def _line(
    row: SheetRow, known: Table[str, tuple[str, int, Decimal]], seen: dict[str, int]
) -> PlanLine[LocalDraft]:
    draft = draft_of(row)
    if not draft.entry.name:
        row.wrong("name", "mapping.no_name", _("还没填名称。请照本院目录补上。"))
    if not draft.code:
        row.wrong("code", "mapping.no_code", _("还没填本院编码。没有编码的行对不了码，请补上。"))
    elif draft.code in seen:
        text = _("编码 {code} 与第 {row} 行重复。请删掉一行，或改编码。", code=draft.code,
                 row=seen[draft.code])  # fmt: skip
        row.wrong("code", "mapping.twice", text)
    else:
        seen[draft.code] = row.number
    title = f"{draft.entry.name} {draft.entry.spec}".strip()
    if any(problem.blocks for problem in row.problems):
        problems = tuple(row.problems)
        return PlanLine(row.number, Outcome.REFUSED, draft.code, title, (), problems, None)
    if not draft.entry.maker:
        text = _("没有生产企业，这一行只能人工核对。请尽量补上。")
        warning = Problem("mapping.no_maker", text, row.number, severity=Severity.WARNING)
        row.problems.append(warning)
    before = known.get(draft.code)
    outcome = Outcome.ADDED
    if before is not None:
        same = before == (draft.words, draft.used, draft.value)
        outcome = Outcome.SAME if same else Outcome.CHANGED
    return PlanLine(row.number, outcome, draft.code, title, (), tuple(row.problems), draft)


def _write(
    session: Session, org_id: int, drafts: list[LocalDraft], batch_id: int, report: Report
) -> None:
    held = select(LocalItem).where(LocalItem.org_id == org_id).order_by(LocalItem.id)
    known = {row.code: row for row in session.scalars(held.with_for_update())}
    for number, draft in enumerate(drafts):
        if number % _STEP == 0:
            report(number, len(drafts))
        row = known.get(draft.code)
        if row is None:
            row = LocalItem(
                org_id=org_id, id=new_id(), code=draft.code, status=MapStatus.PENDING.value,
                issue="", safe=False, version=1,
            )  # fmt: skip
            session.add(row)
        elif row.words != draft.words:
            _text_changed(row)
        elif row.status == MapStatus.STOPPED:
            row.status = MapStatus.PENDING.value
        _fill(row, draft, batch_id, session)
    session.flush()
    report(len(drafts), len(drafts))


def _text_changed(row: LocalItem) -> None:
    """Other words may mean another item: what was confirmed is looked at again."""
    confirmed = row.status == MapStatus.CONFIRMED or row.issue == Issue.CHANGED
    row.status = (MapStatus.CONFLICT if confirmed else MapStatus.PENDING).value
    row.issue = Issue.CHANGED.value if confirmed else ""
    row.safe = False
    row.version += 1


def _fill(row: LocalItem, draft: LocalDraft, batch_id: int, session: Session) -> None:
    entry = draft.entry
    row.name, row.trade, row.form, row.spec = entry.name, entry.trade, entry.form, entry.spec
    row.maker, row.licence = entry.maker, entry.licence
    row.nhsa, row.national = entry.nhsa, entry.national
    row.unit, row.used, row.value = draft.unit, draft.used, draft.value
    row.words, row.position, row.batch_id = draft.words, draft.row, batch_id
    row.loaded_at = now(session)


def _stop_missing(session: Session, org_id: int, batch_id: int) -> int:
    """Rows that the whole list no longer has are no longer used by the member."""
    rows = session.scalars(
        select(LocalItem).where(
            LocalItem.org_id == org_id,
            LocalItem.batch_id != batch_id,
            LocalItem.status.not_in((MapStatus.STOPPED.value, MapStatus.CONFIRMED.value)),
        )
    ).all()
    for row in rows:
        row.status, row.issue, row.safe = MapStatus.STOPPED.value, "", False
    session.flush()
    return len(rows)
