"""A meeting of the 药事会: called with an agenda, opened with a quorum, interests declared."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError
from app.domain.formulary.ballot import TWO_THIRDS, Share, check_quorum
from app.domain.formulary.requests import Status, check_step
from app.domain.ids import new_id
from app.i18n import _
from app.models.formulary import PtAgenda, PtAttendance, PtConflict, PtMeeting, PtTurnout
from app.services import audit
from app.services.access import lead_org, require
from app.services.committee.requests import advance, load
from app.services.committee.roster import seats
from app.services.db import Database, database_of, now, today
from app.services.numbering import document_no
from app.services.operations import claim, finish


@dataclass(frozen=True, slots=True)
class PlanMeeting:
    """Call a meeting on a day.

    Attributes:
        requests: (organisation, request) in the order of the agenda; each must be agreed to.
        quorum: Share of the seats that must be present.
        majority: Share of those entitled to vote that must be in favour.
        secret: Votes are not kept by name.
    """

    op_id: UUID
    day: date
    requests: tuple[tuple[int, int], ...]
    title: str = ""
    time_text: str = "14:30"
    room: str = ""
    secret: bool = True
    quorum: Share = TWO_THIRDS
    majority: Share = TWO_THIRDS


@dataclass(frozen=True, slots=True)
class SignIn:
    """Who is present and has signed the declaration of interests (member → declared)."""

    op_id: UUID
    meeting_id: int
    present: tuple[int, ...]
    declared: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class DeclareInterest:
    """A member has an interest in an item of the agenda and will not vote on it."""

    op_id: UUID
    meeting_id: int
    seq: int
    member_id: int
    why: str


@dataclass(frozen=True, slots=True)
class MeetingMade:
    """The meeting that was called."""

    meeting_id: int
    no: str
    title: str
    seats: int
    quorum: int
    items: int


def plan_meeting(db: Database, actor: Actor, command: PlanMeeting) -> MeetingMade:
    """Call a meeting and put requests on its agenda.

    Raises:
        DomainError: The committee has no members, or the agenda is empty.
        ConflictError: A request is not ready for a meeting.
    """
    with db.write() as session:
        lead = secretary_of(session, actor)
        earlier = claim(session, actor, lead, command.op_id, "pt.meeting", command)
        if earlier is not None:
            return MeetingMade(**earlier)
        sitting = seats(session, lead, command.day)
        if not sitting:
            raise DomainError("pt.no_seats", _("药事会还没有委员。请先登记主任委员、秘书和委员。"))
        if not command.requests:
            raise DomainError("pt.no_agenda", _("议程还是空的。请先选要上会的申请。"))
        made = _write_meeting(session, actor, lead, command, len(sitting))
        session.execute(
            insert(PtAttendance),
            [
                {"org_id": lead, "meeting_id": made.meeting_id, "member_id": seat.member_id,
                 "present": False, "declared": False}
                for seat in sitting
            ],
        )  # fmt: skip
        _write_agenda(session, lead, made.meeting_id, command.requests)
        audit.record(
            session, actor, lead, "pt.meeting", ("pt_meeting", made.meeting_id),
            {"no": made.no, "day": command.day, "items": made.items, "quorum": made.quorum},
        )  # fmt: skip
        finish(session, lead, command.op_id, {
            "meeting_id": made.meeting_id, "no": made.no, "title": made.title,
            "seats": made.seats, "quorum": made.quorum, "items": made.items,
        })  # fmt: skip
        return made


def sign_in(db: Database, actor: Actor, command: SignIn) -> int:
    """Keep who came and who signed the declaration; the meeting is open once the quorum is there.

    Raises:
        DomainError: Too few came, or somebody who voted would leave.
    """
    with db.write() as session:
        lead = secretary_of(session, actor)
        earlier = claim(session, actor, lead, command.op_id, "pt.sign_in", command)
        if earlier is not None:
            return int(earlier["present"])
        meeting = meeting_of(session, lead, command.meeting_id)
        if meeting.status == "closed":
            raise ConflictError("pt.closed", _("会议已经结束，不能再签到。"))
        present, declared = set(command.present), set(command.declared)
        known = _attendees(session, lead, meeting.id)
        if present - known:
            raise DomainError("pt.stranger", _("签到名单里有不是委员的人。请刷新后再签到。"))
        _keep_voters(session, meeting, present)
        check_quorum(len(present), meeting.quorum)
        for member in known:
            session.execute(
                update(PtAttendance)
                .where(
                    PtAttendance.org_id == lead,
                    PtAttendance.meeting_id == meeting.id,
                    PtAttendance.member_id == member,
                )
                .values(present=member in present, declared=member in declared)
            )
        set_meeting(session, meeting, {"status": "open"})
        audit.record(
            session, actor, lead, "pt.sign_in", ("pt_meeting", meeting.id),
            {"present": len(present), "declared": len(declared)},
        )  # fmt: skip
        finish(session, lead, command.op_id, {"present": len(present)})
        return len(present)


def declare_interest(db: Database, actor: Actor, command: DeclareInterest) -> None:
    """Keep an interest: the secretary writes it down, or the member does.

    Raises:
        DomainError: The reason is missing.
        ConflictError: The member has voted on it already, or it is decided.
    """
    with db.write() as session:
        lead = lead_org(session, today(session))
        meeting = meeting_of(session, lead, command.meeting_id)
        _check_declarer(session, actor, lead, (meeting, command.member_id))
        if claim(session, actor, lead, command.op_id, "pt.interest", command) is not None:
            return
        if not command.why.strip():
            raise DomainError("pt.interest", _("请写明利益关系，如参与该药临床试验。"))
        item = agenda_of(session, meeting, command.seq)
        voted = session.get(PtTurnout, (lead, meeting.id, command.seq, command.member_id))
        if voted is not None or item.status == "done":
            raise ConflictError(
                "pt.late_interest",
                _("这位委员已经投票，或本项已有结果，不能再声明回避。请记入会议说明。"),
            )
        make = sqlite_insert if database_of(session).is_sqlite else pg_insert
        session.execute(
            make(PtConflict)
            .values(
                org_id=lead, meeting_id=meeting.id, seq=command.seq,
                member_id=command.member_id, why=command.why.strip(),
            )
            .on_conflict_do_nothing()
        )  # fmt: skip
        audit.record(
            session, actor, actor.org_id, "pt.interest", ("pt_meeting", meeting.id),
            {"seq": command.seq, "member": command.member_id},
        )  # fmt: skip
        finish(session, lead, command.op_id, {"done": True})


def secretary_of(session: Session, actor: Actor) -> int:
    """The lead, for whoever keeps the committee's papers; raises otherwise."""
    lead = lead_org(session, today(session))
    require(actor, Duty.CATALOGUE, lead)
    return lead


