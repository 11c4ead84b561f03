"""Reading group orders and member orders, as far as the person may see them.

The group's people see their own organisations' orders, a buyer all members', a supplier those
addressed to it. All of it is read from the member orders, so that each sees the progress of what
concerns them and no total that is not theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.domain.documents import DocKind, State
from app.domain.duties import Actor, Duty
from app.domain.orders.progress import Progress, group_state, progress, shown_state
from app.domain.orders.signing import OPEN, SETTLED, Decision, Party, turn
from app.models.order import GroupOrder, MemberOrder, MemberOrderLine, Signature
from app.models.order_shortage import OrderShortage
from app.models.party import Organisation
from app.services.db import Database
from app.services.queries.keyset import contains

_NEWEST = 200


@dataclass(frozen=True, slots=True)
class GroupsWanted:
    """Which group orders: newest first, by a part of title or number."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group order as the list shows it; counts and amounts are those the person may see."""

    lead_id: int
    id: int
    no: str
    title: str
    state: State
    members: int
    progress: Progress
    amount: Decimal
    sign_by: datetime | None
    created_at: datetime
    price_basis: str
    mine: int
    """Orders that wait for this person's signature."""


@dataclass(frozen=True, slots=True)
class OrdersWanted:
    """Which member orders.

    Attributes:
        group_order_id: Of one group order, 0 for all.
        view: ``all``, ``open`` (not signed by both), ``signed`` or ``mine`` (waits for me).
        no: One order by its number.
        org_id: Of one member, 0 for all.
        supplier_id: Of one supplier, 0 for all.
    """

    group_order_id: int = 0
    view: str = "all"
    no: str = ""
    org_id: int = 0
    supplier_id: int = 0


@dataclass(frozen=True, slots=True)
class SignatureRow:
    """One signature or refusal."""

    party: Party
    decision: Decision
    person: str
    at: datetime
    reason: str
    version: int


@dataclass(frozen=True, slots=True)
class MemberOrderRow:
    """A member order as the signing board shows it."""

    org_id: int
    id: int
    no: str
    group_order_id: int
    group_no: str
    title: str
    org: str
    supplier_id: int
    supplier: str
    amount: Decimal
    lines: int
    state: State
    version: int
    member_signature: SignatureRow | None
    supplier_signature: SignatureRow | None
    refusal: str
    sign_by: datetime | None
    due_on: date | None
    urged_at: datetime | None
    urged: int
    mine: bool
    """Whether it waits for this person's signature."""
    origin: str = ""
    """``late``, ``supplement`` or ``backup``; empty for the first ones of a group order."""
    shortage: State | None = None
    """Of a note of shortage that is not settled yet: submitted or approved."""

    @property
    def open(self) -> bool:
        """Whether it is not signed by both sides yet."""
        return self.state in OPEN

    @property
    def signed(self) -> bool:
        """Whether both sides have signed it."""
        return self.state in SETTLED


def group_orders(db: Database, actor: Actor, wanted: GroupsWanted) -> tuple[GroupRow, ...]:
    """The newest group orders that concern the person."""
    with db.read() as session:
        heads = session.execute(_heads(actor, wanted)).all()
        ids = [head.group_order_id for head in heads]
        states = _states(session, actor, ids)
        mine = _mine(session, actor, ids)
        stored = _stored(session, actor, ids)
        return tuple(_group_row(head, states, mine, stored) for head in heads)


def member_orders(db: Database, actor: Actor, wanted: OrdersWanted) -> tuple[MemberOrderRow, ...]:
    """Member orders that concern the person; those that need somebody first."""
    with db.read() as session:
        return order_rows(session, actor, _conditions(actor, wanted))


