"""A negotiation project: made, stopped, failed; its rules and the period of its prices."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.domain.bidding.rules import BidRules
from app.domain.documents import State
from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.i18n import _
from app.models.negotiation import (
    Award,
    AwardLine,
    Negotiation,
    NegotiationItem,
    NegotiationLot,
)
from app.services.db import Database, now, today
from app.services.negotiation.common import (
    find_own,
    move,
    need_state,
    record_step,
    require_buyer,
    touch,
)
from app.services.numbering import document_no
from app.services.operations import claim, finish
from app.services.turns import take_turn

MIN_REASON = 4
BEFORE_ROUNDS = (State.DRAFT, State.NEEDING)
IN_ROUNDS = (State.QUOTING, State.BARGAINING)


@dataclass(frozen=True, slots=True)
class CreateProject:
    """A new project; prices shall hold from `supply_from` up to, not including, `supply_to`."""

    op_id: UUID
    title: str
    supply_from: date
    supply_to: date
    growth: int = 0
    rules: BidRules = field(default_factory=BidRules)


@dataclass(frozen=True, slots=True)
class Created:
    """The new project."""

    negotiation_id: int
    no: str


@dataclass(frozen=True, slots=True)
class SetRules:
    """Other price rules, before the first round begins."""

    op_id: UUID
    negotiation_id: int
    rules: BidRules


@dataclass(frozen=True, slots=True)
class EndProject:
    """Stop a project (终止), or declare it failed (流标), with the reason."""

    op_id: UUID
    negotiation_id: int
    reason: str
    failed: bool = False


@dataclass(frozen=True, slots=True)
class FailPart:
    """Declare a lot or single lines failed: nothing is awarded there."""

    op_id: UUID
    negotiation_id: int
    reason: str
    lot: int = 0
    lines: tuple[int, ...] = ()


def create_project(db: Database, actor: Actor, command: CreateProject) -> Created:
    """Make a draft.

    Raises:
        DomainError: No title, a period that is empty or over, growth out of range.
    """
    with db.write() as session:
        lead = require_buyer(session, actor)
        earlier = claim(session, actor, lead, command.op_id, "negotiation.create", command)
        if earlier is not None:
            return Created(**earlier)
        _check(command, today(session))
        no = document_no(session, lead, "YJ", today(session))
        project = Negotiation(
            org_id=lead,
            id=new_id(),
            no=no,
            title=command.title.strip(),
            status=State.DRAFT,
            rules=command.rules.stored(),
            round=0,
            supply_from=command.supply_from,
            supply_to=command.supply_to,
            growth=command.growth,
            created_at=now(session),
            created_by=actor.person_id,
            version=1,
        )
        session.add(project)
        session.flush()
        record_step(session, actor, project, "create", {"no": no, "title": project.title})
        made = Created(project.id, no)
        answer = {"negotiation_id": made.negotiation_id, "no": made.no}
        finish(session, lead, command.op_id, answer)
        return made


def _check(command: CreateProject, day: date) -> None:
    if not command.title.strip():
        raise DomainError(
            "negotiation.title", _("还没填项目名称。请填如「2026 年第 4 季度常用药」。")
        )
    if command.supply_to <= command.supply_from or command.supply_to <= day:
        raise DomainError(
            "negotiation.period",
            _("供货期的截止日应晚于开始日，也应晚于今天。请改正日期。"),
        )
    if not -500 <= command.growth <= 1000:  # noqa: PLR2004 - half of it to twice as much
        raise DomainError("negotiation.growth", _("用量增长应在 -50% 到 100% 之间。请改正增长率。"))


def set_rules(db: Database, actor: Actor, command: SetRules) -> None:
    """Change the price rules; from the first round on they are fixed for everybody."""
    with db.write() as session:
        project = find_own(session, actor, command.negotiation_id)
        if claim(session, actor, project.org_id, command.op_id, "negotiation.rules", command):
            return
        need_state(project, *BEFORE_ROUNDS)
        touch(session, project, rules=command.rules.stored())
        record_step(session, actor, project, "rules", command.rules.stored())
        finish(session, project.org_id, command.op_id, {"done": True})


def end_project(db: Database, actor: Actor, command: EndProject) -> None:
    """Stop the project or declare it failed; what was bid stays on record."""
    with db.write() as session:
        project = find_own(session, actor, command.negotiation_id)
        reason = checked_reason(command.reason)
        if claim(session, actor, project.org_id, command.op_id, "negotiation.end", command):
            return
        move(
            session, actor, project, State.FAILED if command.failed else State.STOPPED, note=reason
        )
        finish(session, project.org_id, command.op_id, {"done": True})


def fail_part(db: Database, actor: Actor, command: FailPart) -> int:
    """Declare a lot or lines failed; how many lines that are.

    Whoever was chosen for them in a draft award is taken out of it.

    Raises:
        DomainError: No reason, or no line that still stands.
    """
    with db.write() as session:
        project = find_own(session, actor, command.negotiation_id)
        reason = checked_reason(command.reason)
        earlier = claim(session, actor, project.org_id, command.op_id, "negotiation.fail", command)
        if earlier is not None:
            return int(earlier["lines"])
        need_state(project, *IN_ROUNDS, State.REVIEWING)
        take_turn(session, project.org_id, "negotiation.fail")
        lines = _standing_lines(session, project, command)
        if not lines:
            raise DomainError(
                "negotiation.part", _("没有可以流标的品规，可能已经流标。请重新选择。")
            )
        table = NegotiationItem
        session.execute(
            update(table)
            .where(table.org_id == project.org_id, table.negotiation_id == project.id)
            .where(table.line.in_(lines))
            .values(failed=reason)
        )
        _leave_drafts(session, project, lines)
        if command.lot:
            lot = session.get(NegotiationLot, (project.org_id, project.id, command.lot))
            if lot is not None:
                lot.failed = reason
        detail = {"lot": command.lot, "lines": lines, "reason": reason}
        record_step(session, actor, project, "fail", detail)
        finish(session, project.org_id, command.op_id, {"lines": len(lines)})
        return len(lines)


def _standing_lines(session: Session, project: Negotiation, command: FailPart) -> list[int]:
    part = (
        NegotiationItem.lot == command.lot
        if command.lot
        else NegotiationItem.line.in_(command.lines)
    )
    return list(
        session.scalars(
            select(NegotiationItem.line)
            .where(
                NegotiationItem.org_id == project.org_id,
                NegotiationItem.negotiation_id == project.id,
                NegotiationItem.failed.is_(None),
                part,
            )
            .order_by(NegotiationItem.line)
        )
    )


def _leave_drafts(session: Session, project: Negotiation, lines: list[int]) -> None:
    """Lines that failed are in no award that is not submitted yet."""
    drafts = select(Award.id).where(
        Award.org_id == project.org_id,
        Award.negotiation_id == project.id,
        Award.status == State.DRAFT.value,
    )
    session.execute(
        delete(AwardLine)
        .where(
            AwardLine.org_id == project.org_id,
            AwardLine.award_id.in_(drafts),
            AwardLine.line.in_(lines),
        )
        .execution_options(synchronize_session=False)
    )


def checked_reason(reason: str) -> str:
    """The reason without blanks around it; raises `DomainError` when it says too little."""
    text = reason.strip()
    if len(text) < MIN_REASON:
        raise DomainError(
            "negotiation.reason", _("请写明原因（至少 {n} 个字），会留在项目记录里。", n=MIN_REASON)
        )
    return text


def project_id(db: Database, actor: Actor, no: str) -> int:
    """The project with a number; raises `DomainError` when the person sees none."""
    del actor  # row security and the lists decide what is seen; a number tells nothing
    with db.read() as session:
        found = session.scalar(select(Negotiation.id).where(Negotiation.no == no.strip()))
    if found is None:
        raise DomainError(
            "negotiation.unknown",
            _("没有议价项目 {no}。可用 yilian negotiate list 看编号。", no=no),
        )
    return int(found)
