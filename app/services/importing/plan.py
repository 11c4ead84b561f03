"""What an import would do, row by row, before anything is written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.adapters import local_files
from app.adapters.sheets import Table, read_tables
from app.domain.errors import Problem
from app.domain.ids import new_id
from app.i18n import N_, _
from app.models.platform import ImportBatch
from app.services.db import local_time
from app.services.importing.choosing import the_sheet
from app.services.importing.columns import Field, Located, fingerprint, title_row

Content = TypeVar("Content")
Report = Callable[[int, int], None]
"""Called with (done, total); it raises to cancel, and then nothing is kept."""


class Outcome(StrEnum):
    """What becomes of a row; a closed one ends what there is (停用)."""

    ADDED = "added"
    CHANGED = "changed"
    CLOSED = "closed"
    SAME = "same"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        """The outcome in the person's language."""
        return _(_OUTCOMES[self])


_OUTCOMES = {
    Outcome.ADDED: N_("新增"),
    Outcome.CHANGED: N_("修改"),
    Outcome.CLOSED: N_("停用"),
    Outcome.SAME: N_("没有变化"),
    Outcome.REFUSED: N_("不能导入"),
}


@dataclass(frozen=True, slots=True)
class Edit:
    """One fact that would change, in words: its title, what it is, what it would be."""

    title: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class PlanLine(Generic[Content]):
    """One row: what it says, what becomes of it, and why.

    Attributes:
        row: 1-based row of the sheet; 0 for what the sheet does not name.
        key: The item's group code where it is known, else the code in the sheet.
        title: What the row is about, for people.
        changes: Field titles that would change.
        content: What would be written; None when refused.
        edits: The changes with old and new value.
    """

    row: int
    outcome: Outcome
    key: str
    title: str
    changes: tuple[str, ...]
    problems: tuple[Problem, ...]
    content: Content | None
    edits: tuple[Edit, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportPlan(Generic[Content]):
    """A file and what importing it would do.

    Attributes:
        digest: SHA-256 of the file, to know it again.
        titles: Our field title → title in the sheet.
        unknown: Titles of the sheet that are not used.
        encoding: How a text file was decoded; empty for workbooks.
        earlier: When the same file was imported before, in words; empty if it was not.
    """

    file_name: str
    digest: str
    sheet: str
    titles: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]
    lines: tuple[PlanLine[Content], ...]
    encoding: str = ""
    earlier: str = ""

    def count(self, outcome: Outcome) -> int:
        """How many rows have that outcome."""
        return sum(line.outcome is outcome for line in self.lines)

    def problems(self) -> tuple[Problem, ...]:
        """All problems, by row."""
        return tuple(problem for line in self.lines for problem in line.problems)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import has done."""

    batch_id: int
    added: int
    changed: int
    refused: int
    closed: int = 0


@dataclass(frozen=True, slots=True)
class Opened:
    """A file with its titles found."""

    file_name: str
    digest: str
    table: Table
    located: Located


Known = Callable[[str], dict[str, str] | None]
"""Columns that a person has said before, by the titles' fingerprint."""


def quiet(done: int, total: int) -> None:
    """A report for nobody."""
    del done, total


def open_sheet(
    path: Path,
    fields: Sequence[Field],
    mapping: dict[str, str] | None,
    *,
    known: Known | None = None,
    encoding: str = "",
    report: Report = quiet,
) -> Opened:
    """The sheet of the file that holds the needed titles.

    Args:
        path: The file.
        fields: What is looked for.
        mapping: Field key → title, as a person says now.
        known: Asked for what was said before, where nothing is said now.
        encoding: What a text file is in; empty finds out.
        report: Told that the file is being read; may raise to cancel.

    Raises:
        DomainError: No sheet has the titles, or several have them (`the_sheet`).
    """

    def said(table: Table) -> dict[str, str] | None:
        if mapping is not None or known is None:
            return mapping
        return known(fingerprint(table.rows[title_row(table, fields)]))

    table, located = the_sheet(read_tables(path, encoding, partial(report, 0, 0)), fields, said)
    return Opened(path.name, hashlib.sha256(local_files.read(path)).hexdigest(), table, located)


def planned(
    opened: Opened, fields: Sequence[Field], lines: Sequence[PlanLine[Content]]
) -> ImportPlan[Content]:
    """The plan of an opened file."""
    named = {field.key: _(field.title) for field in fields}
    return ImportPlan(
        opened.file_name,
        opened.digest,
        opened.table.name,
        tuple((named[key], title) for key, title in opened.located.titles.items()),
        opened.located.unknown,
        tuple(lines),
        opened.table.encoding,
    )


def imported_before(session: Session, kind: str, digest: str) -> str:
    """When the same file was imported and not undone, in words; empty if it was not."""
    found = session.scalar(
        select(ImportBatch.at)
        .where(
            ImportBatch.kind == kind,
            ImportBatch.file_digest == digest,
            ImportBatch.undone_at.is_(None),
        )
        .order_by(ImportBatch.at.desc())
        .limit(1)
    )
    return f"{local_time(found):%Y-%m-%d %H:%M}" if found else ""


def new_batch(plan: ImportPlan[Content], kind: str) -> ImportBatch:
    """The record of an import, without its organisation, time and person."""
    return ImportBatch(
        id=new_id(),
        kind=kind,
        file_name=plan.file_name,
        file_digest=plan.digest,
        added=plan.count(Outcome.ADDED),
        changed=plan.count(Outcome.CHANGED) + plan.count(Outcome.CLOSED),
        refused=plan.count(Outcome.REFUSED),
        undo={},
    )
