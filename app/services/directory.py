"""Who is in the group: the organisations a person may see, with their roles today."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.models.party import GroupMembership, Organisation
from app.models.platform import Setting
from app.services.db import Database, today

_ORDER = {"lead": 0, "member": 1, "supplier": 2}


@dataclass(frozen=True, slots=True)
class OrgRow:
    """One organisation.

    Attributes:
        id: Row id.
        code: Four digits.
        name: Full name.
        short: Short name.
        role: ``lead``, ``member`` or ``supplier``.
    """

    id: int
    code: str
    name: str
    short: str
    role: str


def visible_organisations(db: Database, actor: Actor) -> tuple[OrgRow, ...]:
    """The organisations whose data the person may see: lead, members, then suppliers, by code."""
    with db.read() as session:
        day = today(session)
        in_force = and_(
            GroupMembership.org_id == Organisation.id,
            GroupMembership.valid_from <= day,
            or_(GroupMembership.valid_to.is_(None), GroupMembership.valid_to > day),
        )
        rows = session.execute(
            select(
                Organisation.id,
                Organisation.code,
                Organisation.name,
                Organisation.short_name,
                GroupMembership.role,
            )
            .join(GroupMembership, in_force)
            .where(Organisation.id.in_(actor.orgs()))
            .order_by(Organisation.code)
        ).all()
    found = (OrgRow(*row) for row in rows)
    return tuple(sorted(found, key=lambda org: _ORDER.get(org.role, 9)))


def members_day(db: Database) -> str:
    """The day it is for the members by the server's clock, in ISO form."""
    with db.read() as session:
        return today(session).isoformat()


def holds_demo(db: Database) -> bool:
    """`is_demo` in a unit of its own."""
    with db.read() as session:
        return is_demo(session)


def is_demo(session: Session) -> bool:
    """Whether the data are the demonstration's, which every screen and print says."""
    return bool(
        session.scalar(select(Setting.value).where(Setting.org_id == 0, Setting.key == "demo"))
    )
