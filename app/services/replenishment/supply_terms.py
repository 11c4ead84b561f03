"""How a supplier delivers: cases, minimum quantity and amount, for a member or for the group.

Days to deliver and order days of a supplier are kept in the settings; here they may be said again
for a single item.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.money import cents
from app.domain.replenish.calendar import ReviewDays
from app.domain.replenish.review import MOST_PACKS
from app.i18n import _
from app.models.demand import SupplyTerm
from app.models.item import Item
from app.models.party import Organisation
from app.services import audit
from app.services.access import require
from app.services.db import Database
from app.services.operations import claim, finish
from app.services.replenishment.scope import require_planner

_MOST_DAYS: Final = 120
_MOST_AMOUNT: Final = Decimal(10_000_000)
_USUAL: Final = (3, "0")


@dataclass(frozen=True, slots=True)
class SetSupply:
    """How a supplier delivers an item (0: all its items); None leaves a value as it is.

    Attributes:
        op_id: Made once per intention.
        lead_days: Days from order to arrival.
        review: Order days, ``"0,3"``.
        case: The supplier delivers multiples of so many packs; 0 = single packs.
        minimum: And at least so many packs.
        minimum_amount: No order below this (all items of the supplier together); 0 = any.
        for_group: Cases and minimums hold for all members together.
    """

    op_id: UUID
    org_id: int
    supplier_id: int
    item_id: int = 0
    lead_days: int | None = None
    review: str | None = None
    case: int | None = None
    minimum: int | None = None
    minimum_amount: Decimal | None = None
    for_group: bool | None = None


@dataclass(frozen=True, slots=True)
class SupplyRow:
    """One agreed way of delivery; case and minimum in packs where an item is named."""

    org_id: int
    supplier_id: int
    supplier: str
    item_id: int
    code: str
    name: str
    lead_days: int
    review: str
    case: int
    minimum: int
    unit: str
    minimum_amount: Decimal | None
    for_group: bool


def set_supply(db: Database, actor: Actor, command: SetSupply) -> None:
    """Write how a supplier delivers; the next run goes by it.

    Raises:
        DomainError: A figure is out of range, or it makes no sense for all items of a supplier.
        NotAllowedError: The person neither keeps the store nor buys for the member.
    """
    require_planner(actor, command.org_id)
    _check(command)
    with db.write() as session:
        org = command.org_id
        if claim(session, actor, org, command.op_id, "supply.set", command) is not None:
            return
        pack = _pack(session, command.item_id)
        row = session.get(SupplyTerm, (org, command.supplier_id, command.item_id))
        if row is None:
            row = _fresh(session, command)
            session.add(row)
        _write(row, command, pack)
        detail = {
            "item": command.item_id, "case": row.order_multiple, "minimum": row.minimum_qty,
            "amount": str(row.minimum_amount or 0), "group": row.for_group, "lead": row.lead_days,
        }  # fmt: skip
        audit.record(session, actor, org, "supply.set", ("term", command.supplier_id), detail)
        finish(session, org, command.op_id, {})


def _check(command: SetSupply) -> None:
    if command.lead_days is not None and not 1 <= command.lead_days <= _MOST_DAYS:
        raise DomainError("supply.days", _("到货天数应在 1 到 {n} 之间。请改正。", n=_MOST_DAYS))
    if command.review is not None:
        ReviewDays.parse(command.review)
    for number in (command.case, command.minimum):
        if number is not None and not 0 <= number <= MOST_PACKS:
            raise DomainError(
                "supply.case", _("件装和起订数应在 0 到 {n} 之间。请改正。", n=f"{MOST_PACKS:,}")
            )
    amount = command.minimum_amount
    if amount is not None and not 0 <= amount <= _MOST_AMOUNT:
        raise DomainError(
            "supply.amount", _("起订额应在 0 到 {n} 元之间。请改正。", n=f"{_MOST_AMOUNT:,}")
        )
    if command.item_id and amount is not None:
        raise DomainError("supply.amount", _("起订额按供应商整单算，不按品规。请不填品规再设。"))
    if not command.item_id and (command.case or command.minimum):
        raise DomainError("supply.case", _("件装和起订数按品规定。请写明是哪个品规。"))


def _pack(session: Session, item_id: int) -> int:
    if not item_id:
        return 1
    item = session.get(Item, item_id)
    if item is None:
        raise DomainError("supply.item", _("没有这个品规。请核对编码。"))
    return item.pack_factor


def _fresh(session: Session, command: SetSupply) -> SupplyTerm:
    """A new row; of a single item it begins with what holds for all items of the supplier."""
    usual = session.get(SupplyTerm, (command.org_id, command.supplier_id, 0))
    lead, review = (usual.lead_days, usual.review_weekdays) if usual else _USUAL
    return SupplyTerm(
        org_id=command.org_id,
        supplier_id=command.supplier_id,
        item_id=command.item_id,
        lead_days=lead,
        lead_sd_tenths=usual.lead_sd_tenths if usual else 10,
        review_weekdays=review,
        order_multiple=0,
        minimum_qty=0,
        for_group=False,
    )


def _write(row: SupplyTerm, command: SetSupply, pack: int) -> None:
    if command.lead_days is not None:
        row.lead_days = command.lead_days
    if command.review is not None:
        row.review_weekdays = ReviewDays.parse(command.review).text
    if command.case is not None:
        row.order_multiple = command.case * pack
    if command.minimum is not None:
        row.minimum_qty = command.minimum * pack
    if command.minimum_amount is not None:
        row.minimum_amount = command.minimum_amount or None
    if command.for_group is not None:
        row.for_group = command.for_group


def supply_rows(db: Database, actor: Actor, org_id: int) -> tuple[SupplyRow, ...]:
    """All agreed ways of delivery of a member, by supplier, general ones in front."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        rows = session.execute(
            select(SupplyTerm, Organisation.short_name, Item)
            .join(Organisation, Organisation.id == SupplyTerm.supplier_id)
            .outerjoin(Item, Item.id == SupplyTerm.item_id)
            .where(SupplyTerm.org_id == org_id)
            .order_by(Organisation.code, SupplyTerm.item_id)
        ).all()
        return tuple(_row(row[0], row[1], row[2]) for row in rows)


def _row(term: SupplyTerm, supplier: str, item: Item | None) -> SupplyRow:
    pack = item.pack_factor if item else 1
    return SupplyRow(
        org_id=term.org_id,
        supplier_id=term.supplier_id,
        supplier=supplier,
        item_id=term.item_id,
        code=item.code if item else "",
        name=item.name if item else _("（全部品规）"),
        lead_days=term.lead_days,
        review=term.review_weekdays,
        case=term.order_multiple // pack,
        minimum=term.minimum_qty // pack,
        unit=item.pack_unit if item else "",
        minimum_amount=None if term.minimum_amount is None else cents(term.minimum_amount),
        for_group=term.for_group,
    )
