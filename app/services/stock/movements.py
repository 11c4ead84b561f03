"""The ledger as people read it: what came, what went, by which document, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from app.domain.duties import Actor, Duty
from app.models.item import Item
from app.models.party import Organisation, Person
from app.models.stock import Ledger, Lot, Place
from app.services.access import require
from app.services.db import Database
from app.services.queries.goods import GoodsRow, of_item


@dataclass(frozen=True, slots=True)
class MovementRow(GoodsRow):
    """One ledger row.

    Attributes:
        direction: ``in`` to stock, ``out`` of stock, or ``within``.
    """

    seq: int
    occurred_on: date
    posted_at: datetime
    doc_kind: str
    doc_id: int
    lot_no: str
    expiry: date | None
    owner: str
    from_place: str
    to_place: str
    direction: str
    qty: int
    unit_price: Decimal
    price_factor: int
    person: str
    reversal_of: int
    reason: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class MovementQuery:
    """Which rows: of one organisation, optionally of an item or lot, before a sequence number."""

    org_id: int
    item_id: int = 0
    lot_id: int = 0
    before: int = 0
    limit: int = 200


def movements(db: Database, actor: Actor, query: MovementQuery) -> tuple[MovementRow, ...]:
    """Ledger rows of an organisation, newest first."""
    require(actor, Duty.READ, query.org_id)
    source, target = aliased(Place), aliased(Place)
    statement = (
        select(Ledger, Item, Lot, source, target, Organisation.short_name, Person.name)
        .join(Item, Item.id == Ledger.item_id)
        .outerjoin(Lot, Lot.id == Ledger.lot_id)
        .join(source, and_(source.org_id == Ledger.org_id, source.id == Ledger.from_place))
        .join(target, and_(target.org_id == Ledger.org_id, target.id == Ledger.to_place))
        .join(Organisation, Organisation.id == Ledger.owner_id)
        .outerjoin(Person, Person.id == Ledger.actor_id)
        .where(Ledger.org_id == query.org_id)
        .order_by(Ledger.seq.desc())
        .limit(query.limit)
    )
    if query.item_id:
        statement = statement.where(Ledger.item_id == query.item_id)
    if query.lot_id:
        statement = statement.where(Ledger.lot_id == query.lot_id)
    if query.before:
        statement = statement.where(Ledger.seq < query.before)
    with db.read() as session:
        return tuple(_row(row) for row in session.execute(statement))


def _row(found: Any) -> MovementRow:
    row, item, lot, source, target, owner, person = found
    return MovementRow(
        seq=row.seq,
        occurred_on=row.occurred_on,
        posted_at=row.posted_at,
        doc_kind=row.doc_kind,
        doc_id=row.doc_id,
        **of_item(item),
        lot_no=lot.lot_no if lot else "",
        expiry=lot.expiry if lot else None,
        owner=owner,
        from_place=source.name,
        to_place=target.name,
        direction=_direction(source, target),
        qty=row.qty,
        unit_price=row.unit_price,
        price_factor=row.price_factor,
        person=person or "—",
        reversal_of=row.reversal_of,
        reason=row.reason,
        hash=row.hash,
    )


def _direction(source: Place, target: Place) -> str:
    if source.holds_stock and target.holds_stock:
        return "within"
    return "in" if target.holds_stock else "out"
