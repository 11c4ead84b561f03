"""This computer's clock: how far from a server's, and for a local file whether it can be right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.clock import ahead, behind
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError, NotAllowedError
from app.i18n import _
from app.models.party import Organisation
from app.models.stock import ChainHead
from app.services import audit, clock_order
from app.services.clock_order import CONFIRM, last_entry
from app.services.db import Database, database_of, local_time, now
from app.services.operations import claim, finish

TOLERANCE: Final = timedelta(seconds=120)
_SHORTEST: Final = 4


@dataclass(frozen=True, slots=True)
class Stands:
    """How this computer's clock stands to the books of one organisation in a local file.

    Attributes:
        org_id: Whose books.
        org: Its short name.
        clock: What the computer says, in the members' zone.
        last: When the last entry was written, by the clock of then.
        mine: Whether this person may confirm the clock for it.
    """

    org_id: int
    org: str
    clock: datetime
    last: datetime
    mine: bool

    @property
    def short(self) -> str:
        """What is wrong, for a notice."""
        return _(
            "这台电脑的时间早于最后一笔记录（{last}），现在不能记账。请先校准电脑的日期和时间。",
            last=f"{self.last:%Y-%m-%d %H:%M}",
        )

    @property
    def both(self) -> str:
        """The two moments, for whoever has to decide which is right."""
        return _(
            "电脑现在的时间：{clock}；最后一笔记录：{last}（差 {gap}）。",
            clock=f"{self.clock:%Y-%m-%d %H:%M}",
            last=f"{self.last:%Y-%m-%d %H:%M}",
            gap=clock_order.gap(self.last - self.clock),
        )

    @property
    def words(self) -> str:
        """What is wrong, and what to do."""
        return clock_order.words(self.clock, self.last)


@dataclass(frozen=True, slots=True)
class Confirm:
    """The clock is right now, whatever was written before; the reason stands in the trail."""

    op_id: UUID
    reason: str


def skew(db: Database) -> timedelta:
    """This computer's time less the server's; zero for a local file, which has no other clock."""
    if db.is_sqlite:
        return timedelta()
    before = datetime.now(UTC)
    with db.read() as session:
        server = now(session)
    return before + (datetime.now(UTC) - before) // 2 - server


def late_books(db: Database, actor: Actor) -> tuple[Stands, ...]:
    """The actor's books in a local file whose last entry lies in the clock's future."""
    with db.read() as session:
        return _late(session, actor, _books(session, actor))


def far_ahead(db: Database, actor: Actor) -> str:
    """A warning where nothing was booked for so long that the clock may rather run ahead.

    It is believed all the same: only a person knows whether the house stood still. What is booked
    with it would lie in the future, and goods would look expired. Empty when nothing is odd.
    """
    with db.read() as session:
        found = (last_entry(session, org) for org in _books(session, actor))
        last = max((at for at in found if at is not None), default=None)
        clock = now(session)
        if last is None or not (time := ahead(clock, last)):
            return ""
        return _(
            "这台电脑的日期是 {clock}，最后一笔记录是 {last}，已过 {gap}。"
            "请看一下电脑的日期对不对；不对就先校准，再记账。",
            clock=f"{local_time(clock):%Y-%m-%d}",
            last=f"{local_time(last):%Y-%m-%d}",
            gap=clock_order.gap(time),
        )


def confirm(db: Database, actor: Actor, command: Confirm) -> int:
    """Say that the clock is right now; for how many organisations' books.

    Raises:
        NotAllowedError: The person neither signs for nor administers any of these books.
        DomainError: No reason, or nothing is to be confirmed.
    """
    if not any(actor.has(duty) for duty in (Duty.ADMIN, Duty.SIGN)):
        raise NotAllowedError(
            "clock.denied", _("电脑时间要由负责人或管理员确认。请他们登录后确认。")
        )
    if len(command.reason.strip()) < _SHORTEST:
        raise DomainError("clock.reason", _("请写明为什么时间往回走了，至少 4 个字。"))
    with db.write() as session:
        home = actor.org_id
        earlier = claim(session, actor, home, command.op_id, CONFIRM, command)
        if earlier is not None:
            return int(earlier["books"])
        late = [one for one in _late(session, actor, _books(session, actor)) if one.mine]
        if not late:
            raise DomainError("clock.right", _("电脑时间没有早于记录，不用确认。"))
        for one in late:
            detail = {"last": one.last.isoformat(), "clock": one.clock.isoformat()}
            detail["reason"] = command.reason.strip()
            audit.record(session, actor, one.org_id, CONFIRM, ("clock", 0), detail)
        finish(session, home, command.op_id, {"books": len(late)})
        return len(late)


def _books(session: Session, actor: Actor) -> Iterable[int]:
    """Whose clock concerns the person: the own books; all of the file for its administrator."""
    if not database_of(session).is_sqlite:
        return ()
    if not actor.has(Duty.ADMIN):
        return sorted(actor.orgs())
    return session.scalars(select(ChainHead.org_id).where(ChainHead.chain == "audit")).all()


def _late(session: Session, actor: Actor, orgs: Iterable[int]) -> tuple[Stands, ...]:
    clock, found = now(session), []
    mine = actor.orgs(Duty.SIGN)
    for org in orgs:
        last = last_entry(session, org)
        if last is not None and behind(clock, last):
            name = session.get_one(Organisation, org).short_name
            may = actor.has(Duty.ADMIN) or org in mine
            found.append(Stands(org, name, local_time(clock), local_time(last), may))
    return tuple(found)
