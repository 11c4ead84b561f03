"""What a member demands of goods at the door, as a setting: its own numbers, or the group's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.receiving.policy import SETTING as POLICY, Policy
from app.i18n import _
from app.services import audit
from app.services.access import lead_org, require
from app.services.db import Database, today
from app.services.operations import claim, finish
from app.services.receiving.notes import policy_of
from app.services.scan_rules import put_setting

_MONTHS = 60
_PARTS = 10
_YEARS = 50
_YES = 1


@dataclass(frozen=True, slots=True)
class SavePolicy:
    """Limits at the door for one organisation, or (`org_id` 0) for the whole group."""

    op_id: UUID
    org_id: int
    policy: Policy


def policy(db: Database, actor: Actor, org_id: int) -> Policy:
    """The limits at the door in force for an organisation (0: the group's)."""
    if org_id:
        require(actor, Duty.READ, org_id)
    with db.read() as session:
        return policy_of(session, org_id)


def save_policy(db: Database, actor: Actor, command: SavePolicy) -> None:
    """Keep the limits of an organisation or of the group.

    Raises:
        NotAllowedError: The actor does not administer the organisation.
        DomainError: A number is out of range.
    """
    _check(command.policy)
    with db.write() as session:
        trail = command.org_id or lead_org(session, today(session))
        require(actor, Duty.ADMIN, trail)
        if claim(session, actor, trail, command.op_id, "setting.policy", command) is not None:
            return
        values = asdict(command.policy)
        put_setting(session, command.org_id, POLICY, values)
        doc = ("setting", command.org_id)
        audit.record(session, actor, trail, "setting.policy", doc, values)
        finish(session, trail, command.op_id, {})


def _check(wanted: Policy) -> None:
    ranges: Sequence[tuple[int, int, str]] = (
        (wanted.near_months, _MONTHS, _("近效期的月数")),
        (wanted.near_parts, _PARTS, _("剩余有效期的几分之一")),
        (wanted.far_years, _YEARS, _("效期太远的年数")),
        (wanted.every_serial, _YES, _("高值序列号核对")),
    )
    for value, most, name in ranges:
        if not 0 <= value <= most:
            raise DomainError(
                "policy.range", _("{name}要在 0 到 {most} 之间。", name=name, most=most)
            )
