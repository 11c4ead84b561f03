"""Lists of a negotiation: projects, rounds, invitations, needs, and what a supplier sees."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.bidding.rules import BidRules, rules_of
from app.domain.documents import State
from app.domain.duties import Actor, Duty
from app.models.item import Item
from app.models.negotiation import (
    BidSheet,
    Negotiation,
    NegotiationInvitation,
    NegotiationItem,
    NegotiationLot,
    NegotiationMember,
    NegotiationNeed,
)
from app.models.party import Organisation, Person
from app.services.access import group_orgs
from app.services.db import Database, now, today
from app.services.negotiation.common import READERS, find, require_reader, rounds_of


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One project in a list; counts are those the person may see."""

    id: int
    org_id: int
    no: str
    title: str
    state: State
    round: int
    lines: int
    lots: int
    suppliers: int
    members: int
    confirmed: int
    supply_from: date
    supply_to: date
    growth: int
    rules: BidRules
    note: str
    version: int
    deadline: datetime | None
    opened_at: datetime | None


@dataclass(frozen=True, slots=True)
class RoundRow:
    """One round: until when, opened when and by whom, and how many bid."""

    round: int
    sealed: bool
    started_at: datetime
    deadline: datetime
    opened_at: datetime | None
    opened_by: str
    bidders: int
    digest: str


@dataclass(frozen=True, slots=True)
class GuestRow:
    """One invited supplier."""

    supplier_id: int
    code: str
    supplier: str
    invited_at: datetime
    small: bool
    cold_chain: bool
    delivery_hours: int
    quitted: str


@dataclass(frozen=True, slots=True)
class MemberRow:
    """How far a member is with its need."""

    org_id: int
    org: str
    due_on: date
    confirmed_at: datetime | None
    confirmed_by: str
    lines: int
    far: int


@dataclass(frozen=True, slots=True)
class NeedRow:
    """A member's need of one line, smallest units."""

    line: int
    item_id: int
    code: str
    name: str
    spec: str
    unit: str
    pack_factor: int
    used: int
    proposed: int
    pledge: int
    reason: str


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One line of a project in words, with what it is compared with."""

    line: int
    item_id: int
    lot: int
    code: str
    name: str
    spec: str
    unit: str
    pack_factor: int
    price_factor: int
    volume: int
    ceiling: Decimal | None
    cap: Decimal | None
    failed: str


def projects(db: Database, actor: Actor) -> tuple[ProjectRow, ...]:
    """The projects that the person may see, the newest first; a supplier's own invitations only."""
    with db.read() as session:
        statement = select(Negotiation).order_by(Negotiation.created_at.desc())
        if actor.has(Duty.SUPPLY):
            mine = select(NegotiationInvitation.negotiation_id).where(
                NegotiationInvitation.supplier_id.in_(actor.orgs(Duty.SUPPLY)),
                NegotiationInvitation.quitted.is_(None),
            )
            hidden = (State.DRAFT, State.NEEDING)
            statement = statement.where(Negotiation.id.in_(mine), Negotiation.status.not_in(hidden))
        elif not actor.orgs() & set(group_orgs(session, today(session))):
            return ()
        return tuple(
            _as_seen(actor, project_row(session, one)) for one in session.scalars(statement)
        )


def _as_seen(actor: Actor, row: ProjectRow) -> ProjectRow:
    if actor.has(Duty.SUPPLY):
        return for_supplier(row)
    if any(actor.can(duty, row.org_id) for duty in READERS):
        return row
    return replace(row, suppliers=0)


def for_supplier(row: ProjectRow) -> ProjectRow:
    """A project as a supplier may see it: neither its rivals nor the members are counted."""
    return replace(row, suppliers=1, members=0, confirmed=0)


