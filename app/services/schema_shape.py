"""The schema of a database against the one that the migrations make.

Whoever has the file can take its rules away, or put in a trigger that works in the program's own
connections: what such a trigger changes would count as the program's. So `verify` and `doctor`
name every rule and table that is not as this program makes it. A server's owner is seen by what is
switched off.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Final, NamedTuple

from sqlalchemy import Connection, text

from app.i18n import N_, _
from app.services import schema
from app.services.anchors import CHAINS
from app.services.db import Database, sqlite_engine
from app.services.db_errors import translate
from app.services.imprints.covered import COVERED

_SEARCH: Final = "item_gram_"
"""Tables that SQLite keeps for its full-text index, in words of its own version."""
_SHAPE: Final = (
    "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite\\_%' ESCAPE"
    f" '\\' AND NOT (type = 'table' AND name GLOB '{_SEARCH}*')"
)
_TITLES: Final = {
    "trigger": N_("规则"),
    "table": N_("数据表"),
    "index": N_("索引"),
    "view": N_("视图"),
}
_OFF: Final = text(
    "SELECT c.relname::text, t.tgname::text FROM pg_trigger t"
    " JOIN pg_class c ON c.oid = t.tgrelid"
    " WHERE c.relnamespace IN ('app'::regnamespace, 'api'::regnamespace)"
    " AND t.tgenabled NOT IN ('O', 'A') ORDER BY 1, 2"
)
_UNWATCHED: Final = text(
    "SELECT c.relname::text, w.name FROM pg_class c"
    " CROSS JOIN unnest(ARRAY['imprint_insert', 'imprint_update', 'imprint_delete']) AS w (name)"
    " WHERE c.relnamespace = 'app'::regnamespace AND c.relname = ANY (:covered) AND NOT EXISTS"
    " (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = w.name) ORDER BY 1, 2"
)


class _Piece(NamedTuple):
    kind: str
    name: str


class _Made(NamedTuple):
    table: str
    text: str


def strange(db: Database) -> tuple[str, ...]:
    """What of the schema is not as this program makes it, in words; empty is the proof.

    A schema that is not this program's own version is not looked at.
    """
    if schema.version(db) != schema.newest():
        return ()
    with translate(), db.engine.connect() as connection:
        if db.is_sqlite:
            return tuple(_compared(_shape(connection)))
        off = connection.execute(_OFF).all()
        gone = connection.execute(_UNWATCHED, {"covered": list(COVERED)}).all()
    return (
        *(_("{what}被停用了", what=_what("trigger", name, table)) for table, name in off),
        *(_("{what}被去掉了", what=_what("trigger", name, table)) for table, name in gone),
    )


def _compared(found: dict[_Piece, _Made]) -> Iterator[str]:
    made = _ours()
    for piece in sorted(made.keys() | found.keys()):
        ours, there = made.get(piece), found.get(piece)
        if ours == there:
            continue
        table = (ours or there or _Made("", "")).table
        what = _what(piece.kind, piece.name, table)
        if there is None:
            yield _("{what}被去掉了", what=what)
        elif ours is not None:
            yield _("{what}被改过", what=what)
        elif piece.kind == "trigger":
            yield _("{what}不是本程序的，会跟着每一步操作改数据", what=what)
        else:
            yield _("{what}不是本程序的", what=what)


def _what(kind: str, name: str, table: str) -> str:
    title = CHAINS.get(table) or COVERED.get(table)
    known = _(title) if title else table
    if name == table:
        return _("{kind}「{name}」", kind=_(_TITLES[kind]), name=known)
    return _("「{table}」的{kind} {name} ", table=known, kind=_(_TITLES[kind]), name=name)


@cache
def _ours() -> dict[_Piece, _Made]:
    """What the migrations make of an empty file; takes a second."""
    db = Database(sqlite_engine(":memory:"))
    try:
        with _in_silence():
            schema.upgrade(db)
        with db.engine.connect() as connection:
            return _shape(connection)
    finally:
        db.close()


@contextmanager
def _in_silence() -> Iterator[None]:
    """The log shall not tell of an upgrade that nobody asked for."""
    log = logging.getLogger("alembic")
    before = log.level
    log.setLevel(logging.WARNING)
    try:
        yield
    finally:
        log.setLevel(before)


def _shape(connection: Connection) -> dict[_Piece, _Made]:
    rows = connection.exec_driver_sql(_SHAPE)
    return {_Piece(kind, name): _Made(table, _plain(sql)) for kind, name, table, sql in rows}


def _plain(sql: str | None) -> str:
    """A definition without blanks and quotes, which SQLite sets anew when a table is renamed."""
    return re.sub(r'[\s"]+', "", sql or "")
