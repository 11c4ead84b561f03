"""Proofs: balances equal the ledger, and nobody has changed a row of ledger or audit trail.

Both only read. They run before and after a backup, in `yilian doctor`, and on their own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, func, literal, select, type_coerce, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import Text

from app.domain.ledger import GENESIS, next_hash
from app.models.base import BigInt
from app.models.platform import Audit
from app.models.stock import Balance, ChainHead, Ledger, Place
from app.services.db import Database

Report = Callable[[int, int], None]
_PAGE: Final = 5_000


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
        chain: ``ledger`` or ``audit``.
        rows: How many rows there are.
        head: The last hash in hex; to be kept or printed outside the database.
        broken_at: Sequence number of the first row that does not fit, 0 when all do.
    """

    org_id: int
    chain: str
    rows: int
    head: str
    broken_at: int

    @property
    def whole(self) -> bool:
        """Whether nothing was changed, left out or cut off."""
        return self.broken_at == 0


def reconcile(db: Database) -> tuple[Difference, ...]:
    """Every balance that differs from the sum of the ledger; empty is the proof."""
    with db.read() as session:
        return _differences(session)


def _differences(session: Session) -> tuple[Difference, ...]:
    key = ("org_id", "place_id", "item_id", "lot_id", "owner_id")
    sides = union_all(
        _end(Ledger.to_place, Ledger.qty + 0),
        _end(Ledger.from_place, -Ledger.qty),
        select(
            *(getattr(Balance, name) for name in key),
            literal(0).label("ledger"),
            Balance.qty.label("balance"),
        ),
    ).subquery()
    columns = [sides.c[name] for name in key]
    ledger, balance = func.sum(sides.c.ledger), func.sum(sides.c.balance)
    rows = session.execute(
        select(*columns, balance.label("balance"), ledger.label("ledger"))
        .group_by(*columns)
        .having(ledger != balance)
        .order_by(*columns)
    )
    return tuple(Difference(*(int(value) for value in row)) for row in rows)


def _end(place: InstrumentedAttribute[int], change: ColumnElement[int]) -> Any:
    """One end of every move, where that end is a place that holds stock."""
    return (
        select(
            Ledger.org_id,
            place.label("place_id"),
            Ledger.item_id,
            Ledger.lot_id,
            Ledger.owner_id,
            change.label("ledger"),
            literal(0).label("balance"),
        )
        .join(Place, (Place.org_id == Ledger.org_id) & (Place.id == place))
        .where(type_coerce(Place.holds_stock, BigInt) == 1)
    )


def chains(db: Database, report: Report | None = None) -> tuple[ChainProof, ...]:
    """Recompute the hash chains of all organisations that the person may read."""
    with db.read() as session:
        heads = session.execute(
            select(ChainHead.org_id, ChainHead.chain, ChainHead.seq, ChainHead.hash).order_by(
                ChainHead.org_id, ChainHead.chain
            )
        ).all()
        total, done, found = sum(int(head.seq) for head in heads), 0, []
        for head in heads:
            rows = _ledger_rows if head.chain == "ledger" else _audit_rows
            proof = _walk(head, rows(session, head.org_id))
            found.append(proof)
            done += int(head.seq)
            if report is not None:
                report(done, total)
        return tuple(found)


def _walk(head: Any, rows: Iterator[tuple[int, bytes, bytes, str]]) -> ChainProof:
    previous, count, broken = GENESIS, 0, 0
    for seq, stated_previous, stated, text in rows:
        count += 1
        expected = next_hash(previous, text)
        fits = seq == count and stated_previous == previous and stated == expected
        if not fits and not broken:
            broken = seq
        previous = stated
    if not broken and (count != head.seq or previous != bytes(head.hash)):
        broken = count + 1
    return ChainProof(head.org_id, head.chain, count, previous.hex(), broken)


_LEDGER: Final = (
    *(
        Ledger.org_id,
        Ledger.seq,
        type_coerce(Ledger.op_id, Text),
        Ledger.line,
        Ledger.doc_kind,
        Ledger.doc_id,
    ),
    *(Ledger.doc_line, Ledger.item_id, Ledger.lot_id, Ledger.pack_id, Ledger.owner_id),
    *(Ledger.from_place, Ledger.to_place, Ledger.qty, type_coerce(Ledger.unit_price, BigInt)),
    *(
        Ledger.price_factor,
        type_coerce(Ledger.occurred_on, Text),
        type_coerce(Ledger.posted_at, BigInt),
    ),
    *(Ledger.actor_id, Ledger.reversal_of, Ledger.reason),
)
"""The columns in the order of `app.domain.ledger.canonical`, money and time as they are stored:
their text is the canonical text (tests prove it row by row), without an object for each row."""


def _ledger_rows(session: Session, org_id: int) -> Iterator[tuple[int, bytes, bytes, str]]:
    query = (
        select(Ledger.seq, Ledger.prev_hash, Ledger.hash, *_LEDGER)
        .where(Ledger.org_id == org_id)
        .order_by(Ledger.seq)
    )
    for seq, previous, stated, *parts in session.execute(query.execution_options(yield_per=_PAGE)):
        yield seq, bytes(previous), bytes(stated), "|".join(map(str, parts))


def _audit_rows(session: Session, org_id: int) -> Iterator[tuple[int, bytes, bytes, str]]:
    query = (
        select(
            Audit.seq,
            Audit.prev_hash,
            Audit.hash,
            type_coerce(Audit.at, BigInt).label("at"),
            Audit.person_id,
            Audit.action,
            Audit.doc_kind,
            Audit.doc_id,
            type_coerce(Audit.detail, Text).label("detail"),
        )
        .where(Audit.org_id == org_id)
        .order_by(Audit.seq)
    )
    for row in session.execute(query.execution_options(yield_per=_PAGE)):
        parts = (org_id, row.seq, row.at, row.person_id, row.action, row.doc_kind, row.doc_id)
        text = "|".join([*(str(part) for part in parts), row.detail])
        yield row.seq, bytes(row.prev_hash), bytes(row.hash), text


def group_seal(proofs: tuple[ChainProof, ...]) -> str:
    """One hash over all chain heads, to print on papers and keep outside the database."""
    text = "\n".join(f"{one.org_id}|{one.chain}|{one.rows}|{one.head}" for one in proofs)
    return hashlib.sha256(text.encode()).hexdigest()
