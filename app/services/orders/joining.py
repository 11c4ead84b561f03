"""A member that joins later: its requisitions become orders of their own at the same prices.

While the group order is in signing they are late orders, afterwards a supplement; either way each
has its own number and is signed by both sides, and the group's totals follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State, state_title
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError, refuse_if
from app.i18n import _
from app.models.order import GroupOrder, GroupOrderLine, Requisition
from app.services.access import require
from app.services.audit import record
from app.services.db import Database, now, today
from app.services.operations import claim, finish, plain
from app.services.orders.consolidate import (
    Consolidated,
    checked_sign_by,
    default_sign_by,
    from_answer,
    requisitions_to_order,
    take,
)
from app.services.orders.opening import Opening, buyers_of, open_members
from app.services.orders.planning import Plan, make_plan
from app.services.orders.totals import follow_members, lock_group

_ORIGIN = {State.SIGNING: "late", State.ACTIVE: "supplement"}
"""What an order that joins is called, by the state of its group order."""


@dataclass(frozen=True, slots=True)
class Join:
    """Add submitted requisitions to a group order.

    Attributes:
        lead_id: The lead hospital.
        group_order_id: Which one.
        requisitions: Pairs (member, requisition).
        sign_by: Until when to sign; the group order's, or three working days, when None.
    """

    op_id: UUID
    lead_id: int
    group_order_id: int
    requisitions: tuple[tuple[int, int], ...]
    sign_by: datetime | None = None


def join(db: Database, actor: Actor, command: Join) -> Consolidated:
    """Order the requisitions at the prices of the group order; all of them, or none.

    Raises:
        DomainError: An item that the group order does not have, a price that changed since, or
            whatever stands in the way of a new group order too; all in `problems`.
        ConflictError: A requisition was consolidated or withdrawn meanwhile.
    """
    require(actor, Duty.BUY, command.lead_id)
    with db.write() as session:
        earlier = claim(session, actor, command.lead_id, command.op_id, "join", command)
        if earlier is not None:
            return from_answer(earlier)
        lock_group(session, command.lead_id, command.group_order_id)
        group = group_to_join(session, command.lead_id, command.group_order_id)
        requisitions = requisitions_to_order(session, actor, command.requisitions)
        plan = plan_to_join(session, group, requisitions)
        refuse_if(plan.problems, "order.refused", _("没有补进来，什么都没有改。"))
        take(session, requisitions, group.id)
        opening = Opening(
            _until(session, group, command.sign_by),
            buyers_of(session, requisitions),
            _ORIGIN[State(group.status)],
        )
        made = open_members(session, actor, group, plan.drafts, opening)
        follow_members(session, group.org_id, group.id)
        numbers = [order.no for order in made]
        doc = (DocKind.GROUP_ORDER, group.id)
        detail = {"no": group.no, "origin": opening.origin, "orders": numbers}
        record(session, actor, group.org_id, "group_order.join", doc, detail)
        answer = Consolidated(
            group_order_id=group.id,
            no=group.no,
            member_orders=len(made),
            lines=len(plan.lines),
            amount=plan.amount,
            warnings=tuple(problem.text for problem in plan.problems),
        )
        finish(session, command.lead_id, command.op_id, plain(answer))
        return answer


def plan_to_join(session: Session, group: GroupOrder, requisitions: Sequence[Requisition]) -> Plan:
    """What would be ordered at the prices of the group order."""
    prices = session.scalars(
        select(GroupOrderLine.price_id).where(
            GroupOrderLine.org_id == group.org_id, GroupOrderLine.group_order_id == group.id
        )
    )
    only = frozenset(int(price) for price in prices if price)
    return make_plan(session, today(session), requisitions, only)


def group_to_join(session: Session, lead_id: int, group_order_id: int) -> GroupOrder:
    """The group order, if something can still be added to it."""
    group = session.get(GroupOrder, (lead_id, group_order_id), populate_existing=True)
    if group is None:
        raise DomainError("order.no_group", _("没有找到这张统采订单。请刷新后再选。"))
    if group.status not in _ORIGIN:
        raise DomainError(
            "order.closed",
            _(
                "统采订单 {no} 现在是「{state}」，不能再补。请另做一张统采订单。",
                no=group.no,
                state=state_title(group.status),
            ),
        )
    return group


def _until(session: Session, group: GroupOrder, wanted: datetime | None) -> datetime:
    if wanted is None and group.sign_by is not None and group.sign_by > now(session):
        return group.sign_by
    return checked_sign_by(session, wanted or default_sign_by(today(session)))
