"""Open work of buying and settling: requisitions, orders to sign, pledges, statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State
from app.domain.duties import Duty
from app.domain.orders.signing import Party
from app.models.order import GroupOrder, MemberOrder, Requisition
from app.models.order_depth import PledgeSupplement
from app.models.order_shortage import OrderShortage
from app.models.party import Organisation, Person
from app.models.platform import Audit
from app.models.settlement import Statement
from app.services.access import lead_org
from app.services.home.kinds import NAMES, Ask, Kind, Reminder, Urgency, WorkItem
from app.services.pledges.execution import pledge_rows
from app.services.requisition.queries import waiting_for


def _orders(
    ask: Ask, kind: Kind, condition: ColumnElement[bool], *, supplier: bool = False
) -> WorkItem:
    partner = MemberOrder.org_id if supplier else MemberOrder.supplier_id
    rows = ask.session.execute(
        select(Organisation.short_name, MemberOrder.amount, MemberOrder.sign_by)
        .join(Organisation, Organisation.id == partner)
        .where(condition)
        .order_by(MemberOrder.sign_by, MemberOrder.no)
    ).all()
    names = tuple(dict.fromkeys(row[0] for row in rows))[:NAMES]
    due = min((row[2] for row in rows if row[2]), default=None)
    late = due is not None and due < ask.now
    amount = sum((row[1] for row in rows), Decimal(0))
    urgency = Urgency.NOW if late else Urgency.TODAY
    return WorkItem(kind, len(rows), urgency, names, amount, due)


def to_sign(ask: Ask) -> Sequence[WorkItem]:
    """Orders to sign; those that were urged come first."""
    members = ask.for_duty(Duty.SIGN)
    mine = MemberOrder.org_id.in_(members) & (MemberOrder.status == State.TO_SIGN)
    theirs = MemberOrder.supplier_id.in_(members) & (MemberOrder.status == State.MEMBER_SIGNED)
    calm = MemberOrder.urged == 0
    return [
        *_urged(ask, mine, supplier=False),
        *_urged(ask, theirs, supplier=True),
        _orders(ask, Kind.TO_SIGN, mine & calm),
        _orders(ask, Kind.SUPPLIER_SIGN, theirs & calm, supplier=True),
    ]


def _urged(ask: Ask, condition: ColumnElement[bool], *, supplier: bool) -> Sequence[WorkItem]:
    """Orders to sign that the group's buyer reminded of, with the newest reminder."""
    urged = condition & (MemberOrder.urged > 0)
    newest = ask.session.scalar(
        select(MemberOrder).where(urged).order_by(MemberOrder.urged_at.desc()).limit(1)
    )
    if newest is None or newest.urged_at is None:
        return ()
    reminder = Reminder(
        _who_urged(ask.session, newest),
        newest.urged_at,
        newest.urged,
        newest.org_id,
        newest.id,
    )
    found = _orders(ask, Kind.URGED, urged, supplier=supplier)
    return [replace(found, urgency=Urgency.NOW, urged=reminder)]


def _who_urged(session: Session, order: MemberOrder) -> str:
    """The buyer by name, or to a supplier the lead hospital."""
    person = session.scalar(
        select(Person.name)
        .join(Audit, Audit.person_id == Person.id)
        .where(
            Audit.org_id == order.org_id,
            Audit.doc_kind == DocKind.MEMBER_ORDER.value,
            Audit.doc_id == order.id,
            Audit.action == "order.urge",
        )
        .order_by(Audit.seq.desc())
        .limit(1)
    )
    lead = session.scalar(select(Organisation.short_name).where(Organisation.id == order.lead_id))
    return " ".join(filter(None, (lead, person)))


def refused(ask: Ask) -> Sequence[WorkItem]:
    """Orders that a member or supplier refused or answered in part."""
    orgs = ask.for_duty(Duty.BUY)
    mine = MemberOrder.org_id.in_(orgs)
    return [
        _orders(ask, Kind.REFUSED_ORDERS, mine & (MemberOrder.status == State.REFUSED)),
        _orders(ask, Kind.ANSWERED_ORDERS, mine & (MemberOrder.status == State.ANSWERED)),
    ]


def shortages(ask: Ask) -> Sequence[WorkItem]:
    """Notes of shortage: to agree to as the other side, to settle as the group's buyer."""
    mine = ask.for_duty(Duty.SIGN)
    agree = MemberOrder.org_id.in_(mine) & _noted(State.SUBMITTED, Party.SUPPLIER)
    supply = MemberOrder.supplier_id.in_(mine) & _noted(State.SUBMITTED, Party.MEMBER)
    settle = MemberOrder.org_id.in_(ask.for_duty(Duty.BUY)) & _noted(State.APPROVED)
    return [
        _short(ask, Kind.SHORT_TO_AGREE, agree),
        _short(ask, Kind.SHORT_TO_AGREE, supply, supplier=True),
        _short(ask, Kind.SHORT_TO_SETTLE, settle),
    ]


