"""Awards as rows: proposed, submitted, public, in force; objections; the lines of one award."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import money
from app.domain.awarding.case import CaseLine, cost
from app.domain.bidding.award import WINNER
from app.domain.duties import Actor
from app.models.awards import AwardDecision, AwardObjection
from app.models.item import Item
from app.models.negotiation import (
    Award,
    AwardLine,
    Negotiation,
    NegotiationItem,
    NegotiationReference,
)
from app.models.party import Organisation, Person
from app.services.awards.common import find_award, negotiators
from app.services.db import Database
from app.services.negotiation.common import find, require_reader

_CENTS = 100
_TENTHS = 1000


@dataclass(frozen=True, slots=True)
class AwardRow:
    """One award with its figures over the lines that have a base price (元).

    Attributes:
        kind: hand | optimised.
        amount: What all its lines cost for the pledged volume.
        base, awarded: The lines with a base price, at the base and as awarded.
        can_approve: Whether the person who asks did not negotiate.
    """

    award_id: int
    negotiation_id: int
    project_no: str
    title: str
    kind: str
    status: str
    created_at: datetime
    created_by: str
    lines: int
    suppliers: int
    amount: Decimal
    base: Decimal
    awarded: Decimal
    cheaper: int
    notice_no: str
    submitted_by: str
    approved_by: str
    public_from: date | None
    public_to: date | None
    returned: str
    list_id: int | None
    objections: int
    open_objections: int
    can_approve: bool
    settings: Any

    @property
    def saving(self) -> Decimal:
        """What the award saves for the pledged volume against the base."""
        return self.base - self.awarded

    @property
    def weighted(self) -> Decimal | None:
        """下浮率 weighted by amount, in percent with one place; None without a base."""
        return rate(self.saving, self.base)


@dataclass(frozen=True, slots=True)
class AwardLineRow:
    """One supplier of one line."""

    line: int
    code: str
    name: str
    spec: str
    unit: str
    lot: int
    packs: Decimal
    supplier_id: int
    supplier: str
    rank: int
    share: int
    unit_price: Decimal
    base_price: Decimal | None
    amount: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class ObjectionRow:
    """One objection and its answer."""

    objection_id: int
    who: str
    text: str
    received_at: datetime
    answer: str
    outcome: str
    answered_by: str


def rate(saving: Decimal, base: Decimal) -> Decimal | None:
    """`saving` of `base` in percent, one place, half up; None without a base."""
    if not base:
        return None
    share_of_price = saving * _CENTS / Decimal(base)
    return money.cents(share_of_price * 10).quantize(Decimal(1)) / Decimal(10)


def awards(db: Database, actor: Actor, negotiation_id: int | None = None) -> tuple[AwardRow, ...]:
    """The awards that the person may read, newest first."""
    with db.read() as session:
        wanted = select(Award).order_by(Award.created_at.desc(), Award.id.desc())
        if negotiation_id is not None:
            require_reader(actor, find(session, negotiation_id).org_id)
            wanted = wanted.where(Award.negotiation_id == negotiation_id)
        found = [row for row in session.scalars(wanted) if actor.orgs() & {row.org_id}]
        return tuple(_row(session, actor, award) for award in found)


def award(db: Database, actor: Actor, award_id: int) -> AwardRow:
    """One award."""
    with db.read() as session:
        found, _project = find_award(session, award_id)
        require_reader(actor, found.org_id)
        return _row(session, actor, found)


def award_lines(db: Database, actor: Actor, award_id: int) -> tuple[AwardLineRow, ...]:
    """The lines of an award, winners before backups."""
    with db.read() as session:
        found, _project = find_award(session, award_id)
        require_reader(actor, found.org_id)
        return line_rows(session, found)


def objections(db: Database, actor: Actor, award_id: int) -> tuple[ObjectionRow, ...]:
    """The objections to an award, oldest first."""
    with db.read() as session:
        found, _project = find_award(session, award_id)
        require_reader(actor, found.org_id)
        rows = session.scalars(
            select(AwardObjection)
            .where(AwardObjection.org_id == found.org_id, AwardObjection.award_id == award_id)
            .order_by(AwardObjection.received_at)
        ).all()
        names = _people(session, {row.answered_by for row in rows})
        return tuple(
            ObjectionRow(
                row.id,
                row.who,
                row.text,
                row.received_at,
                row.answer or "",
                row.outcome or "",
                names.get(row.answered_by or 0, ""),
            )
            for row in rows
        )


def line_rows(session: Session, found: Award) -> tuple[AwardLineRow, ...]:
    """The lines in the caller's unit of work."""
    return tuple(_line_row(row) for row in _raw_lines(session, found))


