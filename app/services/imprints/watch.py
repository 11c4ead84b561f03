"""In a file: the program's own connections note which covered rows they touch.

The notes are made by triggers of the temp schema. They live in the program's connections alone,
so what another program does to the file leaves no note, and no imprint. A unit of work turns its
notes into imprints right before COMMIT (`keep`); taken back, it takes the notes back with it.
On a server the triggers of migration 0031 do all this.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection

from app.domain import imprints as law
from app.domain.ledger import GENESIS
from app.services.imprints.columns import Ask, Columns, columns_of, rows_now, tables_in
from app.services.imprints.touched import touched_groups, touched_rows

_LINES: Final = 20_000
"""Of one imprint, so that none has to be held in memory whole."""
_WATCHED: Final = "imprints"
_NOTES: Final = (
    "CREATE TEMP TABLE touched (place INTEGER NOT NULL, at INTEGER NOT NULL, key TEXT,"
    " before TEXT, nth INTEGER, PRIMARY KEY (place, at)) WITHOUT ROWID"
)


def watch(connection: Connection) -> None:
    """Have a connection note from now on; once for each, before it begins to write."""
    if connection.info.get(_WATCHED):
        return
    ask = asking(connection)
    if not ask("SELECT 1 FROM main.sqlite_master WHERE name = 'imprint'").fetchall():
        return
    driver: Any = connection.connection.driver_connection
    driver.create_function("imprint_digest", 1, law.digest, deterministic=True)
    made = [_NOTES]
    for place, table in enumerate(tables_in(ask)):
        made += _triggers(place, columns_of(ask, table))
    # As a script: the driver keeps every other statement, and of more than it has room for it
    # keeps the first, so that those of each scan would be prepared anew every time.
    script = ";\n".join(("BEGIN", *made, "COMMIT;"))
    try:
        driver.executescript(script)
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
    """Of a row the first touch counts: it knows what was there before the unit of work.

    Of a row by itself the digest is kept, of one in a group the text, as the others belong to it.
    """
    begin = f'ON main."{one.table}" BEGIN'
    # Not OR IGNORE: the policy of an upsert that fires the trigger would take its place.
    note = "INSERT INTO touched VALUES ({}) ON CONFLICT DO NOTHING;"
    new = note.format(f"{place}, NEW.rowid, NULL, NULL, NULL")
    text, nth = one.text_of("OLD"), f'OLD."{one.order}"' if one.group else "NULL"
    text = text if one.group else f"imprint_digest({text})"
    old = note.format(f"{place}, OLD.rowid, {one.key_of('OLD')}, {text}, {nth}")
    said = ", ".join(f'"{name}"' for name in one.said)
    make = "CREATE TEMP TRIGGER imprint"
    yield f"CREATE TEMP TRIGGER {_insert_trigger(place)} AFTER INSERT {begin} {new} END"
    yield f"{make}_update_{place} AFTER UPDATE OF {said} {begin} {old} {new} END"
    yield f"{make}_delete_{place} AFTER DELETE {begin} {old} END"


@contextmanager
def noted_at_once(connection: Connection, tables: Sequence[str], fresh_id: int) -> Iterator[None]:
    """New rows are noted when all are there: for an import, which writes them by the thousand.

    Args:
        connection: In the unit of work that writes.
        tables: Names of covered tables.
        fresh_id: New rows that bring a number of their own as key bring one from here on.
    """
    if not connection.info.get(_WATCHED):
        yield
        return
    ask = asking(connection)
    known = tables_in(ask)
    ends: dict[str, int] = {}
    for table in tables:
        ((end,),) = ask(f'SELECT coalesce(max(rowid), 0) FROM main."{table}"').fetchall()
        if end < fresh_id:  # else somebody's clock was ahead: row by row, as ever
            ends[table] = end
            ask(f"DROP TRIGGER temp.{_insert_trigger(known.index(table))}")
    yield
    for table, end in ends.items():
        place = known.index(table)
        ask("DELETE FROM temp.touched WHERE place = ? AND at > ?", (place, end))
        ask(
            "INSERT INTO temp.touched SELECT ?, rowid, NULL, NULL, NULL"
            f' FROM main."{table}" WHERE rowid > ?',
            (place, end),
        )
        ask(next(_triggers(place, columns_of(ask, table))))


def _insert_trigger(place: int) -> str:
    return f"imprint_insert_{place}"


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
        lines = (touched_groups if one.group else touched_rows)(ask, place, one)
        while part := list(islice(lines, _LINES)):
            body += [law.head(one.table, one.said, one.group), *part]
            if len(body) > _LINES:
                chain(ask, at_us, person_id, "\n".join(body))
                body = []
    if body:
        chain(ask, at_us, person_id, "\n".join(body))
    ask("DELETE FROM temp.touched")


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


def state_anew(connection: Connection, tables: Sequence[str], at_us: int, person_id: int) -> None:
    """State tables as they are now, empty ones too; what was known of them before is void."""
    ask = asking(connection)
    for table in tables:
        one = columns_of(ask, table)
        chain(ask, at_us, person_id, law.head(table, one.said, one.group, anew=True))
        rows = rows_now(ask, table, one.said, one.group)
        lines = (f"{now} {law.NOTHING} {key}" for key, now in rows)
        head = law.head(table, one.said, one.group)
        while part := list(islice(lines, _LINES)):
            chain(ask, at_us, person_id, "\n".join([head, *part]))


def state_what_stands(connection: Connection, at_us: int, tables: Sequence[str] = ()) -> None:
    """State covered tables, all if none are named, that hold something: covered from now on."""
    ask = asking(connection)
    full = [
        name
        for name in tables or tables_in(ask)
        if ask(f'SELECT 1 FROM main."{name}" LIMIT 1').fetchall()
    ]
    state_anew(connection, full, at_us, 0)