def order_rows(
    session: Session, actor: Actor, conditions: Sequence[ColumnElement[bool]]
) -> tuple[MemberOrderRow, ...]:
    """Rows of the orders under `conditions`, those that need somebody first."""
    member, supplier = aliased(Organisation), aliased(Organisation)
    lines = (
        select(func.count())
        .where(
            MemberOrderLine.org_id == MemberOrder.org_id,
            MemberOrderLine.order_id == MemberOrder.id,
        )
        .scalar_subquery()
    )
    found = session.execute(
        select(MemberOrder, member.short_name, supplier.short_name, lines, member.code)
        .join(member, member.id == MemberOrder.org_id)
        .join(supplier, supplier.id == MemberOrder.supplier_id)
        .where(visible(actor), *conditions)
    ).all()
    signatures = _signatures(session, [order for order, *_rest in found])
    notes = _open_notes(session)
    rows = [
        (
            _urgency(order),
            code,
            org,
            replace(
                _order_row(actor, order, (org, sup, count), signatures),
                shortage=notes.get((order.org_id, order.id)),
            ),
        )
        for order, org, sup, count, code in found
    ]
    return tuple(row for *_key, row in sorted(rows, key=lambda one: (*one[:3], one[3].no)))


def _open_notes(session: Session) -> dict[tuple[int, int], State]:
    """Notes of shortage that wait for somebody; there are few of them."""
    rows = session.execute(
        select(OrderShortage.org_id, OrderShortage.order_id, OrderShortage.status).where(
            OrderShortage.status.in_((State.SUBMITTED, State.APPROVED))
        )
    )
    return {(org, order): State(status) for org, order, status in rows}


def visible(actor: Actor) -> ColumnElement[bool]:
    """The orders that a person may see: of their organisations, or addressed to them."""
    orgs = sorted(actor.orgs())
    return or_(MemberOrder.org_id.in_(orgs), MemberOrder.supplier_id.in_(orgs))


def signature_row(row: Signature) -> SignatureRow:
    """A signature for showing."""
    return SignatureRow(
        party=Party(row.party),
        decision=Decision(row.decision),
        person=row.person_name,
        at=row.at,
        reason=row.reason or "",
        version=row.version,
    )


def _heads(actor: Actor, wanted: GroupsWanted) -> Select[*tuple[Any, ...]]:
    found: Select[*tuple[Any, ...]] = select(
        MemberOrder.lead_id,
        MemberOrder.group_order_id,
        func.max(MemberOrder.group_no).label("no"),
        func.max(MemberOrder.title).label("title"),
        func.max(MemberOrder.sign_by).label("sign_by"),
        func.min(MemberOrder.created_at).label("created_at"),
        func.count(MemberOrder.org_id.distinct()).label("members"),
    ).where(visible(actor))
    if wanted.text.strip():
        part = wanted.text
        in_title = contains(func.coalesce(MemberOrder.title, ""), part)
        in_number = contains(func.coalesce(MemberOrder.group_no, ""), part)
        found = found.where(or_(in_title, in_number))
    return (
        found.group_by(MemberOrder.lead_id, MemberOrder.group_order_id)
        .order_by(MemberOrder.group_order_id.desc())
        .limit(_NEWEST)
    )


def _states(
    session: Session, actor: Actor, ids: Collection[int]
) -> dict[int, list[tuple[State, int, Decimal]]]:
    found: dict[int, list[tuple[State, int, Decimal]]] = {}
    for group, state, count, amount in session.execute(
        select(
            MemberOrder.group_order_id,
            MemberOrder.status,
            func.count(),
            func.sum(MemberOrder.amount, type_=MemberOrder.amount.type),
        )
        .where(visible(actor), MemberOrder.group_order_id.in_(ids))
        .group_by(MemberOrder.group_order_id, MemberOrder.status)
    ):
        found.setdefault(group, []).append((State(state), int(count), amount))
    return found


def waiting_for(actor: Actor) -> ColumnElement[bool]:
    """The orders that wait for this person's signature."""
    orgs = sorted(actor.orgs(Duty.SIGN))
    return or_(
        and_(MemberOrder.status == State.TO_SIGN, MemberOrder.org_id.in_(orgs)),
        and_(MemberOrder.status == State.MEMBER_SIGNED, MemberOrder.supplier_id.in_(orgs)),
    )


def _mine(session: Session, actor: Actor, ids: Collection[int]) -> dict[int, int]:
    return {
        int(group): int(count)
        for group, count in session.execute(
            select(MemberOrder.group_order_id, func.count())
            .where(waiting_for(actor), MemberOrder.group_order_id.in_(ids))
            .group_by(MemberOrder.group_order_id)
        )
    }


