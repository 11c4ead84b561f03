"""What of a negotiation waits: needs, quotes, openings, approvals, publicity, price requests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from app.domain.days import ZONE
from app.domain.documents import State
from app.domain.duties import Duty
from app.models.awards import AwardDecision, AwardObjection, PriceRequest
from app.models.item import Item
from app.models.negotiation import (
    Award,
    BidSheet,
    Negotiation,
    NegotiationInvitation,
    NegotiationMember,
    NegotiationRound,
)

_NAMES: Final = 3
NEEDS, QUOTES, OPENINGS = "needs_to_confirm", "quotes_due", "rounds_to_open"
APPROVALS, OBJECTIONS = "awards_to_approve", "objections_open"
ENDED, PUBLIC, REQUESTS = "publicity_ended", "publicity_ends", "price_requests"
_RUNNING: Final = (State.QUOTING, State.BARGAINING)
Orgs = Callable[..., tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One kind of work: what, how many, the first titles, the nearest deadline."""

    kind: str
    count: int
    names: tuple[str, ...]
    due: datetime | None
    late: bool


def bargaining(session: Session, orgs: Orgs, day: date, now: datetime) -> Sequence[Waiting]:
    """What waits for a person; `orgs` gives the organisations for which it has some duty."""
    found = [
        told(session, NEEDS, _needs(orgs(Duty.SIGN)), now),
        told(session, QUOTES, _quotes(orgs(Duty.SUPPLY), now), now),
        told(session, OPENINGS, _openings(orgs(Duty.BUY), now), now),
        told(session, APPROVALS, _approvals(orgs(Duty.SIGN)), now),
        told(session, OBJECTIONS, _objections(orgs(Duty.SIGN)), now),
        told(session, ENDED, _public(orgs(Duty.BUY), AwardDecision.public_to < day), now),
        told(session, PUBLIC, _public(orgs(Duty.BUY), AwardDecision.public_to >= day), now),
        told(session, REQUESTS, _requests(orgs(Duty.SIGN), orgs(Duty.BUY)), now),
    ]
    return [one for one in found if one.count]


def told(session: Session, kind: str, question: Select[Any, Any], now: datetime) -> Waiting:
    """The answer to a question for (title, deadline or day) of each thing that waits."""
    rows = session.execute(question).all()
    due = min((_moment(row[1]) for row in rows if row[1] is not None), default=None)
    names = tuple(dict.fromkeys(str(row[0]) for row in rows))[:_NAMES]
    return Waiting(kind, len(rows), names, due, due is not None and due < now)


def _moment(value: date | datetime) -> datetime:
    """A moment as it is, a day as its end."""
    return value if isinstance(value, datetime) else datetime.combine(value, time.max, ZONE)


def _needs(orgs: Iterable[int]) -> Select[Any, Any]:
    return (
        select(Negotiation.title, NegotiationMember.due_on)
        .join(Negotiation, Negotiation.id == NegotiationMember.negotiation_id)
        .where(
            NegotiationMember.org_id.in_(orgs),
            NegotiationMember.confirmed_at.is_(None),
            Negotiation.status == State.NEEDING,
        )
    )


def _round_in_hand() -> Select[Any, Any]:
    return (
        select(Negotiation.title, NegotiationRound.deadline)
        .join(
            NegotiationRound,
            (NegotiationRound.org_id == Negotiation.org_id)
            & (NegotiationRound.negotiation_id == Negotiation.id)
            & (NegotiationRound.round == Negotiation.round),
        )
        .where(Negotiation.status.in_(_RUNNING), NegotiationRound.opened_at.is_(None))
    )


def _quotes(orgs: Iterable[int], now: datetime) -> Select[Any, Any]:
    """Rounds that take bids and have none of the supplier yet."""
    said = exists().where(
        BidSheet.org_id == NegotiationRound.org_id,
        BidSheet.negotiation_id == NegotiationRound.negotiation_id,
        BidSheet.round == NegotiationRound.round,
        BidSheet.supplier_id == NegotiationInvitation.supplier_id,
    )
    return (
        _round_in_hand()
        .join(
            NegotiationInvitation,
            (NegotiationInvitation.org_id == Negotiation.org_id)
            & (NegotiationInvitation.negotiation_id == Negotiation.id),
        )
        .where(
            NegotiationInvitation.supplier_id.in_(orgs),
            NegotiationInvitation.quitted.is_(None),
            NegotiationRound.deadline > now,
            ~said,
        )
    )


def _openings(orgs: Iterable[int], now: datetime) -> Select[Any, Any]:
    return _round_in_hand().where(
        Negotiation.org_id.in_(orgs), NegotiationRound.deadline <= now
    )  # fmt: skip


def _decisions() -> Select[Any, Any]:
    """Submissions in hand: not sent back, not in force."""
    return (
        select(Negotiation.title, AwardDecision.public_to)
        .join(
            Award,
            (Award.org_id == AwardDecision.org_id) & (Award.id == AwardDecision.award_id),
        )
        .join(
            Negotiation,
            (Negotiation.org_id == Award.org_id) & (Negotiation.id == Award.negotiation_id),
        )
        .where(AwardDecision.returned_at.is_(None), AwardDecision.in_force_at.is_(None))
    )


def _approvals(orgs: Iterable[int]) -> Select[Any, Any]:
    return _decisions().where(Award.org_id.in_(orgs), Award.status == State.SUBMITTED)


def _objections(orgs: Iterable[int]) -> Select[Any, Any]:
    return (
        _decisions()
        .join(
            AwardObjection,
            (AwardObjection.org_id == Award.org_id) & (AwardObjection.award_id == Award.id),
        )
        .where(
            Award.org_id.in_(orgs),
            Award.status == State.PUBLICITY,
            AwardObjection.attempt == AwardDecision.attempt,
            AwardObjection.outcome.is_(None),
        )
    )


def _public(orgs: Iterable[int], when: Any) -> Select[Any, Any]:
    return _decisions().where(Award.org_id.in_(orgs), Award.status == State.PUBLICITY, when)


def _requests(signing: Iterable[int], buying: Iterable[int]) -> Select[Any, Any]:
    mine = PriceRequest.org_id.in_(signing) & (PriceRequest.status == State.SUBMITTED)
    mine |= PriceRequest.org_id.in_(buying) & (PriceRequest.status == State.APPROVED)
    return select(Item.name, PriceRequest.valid_from).join(
        Item, Item.id == PriceRequest.item_id
    ).where(mine)  # fmt: skip
