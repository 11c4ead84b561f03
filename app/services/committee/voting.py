"""The ballot on one item: opened, voted on or counted from paper, and closed with its result."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.formulary.ballot import Choice, Count, Share, check_count, check_quorum
from app.domain.formulary.requests import Kind, Result, Status, check_step, passed_result
from app.i18n import _
from app.models.formulary import (
    PtAgenda,
    PtAttendance,
    PtConflict,
    PtMeeting,
    PtRequest,
    PtTurnout,
    PtVote,
)
from app.services import audit
from app.services.access import lead_org
from app.services.committee.facts import read_checks
from app.services.committee.meetings import agenda_of, meeting_of, secretary_of
from app.services.committee.requests import advance, load
from app.services.committee.roster import seats
from app.services.db import Database, database_of, today
from app.services.operations import claim, finish

_BITS: Final = 62
_EXCEPTION_LENGTH: Final = 6


@dataclass(frozen=True, slots=True)
class OpenItem:
    """Begin the ballot on an item of the agenda."""

    op_id: UUID
    meeting_id: int
    seq: int


@dataclass(frozen=True, slots=True)
class CastVote:
    """One vote: one's own, or in an open ballot shown by hand and written down."""

    op_id: UUID
    meeting_id: int
    seq: int
    member_id: int
    choice: Choice


@dataclass(frozen=True, slots=True)
class CloseItem:
    """End the ballot on an item.

    Attributes:
        paper: Votes counted from paper ballots (yes, no, abstain), beside those cast by account.
        defer: Put it off without a result.
        exception: Why the item may stand beside two others (一品两规), where it needs that.
    """

    op_id: UUID
    meeting_id: int
    seq: int
    paper: tuple[int, int, int] = (0, 0, 0)
    defer: bool = False
    note: str = ""
    exception: str = ""


@dataclass(frozen=True, slots=True)
class ItemClosed:
    """How an item ended."""

    seq: int
    result: str
    yes: int
    no: int
    abstain: int
    needed: int


def open_item(db: Database, actor: Actor, command: OpenItem) -> None:
    """Begin the ballot.

    Raises:
        DomainError: The quorum is not there.
        ConflictError: Another item is being voted on, or this one is decided.
    """
    with db.write() as session:
        lead = secretary_of(session, actor)
        if claim(session, actor, lead, command.op_id, "pt.open", command) is not None:
            return
        meeting = meeting_of(session, lead, command.meeting_id)
        check_quorum(present_count(session, meeting), meeting.quorum)
        if meeting.status != "open":
            raise ConflictError("pt.not_open", _("会议还没开始，或已经结束。请先签到。"))
        item = agenda_of(session, meeting, command.seq)
        other = session.scalar(
            select(PtAgenda.seq).where(
                PtAgenda.org_id == lead,
                PtAgenda.meeting_id == meeting.id,
                PtAgenda.status == "voting",
                PtAgenda.seq != command.seq,
            )
        )
        if other is not None:
            raise ConflictError("pt.voting", _("第 {seq} 项还在投票。请先结束那一项。", seq=other))
        _set_item(session, item, ("waiting", "voting"), {})
        audit.record(
            session, actor, lead, "pt.open", ("pt_meeting", meeting.id), {"seq": command.seq}
        )
        finish(session, lead, command.op_id, {"done": True})


def cast_vote(db: Database, actor: Actor, command: CastVote) -> None:
    """Cast one vote. Nothing that is kept says how somebody voted in a secret ballot.

    Raises:
        NotAllowedError: It is somebody else's vote, or the member declared an interest.
        ConflictError: The member has voted, is absent, or the ballot is over.
    """
    with db.write() as session:
        lead = lead_org(session, today(session))
        # the choice is left out: a digest of one of three words would tell it
        content = {"meeting": command.meeting_id, "seq": command.seq, "member": command.member_id}
        book = actor.org_id
        if claim(session, actor, book, command.op_id, "pt.vote", content) is not None:
            return
        answer = _cast(session, actor, lead, command)
        if answer != "ok":
            raise _refusal(answer)
        finish(session, book, command.op_id, {"done": True})


