"""In a file: the program's own connections note which covered rows they touch.

The notes are made by triggers of the temp schema. They live in the program's connections alone,
so what another program does to the file leaves no note, and no imprint. A unit of work turns its
notes into imprints right before COMMIT (`keep`); taken back, it takes the notes back with it.
On a server the triggers of migration 0031 do all this.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection

from app.domain import imprints as law
from app.domain.ledger import GENESIS
from app.services.imprints.covered import COVERED, left

_LINES: Final = 20_000
"""Of one imprint, so that none has to be held in memory whole."""
_WATCHED: Final = "imprints"
_NOTES: Final = (
    "CREATE TEMP TABLE touched (place INTEGER NOT NULL, at INTEGER NOT NULL, key TEXT,"
    " before TEXT, PRIMARY KEY (place, at)) WITHOUT ROWID"
)
Ask = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Columns:
    """A covered table as it stands in the file.

    Attributes:
        table: Its name.
        said: The columns that digests speak of, in the table's order.
        key: Those of its primary key.
        lines: Whether a key may hold a line break.
    """

    table: str
    said: tuple[str, ...]
    key: tuple[str, ...]
    lines: bool

    def text_of(self, row: str) -> str:
        """SQL for the text of a row (`law.said`)."""
        return _joined(row, self.said)

    def key_of(self, row: str) -> str:
        """SQL for the text of its key."""
        key = _joined(row, self.key)
        if not self.lines:
            return key
        return f"replace(replace({key}, char(92), char(92, 92)), char(10), char(92) || 'n')"


def _joined(row: str, names: Iterable[str]) -> str:
    return "concat_ws(','," + ",".join(f'quote({row}."{name}")' for name in names) + ")"


def columns_of(ask: Ask, table: str) -> Columns:
    """What a covered table of the file looks like."""
    rows = ask(f'PRAGMA main.table_info("{table}")').fetchall()
    keys = sorted((row for row in rows if row[5]), key=lambda row: int(row[5]))
    return Columns(
        table,
        tuple(row[1] for row in rows if row[1] not in left(table)),
        tuple(row[1] for row in keys),
        any(row[2] == "TEXT" for row in keys),
    )


def tables_in(ask: Ask) -> tuple[str, ...]:
    """The covered tables that the file has."""
    there = {row[0] for row in ask("SELECT name FROM main.sqlite_master WHERE type = 'table'")}
    return tuple(name for name in COVERED if name in there)


def watch(connection: Connection) -> None:
    """Have a connection note from now on; once for each, before it begins to write."""
    if connection.info.get(_WATCHED):
        return
    ask = asking(connection)
    if not ask("SELECT 1 FROM main.sqlite_master WHERE name = 'imprint'").fetchall():
        return
    driver: Any = connection.connection.driver_connection
    driver.create_function("imprint_digest", 1, law.digest, deterministic=True)
    ask("BEGIN")
    try:
        ask(_NOTES)
        for place, table in enumerate(tables_in(ask)):
            for statement in _triggers(place, columns_of(ask, table)):
                ask(statement)
        ask("COMMIT")
    except BaseException:
        ask("ROLLBACK")
        raise
    connection.info[_WATCHED] = True


def unwatch(connection: Connection) -> None:
    """Forget how the tables looked: an upgrade has changed them."""
    if not connection.info.pop(_WATCHED, False):
        return
    ask = asking(connection)
    for (name,) in ask("SELECT name FROM temp.sqlite_master WHERE type = 'trigger'").fetchall():
        ask(f'DROP TRIGGER temp."{name}"')
    ask("DROP TABLE temp.touched")


def asking(connection: Connection) -> Ask:
    """The driver's way to ask, past SQLAlchemy."""
    driver: Any = connection.connection.driver_connection
    ask: Ask = driver.execute
    return ask


def _triggers(place: int, one: Columns) -> Iterator[str]:
    """Of a row the first touch counts: it knows what was there before the unit of work."""
    begin = f'ON main."{one.table}" BEGIN'
    # Not OR IGNORE: the policy of an upsert that fires the trigger would take its place.
    note = "INSERT INTO touched VALUES ({}) ON CONFLICT DO NOTHING;"
    new = note.format(f"{place}, NEW.rowid, NULL, NULL")
    before = f"{one.key_of('OLD')}, imprint_digest({one.text_of('OLD')})"
    old = note.format(f"{place}, OLD.rowid, {before}")
    said = ", ".join(f'"{name}"' for name in one.said)
    make = "CREATE TEMP TRIGGER imprint"
    yield f"{make}_insert_{place} AFTER INSERT {begin} {new} END"
    yield f"{make}_update_{place} AFTER UPDATE OF {said} {begin} {old} {new} END"
    yield f"{make}_delete_{place} AFTER DELETE {begin} {old} END"


