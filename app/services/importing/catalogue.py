"""Importing the catalogue: preview every row, then write all of it or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.domain import catalogue
from app.domain.catalogue import ItemClass, ItemDraft
from app.domain.codes import CodeSystem
from app.domain.duties import Actor, Duty
from app.domain.errors import Problem, refuse_if
from app.domain.ids import new_id
from app.i18n import _
from app.models.item import Item, ItemChange, ItemCode, ItemUnit, Product
from app.models.party import Maker
from app.services import audit
from app.services.access import lead_org, require
from app.services.catalogue import edit
from app.services.catalogue.drafts import KnownItem, load_drafts
from app.services.catalogue.index import reindex
from app.services.db import Database, now, today
from app.services.importing.catalogue_rows import FIELDS, differences, merged, read_draft
from app.services.importing.finder import Finder, load_finder, natural
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
from app.services.operations import claim, finish, plain

_STEP = 200


@dataclass(frozen=True, slots=True)
class ItemContent:
    """What a row would write: a new item (`item_id` 0) or a change of one."""

    draft: ItemDraft
    code: str
    item_id: int = 0
    version: int = 0


CataloguePlan = ImportPlan[ItemContent]


@dataclass(frozen=True, slots=True)
class ApplyCatalogue:
    """Carry out a plan; refused rows are left out."""

    op_id: UUID
    plan: CataloguePlan


def preview(
    db: Database,
    actor: Actor,
    path: Path,
    *,
    fallback: ItemClass = ItemClass.DRUG,
    mapping: dict[str, str] | None = None,
    report: Report = quiet,
) -> CataloguePlan:
    """What importing the file would do; nothing is written.

    Args:
        db: The database.
        actor: Who asks; needs the duty to keep the catalogue.
        path: An .xlsx, .xls or .csv file.
        fallback: Class of rows that do not say theirs.
        mapping: Field key → title in this sheet, where titles are unusual.
        report: Told how far it is; may raise to cancel.

    Raises:
        DomainError: The file cannot be read, or has no titles that we know.
    """
    opened = open_sheet(path, FIELDS, mapping)
    rows = list(data_rows(opened.table, opened.located))
    with db.read() as session:
        day = today(session)
        require(actor, Duty.CATALOGUE, lead_org(session, day))
        finder = load_finder(session)
        stated = [(row, read_draft(row, fallback)) for row in rows]
        targets = [_target(finder, row, draft) for row, draft in stated]
        known = load_drafts(session, [item for item in targets if item])
    lines: list[PlanLine[ItemContent]] = []
    seen: Counter[object] = Counter()
    for number, ((row, draft), item) in enumerate(zip(stated, targets, strict=True)):
        if number % _STEP == 0:
            report(number, len(rows))
        lines.append(_line(row, draft, known.get(item) if item else None, seen, day))
    report(len(rows), len(rows))
    return planned(opened, FIELDS, lines)


def apply(db: Database, actor: Actor, command: ApplyCatalogue, report: Report = quiet) -> Imported:
    """Write the plan in one transaction; a cancel or an error leaves everything as before."""
    plan = command.plan
    with db.write() as session:
        lead = lead_org(session, today(session))
        require(actor, Duty.CATALOGUE, lead)
        earlier = claim(
            session, actor, lead, command.op_id, "import.catalogue", (plan.file_name, plan.digest)
        )
        if earlier is not None:
            return Imported(**earlier)
        report(0, len(plan.lines))
        added = _add_all(session, actor, _contents(plan, Outcome.ADDED))
        changed = _contents(plan, Outcome.CHANGED)
        for number, content in enumerate(changed):
            if number % _STEP == 0:
                report(len(added) + number, len(plan.lines))
            edit.change(session, actor, content.item_id, content.draft, content.version)
        touched = [*added, *(content.item_id for content in changed)]
        for start in range(0, len(touched), _STEP):
            report(len(plan.lines) - len(touched) + start, len(plan.lines))
            reindex(session, touched[start : start + _STEP])
        batch = new_batch(plan, "catalogue")
        batch.org_id, batch.at, batch.person_id = lead, now(session), actor.person_id
        session.add(batch)
        result = Imported(batch.id, len(added), len(changed), plan.count(Outcome.REFUSED))
        detail = {"file": plan.file_name, "added": len(added), "changed": len(changed)}
        audit.record(session, actor, lead, "import.catalogue", ("import", batch.id), detail)
        finish(session, lead, command.op_id, plain(result))
        report(len(plan.lines), len(plan.lines))
        return result


def _contents(plan: CataloguePlan, outcome: Outcome) -> list[ItemContent]:
    return [line.content for line in plan.lines if line.outcome is outcome and line.content]


def _target(finder: Finder, row: SheetRow, draft: ItemDraft) -> int | None:
    """The kept item that the row is about."""
    code = row.text("code")
    if code:
        return finder.by_group_code(code)
    for entry in draft.codes:
        if entry.system is CodeSystem.NHSA:
            found = finder.by_code(entry.system, entry.code)
            if found:
                return found
    return finder.by_facts(draft.name, draft.strength, draft.maker, draft.pack_factor)


def _line(
    row: SheetRow,
    draft: ItemDraft,
    known: KnownItem | None,
    seen: Counter[object],
    day: date,
) -> PlanLine[ItemContent]:
    new = merged(known.draft, row, draft) if known else draft
    code = known.code if known else row.text("code").upper()
    problems = [*row.problems, *_placed(row, catalogue.check(new, day))]
    key = known.item_id if known else (
        code or natural(new.name, new.strength, new.maker, new.pack_factor)
    )  # fmt: skip
    if not any(problem.blocks for problem in problems):
        seen[key] += 1
    if seen[key] > 1:
        problems.append(
            Problem(
                "import.twice",
                _("这一行和前面的行是同一个品规。请只留一行。"),
                row=row.number,
            )
        )
    changes = differences(known.draft, new) if known else ()
    outcome = _outcome(problems, known, changes)
    where = (known.item_id, known.version) if known else (0, 0)
    content = ItemContent(new, code, *where)
    return PlanLine(
        row.number,
        outcome,
        code,
        f"{new.name} {new.spec}".strip(),
        changes,
        tuple(problems),
        None if outcome is Outcome.REFUSED else content,
    )


def _outcome(
    problems: Sequence[Problem], known: KnownItem | None, changes: tuple[str, ...]
) -> Outcome:
    if any(problem.blocks for problem in problems):
        return Outcome.REFUSED
    if known is None:
        return Outcome.ADDED
    return Outcome.CHANGED if changes else Outcome.SAME


def _placed(row: SheetRow, problems: Sequence[Problem]) -> list[Problem]:
    """Problems of the draft, put at the row and column of the sheet."""
    return [
        replace(
            problem,
            row=row.number,
            column=row.located.titles.get(
                problem.column, problem.column and _field(problem.column)
            ),
        )
        for problem in problems
    ]


def _field(key: str) -> str:
    return next((_(field.title) for field in FIELDS if field.key == key), _("编码"))


def _add_all(session: Session, actor: Actor, contents: Sequence[ItemContent]) -> list[int]:
    """Write new items in bulk; their ids in the order of the rows."""
    if not contents:
        return []
    drafts = [content.draft for content in contents]
    makers = _makers(session, drafts)
    products = _products(session, drafts)
    numbers = _numbers(session, contents)
    stamp = now(session)
    tables: dict[Any, list[dict[str, Any]]] = {
        Item: [], ItemUnit: [], ItemCode: [], ItemChange: [],
    }  # fmt: skip
    ids: list[int] = []
    for content, code in zip(contents, numbers, strict=True):
        draft, item_id = content.draft, new_id()
        ids.append(item_id)
        tables[Item].append(
            edit.columns_of(draft)
            | {
                "id": item_id, "code": code, "version": 1, "updated_at": stamp, "usage_rank": 0,
                "lot_tracked": True, "critical": "critical" in draft.flags,
                "product_id": products[_product_key(draft)], "maker_id": makers[draft.maker],
            }
        )  # fmt: skip
        tables[ItemUnit] += [
            {"item_id": item_id, "factor": factor, "name": name, "level": level}
            for factor, name, level in catalogue.steps(draft)
        ]
        tables[ItemCode] += edit.code_rows(item_id, draft)
        tables[ItemChange].append(
            {"item_id": item_id, "id": new_id(), "at": stamp, "person_id": actor.person_id,
             "what": {"": [None, code]}}
        )  # fmt: skip
    for table, rows in tables.items():
        if rows:
            session.execute(insert(table), rows)
    return ids


def _makers(session: Session, drafts: Sequence[ItemDraft]) -> dict[str, int]:
    """Makers by name; those that are new are written."""
    known = {row.name: row.id for row in session.execute(select(Maker.id, Maker.name))}
    new = [name for name in dict.fromkeys(draft.maker for draft in drafts) if name not in known]
    known |= {name: new_id() for name in new}
    if new:
        session.execute(insert(Maker), [edit.maker_row(known[name], name) for name in new])
    return known


def _product_key(draft: ItemDraft) -> tuple[str, str, str]:
    return draft.item_class.value, draft.name, draft.form


def _products(session: Session, drafts: Sequence[ItemDraft]) -> Mapping[tuple[str, str, str], int]:
    rows = session.execute(
        select(Product.id, Product.item_class, Product.generic_name, Product.form)
    )
    known = {(row.item_class, row.generic_name, row.form): row.id for row in rows}
    new = {_product_key(d): d for d in drafts if _product_key(d) not in known}
    known |= {key: new_id() for key in new}
    if new:
        session.execute(
            insert(Product),
            [
                {"id": known[key], "item_class": key[0], "generic_name": key[1], "form": key[2],
                 "category": draft.category or None, "atc": draft.atc or None}
                for key, draft in new.items()
            ],
        )  # fmt: skip
    return known


def _numbers(session: Session, contents: Sequence[ItemContent]) -> list[str]:
    """Group codes: those of the sheet, and the next free ones of each class for the rest."""
    taken = set(session.scalars(select(Item.code)))
    given = [content.code for content in contents if content.code]
    refuse_if(
        [
            Problem("item.code_taken", _("统一编码 {code} 已有品规在用。请重新预览。", code=code))
            for code in given
            if code in taken
        ],
        "import.changed",
        _("目录在预览之后变了，没有导入。"),
    )
    next_code = edit.Numbering((*taken, *given))
    return [content.code or next_code(content.draft.item_class.prefix) for content in contents]
