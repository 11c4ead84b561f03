"""What an import would do, row by row, before anything is written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Generic, TypeVar

from app.adapters.sheets import Table, read_tables
from app.domain.errors import DomainError, Problem
from app.domain.ids import new_id
from app.i18n import N_, _
from app.models.platform import ImportBatch
from app.services.importing.columns import Field, Located, locate

Content = TypeVar("Content")
Report = Callable[[int, int], None]
"""Called with (done, total); it raises to cancel, and then nothing is kept."""


class Outcome(StrEnum):
    """What becomes of a row."""

    ADDED = "added"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        """The outcome in the person's language."""
        return _(_OUTCOMES[self])


_OUTCOMES = {
    Outcome.ADDED: N_("新增"),
    Outcome.CHANGED: N_("修改"),
    Outcome.SAME: N_("没有变化"),
    Outcome.REFUSED: N_("不能导入"),
}


@dataclass(frozen=True, slots=True)
class PlanLine(Generic[Content]):
    """One row: what it says, what becomes of it, and why.

    Attributes:
        row: 1-based row of the sheet.
        key: The item's group code where it is known, else the code in the sheet.
        title: What the row is about, for people.
        changes: Field titles that would change.
        content: What would be written; None when refused.
    """

    row: int
    outcome: Outcome
    key: str
    title: str
    changes: tuple[str, ...]
    problems: tuple[Problem, ...]
    content: Content | None


@dataclass(frozen=True, slots=True)
class ImportPlan(Generic[Content]):
    """A file and what importing it would do.

    Attributes:
        digest: SHA-256 of the file, to know it again.
        titles: Our field title → title in the sheet.
        unknown: Titles of the sheet that are not used.
    """

    file_name: str
    digest: str
    sheet: str
    titles: tuple[tuple[str, str], ...]
    unknown: tuple[str, ...]
    lines: tuple[PlanLine[Content], ...]

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


@dataclass(frozen=True, slots=True)
class Opened:
    """A file with its titles found."""

    file_name: str
    digest: str
    table: Table
    located: Located


def open_sheet(path: Path, fields: Sequence[Field], mapping: dict[str, str] | None) -> Opened:
    """The first sheet of the file that holds the needed titles.

    Raises:
        DomainError: None does; the text is that of the first sheet.
    """
    problem: DomainError | None = None
    for table in read_tables(path):
        try:
            located = locate(table, fields, mapping)
        except DomainError as error:
            problem = problem or error
            continue
        return Opened(path.name, hashlib.sha256(path.read_bytes()).hexdigest(), table, located)
    assert problem is not None  # noqa: S101 - read_tables gives at least one sheet
    raise problem


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
    )


def quiet(done: int, total: int) -> None:
    """A report for nobody."""
    del done, total


def new_batch(plan: ImportPlan[Content], kind: str) -> ImportBatch:
    """The record of an import, without its organisation, time and person."""
    return ImportBatch(
        id=new_id(),
        kind=kind,
        file_name=plan.file_name,
        file_digest=plan.digest,
        added=plan.count(Outcome.ADDED),
        changed=plan.count(Outcome.CHANGED),
        refused=plan.count(Outcome.REFUSED),
        undo={},
    )
