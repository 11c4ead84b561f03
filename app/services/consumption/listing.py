"""Consumption documents as people look at them, newest first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, select

from app.domain.documents import DocKind, State
from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.stock.fefo import lots_told
from app.i18n import _
from app.models.item import Item
from app.models.party import Organisation, Person
from app.models.settlement import Consumption
from app.models.stock import Ledger, Lot, Place
from app.services.consumption.reverse import already_reversed
from app.services.db import Database


@dataclass(frozen=True, slots=True)
class ConsumptionRow:
    """One consumption document."""

    org_id: int
    org: str
    document_id: int
    no: str
    place: str
    occurred_on: date
    posted_at: datetime
    person: str
    source: str
    status: State
    lines: int
    note: str


def consumptions(
    db: Database, actor: Actor, orgs: Collection[int], *, limit: int = 200
) -> tuple[ConsumptionRow, ...]:
    """The newest consumption documents of the organisations in scope."""
    scope = tuple(sorted(set(orgs) & actor.orgs()))
    lines = (
        select(func.count())
        .where(Ledger.org_id == Consumption.org_id, Ledger.doc_id == Consumption.id)
        .correlate(Consumption)
        .scalar_subquery()
    )
    statement = (
        select(Consumption, Organisation.short_name, Place.name, Person.name, lines)
        .join(Organisation, Organisation.id == Consumption.org_id)
        .join(Place, and_(Place.org_id == Consumption.org_id, Place.id == Consumption.place_id))
        .outerjoin(Person, Person.id == Consumption.person_id)
        .where(Consumption.org_id.in_(scope))
        .order_by(Consumption.posted_at.desc(), Consumption.id.desc())
        .limit(limit)
    )
    with db.read() as session:
        return tuple(
            ConsumptionRow(
                org_id=doc.org_id,
                org=org,
                document_id=doc.id,
                no=doc.no,
                place=place,
                occurred_on=doc.occurred_on,
                posted_at=doc.posted_at,
                person=person or "—",
                source=doc.source,
                status=State(doc.status),
                lines=int(count),
                note=doc.note or "",
            )
            for doc, org, place, person, count in session.execute(statement)
        )


def consumption_by_no(db: Database, actor: Actor, org_id: int, no: str) -> ConsumptionRow:
    """The document with a number; raises `DomainError` when there is none."""
    for row in consumptions(db, actor, (org_id,), limit=5000):
        if row.no == no:
            return row
    raise DomainError("consumption.unknown", _("没有找到消耗单 {no}。请核对单号。", no=no))


@dataclass(frozen=True, slots=True)
class UsedLine:
    """One ledger row of a consumption, with what of it can still come back."""

    seq: int
    code: str
    name: str
    spec: str
    lot_id: int
    lot_no: str
    owner: str
    qty: int
    left: int
    base_unit: str
    pack_unit: str
    pack_factor: int


def used_lines(db: Database, actor: Actor, org_id: int, document_id: int) -> tuple[UsedLine, ...]:
    """What a consumption took, row by row: a refund goes back to one of them."""
    if org_id not in actor.orgs():
        return ()
    statement = (
        select(Ledger, Item, Lot.lot_no, Organisation.short_name)
        .join(Item, Item.id == Ledger.item_id)
        .join(Organisation, Organisation.id == Ledger.owner_id)
        .outerjoin(Lot, Lot.id == Ledger.lot_id)
        .where(
            Ledger.org_id == org_id,
            Ledger.doc_kind == DocKind.CONSUMPTION.value,
            Ledger.doc_id == document_id,
        )
        .order_by(Ledger.seq)
    )
    with db.read() as session:
        rows = session.execute(statement).all()
        done = already_reversed(session, org_id, [row[0].seq for row in rows])
        return tuple(
            UsedLine(
                move.seq, item.code, item.name, item.spec, move.lot_id, lot_no or "—", owner,
                move.qty, move.qty - done.get(move.seq, 0), item.base_unit, item.pack_unit,
                item.pack_factor,
            )
            for move, item, lot_no, owner in rows
        )  # fmt: skip


def lot_of(lines: tuple[UsedLine, ...], lot_no: str, code: str = "") -> UsedLine:
    """The row of a lot (and item) that a refund goes back to.

    Raises:
        DomainError: The document did not use that lot; says which lots it used.
    """
    wanted = lot_no.strip().upper()
    fitting = [
        line
        for line in lines
        if line.lot_no.upper() == wanted and code.strip().upper() in {"", line.code.upper()}
    ]
    if not fitting:
        used = lots_told(line.lot_no for line in lines)
        raise DomainError(
            "reverse.other_lot",
            _("这张单用的是批号 {used}，退回的是批号 {lot}。请核对包装，退到原来的批号。",
              used=used, lot=lot_no),
        )  # fmt: skip
    if len({line.code for line in fitting}) > 1:
        raise DomainError("reverse.which", _("几个品规都是这个批号。请加品规编码。"))
    return max(fitting, key=lambda line: line.left)
