"""Consumption documents as people look at them, newest first."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, select

from app.domain.documents import State
from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.i18n import _
from app.models.party import Organisation, Person
from app.models.settlement import Consumption
from app.models.stock import Ledger, Place
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
