"""Who sits on the committee."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.i18n import N_, _
from app.models.formulary import CommitteeMember
from app.models.party import Person
from app.services import audit
from app.services.access import lead_org, require
from app.services.db import Database, today
from app.services.operations import claim, finish

ROLES: Final = {"chair": N_("主任委员"), "secretary": N_("秘书"), "member": N_("委员")}
_ORDER: Final = {"chair": 0, "secretary": 1, "member": 2}


@dataclass(frozen=True, slots=True)
class Seat:
    """A member of the committee.

    Attributes:
        person_id: The account with which the member may vote; 0: none, votes by hand.
    """

    member_id: int
    name: str
    department: str
    role: str
    person_id: int


@dataclass(frozen=True, slots=True)
class PutSeat:
    """Give somebody a seat; `login` when they have an account."""

    op_id: UUID
    name: str
    department: str
    role: str = "member"
    login: str = ""
    since: date | None = None


@dataclass(frozen=True, slots=True)
class LeaveSeat:
    """Somebody leaves the committee from a day on."""

    op_id: UUID
    member_id: int
    on: date | None = None


def committee(db: Database, actor: Actor) -> tuple[Seat, ...]:
    """The group's committee today: chair, secretary, then the members by name."""
    del actor
    with db.read() as session:
        return seats(session, lead_org(session, today(session)), today(session))


def seats(session: Session, org_id: int, day: date) -> tuple[Seat, ...]:
    """The committee of an organisation on a day."""
    rows = session.scalars(
        select(CommitteeMember).where(
            CommitteeMember.org_id == org_id,
            CommitteeMember.valid_from <= day,
            or_(CommitteeMember.valid_to.is_(None), CommitteeMember.valid_to > day),
        )
    )
    found = [Seat(r.id, r.name, r.department, r.role, r.person_id or 0) for r in rows]
    return tuple(sorted(found, key=lambda seat: (_ORDER[seat.role], seat.member_id)))


def put_seat(db: Database, actor: Actor, command: PutSeat) -> Seat:
    """Give somebody a seat.

    Raises:
        DomainError: The name is missing, the role or the account unknown.
    """
    with db.write() as session:
        lead = lead_org(session, today(session))
        require(actor, Duty.CATALOGUE, lead)
        earlier = claim(session, actor, lead, command.op_id, "committee.seat", command)
        if earlier is not None:
            return Seat(**earlier)
        if not command.name.strip() or command.role not in ROLES:
            raise DomainError("committee.name", _("请填委员姓名，并选主任委员、秘书或委员。"))
        person = _person(session, command.login) if command.login else None
        seat = Seat(new_id(), command.name.strip(), command.department.strip(), command.role,
                    person or 0)  # fmt: skip
        session.add(
            CommitteeMember(
                org_id=lead, id=seat.member_id, name=seat.name, department=seat.department,
                role=seat.role, person_id=person,
                valid_from=command.since or today(session), valid_to=None,
            )
        )  # fmt: skip
        doc = ("committee_member", seat.member_id)
        audit.record(session, actor, lead, "committee.seat", doc, {"name": seat.name})
        finish(session, lead, command.op_id, {
            "member_id": seat.member_id, "name": seat.name, "department": seat.department,
            "role": seat.role, "person_id": seat.person_id,
        })  # fmt: skip
        return seat


def leave_seat(db: Database, actor: Actor, command: LeaveSeat) -> None:
    """End a seat."""
    with db.write() as session:
        lead = lead_org(session, today(session))
        require(actor, Duty.CATALOGUE, lead)
        if claim(session, actor, lead, command.op_id, "committee.leave", command) is not None:
            return
        session.execute(
            update(CommitteeMember)
            .where(CommitteeMember.org_id == lead, CommitteeMember.id == command.member_id)
            .values(valid_to=command.on or today(session))
        )
        doc = ("committee_member", command.member_id)
        audit.record(session, actor, lead, "committee.leave", doc, {"on": command.on})
        finish(session, lead, command.op_id, {"done": True})


def _person(session: Session, login: str) -> int:
    found = session.scalar(select(Person.id).where(Person.login == login))
    if found is None:
        raise DomainError("committee.login", _("没有账号 {login}。请核对，或留空。", login=login))
    return found
