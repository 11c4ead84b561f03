"""What decisions do to the lists: on the effective day an item comes in, is replaced or goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.domain.errors import ConflictError, DomainError
from app.domain.formulary.requests import Kind, Result, Status, check_step, evaluate_between
from app.i18n import _
from app.models.formulary import PtAgenda, PtMeeting, PtRequest
from app.services import audit
from app.services.access import group_orgs
from app.services.committee.meetings import meeting_of, secretary_of, set_meeting
from app.services.committee.requests import advance, load
from app.services.db import Database, now, today
from app.services.formulary.entries import Change, put_in, take_off
from app.services.formulary.items import GROUP, standing
from app.services.operations import claim, finish


@dataclass(frozen=True, slots=True)
class CloseMeeting:
    """End a meeting; what was passed holds from `effective_on`. Items not reached go back."""

    op_id: UUID
    meeting_id: int
    effective_on: date


@dataclass(frozen=True, slots=True)
class MeetingClosed:
    """What the meeting changed."""

    meeting_id: int
    decided: int
    entries: int
    waiting: int


def close_meeting(db: Database, actor: Actor, command: CloseMeeting) -> MeetingClosed:
    """End a meeting and write its decisions into the lists.

    Raises:
        DomainError: The effective day lies before the meeting.
        ConflictError: An item is being voted on, or the meeting is closed.
    """
    with db.write() as session:
        lead = secretary_of(session, actor)
        earlier = claim(session, actor, lead, command.op_id, "pt.end", command)
        if earlier is not None:
            return MeetingClosed(**earlier)
        meeting = meeting_of(session, lead, command.meeting_id)
        items = _agenda(session, meeting)
        _check_end(meeting, items, command.effective_on)
        changed = decided = waiting = 0
        for item in items:
            request = load(session, item.request_org_id, item.request_id)
            if item.status == "waiting":
                advance(session, request, Status.AGREED, request.version, {})
                waiting += 1
            elif item.result and Result(item.result).changes_list:
                changed += put_in_force(session, actor, request, command.effective_on)
                decided += 1
        set_meeting(session, meeting, {"status": "closed", "closed_at": now(session)})
        done = MeetingClosed(meeting.id, decided, changed, waiting)
        audit.record(
            session, actor, lead, "pt.end", ("pt_meeting", meeting.id),
            {"decided": decided, "entries": changed, "effective_on": command.effective_on},
        )  # fmt: skip
        finish(session, lead, command.op_id, {
            "meeting_id": done.meeting_id, "decided": decided, "entries": changed,
            "waiting": waiting,
        })  # fmt: skip
        return done


def put_in_force(session: Session, actor: Actor, request: PtRequest, day: date) -> int:
    """Write one decision into the lists; how many entries came or went.

    Taken up: on the group's list and the asking organisation's. Replaced: off the asking list,
    and off the group's when nobody else keeps it. Stopped: off every list of the group.
    """
    check_step(Status(request.status), Status.EFFECTIVE)
    crowded = request.result_note or ""
    changed = 0
    if request.result == Result.STOPPED.value:
        for org in (GROUP, *group_orgs(session, day)):
            change = Change(actor, org, day, "committee", request.no)
            changed += take_off(session, change, [request.item_id])
    else:
        for org in (GROUP, request.org_id):
            change = Change(actor, org, day, "committee", request.no, crowded, request.id)
            changed += put_in(session, change, [request.item_id])
        if request.kind == Kind.REPLACE.value and request.replaces_item_id:
            changed += _replace(session, actor, request, day)
    values = {"effective_on": day, "evaluate_by": evaluate_between(day)[1]}
    advance(session, request, Status.EFFECTIVE, request.version, values)
    return changed


def _replace(session: Session, actor: Actor, request: PtRequest, day: date) -> int:
    item = request.replaces_item_id or 0
    change = Change(actor, request.org_id, day, "committee", request.no)
    changed = take_off(session, change, [item])
    others = [
        org
        for org in group_orgs(session, day)
        if org != request.org_id and item in set(session.scalars(standing(org, day)))
    ]
    if not others:
        change = Change(actor, GROUP, day, "committee", request.no)
        changed += take_off(session, change, [item])
    return changed


def _agenda(session: Session, meeting: PtMeeting) -> list[PtAgenda]:
    return list(
        session.scalars(
            select(PtAgenda)
            .where(PtAgenda.org_id == meeting.org_id, PtAgenda.meeting_id == meeting.id)
            .order_by(PtAgenda.seq)
        )
    )


def _check_end(meeting: PtMeeting, items: list[PtAgenda], effective: date) -> None:
    if meeting.status != "open":
        raise ConflictError("pt.not_open", _("会议还没开始，或已经结束。请先签到。"))
    voting = [item.seq for item in items if item.status == "voting"]
    if voting:
        raise ConflictError("pt.voting", _("第 {seq} 项还在投票。请先结束那一项。", seq=voting[0]))
    if effective < meeting.day:
        raise DomainError(
            "pt.effective",
            _("生效日期 {day} 早于会议日期 {met}。请填会议当天或以后的日期。",
              day=effective, met=meeting.day),
        )  # fmt: skip


def due_evaluations(session: Session) -> list[PtRequest]:
    """Requests in force whose six months have passed."""
    rows = session.scalars(
        select(PtRequest).where(
            PtRequest.status == Status.EFFECTIVE.value,
            PtRequest.result == Result.INTRODUCED.value,
        )
    )
    return [
        row
        for row in rows
        if row.effective_on and evaluate_between(row.effective_on)[0] <= today(session)
    ]
