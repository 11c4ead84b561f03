"""Rounds: begun with a deadline, opened (开标) or ended, and the step on to the review.

The first round is sealed: opened after its deadline by the server's clock, once, with a digest over
all commitments in the chained trail. On PostgreSQL `api.open_round` does it and nothing else can.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import bindparam, func, select, text, update
from sqlalchemy.orm import Session

from app.domain.bidding.commitment import opening_digest
from app.domain.bidding.rules import cap_of, rules_of
from app.domain.documents import State
from app.domain.duties import Actor
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.i18n import _
from app.models.base import Moment
from app.models.negotiation import (
    BidSheet,
    Negotiation,
    NegotiationInvitation,
    NegotiationItem,
    NegotiationReference,
    NegotiationRound,
)
from app.services.db import Database, database_of, local_time, now
from app.services.negotiation.common import (
    find_own,
    move,
    need_state,
    record_step,
    round_now,
    rows_of,
    touch,
)
from app.services.negotiation.invitations import dossier_rows
from app.services.negotiation.needs import freeze_volumes
from app.services.negotiation.project import IN_ROUNDS
from app.services.operations import claim, finish

MIN_MINUTES = 1
MAX_DAYS = 90


@dataclass(frozen=True, slots=True)
class StartRound:
    """Begin the next round.

    Attributes:
        deadline: Until when bids are taken, by the server's clock.
        sealed: Keep prices closed until the opening; the first round always is.
        leave_out: Go on without the members that have not confirmed their need.
    """

    op_id: UUID
    negotiation_id: int
    deadline: datetime
    sealed: bool = False
    leave_out: bool = False


@dataclass(frozen=True, slots=True)
class ExtendRound:
    """A later deadline for the round in hand."""

    op_id: UUID
    negotiation_id: int
    deadline: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class OpenRound:
    """Open the sealed round, or end an open one."""

    op_id: UUID
    negotiation_id: int


@dataclass(frozen=True, slots=True)
class Opened:
    """What the opening found."""

    round: int
    at: datetime
    bidders: int
    digest: str


def start_round(db: Database, actor: Actor, command: StartRound) -> int:
    """Begin the first or the next round; its number.

    Raises:
        DomainError: No supplier, members not confirmed, a dossier that expired meanwhile, or a
            deadline too near or too far.
        ConflictError: The round before is not opened yet.
    """
    with db.write() as session:
        project = find_own(session, actor, command.negotiation_id)
        earlier = claim(session, actor, project.org_id, command.op_id, "negotiation.round", command)
        if earlier is not None:
            return int(earlier["round"])
        need_state(project, State.NEEDING, State.BARGAINING, State.REVIEWING)
        _check_deadline(session, command.deadline)
        last = round_now(session, project)
        if last is not None and last.opened_at is None:
            raise ConflictError(
                "round.running", _("第 {n} 轮还没结束。请先开标或结束本轮。", n=last.round)
            )
        _check_guests(session, project)
        if project.round == 0:
            freeze_volumes(session, project, leave_out=command.leave_out)
        else:
            _set_caps(session, project)
        number = project.round + 1
        _advance(session, actor, project, number)
        session.add(
            NegotiationRound(
                org_id=project.org_id,
                negotiation_id=project.id,
                round=number,
                sealed=number == 1 or command.sealed,
                started_at=now(session),
                started_by=actor.person_id,
                deadline=command.deadline,
            )
        )
        session.flush()
        detail = {"round": number, "deadline": command.deadline}
        record_step(session, actor, project, "round.start", detail)
        finish(session, project.org_id, command.op_id, {"round": number})
        return number


def _advance(session: Session, actor: Actor, project: Negotiation, number: int) -> None:
    if State(project.status) is State.NEEDING:
        move(session, actor, project, State.QUOTING, round=number)
    elif State(project.status) is State.REVIEWING:
        move(session, actor, project, State.BARGAINING, round=number)
    else:
        touch(session, project, round=number)


def _check_deadline(session: Session, deadline: datetime) -> None:
    at = now(session)
    if deadline < at + timedelta(minutes=MIN_MINUTES):
        raise DomainError(
            "round.deadline",
            _(
                "截止时间 {at} 太近，至少要留 {n} 分钟。请改晚一些。",
                at=f"{local_time(deadline):%m-%d %H:%M}",
                n=MIN_MINUTES,
            ),
        )
    if deadline > at + timedelta(days=MAX_DAYS):
        raise DomainError("round.deadline_far", _("截止时间超过 {n} 天。请核对日期。", n=MAX_DAYS))


def _check_guests(session: Session, project: Negotiation) -> None:
    """Somebody must be invited, and every paper must still be in force."""
    guests = session.scalars(
        select(NegotiationInvitation.supplier_id).where(
            NegotiationInvitation.org_id == project.org_id,
            NegotiationInvitation.negotiation_id == project.id,
            NegotiationInvitation.quitted.is_(None),
        )
    ).all()
    if not guests:
        raise DomainError("round.nobody", _("还没邀请供应商。请先邀请，再开始报价。"))
    for row in dossier_rows(session, guests):
        blocking = [problem for problem in row.problems if problem.blocks]
        if blocking:
            raise DomainError(
                "round.dossier",
                _("{text} 或先把它移出项目。", text=blocking[0].text),
                problems=blocking,
            )


def _set_caps(session: Session, project: Negotiation) -> None:
    """The most that may be bid from round 2 on, from the project's rules."""
    rules = rules_of(project.rules)
    rows = session.execute(
        select(NegotiationItem, NegotiationReference)
        .join(
            NegotiationReference,
            (NegotiationReference.org_id == NegotiationItem.org_id)
            & (NegotiationReference.negotiation_id == NegotiationItem.negotiation_id)
            & (NegotiationReference.line == NegotiationItem.line),
        )
        .where(
            NegotiationItem.org_id == project.org_id, NegotiationItem.negotiation_id == project.id
        )
    )
    for item, known in rows:
        cap = cap_of(known.listed, known.lowest, rules)
        item.cap = cap.price if cap else None
        item.cap_rule = cap.rule.value if cap else None
    session.flush()


