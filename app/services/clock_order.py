"""A local file goes by this computer's clock: what was written last may not lie in its future.

Set back a year, the computer would book on last year's days and take expired goods for good. So
nothing is carried out while the clock stands before the last entry of the organisation's trail.
The entry that counts is the last one written, not the latest: where the clock had once been too
far ahead, a responsible person confirms the right one (`app.services.clock.confirm`), and that
entry is the last one then.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.domain.clock import behind
from app.domain.errors import ConflictError
from app.i18n import _
from app.models.platform import Audit
from app.services.db import database_of, local_time, now
from app.services.ready import Ready

CONFIRM: Final = "clock.confirm"
_LAST: Final = Ready(
    select(Audit.at).where(Audit.org_id == bindparam("org")).order_by(Audit.seq.desc()).limit(1)
)


def last_entry(session: Session, org_id: int) -> datetime | None:
    """When the last entry of the organisation's trail was written, by the clock of then."""
    found = _LAST.row(session, {"org": org_id})
    return None if found is None else found[0]


def refuse_behind(session: Session, org_id: int) -> None:
    """Raise `ConflictError` where a local file's clock stands before its last entry."""
    database = database_of(session)
    if database.retells or not database.is_sqlite:
        return  # a server has a clock of its own, and it is the only one that counts
    clock, last = now(session), last_entry(session, org_id)
    if last is not None and behind(clock, last):
        raise ConflictError("clock.behind", words(clock, last))


def words(clock: datetime, last: datetime) -> str:
    """What is wrong, and what to do."""
    return _(
        "这台电脑的时间是 {clock}，早于最后一笔记录的 {last}（差 {gap}），没有保存。"
        "请先校准电脑的日期和时间。如果现在的时间没错（以前走快过），"
        "请负责人或管理员在提示里确认，或运行 yilian clock confirm。",
        clock=f"{local_time(clock):%Y-%m-%d %H:%M}",
        last=f"{local_time(last):%Y-%m-%d %H:%M}",
        gap=gap(last - clock),
    )


def gap(time: timedelta) -> str:
    """So long, in the unit a person would use."""
    if time >= timedelta(days=2):
        return _("{n} 天", n=round(time / timedelta(days=1)))
    if time >= timedelta(hours=2):
        return _("{n} 小时", n=round(time / timedelta(hours=1)))
    return _("{n} 分钟", n=round(time / timedelta(minutes=1)))
