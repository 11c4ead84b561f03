"""Where a sheet's titles are, and which of its columns is which."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.adapters.sheets import Table
from app.domain.errors import DomainError
from app.i18n import N_, _

_LOOK_AT: Final = 40
_TOLD: Final = 12
_TELLING: Final = 2
MARKS: Final = (N_("导入结果"), N_("导入说明"))
"""Titles of the columns that `marked` adds."""
_NOISE: Final = re.compile(r"[\s*＊()（）\[\]【】:：/\\_\-]|必填|选填")


@dataclass(frozen=True, slots=True)
class Field:
    """A fact that a sheet may state.

    Attributes:
        key: Our name for it.
        title: How we call it; also the first title that is looked for.
        names: Other titles that official and hospital sheets use for it.
        needed: Whether a sheet without it cannot be imported.
    """

    key: str
    title: str
    names: tuple[str, ...] = ()
    needed: bool = False


@dataclass(frozen=True, slots=True)
class Located:
    """The titles of a sheet.

    Attributes:
        row: 0-based row of the titles.
        columns: Field key → 0-based column.
        titles: Field key → title as it stands in the sheet.
        unknown: Titles that no field claims.
    """

    row: int
    columns: Mapping[str, int]
    titles: Mapping[str, str]
    unknown: tuple[str, ...]


def locate(
    table: Table, fields: Sequence[Field], mapping: Mapping[str, str] | None = None
) -> Located:
    """Find the title row, which may stand under a heading, and assign its columns.

    Args:
        table: The sheet.
        fields: What is looked for.
        mapping: Field key → title in this sheet, for sheets with titles of their own.

    Raises:
        DomainError: No row holds the needed titles; says which are missing.
    """
    best = best_row(table, fields, mapping)
    missing = [_(field.title) for field in fields if field.needed and field.key not in best.columns]
    if missing:
        raise DomainError(
            "import.titles",
            _(
                "「{sheet}」里没找到列：{missing}。第 {row} 行的标题有：{found}。"
                "请核对标题行，或用列对应指定。",
                sheet=table.name,
                missing="、".join(missing),
                row=best.row + 1,
                found="、".join(_titles(table, best.row)) or _("（没有）"),
            ),
        )
    return best


def _titles(table: Table, row: int) -> list[str]:
    """The titles that a row has, as many as a person reads."""
    cells = list(dict.fromkeys(cell for cell in table.rows[row] if cell)) if table.rows else []
    return [*cells[:_TOLD], "…"] if len(cells) > _TOLD else cells


def best_row(
    table: Table, fields: Sequence[Field], mapping: Mapping[str, str] | None = None
) -> Located:
    """The row that holds the most of our titles; of two rows of titles the lower one."""
    best = Located(0, {}, {}, ())
    for number, cells in enumerate(table.rows[:_LOOK_AT]):
        found = _assign(number, cells, fields, mapping or {})
        below = bool(best.columns) and number == best.row + 1
        if len(found.columns) + below > len(best.columns):
            best = found
    return best


def title_row(table: Table, fields: Sequence[Field]) -> int:
    """Where the titles seem to stand (0-based), even if we know hardly any of them.

    The row with our titles, if there are two or more; else the first of the fullest rows.
    """
    best = best_row(table, fields)
    if len(best.columns) >= _TELLING:
        return best.row
    filled = [len({cell for cell in cells if cell}) for cells in table.rows[:_LOOK_AT]]
    return filled.index(max(filled))


def fingerprint(titles: Sequence[str]) -> str:
    """By what a sheet with the same titles is known again, whatever is in it."""
    known = "\n".join(sorted({simplified(title) for title in titles if title} - own_titles()))
    return hashlib.sha256(known.encode()).hexdigest()


def own_titles() -> frozenset[str]:
    """Titles that we put into a sheet ourselves (`marked`); they say nothing of the goods."""
    return frozenset(simplified(said) for title in MARKS for said in (title, _(title)))


def simplified(title: str) -> str:
    """A title without blanks, brackets and marks, to be compared."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", title)).lower()


def _assign(
    number: int, cells: Sequence[str], fields: Sequence[Field], mapping: Mapping[str, str]
) -> Located:
    by_title: dict[str, int] = {}
    for column, cell in enumerate(cells):
        if cell:
            by_title.setdefault(simplified(cell), column)
    columns: dict[str, int] = {}
    for field in fields:
        wanted = (mapping[field.key],) if field.key in mapping else (field.title, *field.names)
        for title in wanted:
            place = by_title.get(simplified(title), -1)
            if place >= 0 and place not in columns.values():
                columns[field.key] = place
                break
    return Located(
        number,
        columns,
        {key: cells[column] for key, column in columns.items()},
        tuple(
            cell
            for place, cell in enumerate(cells)
            if cell and place not in columns.values() and simplified(cell) not in own_titles()
        ),
    )
