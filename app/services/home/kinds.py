"""What a piece of open work is: its kind, how urgent, where it is done, and who asks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final

from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty

NAMES: Final = 3
"""How many things or partners an entry names."""


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
    SHORT_TO_AGREE = "short_to_agree"
    SHORT_TO_SETTLE = "short_to_settle"
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
    RECALLS = "recalls"
    TRANSFERS_TO_ANSWER = "transfers_to_answer"
    TRANSFERS_TO_APPROVE = "transfers_to_approve"
    TRANSFERS_TO_SEND = "transfers_to_send"
    TRANSFERS_TO_CLEAR = "transfers_to_clear"
    TRANSFERS_TO_ACCEPT = "transfers_to_accept"
    TRANSFERS_TO_SUBMIT = "transfers_to_submit"
    LOANS_DUE = "loans_due"
    COUNTS_TO_APPROVE = "counts_to_approve"
    COUNTS_TO_POST = "counts_to_post"
    DISPOSALS_TO_APPROVE = "disposals_to_approve"
    DISPOSALS_TO_CARRY = "disposals_to_carry"
    EXPIRY_ACTIONS = "expiry_actions"
    CLIMATE = "climate"


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
    Kind.SHORT_TO_AGREE: "group_orders",
    Kind.SHORT_TO_SETTLE: "group_orders",
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
    Kind.RECALLS: "recall",
    Kind.EXPIRY_ACTIONS: "recall",
    Kind.CLIMATE: "upkeep",
    **dict.fromkeys((kind for kind in Kind if kind.startswith("transfers_")), "transfers"),
    Kind.LOANS_DUE: "transfers",
    **dict.fromkeys((kind for kind in Kind if kind.startswith("counts_")), "counting"),
    **dict.fromkeys((kind for kind in Kind if kind.startswith("disposals_")), "counting"),
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
            deliveries their lines, for places out of range the lots in them.
        since: The oldest day concerned (for expired goods the oldest expiry).
        urged: The newest reminder to sign.
        order: The one to open first, as (member, order); zeros where the page will do.
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
    order: tuple[int, int] = (0, 0)

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
class Ask:
    """Who asks, on which data."""

    session: Session
    actor: Actor
    orgs: tuple[int, ...]
    today: date
    now: datetime

    def for_duty(self, *duties: Duty) -> tuple[int, ...]:
        """The organisations in scope for which the person has one of the duties."""
        return tuple(org for org in self.orgs if any(self.actor.can(d, org) for d in duties))
