"""Proofs: balances equal the ledger, and nobody has changed a row of ledger or audit trail.

Both only read. They run before and after a backup, in `yilian doctor`, and on their own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NamedTuple, cast

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    func,
    inspect,
    literal,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType as Stored

from app.domain import imprints as law
from app.domain.ledger import GENESIS
from app.models.base import BigInt
from app.models.imprint import Imprint
from app.models.party import Organisation
from app.models.platform import Audit
from app.models.stock import Balance, ChainHead, Ledger, Place
from app.services.anchors import BOOKS
from app.services.db import Database, database_of
from app.services.db_errors import translate

Report = Callable[[int, int], None]
Row = tuple[int, bytes, bytes, str]
_PAGE: Final = 10_000
_FEW: Final = 3
_ODD: Final = 20


@dataclass(frozen=True, slots=True)
class Difference:
    """A balance that is not what the ledger says; smallest units."""

    org_id: int
    place_id: int
    item_id: int
    lot_id: int
    owner_id: int
    balance: int
    ledger: int


@dataclass(frozen=True, slots=True)
class ChainProof:
    """The chain of one organisation: how long, its last hash, and where it breaks.

    Attributes:
        org_id: The organisation.
        chain: ``ledger``, ``audit`` or ``imprint``.
        rows: How many rows there are.
        head: The last hash in hex; to be kept or printed outside the database.
        broken_at: Sequence number of the first row that does not fit, 0 when all do.
        odd: The first rows that do not fit: changed, or rows before them are gone. Without them
            the chain has lost its end, or the note of where it ends.
    """

    org_id: int
    chain: str
    rows: int
    head: str
    broken_at: int
    odd: tuple[int, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing was changed, left out or cut off."""
        return self.broken_at == 0


def reconcile(db: Database) -> tuple[Difference, ...]:
    """Every balance that differs from the sum of the ledger; empty is the proof."""
    with db.read() as session:
        return _differences(session)


def _differences(session: Session) -> tuple[Difference, ...]:
    """The moves are added up by both ends at once, so that the ledger is sorted a single time."""
    same = ("org_id", "item_id", "lot_id", "owner_id")
    kept = tuple(getattr(Ledger, name) for name in same)
    ends = (Ledger.from_place, Ledger.to_place)
    flow = (
        select(*kept, *ends, func.sum(Ledger.qty).label("qty")).group_by(*kept, *ends).cte("flow")
    )
    sides = union_all(
        *(
            select(
                *(flow.c[name] for name in same),
                flow.c[place].label("place_id"),
                (flow.c.qty * sign).label("ledger"),
                literal(0).label("balance"),
            )
            for place, sign in (("to_place", 1), ("from_place", -1))
        ),
        select(
            *(getattr(Balance, name) for name in same),
            Balance.place_id,
            literal(0).label("ledger"),
            Balance.qty.label("balance"),
        ),
    ).subquery()
    columns = [sides.c[name] for name in ("org_id", "place_id", "item_id", "lot_id", "owner_id")]
    ledger, balance = func.sum(sides.c.ledger), func.sum(sides.c.balance)
    rows = session.execute(
        select(*columns, balance.label("balance"), ledger.label("ledger"))
        .join(Place, (Place.org_id == sides.c.org_id) & (Place.id == sides.c.place_id))
        .where(type_coerce(Place.holds_stock, BigInt) == 1)
        .group_by(*columns)
        .having(ledger != balance)
        .order_by(*columns)
    )
    return tuple(Difference(*(int(value) for value in row)) for row in rows)


def pages(db: Database) -> str:
    """What SQLite says of the pages of a file: ``ok``, or the first things that are wrong.

    Raises:
        EnvironmentProblem: They are so damaged that it cannot even be asked.
    """
    with translate(), db.engine.connect() as connection:
        query = f"PRAGMA integrity_check({_FEW})"
        return "; ".join(str(row[0]) for row in connection.exec_driver_sql(query))


def chains(db: Database, report: Report | None = None) -> tuple[ChainProof, ...]:
    """Recompute the hash chains of all organisations that the person may read."""
    with db.read() as session:
        query = select(ChainHead.org_id, ChainHead.chain, ChainHead.seq, ChainHead.hash)
        known = query.where(ChainHead.chain.in_(BOOKS))  # not what another program made of a name
        rows = session.execute(known.order_by(ChainHead.org_id, ChainHead.chain))
        heads = [_Head(*row) for row in rows]
        heads += _headless(session, {(one.org_id, one.chain) for one in heads})
        total, done, found = sum(head.seq for head in heads), 0, []
        for head in heads:
            with rows_of(session, head.org_id, head.chain) as chained:
                found.append(_walk(head, chained))
            done += head.seq
            if report is not None:
                report(done, total)
        return tuple(found)


class _Head(NamedTuple):
    org_id: int
    chain: str
    seq: int
    hash: bytes


def _headless(session: Session, known: Collection[tuple[int, str]]) -> Iterator[_Head]:
    """Chains whose head was taken away: they would not be walked, and whatever is in them passes.

    A supplier sees moves of its own goods in a chain whose head and trail it does not see.
    """
    there = frozenset(inspect(session.connection()).get_table_names())
    trails = _organisations_in(session, Audit)
    for chain, books in BOOKS.items():
        if books.__tablename__ not in there:
            continue  # a kept database of an older program
        orgs = trails if chain == "audit" else _organisations_in(session, books)
        if chain == "ledger" and not database_of(session).is_sqlite:
            orgs &= trails
        for org in sorted(orgs):
            if (org, chain) not in known:
                yield _Head(org, chain, 0, GENESIS)