def close_item(db: Database, actor: Actor, command: CloseItem) -> ItemClosed:
    """End the ballot: passed by the meeting's majority, rejected, or put off.

    Raises:
        DomainError: More votes than voters, votes still missing, or 一品两规 without a reason.
    """
    with db.write() as session:
        lead = secretary_of(session, actor)
        earlier = claim(session, actor, lead, command.op_id, "pt.close", command)
        if earlier is not None:
            return ItemClosed(**earlier)
        meeting = meeting_of(session, lead, command.meeting_id)
        item = agenda_of(session, meeting, command.seq)
        request = load(session, item.request_org_id, item.request_id)
        count = count_of(session, meeting, item, command.paper)
        result = _result(command, count, request)
        _set_item(session, item, (item.status, "done"), {
            "paper_yes": command.paper[0], "paper_no": command.paper[1],
            "paper_abstain": command.paper[2], "result": result.value,
            "note": command.note.strip() or command.exception.strip() or None,
        })  # fmt: skip
        _decide(session, request, result, command)
        closed = ItemClosed(command.seq, result.value, count.yes, count.no, count.abstain,
                            count.needed)  # fmt: skip
        audit.record(
            session, actor, lead, "pt.close", ("pt_meeting", meeting.id),
            {"seq": command.seq, "result": result.value, "yes": count.yes, "no": count.no,
             "abstain": count.abstain, "needed": count.needed},
        )  # fmt: skip
        finish(session, lead, command.op_id, {
            "seq": closed.seq, "result": closed.result, "yes": closed.yes, "no": closed.no,
            "abstain": closed.abstain, "needed": closed.needed,
        })  # fmt: skip
        return closed


def present_count(session: Session, meeting: PtMeeting) -> int:
    """How many are present."""
    found = session.scalar(
        select(func.count())
        .select_from(PtAttendance)
        .where(
            PtAttendance.org_id == meeting.org_id,
            PtAttendance.meeting_id == meeting.id,
            PtAttendance.present.is_(True),
        )
    )
    return int(found or 0)


def count_of(
    session: Session, meeting: PtMeeting, item: PtAgenda, paper: tuple[int, int, int] = (0, 0, 0)
) -> Count:
    """The ballot as it stands: votes by account and from paper, those excluded taken out."""
    key = (PtVote.org_id == item.org_id, PtVote.meeting_id == item.meeting_id,
           PtVote.seq == item.seq)  # fmt: skip
    cast = dict(
        session.execute(
            select(PtVote.choice, func.count()).where(*key).group_by(PtVote.choice)
        ).all()
    )
    excluded = session.scalar(
        select(func.count())
        .select_from(PtConflict)
        .join(
            PtAttendance,
            (PtAttendance.org_id == PtConflict.org_id)
            & (PtAttendance.meeting_id == PtConflict.meeting_id)
            & (PtAttendance.member_id == PtConflict.member_id),
        )
        .where(
            PtConflict.org_id == item.org_id,
            PtConflict.meeting_id == item.meeting_id,
            PtConflict.seq == item.seq,
            PtAttendance.present.is_(True),
        )
    )
    return Count(
        present=present_count(session, meeting),
        excluded=int(excluded or 0),
        yes=cast.get("yes", 0) + item.paper_yes + paper[0],
        no=cast.get("no", 0) + item.paper_no + paper[1],
        abstain=cast.get("abstain", 0) + item.paper_abstain + paper[2],
        majority=Share(meeting.majority_num, meeting.majority_den),
    )


def _cast(session: Session, actor: Actor, lead: int, command: CastVote) -> str:
    """Write turnout and vote; a word when they may not be written."""
    ballot = secrets.randbits(_BITS) + 1  # not `new_id`: that one tells the order
    if database_of(session).is_sqlite:
        return _cast_sqlite(session, actor, lead, (command, ballot))
    found = session.execute(
        text("SELECT api.cast_vote(:org, :meeting, :seq, :member, :choice, :ballot)"),
        {"org": lead, "meeting": command.meeting_id, "seq": command.seq,
         "member": command.member_id, "choice": command.choice.value, "ballot": ballot},
    )  # fmt: skip
    return str(found.scalar_one())


