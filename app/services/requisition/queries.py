"""Reading requisitions: the list with states, and one with its lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from app.domain.documents import State
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.money import amount
from app.domain.orders.approval import Level
from app.domain.replenish.explain import Phrase
from app.i18n import _
from app.models.item import Item
from app.models.order import GroupOrder, Requisition, RequisitionLine
from app.models.order_depth import RequisitionApproval
from app.models.party import Organisation, Person
from app.services.access import lead_org, require
from app.services.db import Database, local_time, today


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
    org: str = ""
    returned: str = ""
    """Why it was sent back; empty otherwise."""


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """One decision about a requisition; time in the members' zone."""

    level: Level
    approved: bool
    person: str
    at: datetime
    amount: Decimal
    reason: str


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
    """A requisition with its lines and the decisions about it, oldest first."""

    head: RequisitionRow
    lines: tuple[RequisitionLineRow, ...]
    approvals: tuple[ApprovalRow, ...] = ()


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
        conditions = [Requisition.org_id == query.org_id]
        if query.states:
            conditions.append(Requisition.status.in_(query.states))
        return _heads(session, conditions, query.limit)


def to_approve(db: Database, actor: Actor) -> tuple[RequisitionRow, ...]:
    """The requisitions that wait for this person's approval, oldest first."""
    with db.read() as session:
        lead = lead_org(session, today(session))
        found = _heads(session, [waiting_for(actor, lead)])
        return tuple(sorted(found, key=lambda row: (row.submitted_at or row.created_at, row.no)))


def waiting_for(actor: Actor, lead: int) -> ColumnElement[bool]:
    """The requisitions that wait for this person's approval and are not their own."""
    mine = and_(
        Requisition.status == State.TO_APPROVE,
        Requisition.org_id.in_(sorted(actor.orgs(Duty.SIGN))),
    )
    turn = mine
    if actor.can(Duty.SIGN, lead):
        turn = or_(mine, Requisition.status == State.TO_APPROVE_GROUP)
    return and_(turn, Requisition.submitted_by != actor.person_id)


def requisition(db: Database, actor: Actor, org_id: int, requisition_id: int) -> RequisitionDetail:
    """One requisition; raises `DomainError` when there is none."""
    with db.read() as session:
        _require_reader(session, actor, org_id)
        return _detail(session, org_id, requisition_id)


def by_number(db: Database, actor: Actor, org_id: int, no: str) -> RequisitionDetail:
    """One requisition by its number, in any case of letters."""
    with db.read() as session:
        _require_reader(session, actor, org_id)
        found = session.scalar(
            select(Requisition.id).where(
                Requisition.org_id == org_id, Requisition.no == no.strip().upper()
            )
        )
        return _detail(session, org_id, found or 0)


def _require_reader(session: Session, actor: Actor, org_id: int) -> None:
    """The head of the group reads what waits for the group's approval at any member."""
    if not actor.can(Duty.SIGN, lead_org(session, today(session))):
        require(actor, Duty.READ, org_id)


def _heads(
    session: Session, conditions: Sequence[ColumnElement[bool]], limit: int = 200
) -> tuple[RequisitionRow, ...]:
    line = RequisitionLine
    of_it = (line.org_id == Requisition.org_id) & (line.requisition_id == Requisition.id)
    lines = select(func.count()).where(of_it).scalar_subquery()
    suppliers = select(func.count(line.supplier_id.distinct())).where(of_it).scalar_subquery()
    statement = (
        select(Requisition, Person.name, GroupOrder.no, lines, suppliers, Organisation.short_name)
        .join(Organisation, Organisation.id == Requisition.org_id)
        .outerjoin(Person, Person.id == Requisition.created_by)
        .outerjoin(GroupOrder, GroupOrder.id == Requisition.group_order_id)
        .where(*conditions)
        .order_by(Requisition.created_at.desc(), Requisition.id.desc())
        .limit(limit)
    )
    return tuple(
        RequisitionRow(
            org_id=row.org_id,
            id=row.id,
            no=row.no,
            status=row.status,
            created_at=local_time(row.created_at),
            created_by=who or "",
            submitted_at=local_time(row.submitted_at) if row.submitted_at else None,
            lines=count or 0,
            suppliers=sellers or 0,
            amount=row.amount,
            group_order=order_no or "",
            note=row.note or "",
            version=row.version,
            org=org,
            returned=row.returned or "",
        )
        for row, who, order_no, count, sellers, org in session.execute(statement)
    )


def _detail(session: Session, org_id: int, requisition_id: int) -> RequisitionDetail:
    heads = _heads(session, [Requisition.org_id == org_id, Requisition.id == requisition_id])
    if not heads:
        raise DomainError("requisition.gone", _("没有找到这张采购申请。请核对单号。"))
    rows = session.execute(
        select(RequisitionLine, Item, Organisation.short_name)
        .join(Item, Item.id == RequisitionLine.item_id)
        .outerjoin(Organisation, Organisation.id == RequisitionLine.supplier_id)
        .where(RequisitionLine.org_id == org_id, RequisitionLine.requisition_id == requisition_id)
        .order_by(RequisitionLine.line)
    )
    lines = tuple(_line(line, item, supplier) for line, item, supplier in rows)
    return RequisitionDetail(heads[0], lines, _approvals(session, org_id, requisition_id))


def _approvals(session: Session, org_id: int, requisition_id: int) -> tuple[ApprovalRow, ...]:
    rows = session.scalars(
        select(RequisitionApproval)
        .where(
            RequisitionApproval.org_id == org_id,
            RequisitionApproval.requisition_id == requisition_id,
        )
        .order_by(RequisitionApproval.seq)
    )
    return tuple(
        ApprovalRow(
            Level(row.level),
            row.decision == "approved",
            row.person_name,
            local_time(row.at),
            row.amount,
            row.reason or "",
        )
        for row in rows
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
