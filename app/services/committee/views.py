"""Reading the committee's papers: requests, meetings, and a meeting as its page shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.formulary.ballot import Count
from app.domain.formulary.precheck import Check
from app.domain.formulary.requests import Kind, Status
from app.i18n import _
from app.models.formulary import (
    PtAgenda,
    PtAttendance,
    PtConflict,
    PtMeeting,
    PtRequest,
    PtTurnout,
)
from app.models.item import Item
from app.models.party import Maker, Organisation
from app.services.access import lead_org
from app.services.committee.facts import (
    Alternative,
    Wish,
    alternatives,
    class_name,
    read_checks,
)
from app.services.committee.meetings import meeting_of
from app.services.committee.requests import load
from app.services.committee.roster import Seat, seats
from app.services.committee.voting import count_of, present_count
from app.services.db import Database, today


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request."""

    org_id: int
    request_id: int
    no: str
    org: str
    kind: str
    item_id: int
    code: str
    name: str
    spec: str
    maker: str
    replaces: str
    department: str
    applicant: str
    reason: str
    evidence: str
    yearly_qty: int
    base_unit: str
    pack_factor: int
    unit_price: Decimal | None
    checks: tuple[Check, ...]
    status: str
    result: str
    result_note: str
    effective_on: date | None
    evaluate_by: date | None
    verdict: str
    version: int

    def check(self, name: str) -> Check | None:
        """One line of the pre-check."""
        return next((check for check in self.checks if check.name == name), None)


@dataclass(frozen=True, slots=True)
class RequestView:
    """A request with what is used of the same class."""

    row: RequestRow
    class_name: str
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """One meeting."""

    meeting_id: int
    no: str
    title: str
    day: date
    time_text: str
    room: str
    status: str
    items: int
    done: int


@dataclass(frozen=True, slots=True)
class Attendee:
    """A member of the committee at a meeting."""

    seat: Seat
    present: bool
    declared: bool


@dataclass(frozen=True, slots=True)
class AgendaRow:
    """One item of the agenda.

    Attributes:
        interests: (member, name, why) of those who have no vote on it.
        waiting: Names of those who may vote and have not.
    """

    seq: int
    status: str
    result: str
    note: str
    request: RequestRow
    count: Count
    interests: tuple[tuple[int, str, str], ...]
    waiting: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MeetingView:
    """A meeting as its page shows it."""

    row: MeetingRow
    secret: bool
    seats: int
    quorum: int
    present: int
    majority: str
    chair: str
    attendees: tuple[Attendee, ...]
    agenda: tuple[AgendaRow, ...]

    @property
    def declared(self) -> int:
        """How many of those present signed the declaration of interests."""
        return sum(one.present and one.declared for one in self.attendees)

    @property
    def excluded(self) -> int:
        """How many members have an interest in some item."""
        return len({member for item in self.agenda for member, _name, _why in item.interests})


def requests(db: Database, actor: Actor, *statuses: str) -> tuple[RequestRow, ...]:
    """Requests that the actor may see, the newest first."""
    with db.read() as session:
        statement = _requests().order_by(PtRequest.created_at.desc(), PtRequest.id.desc())
        if session.bind is not None and session.bind.dialect.name == "sqlite":
            public = [status.value for status in Status if status not in _PRIVATE]
            statement = statement.where(
                PtRequest.org_id.in_(actor.orgs()) | PtRequest.status.in_(public)
            )
        if statuses:
            statement = statement.where(PtRequest.status.in_(statuses))
        return tuple(_read(session, statement))


def request_view(db: Database, actor: Actor, org_id: int, request_id: int) -> RequestView:
    """One request with its alternatives."""
    with db.read() as session:
        request = load(session, org_id, request_id)
        row = next(_read(session, _requests().where(
            PtRequest.org_id == org_id, PtRequest.id == request_id)))  # fmt: skip
        wish = Wish(
            org_id, Kind(request.kind), request.item_id, request.replaces_item_id or 0,
            request.yearly_qty, request.unit_price,
        )  # fmt: skip
        return RequestView(
            row, class_name(session, request.item_id), alternatives(session, actor, wish)
        )


def request_by_no(db: Database, actor: Actor, no: str) -> RequestRow:
    """The request with a number; raises `DomainError` when there is none."""
    for row in requests(db, actor):
        if row.no == no:
            return row
    raise DomainError("pt.unknown", _("没有申请 {no}。请核对单号。", no=no))


def meetings(db: Database, actor: Actor) -> tuple[MeetingRow, ...]:
    """The group's meetings, the newest first."""
    del actor
    with db.read() as session:
        lead = lead_org(session, today(session))
        found = session.scalars(
            select(PtMeeting)
            .where(PtMeeting.org_id == lead)
            .order_by(PtMeeting.day.desc(), PtMeeting.created_at.desc())
        ).all()
        return tuple(_meeting_row(session, meeting) for meeting in found)


def meeting_by_no(db: Database, actor: Actor, no: str) -> MeetingRow:
    """The meeting with a number, the newest for ``last``; raises `DomainError`."""
    found = meetings(db, actor)
    if no == "last" and found:
        return found[0]
    for row in found:
        if row.no == no:
            return row
    raise DomainError("pt.no_meeting", _("没有会议 {no}。请核对编号。", no=no))


