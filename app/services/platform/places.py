"""Places of an organisation: added, renamed, closed by its store keeper or an administrator.

A place that goods have lain in is never removed, because the ledger names it; it is closed once it
is empty. The kind and zone of a place with stock stay, so that no goods change their state unseen.
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

KINDS: Final = {"store": N_("库房"), "zone": N_("区域"), "bin": N_("货位")}
ZONES: Final = {
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
_LEVELS: Final = 3


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
class PutPlace:
    """Add a place (`place_id` 0) or change one.

    Attributes:
        op_id: Made once per intention.
        org_id: Whose place.
        place_id: Which; 0 for a new one.
        code: As printed on the shelf; stays once given.
        facts: The rest.
    """

    op_id: UUID
    org_id: int
    place_id: int
    code: str
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


def put_place(db: Database, actor: Actor, command: PutPlace) -> int:
    """Add or change a place; its id.

    Raises:
        NotAllowedError: The actor neither keeps this store nor administers it.
        DomainError: The code is taken, a fact is impossible, or goods lie in the place.
    """
    with db.write() as session:
        _require(session, actor, command.org_id)
        earlier = claim(session, actor, command.org_id, command.op_id, "place.put", command)
        if earlier is not None:
            return int(earlier["id"])
        _check(session, command)
        place_id = command.place_id or _add(session, command)
        if command.place_id:
            _change(session, command)
        doc = ("place", place_id)
        detail = {"code": command.code, "name": command.facts.name, "active": command.facts.active}
        audit.record(session, actor, command.org_id, "place.put", doc, detail)
        finish(session, command.org_id, command.op_id, {"id": place_id})
        return place_id


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


def _check(session: Session, command: PutPlace) -> None:
    facts = command.facts
    if not command.code.strip() or not facts.name.strip():
        raise DomainError("place.empty", _("库位要有编码和名称，如 A01 药库。"))
    if facts.kind not in KINDS or facts.zone not in ZONES or facts.storage not in STORAGES:
        raise DomainError("place.kind", _("库位的类型、状态或温度不在可选范围内。请重新选择。"))
    if not 1 <= facts.level <= _LEVELS:
        raise DomainError("place.level", _("库位级别只有一级、二级、三级。"))
    if facts.parent_id and facts.parent_id == command.place_id:
        raise DomainError("place.parent", _("库位不能放在自己里面。请选别的上级。"))
    other = session.scalar(
        select(Place.name).where(
            Place.org_id == command.org_id,
            Place.code == command.code.strip(),
            Place.id != command.place_id,
        )
    )
    if other is not None:
        raise DomainError(
            "place.taken",
            _("编码 {code} 已经是 {name}。请换一个。", code=command.code.strip(), name=other),
        )


def _add(session: Session, command: PutPlace) -> int:
    place_id = new_id()
    row = _columns(command.facts) | {
        "org_id": command.org_id,
        "id": place_id,
        "code": command.code.strip(),
    }
    session.execute(insert(Place), [row])
    return place_id


def _change(session: Session, command: PutPlace) -> None:
    place = session.get(Place, (command.org_id, command.place_id))
    if place is None or not place.holds_stock:
        raise DomainError("place.unknown", _("没有找到这个库位。请刷新列表后再选。"))
    facts = command.facts
    moved = (place.kind, place.zone) != (facts.kind, facts.zone)
    if (moved or not facts.active) and _has_stock(session, command):
        raise DomainError(
            "place.stock",
            _(
                "{name} 里还有货，不能停用或改成别的状态。请先把货移走或用完。",
                name=place.name,
            ),
        )
    for name, value in _columns(facts).items():
        setattr(place, name, value)
    session.flush()


def _has_stock(session: Session, command: PutPlace) -> bool:
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