def _cast_sqlite(session: Session, actor: Actor, lead: int, what: tuple[CastVote, int]) -> str:
    """What `api.cast_vote` does on the server."""
    command, ballot = what
    meeting = meeting_of(session, lead, command.meeting_id)
    own = any(
        seat.member_id == command.member_id and seat.person_id == actor.person_id
        for seat in seats(session, lead, meeting.day)
    )
    if not own and (meeting.secret or not actor.can(Duty.CATALOGUE, lead)):
        return "not_allowed"
    if meeting.status != "open" or agenda_of(session, meeting, command.seq).status != "voting":
        return "closed"
    key = (lead, meeting.id, command.seq, command.member_id)
    came = session.get(PtAttendance, (lead, meeting.id, command.member_id))
    if came is None or not came.present:
        return "absent"
    if session.get(PtConflict, key) is not None:
        return "interest"
    if session.get(PtTurnout, key) is not None:
        return "voted"
    org, number, seq, member = key
    session.add(PtTurnout(org_id=org, meeting_id=number, seq=seq, member_id=member))
    session.add(
        PtVote(org_id=org, meeting_id=number, seq=seq, id=ballot, choice=command.choice.value,
               member_id=None if meeting.secret else member)
    )  # fmt: skip
    session.flush()
    return "ok"


def _refusal(answer: str) -> DomainError:
    if answer == "interest":
        return NotAllowedError(
            "pt.interest_vote", _("已声明利益关系，本项回避，不能投票。其他各项可以投。")
        )
    if answer == "not_allowed":
        return NotAllowedError(
            "pt.other_vote", _("只能投自己的票。不记名投票请委员用自己的账号，或投纸票由秘书点票。")
        )
    texts = {
        "voted": _("这一票已经投过，没有重复计数。"),
        "absent": _("这位委员没有签到，不能投票。请先签到。"),
        "closed": _("本项还没开始投票，或已经结束。请刷新后再看。"),
    }
    return ConflictError(f"pt.{answer}", texts[answer])


def _result(command: CloseItem, count: Count, request: PtRequest) -> Result:
    check_count(count)
    if command.defer:
        return Result.DEFERRED
    if count.waiting and not count.passed:
        raise DomainError(
            "pt.waiting",
            _("还有 {n} 人没投票，赞成 {yes} 票，过线要 {needed} 票。请等投完，或暂缓本项。",
              n=count.waiting, yes=count.yes, needed=count.needed),
        )  # fmt: skip
    if not count.passed:
        return Result.REJECTED
    kind = Kind(request.kind)
    crowded = any(check.name == "two" and check.grade == "bad"
                  for check in read_checks(request.checks))  # fmt: skip
    if kind is not Kind.STOP and crowded and len(command.exception.strip()) < _EXCEPTION_LENGTH:
        raise DomainError(
            "pt.two",
            _("引进后超过一品两规。请先替换或停用一种；确需保留的，写明特殊诊疗需要。"),
        )
    return passed_result(kind)


def _decide(session: Session, request: PtRequest, result: Result, command: CloseItem) -> None:
    """A deferred request waits for another meeting; any other is decided."""
    new = Status.AGREED if result is Result.DEFERRED else Status.DECIDED
    check_step(Status(request.status), new)
    note = command.note.strip() or command.exception.strip() or None
    advance(session, request, new, request.version, {"result": result.value, "result_note": note})


def _set_item(
    session: Session, item: PtAgenda, step: tuple[str, str], values: dict[str, Any]
) -> None:
    """Move an item of the agenda on, unless somebody else did so meanwhile."""
    before, after = step
    done: list[int] = []
    if item.status == before and before != "done":
        done = list(
            session.scalars(
                update(PtAgenda)
                .where(
                    PtAgenda.org_id == item.org_id,
                    PtAgenda.meeting_id == item.meeting_id,
                    PtAgenda.seq == item.seq,
                    PtAgenda.version == item.version,
                )
                .values(status=after, version=item.version + 1, **values)
                .returning(PtAgenda.seq)
                .execution_options(synchronize_session=False)
            )
        )
    if not done:
        raise ConflictError("pt.item_changed", _("本项已经有结果，或刚被改过。请刷新后再看。"))
