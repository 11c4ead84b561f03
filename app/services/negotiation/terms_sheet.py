"""Lots and ceilings by Excel: the lines go out with their references, and come back filled in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import select

from app.adapters.sheets import Table, read_tables
from app.adapters.sheets_out import Cell, Sheet, write
from app.domain import money
from app.domain.duties import Actor
from app.domain.errors import DomainError, Problem, refuse_if
from app.i18n import N_, _
from app.models.negotiation import NegotiationReference
from app.services.db import Database
from app.services.importing.rows import uncomputed_rows
from app.services.negotiation.common import find, find_own, require_reader
from app.services.negotiation.lots import TERMS, SetTerms, set_terms
from app.services.negotiation.queries import ItemRow, item_rows
from app.services.operations import answered

TITLES: Final = (
    N_("行号"), N_("统一编码"), N_("品名"), N_("规格"), N_("单位"), N_("基准价"), N_("挂网价"),
    N_("成员最低价"), N_("标包"), N_("限价"),
)  # fmt: skip
_NEEDED: Final = (N_("行号"), N_("统一编码"))
_MOST_LOTS: Final = 9999
_LINE, _CODE, _LOT, _CEILING = "行号", "统一编码", "标包", "限价"


@dataclass(frozen=True, slots=True)
class ReadTerms:
    """A filled sheet to take in."""

    op_id: UUID
    negotiation_id: int
    path: Path


@dataclass(frozen=True, slots=True)
class TermsRead:
    """How many lines got another lot, and how many another ceiling."""

    lots: int
    ceilings: int


def write_terms(db: Database, actor: Actor, negotiation_id: int, path: Path) -> int:
    """Write the lines with references, lots and ceilings; how many lines.

    Raises:
        NotAllowedError: The person does not read the group's side of the project.
    """
    with db.read() as session:
        project = find(session, negotiation_id)
        require_reader(actor, project.org_id)
        known = {
            row.line: row
            for row in session.scalars(
                select(NegotiationReference).where(
                    NegotiationReference.org_id == project.org_id,
                    NegotiationReference.negotiation_id == project.id,
                )
            )
        }
        rows = [_cells(one, known.get(one.line)) for one in item_rows(session, project)]
        note = _("{no} {title}：改「标包」和「限价」两列，再导入；留空的限价取消。",
                 no=project.no, title=project.title)  # fmt: skip
    return write(path, Sheet(_("品规"), [_(title) for title in TITLES], rows, (note,)))


def _cells(one: ItemRow, known: NegotiationReference | None) -> list[Cell]:
    return [
        one.line, one.code, one.name, one.spec, one.unit,
        known.base_price if known else None, known.listed if known else None,
        known.lowest if known else None, one.lot, one.ceiling,
    ]  # fmt: skip


def read_terms(db: Database, actor: Actor, command: ReadTerms) -> TermsRead:
    """Take lots and ceilings from a sheet: what differs is changed, all of it or nothing.

    Raises:
        DomainError: No such columns, foreign or doubled rows, numbers that are none; each problem
            with its row in the sheet.
    """
    table = read_tables(command.path)[0]
    with db.read() as session:
        project = find_own(session, actor, command.negotiation_id)
        earlier = answered(session, actor, project.org_id, command.op_id, TERMS)
        if earlier is not None:  # what the sheet says stands there since, so that nothing differs
            return TermsRead(earlier["lots"], earlier["ceilings"])
        lines = {one.line: one for one in item_rows(session, project)}
    reader = _Reader(table, lines)
    refuse_if(reader.problems, "terms.sheet", _("限价和标包都没有改。"))
    terms = SetTerms(
        command.op_id, command.negotiation_id, tuple(reader.lots), tuple(reader.ceilings)
    )
    if terms.lots or terms.ceilings:
        set_terms(db, actor, terms)
    return TermsRead(len(terms.lots), len(terms.ceilings))


class _Reader:
    """What a sheet says, and what is wrong with it."""

    def __init__(self, table: Table, lines: Mapping[int, ItemRow]) -> None:
        self.problems: list[Problem] = []
        self.lots: list[tuple[int, int]] = []
        self.ceilings: list[tuple[int, Decimal | None]] = []
        self._lines = lines
        self._seen: set[int] = set()
        head, self._places = _heading(table.rows)
        for number, row in enumerate(table.rows[head + 1 :], head + 2):
            if any(row):
                self.problems += self._take(number, row)
        # An error would be read as an empty cell, which takes a ceiling away.
        for number, found in uncomputed_rows(table, frozenset(self._places.values())).items():
            self.problems += found if number > head + 1 else ()

    def _cell(self, row: Sequence[str], title: str) -> str:
        place = self._places.get(title)
        return row[place].strip() if place is not None and place < len(row) else ""

    def _take(self, number: int, row: Sequence[str]) -> Iterator[Problem]:
        said, code = self._cell(row, _LINE), self._cell(row, _CODE)
        line = int(said) if said.isascii() and said.isdigit() else 0
        known = self._lines.get(line)
        if known is None or known.code != code:
            text = _("第 {line} 行 {code} 不是这个项目的品规。请用导出的表填写，行号和编码不要改。",
                     line=said, code=code)  # fmt: skip
            yield Problem("terms.row", text, row=number, column=_(_LINE))
        elif line in self._seen:
            text = _("行号 {line} 出现了两次。请只留一行。", line=line)
            yield Problem("terms.doubled", text, row=number, column=_(_LINE))
        else:
            self._seen.add(line)
            yield from self._lot(number, known, self._cell(row, _LOT))
            yield from self._ceiling(number, known, self._cell(row, _CEILING))

    def _lot(self, number: int, known: ItemRow, said: str) -> Iterator[Problem]:
        if _LOT not in self._places:
            return
        if not (said.isascii() and said.isdigit() and 1 <= int(said) <= _MOST_LOTS):
            text = _("标包「{said}」不是编号。请填 1、2 这样的数。", said=said[:20])
            yield Problem("terms.lot", text, row=number, column=_(_LOT))
        elif int(said) != known.lot:
            self.lots.append((known.line, int(said)))

    def _ceiling(self, number: int, known: ItemRow, said: str) -> Iterator[Problem]:
        if _CEILING not in self._places:
            return
        try:
            price = money.price(said) if said else None
        except DomainError as error:
            yield Problem(error.code, error.text, row=number, column=_(_CEILING))
            return
        if price is not None and price <= 0:
            text = _("限价应大于 0。不设限价就留空。")
            yield Problem("terms.ceiling", text, row=number, column=_(_CEILING))
        elif price != known.ceiling:
            self.ceilings.append((known.line, price))


def _heading(rows: Sequence[Sequence[str]]) -> tuple[int, dict[str, int]]:
    """Where the titles stand, and the place of each by its Chinese name."""
    for number, row in enumerate(rows[:20]):
        said = [cell.strip() for cell in row]
        places = {
            title: said.index(word)
            for title in TITLES
            for word in (title, _(title))
            if word in said
        }
        if all(title in places for title in _NEEDED):
            return number, places
    raise DomainError(
        "terms.columns",
        _("表里没有「行号」和「统一编码」两列。请先导出品规表，填好再导入。"),
    )
