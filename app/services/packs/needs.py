"""What departments want of the store now: requests by empty packs, and what is below target."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.models.fixed_pack import PackDefinition, PackRequest
from app.models.item import Item
from app.models.party import Person
from app.models.stock import Place
from app.services.access import require
from app.services.db import Database, local_time
from app.services.packs import standing


@dataclass(frozen=True, slots=True)
class NeedRow:
    """Packs that a department wants.

    Attributes:
        request_id: The request, 0 where the department merely holds less than its target.
        packs: Packs still wanted.
        ready: Packs of this size ready in the store.
        asker: Who asked; empty for a target.
    """

    request_id: int
    definition_id: int
    department_id: int
    department: str
    item_id: int
    item_code: str
    name: str
    spec: str
    base_unit: str
    units: int
    packs: int
    ready: int
    asked_at: datetime | None
    asker: str


def needs(db: Database, actor: Actor, org_id: int) -> tuple[NeedRow, ...]:
    """Open requests, the oldest first, then departments below their targets."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        found = standing.counts(session, org_id)
        asked = _asked(session, org_id, found)
        return (*asked, *_below(session, org_id, found, asked))


def _asked(session: Session, org_id: int, counts: standing.Counts) -> list[NeedRow]:
    rows = session.execute(
        select(PackRequest, PackDefinition, Item, Place.name, Person.name)
        .join(
            PackDefinition,
            and_(
                PackDefinition.org_id == PackRequest.org_id,
                PackDefinition.id == PackRequest.definition_id,
            ),
        )
        .join(Item, Item.id == PackDefinition.item_id)
        .join(Place, and_(Place.org_id == PackRequest.org_id, Place.id == PackRequest.place_id))
        .outerjoin(Person, Person.id == PackRequest.asked_by)
        .where(PackRequest.org_id == org_id, PackRequest.status == "open")
        .order_by(PackRequest.asked_at, PackRequest.id)
    ).all()
    return [
        NeedRow(
            request.id, rule.id, request.place_id, place, item.id, item.code, item.name,
            item.spec, item.base_unit, rule.units, request.packs - request.filled,
            counts.get((item.id, rule.units, 0), 0), local_time(request.asked_at), person or "",
        )
        for request, rule, item, place, person in rows
    ]  # fmt: skip


def _below(
    session: Session, org_id: int, counts: standing.Counts, asked: list[NeedRow]
) -> list[NeedRow]:
    rows = session.execute(
        select(PackDefinition, Item, Place.name)
        .join(Item, Item.id == PackDefinition.item_id)
        .join(
            Place,
            and_(Place.org_id == PackDefinition.org_id, Place.id == PackDefinition.place_id),
        )
        .where(
            PackDefinition.org_id == org_id,
            PackDefinition.target > 0,
            PackDefinition.active.is_(True),
        )
        .order_by(Place.code, Item.name)
    ).all()
    wanted: dict[tuple[int, int], int] = {}
    for need in asked:
        key = (need.item_id, need.department_id)
        wanted[key] = wanted.get(key, 0) + need.packs
    found = []
    for rule, item, place in rows:
        has = counts.get((item.id, rule.units, rule.place_id), 0)
        missing = rule.target - has - wanted.get((item.id, rule.place_id), 0)
        if missing > 0:
            found.append(
                NeedRow(
                    0, rule.id, rule.place_id, place, item.id, item.code, item.name, item.spec,
                    item.base_unit, rule.units, missing,
                    counts.get((item.id, rule.units, 0), 0), None, "",
                )
            )  # fmt: skip
    return found
