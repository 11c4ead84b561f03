"""Lists of delivery notes and acceptances, and one of them in full."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.domain.documents import State
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.i18n import _
from app.models.item import Item
from app.models.order import MemberOrder
from app.models.party import Organisation, Person
from app.models.receiving import (
    Acceptance,
    AcceptanceDraft,
    AcceptanceLine,
    Delivery,
    DeliveryLine,
)
from app.models.stock import Lot
from app.services.access import require
from app.services.db import Database, local_time, today

WAITING: Final = (State.ANNOUNCED.value, State.ACCEPTING.value)
_MOST: Final = 500


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A delivery note in the list.

    Attributes:
        org_id: The receiving member.
        id: The note.
        no: Its number.
        org: Short name of the member.
        supplier: Short name of the supplier.
        order_no: Order, empty for none or several.
        state: State of the note.
        lines: Number of lines.
        cold: Whether something on it travels in a cold chain.
        shipped_on: Day of dispatch.
        arrived_at: When the acceptance began, local time.
        counted_by: Who counts it now, empty for nobody.
        counted_at: When that was saved last, local time.
        acceptance_no: Number of its acceptance, empty while there is none.
        acceptance_id: The acceptance, 0 while there is none.
    """

    org_id: int
    id: int
    no: str
    org: str
    supplier: str
    order_no: str
    state: str
    lines: int
    cold: bool
    shipped_on: date | None
    arrived_at: datetime | None
    counted_by: str
    counted_at: datetime | None
    acceptance_no: str
    acceptance_id: int = 0


@dataclass(frozen=True, slots=True)
class DeliveriesWanted:
    """Which notes.

    Attributes:
        orgs: Members; empty for all that the person may see.
        waiting: Only those that wait for acceptance.
        text: Part of the number, of the supplier's or of the receiver's name.
    """

    orgs: tuple[int, ...] = ()
    waiting: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryLineRow:
    """One line of a note as the supplier states it."""

    line: int
    code: str
    name: str
    spec: str
    lot_no: str
    expiry: date | None
    qty: int
    base_unit: str
    pack_unit: str
    pack_factor: int
    unit_price: Decimal | None


@dataclass(frozen=True, slots=True)
class DeliveryShown:
    """A note in full."""

    head: DeliveryRow
    lines: tuple[DeliveryLineRow, ...]


@dataclass(frozen=True, slots=True)
class AcceptanceRow:
    """An acceptance in the list."""

    id: int
    no: str
    delivery_no: str
    supplier: str
    state: str
    accepted_on: date | None
    posted_at: datetime
    receiver: str
    second: str
    amount: Decimal
    lines: int
    refused: int


@dataclass(frozen=True, slots=True)
class WaitingCount:
    """What waits for acceptance: for the rail's badge and the home page."""

    deliveries: int
    oldest: datetime | None


def deliveries(db: Database, actor: Actor, wanted: DeliveriesWanted) -> tuple[DeliveryRow, ...]:
    """Notes that the person may see, those that wait first, then the newest."""
    mine = actor.orgs()
    orgs = [org for org in wanted.orgs or mine if org in mine]
    with db.read() as session:
        statement = _deliveries().where(
            or_(Delivery.org_id.in_(orgs), Delivery.supplier_id.in_(orgs))
        )
        if wanted.waiting:
            statement = statement.where(Delivery.status.in_(WAITING))
        if wanted.text.strip():
            like = f"%{wanted.text.strip().replace('%', '').replace('_', '')}%"
            names = (_supplier.name, _member.name, _member.short_name)
            statement = statement.where(
                or_(Delivery.no.like(like), *(name.like(like) for name in names))
            )
        ordered = statement.order_by(Delivery.id.desc()).limit(_MOST)
        rows = [_row(row) for row in session.execute(ordered)]
    return tuple(sorted(rows, key=lambda row: row.state not in WAITING))


def find_delivery(db: Database, actor: Actor, number: str, org_id: int = 0) -> DeliveryRow:
    """The note with this number; ``康泽源:SH20261014-001`` where several suppliers use it.

    Raises:
        DomainError: There is none that the person may see, or several suppliers use the number.
    """
    supplier, no = _named(number)
    with db.read() as session:
        statement = _deliveries().where(
            Delivery.no == no,
            or_(Delivery.org_id.in_(actor.orgs()), Delivery.supplier_id.in_(actor.orgs())),
        )
        if org_id:
            statement = statement.where(Delivery.org_id == org_id)
        found = [_row(row) for row in session.execute(statement)]
    found = [row for row in found if not supplier or supplier in row.supplier]
    open_ones = [row for row in found if row.state in WAITING] or found
    if not open_ones:
        raise DomainError(
            "delivery.unknown",
            _("没有送货单 {no}。请核对单号，或先录入这张送货单。", no=number.strip()),
        )
    if len(open_ones) > 1:
        names = "、".join(row.supplier for row in open_ones)
        raise DomainError(
            "delivery.several",
            _(
                "{no} 有几张：{names}。请在列表里选，或写成 供应商:单号，如 {first}:{no}。",
                no=no,
                names=names,
                first=open_ones[0].supplier,
            ),
        )
    return open_ones[0]


