"""Whether the second count of a line must be another person's.

It must, unless the house has set it otherwise or has a single store keeper: a count that nobody
may finish helps nobody, and the approval is another person's in any case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.stock.counting import other_counter
from app.models.counting import CountLine
from app.services import audit
from app.services.access import keepers, lead_org, require
from app.services.db import Database, today
from app.services.operations import claim, finish
from app.services.scan_rules import put_setting, setting_in

SETTING: Final = "count.recount"


@dataclass(frozen=True, slots=True)
class SaveRecountRule:
    """Whether one organisation, or (`org_id` 0) the group, asks for another person."""

    op_id: UUID
    org_id: int
    other: bool


def recount_by_other(db: Database, actor: Actor, org_id: int) -> bool:
    """Whether the second count is another person's here (0: the group's rule)."""
    if org_id:
        require(actor, Duty.READ, org_id)
    with db.read() as session:
        return _by_other(session, org_id)


def save_recount_rule(db: Database, actor: Actor, command: SaveRecountRule) -> None:
    """Keep the rule; it holds for what is counted from now on."""
    with db.write() as session:
        trail = command.org_id or lead_org(session, today(session))
        require(actor, Duty.ADMIN, trail)
        earlier = claim(session, actor, trail, command.op_id, "count.rule", command)
        if earlier is not None:
            return
        value = {"other": command.other}
        put_setting(session, command.org_id, SETTING, value)
        audit.record(session, actor, trail, "count.rule", ("setting", command.org_id), value)
        finish(session, trail, command.op_id, {})


def check_counter(session: Session, actor: Actor, line: CountLine) -> None:
    """Refuse the second count of a line to who made the first.

    Raises:
        DomainError: Another store keeper should count it.
    """
    if line.first_by == actor.person_id and _by_other(session, line.org_id):
        other_counter(line.first_by, actor.person_id, keepers(session, line.org_id))


def _by_other(session: Session, org_id: int) -> bool:
    kept = setting_in(session, org_id, SETTING)
    return bool(kept["other"]) if kept else True
