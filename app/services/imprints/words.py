"""What the imprints show, in words: which thing, how it differs, and who wrote it last."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Column, ColumnElement, Table, bindparam, select
from sqlalchemy.orm import Session

import app.models.every  # noqa: F401 - any table may be asked for
from app.domain.duties import Duty
from app.i18n import N_, _
from app.models.base import Base, BigInt, Day
from app.models.item import Item
from app.models.party import Organisation, Person
from app.services.db import Database, DBAPIError, local_time
from app.services.imprints import proof
from app.services.imprints.covered import COVERED
from app.services.imprints.proof import Findings, Strange, Written

_MOST: Final = 20
"""Rows of a table told one by one; beyond that somebody was at the table as a whole."""
_SOME: Final = 3
_NAMES: Final = ("no", "code", "login", "name", "title", "number", "key", "duty", "period",
                 "lot_no")  # fmt: skip
_ID: Final = bindparam("id", type_=BigInt)
_LOOKED_UP: Final = (
    (("item_id", "of_item", "old_item_id"), select(Item.code, Item.name).where(Item.id == _ID)),
    (("person_id",), select(Person.name).where(Person.id == _ID)),
    (
        ("org_id", "supplier_id", "lead_id"),
        select(Organisation.short_name).where(Organisation.id == _ID),
    ),
)
_SHOWN: Final = frozenset((*_NAMES, *(name for names, _query in _LOOKED_UP for name in names)))
_VALUE: Final = re.compile(r"'((?:[^']|'')*)'|(-?\d+)|NULL")
_KINDS: Final = {
    proof.CHANGED: N_("{what}：现在的内容和 {at} {who} 保存的不一样"),
    proof.GONE: N_("{what}：被删掉了，{at} {who} 保存过"),
    proof.FOREIGN: N_("{what}：不是在本程序里录入的"),
    proof.BETWEEN: N_("{what}：{at} {who} 保存以前，被别的程序改过"),
}
_MORE: Final = {
    proof.CHANGED: N_("{what}：还有 {n} 条和保存的不一样"),
    proof.GONE: N_("{what}：还有 {n} 条被删掉了"),
    proof.FOREIGN: N_("{what}：还有 {n} 条不是在本程序里录入的"),
    proof.BETWEEN: N_("{what}：还有 {n} 条在保存以前被别的程序改过"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What `verify` says of the covered tables.

    Attributes:
        good: Whether every row is as the program left it.
        strange: Lines that name the rows that are not.
        notes: What else is to be known: since when tables are covered.
    """

    good: bool
    strange: tuple[str, ...]
    notes: tuple[str, ...]


def tell(db: Database, findings: Findings | None = None) -> Told:
    """Look at the covered tables and say what is found.

    Args:
        db: The database.
        findings: What was found already; None looks now.
    """
    found = proof.examine(db) if findings is None else findings
    if not found.readable:
        note = _(
            "价格、中选、对账和职责等内容没有核对。"
            "请牵头医院的审计，或服务器所有者，运行 yilian verify。"
        )
        return Told(good=True, strange=(), notes=(note,))
    with db.read() as session:
        strange = list(_lines(session, found.strange))
        notes = [_since(session, found)] if found.since else []
    if not strange:
        same = _("价格、中选、对账、目录和职责等 {n} 条内容，和本程序保存的一致。", n=found.rows)
        notes.insert(0, same)
    return Told(not strange, tuple(strange), tuple(notes))


def _lines(session: Session, found: Sequence[Strange]) -> Iterator[str]:
    """Row by row; where a stranger was at a whole table, how many rows of it, and some."""
    kinds: dict[tuple[str, str], list[Strange]] = {}
    for one in found:
        kinds.setdefault((one.table, one.kind), []).append(one)
    for (table, kind), rows in kinds.items():
        shown = rows if len(rows) <= _MOST else rows[:_SOME]
        yield from (_said(session, one) for one in shown)
        if rest := len(rows) - len(shown):
            yield _(_MORE[kind], what=_(COVERED[table]), n=rest)


def _since(session: Session, found: Findings) -> str:
    """Tables stated anew by one person within one minute, as an upgrade does, are told together."""
    moments: dict[tuple[str, str], list[str]] = {}
    for one in found.since:
        moment = (_time(one.written), _who(session, one.written))
        moments.setdefault(moment, []).append(one.table)
    return _("；").join(
        _(
            "{what}等 {n} 类内容从 {at}（{who}）起重新留存，那以前的改动查不出来",
            what=_(COVERED[tables[0]]),
            n=len(tables),
            at=at,
            who=who,
        )
        for (at, who), tables in moments.items()
    )


def _said(session: Session, one: Strange) -> str:
    words = {"at": "", "who": ""}
    if one.written is not None:
        words = {"at": _time(one.written), "who": _who(session, one.written)}
    return _(_KINDS[one.kind], what=_what(session, one), **words)


def _time(written: Written) -> str:
    return f"{local_time(written.at):%Y-%m-%d %H:%M}"


def _who(session: Session, written: Written) -> str:
    name = session.scalar(select(Person.name).where(Person.id == written.person_id))
    return name or _("系统")


def _what(session: Session, one: Strange) -> str:
    table = Base.metadata.tables[one.table]
    key = _key(table, one.key)
    parts = list(dict.fromkeys(_parts(session, _row(session, table, key))))
    if not parts:
        parts = [one.key.replace("'", "")]
    return f"{_(COVERED[one.table])} {' '.join(parts)}"


def _key(table: Table, text: str) -> dict[str, Any]:
    """The values of a key's text by their columns."""
    plain = text.replace("\\n", "\n").replace("\\\\", "\\")
    values = [
        int(found[2]) if found[2] else (found[1] or "").replace("''", "'")
        for found in _VALUE.finditer(plain)
    ]
    names = [column.name for column in table.primary_key.columns]
    return dict(zip(names, values, strict=False))


def _row(session: Session, table: Table, key: Mapping[str, Any]) -> dict[str, Any]:
    """What names the row, as far as it is there and the person may see it; else its key."""
    shown = [column for column in table.columns if column.name in _SHOWN]
    try:
        mine = [_is(table.c[name], value) for name, value in key.items()]
    except ValueError:  # a day that is none: it came from another program
        return dict(key)
    try:
        row = session.execute(select(*shown).where(*mine)).mappings().first() if shown else None
    except DBAPIError:  # another program took the table or its columns away
        return dict(key)
    return dict(key if row is None else row)


def _is(column: Column[Any], value: int | str) -> ColumnElement[bool]:
    if isinstance(value, str) and isinstance(column.type, Day):
        return column == date.fromisoformat(value)
    return column == value


def _parts(session: Session, row: Mapping[str, Any]) -> Iterator[str]:
    """The words that tell one row of a table from the others."""
    for name, value in row.items():
        if name in _NAMES and value not in (None, ""):
            yield _word(name, str(value))
    for names, query in _LOOKED_UP:
        for name in names:
            value = row.get(name)
            if isinstance(value, int) and value:
                yield from (" ".join(found) for found in session.execute(query, {"id": value}))


def _word(name: str, value: str) -> str:
    known = name == "duty" and value in {duty.value for duty in Duty}
    return Duty(value).label if known else value
