"""Places of an organisation as they are kept: listed, renamed, closed (new ones: stock.moving).

A place that goods have lain in is never removed, because the ledger names it; it is closed once it
is empty. The zone of a place with stock stays, so that no goods change their state unseen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError, NotAllowedError
from app.domain.ids import new_id
from app.i18n import N_, _
from app.models.stock import Balance, Place
from app.services import audit
from app.services.access import lead_org
from app.services.db import Database, today
from app.services.operations import claim, finish

KINDS: Final = {
    "store": N_("库房"),
    "department": N_("科室（二级库）"),
    "zone": N_("区域"),
    "bin": N_("货位"),
    "cabinet": N_("三级库"),
}
"""Kinds that a new place can be made as (`stock.moving.add_place`)."""
ZONES: Final = {
    "": N_("不分状态"),
    "good": N_("合格品"),
    "pending": N_("待验"),
    "bad": N_("不合格品"),
    "returns": N_("退货"),
    "outgoing": N_("发货"),
}
STORAGES: Final = {
    "normal": N_("常温"),
    "cool": N_("阴凉"),
    "cold": N_("冷藏 2–8 ℃"),
    "frozen": N_("冷冻"),
}
_USUAL: Final = (
    # code, name, kind, zone
    ("A01", N_("药库"), "store", "good"),
    ("D01", N_("待验区"), "zone", "pending"),
    ("E01", N_("不合格品区"), "zone", "bad"),
    ("F01", N_("退货区"), "zone", "returns"),
)


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """What is written about a place.

    Attributes:
        name: As labels and lists show it.
        kind: ``store``, ``zone`` or ``bin``.
        zone: State of the goods in it: ``good``, ``pending``, ``bad``, ``returns``, ``outgoing``.
        storage: ``normal``, ``cool``, ``cold`` or ``frozen``.
        level: 1 central store, 2 ward or pharmacy, 3 cabinet.
        parent_id: The place it lies in; 0 for none.
        active: Whether it is in use.
    """

    name: str
    kind: str = "bin"
    zone: str = "good"
    storage: str = "normal"
    level: int = 1
    parent_id: int = 0
    active: bool = True


@dataclass(frozen=True, slots=True)
class ChangePlace:
    """Write other facts of a place; its code, kind and level stay.

    Attributes:
        op_id: Made once per intention.
        org_id: Whose place.
        place_id: Which.
        facts: All of them, also those that stay.
    """

    op_id: UUID
    org_id: int
    place_id: int
    facts: PlaceFacts


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """A place as the settings show it; `lots` counts what lies in it."""

    id: int
    org_id: int
    code: str
    facts: PlaceFacts
    lots: int


def places(db: Database, actor: Actor, org_id: int) -> tuple[PlaceLine, ...]:
    """The places of an organisation that hold stock, also closed ones, by code."""
    with db.read() as session:
        _require(session, actor, org_id, reading=True)
        counted = session.execute(
            select(Balance.place_id, func.count())
            .where(Balance.org_id == org_id, Balance.qty > 0)
            .group_by(Balance.place_id)
        )
        lots = {place_id: int(count) for place_id, count in counted}
        rows = session.scalars(
            select(Place)
            .where(Place.org_id == org_id, Place.holds_stock.is_(True))
            .order_by(Place.code)
        )
        return tuple(
            PlaceLine(row.id, org_id, row.code, _facts(row), lots.get(row.id, 0)) for row in rows
        )


def change_place(db: Database, actor: Actor, command: ChangePlace) -> None:
    """Rename a place, move it under another, give it another zone or storage, close or reopen it.

    Raises:
        NotAllowedError: The actor neither keeps this store nor administers it.
        DomainError: A fact is impossible, or goods lie in the place.
    """
    with db.write() as session:
        _require(session, actor, command.org_id)
        if claim(session, actor, command.org_id, command.op_id, "place.change", command):
            return
        _check(command)
        place = _change(session, command)
        doc = ("place", command.place_id)
        detail = {"code": place.code, "name": place.name, "active": place.active}
        audit.record(session, actor, command.org_id, "place.change", doc, detail)
        finish(session, command.org_id, command.op_id, {"done": True})


def make_usual_places(session: Session, org_id: int) -> None:
    """Give a new organisation a store and the zones that acceptance needs."""
    rows: list[dict[str, Any]] = [
        _columns(PlaceFacts(_(name), kind, zone)) | {"org_id": org_id, "id": new_id(), "code": code}
        for code, name, kind, zone in _USUAL
    ]
    session.execute(insert(Place), rows)


def _columns(facts: PlaceFacts) -> dict[str, Any]:
    return {
        "name": facts.name.strip(),
        "kind": facts.kind,
        "zone": facts.zone,
        "storage": facts.storage,
        "level": facts.level,
        "parent_id": facts.parent_id or None,
        "holds_stock": True,
        "active": facts.active,
    }


def _facts(row: Place) -> PlaceFacts:
    return PlaceFacts(
        row.name, row.kind, row.zone, row.storage, row.level, row.parent_id or 0, row.active
    )


def _require(session: Session, actor: Actor, org_id: int, *, reading: bool = False) -> None:
    """Whoever keeps the store, or administers it or the group; to read, whoever sees it."""
    if reading and actor.can(Duty.READ, org_id):
        return
    if actor.can(Duty.STORE, org_id) or actor.can(Duty.ADMIN, org_id):
        return
    if actor.can(Duty.ADMIN, lead_org(session, today(session))):
        return
    raise NotAllowedError(
        "access.duty", _("改库位要这家机构的药房库管或系统管理权限。请他们来做。")
    )


def _check(command: ChangePlace) -> None:
    facts = command.facts
    if not facts.name.strip():
        raise DomainError("place.empty", _("库位要有编码和名称，如 A01 药库。"))
    if facts.zone not in ZONES or facts.storage not in STORAGES:
        raise DomainError("place.kind", _("库位的类型、状态或温度不在可选范围内。请重新选择。"))
    if facts.parent_id and facts.parent_id == command.place_id:
        raise DomainError("place.parent", _("库位不能放在自己里面。请选别的上级。"))


def _change(session: Session, command: ChangePlace) -> Place:
    place = session.get(Place, (command.org_id, command.place_id))
    if place is None or not place.holds_stock:
        raise DomainError("place.unknown", _("没有找到这个库位。请刷新列表后再选。"))
    facts = command.facts
    if (place.zone != facts.zone or not facts.active) and _has_stock(session, command):
        raise DomainError(
            "place.stock",
            _(
                "{name} 里还有货，不能停用或改成别的状态。请先把货移走或用完。",
                name=place.name,
            ),
        )
    place.name, place.zone, place.storage = facts.name.strip(), facts.zone, facts.storage
    place.parent_id, place.active = facts.parent_id or None, facts.active
    session.flush()
    return place


def _has_stock(session: Session, command: ChangePlace) -> bool:
    found = session.scalar(
        select(Balance.qty)
        .where(
            Balance.org_id == command.org_id,
            Balance.place_id == command.place_id,
            Balance.qty > 0,
        )
        .limit(1)
    )
    return found is not None
