"""Packs as people look at them: definitions, packs with where they are, what is overdue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Select, and_, or_, select, type_coerce
from sqlalchemy.orm import Session, aliased

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.packs.overdue import Late, PackDates, late
from app.domain.packs.steps import STEPS, PackState, PackStep
from app.i18n import _
from app.models.base import Flag
from app.models.fixed_pack import FixedPack, PackDefinition
from app.models.item import Item
from app.models.pack import Pack, PackLine
from app.models.party import Person
from app.models.stock import Lot, Place
from app.services.access import require
from app.services.db import Database, local_time, today
from app.services.packs import standing
from app.services.queries.goods import GoodsRow, of_item
from app.services.queries.portions import portions
from app.services.scan_rules import read_scan

_MOST: Final = 2000
_VIEWS: Final = ("", "store", "way", "department", "late", "gone")


@dataclass(frozen=True, slots=True)
class DefinitionRow(GoodsRow):
    """A definition, and how many packs of it lie in the store.

    Attributes:
        units: Smallest units in a pack.
        place: The department, empty for all.
        in_store: Packs ready in the store.
        with_department: Packs on the way to departments or with them.
    """

    id: int
    units: int
    place_id: int
    place: str
    mixed: bool
    keep_days: int
    month_limit: int
    target: int
    active: bool
    in_store: int
    with_department: int


@dataclass(frozen=True, slots=True)
class PackRow:
    """One fixed pack.

    Attributes:
        lots: Lot numbers inside, the first to expire in front.
        place: Store or department where it is.
        department: Where it was sent, empty while it is the store's.
        late: Why it needs somebody, None when all is well.
        steps: What can be done with it now.
    """

    id: int
    code: str
    item_id: int
    item_code: str
    name: str
    spec: str
    base_unit: str
    pack_unit: str
    pack_factor: int
    qty: int
    lots: str
    expiry: date | None
    state: PackState
    place: str
    department_id: int
    department: str
    made_at: datetime
    issued_at: datetime | None
    received_at: datetime | None
    receiver: str
    due_on: date | None
    late: Late | None
    steps: tuple[PackStep, ...]


@dataclass(frozen=True, slots=True)
class PackQuery:
    """Which packs: search text, view (store, way, department, late, gone), a department."""

    text: str = ""
    view: str = ""
    department_id: int = 0


def definitions(db: Database, actor: Actor, org_id: int) -> tuple[DefinitionRow, ...]:
    """All definitions of a member, in the order of the items' names."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        rows = session.execute(
            select(PackDefinition, Item, Place.name)
            .join(Item, Item.id == PackDefinition.item_id)
            .outerjoin(
                Place,
                and_(Place.org_id == PackDefinition.org_id, Place.id == PackDefinition.place_id),
            )
            .where(PackDefinition.org_id == org_id)
            .order_by(Item.name, Item.id, PackDefinition.place_id)
        ).all()
        found = standing.counts(session, org_id)
        away = standing.with_departments(found)
        return tuple(_definition(row, found, away) for row in rows)


def _definition(
    row: Any, found: standing.Counts, away: dict[tuple[int, int], int]
) -> DefinitionRow:
    rule, item, place = row
    return DefinitionRow(
        id=rule.id,
        **of_item(item),
        units=rule.units,
        place_id=rule.place_id,
        place=place or "",
        mixed=rule.mixed,
        keep_days=rule.keep_days,
        month_limit=rule.month_limit,
        target=rule.target,
        active=rule.active,
        in_store=found.get((item.id, rule.units, 0), 0),
        with_department=away.get((item.id, rule.place_id), 0),
    )


def packs(
    db: Database, actor: Actor, org_id: int, query: PackQuery | None = None
) -> tuple[PackRow, ...]:
    """Packs of a member, those that expire first in front; at most 2,000."""
    require(actor, Duty.READ, org_id)
    wanted = query or PackQuery()
    if wanted.view not in _VIEWS:
        raise DomainError(
            "pack.view", _("没有「{view}」这个视图。可用：{views}。", view=wanted.view,
                           views="、".join(_VIEWS[1:])),
        )  # fmt: skip
    with db.read() as session:
        statement = _narrowed(_statement(org_id), wanted)
        rows = session.execute(statement.limit(_MOST)).all()
        found = _rows(session, org_id, rows)
    if wanted.view == "late":
        found = [row for row in found if row.late is not None]
    return tuple(found)


def overdue(db: Database, actor: Actor, org_id: int) -> tuple[PackRow, ...]:
    """Packs that need somebody: expired, not received, unopened too long, about to expire."""
    order = list(Late)
    found = packs(db, actor, org_id, PackQuery(view="late"))
    return tuple(sorted(found, key=lambda row: order.index(row.late or Late.NEAR)))