def meeting_of(session: Session, lead: int, meeting_id: int) -> PtMeeting:
    """The meeting; raises `DomainError` when there is none."""
    found = session.get(PtMeeting, (lead, meeting_id))
    if found is None:
        raise DomainError("pt.no_meeting", _("没有找到这次会议。请刷新后再看。"))
    return found


def agenda_of(session: Session, meeting: PtMeeting, seq: int) -> PtAgenda:
    """One item of the agenda; raises `DomainError` when there is none."""
    found = session.get(PtAgenda, (meeting.org_id, meeting.id, seq))
    if found is None:
        raise DomainError("pt.no_item", _("议程里没有第 {seq} 项。请刷新后再看。", seq=seq))
    return found


def set_meeting(session: Session, meeting: PtMeeting, values: dict[str, Any]) -> None:
    """Change a meeting, unless somebody else did so meanwhile."""
    done = session.scalars(
        update(PtMeeting)
        .where(
            PtMeeting.org_id == meeting.org_id,
            PtMeeting.id == meeting.id,
            PtMeeting.version == meeting.version,
        )
        .values(version=meeting.version + 1, **values)
        .returning(PtMeeting.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not done:
        raise ConflictError("pt.meeting_changed", _("会议刚被别人改过。请刷新后再看。"))
    session.refresh(meeting)


def _write_meeting(
    session: Session, actor: Actor, lead: int, command: PlanMeeting, sitting: int
) -> MeetingMade:
    year = command.day.year
    earlier = session.scalar(
        select(func.count())
        .select_from(PtMeeting)
        .where(
            PtMeeting.org_id == lead,
            PtMeeting.day >= date(year, 1, 1),
            PtMeeting.day <= date(year, 12, 31),
        )
    )
    title = command.title.strip() or _(
        "{year} 年第 {n} 次药事会", year=year, n=int(earlier or 0) + 1
    )
    made = MeetingMade(
        new_id(), document_no(session, lead, "HY", today(session)), title, sitting,
        command.quorum.of(sitting), len(command.requests),
    )  # fmt: skip
    session.add(
        PtMeeting(
            org_id=lead, id=made.meeting_id, no=made.no, title=title, day=command.day,
            time_text=command.time_text, room=command.room, status="planned",
            secret=command.secret, seats=sitting, quorum=made.quorum,
            majority_num=command.majority.num, majority_den=command.majority.den,
            created_at=now(session), created_by=actor.person_id,
        )
    )  # fmt: skip
    session.flush()
    return made


def _write_agenda(
    session: Session, lead: int, meeting_id: int, requests: tuple[tuple[int, int], ...]
) -> None:
    for seq, (org, request_id) in enumerate(requests, 1):
        request = load(session, org, request_id)
        check_step(Status(request.status), Status.SCHEDULED)
        advance(session, request, Status.SCHEDULED, request.version, {})
        session.add(
            PtAgenda(
                org_id=lead, meeting_id=meeting_id, seq=seq, request_org_id=org,
                request_id=request_id, status="waiting",
            )
        )  # fmt: skip
    session.flush()


def _attendees(session: Session, lead: int, meeting_id: int) -> frozenset[int]:
    return frozenset(
        session.scalars(
            select(PtAttendance.member_id).where(
                PtAttendance.org_id == lead, PtAttendance.meeting_id == meeting_id
            )
        )
    )


def _keep_voters(session: Session, meeting: PtMeeting, present: set[int]) -> None:
    voted = frozenset(
        session.scalars(
            select(PtTurnout.member_id).where(
                PtTurnout.org_id == meeting.org_id, PtTurnout.meeting_id == meeting.id
            )
        )
    )
    if voted - present:
        raise DomainError("pt.voted", _("已投票的委员不能改成未到。请保留签到。"))


def _check_declarer(
    session: Session, actor: Actor, lead: int, whose: tuple[PtMeeting, int]
) -> None:
    meeting, member = whose
    own = any(
        seat.member_id == member and seat.person_id == actor.person_id
        for seat in seats(session, lead, meeting.day)
    )
    if not own:
        require(actor, Duty.CATALOGUE, lead)
