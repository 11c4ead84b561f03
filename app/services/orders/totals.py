"""The group's totals follow its member orders, and are proved equal to them again."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State, check_step
from app.domain.duties import Actor, Duty
from app.domain.errors import Problem
from app.domain.orders.progress import group_state, progress
from app.domain.orders.split import GroupLine, total
from app.i18n import _
from app.models.order import GroupOrder, GroupOrderLine, MemberOrder, MemberOrderLine
from app.services.db import Database
from app.services.pledges.draw import follow_pledges


def lock_group(session: Session, lead_id: int, group_id: int) -> None:
    """Take the group order's row: whoever changes one of its member orders holds it first."""
    session.execute(
        update(GroupOrder)
        .where(GroupOrder.org_id == lead_id, GroupOrder.id == group_id)
        .values(version=GroupOrder.version + 1)
    )


def member_totals(session: Session, lead_id: int, group_id: int) -> tuple[GroupLine, ...]:
    """What the group's member orders come to that were not cancelled, added up by the database.

    Read past the objects of the unit of work: those would be as they were when they were read.
    """
    key = (
        MemberOrderLine.item_id,
        MemberOrder.supplier_id,
        MemberOrderLine.unit_price,
        MemberOrderLine.price_factor,
        func.coalesce(MemberOrderLine.price_id, 0),
    )
    rows = session.execute(
        select(*key, func.sum(MemberOrderLine.qty), func.sum(MemberOrderLine.amount))
        .join(
            MemberOrder,
            (MemberOrder.org_id == MemberOrderLine.org_id)
            & (MemberOrder.id == MemberOrderLine.order_id),
        )
        .where(
            MemberOrder.lead_id == lead_id,
            MemberOrder.group_order_id == group_id,
            MemberOrder.status != State.CANCELLED,
        )
        .group_by(*key)
        .order_by(*key)
    )
    return tuple(GroupLine(*row[:5], qty=int(row[5]), amount=row[6]) for row in rows)


def follow_members(session: Session, lead_id: int, group_id: int) -> None:
    """Bring the group's lines, amount and state in line with its member orders, and prove it.

    A line nobody wants any more stays with quantity 0, so that the paper shows what was there; a
    late joiner or a backup supplier may bring lines that were not there before.
    """
    session.flush()
    wanted = {_key(line): line for line in member_totals(session, lead_id, group_id)}
    rows = _group_lines(session, lead_id, group_id)
    for row in rows:
        line = wanted.get(_row_key(row))
        row.qty = line.qty if line else 0
        row.amount = line.amount if line else Decimal(0)
    fresh = [wanted[key] for key in sorted(wanted.keys() - {_row_key(row) for row in rows})]
    last = max((row.line for row in rows), default=0)
    session.add_all(
        GroupOrderLine(
            org_id=lead_id,
            group_order_id=group_id,
            line=number,
            item_id=line.item_id,
            supplier_id=line.supplier_id,
            qty=line.qty,
            unit_price=line.unit_price,
            price_factor=line.price_factor,
            price_id=line.price_id,
            amount=line.amount,
        )
        for number, line in enumerate(fresh, last + 1)
    )
    states = session.scalars(
        select(MemberOrder.status).where(
            MemberOrder.lead_id == lead_id, MemberOrder.group_order_id == group_id
        )
    )
    group = session.get_one(GroupOrder, (lead_id, group_id), populate_existing=True)
    group.amount = total(line.amount for line in wanted.values())
    old = State(group.status)
    new = group_state(old, progress(State(state) for state in states))
    if new is not old:
        check_step(DocKind.GROUP_ORDER, old, new)
        group.status = new
    session.flush()
    follow_pledges(session, lead_id, group_id)
    found = differences(session, lead_id, group_id)
    if found:
        raise RuntimeError(f"group totals do not follow the members: {found[0].text}")


def differences(session: Session, lead_id: int, group_id: int) -> tuple[Problem, ...]:
    """Where the group's stored totals differ from the sum of its member orders."""
    group = session.get_one(GroupOrder, (lead_id, group_id), populate_existing=True)
    lines = member_totals(session, lead_id, group_id)
    members = {_key(line): (line.qty, line.amount) for line in lines}
    stored = {
        _row_key(row): (row.qty, row.amount)
        for row in _group_lines(session, lead_id, group_id)
        if row.qty or row.amount
    }
    found = [
        Problem(
            "order.totals",
            _(
                "{no}：品规 {item} 的合计与成员之和不等。请联系管理员核对。",
                no=group.no,
                item=key[0],
            ),
        )
        for key in sorted(members.keys() | stored.keys())
        if members.get(key) != stored.get(key)
    ]
    if group.amount != total(line.amount for line in lines):
        text = _("{no}：合计金额与成员订单之和不等。请联系管理员核对。", no=group.no)
        found.append(Problem("order.totals", text))
    return tuple(found)


def check_totals(db: Database, actor: Actor) -> tuple[Problem, ...]:
    """Prove again that the group orders equal the sums of their member orders.

    Asked by the group's buyer or auditor, who sees all members; others would see a part only.
    """
    leads = actor.orgs(Duty.BUY) | actor.orgs(Duty.AUDIT)
    with db.read() as session:
        groups = session.execute(
            select(GroupOrder.org_id, GroupOrder.id)
            .where(GroupOrder.org_id.in_(leads))
            .order_by(GroupOrder.org_id, GroupOrder.id)
        )
        return tuple(
            problem for lead, group in groups for problem in differences(session, lead, group)
        )


_Key = tuple[int, int, Decimal, int, int]


def _key(line: GroupLine) -> _Key:
    return (line.item_id, line.supplier_id, line.unit_price, line.price_factor, line.price_id)


def _row_key(row: GroupOrderLine) -> _Key:
    return (row.item_id, row.supplier_id, row.unit_price, row.price_factor, row.price_id or 0)


def _group_lines(session: Session, lead_id: int, group_id: int) -> tuple[GroupOrderLine, ...]:
    return tuple(
        session.scalars(
            select(GroupOrderLine)
            .where(GroupOrderLine.org_id == lead_id, GroupOrderLine.group_order_id == group_id)
            .order_by(GroupOrderLine.line)
        )
    )
