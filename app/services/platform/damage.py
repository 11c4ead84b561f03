"""What a server can no longer read, and what its rows refer to and is gone.

A server finds a damaged page only when somebody reads it, and a page that came back empty it takes
for one without rows. So `doctor` and `verify` read every table, and each once more through its
key; a backup looks besides for what rows refer to, since a dump of which a page is gone would not
come back. A file answers for its own pages (`proofs.pages`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.domain.errors import EnvironmentProblem
from app.i18n import _
from app.services import schema
from app.services.db import Database, DBAPIError
from app.services.db_errors import DAMAGED, is_refused

_TABLES: Final = text(
    "SELECT c.oid::regclass::text AS name, c.relname::text AS word, coalesce((SELECT"
    " string_agg(quote_ident(a.attname), ', ' ORDER BY k.place) FROM pg_index i,"
    " unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place) JOIN pg_attribute a"
    " ON a.attnum = k.attnum AND a.attrelid = c.oid"
    " WHERE i.indrelid = c.oid AND i.indisprimary), '') AS key FROM pg_class c"
    " WHERE c.relnamespace = 'app'::regnamespace AND c.relkind = 'r'"
    " AND has_table_privilege(c.oid, 'SELECT') ORDER BY 2"
)
_COLUMNS: Final = text(
    "SELECT c.relname::text, a.attname::text FROM pg_class c JOIN pg_attribute a"
    " ON a.attrelid = c.oid WHERE c.relnamespace = 'app'::regnamespace AND c.relkind = 'r'"
    " AND a.attnum > 0 AND NOT a.attisdropped"
)
_REFERENCES: Final = text(
    "SELECT c.conrelid::regclass::text AS child, c.confrelid::regclass::text AS parent,"
    " string_agg(format('c.%I IS NOT NULL', a.attname), ' AND ') AS filled,"
    " string_agg(format('p.%I = c.%I', b.attname, a.attname), ' AND ') AS same"
    " FROM pg_constraint c, unnest(c.conkey, c.confkey) AS k (mine, theirs)"
    " JOIN pg_attribute a ON a.attnum = k.mine JOIN pg_attribute b ON b.attnum = k.theirs"
    " WHERE c.contype = 'f' AND c.connamespace = 'app'::regnamespace"
    " AND a.attrelid = c.conrelid AND b.attrelid = c.confrelid GROUP BY c.oid ORDER BY 1, 2"
)


_BY_TABLE: Final = text(
    "SELECT set_config('enable_seqscan', 'on', true), set_config('enable_indexscan', 'off', true),"
    " set_config('enable_indexonlyscan', 'off', true), set_config('enable_bitmapscan', 'off', true)"
)
_BY_KEY: Final = text(
    "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_indexscan', 'on', true),"
    " set_config('enable_indexonlyscan', 'on', true), set_config('enable_bitmapscan', 'off', true),"
    " set_config('enable_sort', 'off', true)"
)


class _Table(NamedTuple):
    name: str
    word: str
    key: str


def unread(db: Database) -> tuple[str, ...]:
    """What of a server cannot be read, a sentence each; empty for a file, and when all is well.

    Raises:
        EnvironmentProblem: It is so damaged that it cannot even be asked for its tables.
    """
    if db.is_sqlite:
        return ()
    with db.read() as session:
        tables = [_Table(*row) for row in session.execute(_TABLES)]
    found = gone(db)
    whole = _whole_rows(db)
    try:
        with db.read() as session:
            return (*found, *_differing(session, tables, whole))
    except (EnvironmentProblem, DBAPIError) as error:
        _reason(error)  # else it is no damage
    return (*found, *(one for table in tables for one in _examine(db, table, whole)))


def gone(db: Database) -> tuple[str, ...]:
    """Tables and columns of this program that a server no longer knows, a sentence each."""
    with db.read() as session:
        rows = session.execute(_COLUMNS).all()
    tables: dict[str, set[str]] = {}
    for table, column in rows:
        tables.setdefault(table, set()).add(column)
    found = [
        _("数据表 {table} 不见了", table=one) for one in sorted(missing(db, frozenset(tables)))
    ]
    for name, columns in _expected(db).items():
        lost = sorted(columns - tables.get(name, columns))
        found += [_("数据表 {table} 的列 {column} 不见了", table=name, column=one) for one in lost]
    return tuple(found)


def missing(db: Database, there: frozenset[str]) -> frozenset[str]:
    """Tables of this program that are not among these; a database of another version has others."""
    return frozenset(_expected(db)) - there


def _expected(db: Database) -> dict[str, frozenset[str]]:
    """Every table of this program with its columns."""
    if schema.version(db) != schema.newest():
        return {}
    from app.models import every  # every table at once is slow to load

    return {
        table.name: frozenset(column.name for column in table.columns)
        for table in every.base.Base.metadata.tables.values()
    }


def _whole_rows(db: Database) -> bool:
    """Whether rows have to be read to their ends: pages do not bear sums that tell of a change."""
    with db.read() as session:
        return str(session.execute(text("SHOW data_checksums")).scalar_one()) != "on"


def _examine(db: Database, table: _Table, whole: bool) -> tuple[str, ...]:
    """What is wrong with one table, looked at by itself."""
    try:
        with db.read() as session:
            _rows(session, table, whole)
    except (EnvironmentProblem, DBAPIError) as error:
        return (_("数据表 {table} 读不出来（{reason}）", table=table.word, reason=_reason(error)),)
    try:
        with db.read() as session:
            return _differing(session, (table,), whole)
    except (EnvironmentProblem, DBAPIError) as error:
        words = _(
            "数据表 {table} 的主键索引读不出来（{reason}）", table=table.word, reason=_reason(error)
        )
        return (words,)


def _differing(session: Session, tables: Sequence[_Table], whole: bool) -> tuple[str, ...]:
    """Tables of which the key tells another number of rows than they have themselves."""
    found = []
    for table in tables:
        rows = _rows(session, table, whole)
        keys = _keys(session, table) if table.key else rows
        if keys != rows:
            words = _(
                "数据表 {table} 有 {rows} 行，主键索引里有 {keys} 行",
                table=table.word, rows=rows, keys=keys,
            )  # fmt: skip
            found.append(words)
    return tuple(found)


def _rows(session: Session, table: _Table, whole: bool) -> int:
    what = "one::text" if whole else "*"
    return _count(session, f"SELECT count({what}) FROM {table.name} AS one", by_key=False)


def _keys(session: Session, table: _Table) -> int:
    through = f"SELECT {table.key} FROM {table.name} ORDER BY {table.key} OFFSET 0"
    return _count(session, f"SELECT count(*) FROM ({through}) AS one", by_key=True)


def _count(session: Session, query: str, *, by_key: bool) -> int:
    session.execute(_BY_KEY if by_key else _BY_TABLE)
    return int(session.execute(text(query)).scalar_one())


def _reason(error: EnvironmentProblem | DBAPIError) -> str:
    """The server's own words; what is no damage, such as a line that broke, is passed on."""
    cause = error if isinstance(error, DBAPIError) else error.__cause__
    known = error.code in DAMAGED if isinstance(error, EnvironmentProblem) else is_refused(error)
    if not known or not isinstance(cause, DBAPIError):
        raise error
    return str(cause.orig).partition("\n")[0]


def torn_off(db: Database) -> tuple[str, ...]:
    """What rows of a server refer to and is not there, a sentence each; read with every right."""
    if db.is_sqlite:
        return ()
    found = []
    with db.read() as session:
        for child, parent, filled, same in session.execute(_REFERENCES).all():
            query = (
                f"SELECT count(*) FROM {child} AS c WHERE {filled}"
                f" AND NOT EXISTS (SELECT 1 FROM {parent} AS p WHERE {same})"
            )
            if rows := int(session.execute(text(query)).scalar_one()):
                words = _(
                    "{child} 有 {n} 行引用了 {parent} 里已经没有的内容",
                    child=child,
                    n=rows,
                    parent=parent,
                )
                found.append(words)
    return tuple(found)


def advice() -> str:
    """What to do with a damaged server."""
    return _(
        "请先停止记账，查磁盘，不要删旧备份；用最近一份好备份恢复成新库（yilian restore），"
        "核对后改用它。表都读得出、只有索引坏时，可请管理员重建索引（REINDEX），再核对一次。"
    )
