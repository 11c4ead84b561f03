"""The imported file written back with marks, to be put right and read again."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeVar

from app.adapters import local_files
from app.adapters.sheets import read_tables
from app.adapters.sheets_marked import Mark, write_marked
from app.domain.errors import DomainError
from app.i18n import _
from app.services.importing.columns import own_titles, simplified
from app.services.importing.plan import ImportPlan, Outcome, PlanLine

Content = TypeVar("Content")
_LOOK_AT: Final = 40


def marked_copy(plan: ImportPlan[Content], source: Path, target: Path) -> int:
    """Write the sheet of a plan with the outcome and the problems of each row; rows marked.

    Args:
        plan: What importing would do.
        source: The file that the plan was made from.
        target: The .xlsx to write.

    Raises:
        DomainError: The file is another one now, or the name is not an .xlsx.
    """
    if target.suffix.lower() != ".xlsx":
        raise DomainError("file.kind", _("带标记的文件只能存为 .xlsx。请改文件名的后缀。"))
    if hashlib.sha256(local_files.read(source)).hexdigest() != plan.digest:
        raise DomainError(
            "import.other_file", _("{name} 在预览之后变了。请重新预览。", name=source.name)
        )
    stated = plan.encoding if plan.encoding in {"big5", "utf-16"} else ""
    table = next(one for one in read_tables(source, stated) if one.name == plan.sheet)
    keep = _kept_columns(table.rows)
    rows = [tuple(row[place] for place in keep if place < len(row)) for row in table.rows]
    first = min((line.row for line in plan.lines if line.row), default=2)
    title = _title_row(rows, plan, first)
    columns = {simplified(cell): place for place, cell in enumerate(rows[title]) if cell}
    ours = dict(plan.titles)
    marks = {line.row - 1: _mark(line, columns, ours) for line in plan.lines if line.row}
    write_marked(target, rows, title, marks)
    return len(marks)


def _kept_columns(rows: Sequence[Sequence[str]]) -> list[int]:
    width = max(len(row) for row in rows)
    own = own_titles()
    marked = {
        place
        for row in rows[:_LOOK_AT]
        for place, cell in enumerate(row)
        if cell and simplified(cell) in own
    }
    return [place for place in range(width) if place not in marked]


def _title_row(rows: Sequence[Sequence[str]], plan: ImportPlan[Content], first: int) -> int:
    wanted = {title for _field, title in plan.titles}
    for number in range(min(first - 1, len(rows)) - 1, -1, -1):
        if wanted <= set(rows[number]):
            return number
    return 0


def _mark(line: PlanLine[Content], columns: dict[str, int], ours: dict[str, str]) -> Mark:
    texts = [
        f"{one.column}：{one.text}" if one.column else one.text
        for one in sorted(line.problems, key=lambda one: not one.blocks)
    ]
    texts += [f"{one.title}：{one.old or '—'} → {one.new or '—'}" for one in line.edits]
    named = {one.column for one in line.problems} | {
        ours.get(one.title, one.title) for one in line.edits
    }
    cells = {columns[simplified(name)] for name in named if simplified(name) in columns}
    wrong = line.outcome is Outcome.REFUSED
    return Mark(line.outcome.label, " ".join(texts), frozenset(cells), wrong)
