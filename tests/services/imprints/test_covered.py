"""Whatever another program changes, puts in or takes out of a covered table is named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, insert, update

from app.models.base import Base
from app.services.imprints import proof
from app.services.imprints.covered import COVERED, GROUPED, LEFT, OUTSIDE, left
from tests.factories import Site
from tests.services.imprints.another_program import TABLES, another_program, row_of, value_of

Told = dict[str, Counter[str]]
ANOTHER = 1001
"""How far another value is: an odd number, for flags."""


def told(site: Site) -> Told:
    """What is strange: of each table how many rows of which kind."""
    found = proof.examine(site.owner)
    assert found.readable
    strange: Told = {}
    for one in found.strange:
        strange.setdefault(one.table, Counter())[one.kind] += 1
    return strange


def test_every_table_is_covered_or_said_why_not() -> None:
    """A new table goes into `app/services/imprints/covered.py`, in one list or the other."""
    tables = set(Base.metadata.tables)
    assert set(COVERED) | set(OUTSIDE) == tables
    assert set(COVERED) & set(OUTSIDE) == set()
    for name, columns in LEFT.items():
        table = Base.metadata.tables[name]
        assert set(columns) <= set(table.columns.keys()) - set(table.primary_key.columns.keys())


def test_the_small_group_is_as_it_was_written(site: Site) -> None:
    assert told(site) == {}


def test_each_column_of_each_table_counts(site: Site) -> None:
    """Column by column in all tables at once: the tables are named, and no other."""
    planted(site)
    widest = max(len(table.columns) for table in TABLES)
    for place in range(widest):
        wide = [table for table in TABLES if place < len(table.columns)]
        change(site, wide, place, ANOTHER)
        expected: Told = {}
        for table in wide:
            column = table.columns[place]
            shared = table.primary_key.columns.keys()[: GROUPED.get(table.name, 99)]
            if column.name in shared or (column.primary_key and not site.is_sqlite):
                expected[table.name] = Counter({proof.GONE: 1, proof.FOREIGN: 1})
            elif column.name not in left(table.name):
                expected[table.name] = Counter({proof.CHANGED: 1})
        assert told(site) == expected, place
        change(site, wide, place, 0)
    assert told(site) == {}


def test_a_row_more_and_a_row_less_are_named(site: Site) -> None:
    planted(site)
    each(site, lambda line, table: line.execute(insert(table).values(row_of(table, 500))))
    assert told(site) == {table.name: Counter({proof.FOREIGN: 1}) for table in TABLES}

    each(site, lambda line, table: line.execute(delete(table).where(this(table, 500))))
    each(site, lambda line, table: line.execute(delete(table).where(this(table, 0))))
    assert told(site) == {table.name: Counter({proof.GONE: 1}) for table in TABLES}


def planted(site: Site) -> None:
    """One row in each covered table, which counts as the program's from now on."""
    each(site, lambda line, table: line.execute(insert(table).values(row_of(table, 0))))
    proof.state_anew(site.owner, tuple(COVERED), 0)
    assert told(site) == {}


def each(site: Site, deed: Callable[[Connection, Table], object]) -> None:
    """Do it to each covered table, as another program would."""
    with another_program(site.owner) as line:
        for table in TABLES:
            deed(line, table)


def change(site: Site, tables: list[Table], place: int, by: int) -> None:
    """Give a column of the planted rows another value, or its own again (0)."""
    with another_program(site.owner) as line:
        for table in tables:
            column = table.columns[place]
            known = row_of(table, 0) | {column.name: value_of(column, place + ANOTHER - by)}
            mine = and_(*(one == known[one.name] for one in table.primary_key.columns))
            fresh = {column.name: value_of(column, place + by)}
            turned = line.execute(update(table).where(mine).values(fresh))
            assert turned.rowcount == 1, (table.name, column.name)


def this(table: Table, n: int) -> ColumnElement[bool]:
    """The row that `row_of` makes of the number."""
    known = row_of(table, n)
    return and_(*(one == known[one.name] for one in table.primary_key.columns))
