"""One lot over all members in one view: whence it came, where it is, what became of it.

The ledger's index on (lot, organisation) answers; on PostgreSQL row security keeps out members
that the person may not read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased

from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.i18n import _
from app.models.consumption_source import CaseLine, CaseUse
from app.models.item import Item
from app.models.pack import Pack, PackLine
from app.models.party import Organisation, Person
from app.models.stock import Balance, Ledger, Lot, Place
from app.services.db import Database, local_time
from app.services.queries.portions import portions
from app.services.recalls.coming import coming_of
from app.services.recalls.finding import LotHead, head_of, held_reasons, may_trace
from app.services.recalls.history import Key, before, moves_of, places_of, walk
from app.services.recalls.sums import Here, Member, known_of, members_of, stage as stage_of
from app.services.stock.paper_numbers import paper_numbers

_MOST: Final = 5000
PAGE: Final = 1000
"""Moves told at once; there is a way to the ones before."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What lies of the lot at a place now."""

    org_id: int
    org: str
    place: str
    zone: str
    owner: str
    qty: int


@dataclass(frozen=True, slots=True)
class StandingPack:
    """A pack or label that holds the lot."""

    org_id: int
    org: str
    code: str
    kind: str
    place: str
    qty: int
    status: str


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One move of the lot.

    Attributes:
        stage: ``in``, ``within``, ``used``, ``lost``, ``out`` (transit, supplier, scrap).
        doc_no: Number of its paper, where it has one.
        pack: Code of the pack that moved, empty for loose goods.
        case: Reference of the case that it was used in, for articles of high value.
    """

    org_id: int
    org: str
    occurred_on: date
    posted_at: datetime
    stage: str
    doc_kind: str
    doc_no: str
    from_place: str
    to_place: str
    pack: str
    qty: int
    person: str
    reason: str
    case: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A move, as a place to go on from."""

    posted_at: datetime
    org_id: int
    seq: int


@dataclass(frozen=True, slots=True)
class Traced:
    """Everything about a lot.

    Attributes:
        head: The lot.
        members: Sums by member over all its moves, shown or not.
        standing: Where it lies now.
        packs: Packs and labels that hold it.
        steps: Its moves, oldest first; the newest page of them.
        moves: How many moves there are in all.
        older: Where the page before these begins; None where these are the first.
    """

    head: LotHead
    members: tuple[Member, ...]
    standing: tuple[Standing, ...]
    packs: tuple[StandingPack, ...]
    steps: tuple[TraceStep, ...]
    moves: int = 0
    older: Mark | None = None


def trace_found(db: Database, actor: Actor, head: LotHead) -> Traced:
    """A lot as it was found; where no member has had it, only what is on the way of it."""
    may_trace(actor)
    with db.read() as session:
        same = select(Lot.id).where(Lot.item_id == head.item_id, Lot.lot_no == head.lot_no)
        known = head.lot_id or session.scalar(same.where(Lot.serial == head.serial))
    if known:
        return trace_lot(db, actor, known)
    with db.read() as session:
        orgs, lot = sorted(actor.orgs()), (head.item_id, head.lot_no)
        way = coming_of(session, {lot}, orgs).get(lot, {})
        return Traced(head, members_of(known_of(session, (), orgs), (), (), way), (), (), ())


def trace_lot(db: Database, actor: Actor, lot_id: int) -> Traced:
    """Forward and back over all members that the person may read."""
    may_trace(actor)
    with db.read() as session:
        row = session.execute(
            select(Lot, Item).join(Item, Item.id == Lot.item_id).where(Lot.id == lot_id)
        ).one_or_none()
        if row is None:
            raise DomainError("lot.unknown", _("没有这个批号。请核对包装，或换个码再扫。"))
        orgs = sorted(actor.orgs())
        flows, keys = walk(session, lot_id, orgs, PAGE + 1)
        steps, older = _steps(session, lot_id, keys)
        standing = _standing(session, lot_id, orgs)
        lot = (row[0].item_id, row[0].lot_no)
        here = [Here(one.org_id, one.zone, one.qty) for one in standing]
        way = coming_of(session, {lot}, orgs).get(lot, {})
        members = members_of(known_of(session, flows, orgs), flows, here, way)
        moves = sum(flow.moves for flow in flows)
        return Traced(
            head_of(row[0], row[1], held_reasons(session, {lot_id})), members, standing,
            _packs(session, lot_id, orgs), steps, moves, older,
        )  # fmt: skip


def older_moves(
    db: Database, actor: Actor, lot_id: int, mark: Mark
) -> tuple[tuple[TraceStep, ...], Mark | None]:
    """The page of moves before a mark, oldest first, and where the next page begins."""
    may_trace(actor)
    with db.read() as session:
        place = (mark.posted_at, mark.org_id, mark.seq)
        keys = before(session, lot_id, sorted(actor.orgs()), place, PAGE + 1)
        return _steps(session, lot_id, keys)


