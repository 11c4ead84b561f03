"""The rows as they are now, held against the imprints that the program left of them.

What was known of a row is gathered from the imprints, share by share, so that a catalogue of any
size takes little memory; then the table is read once. Digests of a file's rows are made here, a
server makes them itself: its auditors may not see every row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zlib import crc32

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.domain import imprints as law
from app.domain.duties import Actor, Duty
from app.models.base import microseconds
from app.models.imprint import Imprint
from app.services.access import lead_org, require
from app.services.db import Database, database_of, today
from app.services.imprints import watch
from app.services.imprints.columns import columns_of, rows_now
from app.services.imprints.covered import COVERED, left
from app.services.queries.portions import portions

CHANGED: Final = "changed"
GONE: Final = "gone"
FOREIGN: Final = "foreign"
BETWEEN: Final = "between"
_SHARE: Final = 200_000
"""Rows that are held against each other at a time."""
_NOW: Final = text("SELECT key, digest FROM api.imprints_now(:head)")
_ANEW: Final = text("SELECT api.imprints_anew(CAST(:tables AS text[]))")
_COLUMNS: Final = text(
    "SELECT attname::text FROM pg_attribute WHERE attrelid = CAST(:table AS regclass)"
    " AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
)
_READS: Final = text("SELECT app.reads_imprints()")


@dataclass(frozen=True, slots=True)
class Written:
    """When a row was written last by the program, and by whom.

    Attributes:
        seq: The imprint's row.
        at: When.
        person_id: Who; 0 for the owner of a server, and for an upgrade.
    """

    seq: int
    at: datetime
    person_id: int


@dataclass(frozen=True, slots=True)
class Strange:
    """A row that is not what the program left.

    Attributes:
        table: Its table.
        key: Its key as text.
        kind: ``changed``, ``gone``, ``foreign`` (the program never wrote it), or ``between``: it
            was changed before the program wrote it again.
        columns: The columns that its digest speaks of.
        written: When the program wrote it last; None for a foreign row.
    """

    table: str
    key: str
    kind: str
    columns: tuple[str, ...]
    written: Written | None


@dataclass(frozen=True, slots=True)
class Since:
    """A table that was stated anew: covered since then only."""

    table: str
    written: Written


@dataclass(frozen=True, slots=True)
class Findings:
    """What the imprints show.

    Attributes:
        rows: How many rows they speak of.
        strange: The rows that do not fit.
        since: Tables that were stated anew.
        readable: False where the person may not read imprints: nothing was looked at then.
    """

    rows: int = 0
    strange: tuple[Strange, ...] = ()
    since: tuple[Since, ...] = ()
    readable: bool = True


_Said = tuple[int, tuple[str, ...]]
"""What digests speak of: groups of rows by so many columns of the key, and which columns."""


@dataclass(slots=True)
class _Known:
    """What the imprints say of one row in the end."""

    head: int
    digest: str
    seq: int
    between: int = 0


@dataclass(slots=True)
class _Book:
    """The tables of one share as the imprints leave them."""

    share: _Share
    rows: dict[str, dict[str, _Known]] = field(default_factory=dict)
    heads: list[_Said] = field(default_factory=list)
    since: dict[str, int] = field(default_factory=dict)

    def add(self, seq: int, section: law.Section) -> None:
        """Take in a section; of each row the last word counts."""
        if section.anew:
            self.rows[section.table] = {}
            self.since[section.table] = seq
        said = (section.group, section.columns)
        if said not in self.heads:
            self.heads.append(said)
        head, known = self.heads.index(said), self.rows.setdefault(section.table, {})
        for line in self.share.lines(section):
            try:
                after, before, key = line.split(" ", 2)
            except ValueError:  # another program wrote it, of which the chain tells
                continue
            one = known.get(key)
            if one is None:
                # unknown, and yet there was something: a foreign row that was written over
                strange = seq if before != law.NOTHING else 0
                known[key] = _Known(head, after, seq, strange)
            else:
                # digests over other columns say nothing about these
                if before != one.digest and head == one.head:
                    one.between = seq
                one.head, one.digest, one.seq = head, after, seq


@dataclass(frozen=True, slots=True)
class _Share:
    """Some tables, or one part of a large one."""

    tables: frozenset[str]
    part: int = 0
    parts: int = 1

    def holds(self, key: str) -> bool:
        """Whether a row with this key belongs to the share."""
        return self.parts == 1 or crc32(key.encode()) % self.parts == self.part

    def lines(self, section: law.Section) -> Iterable[str]:
        """The lines of a section that belong to the share."""
        if self.parts == 1:
            return section.lines
        return (line for line in section.lines if self.holds(line.split(" ", 2)[-1]))


def examine(db: Database, share: int = _SHARE) -> Findings:
    """Hold every covered row that there is against the imprints.

    Args:
        db: The database; on a server as an auditor of the lead, or as the owner.
        share: How many rows are looked at together at most.
    """
    with db.read() as session:
        if not db.is_sqlite and not session.scalar(_READS):
            return Findings(readable=False)
        odd: list[_Odd] = []
        since: dict[str, int] = {}
        rows = 0
        for one in _shares(session, share):
            book = _gathered(session, one)
            since |= book.since
            rows += sum(len(known) for known in book.rows.values())
            for table in sorted(one.tables):
                odd += _held(session, book, table)
        written = _written(session, {*since.values(), *(one.seq for one in odd)})
        return Findings(
            rows,
            tuple(
                Strange(one.table, one.key, one.kind, one.columns, written.get(one.seq))
                for one in odd
            ),
            tuple(Since(table, written[seq]) for table, seq in sorted(since.items())),
        )


def accept(db: Database, actor: Actor, tables: Sequence[str]) -> None:
    """State tables anew as they are, after somebody has found out why they are so.

    Args:
        db: The database.
        actor: Who accepts it, an auditor of the lead; `verify` tells it from then on.
        tables: Names of covered tables.

    Raises:
        NotAllowedError: The person does not audit the lead.
    """
    with db.read() as session:
        require(actor, Duty.AUDIT, lead_org(session, today(session)))
    state_anew(db, tables, actor.person_id)


def state_anew(db: Database, tables: Sequence[str], person_id: int) -> None:
    """As `accept`; a server looks itself who may, and who it is."""
    with db.write() as session:
        if not db.is_sqlite:
            session.execute(_ANEW, {"tables": list(tables)})
            return
        at = microseconds(db.now(session))
        watch.state_anew(session.connection(), tables, at, person_id)


@dataclass(frozen=True, slots=True)
class _Odd:
    table: str
    key: str
    kind: str
    columns: tuple[str, ...]
    seq: int


def _shares(session: Session, size: int) -> Iterator[_Share]:
    """Every covered table once; large ones in parts."""
    lines = dict.fromkeys(COVERED, 0)
    for _seq, section in _sections(session):
        if section.table in lines:
            lines[section.table] += len(section.lines)
    small: list[str] = []
    for table, count in sorted(lines.items(), key=lambda one: one[1]):
        parts = -(-count // size)
        if parts > 1:
            yield from (_Share(frozenset((table,)), part, parts) for part in range(parts))
            continue
        if sum(lines[name] for name in small) + count > size:
            yield _Share(frozenset(small))
            small = []
        small.append(table)
    yield _Share(frozenset(small))


def _sections(session: Session) -> Iterator[tuple[int, law.Section]]:
    query = select(Imprint.seq, Imprint.body).order_by(Imprint.seq)
    for seq, body in session.execute(query.execution_options(yield_per=20)):
        for section in law.sections(body):
            yield seq, section


def _gathered(session: Session, share: _Share) -> _Book:
    book = _Book(share)
    for seq, section in _sections(session):
        if section.table in share.tables:
            book.add(seq, section)
    return book


def _held(session: Session, book: _Book, table: str) -> Iterator[_Odd]:
    """The rows of a table that do not fit."""
    known = book.rows.get(table, {})
    for key, one in known.items():
        if one.between:
            yield _Odd(table, key, BETWEEN, book.heads[one.head][1], one.between)
    by_head: dict[_Said, dict[str, _Known]] = {}
    for key, one in known.items():
        if one.digest != law.NOTHING:
            by_head.setdefault(book.heads[one.head], {})[key] = one
    today = _said_today(session, table)
    by_head.setdefault(today, {})
    for said, those in by_head.items():
        columns = said[1]
        readable = columns and set(columns) <= set(today[1])
        there = _there(session, book.share, table, said) if readable else ()
        for key, digest in there:
            left_it = those.pop(key) if key in those else None
            if left_it is not None and left_it.digest != digest:
                yield _Odd(table, key, CHANGED, columns, left_it.seq)
            elif left_it is None and said == today:
                yield from _foreign(table, key, columns, known.get(key))
        yield from (_Odd(table, key, GONE, columns, one.seq) for key, one in those.items())


def _foreign(
    table: str, key: str, columns: tuple[str, ...], known: _Known | None
) -> Iterator[_Odd]:
    """A row that the program never wrote or has deleted; not one known by other columns."""
    if known is None:
        yield _Odd(table, key, FOREIGN, columns, 0)
    elif known.digest == law.NOTHING:
        yield _Odd(table, key, FOREIGN, columns, known.seq)


def _there(session: Session, share: _Share, table: str, said: _Said) -> Iterator[tuple[str, str]]:
    """Key and digest of the rows, or groups of rows, of a table that belong to the share."""
    group, columns = said
    if database_of(session).is_sqlite:
        ask = watch.asking(session.connection())
        rows: Iterable[tuple[str, str]] = rows_now(ask, table, columns, group)
    else:
        head = {"head": law.head(table, columns)}
        found = session.execute(_NOW, head, execution_options={"yield_per": 10_000})
        rows = ((key, digest) for key, digest in found)
    return ((key, digest) for key, digest in rows if share.holds(key))


def _said_today(session: Session, table: str) -> _Said:
    """What the program's digests of a table speak of today."""
    if database_of(session).is_sqlite:
        one = columns_of(watch.asking(session.connection()), table)
        return one.group, one.said
    names = session.scalars(_COLUMNS, {"table": f"app.{table}"})
    return 0, tuple(name for name in names if name not in left(table))


def _written(session: Session, rows: set[int]) -> dict[int, Written]:
    found: dict[int, Written] = {}
    for part in portions(sorted(rows)):
        for seq, at, person in session.execute(
            select(Imprint.seq, Imprint.at, Imprint.person_id).where(Imprint.seq.in_(part))
        ):
            found[seq] = Written(seq, at, person)
    return found
