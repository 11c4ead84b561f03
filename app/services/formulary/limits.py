"""What the rules of a supply list count with, as the group's setting: 一品两规, 基药占比, 证照."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.formulary.rules import Limits
from app.i18n import N_, _
from app.models.platform import Setting
from app.services import audit
from app.services.access import lead_org, require
from app.services.db import Database, today
from app.services.formulary.items import GROUP
from app.services.operations import claim, finish
from app.services.scan_rules import put_setting

SETTING: Final = "formulary.limits"
_NAMES: Final = ("kinds", "essential_share", "warn_days")
_RANGES: Final[Sequence[tuple[str, int, int, str]]] = (
    ("kinds", 1, 9, N_("同一通用名、同一给药途径的品规数")),
    ("essential_share", 0, 100, N_("基药占比")),
    ("warn_days", 0, 730, N_("证照到期提醒的天数")),
)


@dataclass(frozen=True, slots=True)
class SaveListLimits:
    """The numbers that the rules of all lists of the group count with from now on."""

    op_id: UUID
    limits: Limits


def limits_in(session: Session) -> Limits:
    """The group's numbers, inside a unit of work; what was never set has its usual value."""
    row = session.get(Setting, (GROUP, SETTING))
    stored: dict[str, Any] = row.value if row is not None and isinstance(row.value, dict) else {}
    usual = Limits()
    kinds, share, days = (int(stored.get(name, getattr(usual, name))) for name in _NAMES)
    return Limits(kinds, share, days)


def list_limits(db: Database) -> Limits:
    """`limits_in` in a unit of its own."""
    with db.read() as session:
        return limits_in(session)


def save_list_limits(db: Database, actor: Actor, command: SaveListLimits) -> None:
    """Keep the numbers.

    Raises:
        NotAllowedError: The actor is no administrator of the lead.
        DomainError: A number is out of range.
    """
    for name, least, most, title in _RANGES:
        if not least <= getattr(command.limits, name) <= most:
            raise DomainError(
                "formulary.limit",
                _("{name}要在 {least} 到 {most} 之间。", name=_(title), least=least, most=most),
            )
    with db.write() as session:
        lead = lead_org(session, today(session))
        require(actor, Duty.ADMIN, lead)
        if claim(session, actor, lead, command.op_id, "setting.formulary", command) is not None:
            return
        values = {name: getattr(command.limits, name) for name in _NAMES}
        put_setting(session, GROUP, SETTING, values)
        audit.record(session, actor, lead, "setting.formulary", ("setting", GROUP), values)
        finish(session, lead, command.op_id, {})