def _standing(session: Session, lot_id: int, orgs: list[int]) -> tuple[Standing, ...]:
    owner, holder = aliased(Organisation), aliased(Organisation)
    rows = session.execute(
        select(Balance.org_id, holder.short_name, Place.name, Place.zone, owner.short_name,
               Balance.qty)
        .join(Place, and_(Place.org_id == Balance.org_id, Place.id == Balance.place_id))
        .join(holder, holder.id == Balance.org_id)
        .join(owner, owner.id == Balance.owner_id)
        .where(Balance.lot_id == lot_id, Balance.org_id.in_(orgs), Balance.qty > 0)
        .order_by(holder.code, Place.code)
    ).all()  # fmt: skip
    return tuple(Standing(*row) for row in rows)


def _packs(session: Session, lot_id: int, orgs: list[int]) -> tuple[StandingPack, ...]:
    rows = session.execute(
        select(Pack.org_id, Organisation.short_name, Pack.code, Pack.kind, Place.name,
               PackLine.qty, Pack.status)
        .join(PackLine, and_(PackLine.org_id == Pack.org_id, PackLine.pack_id == Pack.id))
        .join(Place, and_(Place.org_id == Pack.org_id, Place.id == Pack.place_id))
        .join(Organisation, Organisation.id == Pack.org_id)
        .where(PackLine.lot_id == lot_id, PackLine.org_id.in_(orgs))
        .order_by(Organisation.code, Pack.code)
        .limit(_MOST)
    ).all()  # fmt: skip
    return tuple(StandingPack(*row) for row in rows)


def _steps(
    session: Session, lot_id: int, keys: Sequence[Key]
) -> tuple[tuple[TraceStep, ...], Mark | None]:
    """The page of the moves behind the keys; and where the page before it begins."""
    moves = moves_of(session, keys)
    shown = moves[:PAGE][::-1]
    first = shown[0] if len(moves) > PAGE else None
    older = Mark(first.posted_at, first.org_id, first.seq) if first is not None else None
    words = _words(session, shown, lot_id)
    return tuple(_step(move, words) for move in shown), older


@dataclass(frozen=True, slots=True)
class _Words:
    """What stands behind the ids of some moves, looked up once for all of them."""

    orgs: dict[int, str]
    places: dict[tuple[int, int], Place]
    people: dict[int, str]
    packs: dict[tuple[int, int], str]
    numbers: dict[tuple[int, int], str]
    cases: dict[tuple[int, int], str]


def _words(session: Session, moves: Sequence[Ledger], lot_id: int) -> _Words:
    orgs = {move.org_id for move in moves}
    places = {move.from_place for move in moves} | {move.to_place for move in moves}
    packs = sorted({move.pack_id for move in moves if move.pack_id})
    names = select(Organisation.id, Organisation.short_name).where(Organisation.id.in_(orgs))
    people = select(Person.id, Person.name).where(Person.id.in_({move.actor_id for move in moves}))
    codes: dict[tuple[int, int], str] = {}
    for part in portions(packs):
        rows = session.execute(
            select(Pack.org_id, Pack.id, Pack.code).where(Pack.org_id.in_(orgs), Pack.id.in_(part))
        )
        codes |= {(row.org_id, row.id): row.code for row in rows}
    return _Words(
        {row.id: row.short_name for row in session.execute(names)},
        places_of(session, orgs, places),
        {row.id: row.name for row in session.execute(people)},
        codes,
        paper_numbers(session, {move.doc_id for move in moves}),
        _cases(session, lot_id, sorted(orgs)),
    )


def _cases(session: Session, lot_id: int, orgs: list[int]) -> dict[tuple[int, int], str]:
    """The cases that used the lot, by organisation and document: implants are found for ever."""
    rows = session.execute(
        select(CaseLine.org_id, CaseLine.document_id, CaseUse.case_no)
        .join(
            CaseUse,
            and_(CaseUse.org_id == CaseLine.org_id, CaseUse.document_id == CaseLine.document_id),
        )
        .where(CaseLine.lot_id == lot_id, CaseLine.org_id.in_(orgs))
    )
    return {(row.org_id, row.document_id): row.case_no for row in rows}


def _step(move: Ledger, words: _Words) -> TraceStep:
    source = words.places[move.org_id, move.from_place]
    target = words.places[move.org_id, move.to_place]
    return TraceStep(
        org_id=move.org_id,
        org=words.orgs.get(move.org_id, "—"),
        occurred_on=move.occurred_on,
        posted_at=local_time(move.posted_at),
        stage=stage_of(
            move.doc_kind, (source.holds_stock, source.kind), (target.holds_stock, target.kind)
        ),
        doc_kind=move.doc_kind,
        doc_no=words.numbers.get((move.org_id, move.doc_id), ""),
        from_place=source.name,
        to_place=target.name,
        pack=words.packs.get((move.org_id, move.pack_id), ""),
        qty=move.qty,
        person=words.people.get(move.actor_id, "—"),
        reason=move.reason,
        case=words.cases.get((move.org_id, move.doc_id), ""),
    )