def extend_round(db: Database, actor: Actor, command: ExtendRound) -> None:
    """Put the deadline later; never after it has passed, never earlier."""
    with db.write() as session:
        project = find_own(session, actor, command.negotiation_id)
        if claim(session, actor, project.org_id, command.op_id, "negotiation.extend", command):
            return
        need_state(project, *IN_ROUNDS)
        _check_deadline(session, command.deadline)
        found = _running(session, project)
        if command.deadline <= found.deadline or now(session) >= found.deadline:
            raise DomainError(
                "round.extend",
                _("截止时间只能在到点之前往后延。请填比 {at} 晚的时间。",
                  at=f"{local_time(found.deadline):%m-%d %H:%M}"),
            )  # fmt: skip
        before = found.deadline
        _set_deadline(session, found, command.deadline)
        detail = {"round": found.round, "from": before, "to": command.deadline}
        record_step(session, actor, project, "round.extend", detail | {"reason": command.reason})
        finish(session, project.org_id, command.op_id, {"done": True})


def _set_deadline(session: Session, found: NegotiationRound, deadline: datetime) -> None:
    """On a server through its function: no login holds the row that bids refer to."""
    if database_of(session).is_sqlite:
        found.deadline = deadline
        return
    asked = text("SELECT api.later_deadline(:org, :project, :round, :deadline)").bindparams(
        bindparam("deadline", deadline, Moment())
    )
    values = {"org": found.org_id, "project": found.negotiation_id, "round": found.round}
    if not session.scalar(asked, values):
        raise ConflictError("round.done", _("本轮已经结束。请刷新后再看。"))