def project_row(session: Session, project: Negotiation) -> ProjectRow:
    """One project with its counts."""
    last = next((one for one in rounds_of(session, project) if one.round == project.round), None)
    confirmed = NegotiationMember.confirmed_at
    members, done = session.execute(
        select(func.count(), func.count(confirmed)).where(
            NegotiationMember.lead_id == project.org_id,
            NegotiationMember.negotiation_id == project.id,
        )
    ).one()
    return ProjectRow(
        id=project.id,
        org_id=project.org_id,
        no=project.no,
        title=project.title,
        state=State(project.status),
        round=project.round,
        lines=_count(session, project, NegotiationItem),
        lots=_count(session, project, NegotiationLot),
        suppliers=_count(session, project, NegotiationInvitation),
        members=int(members),
        confirmed=int(done),
        supply_from=project.supply_from,
        supply_to=project.supply_to,
        growth=project.growth,
        rules=rules_of(project.rules),
        note=project.note or "",
        version=project.version,
        deadline=last.deadline if last else None,
        opened_at=last.opened_at if last else None,
    )


def _count(session: Session, project: Negotiation, table: Any) -> int:
    statement = select(func.count()).where(
        table.org_id == project.org_id, table.negotiation_id == project.id
    )
    if table is NegotiationInvitation:
        statement = statement.where(table.quitted.is_(None))
    return int(session.scalar(statement) or 0)


def round_rows(session: Session, project: Negotiation) -> tuple[RoundRow, ...]:
    """The rounds so far."""
    bidders: dict[int, int] = {
        int(number): int(count)
        for number, count in session.execute(
            select(BidSheet.round, func.count(func.distinct(BidSheet.supplier_id)))
            .where(BidSheet.org_id == project.org_id, BidSheet.negotiation_id == project.id)
            .group_by(BidSheet.round)
        )
    }
    rounds = rounds_of(session, project)
    names = _names(session, {one.opened_by for one in rounds if one.opened_by})
    return tuple(
        RoundRow(
            round=one.round,
            sealed=one.sealed,
            started_at=one.started_at,
            deadline=one.deadline,
            opened_at=one.opened_at,
            opened_by=names.get(one.opened_by or 0, ""),
            bidders=bidders.get(one.round, 0),
            digest=(one.digest or b"").hex(),
        )
        for one in rounds
    )


def _names(session: Session, people: set[int]) -> dict[int, str]:
    rows = session.execute(select(Person.id, Person.name).where(Person.id.in_(people)))
    return {int(key): str(name) for key, name in rows}


def guests(db: Database, actor: Actor, negotiation_id: int) -> tuple[GuestRow, ...]:
    """The invited suppliers; for the group's readers."""
    with db.read() as session:
        project = find(session, negotiation_id)
        require_reader(actor, project.org_id)
        rows = session.execute(
            select(NegotiationInvitation, Organisation.code, Organisation.short_name)
            .join(Organisation, Organisation.id == NegotiationInvitation.supplier_id)
            .where(
                NegotiationInvitation.org_id == project.org_id,
                NegotiationInvitation.negotiation_id == project.id,
            )
            .order_by(Organisation.code)
        )
        return tuple(
            GuestRow(
                supplier_id=one.supplier_id,
                code=code,
                supplier=name,
                invited_at=one.invited_at,
                small=one.small,
                cold_chain=one.cold_chain,
                delivery_hours=one.delivery_hours,
                quitted=one.quitted or "",
            )
            for one, code, name in rows
        )


def members(db: Database, actor: Actor, negotiation_id: int) -> tuple[MemberRow, ...]:
    """How far the members are, as far as the person may see them."""
    with db.read() as session:
        project = find(session, negotiation_id)
        counted = (
            select(
                NegotiationNeed.org_id,
                func.count().label("lines"),
                func.count(NegotiationNeed.reason).label("far"),
            )
            .where(NegotiationNeed.negotiation_id == project.id, NegotiationNeed.pledge > 0)
            .group_by(NegotiationNeed.org_id)
            .subquery()
        )
        rows = session.execute(
            select(NegotiationMember, Organisation.short_name, counted.c.lines, counted.c.far)
            .join(Organisation, Organisation.id == NegotiationMember.org_id)
            .outerjoin(counted, counted.c.org_id == NegotiationMember.org_id)
            .where(
                NegotiationMember.negotiation_id == project.id,
                NegotiationMember.org_id.in_(actor.orgs()),
            )
            .order_by(Organisation.code)
        ).all()
        names = _names(session, {row[0].confirmed_by for row in rows if row[0].confirmed_by})
        return tuple(
            MemberRow(
                org_id=one.org_id,
                org=name,
                due_on=one.due_on,
                confirmed_at=one.confirmed_at,
                confirmed_by=names.get(one.confirmed_by or 0, ""),
                lines=int(lines or 0),
                far=int(far or 0),
            )
            for one, name, lines, far in rows
        )


