"""Places of an organisation, and the virtual ends that every organisation has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.i18n import N_, _
from app.models.stock import Place
from app.services.access import require
from app.services.db import Database, database_of

VIRTUAL: Final = {
    "supplier": ("V-SUP", N_("供应商")),
    "consumed": ("V-USE", N_("消耗")),
    "lost": ("V-LOST", N_("盘亏丢失")),
    "found": ("V-FOUND", N_("盘盈")),
    "scrapped": ("V-SCRAP", N_("报损销毁")),
    "transit": ("V-WAY", N_("在途")),
    "opening": ("V-OPEN", N_("期初")),
}
"""Virtual places by kind: code and name. They have no balance; they are a move's other end."""

_VIRTUAL: Final = select(Place.id).where(
    Place.org_id == bindparam("org"), Place.kind == bindparam("kind")
)


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place as lists and pickers show it."""

    id: int
    org_id: int
    code: str
    name: str
    kind: str
    level: int
    zone: str
    storage: str


def make_virtual_places(session: Session, org_id: int) -> None:
    """Give a new organisation its virtual places."""
    session.execute(
        insert(Place),
        [
            {
                "org_id": org_id,
                "id": new_id(),
                "code": code,
                "name": name,
                "kind": kind,
                "level": 0,
                "zone": "",
                "parent_id": None,
                "storage": "normal",
                "holds_stock": False,
                "active": True,
            }
            for kind, (code, name) in VIRTUAL.items()
        ],
    )


def virtual_place(session: Session, org_id: int, kind: str) -> int:
    """The id of the organisation's virtual place of a kind; it stays the same for ever."""

    def read() -> int:
        session.flush()
        found = session.connection().scalar(_VIRTUAL, {"org": org_id, "kind": kind})
        if found is None:
            raise DomainError("place.missing", _("这家机构还没有设好库位。请管理员先建库位。"))
        return int(found)

    return database_of(session).learned(session, ("virtual", org_id, kind), read)


def stock_places(session: Session, org_id: int) -> tuple[PlaceRow, ...]:
    """The organisation's active places that hold stock, in the order of their codes."""
    rows = session.scalars(
        select(Place)
        .where(Place.org_id == org_id, Place.holds_stock.is_(True), Place.active.is_(True))
        .order_by(Place.code)
    )
    return tuple(
        PlaceRow(p.id, p.org_id, p.code, p.name, p.kind, p.level, p.zone, p.storage) for p in rows
    )


def main_place(session: Session, org_id: int) -> int:
    """The organisation's main store: the first store with zone `good`, else the first place.

    A department (二级库) never is, whatever its code: goods would come in past the store.
    """
    places = stock_places(session, org_id)
    for wanted in (("store", "good"), ("store", ""), ("zone", "good"), ("bin", "good")):
        for place in places:
            if (place.kind, place.zone) == wanted and place.level == 1:
                return place.id
    if not places:
        raise DomainError("place.missing", _("这家机构还没有设好库位。请管理员先建库位。"))
    return places[0].id


def store_of(db: Database, actor: Actor, org_id: int) -> int:
    """`main_place` in a unit of its own, for somebody who may see the organisation."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        return main_place(session, org_id)


def places_of(db: Database, actor: Actor, org_id: int) -> tuple[PlaceRow, ...]:
    """`stock_places` in a unit of its own, for somebody who may see the organisation."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        return stock_places(session, org_id)