def _organisations_in(session: Session, books: type[Ledger | Audit | Imprint]) -> set[int]:
    if books is Imprint:
        return set(session.scalars(select(books.org_id).limit(1)))
    mine = select(books.seq).where(books.org_id == Organisation.id).exists()
    return set(session.scalars(select(Organisation.id).where(mine)))


def _walk(head: _Head, rows: Iterable[Row]) -> ChainProof:
    previous, count, last = GENESIS, 0, 0
    odd: list[int] = []
    digest = hashlib.sha256  # the law of `app.domain.ledger.next_hash`, a million times over
    for seq, stated_previous, stated, text in rows:
        count += 1
        if (
            stated_previous != previous
            or digest(previous + text.encode()).digest() != stated
            or seq != last + 1
        ):
            odd.append(seq)
        previous, last = stated, seq
    ends = count == head.seq and previous == bytes(head.hash)
    broken = odd[0] if odd else 0 if ends else count + 1
    return ChainProof(
        head.org_id, head.chain, count, bytes(previous).hex(), broken, tuple(odd[:_ODD])
    )


@contextmanager
def rows_of(session: Session, org_id: int, chain: str, after: int = 0) -> Iterator[Iterable[Row]]:
    """The rows of a chain as (number, hash before, hash, canonical text), past the mapper.

    The database writes the text of `app.domain.ledger.canonical` (tests prove it row by row), the
    hash is made here: an auditor need not trust the server's. The driver's cursor is read
    directly, which takes a tenth of the time of rows of SQLAlchemy.
    """
    server = not database_of(session).is_sqlite
    query = _ledger_query(server=server) if chain == "ledger" else _PLAIN[chain]()
    values = {"org": org_id, "after": after}
    connection = session.connection()
    if server:
        with _server_rows(connection, query, values) as rows:
            yield rows
    else:
        with connection.execute(query, values) as found:
            yield cast("Iterable[Row]", found.cursor)


@contextmanager
def _server_rows(
    connection: Connection, query: Select[int, bytes, bytes, str], values: dict[str, int]
) -> Iterator[Iterable[Row]]:
    compiled = query.compile(dialect=connection.dialect)
    driver: Any = connection.connection.driver_connection
    with driver.cursor(name="chain", binary=True) as cursor:
        cursor.itersize = _PAGE
        cursor.execute(compiled.string, compiled.construct_params(values))
        yield cursor


@cache
def _ledger_query(*, server: bool) -> Select[int, bytes, bytes, str]:
    day: Any = Ledger.occurred_on
    parts = (
        *(Ledger.org_id, Ledger.seq, Ledger.op_id, Ledger.line, Ledger.doc_kind, Ledger.doc_id),
        *(Ledger.doc_line, Ledger.item_id, Ledger.lot_id, Ledger.pack_id, Ledger.owner_id),
        *(Ledger.from_place, Ledger.to_place, Ledger.qty, Ledger.unit_price, Ledger.price_factor),
        func.to_char(day, "YYYY-MM-DD") if server else day,
        *(Ledger.posted_at, Ledger.actor_id, Ledger.reversal_of, Ledger.reason),
    )
    return (
        select(Ledger.seq, Ledger.prev_hash, Ledger.hash, _joined(parts))
        .where(Ledger.org_id == bindparam("org"), Ledger.seq > bindparam("after"))
        .order_by(Ledger.seq)
    )


@cache
def _audit_query() -> Select[int, bytes, bytes, str]:
    parts = (Audit.org_id, Audit.seq, Audit.at, Audit.person_id, Audit.action, Audit.doc_kind,
             Audit.doc_id, Audit.detail)  # fmt: skip
    return (
        select(Audit.seq, Audit.prev_hash, Audit.hash, _joined(parts))
        .where(Audit.org_id == bindparam("org"), Audit.seq > bindparam("after"))
        .order_by(Audit.seq)
    )


@cache
def _imprint_query() -> Select[int, bytes, bytes, str]:
    parts = (Imprint.org_id, Imprint.seq, Imprint.at, Imprint.person_id, Imprint.body)
    return (
        select(Imprint.seq, Imprint.prev_hash, Imprint.hash, _joined(parts))
        .where(Imprint.org_id == bindparam("org"), Imprint.seq > bindparam("after"))
        .order_by(Imprint.seq)
    )


_PLAIN: Final = {"audit": _audit_query, law.CHAIN: _imprint_query}


def _joined(parts: Iterable[Any]) -> ColumnElement[str]:
    """The canonical text: the stored values with bars between; none of them is ever null."""
    return func.concat_ws("|", *(type_coerce(part, Stored) for part in parts))


def group_seal(proofs: tuple[ChainProof, ...]) -> str:
    """One hash over all chain heads, to print on papers and keep outside the database."""
    text = "\n".join(f"{one.org_id}|{one.chain}|{one.rows}|{one.head}" for one in proofs)
    return hashlib.sha256(text.encode()).hexdigest()
