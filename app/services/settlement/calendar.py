"""Each member's settlement calendar: on which day of the month its periods end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.documents import State
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.settlement.period import CutOff, Period, SettlementCalendar
from app.i18n import _
from app.models.platform import Setting
from app.models.settlement import Statement
from app.services import audit
from app.services.access import require
from app.services.db import Database, today
from app.services.operations import claim, finish
from app.services.scan_rules import put_setting
from app.services.stock.closed import closed_through

_SETTING: Final = "settle.cut_off"


@dataclass(frozen=True, slots=True)
class SetCutOff:
    """From a period on, periods of a member end on this day (0: the month's last)."""

    op_id: UUID
    org_id: int
    since: str
    day: int


def calendar_in(session: Session, org_id: int) -> SettlementCalendar:
    """The member's calendar, inside a unit of work."""
    row = session.get(Setting, (org_id, _SETTING))
    return _from_plain(row.value if row else None)


def calendar_of(db: Database, actor: Actor, org_id: int) -> SettlementCalendar:
    """The member's calendar; a supplier sees calendar months."""
    if not actor.can(Duty.READ, org_id):
        return SettlementCalendar()
    with db.read() as session:
        return calendar_in(session, org_id)


def set_cut_off(db: Database, actor: Actor, command: SetCutOff) -> SettlementCalendar:
    """Agree another cut-off day from a period on.

    Raises:
        NotAllowedError: The actor does not settle for the member.
        DomainError: Statements of that period or a later one exist, or it is closed.
    """
    require(actor, Duty.SETTLE, command.org_id)
    since = Period.parse(command.since)
    with db.write() as session:
        calendar = calendar_in(session, command.org_id).changed(CutOff(since, command.day))
        if claim(session, actor, command.org_id, command.op_id, "cut_off", command) is not None:
            return calendar
        _refuse_used(session, command.org_id, since)
        put_setting(session, command.org_id, _SETTING, _to_plain(calendar))
        audit.record(
            session, actor, command.org_id, "setting.cut_off", ("setting", 0),
            {"since": since.key, "day": command.day},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {})
        return calendar


def _refuse_used(session: Session, org_id: int, since: Period) -> None:
    used = session.scalar(
        select(Statement.period)
        .where(
            Statement.org_id == org_id,
            Statement.period >= since.key,
            Statement.status.not_in((State.CANCELLED.value, State.REVERSED.value)),
        )
        .order_by(Statement.period.desc())
        .limit(1)
    )
    through = closed_through(session, org_id)
    first = SettlementCalendar().first(since)
    if used is None and (through is None or through < first):
        return
    last = Period.parse(used) if used else Period.of(through or today(session))
    raise DomainError(
        "cutoff.used",
        _(
            "{period} 已有对账单或已关账，截止日不能改。请从 {next} 起改。",
            period=last.key,
            next=last.plus(1).key,
        ),
    )


def _from_plain(value: Any) -> SettlementCalendar:
    entries = value if isinstance(value, list) else []
    return SettlementCalendar(
        tuple(CutOff(Period.parse(entry["since"]), int(entry["day"])) for entry in entries)
    )


def _to_plain(calendar: SettlementCalendar) -> list[dict[str, object]]:
    return [{"since": one.since.key, "day": one.day} for one in calendar.cut_offs]
