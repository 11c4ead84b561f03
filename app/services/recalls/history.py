"""The moves of one lot, walked through once.

The rows of a lot lie all over the ledger, and to fetch them is what takes the time: a busy lot has
a hundred thousand. Its sums and its newest moves come out of the same walk.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, literal, or_, select, tuple_, union_all
from sqlalchemy.orm import Session

from app.models.base import BigInt
from app.models.stock import Ledger, Place
from app.services.queries.portions import key_portions, portions

Key = tuple[int, int]
"""Organisation and number of a move."""


@dataclass(frozen=True, slots=True)
class Flow:
    """All moves of a lot at one organisation by papers of one kind, from one place to another."""

    org_id: int
    doc_kind: str
    from_place: int
    to_place: int
    qty: int
    moves: int


def walk(
    session: Session, lot_id: int, orgs: Sequence[int], newest: int
) -> tuple[list[Flow], list[Key]]:
    """What flowed where, and the keys of the newest moves.

    Args:
        session: The unit of work.
        lot_id: The lot.
        orgs: The organisations that may be looked at.
        newest: How many keys at most.
    """
    moves = (
        select(
            *(Ledger.org_id, Ledger.seq, Ledger.posted_at, Ledger.doc_kind),
            *(Ledger.from_place, Ledger.to_place, Ledger.qty),
        )
        .where(Ledger.lot_id == lot_id, Ledger.org_id.in_(orgs))
        .cte("moves")
        .prefix_with("MATERIALIZED")  # else SQLite walks once for each of the two
    )
    way = (moves.c.org_id, moves.c.doc_kind, moves.c.from_place, moves.c.to_place)
    sums = select(*way, func.sum(moves.c.qty), func.count()).group_by(*way)
    order = (moves.c.posted_at.desc(), moves.c.org_id.desc(), moves.c.seq.desc())
    last = select(moves.c.org_id, moves.c.seq).order_by(*order).limit(newest).subquery()
    # A key is a row like a sum, so that both come in one answer: its number stands where the
    # place is, and it counts nothing.
    none = literal(0, BigInt)
    keys = select(last.c.org_id, literal(""), last.c.seq, none, none, none)
    rows = session.execute(union_all(sums, keys)).all()
    flows, found = [], []
    for org, kind, source, target, qty, count in rows:
        if count:
            flows.append(Flow(org, kind, source, target, int(qty), int(count)))
        else:
            found.append((org, source))
    return flows, found


def flows_of(
    session: Session, lots: Collection[int], orgs: Collection[int]
) -> dict[int, list[Flow]]:
    """What flowed where of each of many lots."""
    found: dict[int, list[Flow]] = defaultdict(list)
    way = (Ledger.org_id, Ledger.doc_kind, Ledger.from_place, Ledger.to_place)
    for part in key_portions(lots):
        rows = session.execute(
            select(Ledger.lot_id, *way, func.sum(Ledger.qty), func.count())
            .where(Ledger.lot_id.in_(part), Ledger.org_id.in_(orgs))
            .group_by(Ledger.lot_id, *way)
        )
        for lot, org, kind, source, target, qty, count in rows:
            found[lot].append(Flow(org, kind, source, target, int(qty), int(count)))
    return found


def before(
    session: Session, lot_id: int, orgs: Sequence[int], mark: tuple[datetime, int, int], newest: int
) -> list[Key]:
    """The keys of the newest moves before a mark: when it was posted, organisation and number."""
    posted_at, org_id, seq = mark
    same = Ledger.posted_at == posted_at
    rows = session.execute(
        select(Ledger.org_id, Ledger.seq)
        .where(
            Ledger.lot_id == lot_id,
            Ledger.org_id.in_(orgs),
            or_(
                Ledger.posted_at < posted_at,
                and_(same, Ledger.org_id < org_id),
                and_(same, Ledger.org_id == org_id, Ledger.seq < seq),
            ),
        )
        .order_by(Ledger.posted_at.desc(), Ledger.org_id.desc(), Ledger.seq.desc())
        .limit(newest)
    )
    return [(row.org_id, row.seq) for row in rows]


def moves_of(session: Session, keys: Sequence[Key]) -> list[Ledger]:
    """The moves behind keys, the newest first."""
    found: list[Ledger] = []
    for part in portions(keys):
        same = tuple_(Ledger.org_id, Ledger.seq).in_(part)
        found += session.scalars(select(Ledger).where(same))
    return sorted(found, key=lambda one: (one.posted_at, one.org_id, one.seq), reverse=True)


def places_of(
    session: Session, orgs: Collection[int], places: Collection[int]
) -> dict[tuple[int, int], Place]:
    """Places by organisation and id."""
    rows = session.scalars(select(Place).where(Place.org_id.in_(orgs), Place.id.in_(places)))
    return {(one.org_id, one.id): one for one in rows}
