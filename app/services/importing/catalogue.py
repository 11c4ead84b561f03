"""Importing the catalogue: preview every row, then write all of it or nothing."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import catalogue
from app.domain.catalogue import ItemClass, ItemDraft, ItemStatus
from app.domain.codes import CodeSystem
from app.domain.duties import Actor, Duty
from app.domain.errors import Problem
from app.domain.ids import new_id
from app.i18n import _
from app.models.item import Item
from app.services import audit
from app.services.access import lead_org, require
from app.services.catalogue.change import Change, Step, change_all
from app.services.catalogue.drafts import KnownItem, load_drafts
from app.services.catalogue.index import reindex
from app.services.catalogue.makers import add_names
from app.services.catalogue.strictness import is_strict
from app.services.db import Database, hold_few_pages, now, today
from app.services.importing.catalogue_rows import FIELDS, edits, merged, other_names, read_draft
from app.services.importing.catalogue_write import ItemContent, write_new
from app.services.importing.finder import Finder, load_finder, natural
from app.services.importing.plan import (
    Edit,
    Imported,
    ImportPlan,
    Outcome,
    PlanLine,
    Report,
    imported_before,
    new_batch,
    open_sheet,
    planned,
    quiet,
)
from app.services.importing.rows import SheetRow, data_rows, let_go
from app.services.importing.said_columns import known_columns
from app.services.imprints.watch import noted_at_once
from app.services.operations import claim, finish, plain

KIND: Final = "catalogue"
_PART: Final = 1_000
_WRITTEN: Final = ("product", "item", "item_unit", "item_code")
CataloguePlan = ImportPlan[ItemContent]


@dataclass(frozen=True, slots=True)
class CatalogueImport:
    """Which file, and what its rows do not say themselves.

    Attributes:
        path: An .xlsx, .xls or .csv file.
        fallback: Class of rows that do not say theirs.
        mapping: Field key → title in this sheet; None takes what was said before.
        whole: The file is the whole catalogue of its classes: what it does not name is closed.
        encoding: What a text file is in; empty finds out.
    """

    path: Path
    fallback: ItemClass = ItemClass.DRUG
    mapping: dict[str, str] | None = None
    whole: bool = False
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class ApplyCatalogue:
    """Carry out a plan; refused rows are left out."""

    op_id: UUID
    plan: CataloguePlan


def preview(
    db: Database,
    actor: Actor,
    path: Path | CatalogueImport,
    *,
    fallback: ItemClass = ItemClass.DRUG,
    mapping: dict[str, str] | None = None,
    report: Report = quiet,
) -> CataloguePlan:
    """What importing the file would do; nothing is written.

    Args:
        db: The database.
        actor: Who asks; needs the duty to keep the catalogue.
        path: A file, or a file with all that is to be said of it.
        fallback: Class of rows that do not say theirs.
        mapping: Field key → title in this sheet, where titles are unusual.
        report: Told how far it is; may raise to cancel.

    Raises:
        DomainError: The file cannot be read, or has no titles that we know.
    """
    wanted = path if isinstance(path, CatalogueImport) else CatalogueImport(path, fallback, mapping)
    with db.read() as session:
        day = today(session)
        require(actor, Duty.CATALOGUE, lead_org(session, day))
        opened = open_sheet(
            wanted.path, FIELDS, wanted.mapping,
            known=known_columns(session, actor, KIND), encoding=wanted.encoding, report=report,
        )  # fmt: skip
        total, first = len(opened.table.rows), opened.located.row + 1
        below = list(opened.table.rows[first:])
        # The plan takes the place of the sheet, row by row: 100,000 rows are much of both.
        opened = replace(opened, table=replace(opened.table, rows=opened.table.rows[:first]))
        rows = data_rows(opened.table, opened.located, let_go(below))
        reader = _Reader(load_finder(session), day, strict=is_strict(session))
        lines: list[PlanLine[ItemContent]] = []
        while part := list(itertools.islice(rows, _PART)):
            report(len(lines), total)
            reader.state([(row, read_draft(row, wanted.fallback)) for row in part])
            lines += reader.lines(load_drafts(session, reader.targets()))
        if wanted.whole:
            lines += _closed(session, lines)
        earlier = imported_before(session, KIND, opened.digest)
    report(total, total)
    return replace(planned(opened, FIELDS, lines), earlier=earlier)


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
        total = len(plan.lines)
        report(0, total)
        hold_few_pages(session)
        with noted_at_once(session.connection(), _WRITTEN, new_id()):
            added = write_new(
                session, actor, _contents(plan, Outcome.ADDED), lambda done: report(done, total)
            )
            session.flush()
        undo: dict[str, object] = {"added": added}
        changing = [*_contents(plan, Outcome.CHANGED), *_contents(plan, Outcome.CLOSED)]
        undo["changed"] = _change(
            session, actor, changing, lambda done: report(len(added) + done, total)
        )
        batch = new_batch(plan, KIND)
        batch.org_id, batch.at, batch.person_id = lead, now(session), actor.person_id
        batch.undo = undo
        session.add(batch)
        closed = plan.count(Outcome.CLOSED)
        result = Imported(
            batch.id, len(added), len(changing) - closed, plan.count(Outcome.REFUSED), closed
        )
        detail = {"file": plan.file_name, "added": len(added), "changed": len(changing)}
        audit.record(session, actor, lead, "import.catalogue", ("import", batch.id), detail)
        finish(session, lead, command.op_id, plain(result))
        report(total, total)
        return result


def _change(
    session: Session, actor: Actor, contents: Sequence[ItemContent], step: Step
) -> list[dict[str, object]]:
    """Write the changes; what each item was before, so that the import can be undone."""
    items = [content.item_id for content in contents]
    known = load_drafts(session, items)
    changes = [Change(one.item_id, one.draft, one.version) for one in contents]
    change_all(session, actor, changes, step, known)
    names: dict[str, dict[str, None]] = {}
    for content in contents:
        names.setdefault(content.draft.maker, {}).update(dict.fromkeys(content.maker_names))
    for maker, others in names.items():
        add_names(session, maker, tuple(others))
    reindex(session, items)
    return [
        {"item": item, "version": known[item].version + 1, "draft": plain(known[item].draft)}
        for item in items
    ]


def _contents(plan: CataloguePlan, outcome: Outcome) -> list[ItemContent]:
    return [line.content for line in plan.lines if line.outcome is outcome and line.content]


class _Reader:
    """Rows with the items that they are about, and what each would do."""

    def __init__(self, finder: Finder, day: date, *, strict: bool) -> None:
        self._finder = finder
        self._day = day
        self._strict = strict
        self._stated: list[tuple[SheetRow, ItemDraft, int | None]] = []
        self._seen: dict[object, int] = {}

    def state(self, rows: Sequence[tuple[SheetRow, ItemDraft]]) -> None:
        """Take rows and find the items that they are about."""
        self._stated = [(row, draft, self._target(row, draft)) for row, draft in rows]

    def targets(self) -> list[int]:
        """The items that rows are about."""
        return [item for _row, _draft, item in self._stated if item]

    def lines(self, known: dict[int, KnownItem]) -> list[PlanLine[ItemContent]]:
        """What each of the rows would do."""
        return [
            self._line(row, draft, known.get(item) if item else None)
            for row, draft, item in self._stated
        ]

    def _target(self, row: SheetRow, draft: ItemDraft) -> int | None:
        """The kept item that the row is about."""
        code = row.text("code")
        if code:
            return self._finder.by_group_code(code)
        for entry in draft.codes:
            if entry.system is CodeSystem.NHSA:
                found = self._finder.by_code(entry.system, entry.code)
                if found:
                    return found
        return self._finder.by_facts(draft.name, draft.strength, draft.maker, draft.pack_factor)

    def _line(
        self, row: SheetRow, draft: ItemDraft, known: KnownItem | None
    ) -> PlanLine[ItemContent]:
        new = merged(known.draft, row, draft) if known else draft
        code = known.code if known else row.text("code").upper()
        problems = [
            *row.problems,
            *_placed(row, catalogue.check(new, self._day, codes_checked=True, strict=self._strict)),
        ]
        if not any(problem.blocks for problem in problems):
            first = self._first(row.number, new, known, code)
            if first != row.number:
                text = _("这一行和第 {row} 行是同一个品规。请只留一行。", row=first)
                problems.append(Problem("import.twice", text, row=row.number))
        changed = edits(known.draft, new) if known else ()
        outcome = _outcome(problems, known, new, changed)
        where = (known.item_id, known.version) if known else (0, 0)
        refused = outcome is Outcome.REFUSED
        return PlanLine(
            row.number,
            outcome,
            code,
            f"{new.name} {new.spec}".strip(),
            tuple(one.title for one in changed),
            tuple(problems),
            None if refused else ItemContent(new, code, *where, other_names(row)),
            changed,
        )

    def _first(self, row: int, new: ItemDraft, known: KnownItem | None, code: str) -> int:
        """The first row that is about the same item."""
        key: object = known.item_id if known else code
        key = key or natural(new.name, new.strength, new.maker, new.pack_factor)
        return self._seen.setdefault(key, row)


def _outcome(
    problems: Sequence[Problem], known: KnownItem | None, new: ItemDraft, changed: tuple[Edit, ...]
) -> Outcome:
    if any(problem.blocks for problem in problems):
        return Outcome.REFUSED
    if known is None:
        return Outcome.ADDED
    if not changed:
        return Outcome.SAME
    stops = new.status is ItemStatus.STOPPED and known.draft.status is not ItemStatus.STOPPED
    return Outcome.CLOSED if stops else Outcome.CHANGED


def _closed(
    session: Session, lines: Sequence[PlanLine[ItemContent]]
) -> list[PlanLine[ItemContent]]:
    """Items of the sheet's classes that it does not name end; a refused row names its item."""
    named = {line.key for line in lines if line.key}
    classes = {line.content.draft.item_class.value for line in lines if line.content}
    rows = session.execute(
        select(Item.id, Item.code).where(
            Item.item_class.in_(classes), Item.status != ItemStatus.STOPPED.value
        )
    )
    found = []
    for item in load_drafts(session, [row.id for row in rows if row.code not in named]).values():
        new = replace(item.draft, status=ItemStatus.STOPPED)
        changed = edits(item.draft, new)
        content = ItemContent(new, item.code, item.item_id, item.version)
        title = f"{new.name} {new.spec}".strip()
        titles = tuple(one.title for one in changed)
        found.append(PlanLine(0, Outcome.CLOSED, item.code, title, titles, (), content, changed))
    return found


def _placed(row: SheetRow, problems: Sequence[Problem]) -> list[Problem]:
    """Problems of the item, at the cells that they come from."""
    titles = row.located.titles
    return [
        replace(
            problem,
            row=row.number,
            column=titles.get(problem.column, _column(problem.column)),
        )
        for problem in problems
    ]


def _column(key: str) -> str:
    return next((_(field.title) for field in FIELDS if field.key == key), _("编码"))
