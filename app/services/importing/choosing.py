"""Which sheet of a workbook is read: the only one that fits.

Others without the titles (explanations, code lists) are passed over. Of two that fit, one would be
left out without a word, a month's invoices perhaps, so the person is asked to give them apart.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from app.adapters.sheets import Table
from app.domain.errors import DomainError
from app.i18n import _
from app.services.importing.columns import Field, Located, locate

SEVERAL: Final = "import.sheets"
Said = Callable[[Table], Mapping[str, str] | None]
"""Field key → title as a person said it, for a sheet."""


class Chosen(NamedTuple):
    """A sheet and its titles."""

    table: Table
    located: Located


def the_sheet(tables: Sequence[Table], fields: Sequence[Field], said: Said | None = None) -> Chosen:
    """The sheet that holds the needed titles.

    Raises:
        DomainError: None has them (the words are those of the first sheet), or several have them
            and rows below (`SEVERAL`).
    """
    fitting: list[Chosen] = []
    problem: DomainError | None = None
    for table in tables:
        try:
            located = locate(table, fields, said(table) if said else None)
        except DomainError as error:
            problem = problem or error
        else:
            fitting.append(Chosen(table, located))
    if not fitting:
        assert problem is not None  # noqa: S101 - a file has at least one sheet
        raise problem
    filled = [one for one in fitting if _has_rows(one)]
    _refuse_several([one.table for one in filled])
    return (filled or fitting)[0]


def the_only(tables: Sequence[Table]) -> Table:
    """The sheet of a list without titles: the only one with anything in it.

    Raises:
        DomainError: Several have something in them (`SEVERAL`).
    """
    filled = [one for one in tables if any(any(cells) for cells in one.rows)]
    _refuse_several(filled)
    return (filled or tables)[0]


def _refuse_several(tables: Sequence[Table]) -> None:
    if len(tables) > 1:
        raise DomainError(
            SEVERAL,
            _(
                "文件里有 {n} 张工作表都像要读的表：{names}。一次只读一张，免得漏掉。"
                "请把它们合成一张，或各存成一个文件，分别导入。",
                n=len(tables),
                names="、".join(f"「{one.name}」" for one in tables),
            ),
        )


def _has_rows(one: Chosen) -> bool:
    """Whether it has anything to read; where no title is needed, any sheet would fit."""
    if not one.located.columns:
        return False
    below = itertools.islice(one.table.rows, one.located.row + 1, None)
    return any(any(cells) for cells in below)