def _stored(session: Session, actor: Actor, ids: Collection[int]) -> dict[int, GroupOrder]:
    """The group orders themselves, for those who may read them."""
    return {
        row.id: row
        for row in session.scalars(
            select(GroupOrder).where(GroupOrder.org_id.in_(actor.orgs()), GroupOrder.id.in_(ids))
        )
    }


def _group_row(
    head: Any,
    states: dict[int, list[tuple[State, int, Decimal]]],
    mine: dict[int, int],
    stored: dict[int, GroupOrder],
) -> GroupRow:
    counts = states.get(head.group_order_id, [])
    counted = progress(state for state, count, _amount in counts for _one in range(count))
    row = stored.get(head.group_order_id)
    kept = State(row.status) if row else group_state(State.SIGNING, counted)
    return GroupRow(
        lead_id=head.lead_id,
        id=head.group_order_id,
        no=head.no or "",
        title=head.title or "",
        state=shown_state(kept, counted),
        members=int(head.members),
        progress=counted,
        amount=sum(
            (amount for state, _count, amount in counts if state is not State.CANCELLED),
            Decimal(0),
        ),
        sign_by=head.sign_by,
        created_at=head.created_at,
        price_basis=(row.price_basis or "") if row else "",
        mine=mine.get(head.group_order_id, 0),
    )


def _conditions(actor: Actor, wanted: OrdersWanted) -> list[ColumnElement[bool]]:
    views: dict[str, list[ColumnElement[bool]]] = {
        "open": [MemberOrder.status.in_(OPEN)],
        "signed": [MemberOrder.status.in_(SETTLED)],
        "mine": [waiting_for(actor)],
    }
    found = list(views.get(wanted.view, []))
    if wanted.group_order_id:
        found.append(MemberOrder.group_order_id == wanted.group_order_id)
    if wanted.no:
        found.append(MemberOrder.no == wanted.no.strip().upper())
    if wanted.org_id:
        found.append(MemberOrder.org_id == wanted.org_id)
    if wanted.supplier_id:
        found.append(MemberOrder.supplier_id == wanted.supplier_id)
    return found


def _urgency(order: MemberOrder) -> int:
    """First what somebody refused, then what waits, then what is under way; cancelled last."""
    first = (State.ANSWERED, State.REFUSED, State.TO_SIGN, State.MEMBER_SIGNED)
    if order.status in first:
        return first.index(State(order.status))
    return len(first) + (order.status == State.CANCELLED)


def _signatures(
    session: Session, orders: Sequence[MemberOrder]
) -> dict[tuple[int, int, str], SignatureRow]:
    """Signatures of the orders' present versions, by member, order and party."""
    versions = {(order.org_id, order.id): order.version for order in orders}
    rows = session.scalars(
        select(Signature).where(
            Signature.org_id.in_({org for org, _order in versions}),
            Signature.doc_kind == DocKind.MEMBER_ORDER,
            Signature.doc_id.in_({order for _org, order in versions}),
        )
    )
    return {
        (row.org_id, row.doc_id, row.party): signature_row(row)
        for row in rows
        if versions.get((row.org_id, row.doc_id)) == row.version
    }


def _order_row(
    actor: Actor,
    order: MemberOrder,
    facts: tuple[str, str, int],
    signatures: dict[tuple[int, int, str], SignatureRow],
) -> MemberOrderRow:
    org, supplier, lines = facts
    state = State(order.status)
    party = turn(state)
    signer = order.org_id if party is Party.MEMBER else order.supplier_id
    return MemberOrderRow(
        org_id=order.org_id,
        id=order.id,
        no=order.no,
        group_order_id=order.group_order_id,
        group_no=order.group_no or "",
        title=order.title or "",
        org=org,
        supplier_id=order.supplier_id,
        supplier=supplier,
        amount=order.amount,
        lines=lines,
        state=state,
        version=order.version,
        member_signature=signatures.get((order.org_id, order.id, Party.MEMBER)),
        supplier_signature=signatures.get((order.org_id, order.id, Party.SUPPLIER)),
        refusal=order.refusal or "",
        sign_by=order.sign_by,
        due_on=order.due_on,
        urged_at=order.urged_at,
        urged=order.urged,
        mine=party is not None and actor.can(Duty.SIGN, signer),
        origin=order.origin or "",
    )
