"""The decision: the buyer submits, another person approves, and the award is public for a time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.domain.documents import State
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, NotAllowedError, Problem, refuse_if
from app.domain.ids import new_id
from app.i18n import _
from app.models.awards import AwardDecision, AwardObjection
from app.models.negotiation import Award, AwardLine, Negotiation, NegotiationItem
from app.models.party import Organisation
from app.services.access import require
from app.services.awards.common import decision_of, find_award, need_award, negotiators, step
from app.services.db import Database, now, today
from app.services.negotiation.choosing import LineChoice, check_choices
from app.services.negotiation.common import move, need_state, record_step
from app.services.negotiation.comparison import Comparison, read_comparison
from app.services.numbering import document_no
from app.services.operations import claim, finish

MIN_REASON: Final = 4
MOST_DAYS: Final = 60
REJECTED: Final = "rejected"
UPHELD: Final = "upheld"


@dataclass(frozen=True, slots=True)
class SubmitAward:
    """Ask for approval.

    Attributes:
        days: How many days the award shall be public once approved; 0 for none.
        fail_rest: Lines without a winner are declared failed (流标) with this submission.
    """

    op_id: UUID
    award_id: int
    days: int = 5
    fail_rest: bool = False


@dataclass(frozen=True, slots=True)
class ApproveAward:
    """Approve what somebody else negotiated; publicity begins today."""

    op_id: UUID
    award_id: int


@dataclass(frozen=True, slots=True)
class Approved:
    """When the award is public: objections are taken up to and including `public_to`."""

    notice_no: str
    public_from: date | None
    public_to: date | None


@dataclass(frozen=True, slots=True)
class ReturnAward:
    """Send an award back to the buyer, before or during its publicity."""

    op_id: UUID
    award_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class Object:
    """Record an objection received during publicity."""

    op_id: UUID
    award_id: int
    text: str
    supplier_id: int | None = None
    who: str = ""


@dataclass(frozen=True, slots=True)
class AnswerObjection:
    """Answer an objection: upheld sends the award back, rejected lets it go on."""

    op_id: UUID
    objection_id: int
    answer: str
    upheld: bool


def submit_award(db: Database, actor: Actor, command: SubmitAward) -> str:
    """Ask for approval; the number of the notice (公示编号).

    Raises:
        DomainError: Lines without a winner, over the limit, without a reason; each in `problems`.
    """
    with db.write() as session:
        award, project = find_award(session, command.award_id)
        require(actor, Duty.BUY, award.org_id)
        earlier = claim(session, actor, award.org_id, command.op_id, "award.submit", command)
        if earlier is not None:
            return str(earlier["no"])
        need_award(award, State.DRAFT)
        if project.status == State.BARGAINING:  # the one step before it, and who can take it
            text = _(
                "项目 {no} 还在谈判中。请先在「集中议价」里进入评审，再提交方案。", no=project.no
            )
            raise ConflictError("award.bargaining", text)
        need_state(project, State.REVIEWING)
        if not 0 <= command.days <= MOST_DAYS:
            raise DomainError("award.days", _("公示天数应在 0 到 60 之间。请改天数。"))
        found = read_comparison(session, project)
        _check_lines(session, award, found, fail_rest=command.fail_rest)
        no = document_no(session, award.org_id, "GS", today(session))
        session.add(_submission(session, actor, award, command.days, no))
        session.flush()
        step(session, award, State.SUBMITTED)
        record_step(session, actor, project, "award_submit", {"award": award.id, "no": no})
        finish(session, award.org_id, command.op_id, {"no": no})
        return no


def _submission(session: Session, actor: Actor, award: Award, days: int, no: str) -> AwardDecision:
    last = session.scalar(
        select(func.max(AwardDecision.attempt)).where(
            AwardDecision.org_id == award.org_id, AwardDecision.award_id == award.id
        )
    )
    return AwardDecision(
        org_id=award.org_id,
        award_id=award.id,
        attempt=(last or 0) + 1,
        notice_no=no,
        submitted_at=now(session),
        submitted_by=actor.person_id,
        days=days,
    )


def _check_lines(session: Session, award: Award, found: Comparison, *, fail_rest: bool) -> None:
    """The award against the prices that stand now, by the rules of an award made by hand."""
    by_line: dict[int, list[tuple[int, int, int, str]]] = defaultdict(list)
    for row in session.scalars(
        select(AwardLine).where(AwardLine.org_id == award.org_id, AwardLine.award_id == award.id)
    ):
        by_line[row.line].append((row.supplier_id, row.rank, row.share, row.reason or ""))
    choices = [LineChoice(line, tuple(rows)) for line, rows in sorted(by_line.items())]
    _rows, problems = check_choices(found, choices)
    rest = [one for one in found.lines if not one.failed and one.line not in by_line]
    if rest and fail_rest:
        _fail(session, award, [one.line for one in rest])
    elif rest:
        text = _("还没有中选供应商。请选一家，或宣布流标。")
        problems += [
            Problem("award.open", f"{one.name} {one.spec}：{text}", row=one.line) for one in rest
        ]
    if not by_line:
        problems.append(Problem("award.empty", _("方案里没有中选的品规。请先定中选供应商。")))
    refuse_if(problems, "award.refused", _("方案没有提交。"))


def _fail(session: Session, award: Award, lines: list[int]) -> None:
    session.execute(
        update(NegotiationItem)
        .where(
            NegotiationItem.org_id == award.org_id,
            NegotiationItem.negotiation_id == award.negotiation_id,
            NegotiationItem.line.in_(lines),
        )
        .values(failed=_("没有可以中选的报价，流标"))
        .execution_options(synchronize_session=False)
    )


def approve_award(db: Database, actor: Actor, command: ApproveAward) -> Approved:
    """Approve; publicity begins.

    Raises:
        NotAllowedError: The person negotiated (两人原则), or does not sign for the lead.
    """
    with db.write() as session:
        award, project = find_award(session, command.award_id)
        require(actor, Duty.SIGN, award.org_id)
        earlier = claim(session, actor, award.org_id, command.op_id, "award.approve", command)
        if earlier is None:
            need_award(award, State.SUBMITTED)
            _two_persons(session, actor, award, project)
            decision = _decision(session, award)
            decision.approved_at, decision.approved_by = now(session), actor.person_id
            decision.public_from = today(session)
            decision.public_to = today(session) + timedelta(days=decision.days - 1)
            session.flush()
            step(session, award, State.PUBLICITY)
            detail = {"award": award.id, "no": decision.notice_no, "until": decision.public_to}
            move(session, actor, project, State.PUBLICITY)
            record_step(session, actor, project, "award_approve", detail)
            finish(session, award.org_id, command.op_id, {"award": award.id})
        decision = _decision(session, award)
        return Approved(decision.notice_no, decision.public_from, decision.public_to)


def return_award(db: Database, actor: Actor, command: ReturnAward) -> None:
    """Send the award back with the reason; it is a draft again and can be mended."""
    with db.write() as session:
        award, project = find_award(session, command.award_id)
        require(actor, Duty.SIGN, award.org_id)
        if claim(session, actor, award.org_id, command.op_id, "award.return", command) is None:
            need_award(award, State.SUBMITTED, State.PUBLICITY)
            send_back(session, actor, (award, project), _reason(command.reason))
            finish(session, award.org_id, command.op_id, {"award": award.id})


def send_back(session: Session, actor: Actor, what: tuple[Award, Negotiation], reason: str) -> None:
    """The award becomes a draft again, in the caller's unit of work."""
    award, project = what
    decision = _decision(session, award)
    decision.returned_at, decision.returned_by = now(session), actor.person_id
    decision.reason = reason
    session.flush()
    public = award.status == State.PUBLICITY
    step(session, award, State.DRAFT)
    if public:
        move(session, actor, project, State.REVIEWING)
    record_step(session, actor, project, "award_return", {"award": award.id, "reason": reason})


