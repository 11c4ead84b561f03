"""Cases of high-value use as people look at them: what was used, never who operated."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, func, or_, select

from app.domain.documents import State
from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.i18n import _
from app.models.consumption_source import CaseLine, CaseUse
from app.models.item import Item
from app.models.party import Organisation, Person
from app.models.settlement import Consumption
from app.models.stock import Lot, Place
from app.services.db import Database, local_time


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One registration."""

    org_id: int
    org: str
    document_id: int
    no: str
    case_no: str
    operation: str
    department: str
    occurred_on: date
    posted_at: datetime
    person: str
    articles: int
    returned: int
    status: State


@dataclass(frozen=True, slots=True)
class CaseLineRow:
    """One article of a registration."""

    line: int
    code: str
    name: str
    spec: str
    lot_no: str
    serial: str
    expiry: date | None
    scanned: str
    qty: int
    returned: int
    unit: str
    implanted: bool


def cases(
    db: Database, actor: Actor, orgs: Collection[int], text: str = "", *, limit: int = 200
) -> tuple[CaseRow, ...]:
    """Registrations of the members in scope, newest first.

    Args:
        db: The database.
        actor: Who looks; suppliers see none.
        orgs: The members in scope.
        text: Part of a case or document number, or a whole serial; empty for all.
        limit: At most so many.
    """
    scope = tuple(sorted(set(orgs) & actor.orgs()))
    sums = (
        select(
            CaseLine.org_id, CaseLine.document_id,
            func.sum(CaseLine.qty).label("articles"), func.sum(CaseLine.returned).label("back"),
        )
        .where(CaseLine.org_id.in_(scope))
        .group_by(CaseLine.org_id, CaseLine.document_id)
        .subquery()
    )  # fmt: skip
    statement = (
        select(CaseUse, Consumption, Organisation.short_name, Place.name, Person.name,
               sums.c.articles, sums.c.back)
        .join(Consumption, and_(Consumption.org_id == CaseUse.org_id,
                                Consumption.id == CaseUse.document_id))
        .join(sums, and_(sums.c.org_id == CaseUse.org_id,
                         sums.c.document_id == CaseUse.document_id))
        .join(Organisation, Organisation.id == CaseUse.org_id)
        .outerjoin(Place, and_(Place.org_id == CaseUse.org_id, Place.id == CaseUse.department_id))
        .outerjoin(Person, Person.id == Consumption.person_id)
        .where(CaseUse.org_id.in_(scope))
        .order_by(Consumption.posted_at.desc(), CaseUse.document_id.desc())
        .limit(limit)
    )  # fmt: skip
    wanted = text.strip().upper()
    if wanted:
        serials = select(CaseLine.document_id).where(
            CaseLine.org_id.in_(scope), func.upper(CaseLine.serial) == wanted
        )
        statement = statement.where(
            or_(
                CaseUse.case_no.contains(wanted, autoescape=True),
                Consumption.no.contains(wanted, autoescape=True),
                CaseUse.document_id.in_(serials),
            )
        )
    with db.read() as session:
        return tuple(_row(found) for found in session.execute(statement))


def case_by_no(db: Database, actor: Actor, org_id: int, no: str) -> CaseRow:
    """The registration with a document number; raises `DomainError` when there is none."""
    for row in cases(db, actor, (org_id,), no):
        if row.no == no:
            return row
    raise DomainError("case.unknown", _("没有高值登记单 {no}。请核对单号。", no=no))


def case_lines(
    db: Database, actor: Actor, org_id: int, document_id: int
) -> tuple[CaseLineRow, ...]:
    """The articles of a registration."""
    if org_id not in actor.orgs():
        return ()
    statement = (
        select(CaseLine, Item, Lot.lot_no, Lot.expiry)
        .join(Item, Item.id == CaseLine.item_id)
        .outerjoin(Lot, Lot.id == CaseLine.lot_id)
        .where(CaseLine.org_id == org_id, CaseLine.document_id == document_id)
        .order_by(CaseLine.line)
    )
    with db.read() as session:
        return tuple(
            CaseLineRow(
                line.line, item.code, item.name, item.spec, lot_no or "—", line.serial, expiry,
                line.code, line.qty, line.returned, item.base_unit, bool(line.implanted),
            )
            for line, item, lot_no, expiry in session.execute(statement)
        )  # fmt: skip


def _row(found: Any) -> CaseRow:
    use, head, org, department, person, articles, back = found
    return CaseRow(
        use.org_id, org, use.document_id, head.no, use.case_no, use.operation, department or "—",
        head.occurred_on, local_time(head.posted_at), person or "—", int(articles), int(back),
        State(head.status),
    )  # fmt: skip
