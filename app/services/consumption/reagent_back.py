"""撤销开盒: a kit that was opened by mistake goes back, as long as nothing was tested with it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.consumption.reagents import check_untouched
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError
from app.i18n import _
from app.models.consumption_source import ReagentKit
from app.services import audit
from app.services.access import require
from app.services.consumption.came_back import take_opening_back
from app.services.consumption.commands import Reverse
from app.services.consumption.reverse import refuse_no_reason, reverse_in
from app.services.db import Database, today
from app.services.operations import claim, finish
from app.services.turns import take_turn


@dataclass(frozen=True, slots=True)
class TakeBackKit:
    """A kit that was not opened, or another one; why, at least two characters."""

    op_id: UUID
    org_id: int
    kit_id: int
    reason: str


def take_back_kit(db: Database, actor: Actor, command: TakeBackKit) -> str:
    """Take the opening of a kit back.

    Returns:
        The number of the reversal; empty where opening consumed nothing.

    Raises:
        ConflictError: It was closed or taken back before.
        DomainError: Unknown, tests were done with it, or no reason.
    """
    require(actor, Duty.STORE, command.org_id)
    refuse_no_reason(command.reason)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "reagent.back", command)
        if earlier is not None:
            return str(earlier["no"])
        take_turn(session, command.org_id, "reagent")
        kit = _open_kit(session, command)
        check_untouched(kit.used)
        no = ""
        if kit.document_id:
            whole = Reverse(command.op_id, command.org_id, kit.document_id, command.reason)
            no = reverse_in(session, actor, whole).no
        else:
            take_opening_back(kit)
        kit.closed_on, kit.note = today(session), command.reason.strip()
        audit.record(
            session, actor, command.org_id, "reagent.back", ("kit", kit.id),
            {"no": no, "reason": kit.note},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"no": no})
        return no


def _open_kit(session: Session, command: TakeBackKit) -> ReagentKit:
    kit = session.get(ReagentKit, (command.org_id, command.kit_id), with_for_update=True)
    if kit is None:
        raise DomainError("kit.unknown", _("没有这一盒。请刷新后再选。"))
    if kit.status != "open":
        raise ConflictError("kit.closed", _("这一盒已经登记用完、过期或冲销，没有重复登记。"))
    return kit
