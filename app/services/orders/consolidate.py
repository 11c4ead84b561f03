"""统采: members' submitted requisitions become one group order, split into member orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from app.domain.days import ZONE
from app.domain.documents import DocKind, State, state_title
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, refuse_if
from app.domain.ids import new_id
from app.domain.orders import due
from app.domain.orders.procurement import SOURCES, source_title
from app.i18n import _
from app.models.order import GroupOrder, GroupOrderLine, Requisition
from app.services.access import lead_org, require
from app.services.audit import record
from app.services.db import Database, now, today
from app.services.numbering import document_no
from app.services.operations import claim, finish, plain
from app.services.orders.opening import Opening, buyers_of, open_members
from app.services.orders.planning import Plan, make_plan
from app.services.orders.totals import differences
from app.services.pledges.draw import follow_pledges

_CLOSING: Final = time(17, 0)


@dataclass(frozen=True, slots=True)
class Consolidate:
    """Make a group order of submitted requisitions.

    Attributes:
        op_id: Made once per intention.
        title: What people call the order, such as 常用药第 2 包.
        requisitions: Pairs (member, requisition).
        sign_by: Until when to sign; three working days from today at 17:00 when None.
    """

    op_id: UUID
    title: str
    requisitions: tuple[tuple[int, int], ...]
    sign_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class Consolidated:
    """What came of it."""

    group_order_id: int
    no: str
    member_orders: int
    lines: int
    amount: Decimal
    warnings: tuple[str, ...]


def consolidate(db: Database, actor: Actor, command: Consolidate) -> Consolidated:
    """Price, split and open for signing; all of the requisitions, or `DomainError` and none.

    Raises:
        DomainError: Lines without a price today, suppliers with expired papers and so on; every
            one of them stands in `problems`.
        ConflictError: A requisition was consolidated, withdrawn or changed meanwhile.
    """
    title = _title(command.title)
    with db.write() as session:
        lead = lead_org(session, today(session))
        require(actor, Duty.BUY, lead)
        earlier = claim(session, actor, lead, command.op_id, "consolidate", command)
        if earlier is not None:
            return from_answer(earlier)
        requisitions = requisitions_to_order(session, actor, command.requisitions)
        plan = make_plan(session, today(session), requisitions)
        refuse_if(plan.problems, "order.refused", _("没有汇总，什么都没有改。"))
        group = _open_group(session, actor, (lead, title), command.sign_by, plan)
        take(session, requisitions, group.id)
        until = group.sign_by or default_sign_by(today(session))
        opening = Opening(until, buyers_of(session, requisitions))
        open_members(session, actor, group, plan.drafts, opening)
        follow_pledges(session, lead, group.id)
        _prove(session, group)
        record(
            session,
            actor,
            lead,
            "group_order.open",
            (DocKind.GROUP_ORDER, group.id),
            {"no": group.no, "requisitions": [row.no for row in requisitions]},
        )
        answer = Consolidated(
            group_order_id=group.id,
            no=group.no,
            member_orders=len(plan.drafts),
            lines=len(plan.lines),
            amount=plan.amount,
            warnings=tuple(problem.text for problem in plan.problems),
        )
        finish(session, lead, command.op_id, plain(answer))
        return answer


def requisitions_to_order(
    session: Session, actor: Actor, wanted: Sequence[tuple[int, int]]
) -> tuple[Requisition, ...]:
    """The wanted requisitions in the order of their numbers; all must still be submitted."""
    if not wanted:
        raise DomainError("order.nothing", _("还没选采购申请。请至少选一张已提交的申请。"))
    found: list[Requisition] = []
    for org_id, requisition_id in sorted(set(wanted)):
        require(actor, Duty.BUY, org_id)
        row = session.get(Requisition, (org_id, requisition_id), populate_existing=True)
        if row is None:
            raise DomainError("order.no_requisition", _("没有找到这张采购申请。请刷新后再选。"))
        if row.status != State.SUBMITTED:
            raise _taken(row)
        found.append(row)
    return tuple(sorted(found, key=lambda row: (row.org_id, row.no)))


def default_sign_by(day: date, days: int = due.SIGNING_DAYS) -> datetime:
    """17:00 in the members' zone, `days` working days after `day`."""
    return datetime.combine(due.sign_by(day, days), _CLOSING, ZONE)