def record_objection(db: Database, actor: Actor, command: Object) -> int:
    """Record an objection; its id."""
    with db.write() as session:
        award, project = find_award(session, command.award_id)
        require(actor, Duty.BUY, award.org_id)
        earlier = claim(session, actor, award.org_id, command.op_id, "award.object", command)
        if earlier is not None:
            return int(earlier["id"])
        need_award(award, State.PUBLICITY)
        decision = _decision(session, award)
        who = command.who.strip()
        if command.supplier_id is not None:
            who = session.get_one(Organisation, command.supplier_id).name
        if not who:
            raise DomainError("award.objector", _("还没填谁提的质疑。请选供应商，或写名称。"))
        made = AwardObjection(
            org_id=award.org_id,
            id=new_id(),
            award_id=award.id,
            attempt=decision.attempt,
            supplier_id=command.supplier_id,
            who=who,
            text=_reason(command.text),
            received_at=now(session),
            received_by=actor.person_id,
        )
        session.add(made)
        session.flush()
        record_step(session, actor, project, "award_object", {"award": award.id, "who": who})
        finish(session, award.org_id, command.op_id, {"id": made.id})
        return made.id


def answer_objection(db: Database, actor: Actor, command: AnswerObjection) -> None:
    """Answer an objection; the one who negotiated does not answer it either.

    Raises:
        NotAllowedError: The person negotiated.
    """
    with db.write() as session:
        found = session.scalar(
            select(AwardObjection).where(AwardObjection.id == command.objection_id)
        )
        if found is None:
            raise DomainError("award.objection", _("没有这条质疑。请刷新后再看。"))
        award, project = find_award(session, found.award_id)
        require(actor, Duty.SIGN, award.org_id)
        if claim(session, actor, award.org_id, command.op_id, "award.answer", command) is not None:
            return
        need_award(award, State.PUBLICITY)
        _two_persons(session, actor, award, project)
        found.answer, found.outcome = (
            _reason(command.answer),
            UPHELD if command.upheld else REJECTED,
        )
        found.answered_at, found.answered_by = now(session), actor.person_id
        session.flush()
        detail: dict[str, Any] = {"objection": found.id, "outcome": found.outcome}
        record_step(session, actor, project, "award_answer", detail)
        if command.upheld:
            reason = _("质疑成立：{text}", text=found.answer)
            send_back(session, actor, (award, project), reason)
        finish(session, award.org_id, command.op_id, {"id": found.id})


def _two_persons(session: Session, actor: Actor, award: Award, project: Negotiation) -> None:
    decision = _decision(session, award)
    if actor.person_id in negotiators(session, award, project) | {decision.submitted_by}:
        raise NotAllowedError(
            "award.two_persons",
            _("你参加了这个项目的谈判，不能审批。请没有参加谈判的负责人审批。"),
        )


def _decision(session: Session, award: Award) -> AwardDecision:
    found = decision_of(session, award)
    if found is None:
        raise DomainError("award.not_submitted", _("方案还没有提交。请采购先提交。"))
    return found


def _reason(text: str) -> str:
    words = text.strip()
    if len(words) < MIN_REASON:
        raise DomainError("award.words", _("请写明内容（至少 {n} 个字）。", n=MIN_REASON))
    return words
