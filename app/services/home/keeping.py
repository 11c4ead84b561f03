"""Open work of the keepers: recalls, goods between members, counts, write-offs, lots to be used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import QueryableAttribute

from app.domain.duties import Duty
from app.domain.stock.counting import CountState, DisposalState
from app.domain.transfers.states import OPEN_LOAN, Kind as Way, TransferState
from app.models.counting import Disposal, StockCount
from app.models.item import Item
from app.models.party import Organisation
from app.models.recall import ExpiryAction, Recall, RecallReply
from app.models.transfer import Transfer
from app.services.access import lead_org
from app.services.home.kinds import NAMES, Ask, Kind, Urgency, WorkItem
from app.services.transfers.listing import unbooked

SOON: Final = timedelta(days=7)
"""How long before its day a loan or a near-expiry task is told about."""


def keeping(ask: Ask) -> Sequence[WorkItem]:
    """What waits for the keepers of a store, or for who approves there."""
    return [*_recalls(ask), *_transfers(ask), *_loans(ask), *_papers(ask), *_expiry_actions(ask)]


def _found(ask: Ask, kind: Kind, urgency: Urgency, names: Select[*tuple[Any, ...]]) -> WorkItem:
    """One kind of work from rows whose first column names what waits."""
    return _told(kind, urgency, [row[0] for row in ask.session.execute(names)])


def _due(ask: Ask, kind: Kind, names: Select[*tuple[Any, ...]]) -> WorkItem:
    """Rows of a name and a day, the earliest first: at once when a day has gone by."""
    rows = ask.session.execute(names).all()
    late = bool(rows) and rows[0][1] < ask.today
    return _told(kind, Urgency.NOW if late else Urgency.WEEK, [row[0] for row in rows])


def _told(kind: Kind, urgency: Urgency, words: Sequence[str]) -> WorkItem:
    return WorkItem(kind, len(words), urgency, tuple(dict.fromkeys(words))[:NAMES])


def _recalls(ask: Ask) -> Sequence[WorkItem]:
    """Recalls in force that a member has not answered yet."""
    orgs = ask.for_duty(Duty.STORE)
    answered = select(RecallReply.recall_id).where(
        RecallReply.org_id == Organisation.id, RecallReply.recall_id == Recall.id
    )
    waiting = (
        select(Recall.no)
        .join(Organisation, Organisation.id.in_(orgs))
        .where(Recall.status == "active", ~answered.exists())
        .order_by(Recall.started_at)
    )
    return [_found(ask, Kind.RECALLS, Urgency.NOW, waiting)]


def _transfers(ask: Ask) -> Sequence[WorkItem]:
    """Transfers whose next step is this person's, up to booking what did not arrive whole."""
    stores = ask.for_duty(Duty.STORE)
    group = lead_org(ask.session, ask.today) in ask.for_duty(Duty.BUY, Duty.SIGN)
    giving, getting = Transfer.donor_id.in_(stores), Transfer.org_id.in_(stores)
    steps: list[tuple[Kind, ColumnElement[bool], QueryableAttribute[int]]] = [
        (Kind.TRANSFERS_TO_ANSWER, _at(TransferState.DONOR) & giving, Transfer.org_id),
        (Kind.TRANSFERS_TO_SEND, _at(TransferState.APPROVED) & giving, Transfer.org_id),
        (Kind.TRANSFERS_TO_CLEAR, unbooked() & giving, Transfer.org_id),
        (Kind.TRANSFERS_TO_ACCEPT, _at(TransferState.IN_TRANSIT) & getting, Transfer.donor_id),
        (Kind.TRANSFERS_TO_SUBMIT, _at(TransferState.DRAFT) & getting, Transfer.donor_id),
    ]
    if group:
        steps.append((Kind.TRANSFERS_TO_APPROVE, _at(TransferState.REVIEW), Transfer.org_id))
    return [
        _found(
            ask, kind, Urgency.TODAY,
            select(Organisation.short_name)
            .join(Transfer, Organisation.id == partner)
            .where(mine)
            .order_by(Transfer.due_on, Transfer.id),
        )
        for kind, mine, partner in steps
    ]  # fmt: skip


def _at(state: TransferState) -> ColumnElement[bool]:
    return Transfer.status == state.value


def _loans(ask: Ask) -> Sequence[WorkItem]:
    """Loans to give back within a week; late ones come first."""
    owed = (
        select(Transfer.no, Transfer.return_by)
        .where(
            Transfer.org_id.in_(ask.for_duty(Duty.STORE)),
            Transfer.kind == Way.LOAN.value,
            Transfer.status.in_([state.value for state in OPEN_LOAN]),
            Transfer.return_by <= ask.today + SOON,
        )
        .order_by(Transfer.return_by)
    )
    return [_due(ask, Kind.LOANS_DUE, owed)]


def _papers(ask: Ask) -> Sequence[WorkItem]:
    """Counts and write-offs: approved by another person, then booked by a keeper."""
    me, stores = ask.actor.person_id, ask.for_duty(Duty.STORE)
    either = ask.for_duty(Duty.STORE, Duty.SIGN)
    count, paper = select(StockCount.no), select(Disposal.no)
    return [
        _found(
            ask, Kind.COUNTS_TO_APPROVE, Urgency.TODAY,
            count.where(StockCount.status == CountState.TO_APPROVE.value,
                        StockCount.org_id.in_(either), StockCount.submitted_by != me),
        ),
        _found(
            ask, Kind.COUNTS_TO_POST, Urgency.TODAY,
            count.where(StockCount.status == CountState.APPROVED.value,
                        StockCount.org_id.in_(stores)),
        ),
        _found(
            ask, Kind.DISPOSALS_TO_APPROVE, Urgency.TODAY,
            paper.where(Disposal.status == DisposalState.TO_APPROVE.value,
                        Disposal.org_id.in_(either), Disposal.made_by != me),
        ),
        _found(
            ask, Kind.DISPOSALS_TO_CARRY, Urgency.WEEK,
            paper.where(Disposal.status == DisposalState.APPROVED.value,
                        Disposal.org_id.in_(stores)),
        ),
    ]  # fmt: skip


def _expiry_actions(ask: Ask) -> Sequence[WorkItem]:
    """What this person took on to do with lots that run out."""
    due = (
        select(Item.name, ExpiryAction.due_on)
        .join(Item, Item.id == ExpiryAction.item_id)
        .where(
            ExpiryAction.org_id.in_(ask.orgs),
            ExpiryAction.person_id == ask.actor.person_id,
            ExpiryAction.status == "open",
            ExpiryAction.due_on <= ask.today + SOON,
        )
        .order_by(ExpiryAction.due_on, ExpiryAction.id)
    )
    return [_due(ask, Kind.EXPIRY_ACTIONS, due)]