def keep(connection: Connection, at_us: int, person_id: int) -> None:
    """Leave the imprints of what was noted since the unit of work began."""
    if not connection.info.get(_WATCHED):
        return
    ask = asking(connection)
    places = [row[0] for row in ask("SELECT DISTINCT place FROM temp.touched").fetchall()]
    if not places:
        return
    tables = tables_in(ask)
    body: list[str] = []
    for place in places:
        one = columns_of(ask, tables[place])
        head, lines = law.head(one.table, one.said), _touched(ask, place, one)
        while part := list(islice(lines, _LINES)):
            body += [head, *part]
            if len(body) > _LINES:
                chain(ask, at_us, person_id, "\n".join(body))
                body = []
    if body:
        chain(ask, at_us, person_id, "\n".join(body))
    ask("DELETE FROM temp.touched")


def _touched(ask: Ask, place: int, one: Columns) -> Iterator[str]:
    """Lines of the rows touched: those that are gone first, as a key may have come back."""
    gone = ask(
        f"SELECT '- ' || t.before || ' ' || t.key FROM temp.touched t"
        f' LEFT JOIN main."{one.table}" x ON x.rowid = t.at'
        f" WHERE t.place = ? AND t.before IS NOT NULL"
        f" AND (x.rowid IS NULL OR {one.key_of('x')} <> t.key)",
        (place,),
    )
    yield from (line for (line,) in gone)
    there = ask(
        f"SELECT {one.key_of('x')}, {one.text_of('x')}, t.key, t.before FROM temp.touched t"
        f' JOIN main."{one.table}" x ON x.rowid = t.at WHERE t.place = ?',
        (place,),
    )
    digest, nothing = law.digest, law.NOTHING
    for key, text, old_key, before in there:
        after = digest(text)
        earlier = before if old_key == key else nothing
        if after != earlier:
            yield f"{after} {earlier} {key}"


def chain(ask: Ask, at_us: int, person_id: int, body: str) -> None:
    """Add one imprint to the chain."""
    ask(
        "INSERT INTO chain_head (org_id, chain, seq, hash) VALUES (?, ?, 0, ?)"
        " ON CONFLICT DO NOTHING",
        (law.GROUP, law.CHAIN, GENESIS),
    )
    ((seq, previous),) = ask(
        "SELECT seq, hash FROM chain_head WHERE org_id = ? AND chain = ?", (law.GROUP, law.CHAIN)
    ).fetchall()
    text = law.law(law.GROUP, seq + 1, at_us, person_id, body)
    ask(
        "INSERT INTO imprint (org_id, seq, at, person_id, body, prev_hash, hash)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (law.GROUP, seq + 1, at_us, person_id, body, previous,
         hashlib.sha256(previous + text.encode()).digest()),
    )  # fmt: skip


def rows_now(ask: Ask, table: str, said: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Key and digest of every row, in the columns named."""
    one = columns_of(ask, table)
    rows = ask(f'SELECT {one.key_of("x")}, {_joined("x", said)} FROM main."{table}" x')
    digest = law.digest
    return ((key, digest(text)) for key, text in rows)


def state_anew(connection: Connection, tables: Sequence[str], at_us: int, person_id: int) -> None:
    """State tables as they are now, empty ones too; what was known of them before is void."""
    ask = asking(connection)
    for table in tables:
        one = columns_of(ask, table)
        chain(ask, at_us, person_id, law.head(table, one.said, anew=True))
        lines = (f"{now} {law.NOTHING} {key}" for key, now in rows_now(ask, table, one.said))
        head = law.head(table, one.said)
        while part := list(islice(lines, _LINES)):
            chain(ask, at_us, person_id, "\n".join([head, *part]))


def state_what_stands(connection: Connection, at_us: int) -> None:
    """State every covered table that holds something: covered from now on (migration 0031)."""
    ask = asking(connection)
    full = [name for name in tables_in(ask) if ask(f'SELECT 1 FROM "{name}" LIMIT 1').fetchall()]
    state_anew(connection, full, at_us, 0)
