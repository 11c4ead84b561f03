"""What a supplier can send: signed orders with goods still to come, and their lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.documents import State
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.i18n import _
from app.models.order import MemberOrder, MemberOrderLine
from app.models.party import Organisation
from app.models.receiving import Delivery
from app.services.access import require
from app.services.db import Database
from app.services.receiving.deliveries import lines_to_come
from app.services.receiving.goods import facts
from app.services.receiving.matching import OPEN

_ON_WAY = (State.ANNOUNCED.value, State.ACCEPTING.value)


@dataclass(frozen=True, slots=True)
class OrderToSend:
    """A signed order at the supplier that is not complete.

    Attributes:
        org_id: The member.
        order_id: The order.
        no: Its number.
        org: Short name of the member.
        due_on: When the goods are due.
        amount: Its amount.
        lines: Lines that are not complete.
        on_way: Notes that are on their way.
    """

    org_id: int
    order_id: int
    no: str
    org: str
    due_on: date | None
    amount: Decimal
    lines: int
    on_way: int


@dataclass(frozen=True, slots=True)
class LineToSend:
    """A line that is neither received nor on its way, in packs."""

    order_line: int
    item_id: int
    name: str
    spec: str
    pack_unit: str
    pack_factor: int
    packs: int


def orders_to_send(db: Database, actor: Actor) -> tuple[OrderToSend, ...]:
    """Signed orders of the supplier with goods still to come, the most urgent first."""
    mine = actor.orgs(Duty.SUPPLY)
    if not mine:
        return ()
    with db.read() as session:
        open_lines = (
            select(func.count())
            .where(
                MemberOrderLine.org_id == MemberOrder.org_id,
                MemberOrderLine.order_id == MemberOrder.id,
                MemberOrderLine.received < MemberOrderLine.qty,
            )
            .correlate(MemberOrder)
            .scalar_subquery()
        )
        notes = (
            select(func.count())
            .where(
                Delivery.org_id == MemberOrder.org_id,
                Delivery.order_id == MemberOrder.id,
                Delivery.status.in_(_ON_WAY),
            )
            .correlate(MemberOrder)
            .scalar_subquery()
        )
        rows = session.execute(
            select(
                MemberOrder.org_id, MemberOrder.id, MemberOrder.no, Organisation.short_name,
                MemberOrder.due_on, MemberOrder.amount, open_lines, notes,
            )
            .join(Organisation, Organisation.id == MemberOrder.org_id)
            .where(MemberOrder.supplier_id.in_(mine), MemberOrder.status.in_(OPEN))
            .order_by(MemberOrder.due_on, MemberOrder.no)
        )  # fmt: skip
        return tuple(OrderToSend(*row) for row in rows)


def lines_to_send(db: Database, actor: Actor, org_id: int, order_id: int) -> tuple[LineToSend, ...]:
    """What is still to be sent of an order.

    Raises:
        DomainError: All of it is received or on its way.
    """
    with db.read() as session:
        order = _order(session, org_id, order_id)
        require(actor, Duty.SUPPLY, order.supplier_id)
        lines = lines_to_come(session, order)
        goods = facts(session, {line.item_id for line in lines})
        return tuple(
            LineToSend(
                order_line=line.order_line,
                item_id=line.item_id,
                name=goods[line.item_id].name,
                spec=goods[line.item_id].spec,
                pack_unit=goods[line.item_id].pack_unit,
                pack_factor=goods[line.item_id].pack_factor,
                packs=line.qty // goods[line.item_id].pack_factor,
            )
            for line in lines
        )


def _order(session: Session, org_id: int, order_id: int) -> MemberOrder:
    order = session.get(MemberOrder, (org_id, order_id))
    if order is None:
        raise DomainError("order.unknown", _("没有找到这张订单。请刷新列表后再选。"))
    return order
