"""Reading requisitions: the list with states, and one with its lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.money import amount
from app.domain.replenish.explain import Phrase
from app.i18n import _
from app.models.item import Item
from app.models.order import GroupOrder, Requisition, RequisitionLine
from app.models.party import Organisation, Person
from app.services.access import require
from app.services.db import Database, local_time


@dataclass(frozen=True, slots=True)
class RequisitionRow:
    """One requisition of a list; times in the members' zone."""

    org_id: int
    id: int
    no: str
    status: str
    created_at: datetime
    created_by: str
    submitted_at: datetime | None
    lines: int
    suppliers: int
    amount: Decimal
    group_order: str
    note: str
    version: int


@dataclass(frozen=True, slots=True)
class RequisitionLineRow:
    """One line; quantities in smallest units."""

    line: int
    item_id: int
    code: str
    name: str
    spec: str
    supplier: str
    suggested: int
    qty: int
    base_unit: str
    pack_unit: str
    pack_factor: int
    unit_price: Decimal
    price_factor: int
    reason: str
    headline: str

    @property
    def amount(self) -> Decimal:
        """To the cent."""
        return amount(self.unit_price, self.qty, self.price_factor)


@dataclass(frozen=True, slots=True)
class RequisitionDetail:
    """A requisition with its lines."""

    head: RequisitionRow
    lines: tuple[RequisitionLineRow, ...]


@dataclass(frozen=True, slots=True)
class RequisitionQuery:
    """Which requisitions, newest first; no states means all."""

    org_id: int
    states: tuple[str, ...] = ()
    limit: int = 200


def requisitions(db: Database, actor: Actor, query: RequisitionQuery) -> tuple[RequisitionRow, ...]:
    """An organisation's requisitions, newest first."""
    require(actor, Duty.READ, query.org_id)
    with db.read() as session:
        return _heads(session, query)


def requisition(db: Database, actor: Actor, org_id: int, requisition_id: int) -> RequisitionDetail:
    """One requisition; raises `DomainError` when there is none."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        return _detail(session, org_id, requisition_id)


def by_number(db: Database, actor: Actor, org_id: int, no: str) -> RequisitionDetail:
    """One requisition by its number, in any case of letters."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        found = session.scalar(
            select(Requisition.id).where(
                Requisition.org_id == org_id, Requisition.no == no.strip().upper()
            )
        )
        return _detail(session, org_id, found or 0)


def _heads(
    session: Session, query: RequisitionQuery, requisition_id: int | None = None
) -> tuple[RequisitionRow, ...]:
    sums = (
        select(
            RequisitionLine.requisition_id.label("id"),
            func.count().label("lines"),
            func.count(RequisitionLine.supplier_id.distinct()).label("suppliers"),
        )
        .where(RequisitionLine.org_id == query.org_id)
        .group_by(RequisitionLine.requisition_id)
        .subquery()
    )
    statement = (
        select(Requisition, Person.name, GroupOrder.no, sums.c.lines, sums.c.suppliers)
        .outerjoin(Person, Person.id == Requisition.created_by)
        .outerjoin(GroupOrder, GroupOrder.id == Requisition.group_order_id)
        .outerjoin(sums, sums.c.id == Requisition.id)
        .where(Requisition.org_id == query.org_id)
        .order_by(Requisition.created_at.desc(), Requisition.id.desc())
        .limit(query.limit)
    )
    if query.states:
        statement = statement.where(Requisition.status.in_(query.states))
    if requisition_id is not None:
        statement = statement.where(Requisition.id == requisition_id)
    return tuple(
        RequisitionRow(
            org_id=row.org_id,
            id=row.id,
            no=row.no,
            status=row.status,
            created_at=local_time(row.created_at),
            created_by=who or "",
            submitted_at=local_time(row.submitted_at) if row.submitted_at else None,
            lines=lines or 0,
            suppliers=suppliers or 0,
            amount=row.amount,
            group_order=order_no or "",
            note=row.note or "",
            version=row.version,
        )
        for row, who, order_no, lines, suppliers in session.execute(statement)
    )


def _detail(session: Session, org_id: int, requisition_id: int) -> RequisitionDetail:
    heads = _heads(session, RequisitionQuery(org_id), requisition_id)
    if not heads:
        raise DomainError("requisition.gone", _("没有找到这张采购申请。请核对单号。"))
    rows = session.execute(
        select(RequisitionLine, Item, Organisation.short_name)
        .join(Item, Item.id == RequisitionLine.item_id)
        .outerjoin(Organisation, Organisation.id == RequisitionLine.supplier_id)
        .where(RequisitionLine.org_id == org_id, RequisitionLine.requisition_id == requisition_id)
        .order_by(RequisitionLine.line)
    )
    return RequisitionDetail(
        heads[0], tuple(_line(line, item, supplier) for line, item, supplier in rows)
    )


def _line(line: RequisitionLine, item: Item, supplier: str | None) -> RequisitionLineRow:
    stored = line.why.get("headline")
    return RequisitionLineRow(
        line=line.line,
        item_id=item.id,
        code=item.code,
        name=item.name,
        spec=item.spec,
        supplier=supplier or "",
        suggested=line.suggested,
        qty=line.qty,
        base_unit=item.base_unit,
        pack_unit=item.pack_unit,
        pack_factor=item.pack_factor,
        unit_price=line.unit_price,
        price_factor=line.price_factor,
        reason=line.reason or "",
        headline=str(Phrase.from_json(stored)) if stored else "",
    )