def scan_pack(db: Database, actor: Actor, org_id: int, text: str) -> PackRow:
    """The pack behind a scan: its DSB code, alone or in the serial of its GS1 label.

    Raises:
        DomainError: No pack code, or not a pack of this member.
    """
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        scan = read_scan(session, text)
        code = scan.own_label or scan.code
        statement = _statement(org_id).where(Pack.code == code)
        found = _rows(session, org_id, session.execute(statement).all())
    if not found:
        raise DomainError(
            "pack.unknown",
            _("没有定数包 {code}。请扫包上的定数包码，或核对机构。", code=(code or text)[:40]),
        )
    return found[0]


def _statement(org_id: int) -> Select[*tuple[Any, ...]]:
    department, receiver = aliased(Place), aliased(Person)
    return (
        select(
            Pack,
            FixedPack,
            Item,
            Place.name,
            department.name,
            receiver.name,
            type_coerce(standing.frozen(org_id), Flag),
        )
        .join(FixedPack, and_(FixedPack.org_id == Pack.org_id, FixedPack.pack_id == Pack.id))
        .join(Item, Item.id == Pack.item_id)
        .join(Place, and_(Place.org_id == Pack.org_id, Place.id == Pack.place_id))
        .outerjoin(
            department,
            and_(department.org_id == Pack.org_id, department.id == FixedPack.department_id),
        )
        .outerjoin(receiver, receiver.id == FixedPack.received_by)
        .where(Pack.org_id == org_id)
        .order_by(FixedPack.expiry.is_(None), FixedPack.expiry, Pack.id)
    )


def _narrowed(statement: Select[*tuple[Any, ...]], query: PackQuery) -> Select[*tuple[Any, ...]]:
    here = Pack.status == PackState.IN_STOCK.value
    conditions = {
        "": Pack.status.in_((PackState.IN_STOCK.value, PackState.ISSUED.value)),
        "store": and_(here, FixedPack.department_id == 0),
        "way": Pack.status == PackState.ISSUED.value,
        "department": and_(here, FixedPack.department_id != 0),
        "late": Pack.status.in_((PackState.IN_STOCK.value, PackState.ISSUED.value)),
        "gone": Pack.status.not_in((PackState.IN_STOCK.value, PackState.ISSUED.value)),
    }
    statement = statement.where(conditions[query.view])
    if query.department_id:
        statement = statement.where(FixedPack.department_id == query.department_id)
    text = query.text.strip().replace("%", "").replace("_", "")
    if text:
        like = f"%{text}%"
        statement = statement.where(
            or_(Item.name.like(like), Item.code.like(like.upper()), Pack.code.like(like.upper()))
        )
    return statement


def _rows(session: Session, org_id: int, rows: Iterable[Any]) -> list[PackRow]:
    found = list(rows)
    lots = _lots(session, org_id, [row[0].id for row in found])
    day = today(session)
    return [_row(row, lots.get(row[0].id, ""), day) for row in found]


def _lots(session: Session, org_id: int, pack_ids: list[int]) -> dict[int, str]:
    found: dict[int, list[str]] = {}
    for part in portions(pack_ids):
        rows = session.execute(
            select(PackLine.pack_id, Lot.lot_no)
            .join(Lot, Lot.id == PackLine.lot_id)
            .where(PackLine.org_id == org_id, PackLine.pack_id.in_(part))
            .order_by(Lot.expiry, Lot.id)
        )
        for pack, lot in rows:
            found.setdefault(pack, []).append(lot)
    return {pack: "、".join(numbers) for pack, numbers in found.items()}


def _row(row: Any, lots: str, day: date) -> PackRow:
    pack, fixed, item, place, department, receiver, frozen = row
    state = PackState(pack.status)
    issued = local_time(fixed.issued_at) if fixed.issued_at else None
    dates = PackDates(
        state, fixed.expiry, issued.date() if issued else None, fixed.due_on, frozen=frozen
    )
    steps = _possible(state, at_store=fixed.department_id == 0)
    return PackRow(
        id=pack.id,
        code=pack.code,
        item_id=item.id,
        item_code=item.code,
        name=item.name,
        spec=item.spec,
        base_unit=item.base_unit,
        pack_unit=item.pack_unit,
        pack_factor=item.pack_factor,
        qty=pack.qty,
        lots=lots,
        expiry=fixed.expiry,
        state=state,
        place=place,
        department_id=fixed.department_id,
        department=department or "",
        made_at=local_time(pack.made_at),
        issued_at=issued,
        received_at=local_time(fixed.received_at) if fixed.received_at else None,
        receiver=receiver or "",
        due_on=fixed.due_on,
        late=late(dates, day),
        steps=steps,
    )


def _possible(state: PackState, *, at_store: bool) -> tuple[PackStep, ...]:
    """Steps by the state; what is at the store is not returned, what is not is not issued."""
    senseless = PackStep.RETURN if at_store else PackStep.ISSUE
    return tuple(
        step for step, (begins, _end) in STEPS.items() if state in begins and step is not senseless
    )