def _named(number: str) -> tuple[str, str]:
    """A supplier's name, if one is typed before the number, and the number."""
    supplier, _colon, no = number.strip().replace("：", ":").rpartition(":")
    return supplier.strip(), no.strip()


def show_delivery(db: Database, actor: Actor, org_id: int, delivery_id: int) -> DeliveryShown:
    """A note with its lines."""
    with db.read() as session:
        row = session.execute(
            _deliveries().where(Delivery.org_id == org_id, Delivery.id == delivery_id)
        ).first()
        if row is None or not actor.orgs() & {org_id, int(row.supplier_id)}:
            raise DomainError("delivery.unknown", _("没有找到这张送货单。请刷新列表后再选。"))
        lines = session.execute(
            select(DeliveryLine, Item)
            .join(Item, Item.id == DeliveryLine.item_id)
            .where(DeliveryLine.org_id == org_id, DeliveryLine.delivery_id == delivery_id)
            .order_by(DeliveryLine.line)
        ).all()
        return DeliveryShown(_row(row), tuple(_line(line, item) for line, item in lines))


def waiting(db: Database, actor: Actor, orgs: Collection[int]) -> WaitingCount:
    """How many notes wait for these members."""
    seen = [org for org in orgs if org in actor.orgs(Duty.READ)]
    with db.read() as session:
        row = session.execute(
            select(func.count(), func.min(Delivery.created_at)).where(
                Delivery.org_id.in_(seen), Delivery.status.in_(WAITING)
            )
        ).one()
        oldest = row[1]
        return WaitingCount(int(row[0]), local_time(oldest) if oldest else None)


def acceptances(
    db: Database, actor: Actor, org_id: int, *, limit: int = 100
) -> tuple[AcceptanceRow, ...]:
    """The newest acceptances of a member."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        rows = session.execute(
            _acceptances().where(Acceptance.org_id == org_id)
            .order_by(Acceptance.id.desc()).limit(limit)
        ).all()  # fmt: skip
        return tuple(_acceptance(session, row) for row in rows)


def find_acceptance(db: Database, actor: Actor, org_id: int, number: str) -> int:
    """The id behind an acceptance number; raises `DomainError` that says what to check."""
    return _named_acceptance(db, actor, org_id, number)[0]


def note_of_acceptance(db: Database, actor: Actor, org_id: int, number: str) -> int:
    """The id of the note that was accepted under this number; raises as `find_acceptance`."""
    return _named_acceptance(db, actor, org_id, number)[1]


def _named_acceptance(db: Database, actor: Actor, org_id: int, number: str) -> tuple[int, int]:
    """Acceptance and note."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        found = session.execute(
            select(Acceptance.id, Acceptance.delivery_id).where(
                Acceptance.org_id == org_id, Acceptance.no == number.strip()
            )
        ).first()
    if found is None:
        raise DomainError(
            "acceptance.unknown", _("没有验收单 {no}。请核对单号和机构。", no=number.strip())
        )
    return found.id, found.delivery_id


def accepted_lots(
    session: Session, org_id: int, acceptance_id: int
) -> list[tuple[AcceptanceLine, Lot | None]]:
    """Lines of an acceptance with their lots."""
    rows = session.execute(
        select(AcceptanceLine, Lot)
        .outerjoin(Lot, Lot.id == AcceptanceLine.lot_id)
        .where(AcceptanceLine.org_id == org_id, AcceptanceLine.acceptance_id == acceptance_id)
        .order_by(AcceptanceLine.line)
    )
    return [(line, lot) for line, lot in rows]


_supplier = Organisation.__table__.alias("supplier").c
_member = Organisation.__table__.alias("member").c


