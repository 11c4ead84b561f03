"""Open work by duty, counted from the tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State
from app.domain.duties import Actor, Duty
from app.models.demand import Suggestion
from app.models.item import Item
from app.models.order import GroupOrder, MemberOrder, Requisition
from app.models.order_depth import PledgeSupplement
from app.models.party import Organisation, Person
from app.models.platform import Audit
from app.models.receiving import Delivery, DeliveryLine
from app.models.settlement import Statement
from app.models.stock import Balance, Lot, Place
from app.services.access import lead_org
from app.services.db import Database, now, today
from app.services.home.bargaining import ENDED, NEEDS, PUBLIC, Waiting, bargaining
from app.services.home.catalogue import EVALUATIONS, MEETING, NEW_ITEMS, TO_CALL, catalogue_work
from app.services.pledges.execution import pledge_rows
from app.services.requisition.queries import waiting_for

NEAR_DAYS: Final = 90
_NAMES: Final = 3


class Kind(StrEnum):
    """What kind of work it is; the window words it."""

    EXPIRED = "expired"
    TO_RECEIVE = "to_receive"
    URGED = "urged"
    TO_SIGN = "to_sign"
    SUPPLIER_SIGN = "supplier_sign"
    REFUSED_ORDERS = "refused_orders"
    SUGGESTIONS = "suggestions"
    RETURNED_REQUISITIONS = "returned_requisitions"
    DRAFT_REQUISITIONS = "draft_requisitions"
    TO_APPROVE = "to_approve"
    TO_CONSOLIDATE = "to_consolidate"
    COLLECTING = "collecting"
    STATEMENTS = "statements"
    STATEMENTS_SENT = "statements_sent"
    SUPPLEMENTS = "supplements"
    ANSWERED_ORDERS = "answered_orders"
    PLEDGES_BEHIND = "pledges_behind"
    NEAR_EXPIRY = "near_expiry"
    NEEDS_TO_CONFIRM = "needs_to_confirm"
    QUOTES_DUE = "quotes_due"
    ROUNDS_TO_OPEN = "rounds_to_open"
    AWARDS_TO_APPROVE = "awards_to_approve"
    OBJECTIONS_OPEN = "objections_open"
    PUBLICITY_ENDED = "publicity_ended"
    PUBLICITY_ENDS = "publicity_ends"
    PRICE_REQUESTS = "price_requests"
    PT_REVIEWS = "pt_reviews"
    PT_TO_CALL = "pt_to_call"
    PT_MEETING = "pt_meeting"
    PT_BALLOT = "pt_ballot"
    PT_EVALUATIONS = "pt_evaluations"
    TEMPORARY_TO_APPROVE = "temporary_to_approve"
    ITEM_REQUESTS = "item_requests"


class Urgency(StrEnum):
    """When it is due."""

    NOW = "now"
    TODAY = "today"
    WEEK = "week"


_PAGES: Final = {
    Kind.EXPIRED: "stock",
    Kind.TO_RECEIVE: "receiving",
    Kind.URGED: "group_orders",
    Kind.TO_SIGN: "group_orders",
    Kind.SUPPLIER_SIGN: "group_orders",
    Kind.REFUSED_ORDERS: "group_orders",
    Kind.SUGGESTIONS: "replenishment",
    Kind.RETURNED_REQUISITIONS: "replenishment",
    Kind.DRAFT_REQUISITIONS: "replenishment",
    Kind.TO_APPROVE: "group_orders",
    Kind.TO_CONSOLIDATE: "group_orders",
    Kind.COLLECTING: "group_orders",
    Kind.STATEMENTS: "settlement",
    Kind.STATEMENTS_SENT: "settlement",
    Kind.SUPPLEMENTS: "awards",
    Kind.ANSWERED_ORDERS: "group_orders",
    Kind.PLEDGES_BEHIND: "awards",
    Kind.NEAR_EXPIRY: "stock",
    Kind.NEEDS_TO_CONFIRM: "negotiation",
    Kind.QUOTES_DUE: "negotiation",
    Kind.ROUNDS_TO_OPEN: "negotiation",
    Kind.AWARDS_TO_APPROVE: "awards",
    Kind.OBJECTIONS_OPEN: "awards",
    Kind.PUBLICITY_ENDED: "awards",
    Kind.PUBLICITY_ENDS: "awards",
    Kind.PRICE_REQUESTS: "awards",
    **dict.fromkeys((kind for kind in Kind if kind.startswith("pt_")), "committee"),
    Kind.TEMPORARY_TO_APPROVE: "committee",
    Kind.ITEM_REQUESTS: "mapping",
}


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder to sign (催签).

    Attributes:
        who: Who sent it; the lead hospital's name where the person is not ours to see.
        at: When (UTC).
        times: How often this order was urged.
        org_id: The member whose order it is.
        order_id: The order that was urged last.
    """

    who: str
    at: datetime
    times: int
    org_id: int
    order_id: int


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One kind of work that waits.

    Attributes:
        kind: What.
        count: How many.
        urgency: When it is due.
        names: The first few things or partners concerned.
        amount: Money concerned, None where there is none.
        due: The nearest deadline (UTC) or None.
        special: Kind's own number: for suggestions those that last less than 7 days, for
            deliveries their lines.
        since: The oldest day concerned (for expired goods the oldest expiry).
        urged: The newest reminder to sign.
    """

    kind: Kind
    count: int
    urgency: Urgency
    names: tuple[str, ...] = ()
    amount: Decimal | None = None
    due: datetime | None = None
    special: int = 0
    since: date | None = None
    urged: Reminder | None = None

    @property
    def page(self) -> str:
        """The screen where it is done."""
        return _PAGES[self.kind]


@dataclass(frozen=True, slots=True)
class Badges:
    """Counts per screen, and the screens with overdue work."""

    counts: dict[str, int] = field(default_factory=dict)
    urgent: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Ask:
    """Who asks, on which data."""

    session: Session
    actor: Actor
    orgs: tuple[int, ...]
    today: date
    now: datetime

    def for_duty(self, *duties: Duty) -> tuple[int, ...]:
        """The organisations in scope for which the person has one of the duties."""
        return tuple(org for org in self.orgs if any(self.actor.can(d, org) for d in duties))


def work(db: Database, actor: Actor, org_ids: Collection[int]) -> tuple[WorkItem, ...]:
    """What waits for this person in these organisations, the most urgent first."""
    with db.read() as session:
        ask = _Ask(
            session, actor, tuple(sorted(actor.orgs() & set(org_ids))), today(session), now(session)
        )
        found = [item for question in _QUESTIONS for item in question(ask) if item.count]
    order = tuple(Urgency)
    return tuple(sorted(found, key=lambda item: order.index(item.urgency)))


def badges(db: Database, actor: Actor, org_ids: Collection[int]) -> Badges:
    """How much waits on each screen; the workbench counts kinds of work."""
    items = work(db, actor, org_ids)
    counts: dict[str, int] = {}
    for item in items:
        if item.kind not in {Kind.NEAR_EXPIRY, Kind.PLEDGES_BEHIND, Kind.PUBLICITY_ENDS}:
            counts[item.page] = counts.get(item.page, 0) + item.count
    counts["home"] = len(items)
    overdue = any(item.urgency is Urgency.NOW for item in items)
    return Badges(counts, frozenset({"home"}) if overdue else frozenset())


def _expiring(ask: _Ask, kind: Kind, urgency: Urgency, band: ColumnElement[bool]) -> WorkItem:
    """Lots with stock in good places whose expiry lies in `band`."""
    orgs = ask.for_duty(Duty.STORE)
    rows = ask.session.execute(
        select(Item.name, Item.strength, Lot.id, func.min(Lot.expiry))
        .join(Lot, Lot.item_id == Item.id)
        .join(Balance, Balance.lot_id == Lot.id)
        .join(Place, (Place.org_id == Balance.org_id) & (Place.id == Balance.place_id))
        .where(
            Balance.org_id.in_(orgs),
            Balance.qty > 0,
            Place.zone.in_(("", "good", "pending")),
            band,
        )
        .group_by(Item.name, Item.strength, Lot.id)
        .order_by(func.min(Lot.expiry), Lot.id)
    ).all()
    names = tuple(dict.fromkeys(f"{row[0]} {row[1]}".strip() for row in rows))[:_NAMES]
    since = rows[0][3] if rows else None
    return WorkItem(kind, len(rows), urgency, names, since=since)


def _expired(ask: _Ask) -> Sequence[WorkItem]:
    return [_expiring(ask, Kind.EXPIRED, Urgency.NOW, Lot.expiry < ask.today)]


def _near_expiry(ask: _Ask) -> Sequence[WorkItem]:
    last = ask.today + timedelta(days=NEAR_DAYS)
    band = (Lot.expiry >= ask.today) & (Lot.expiry <= last)
    return [_expiring(ask, Kind.NEAR_EXPIRY, Urgency.WEEK, band)]


def _deliveries(ask: _Ask) -> Sequence[WorkItem]:
    orgs = ask.for_duty(Duty.STORE)
    lines = (
        select(func.count())
        .select_from(DeliveryLine)
        .where(
            DeliveryLine.org_id == Delivery.org_id,
            DeliveryLine.delivery_id == Delivery.id,
        )
        .correlate(Delivery)
        .scalar_subquery()
    )
    rows = ask.session.execute(
        select(Organisation.short_name, lines, Delivery.arrived_at)
        .join(Organisation, Organisation.id == Delivery.supplier_id)
        .where(
            Delivery.org_id.in_(orgs),
            Delivery.status.in_((State.ANNOUNCED, State.ACCEPTING)),
        )
        .order_by(Delivery.created_at)
    ).all()
    names = tuple(dict.fromkeys(row[0] for row in rows))[:_NAMES]
    arrived = min((row[2] for row in rows if row[2]), default=None)
    total = sum(int(row[1]) for row in rows)
    return [WorkItem(Kind.TO_RECEIVE, len(rows), Urgency.TODAY, names, due=arrived, special=total)]


def _orders(
    ask: _Ask, kind: Kind, condition: ColumnElement[bool], *, supplier: bool = False
) -> WorkItem:
    partner = MemberOrder.org_id if supplier else MemberOrder.supplier_id
    rows = ask.session.execute(
        select(Organisation.short_name, MemberOrder.amount, MemberOrder.sign_by)
        .join(Organisation, Organisation.id == partner)
        .where(condition)
        .order_by(MemberOrder.sign_by, MemberOrder.no)
    ).all()
    names = tuple(dict.fromkeys(row[0] for row in rows))[:_NAMES]
    due = min((row[2] for row in rows if row[2]), default=None)
    late = due is not None and due < ask.now
    amount = sum((row[1] for row in rows), Decimal(0))
    urgency = Urgency.NOW if late else Urgency.TODAY
    return WorkItem(kind, len(rows), urgency, names, amount, due)


def _to_sign(ask: _Ask) -> Sequence[WorkItem]:
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


def _urged(ask: _Ask, condition: ColumnElement[bool], *, supplier: bool) -> Sequence[WorkItem]:
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


def _refused(ask: _Ask) -> Sequence[WorkItem]:
    orgs = ask.for_duty(Duty.BUY)
    mine = MemberOrder.org_id.in_(orgs)
    return [
        _orders(ask, Kind.REFUSED_ORDERS, mine & (MemberOrder.status == State.REFUSED)),
        _orders(ask, Kind.ANSWERED_ORDERS, mine & (MemberOrder.status == State.ANSWERED)),
    ]


def _pledges(ask: _Ask) -> Sequence[WorkItem]:
    """Pledges that fall behind before their period ends, and supplements to decide."""
    behind = [
        row
        for row in pledge_rows(ask.session, list(ask.for_duty(Duty.BUY, Duty.SIGN)), ask.today)
        if row.pace.warns
    ]
    behind.sort(key=lambda row: (row.progress.days_left, row.progress.rate or 0))
    names = tuple(dict.fromkeys(f"{row.org} {row.name}" for row in behind))[:_NAMES]
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
    members = tuple(dict.fromkeys(row[0] for row in rows))[:_NAMES]
    return [late, WorkItem(Kind.SUPPLEMENTS, len(rows), Urgency.TODAY, members)]


def _suggestions(ask: _Ask) -> Sequence[WorkItem]:
    orgs = ask.for_duty(Duty.STORE)
    rows = ask.session.execute(
        select(
            Suggestion.chosen,
            Suggestion.unit_price,
            Suggestion.price_factor,
            Suggestion.days_left_tenths,
        ).where(
            Suggestion.org_id.in_(orgs),
            Suggestion.status == "open",
            Suggestion.picked.is_(True),
            Suggestion.chosen > 0,
        )
    ).all()
    amount = sum(
        (price * chosen / factor for chosen, price, factor, _days in rows if price is not None),
        Decimal(0),
    )
    short = sum(1 for row in rows if row[3] < 70)  # noqa: PLR2004 - 7 days in tenths
    return [WorkItem(Kind.SUGGESTIONS, len(rows), Urgency.TODAY, amount=amount, special=short)]


def _requisitions(ask: _Ask) -> Sequence[WorkItem]:
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
        names = tuple(dict.fromkeys(row[0] for row in rows))[:_NAMES]
        amount = sum((row[1] for row in rows), Decimal(0))
        found.append(WorkItem(kind, len(rows), Urgency.TODAY, names, amount))
    return found


def _collecting(ask: _Ask) -> Sequence[WorkItem]:
    rows = ask.session.execute(
        select(GroupOrder.title, GroupOrder.amount)
        .where(
            GroupOrder.org_id.in_(ask.for_duty(Duty.BUY)),
            GroupOrder.status == State.COLLECTING,
        )
        .order_by(GroupOrder.created_at)
    ).all()
    names = tuple(row[0] for row in rows)[:_NAMES]
    amount = sum((row[1] for row in rows), Decimal(0))
    return [WorkItem(Kind.COLLECTING, len(rows), Urgency.TODAY, names, amount)]


def _statements(ask: _Ask) -> Sequence[WorkItem]:
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
        names = tuple(dict.fromkeys(row[0] for row in rows))[:_NAMES]
        amount = sum((row[1] for row in rows), Decimal(0))
        found.append(WorkItem(kind, len(rows), Urgency.WEEK, names, amount))
    return found


def _bargaining(ask: _Ask) -> Sequence[WorkItem]:
    return _told(bargaining(ask.session, ask.for_duty, ask.today, ask.now))


def _catalogue(ask: _Ask) -> Sequence[WorkItem]:
    person = ask.actor.person_id
    return _told(catalogue_work(ask.session, person, ask.for_duty, ask.today, ask.now))


def _told(found: Sequence[Waiting]) -> Sequence[WorkItem]:
    return [
        WorkItem(
            Kind(one.kind),
            one.count,
            Urgency.NOW if one.late and one.kind != ENDED else _URGENCY.get(one.kind, _TODAY),
            one.names,
            due=one.due,
        )
        for one in found
    ]


_TODAY: Final = Urgency.TODAY
_URGENCY: Final = dict.fromkeys(
    (PUBLIC, NEEDS, EVALUATIONS, MEETING, TO_CALL, NEW_ITEMS), Urgency.WEEK
)
_QUESTIONS: Final[tuple[Callable[[_Ask], Sequence[WorkItem]], ...]] = (
    _expired,
    _deliveries,
    _to_sign,
    _refused,
    _suggestions,
    _requisitions,
    _collecting,
    _pledges,
    _bargaining,
    _catalogue,
    _statements,
    _near_expiry,
)
