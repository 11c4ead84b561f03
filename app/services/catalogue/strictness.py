"""How strict the group is with codes of a doubtful form: a warning, or refused.

Some code systems publish no rule (中成药 and 饮片 in the 医保 list, YPID, 上海统编代码, old
approval numbers). Their usual forms are known; another form may be genuine.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.models.platform import Setting
from app.services import audit
from app.services.access import lead_org, require
from app.services.db import Database, today
from app.services.operations import claim, finish
from app.services.scan_rules import put_setting

_SETTING: Final = "codes.strict"


@dataclass(frozen=True, slots=True)
class SaveStrictness:
    """Refuse codes of a doubtful form from now on, or let them pass with a warning."""

    op_id: UUID
    strict: bool


def is_strict(session: Session) -> bool:
    """Whether codes of a doubtful form are refused; a warning is the beginning."""
    row = session.get(Setting, (0, _SETTING))
    return row is not None and row.value is True


def strictness(db: Database) -> bool:
    """`is_strict` in a unit of its own."""
    with db.read() as session:
        return is_strict(session)


def save_strictness(db: Database, actor: Actor, command: SaveStrictness) -> None:
    """Keep the choice for the whole group; for the lead's administrator."""
    with db.write() as session:
        lead = lead_org(session, today(session))
        require(actor, Duty.ADMIN, lead)
        if claim(session, actor, lead, command.op_id, "setting.codes", command) is not None:
            return
        put_setting(session, 0, _SETTING, command.strict)
        detail = {"strict": command.strict}
        audit.record(session, actor, lead, "setting.codes", ("setting", 0), detail)
        finish(session, lead, command.op_id, {})
