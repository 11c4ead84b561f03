"""Moves inside a member's house: put away, to another bin or zone; new places and departments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from app.domain.consumption.triggers import Trigger
from app.domain.documents import DocKind, State
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.domain.ledger import Move
from app.domain.quantity import checked
from app.domain.stock.fefo import barred
from app.domain.stock.zones import ZONES, Spot, check_move, is_open, may_go
from app.i18n import _
from app.models.item import Item
from app.models.pack import Pack, PackLine
from app.models.stock import Lot, Place
from app.services import audit
from app.services.access import require
from app.services.consumption.titles import Passing, issue_titles, ways_of
from app.services.db import Database, today
from app.services.operations import claim, finish
from app.services.queries.portions import key_portions, portions
from app.services.stock.available import held_lots
from app.services.stock.costing import at_cost
from app.services.stock.places import PlaceRow, stock_places
from app.services.stock.posting import Posting, post
from app.services.stock.there import At, there

_KINDS: Final = {"department": ("store", 2), "store": ("store", 1), "zone": ("zone", 1),
                 "bin": ("bin", 1), "cabinet": ("bin", 3)}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MoveLine:
    """So many units of one lot and owner, from one place to another."""

    item_id: int
    lot_id: int
    owner_id: int
    from_place: int
    to_place: int
    qty: int


@dataclass(frozen=True, slots=True)
class MoveGoods:
    """Move goods inside the house (移库、上架、转区)."""

    op_id: UUID
    org_id: int
    lines: tuple[MoveLine, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class AddPlace:
    """Make a place: a department (二级库), a store, a zone or a bin.

    Attributes:
        op_id: Made once per intention.
        org_id: The member.
        code: Short code, unique within the member.
        name: As people say it.
        kind: department, store, zone, bin or cabinet (三级库).
        zone: pending, good, bad, returns, or empty.
        parent_id: The place it stands in, 0 for none.
        storage: normal, cool, cold or frozen.
    """

    op_id: UUID
    org_id: int
    code: str
    name: str
    kind: str = "department"
    zone: str = ""
    parent_id: int = 0
    storage: str = "normal"


def move_goods(db: Database, actor: Actor, command: MoveGoods) -> int:
    """Book the moves; the number of lines.

    Raises:
        DomainError: A place that may not keep the goods, a way back to the good goods without a
            reason, or less there than is to be moved.
    """
    require(actor, Duty.STORE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "stock.move", command)
        if earlier is not None:
            return int(earlier["lines"])
        if not command.lines:
            raise DomainError("move.empty", _("还没有选要移的货。"))
        spots = _spots(session, command)
        storage = _storage(session, command)
        _refuse_unusable(session, command, spots)
        for line in command.lines:
            checked(line.qty)
            if line.from_place == line.to_place:
                raise DomainError("move.same", _("移出和移入是同一个库位。请改移入库位。"))
            check_move(
                _spot(spots, line.from_place), _spot(spots, line.to_place),
                storage.get(line.item_id, "normal"), command.reason,
            )  # fmt: skip
        moves = [
            Move(
                item_id=line.item_id,
                lot_id=line.lot_id,
                owner_id=line.owner_id,
                from_place=line.from_place,
                to_place=line.to_place,
                qty=line.qty,
                doc_line=number,
                reason=command.reason.strip(),
            )
            for number, line in enumerate(command.lines, 1)
        ]
        document = new_id()
        moves = at_cost(session, command.org_id, moves)
        day = today(session)
        labels = _labels_at(session, command.org_id, {_from(line) for line in command.lines})
        ways = ways_of(session, command.org_id, moves)
        post(
            session, actor,
            Posting(command.org_id, command.op_id, DocKind.PUTAWAY, document, day, moves),
        )  # fmt: skip
        _take_labels_along(session, command, labels)
        passing = Passing(command.org_id, command.op_id, document, day, Trigger.ISSUE)
        issue_titles(session, actor, passing, ways)
        audit.record(
            session, actor, command.org_id, "stock.move", (DocKind.PUTAWAY.value, document),
            {"lines": len(moves), "reason": command.reason},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"lines": len(moves)})
        return len(moves)


def _take_labels_along(
    session: Session, command: MoveGoods, at: Mapping[At, Sequence[int]]
) -> None:
    """Where nothing of a lot stays behind, its labels have gone with it.

    Of a part nobody knows which boxes went; the scan of a label finds its goods in any case.
    """
    lying = {spot: list(packs) for spot, packs in at.items()}
    left = _before(command, there(session, command.org_id, at))
    along: dict[int, int] = {}
    for line in command.lines:  # in their order: goods may go on from where they were just put
        start, end = _from(line), _from(line)._replace(place_id=line.to_place)
        left[start] -= line.qty
        left[end] += line.qty
        if not left[start]:
            packs = lying.pop(start, [])
            lying.setdefault(end, []).extend(packs)
            along |= dict.fromkeys(packs, line.to_place)
    for target in sorted(set(along.values())):
        packs = [pack for pack, place in along.items() if place == target]
        _take_along(session, command.org_id, target, packs)


def _before(command: MoveGoods, after: Mapping[At, int]) -> Counter[At]:
    """What lay at each of the spots before the lines were moved."""
    found = Counter(after)
    for line in command.lines:
        found[_from(line)] += line.qty
        found[_from(line)._replace(place_id=line.to_place)] -= line.qty
    return found


def _labels_at(session: Session, org_id: int, spots: Collection[At]) -> dict[At, list[int]]:
    """The labels in stock whose goods are said to lie at the spots, held until the end.

    A scan holds its label before it asks for the goods, and so do they who move them.
    """
    found: dict[At, list[int]] = {spot: [] for spot in spots}
    for part in portions(sorted(found)):
        labels = session.execute(
            select(Pack.id, Pack.place_id, Pack.item_id, PackLine.lot_id, Pack.owner_id)
            .join(PackLine, and_(PackLine.org_id == Pack.org_id, PackLine.pack_id == Pack.id))
            .where(
                Pack.org_id == org_id, Pack.kind == "label",
                Pack.status == State.IN_STOCK.value,
                Pack.place_id.in_({spot.place_id for spot in part}),
                Pack.item_id.in_({spot.item_id for spot in part}),
            )
            .order_by(Pack.id)
            .with_for_update(of=Pack)
        )  # fmt: skip
        wanted = set(part)
        for pack, *where in labels:
            if (spot := At(*where)) in wanted:
                found[spot].append(pack)
    return found


def _take_along(session: Session, org_id: int, target: int, packs: list[int]) -> None:
    for part in key_portions(packs):
        session.execute(
            update(Pack)
            .where(Pack.org_id == org_id, Pack.id.in_(part), Pack.status == State.IN_STOCK.value)
            .values(place_id=target, version=Pack.version + 1)
            .execution_options(synchronize_session=False)
        )


def _from(line: MoveLine) -> At:
    return At(line.from_place, line.item_id, line.lot_id, line.owner_id)


def targets(
    db: Database, actor: Actor, org_id: int, item_id: int, start: int
) -> tuple[PlaceRow, ...]:
    """The places to which goods of an item may go from a place, in the order of their codes."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        places = stock_places(session, org_id)
        spots = {row.id: Spot(row.name, row.zone, row.storage) for row in places}
        here = _spot(spots, start)
        storage = session.scalars(select(Item.storage).where(Item.id == item_id)).one()
    return tuple(row for row in places if row.id != start and may_go(here, spots[row.id], storage))


