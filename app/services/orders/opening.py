"""Opening member orders for signing: rows, content with the terms agreed, contract, number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State
from app.domain.duties import Actor
from app.domain.ids import new_id
from app.domain.orders import due
from app.domain.orders.split import MemberDraft
from app.models.demand import SupplyTerm
from app.models.order import GroupOrder, MemberOrder, MemberOrderLine, Requisition
from app.models.party import Person
from app.services.audit import record
from app.services.db import ZONE, now, today
from app.services.numbering import next_number
from app.services.orders.contents import Paperwork, build, store
from app.services.orders.contracts import contract_for, terms_for


@dataclass(frozen=True, slots=True)
class Opening:
    """How orders are opened.

    Attributes:
        sign_by: Until when to sign.
        buyers: Who asked, by requisition.
        origin: ``late``, ``supplement`` or ``backup``; empty for the first ones of a group order.
        origin_order_id: The order whose rest a backup supplier takes over.
    """

    sign_by: datetime
    buyers: Mapping[int, str]
    origin: str = ""
    origin_order_id: int = 0


def open_members(
    session: Session,
    actor: Actor,
    group: GroupOrder,
    drafts: Sequence[MemberDraft],
    opening: Opening,
) -> tuple[MemberOrder, ...]:
    """Open one order per draft, each with its own number."""
    day = today(session)
    first = next_number(session, group.org_id, "CG", day, count=len(drafts))
    made = []
    for number, draft in enumerate(drafts, first):
        order = MemberOrder(
            org_id=draft.org_id,
            id=new_id(),
            no=f"CG{day:%Y%m%d}-{number:03d}",
            lead_id=group.org_id,
            group_order_id=group.id,
            group_no=group.no,
            title=group.title,
            supplier_id=draft.supplier_id,
            place_id=draft.place_id,
            status=State.TO_SIGN,
            amount=draft.amount,
            sign_by=opening.sign_by,
            due_on=_due(session, draft, opening.sign_by),
            digest=b"",
            origin=opening.origin or None,
            origin_order_id=opening.origin_order_id or None,
            version=1,
            created_at=now(session),
        )
        _write(session, actor, order, draft, opening.buyers)
        made.append(order)
    return tuple(made)


def _write(
    session: Session,
    actor: Actor,
    order: MemberOrder,
    draft: MemberDraft,
    buyers: Mapping[int, str],
) -> None:
    day = today(session)
    contract = contract_for(session, draft.org_id, draft.supplier_id, day)
    order.contract_id = contract.id
    lines = [
        MemberOrderLine(
            org_id=order.org_id,
            order_id=order.id,
            line=number,
            item_id=line.item_id,
            qty=line.qty,
            unit_price=line.unit_price,
            price_factor=line.price_factor,
            price_id=line.price_id,
            amount=line.amount,
            requisition_id=line.requisition_id,
            requisition_line=line.requisition_line,
        )
        for number, line in enumerate(draft.lines, 1)
    ]
    names = dict.fromkeys(buyers.get(line.requisition_id, "") for line in draft.lines)
    terms = terms_for(session, contract, [line.item_id for line in lines], day)
    paperwork = Paperwork(contract.no, terms, "、".join(filter(None, names)))
    content = build(session, order, lines, paperwork)
    session.add(order)
    session.flush()
    order.digest = store(session, actor, order, content)
    session.add_all(lines)
    session.flush()
    detail = {"no": order.no, "group": order.group_no, "digest": order.digest.hex()}
    if order.origin:
        detail["origin"] = order.origin
    record(session, actor, order.org_id, "order.open", (DocKind.MEMBER_ORDER, order.id), detail)


def buyers_of(session: Session, requisitions: Sequence[Requisition]) -> dict[int, str]:
    """Who asked, by requisition."""
    people = dict(
        session.execute(
            select(Person.id, Person.name).where(
                Person.id.in_({row.submitted_by or row.created_by for row in requisitions})
            )
        ).all()
    )
    return {row.id: people.get(row.submitted_by or row.created_by, "") for row in requisitions}


def _due(session: Session, draft: MemberDraft, sign_by: datetime) -> date:
    terms = dict(
        session.execute(
            select(SupplyTerm.item_id, SupplyTerm.lead_days).where(
                SupplyTerm.org_id == draft.org_id,
                SupplyTerm.supplier_id == draft.supplier_id,
                SupplyTerm.item_id.in_({0} | {line.item_id for line in draft.lines}),
            )
        ).all()
    )
    usual = terms.get(0, due.LEAD_DAYS)
    until = sign_by.astimezone(ZONE).date()
    return due.due_on(until, max(terms.get(line.item_id, usual) for line in draft.lines))
