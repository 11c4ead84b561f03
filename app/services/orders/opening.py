"""Opening member orders for signing: rows, content with the terms agreed, contract, number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.days import ZONE
from app.domain.documents import DocKind, State
from app.domain.duties import Actor
from app.domain.ids import new_id
from app.domain.orders import due
from app.domain.orders.content import ContentLine, Term, canonical, digest_of
from app.domain.orders.split import MemberDraft
from app.models.demand import SupplyTerm
from app.models.order import Contract, GroupOrder, MemberOrder, MemberOrderLine, Requisition
from app.models.party import Person
from app.services.audit import record
from app.services.bulk import insert_rows
from app.services.db import now, today
from app.services.numbering import next_number
from app.services.orders.contents import (
    Known,
    Paperwork,
    compose,
    content_line,
    keep_first_versions,
    known,
)
from app.services.orders.contracts import Pair, contracts_for, terms_for


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
    if not drafts:
        return ()
    facts = _facts(session, drafts)
    first = next_number(session, group.org_id, "CG", today(session), count=len(drafts))
    orders = [
        _order(session, group, draft, opening, (number, facts))
        for number, draft in enumerate(drafts, first)
    ]
    contents = [
        compose(order, *_said(draft, opening.buyers, facts, terms), facts.names)
        for order, draft, terms in zip(orders, drafts, facts.terms, strict=True)
    ]
    texts = [canonical(content) for content in contents]
    for order, text in zip(orders, texts, strict=True):
        order.digest = digest_of(text)
    session.add_all(orders)
    session.flush()
    keep_first_versions(session, actor, zip(orders, texts, strict=True))
    insert_rows(session, MemberOrderLine, _COLUMNS, _rows(orders, drafts))
    for order in orders:
        _record(session, actor, order)
    return tuple(orders)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the orders take from elsewhere, read once for all of them."""

    names: Known
    contracts: Mapping[Pair, Contract]
    terms: Sequence[tuple[Term, ...]]
    """Of each draft."""
    leads: Mapping[Pair, Mapping[int, int]]


_COLUMNS: Final = (
    "org_id", "order_id", "line", "item_id", "qty", "unit_price", "price_factor", "price_id",
    "amount", "received", "refused", "requisition_id", "requisition_line",
)  # fmt: skip


def _facts(session: Session, drafts: Sequence[MemberDraft]) -> _Facts:
    day = today(session)
    pairs = sorted({(draft.org_id, draft.supplier_id) for draft in drafts})
    names = known(
        session,
        (one for pair in pairs for one in pair),
        {line.item_id for draft in drafts for line in draft.lines},
        (draft.place_id for draft in drafts),
    )
    contracts = contracts_for(session, pairs, day)
    goods = [
        (
            (draft.org_id, draft.supplier_id),
            {line.item_id: names.goods[line.item_id].name for line in draft.lines},
        )
        for draft in drafts
    ]
    terms = terms_for(session, contracts, goods, day)
    return _Facts(names, contracts, terms, _leads(session, pairs))


def _order(
    session: Session,
    group: GroupOrder,
    draft: MemberDraft,
    opening: Opening,
    what: tuple[int, _Facts],
) -> MemberOrder:
    number, facts = what
    pair = (draft.org_id, draft.supplier_id)
    return MemberOrder(
        org_id=draft.org_id,
        id=new_id(),
        no=f"CG{today(session):%Y%m%d}-{number:03d}",
        lead_id=group.org_id,
        group_order_id=group.id,
        group_no=group.no,
        title=group.title,
        supplier_id=draft.supplier_id,
        place_id=draft.place_id,
        status=State.TO_SIGN,
        amount=draft.amount,
        sign_by=opening.sign_by,
        due_on=_due(facts.leads.get(pair, {}), draft, opening.sign_by),
        contract_id=facts.contracts[pair].id,
        digest=b"",
        origin=opening.origin or None,
        origin_order_id=opening.origin_order_id or None,
        version=1,
        created_at=now(session),
    )


def _said(
    draft: MemberDraft, buyers: Mapping[int, str], facts: _Facts, terms: tuple[Term, ...]
) -> tuple[tuple[ContentLine, ...], Paperwork]:
    """The lines and the paperwork of an order's content."""
    pair, goods = (draft.org_id, draft.supplier_id), facts.names.goods
    people = dict.fromkeys(buyers.get(line.requisition_id, "") for line in draft.lines)
    lines = tuple(
        content_line(number, line, line.amount, goods[line.item_id])
        for number, line in enumerate(draft.lines, 1)
    )
    paperwork = Paperwork(facts.contracts[pair].no, terms, "、".join(filter(None, people)))
    return lines, paperwork


def _rows(
    orders: Sequence[MemberOrder], drafts: Sequence[MemberDraft]
) -> Iterator[tuple[object, ...]]:
    for order, draft in zip(orders, drafts, strict=True):
        for number, line in enumerate(draft.lines, 1):
            yield (
                order.org_id, order.id, number, line.item_id, line.qty, line.unit_price,
                line.price_factor, line.price_id, line.amount, 0, 0, line.requisition_id,
                line.requisition_line,
            )  # fmt: skip


def _record(session: Session, actor: Actor, order: MemberOrder) -> None:
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


def _leads(session: Session, pairs: Sequence[Pair]) -> dict[Pair, dict[int, int]]:
    """Days of delivery by pair and item; item 0 for the usual ones."""
    rows = session.execute(
        select(
            SupplyTerm.org_id, SupplyTerm.supplier_id, SupplyTerm.item_id, SupplyTerm.lead_days
        ).where(
            SupplyTerm.org_id.in_({org for org, _supplier in pairs}),
            SupplyTerm.supplier_id.in_({supplier for _org, supplier in pairs}),
        )
    )
    found: dict[Pair, dict[int, int]] = {}
    for org, supplier, item, days in rows:
        found.setdefault((org, supplier), {})[item] = days
    return found


def _due(leads: Mapping[int, int], draft: MemberDraft, sign_by: datetime) -> date:
    usual = leads.get(0, due.LEAD_DAYS)
    until = sign_by.astimezone(ZONE).date()
    return due.due_on(until, max(leads.get(line.item_id, usual) for line in draft.lines))
