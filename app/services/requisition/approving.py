"""Agreeing to a requisition, or sending it back with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State, check_step, state_title
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError, NotAllowedError
from app.domain.orders.approval import WAITING, Level, check_reason, next_state, waits_for
from app.i18n import _
from app.models.order import Requisition
from app.models.order_depth import RequisitionApproval
from app.services.access import lead_org, require
from app.services.audit import record
from app.services.db import Database, now, today
from app.services.operations import claim, finish
from app.services.requisition.limits import amount_of, limits_in
from app.services.requisition.make import Requested
from app.services.requisition.steps import advance, count_lines, current


@dataclass(frozen=True, slots=True)
class Decide:
    """Agree to a requisition in the version seen, or send it back (`reason` says why).

    Attributes:
        approve: Whether it is agreed to.
    """

    op_id: UUID
    org_id: int
    id: int
    version: int
    approve: bool = True
    reason: str = ""


def decide(db: Database, actor: Actor, command: Decide) -> Requested:
    """Take the decision whose turn it is; a requisition sent back is a draft again.

    Raises:
        NotAllowedError: The person is not the one whose turn it is, or asked for it.
        DomainError: It waits for no approval, or the reason says too little.
        ConflictError: Somebody changed or decided it meanwhile.
    """
    reason = "" if command.approve else check_reason(command.reason)
    with db.write() as session:
        kind = "requisition.approve" if command.approve else "requisition.return"
        earlier = claim(session, actor, actor.org_id, command.op_id, kind, command)
        if earlier is not None:
            return Requested.from_plain(earlier)
        if not actor.can(Duty.SIGN, lead_org(session, today(session))):
            require(actor, Duty.READ, command.org_id)  # what became of it is nobody else's to hear
        row = current(session, command.org_id, command.id, command.version)
        level = _level(session, actor, row, approve=command.approve)
        amount = amount_of(session, row.org_id, row.id)
        new = State.DRAFT
        if command.approve and level is Level.GROUP:
            new = State.SUBMITTED
        elif command.approve:
            new = next_state(State(row.status), limits_in(session, row.org_id).level(amount))
        check_step(DocKind.REQUISITION, State(row.status), new)
        decided = {"level": level.value, "amount": amount, "reason": reason or None}
        _keep(session, actor, row, decided | {"decision": _DECISIONS[command.approve]})
        values: dict[str, Any] = {} if command.approve else {"returned": reason}
        done = advance(session, row, new, values, count_lines(session, row))
        detail = {"no": row.no, "level": level.value, "amount": amount, "reason": reason}
        record(session, actor, row.org_id, kind, (DocKind.REQUISITION.value, row.id), detail)
        finish(session, actor.org_id, command.op_id, done.as_plain())
        return done


_DECISIONS = {True: "approved", False: "returned"}


def _level(session: Session, actor: Actor, row: Requisition, *, approve: bool) -> Level:
    """As whom the person decides; refused in words where it is not their turn."""
    state = State(row.status)
    if not approve and state is State.SUBMITTED and actor.can(Duty.BUY, row.org_id):
        return Level.GROUP  # the buyer sends back what cannot be ordered
    if state not in WAITING:
        raise DomainError(
            "approval.state",
            _(
                "采购申请 {no} 现在是「{state}」，没有等审批。请刷新后再看。",
                no=row.no,
                state=state_title(state),
            ),
        )
    level = waits_for(state)
    lead = lead_org(session, today(session))
    if not actor.can(Duty.SIGN, row.org_id if level is Level.MEMBER else lead):
        who = _("本院负责人") if level is Level.MEMBER else _("集团负责人")
        raise NotAllowedError(
            "approval.not_yours",
            _("采购申请 {no} 等{who}审批，你的账号不能代批。", no=row.no, who=who),
        )
    if approve and row.submitted_by == actor.person_id:
        raise NotAllowedError(
            "approval.own",
            _("采购申请 {no} 是你自己提交的，不能自己批。请另一位负责人审批。", no=row.no),
        )
    return Level.GROUP if row.org_id == lead else level  # the lead's head is the group's


def _keep(session: Session, actor: Actor, row: Requisition, values: dict[str, Any]) -> None:
    last = session.scalar(
        select(func.coalesce(func.max(RequisitionApproval.seq), 0)).where(
            RequisitionApproval.org_id == row.org_id, RequisitionApproval.requisition_id == row.id
        )
    )
    session.add(
        RequisitionApproval(
            org_id=row.org_id,
            requisition_id=row.id,
            seq=(last or 0) + 1,
            person_id=actor.person_id,
            person_name=actor.name,
            at=now(session),
            **values,
        )
    )
    session.flush()