def _raw_lines(session: Session, found: Award) -> Sequence[Any]:
    item, known = NegotiationItem, NegotiationReference
    return session.execute(
        select(
            AwardLine,
            item.lot,
            item.volume,
            known.base_price,
            Item.code,
            Item.name,
            Item.spec,
            Item.pack_unit,
            Organisation.short_name,
        )
        .join(
            item,
            (item.org_id == AwardLine.org_id)
            & (item.negotiation_id == found.negotiation_id)
            & (item.line == AwardLine.line),
        )
        .join(Item, Item.id == item.item_id)
        .join(Organisation, Organisation.id == AwardLine.supplier_id)
        .outerjoin(
            known,
            (known.org_id == item.org_id)
            & (known.negotiation_id == item.negotiation_id)
            & (known.line == item.line),
        )
        .where(AwardLine.org_id == found.org_id, AwardLine.award_id == found.id)
        .order_by(AwardLine.line, AwardLine.rank, AwardLine.share.desc(), Organisation.code)
    ).all()


def _line_row(row: Any) -> AwardLineRow:
    one = row.AwardLine
    line = CaseLine(one.line, row.name, row.lot, row.volume, one.price_factor)
    cents = cost(line, money.to_scaled(one.unit_price), one.share) if one.rank == WINNER else 0
    return AwardLineRow(
        line=one.line,
        code=row.code,
        name=row.name,
        spec=row.spec,
        unit=row.pack_unit,
        lot=row.lot,
        packs=Decimal(row.volume * one.share) / Decimal(one.price_factor * _TENTHS),
        supplier_id=one.supplier_id,
        supplier=row.short_name,
        rank=one.rank,
        share=one.share,
        unit_price=one.unit_price,
        base_price=row.base_price,
        amount=Decimal(cents) / Decimal(_CENTS),
        reason=one.reason or "",
    )


def _row(session: Session, actor: Actor, found: Award) -> AwardRow:
    project = session.get_one(Negotiation, (found.org_id, found.negotiation_id))
    lines = [one for one in line_rows(session, found) if one.rank == WINNER]
    with_base = [one for one in lines if one.base_price is not None]
    base = sum((money.cents(one.packs * (one.base_price or 0)) for one in with_base), Decimal(0))
    decision = session.scalars(
        select(AwardDecision)
        .where(AwardDecision.org_id == found.org_id, AwardDecision.award_id == found.id)
        .order_by(AwardDecision.attempt.desc())
    ).first()
    complaints = session.execute(
        select(AwardObjection.outcome).where(
            AwardObjection.org_id == found.org_id, AwardObjection.award_id == found.id
        )
    ).all()
    people = {found.created_by}
    if decision is not None:
        people |= {one for one in (decision.submitted_by, decision.approved_by) if one}
    names = _people(session, set(people))
    by_line: dict[int, list[AwardLineRow]] = defaultdict(list)
    for one in with_base:
        by_line[one.line].append(one)
    took_part = negotiators(session, found, project)
    if decision is not None:
        took_part |= {decision.submitted_by}
    return AwardRow(
        award_id=found.id,
        negotiation_id=project.id,
        project_no=project.no,
        title=project.title,
        kind=found.kind,
        status=found.status,
        created_at=found.created_at,
        created_by=names.get(found.created_by, ""),
        lines=len({one.line for one in lines}),
        suppliers=len({one.supplier_id for one in lines}),
        amount=sum((one.amount for one in lines), Decimal(0)),
        base=base,
        awarded=sum((one.amount for one in with_base), Decimal(0)),
        cheaper=sum(
            all(one.unit_price < (one.base_price or 0) for one in rows) for rows in by_line.values()
        ),
        notice_no=decision.notice_no if decision else "",
        submitted_by=names.get(decision.submitted_by, "") if decision else "",
        approved_by=names.get(decision.approved_by or 0, "") if decision else "",
        public_from=decision.public_from if decision else None,
        public_to=decision.public_to if decision else None,
        returned=(decision.reason or "") if decision else "",
        list_id=decision.list_id if decision else None,
        objections=len(complaints),
        open_objections=sum(row.outcome is None for row in complaints),
        can_approve=actor.person_id not in took_part,
        settings=found.settings,
    )


def _people(session: Session, ids: set[Any]) -> dict[int, str]:
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(ids - {None})))
    return {int(key): str(name) for key, name in rows}
