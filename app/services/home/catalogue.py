"""What of the catalogue and 药事会 waits: reviews, meetings, ballots, evaluations, new items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import Session

from app.domain.documents import State
from app.domain.duties import Duty
from app.domain.formulary.requests import Status
from app.models.formulary import (
    CommitteeMember,
    PtAgenda,
    PtConflict,
    PtMeeting,
    PtRequest,
    PtTurnout,
    TemporaryPurchase,
)
from app.models.item import Item
from app.models.mapping import ItemRequest
from app.models.party import Organisation
from app.services.home.bargaining import Orgs, Waiting, told

REVIEWS, TO_CALL, MEETING = "pt_reviews", "pt_to_call", "pt_meeting"
BALLOT, EVALUATIONS = "pt_ballot", "pt_evaluations"
TEMPORARY, NEW_ITEMS = "temporary_to_approve", "item_requests"
_SOON: Final = 60
"""An evaluation is told so many days before its last day."""


def catalogue_work(
    session: Session, person_id: int, orgs: Orgs, day: date, now: datetime
) -> Sequence[Waiting]:
    """What waits for a person; `orgs` gives the organisations for which it has some duty."""
    keeps = orgs(Duty.CATALOGUE)
    found = [
        told(session, REVIEWS, _requests(orgs(Duty.SIGN), Status.SUBMITTED), now),
        told(session, TO_CALL, _requests(keeps, Status.AGREED), now),
        told(session, MEETING, _meetings(person_id, day), now),
        told(session, BALLOT, _ballots(person_id, day), now),
        told(session, EVALUATIONS, _evaluations(orgs(Duty.STORE, Duty.CATALOGUE), day), now),
        told(session, TEMPORARY, _temporary(orgs(Duty.SIGN)), now),
        told(session, NEW_ITEMS, _new_items(keeps), now),
    ]
    return [one for one in found if one.count]


def _requests(orgs: Iterable[int], status: Status) -> Select[Any, Any]:
    return (
        select(Item.name, PtRequest.effective_on)
        .select_from(PtRequest)
        .join(Item, Item.id == PtRequest.item_id)
        .where(PtRequest.org_id.in_(orgs), PtRequest.status == status.value)
        .order_by(PtRequest.created_at)
    )


def _seated(person_id: int, day: date) -> Any:
    """The person's seat on the committee of the meeting's organisation."""
    return and_(
        CommitteeMember.org_id == PtMeeting.org_id,
        CommitteeMember.person_id == person_id,
        CommitteeMember.valid_from <= day,
        or_(CommitteeMember.valid_to.is_(None), CommitteeMember.valid_to > day),
    )


def _meetings(person_id: int, day: date) -> Select[Any, Any]:
    return (
        select(PtMeeting.title, PtMeeting.day)
        .join(CommitteeMember, _seated(person_id, day))
        .where(PtMeeting.status == "planned", PtMeeting.day >= day)
        .order_by(PtMeeting.day)
    )


def _ballots(person_id: int, day: date) -> Select[Any, Any]:
    """Items in the ballot on which the person may vote and has not."""
    keys = (PtAgenda.org_id, PtAgenda.meeting_id, PtAgenda.seq)

    def noted(table: type[PtTurnout | PtConflict]) -> Any:
        return exists().where(
            table.org_id == keys[0],
            table.meeting_id == keys[1],
            table.seq == keys[2],
            table.member_id == CommitteeMember.id,
        )

    return (
        select(Item.name, PtMeeting.day)
        .select_from(PtAgenda)
        .join(
            PtMeeting,
            (PtMeeting.org_id == PtAgenda.org_id) & (PtMeeting.id == PtAgenda.meeting_id),
        )
        .join(CommitteeMember, _seated(person_id, day))
        .join(
            PtRequest,
            (PtRequest.org_id == PtAgenda.request_org_id) & (PtRequest.id == PtAgenda.request_id),
        )
        .join(Item, Item.id == PtRequest.item_id)
        .where(PtAgenda.status == "voting", ~noted(PtTurnout), ~noted(PtConflict))
    )


def _evaluations(orgs: Iterable[int], day: date) -> Select[Any, Any]:
    last = date.fromordinal(day.toordinal() + _SOON)
    return (
        select(Item.name, PtRequest.evaluate_by)
        .select_from(PtRequest)
        .join(Item, Item.id == PtRequest.item_id)
        .where(
            PtRequest.org_id.in_(orgs),
            PtRequest.status == Status.EFFECTIVE.value,
            PtRequest.evaluate_by.is_not(None),
            PtRequest.evaluate_by <= last,
        )
        .order_by(PtRequest.evaluate_by)
    )


def _temporary(orgs: Iterable[int]) -> Select[Any, Any]:
    return (
        select(Item.name, TemporaryPurchase.decided_on)
        .select_from(TemporaryPurchase)
        .join(Item, Item.id == TemporaryPurchase.item_id)
        .where(TemporaryPurchase.org_id.in_(orgs), TemporaryPurchase.status == "asked")
    )


def _new_items(orgs: Iterable[int]) -> Select[Any, Any]:
    return (
        select(Organisation.short_name, ItemRequest.decided_at)
        .select_from(ItemRequest)
        .join(Organisation, Organisation.id == ItemRequest.org_id)
        .where(ItemRequest.org_id.in_(orgs), ItemRequest.status == State.SUBMITTED.value)
        .order_by(ItemRequest.created_at)
    )