def meeting_view(db: Database, actor: Actor, meeting_id: int) -> MeetingView:
    """A meeting with who came, its agenda and the state of its ballots."""
    del actor
    with db.read() as session:
        lead = lead_org(session, today(session))
        meeting = meeting_of(session, lead, meeting_id)
        people = _attendees(session, meeting)
        items = session.scalars(
            select(PtAgenda)
            .where(PtAgenda.org_id == lead, PtAgenda.meeting_id == meeting.id)
            .order_by(PtAgenda.seq)
        ).all()
        return MeetingView(
            row=_meeting_row(session, meeting),
            secret=meeting.secret,
            seats=meeting.seats,
            quorum=meeting.quorum,
            present=present_count(session, meeting),
            majority=f"{meeting.majority_num}/{meeting.majority_den}",
            chair=next((one.seat.name for one in people if one.seat.role == "chair"), ""),
            attendees=people,
            agenda=tuple(_agenda_row(session, meeting, item, people) for item in items),
        )


_PRIVATE = (Status.DRAFT, Status.SUBMITTED, Status.RETURNED, Status.WITHDRAWN)


def _requests() -> Select[PtRequest, Item, str, str]:
    return (
        select(PtRequest, Item, Maker.short_name, Organisation.short_name)
        .join(Item, Item.id == PtRequest.item_id)
        .join(Maker, Maker.id == Item.maker_id)
        .join(Organisation, Organisation.id == PtRequest.org_id)
    )


def _read(session: Session, statement: Select[PtRequest, Item, str, str]) -> Iterator[RequestRow]:
    rows = session.execute(statement).all()
    replaced = {row[0].replaces_item_id for row in rows} - {None}
    names = {
        item.id: f"{item.name} {item.spec}"
        for item in session.scalars(select(Item).where(Item.id.in_(replaced)))
    }
    return iter([_request_row(*row, names) for row in rows])


def _request_row(
    request: PtRequest, item: Item, maker: str, org: str, names: dict[int, str]
) -> RequestRow:
    return RequestRow(
        org_id=request.org_id,
        request_id=request.id,
        no=request.no,
        org=org,
        kind=request.kind,
        item_id=item.id,
        code=item.code,
        name=item.name,
        spec=item.spec,
        maker=maker,
        replaces=names.get(request.replaces_item_id or 0, ""),
        department=request.department,
        applicant=request.applicant,
        reason=request.reason,
        evidence=request.evidence,
        yearly_qty=request.yearly_qty,
        base_unit=item.base_unit,
        pack_factor=item.pack_factor,
        unit_price=request.unit_price,
        checks=read_checks(request.checks),
        status=request.status,
        result=request.result or "",
        result_note=request.result_note or "",
        effective_on=request.effective_on,
        evaluate_by=request.evaluate_by,
        verdict=request.verdict or "",
        version=request.version,
    )


def _meeting_row(session: Session, meeting: PtMeeting) -> MeetingRow:
    states = session.scalars(
        select(PtAgenda.status).where(
            PtAgenda.org_id == meeting.org_id, PtAgenda.meeting_id == meeting.id
        )
    ).all()
    return MeetingRow(
        meeting.id, meeting.no, meeting.title, meeting.day, meeting.time_text, meeting.room,
        meeting.status, len(states), sum(state == "done" for state in states),
    )  # fmt: skip


def _attendees(session: Session, meeting: PtMeeting) -> tuple[Attendee, ...]:
    came = {
        row.member_id: row
        for row in session.scalars(
            select(PtAttendance).where(
                PtAttendance.org_id == meeting.org_id, PtAttendance.meeting_id == meeting.id
            )
        )
    }
    return tuple(
        Attendee(seat, came[seat.member_id].present, came[seat.member_id].declared)
        for seat in seats(session, meeting.org_id, meeting.day)
        if seat.member_id in came
    )


def _agenda_row(
    session: Session, meeting: PtMeeting, item: PtAgenda, people: tuple[Attendee, ...]
) -> AgendaRow:
    where = (item.org_id, item.meeting_id, item.seq)
    interests = {
        row.member_id: row.why
        for row in session.scalars(
            select(PtConflict).where(
                PtConflict.org_id == where[0],
                PtConflict.meeting_id == where[1],
                PtConflict.seq == where[2],
            )
        )
    }
    voted = frozenset(
        session.scalars(
            select(PtTurnout.member_id).where(
                PtTurnout.org_id == where[0],
                PtTurnout.meeting_id == where[1],
                PtTurnout.seq == where[2],
            )
        )
    )
    request = next(iter(_read(session, _requests().where(
        PtRequest.org_id == item.request_org_id, PtRequest.id == item.request_id))))  # fmt: skip
    waiting = tuple(
        one.seat.name
        for one in people
        if one.present and one.seat.member_id not in voted and one.seat.member_id not in interests
    )
    return AgendaRow(
        seq=item.seq,
        status=item.status,
        result=item.result or "",
        note=item.note or "",
        request=request,
        count=count_of(session, meeting, item),
        interests=tuple(
            (one.seat.member_id, one.seat.name, interests[one.seat.member_id])
            for one in people
            if one.seat.member_id in interests
        ),
        waiting=waiting if item.status == "voting" else (),
    )