def needs(db: Database, actor: Actor, negotiation_id: int, org_id: int) -> tuple[NeedRow, ...]:
    """A member's need, what it uses first; empty for a member the person may not see."""
    if org_id not in actor.orgs():
        return ()
    with db.read() as session:
        rows = session.execute(
            select(NegotiationNeed, Item)
            .join(
                NegotiationItem,
                (NegotiationItem.negotiation_id == NegotiationNeed.negotiation_id)
                & (NegotiationItem.line == NegotiationNeed.line),
            )
            .join(Item, Item.id == NegotiationItem.item_id)
            .where(
                NegotiationNeed.org_id == org_id,
                NegotiationNeed.negotiation_id == negotiation_id,
            )
            .order_by(NegotiationNeed.used == 0, NegotiationNeed.line)
        )
        return tuple(
            NeedRow(
                line=need.line,
                item_id=item.id,
                code=item.code,
                name=item.name,
                spec=item.spec,
                unit=item.pack_unit,
                pack_factor=item.pack_factor,
                used=need.used,
                proposed=need.proposed,
                pledge=need.pledge,
                reason=need.reason or "",
            )
            for need, item in rows
        )


def item_rows(session: Session, project: Negotiation) -> tuple[ItemRow, ...]:
    """The lines of a project, in order."""
    rows = session.execute(
        select(NegotiationItem, Item)
        .join(Item, Item.id == NegotiationItem.item_id)
        .where(
            NegotiationItem.org_id == project.org_id, NegotiationItem.negotiation_id == project.id
        )
        .order_by(NegotiationItem.line)
    )
    return tuple(
        ItemRow(
            line=row.line,
            item_id=item.id,
            lot=row.lot,
            code=item.code,
            name=item.name,
            spec=item.spec,
            unit=item.pack_unit,
            pack_factor=item.pack_factor,
            price_factor=row.price_factor,
            volume=row.volume,
            ceiling=row.ceiling,
            cap=row.cap,
            failed=row.failed or "",
        )
        for row, item in rows
    )


def items(db: Database, actor: Actor, negotiation_id: int) -> tuple[ItemRow, ...]:
    """The lines of a project that the person may see."""
    del actor  # row security and `find` decide
    with db.read() as session:
        return item_rows(session, find(session, negotiation_id))


def lots(db: Database, actor: Actor, negotiation_id: int) -> tuple[tuple[int, str, str], ...]:
    """Number, title and why it failed, of every lot."""
    del actor
    with db.read() as session:
        project = find(session, negotiation_id)
        rows = session.scalars(
            select(NegotiationLot)
            .where(
                NegotiationLot.org_id == project.org_id,
                NegotiationLot.negotiation_id == project.id,
            )
            .order_by(NegotiationLot.lot)
        )
        return tuple((row.lot, row.title, row.failed or "") for row in rows)


@dataclass(frozen=True, slots=True)
class Timeline:
    """The rounds of a project and the server's time; bidders are counted for the group only."""

    rounds: tuple[RoundRow, ...]
    at: datetime


def timeline(db: Database, actor: Actor, negotiation_id: int) -> Timeline:
    """The rounds that the person may know of."""
    with db.read() as session:
        project = find(session, negotiation_id)
        rounds = round_rows(session, project)
        if not any(actor.can(duty, project.org_id) for duty in READERS):
            rounds = tuple(replace(one, bidders=0) for one in rounds)
        return Timeline(rounds, now(session))


def server_time(db: Database) -> datetime:
    """The server's time, which decides deadlines."""
    with db.read() as session:
        return now(session)
