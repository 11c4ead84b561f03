"""How far members are apart and how goods usually travel between them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.i18n import _
from app.models.item import Item
from app.models.party import Organisation
from app.models.transfer import OrgRoute
from app.services.access import group_orgs, lead_org, require
from app.services.db import Database, database_of, today


@dataclass(frozen=True, slots=True)
class RouteRow:
    """A way between two members."""

    org: str
    other: str
    km: int
    note: str


def set_route(db: Database, actor: Actor, pair: tuple[int, int], km: int, note: str = "") -> None:
    """Keep the distance between two members, for both directions.

    Raises:
        NotAllowedError: Only the lead's purchasers and administrators may.
    """
    with db.write() as session:
        lead = lead_org(session, today(session))
        if not actor.can(Duty.ADMIN, lead):
            require(actor, Duty.BUY, lead)
        members = group_orgs(session, today(session))
        if pair[0] == pair[1] or not set(pair) <= set(members) or not 0 <= km < 10_000:  # noqa: PLR2004 - unknown is 10,000
            raise DomainError("route.pair", _("请选集团里的两家机构，公里数填 0 到 9999。"))
        for start, end in (pair, pair[::-1]):
            _write(session, (start, end), km, note.strip())


def route_list(db: Database, actor: Actor) -> tuple[RouteRow, ...]:
    """All known distances, each pair once."""
    require(actor, Duty.READ, actor.org_id)
    with db.read() as session:
        names = dict(session.execute(select(Organisation.id, Organisation.short_name)).all())
        rows = session.scalars(select(OrgRoute).where(OrgRoute.org_id < OrgRoute.other_id)).all()
        return tuple(
            RouteRow(names.get(x.org_id, "—"), names.get(x.other_id, "—"), x.km, x.note)
            for x in rows
        )


def _write(session: Session, pair: tuple[int, int], km: int, note: str) -> None:
    insert = sqlite_insert if database_of(session).is_sqlite else pg_insert
    values = {"km": km, "note": note}
    session.execute(
        insert(OrgRoute)
        .values(org_id=pair[0], other_id=pair[1], **values)
        .on_conflict_do_update(index_elements=["org_id", "other_id"], set_=values)
    )


def members(db: Database, actor: Actor) -> dict[str, int]:
    """Code, name and short name of every member → its id: whom one may ask for goods."""
    require(actor, Duty.READ, actor.org_id)
    with db.read() as session:
        ids = group_orgs(session, today(session))
        rows = session.scalars(select(Organisation).where(Organisation.id.in_(ids)))
        return {word: row.id for row in rows for word in (row.code, row.name, row.short_name)}


@dataclass(frozen=True, slots=True)
class Member:
    """A member that may be asked; whether it is one legal person with who asks."""

    id: int
    name: str
    same_person: bool


def member_list(db: Database, actor: Actor, but: int) -> tuple[Member, ...]:
    """Members that may be asked, without one's own, in the order of their codes."""
    require(actor, Duty.READ, actor.org_id)
    with db.read() as session:
        ids = set(group_orgs(session, today(session))) - {but}
        rows = session.execute(
            select(Organisation.id, Organisation.short_name, Organisation.legal_person_id)
            .where(Organisation.id.in_({*ids, but}))
            .order_by(Organisation.code)
        ).all()
        own = next((row.legal_person_id for row in rows if row.id == but), None)
        return tuple(
            Member(row.id, row.short_name, own is not None and row.legal_person_id == own)
            for row in rows
            if row.id != but
        )


def pack_factor(db: Database, item_id: int) -> int:
    """Smallest units in the pack that people count an item in."""
    with db.read() as session:
        return session.scalar(select(Item.pack_factor).where(Item.id == item_id)) or 1
