"""Around the demo's orders: approvals by amount, one confirmed in part, a supplement asked for."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from sqlalchemy import select

from app.domain.documents import State
from app.domain.duties import Actor
from app.domain.ids import new_op
from app.domain.orders.answer import Offer
from app.domain.orders.approval import Limits
from app.domain.orders.shortage import Short
from app.models.awards import Pledge
from app.models.item import Item
from app.models.order import MemberOrder, MemberOrderLine
from app.models.price import Price
from app.models.receiving import DeliveryLine
from app.services.access import actor_for
from app.services.db import Database, today
from app.services.demo.desk import Desk
from app.services.demo.sources import Goods
from app.services.orders.answering import Answer, answer
from app.services.orders.shortage import DeclareShort, declare_short
from app.services.pledges.supplement import AskSupplement, ask_supplement
from app.services.requisition.approving import Decide, decide
from app.services.requisition.limits import SaveLimits, save_limits
from app.services.requisition.make import Create, Requested, WantedLine, create

LIMITS: Final = Limits(Decimal(30_000), Decimal(100_000))
_ADMIN: Final = "guanxin"
_BUYER: Final = "chenxy"
_RETURN: Final = "库存还够用六周，请减半后再报"
_SHORT: Final = "厂家本月限量发货，其余下月中旬补齐"
_STOPPED: Final = "厂家停产检修，其余下月才有货"
_THIRD: Final = 3
_MORE: Final = "流感季用量上升，上限内已不够订到年底"


def set_limits(desk: Desk) -> None:
    """From here on requisitions are approved by amount."""
    save_limits(desk.db, desk.actor(_ADMIN), SaveLimits(new_op(), 0, LIMITS))


def approve(desk: Desk, made: Requested) -> Requested:
    """Let the member's head agree, if the requisition waits for that."""
    if made.status != State.TO_APPROVE:
        return made
    head = desk.head_of(made.org_id)
    return decide(desk.db, head, Decide(new_op(), made.org_id, made.id, made.version))


def waiting_requisitions(desk: Desk, wanted: Sequence[Goods]) -> None:
    """One waits for 松原里's head, one for the head of the group, one was sent back."""
    _ask(desk, desk.keeper("songyuan"), wanted, 45_000)
    approve(desk, _ask(desk, desk.keeper("wangyue"), wanted, 130_000))
    sent = _ask(desk, desk.keeper("chenghu"), wanted[:2], 36_000)
    back = Decide(new_op(), sent.org_id, sent.id, sent.version, approve=False, reason=_RETURN)
    decide(desk.db, desk.head_of(sent.org_id), back)


def _ask(desk: Desk, keeper: Actor, wanted: Sequence[Goods], amount: int) -> Requested:
    share = Decimal(amount) / len(wanted)
    lines = tuple(
        WantedLine(desk.items[item.code], (int(share / item.price) + 1) * item.pack)
        for item in wanted
    )
    return create(desk.db, keeper, Create(new_op(), keeper.org_id, lines, submit=True))


def part_confirmed(desk: Desk) -> None:
    """A supplier confirms a part of an order; one with a backup supplier, if there is any."""
    with desk.db.read() as session:
        backed = set(session.scalars(select(Price.item_id).where(Price.rank > 1)))
        rows = session.execute(
            select(MemberOrder, MemberOrderLine, Item.pack_factor)
            .join(
                MemberOrderLine,
                (MemberOrderLine.org_id == MemberOrder.org_id)
                & (MemberOrderLine.order_id == MemberOrder.id),
            )
            .join(Item, Item.id == MemberOrderLine.item_id)
            .where(MemberOrder.status == State.MEMBER_SIGNED)
        ).all()
        if not rows:
            return
        order, line, factor = max(
            rows, key=lambda row: (row[1].item_id in backed, row[1].qty // row[2], row[0].no)
        )
        offer = Offer(line.line, line.qty // factor * 6 // 10 * factor)
        command = Answer(new_op(), order.org_id, order.id, order.version, (offer,), _SHORT)
        supplier = order.supplier_id
    answer(desk.db, desk.seller(supplier), command)


def short_of_signed(desk: Desk) -> None:
    """A supplier cannot deliver a third of an order that both have signed; the member is asked."""
    with desk.db.read() as session:
        backed = set(session.scalars(select(Price.item_id).where(Price.rank > 1)))
        sent = select(DeliveryLine.order_id).where(DeliveryLine.order_id.is_not(None))
        rows = session.execute(
            select(MemberOrder, MemberOrderLine, Item.pack_factor)
            .join(
                MemberOrderLine,
                (MemberOrderLine.org_id == MemberOrder.org_id)
                & (MemberOrderLine.order_id == MemberOrder.id),
            )
            .join(Item, Item.id == MemberOrderLine.item_id)
            .where(MemberOrder.status == State.SIGNED, MemberOrder.id.not_in(sent))
        ).all()
        able = [row for row in rows if row[1].qty >= _THIRD * row[2]]
        if not able:
            return
        order, line, factor = max(
            able, key=lambda row: (row[1].item_id in backed, row[1].qty // row[2], row[0].no)
        )
        short = Short(line.line, line.qty // factor // _THIRD * factor)
        command = DeclareShort(new_op(), order.org_id, order.id, order.version, (short,), _STOPPED)
        supplier = order.supplier_id
    declare_short(desk.db, desk.seller(supplier), command)


def ask_for_more(db: Database) -> None:
    """The buyer asks for a supplement of the capped pledge that is used most."""
    with db.read() as session:
        day = today(session)
        rows = session.execute(
            select(Pledge, Item.pack_factor)
            .join(Item, Item.id == Pledge.item_id)
            .where(Pledge.cap.is_not(None), Pledge.valid_from <= day, Pledge.valid_to > day)
        ).all()
        able = [(row, pack) for row, pack in rows if row.qty // 10 >= pack]
        if not able:
            return
        pledge, pack = max(
            able, key=lambda one: (one[0].ordered * 1000 // one[0].qty, one[0].org_id)
        )
        qty = max(pledge.qty // 15 // pack, 1) * pack
        command = AskSupplement(
            new_op(), pledge.org_id, pledge.award_id, pledge.item_id, qty, _MORE
        )
    ask_supplement(db, actor_for(db, _BUYER), command)