def open_round(db: Database, actor: Actor, command: OpenRound) -> Opened:
    """Open the sealed round after its deadline, or end an open round.

    Raises:
        DomainError: A sealed round before its deadline.
        ConflictError: It is open already.
    """
    with db.write() as session:
        project = find_own(session, actor, command.negotiation_id)
        earlier = claim(session, actor, project.org_id, command.op_id, "negotiation.open", command)
        if earlier is not None:
            at = datetime.fromisoformat(str(earlier["at"]))
            return Opened(
                int(earlier["round"]), at, int(earlier["bidders"]), str(earlier["digest"])
            )
        need_state(project, *IN_ROUNDS)
        found = _running(session, project)
        if found.sealed and now(session) < found.deadline:
            raise _early(found)
        _open(session, actor, project, found)
        session.refresh(found)
        made = _opened(session, project, found)
        if State(project.status) is State.QUOTING:
            move(session, actor, project, State.BARGAINING)
        detail = {"round": found.round, "sealed": found.sealed, "digest": made.digest}
        commitments = [one.hex() for one in _commitments(session, project, found.round)]
        detail |= {"bidders": made.bidders, "commitments": commitments}
        record_step(session, actor, project, "round.open", detail)
        answer = {"round": made.round, "at": made.at.isoformat()}
        answer |= {"bidders": made.bidders, "digest": made.digest}
        finish(session, project.org_id, command.op_id, answer)
        return made


def _running(session: Session, project: Negotiation) -> NegotiationRound:
    found = round_now(session, project)
    if found is None or found.opened_at is not None:
        raise ConflictError("round.done", _("本轮已经结束。请刷新后再看。"))
    return found


def _early(found: NegotiationRound) -> DomainError:
    return DomainError(
        "round.early",
        _(
            "密封报价 {at} 才截止，到点之前谁都不能开标。",
            at=f"{local_time(found.deadline):%m-%d %H:%M}",
        ),
    )


def _open(session: Session, actor: Actor, project: Negotiation, found: NegotiationRound) -> None:
    if not database_of(session).is_sqlite:
        answer = session.execute(
            text("SELECT api.open_round(:org, :project, :round, :actor)"),
            {
                "org": project.org_id,
                "project": project.id,
                "round": found.round,
                "actor": actor.person_id,
            },
        ).scalar_one()
        if answer == "early":
            raise _early(found)
        if answer == "not_allowed":
            raise NotAllowedError("round.denied", _("开标由牵头医院的采购人员做。"))
        if answer != "ok":
            raise ConflictError("round.done", _("本轮已经结束。请刷新后再看。"))
        return
    done = session.execute(
        update(NegotiationRound)
        .where(
            NegotiationRound.org_id == project.org_id,
            NegotiationRound.negotiation_id == project.id,
            NegotiationRound.round == found.round,
            NegotiationRound.opened_at.is_(None),
        )
        .values(
            opened_at=now(session),
            opened_by=actor.person_id,
            digest=opening_digest(_commitments(session, project, found.round)),
        )
    )
    if not rows_of(done):
        raise ConflictError("round.done", _("本轮已经结束。请刷新后再看。"))


def _commitments(session: Session, project: Negotiation, number: int) -> list[bytes]:
    return list(
        session.scalars(
            select(BidSheet.commitment)
            .where(
                BidSheet.org_id == project.org_id,
                BidSheet.negotiation_id == project.id,
                BidSheet.round == number,
            )
            .order_by(BidSheet.supplier_id, BidSheet.version)
        )
    )


def _opened(session: Session, project: Negotiation, found: NegotiationRound) -> Opened:
    bidders = session.scalar(
        select(func.count(func.distinct(BidSheet.supplier_id))).where(
            BidSheet.org_id == project.org_id,
            BidSheet.negotiation_id == project.id,
            BidSheet.round == found.round,
        )
    )
    return Opened(
        round=found.round,
        at=found.opened_at or now(session),
        bidders=int(bidders or 0),
        digest=(found.digest or b"").hex(),
    )


def close_bidding(db: Database, actor: Actor, op_id: UUID, negotiation_id: int) -> None:
    """Go on to the review (评审): no more bids, unless another round is begun."""
    with db.write() as session:
        project = find_own(session, actor, negotiation_id)
        if claim(session, actor, project.org_id, op_id, "negotiation.close", negotiation_id):
            return
        need_state(project, State.BARGAINING)
        last = round_now(session, project)
        if last is None or last.opened_at is None:
            raise ConflictError("round.running", _("本轮还没结束。请先结束本轮，再进入评审。"))
        move(session, actor, project, State.REVIEWING)
        finish(session, project.org_id, op_id, {"done": True})
