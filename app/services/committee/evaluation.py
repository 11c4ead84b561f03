"""The evaluation of an item 6 to 12 months after the committee took it up."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.formulary.requests import (
    REASON_LENGTH,
    Status,
    Verdict,
    check_step,
    evaluate_between,
)
from app.i18n import _
from app.services import audit
from app.services.committee.requests import advance, load
from app.services.db import Database, today
from app.services.formulary.rights import require_keeper
from app.services.operations import claim, finish


@dataclass(frozen=True, slots=True)
class Evaluate:
    """What came of an item 6 to 12 months after it came in."""

    op_id: UUID
    org_id: int
    request_id: int
    version: int
    verdict: str
    text: str


def evaluate(db: Database, actor: Actor, command: Evaluate) -> Status:
    """Keep the evaluation of a request that is in force.

    Raises:
        DomainError: It says too little, or the item is in force for less than six months.
    """
    with db.write() as session:
        require_keeper(session, actor, command.org_id)
        request = load(session, command.org_id, command.request_id)
        earlier = claim(session, actor, command.org_id, command.op_id, "pt.evaluate", command)
        if earlier is not None:
            return Status(earlier["status"])
        check_step(Status(request.status), Status.EVALUATED)
        if len(command.text.strip()) < REASON_LENGTH:
            raise DomainError(
                "pt.evaluation",
                _("请写明评价（至少 {n} 个字）：用量、疗效、不良反应、费用。", n=REASON_LENGTH),
            )
        first = evaluate_between(request.effective_on or today(session))[0]
        if today(session) < first:
            raise DomainError("pt.early", _("引进未满 6 个月，{day} 起才能评价。", day=first))
        values = {"verdict": Verdict(command.verdict).value, "evaluation": command.text.strip()}
        advance(session, request, Status.EVALUATED, command.version, values)
        audit.record(
            session, actor, command.org_id, "pt.evaluate", ("pt_request", request.id), values
        )
        finish(session, command.org_id, command.op_id, {"status": Status.EVALUATED.value})
        return Status.EVALUATED