def add_place(db: Database, actor: Actor, command: AddPlace) -> int:
    """Make a place; its id. A place with goods is never removed, only closed."""
    if not actor.can(Duty.ADMIN, command.org_id):
        require(actor, Duty.STORE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "place.add", command)
        if earlier is not None:
            return int(earlier["id"])
        code, name = command.code.strip().upper(), command.name.strip()
        kind = _checked_kind(command, code, name)
        taken = session.scalar(
            select(Place.name).where(Place.org_id == command.org_id, Place.code == code)
        )
        if taken is not None:
            raise DomainError(
                "place.taken",
                _("库位编码 {code} 已经用于「{name}」。请换一个编码。", code=code, name=taken),
            )
        place = new_id()
        session.add(
            Place(
                org_id=command.org_id, id=place, code=code, name=name, kind=kind[0],
                level=kind[1], zone=command.zone, parent_id=command.parent_id or None,
                storage=command.storage, holds_stock=True, active=True,
            )
        )  # fmt: skip
        audit.record(session, actor, command.org_id, "place.add", ("place", place), {"code": code})
        finish(session, command.org_id, command.op_id, {"id": place})
        return place


def _checked_kind(command: AddPlace, code: str, name: str) -> tuple[str, int]:
    kind = _KINDS.get(command.kind)
    if not code or not name:
        raise DomainError("place.name", _("库位要有编码和名称。请补上。"))
    if kind is None or command.zone not in ZONES or command.zone == "outgoing":
        raise DomainError(
            "place.kind",
            _(
                "库位类型应是 department、store、zone、bin、cabinet，"
                "区应是 pending、good、bad、returns。"
            ),
        )
    if command.storage not in {"normal", "cool", "cold", "frozen"}:
        raise DomainError("place.storage", _("储存条件应是 normal、cool、cold、frozen。"))
    return kind


def _spots(session: Session, command: MoveGoods) -> dict[int, Spot]:
    ids = {line.from_place for line in command.lines} | {x.to_place for x in command.lines}
    rows = session.scalars(
        select(Place).where(
            Place.org_id == command.org_id, Place.id.in_(ids), Place.holds_stock.is_(True)
        )
    )
    return {row.id: Spot(row.name, row.zone, row.storage) for row in rows}


def _spot(spots: dict[int, Spot], place: int) -> Spot:
    if place not in spots:
        raise DomainError("place.unknown", _("没有这个库位。请刷新后重新选择。"))
    return spots[place]


def _refuse_unusable(session: Session, command: MoveGoods, spots: dict[int, Spot]) -> None:
    """Frozen, recalled and expired lots go to no place from which goods are used."""
    open_ends = {line.lot_id for line in command.lines if is_open(_spot(spots, line.to_place))}
    held, day = held_lots(session, command.org_id), today(session)
    for lot in session.scalars(select(Lot).where(Lot.id.in_(open_ends)).order_by(Lot.lot_no)):
        why = barred(lot.expiry, day, held=lot.id in held)
        if why:
            words = _(
                "批号 {lot} {why}，只能移到待验区、不合格区或退货区。", lot=lot.lot_no, why=why
            )
            raise DomainError("move.unusable", words)


def _storage(session: Session, command: MoveGoods) -> dict[int, str]:
    rows = session.execute(
        select(Item.id, Item.storage).where(Item.id.in_({x.item_id for x in command.lines}))
    )
    return {row.id: row.storage for row in rows}
