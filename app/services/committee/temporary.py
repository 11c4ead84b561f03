"""临采: asked for by the pharmacist, approved by the head, counted by the year."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.formulary.requests import Status
from app.domain.formulary.temporary import check_reason, check_repeat
from app.domain.ids import new_id
from app.domain.quantity import checked
from app.i18n import N_, _
from app.models.formulary import PtRequest, TemporaryPurchase
from app.models.item import Item
from app.models.party import Organisation
from app.services import audit
from app.services.access import require
from app.services.committee.facts import price_of
from app.services.db import Database, today
from app.services.formulary.items import standing
from app.services.numbering import document_no
from app.services.operations import claim, finish

_YEAR: Final = 365
STATES: Final = {
    "asked": N_("待审批"),
    "approved": N_("已批准"),
    "refused": N_("未批准"),
    "bought": N_("已采购"),
}
_OPEN: Final = (Status.SUBMITTED, Status.AGREED, Status.SCHEDULED, Status.DECIDED, Status.EFFECTIVE)


@dataclass(frozen=True, slots=True)
class AskTemporary:
    """Ask for an item outside the list, once.

    Attributes:
        qty: Smallest units, for one patient.
        reason: The medical need; never who the patient is.
    """

    op_id: UUID
    org_id: int
    item_id: int
    qty: int
    reason: str
    department: str = ""
    unit_price: Decimal | None = None


@dataclass(frozen=True, slots=True)
class DecideTemporary:
    """Approve or refuse (head), or say that it was bought (pharmacist)."""

    op_id: UUID
    org_id: int
    purchase_id: int
    status: str
    version: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class TemporaryRow:
    """One purchase; `times` how often the item was asked for within the year up to it."""

    org_id: int
    purchase_id: int
    no: str
    org: str
    item_id: int
    code: str
    name: str
    spec: str
    qty: int
    base_unit: str
    pack_unit: str
    pack_factor: int
    unit_price: Decimal
    department: str
    reason: str
    status: str
    asked_on: date
    times: int
    request_id: int
    version: int


def ask_temporary(db: Database, actor: Actor, command: AskTemporary) -> TemporaryRow:
    """Ask for an item outside the list.

    Raises:
        DomainError: It is on the list, was bought within a year without a request, or the reason
            says too little or too much.
    """
    check_reason(command.reason)
    checked(command.qty)
    with db.write() as session:
        require(actor, Duty.STORE, command.org_id)
        earlier = claim(session, actor, command.org_id, command.op_id, "temporary.ask", command)
        if earlier is None:
            made = write_temporary(session, actor, command)
            finish(session, command.org_id, command.op_id, {"id": made})
        else:
            made = int(earlier["id"])
        return _rows(session, {command.org_id}, made)[0]


def write_temporary(session: Session, actor: Actor, command: AskTemporary) -> int:
    """As `ask_temporary`, in the caller's unit of work; the purchase's id."""
    day = today(session)
    item = session.get(Item, command.item_id)
    if item is None:
        raise DomainError("item.unknown", _("没有找到这个品规。请刷新后再选。"))
    if item.id in set(session.scalars(standing(command.org_id, day))):
        raise DomainError(
            "temporary.listed",
            _("{name} 在本院供应目录里，按常规采购即可，不用临采。", name=item.name),
        )
    request = _request_for(session, command.org_id, item.id)
    check_repeat(item.name, times(session, command.org_id, item.id, day),
                 has_request=request is not None)  # fmt: skip
    price = command.unit_price
    if price is None:
        price = price_of(session, command.org_id, item.id, day) or Decimal(0)
    purchase = TemporaryPurchase(
        org_id=command.org_id, id=new_id(), no=document_no(session, command.org_id, "LC", day),
        item_id=item.id, qty=command.qty, unit_price=price,
        department=command.department.strip(), reason=command.reason.strip(), status="asked",
        asked_on=day, asked_by=actor.person_id, request_id=request,
    )  # fmt: skip
    session.add(purchase)
    session.flush()
    audit.record(
        session, actor, command.org_id, "temporary.ask", ("temporary_purchase", purchase.id),
        {"no": purchase.no, "item": item.id, "qty": command.qty},
    )  # fmt: skip
    return purchase.id


def decide_temporary(db: Database, actor: Actor, command: DecideTemporary) -> str:
    """Approve or refuse (the head, not who asked), or mark as bought.

    Raises:
        ConflictError: Somebody was first.
    """
    with db.write() as session:
        purchase = session.get(TemporaryPurchase, (command.org_id, command.purchase_id))
        if purchase is None:
            raise DomainError("temporary.unknown", _("没有找到这笔临采。请刷新后再看。"))
        _check_party(actor, purchase, command)
        earlier = claim(session, actor, command.org_id, command.op_id, "temporary.step", command)
        if earlier is not None:
            return str(earlier["status"])
        before = "approved" if command.status == "bought" else "asked"
        values: dict[str, Any] = {"status": command.status, "version": command.version + 1}
        if command.status != "bought":
            values |= {"decided_by": actor.person_id, "decided_on": today(session),
                       "note": command.note.strip() or None}  # fmt: skip
        done = session.scalars(
            update(TemporaryPurchase)
            .where(
                TemporaryPurchase.org_id == command.org_id,
                TemporaryPurchase.id == command.purchase_id,
                TemporaryPurchase.status == before,
                TemporaryPurchase.version == command.version,
            )
            .values(**values)
            .returning(TemporaryPurchase.id)
            .execution_options(synchronize_session=False)
        ).all()
        if not done:
            raise ConflictError(
                "temporary.changed",
                _("这笔临采现在是「{state}」。请刷新后再看。", state=_(STATES[purchase.status])),
            )
        audit.record(
            session, actor, command.org_id, f"temporary.{command.status}",
            ("temporary_purchase", purchase.id), {"no": purchase.no, "note": command.note},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"status": command.status})
        return command.status


def temporaries(db: Database, actor: Actor, orgs: Collection[int]) -> tuple[TemporaryRow, ...]:
    """The temporary purchases of some organisations, the newest first."""
    with db.read() as session:
        return _rows(session, set(orgs) & set(actor.orgs()), 0)


def times(session: Session, org_id: int, item_id: int, day: date) -> int:
    """How often an item was asked for within the year before a day (refused ones not counted)."""
    found = session.scalar(
        select(func.count())
        .select_from(TemporaryPurchase)
        .where(
            TemporaryPurchase.org_id == org_id,
            TemporaryPurchase.item_id == item_id,
            TemporaryPurchase.asked_on > day - timedelta(days=_YEAR),
            TemporaryPurchase.asked_on <= day,
            TemporaryPurchase.status != "refused",
        )
    )
    return int(found or 0)


def _request_for(session: Session, org_id: int, item_id: int) -> int | None:
    """A request for the item that is under way."""
    return session.scalars(
        select(PtRequest.id)
        .where(
            PtRequest.org_id == org_id,
            PtRequest.item_id == item_id,
            PtRequest.status.in_([status.value for status in _OPEN]),
        )
        .limit(1)
    ).first()


def _check_party(actor: Actor, purchase: TemporaryPurchase, command: DecideTemporary) -> None:
    if command.status not in STATES or command.status == "asked":
        raise DomainError("temporary.step", _("只能批准、不批准，或登记已采购。"))
    if command.status == "bought":
        require(actor, Duty.STORE, command.org_id)
        return
    require(actor, Duty.SIGN, command.org_id)
    if purchase.asked_by == actor.person_id:
        raise NotAllowedError("temporary.own", _("自己申请的临采要由别人审批。"))


def _rows(session: Session, orgs: Collection[int], one: int) -> tuple[TemporaryRow, ...]:
    statement = (
        select(TemporaryPurchase, Item, Organisation.short_name)
        .join(Item, Item.id == TemporaryPurchase.item_id)
        .join(Organisation, Organisation.id == TemporaryPurchase.org_id)
        .where(TemporaryPurchase.org_id.in_(orgs))
        .order_by(TemporaryPurchase.asked_on.desc(), TemporaryPurchase.no.desc())
    )
    if one:
        statement = statement.where(TemporaryPurchase.id == one)
    return tuple(
        TemporaryRow(
            row.org_id, row.id, row.no, org, item.id, item.code, item.name, item.spec, row.qty,
            item.base_unit, item.pack_unit, item.pack_factor, row.unit_price, row.department,
            row.reason, row.status, row.asked_on, times(session, row.org_id, item.id, row.asked_on),
            row.request_id or 0, row.version,
        )
        for row, item, org in session.execute(statement).all()
    )  # fmt: skip