def _short(
    ask: Ask, kind: Kind, condition: ColumnElement[bool], *, supplier: bool = False
) -> WorkItem:
    """Without amount and deadline, which are the whole order's; the first one to open."""
    found = _orders(ask, kind, condition, supplier=supplier)
    first = ask.session.execute(
        select(MemberOrder.org_id, MemberOrder.id)
        .where(condition)
        .order_by(MemberOrder.sign_by, MemberOrder.no)
        .limit(1)
    ).first()
    order = (first.org_id, first.id) if first is not None else (0, 0)
    return replace(found, amount=None, due=None, urgency=Urgency.TODAY, order=order)


def _noted(state: State, party: Party | None = None) -> ColumnElement[bool]:
    """Orders with a note in `state`, declared by `party` if it is named."""
    note = select(OrderShortage.seq).where(
        OrderShortage.org_id == MemberOrder.org_id,
        OrderShortage.order_id == MemberOrder.id,
        OrderShortage.status == state,
    )
    if party is not None:
        note = note.where(OrderShortage.declared_party == party)
    return note.exists()


def requisitions(ask: Ask) -> Sequence[WorkItem]:
    """Requisitions returned, in draft, to approve, to consolidate."""
    drafts = ask.for_duty(Duty.STORE)
    buyers = ask.for_duty(Duty.BUY)
    mine = Requisition.org_id.in_(drafts) & (Requisition.status == State.DRAFT)
    sent = Requisition.org_id.in_(buyers) & (Requisition.status == State.SUBMITTED)
    approve = waiting_for(ask.actor, lead_org(ask.session, ask.today))
    found = []
    for kind, condition in (
        (Kind.RETURNED_REQUISITIONS, mine & Requisition.returned.is_not(None)),
        (Kind.DRAFT_REQUISITIONS, mine & Requisition.returned.is_(None)),
        (Kind.TO_APPROVE, approve),
        (Kind.TO_CONSOLIDATE, sent),
    ):
        rows = ask.session.execute(
            select(Organisation.short_name, Requisition.amount)
            .join(Organisation, Organisation.id == Requisition.org_id)
            .where(condition)
            .order_by(Requisition.created_at)
        ).all()
        names = tuple(dict.fromkeys(row[0] for row in rows))[:NAMES]
        amount = sum((row[1] for row in rows), Decimal(0))
        found.append(WorkItem(kind, len(rows), Urgency.TODAY, names, amount))
    return found


def collecting(ask: Ask) -> Sequence[WorkItem]:
    """Group orders that still collect."""
    rows = ask.session.execute(
        select(GroupOrder.title, GroupOrder.amount)
        .where(
            GroupOrder.org_id.in_(ask.for_duty(Duty.BUY)),
            GroupOrder.status == State.COLLECTING,
        )
        .order_by(GroupOrder.created_at)
    ).all()
    names = tuple(row[0] for row in rows)[:NAMES]
    amount = sum((row[1] for row in rows), Decimal(0))
    return [WorkItem(Kind.COLLECTING, len(rows), Urgency.TODAY, names, amount)]


def pledges(ask: Ask) -> Sequence[WorkItem]:
    """Pledges that fall behind before their period ends, and supplements to decide."""
    behind = [
        row
        for row in pledge_rows(ask.session, list(ask.for_duty(Duty.BUY, Duty.SIGN)), ask.today)
        if row.pace.warns
    ]
    behind.sort(key=lambda row: (row.progress.days_left, row.progress.rate or 0))
    names = tuple(dict.fromkeys(f"{row.org} {row.name}" for row in behind))[:NAMES]
    days = min((row.progress.days_left for row in behind), default=0)
    late = WorkItem(Kind.PLEDGES_BEHIND, len(behind), Urgency.WEEK, names, special=days)
    rows = ask.session.execute(
        select(Organisation.short_name, PledgeSupplement.no)
        .join(Organisation, Organisation.id == PledgeSupplement.org_id)
        .where(
            PledgeSupplement.lead_id.in_(ask.for_duty(Duty.SIGN)),
            PledgeSupplement.status == "submitted",
            PledgeSupplement.asked_by != ask.actor.person_id,
        )
        .order_by(PledgeSupplement.asked_at)
    ).all()
    members = tuple(dict.fromkeys(row[0] for row in rows))[:NAMES]
    return [late, WorkItem(Kind.SUPPLEMENTS, len(rows), Urgency.TODAY, members)]


def statements(ask: Ask) -> Sequence[WorkItem]:
    """Statements to settle, or sent to this supplier."""
    settling = ask.for_duty(Duty.SETTLE)
    selling = ask.for_duty(Duty.SUPPLY)
    mine = Statement.org_id.in_(settling) & Statement.status.in_((State.DRAFT, State.DISPUTED))
    sent = Statement.supplier_id.in_(selling) & (Statement.status == State.SENT)
    found = []
    for kind, condition, partner in (
        (Kind.STATEMENTS, mine, Statement.supplier_id),
        (Kind.STATEMENTS_SENT, sent, Statement.org_id),
    ):
        rows = ask.session.execute(
            select(Organisation.short_name, Statement.consumed_amount)
            .join(Organisation, Organisation.id == partner)
            .where(condition)
            .order_by(Statement.period)
        ).all()
        names = tuple(dict.fromkeys(row[0] for row in rows))[:NAMES]
        amount = sum((row[1] for row in rows), Decimal(0))
        found.append(WorkItem(kind, len(rows), Urgency.WEEK, names, amount))
    return found
