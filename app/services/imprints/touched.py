"""In a file: the lines of what a unit of work touched, out of its notes (`watch`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from app.domain import imprints as law
from app.services.imprints.columns import Ask, Columns

_AT_ONCE: Final = 5_000
_PART: Final = 20_000
"""Notes of one walk; a hundred bytes each."""
_FIRST: Final = -(2**63)


def touched_rows(ask: Ask, place: int, one: Columns) -> Iterator[str]:
    """Lines of rows: those that are gone first, as a key may have come back."""
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


def touched_groups(ask: Ask, place: int, one: Columns) -> Iterator[str]:
    """Lines of groups: most have just come, and are read in one walk; others one by one.

    The walk goes by parts, because the database sorts each of them in memory. A group that two
    parts share is whole in neither, and told when it is met first.
    """
    old = _old_rows(ask, place)
    digest, nothing = law.digest, law.NOTHING
    told: set[str] = set()
    for key, some_row, fresh, text in _walk(ask, place, one):
        if key in told:
            continue
        after, before = digest(text), nothing
        if not fresh or key in old:
            told.add(key)
            after, before = _both(ask, place, one, some_row, old.pop(key, {}))
        if after != before:
            yield f"{after} {before} {key}"
    yield from _left_behind(ask, one, old)


def _walk(ask: Ask, place: int, one: Columns) -> Iterator[tuple[str, int, int, str]]:
    """Groups with a touched row: key, one row of it, whether all of it has just come, its texts."""
    shared = ", ".join(f'x."{name}"' for name in one.shared)
    text = (
        f"SELECT {one.key_of('x')}, min(x.rowid),"
        f' count(*) = (SELECT count(*) FROM main."{one.table}" y WHERE {one.same("y", "x")})'
        f" AND count(t.key) = 0,"
        f' group_concat({one.text_of("x")}, char(10) ORDER BY x."{one.order}")'
        f' FROM temp.touched t CROSS JOIN main."{one.table}" x ON x.rowid = t.at'
        f" WHERE t.place = ? AND t.at BETWEEN ? AND ? GROUP BY {shared}"
    )
    for first, last in _parts(ask, place):
        yield from _read(ask(text, (place, first, last)))


def _parts(ask: Ask, place: int) -> Iterator[tuple[int, int]]:
    """Bounds of the notes of a table, so many at a time."""
    bounds = "SELECT min(at), max(at) FROM (SELECT at FROM temp.touched WHERE place = ? AND at >= ?"
    first = _FIRST
    while True:
        ((low, last),) = ask(f"{bounds} ORDER BY at LIMIT ?)", (place, first, _PART)).fetchall()
        if last is None:
            return
        yield low, last
        first = last + 1


def _read(rows: Any) -> Iterator[tuple[str, int, int, str]]:
    while part := rows.fetchmany(_AT_ONCE):
        yield from part


def _old_rows(ask: Ask, place: int) -> dict[str, dict[int, str]]:
    """What was changed or taken out: of each group the texts as they were, by their order."""
    found: dict[str, dict[int, str]] = {}
    for key, nth, text in ask(
        "SELECT key, nth, before FROM temp.touched WHERE place = ? AND key IS NOT NULL", (place,)
    ):
        found.setdefault(key, {})[nth] = text
    return found


def _both(
    ask: Ask, place: int, one: Columns, some_row: int, old: dict[int, str]
) -> tuple[str, str]:
    """The digests of a group now, and before: rows nobody touched, and the others as they were."""
    rows = ask(
        f'SELECT x."{one.order}", {one.text_of("x")}, t.at IS NULL FROM main."{one.table}" y'
        f' JOIN main."{one.table}" x ON {one.same("x", "y")}'
        f" LEFT JOIN temp.touched t ON t.place = ? AND t.at = x.rowid"
        f" WHERE y.rowid = ?",
        (place, some_row),
    ).fetchall()
    now = {nth: text for nth, text, _same in rows}
    was = {**old, **{nth: text for nth, text, same in rows if same}}
    return _digest(now), _digest(was)


def _digest(rows: dict[int, str]) -> str:
    return law.together([rows[nth] for nth in sorted(rows)])


def _left_behind(ask: Ask, one: Columns, old: dict[str, dict[int, str]]) -> Iterator[str]:
    """Groups that lost rows and have gained none: some are gone, of some a part is still there."""
    for key, was in old.items():
        rest = ask(
            f'SELECT x."{one.order}", {one.text_of("x")} FROM main."{one.table}" x'
            f" WHERE {' AND '.join(f'x.{name} = ?' for name in one.shared)}",
            tuple(int(part) for part in key.split(",")),
        )
        there = dict(rest.fetchall())
        yield f"{_digest(there)} {_digest({**was, **there})} {key}"