def _deliveries() -> Select[Any]:
    """The columns of the list."""
    suppliers = _supplier.id.table
    members = _member.id.table
    of_note = (DeliveryLine.org_id == Delivery.org_id) & (DeliveryLine.delivery_id == Delivery.id)
    lines = select(func.count()).where(of_note).correlate(Delivery).scalar_subquery()
    cold = (
        select(func.count())
        .select_from(DeliveryLine)
        .join(Item, Item.id == DeliveryLine.item_id)
        .where(of_note, Item.storage.in_(("cold", "frozen")))
        .correlate(Delivery)
        .scalar_subquery()
    )
    return (
        select(
            Delivery.org_id, Delivery.id, Delivery.no, Delivery.supplier_id,
            _member.short_name.label("org"), _supplier.short_name.label("supplier"),
            MemberOrder.no.label("order_no"), Delivery.status,
            lines.label("lines"), cold.label("cold"), Delivery.shipped_on, Delivery.arrived_at,
            Person.name.label("counted_by"), AcceptanceDraft.saved_at,
            Acceptance.no.label("acceptance_no"), Acceptance.id.label("acceptance_id"),
        )
        .select_from(Delivery)
        .join(suppliers, _supplier.id == Delivery.supplier_id)
        .join(members, _member.id == Delivery.org_id)
        .outerjoin(
            MemberOrder,
            (MemberOrder.org_id == Delivery.org_id) & (MemberOrder.id == Delivery.order_id),
        )
        .outerjoin(
            AcceptanceDraft,
            (AcceptanceDraft.org_id == Delivery.org_id)
            & (AcceptanceDraft.delivery_id == Delivery.id),
        )
        .outerjoin(Person, Person.id == AcceptanceDraft.person_id)
        .outerjoin(
            Acceptance,
            (Acceptance.org_id == Delivery.org_id)
            & (Acceptance.delivery_id == Delivery.id)
            & (Acceptance.status == State.POSTED.value),
        )
    )  # fmt: skip


def _row(row: Any) -> DeliveryRow:
    return DeliveryRow(
        org_id=row.org_id,
        id=row.id,
        no=row.no,
        org=row.org,
        supplier=row.supplier,
        order_no=row.order_no or "",
        state=row.status,
        lines=int(row.lines),
        cold=bool(row.cold),
        shipped_on=row.shipped_on,
        arrived_at=local_time(row.arrived_at) if row.arrived_at else None,
        counted_by=row.counted_by or "",
        counted_at=local_time(row.saved_at) if row.saved_at else None,
        acceptance_no=row.acceptance_no or "",
        acceptance_id=row.acceptance_id or 0,
    )


def _line(line: DeliveryLine, item: Item) -> DeliveryLineRow:
    return DeliveryLineRow(
        line=line.line,
        code=item.code,
        name=item.name,
        spec=item.spec,
        lot_no=line.lot_no or "",
        expiry=line.expiry,
        qty=line.qty,
        base_unit=item.base_unit,
        pack_unit=item.pack_unit,
        pack_factor=item.pack_factor,
        unit_price=line.unit_price,
    )


def _acceptances() -> Any:
    return (
        select(Acceptance, Delivery.no, Organisation.short_name)
        .join(
            Delivery,
            (Delivery.org_id == Acceptance.org_id) & (Delivery.id == Acceptance.delivery_id),
        )
        .join(Organisation, Organisation.id == Acceptance.supplier_id)
    )


def _acceptance(session: Session, row: Any) -> AcceptanceRow:
    acceptance, delivery_no, supplier = row
    names = session.execute(
        select(Person.id, Person.name).where(
            Person.id.in_((acceptance.receiver_id, acceptance.second_person_id or 0))
        )
    )
    people = {row.id: row.name for row in names}
    counts = session.execute(
        select(func.count(), func.coalesce(func.sum(AcceptanceLine.refused), 0)).where(
            AcceptanceLine.org_id == acceptance.org_id,
            AcceptanceLine.acceptance_id == acceptance.id,
        )
    ).one()
    return AcceptanceRow(
        id=acceptance.id,
        no=acceptance.no,
        delivery_no=delivery_no,
        supplier=supplier,
        state=acceptance.status,
        accepted_on=acceptance.accepted_on,
        posted_at=local_time(acceptance.posted_at),
        receiver=people.get(acceptance.receiver_id, ""),
        second=people.get(acceptance.second_person_id or 0, ""),
        amount=acceptance.amount,
        lines=int(counts[0]),
        refused=int(counts[1]),
    )


def day_of(db: Database) -> date:
    """The members' day by the server's clock."""
    with db.read() as session:
        return today(session)


@dataclass(frozen=True, slots=True)
class SupplierRow:
    """A supplier to choose."""

    id: int
    code: str
    name: str
    short: str


def suppliers(db: Database) -> tuple[SupplierRow, ...]:
    """Active suppliers by code."""
    with db.read() as session:
        rows = session.execute(
            select(Organisation.id, Organisation.code, Organisation.name, Organisation.short_name)
            .where(Organisation.kind == "supplier", Organisation.active.is_(True))
            .order_by(Organisation.code)
        )
        return tuple(SupplierRow(*row) for row in rows)


def goods_packs(db: Database, item_id: int) -> int:
    """Smallest units per pack of an item."""
    with db.read() as session:
        found = session.scalar(select(Item.pack_factor).where(Item.id == item_id))
        return int(found or 1)
