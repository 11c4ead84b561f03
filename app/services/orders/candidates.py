"""Which submitted requisitions the buyer can consolidate, and what would come of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import and_, exists, func, select
from sqlalchemy.orm import Session

from app.domain.documents import State
from app.domain.duties import Actor, Duty
from app.domain.errors import Problem
from app.models.item import Item
from app.models.order import Requisition, RequisitionLine
from app.models.party import Organisation
from app.models.stock import Place
from app.services.access import require_any
from app.services.db import Database, today
from app.services.orders.consolidate import price_basis, requisitions_to_order
from app.services.orders.joining import group_to_join, plan_to_join
from app.services.orders.planning import Plan, make_plan
from app.services.pledges.draw import beyond_pledges


@dataclass(frozen=True, slots=True)
class CandidatesWanted:
    """Filters; empty or 0 means any.

    Attributes:
        item_class: Requisitions with a line of this class.
        supplier_id: Requisitions with a line asked from this supplier.
        org_id: Of one member.
    """

    item_class: str = ""
    supplier_id: int = 0
    org_id: int = 0


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """A submitted requisition; `amount` at the prices the member saw when asking."""

    org_id: int
    id: int
    no: str
    org: str
    place: str
    submitted_at: datetime | None
    lines: int
    amount: Decimal
    note: str
    version: int = 1


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A member order that would be made."""

    org: str
    supplier: str
    lines: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class JoinWanted:
    """The group order that the requisitions would join."""

    lead_id: int
    group_order_id: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What consolidating would do, before anything is written."""

    drafts: tuple[DraftRow, ...]
    problems: tuple[Problem, ...]
    lines: int
    items: int
    amount: Decimal
    price_basis: str

    @property
    def blocked(self) -> bool:
        """Whether a problem stands in the way."""
        return any(problem.blocks for problem in self.problems)


def candidates(db: Database, actor: Actor, wanted: CandidatesWanted) -> tuple[CandidateRow, ...]:
    """Submitted requisitions of the members the person buys for, oldest first."""
    require_any(actor, Duty.BUY)
    line = RequisitionLine
    of_it = and_(line.org_id == Requisition.org_id, line.requisition_id == Requisition.id)
    statement = (
        select(
            Requisition,
            Organisation.short_name,
            Place.name,
            select(func.count()).where(of_it).scalar_subquery(),
        )
        .join(Organisation, Organisation.id == Requisition.org_id)
        .outerjoin(Place, (Place.org_id == Requisition.org_id) & (Place.id == Requisition.place_id))
        .where(Requisition.org_id.in_(actor.orgs(Duty.BUY)), Requisition.status == State.SUBMITTED)
        .order_by(Requisition.submitted_at, Requisition.org_id, Requisition.no)
    )
    if wanted.org_id:
        statement = statement.where(Requisition.org_id == wanted.org_id)
    if wanted.supplier_id:
        statement = statement.where(exists().where(of_it, line.supplier_id == wanted.supplier_id))
    if wanted.item_class:
        statement = statement.where(
            exists().where(of_it, Item.id == line.item_id, Item.item_class == wanted.item_class)
        )
    with db.read() as session:
        return tuple(
            CandidateRow(
                org_id=row.org_id,
                id=row.id,
                no=row.no,
                org=org,
                place=place or "",
                submitted_at=row.submitted_at,
                lines=count,
                amount=row.amount,
                note=row.note or "",
                version=row.version,
            )
            for row, org, place, count in session.execute(statement)
        )


def asked_suppliers(db: Database, actor: Actor) -> tuple[tuple[int, str], ...]:
    """The suppliers named in submitted requisitions, by id and short name: to filter by."""
    require_any(actor, Duty.BUY)
    line = RequisitionLine
    with db.read() as session:
        rows = session.execute(
            select(Organisation.id, Organisation.short_name)
            .join(line, line.supplier_id == Organisation.id)
            .join(
                Requisition,
                (Requisition.org_id == line.org_id) & (Requisition.id == line.requisition_id),
            )
            .where(
                Requisition.org_id.in_(actor.orgs(Duty.BUY)),
                Requisition.status == State.SUBMITTED,
            )
            .distinct()
            .order_by(Organisation.short_name)
        )
        return tuple((int(supplier), str(name)) for supplier, name in rows)


def preview(
    db: Database,
    actor: Actor,
    requisitions: Sequence[tuple[int, int]],
    into: JoinWanted | None = None,
) -> Preview:
    """What consolidating these requisitions today would make, and what stands in the way.

    Args:
        db: The database.
        actor: Who asks.
        requisitions: Pairs (member, requisition).
        into: The group order that they shall join; None for a new one.
    """
    with db.read() as session:
        rows = requisitions_to_order(session, actor, requisitions)
        if into is None:
            plan = make_plan(session, today(session), rows)
        else:
            group = group_to_join(session, into.lead_id, into.group_order_id)
            plan = plan_to_join(session, group, rows)
        wanted: Counter[tuple[int, int]] = Counter()
        for line in plan.lines:
            wanted[line.org_id, line.item_id] += line.qty
        return Preview(
            drafts=_draft_rows(session, plan),
            problems=(*plan.problems, *beyond_pledges(session, wanted)),
            lines=len(plan.lines),
            items=len({line.item_id for line in plan.lines}),
            amount=plan.amount,
            price_basis=price_basis(plan.sources),
        )


def _draft_rows(session: Session, plan: Plan) -> tuple[DraftRow, ...]:
    wanted = {draft.org_id for draft in plan.drafts} | {d.supplier_id for d in plan.drafts}
    names = dict(
        session.execute(
            select(Organisation.id, Organisation.short_name).where(Organisation.id.in_(wanted))
        ).all()
    )
    return tuple(
        DraftRow(
            org=names[draft.org_id],
            supplier=names[draft.supplier_id],
            lines=len(draft.lines),
            amount=draft.amount,
        )
        for draft in plan.drafts
    )
