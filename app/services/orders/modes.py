"""采购方式: which prices each mode takes, as the group set it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.orders.procurement import SETTING, Modes, checked, from_plain
from app.models.platform import Setting
from app.services import audit
from app.services.access import lead_org, require
from app.services.db import Database, today
from app.services.operations import claim, finish
from app.services.scan_rules import put_setting


@dataclass(frozen=True, slots=True)
class SetMode:
    """Let members of a mode order at prices of these sources."""

    op_id: UUID
    mode: str
    sources: tuple[str, ...]


def modes(db: Database) -> Modes:
    """The table in force."""
    with db.read() as session:
        return modes_in(session)


def modes_in(session: Session) -> Modes:
    """The table in force, inside a unit of work."""
    row = session.get(Setting, (0, SETTING))
    return from_plain(row.value if row else None)


def set_mode(db: Database, actor: Actor, command: SetMode) -> Modes:
    """Keep the sources of a mode; orders follow from now on.

    Raises:
        NotAllowedError: The actor is no administrator of the lead.
        DomainError: No mode, or an unknown source.
    """
    wanted = checked(command.mode, frozenset(command.sources))
    with db.write() as session:
        lead = lead_org(session, today(session))
        require(actor, Duty.ADMIN, lead)
        if claim(session, actor, lead, command.op_id, "setting.mode", command) is None:
            table = dict(modes_in(session)) | {command.mode.strip(): wanted}
            plain = {mode: sorted(sources) for mode, sources in table.items()}
            put_setting(session, 0, SETTING, plain)
            audit.record(session, actor, lead, "setting.mode", ("setting", 0), plain)
            finish(session, lead, command.op_id, {})
        return modes_in(session)
