"""Where packs lie: a place of their own under each store and department, and the departments."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.i18n import _
from app.models.stock import Place
from app.services.access import require
from app.services.db import Database, database_of
from app.services.stock.places import PlaceRow, stock_places

_SUFFIX = "-DSB"


def pack_place(session: Session, org_id: int, parent_id: int) -> int:
    """The pack place under a store or department; made when the first pack comes.

    Packed goods lie in a balance of their own, so that the database itself keeps loose picking
    from taking them.
    """
    parent = session.scalar(select(Place).where(Place.org_id == org_id, Place.id == parent_id))
    if parent is None or not parent.holds_stock:
        raise DomainError("place.unknown", _("没有这个库位。请刷新后重新选择。"))
    code = f"{parent.code}{_SUFFIX}"
    insert = sqlite_insert if database_of(session).is_sqlite else pg_insert
    session.execute(
        insert(Place)
        .values(
            org_id=org_id,
            id=new_id(),
            code=code,
            name=_("{place} 定数包", place=parent.name),
            kind="zone",
            level=parent.level,
            zone="outgoing",
            parent_id=parent_id,
            storage=parent.storage,
            holds_stock=True,
            active=True,
        )
        .on_conflict_do_nothing()
    )
    return session.execute(
        select(Place.id).where(Place.org_id == org_id, Place.code == code)
    ).scalar_one()


def above(session: Session, org_id: int, place_id: int) -> int:
    """The store or department to which a pack place belongs: there its goods are loose."""
    parent = session.scalar(
        select(Place.parent_id).where(Place.org_id == org_id, Place.id == place_id)
    )
    if parent is None:
        raise DomainError("place.unknown", _("没有这个库位。请刷新后重新选择。"))
    return int(parent)


def department(session: Session, org_id: int, place_id: int) -> Place:
    """The department (二级库); raises `DomainError` for anything else."""
    found = session.scalar(
        select(Place).where(Place.org_id == org_id, Place.id == place_id, Place.active.is_(True))
    )
    if found is None or found.level != 2 or found.kind != "store":  # noqa: PLR2004 - 二级库
        raise DomainError("pack.department", _("请选择科室（二级库）。定数包只能发给科室。"))
    return found


def departments(db: Database, actor: Actor, org_id: int) -> tuple[PlaceRow, ...]:
    """The departments (二级库) of a member, by code."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        return tuple(
            place
            for place in stock_places(session, org_id)
            if place.level == 2 and place.kind == "store"  # noqa: PLR2004 - 二级库
        )