def checked_sign_by(session: Session, wanted: datetime | None) -> datetime:
    """The deadline wanted, or the usual one; refused when it has passed."""
    until = wanted or default_sign_by(today(session))
    if until <= now(session):
        raise DomainError("order.sign_by", _("签署截止时间已经过了。请选今天以后的时间。"))
    return until


def price_basis(sources: Sequence[str]) -> str:
    """Where the prices come from, in words."""
    return "、".join(source_title(source) for source in sources if source in SOURCES)


def _title(text: str) -> str:
    title = text.strip()
    if not title:
        raise DomainError("order.title", _("还没写名称。写一个好认的，如「常用药第 2 包」。"))
    return title


def _taken(row: Requisition) -> ConflictError:
    return ConflictError(
        "order.requisition_taken",
        _(
            "采购申请 {no} 现在是「{state}」，不能再汇总。请刷新后重新选。",
            no=row.no,
            state=state_title(row.status),
        ),
    )


def _open_group(
    session: Session,
    actor: Actor,
    whose: tuple[int, str],
    sign_by: datetime | None,
    plan: Plan,
) -> GroupOrder:
    lead, title = whose
    day = today(session)
    until = checked_sign_by(session, sign_by)
    group = GroupOrder(
        org_id=lead,
        id=new_id(),
        no=document_no(session, lead, "TC", day),
        title=title,
        status=State.SIGNING,
        sign_by=until,
        created_at=now(session),
        created_by=actor.person_id,
        amount=plan.amount,
        price_basis=price_basis(plan.sources),
        version=1,
    )
    session.add(group)
    session.flush()
    session.execute(
        insert(GroupOrderLine),
        [
            {
                "org_id": lead,
                "group_order_id": group.id,
                "line": number,
                "item_id": line.item_id,
                "supplier_id": line.supplier_id,
                "qty": line.qty,
                "unit_price": line.unit_price,
                "price_factor": line.price_factor,
                "price_id": line.price_id,
                "amount": line.amount,
            }
            for number, line in enumerate(plan.group, 1)
        ],
    )
    return group


def take(session: Session, requisitions: Sequence[Requisition], group_id: int) -> None:
    """Mark the requisitions; whoever consolidated or withdrew one first wins."""
    for row in requisitions:
        done = session.execute(
            update(Requisition)
            .where(
                Requisition.org_id == row.org_id,
                Requisition.id == row.id,
                Requisition.status == State.SUBMITTED,
                Requisition.version == row.version,
            )
            .values(
                status=State.CONSOLIDATED,
                group_order_id=group_id,
                version=Requisition.version + 1,
            )
            .execution_options(synchronize_session=False)
        )
        if _count(done) != 1:
            session.expire(row)
            raise _taken(session.get_one(Requisition, (row.org_id, row.id)))


def _count(result: Any) -> int:
    return int(result.rowcount)


def _prove(session: Session, group: GroupOrder) -> None:
    found = differences(session, group.org_id, group.id)
    if found:
        raise RuntimeError(f"group totals differ from the members' sum: {found[0].text}")


def from_answer(answer: Mapping[str, Any]) -> Consolidated:
    """From the operation's stored answer."""
    return Consolidated(
        group_order_id=int(answer["group_order_id"]),
        no=str(answer["no"]),
        member_orders=int(answer["member_orders"]),
        lines=int(answer["lines"]),
        amount=Decimal(answer["amount"]),
        warnings=tuple(answer["warnings"]),
    )
