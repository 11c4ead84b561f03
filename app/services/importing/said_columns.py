"""What a sheet's columns mean, said once by a person and remembered for the organisation."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.adapters.sheets import Table, read_tables
from app.domain.duties import Actor
from app.domain.errors import Problem, refuse_if
from app.i18n import _
from app.models.catalogue import ImportColumns
from app.services.db import Database, now
from app.services.importing.columns import (
    Field,
    best_row,
    fingerprint,
    simplified,
    title_row,
)
from app.services.importing.plan import Known

_SAMPLES: Final = 3


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column of a sheet, as a person is asked about it.

    Attributes:
        title: As it stands in the sheet.
        samples: The first values under it.
        field: Key of the field that it seems to be, or was said to be; empty for none.
    """

    title: str
    samples: tuple[str, ...]
    field: str


@dataclass(frozen=True, slots=True)
class Look:
    """The columns of a sheet and what they seem to mean.

    Attributes:
        row: 1-based row of the titles.
        remembered: Whether the meaning was said before.
    """

    sheet: str
    row: int
    columns: tuple[SheetColumn, ...]
    remembered: bool


@dataclass(frozen=True, slots=True)
class SayColumns:
    """What the columns of a sheet mean: field key → title."""

    kind: str
    path: Path
    columns: dict[str, str]
    encoding: str = ""


def look(
    db: Database, actor: Actor, path: Path, fields: Sequence[Field], what: tuple[str, str]
) -> Look:
    """The columns of the sheet that has the most of our titles, for a person to put right.

    Args:
        db: The database.
        actor: Who asks; what their organisation said before is known.
        path: The file.
        fields: What the sheet may state.
        what: The kind of import, and the encoding of a text file (empty finds out).
    """
    kind, encoding = what
    tables = read_tables(path, encoding)
    table = max(tables, key=lambda one: len(best_row(one, fields).columns))
    row = title_row(table, fields)
    titles = table.rows[row]
    with db.read() as session:
        said = known_columns(session, actor, kind)(fingerprint(titles))
    found = best_row(Table(table.name, (titles,)), fields, said).titles
    by_title = {simplified(title): key for key, title in found.items()}
    columns: list[SheetColumn] = []
    for place, title in enumerate(titles):
        if title and simplified(title) not in {simplified(one.title) for one in columns}:
            field = by_title.get(simplified(title), "")
            columns.append(SheetColumn(title, _samples(table, row, place), field))
    return Look(table.name, row + 1, tuple(columns), said is not None)


def say(db: Database, actor: Actor, command: SayColumns, fields: Sequence[Field]) -> None:
    """Remember what the columns mean, for every sheet of the organisation with the same titles.

    Raises:
        DomainError: A needed field has no column, or a title is not in the sheet.
    """
    tables = read_tables(command.path, command.encoding)
    missing = [one for one in fields if one.needed and not command.columns.get(one.key)]
    problems = [
        Problem("import.column", _("还没指定「{title}」是哪一列。请选一列。", title=_(field.title)))
        for field in missing
    ]
    wanted = {simplified(title) for title in command.columns.values() if title}
    rows = [table.rows[title_row(table, fields)] for table in tables]
    fitting = [row for row in rows if wanted <= {simplified(cell) for cell in row}]
    if not fitting:
        known = {simplified(cell) for row in rows for cell in row}
        problems += [
            Problem("import.no_title", _("表里没有标题「{title}」。请核对标题。", title=title))
            for title in command.columns.values()
            if title and simplified(title) not in known
        ] or [Problem("import.no_title", _("这些标题不在同一张表里。请核对标题。"))]
    refuse_if(problems, "import.columns", _("列对应没有保存。"))
    with db.write() as session:
        key = {
            "org_id": actor.org_id,
            "kind": command.kind,
            "titles_digest": fingerprint(fitting[0]),
        }
        at = now(session)  # asks the server: before a row that is not whole yet could be flushed
        kept = session.get(ImportColumns, tuple(key.values()))
        if kept is None:
            kept = ImportColumns(**key)
            session.add(kept)
        kept.columns, kept.file_name = command.columns, command.path.name
        kept.at, kept.person_id = at, actor.person_id


def _samples(table: Table, row: int, place: int) -> tuple[str, ...]:
    below = (cells[place] for cells in table.rows[row + 1 :] if place < len(cells) and cells[place])
    return tuple(itertools.islice(below, _SAMPLES))


def known_columns(session: Session, actor: Actor, kind: str) -> Known:
    """Asks for what the actor's organisation has said before; read when it is needed."""

    def ask(titles: str) -> dict[str, str] | None:
        found = session.scalar(
            select(ImportColumns.columns).where(
                ImportColumns.org_id == actor.org_id,
                ImportColumns.kind == kind,
                ImportColumns.titles_digest == titles,
            )
        )
        return dict(found) if found else None

    return ask


__all__ = ["Look", "SayColumns", "SheetColumn", "known_columns", "look", "say"]
