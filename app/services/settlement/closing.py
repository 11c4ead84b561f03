"""关账: a member's month is shut; opened again only with a reason and by two persons."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, func, select, text, update
from sqlalchemy.orm import Session, aliased

from app.domain.documents import DocKind, State
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, NotAllowedError, Problem, refuse_if
from app.domain.ids import new_id
from app.domain.money import cents
from app.domain.settlement.closing import Finding, holding
from app.domain.settlement.period import Period
from app.i18n import _
from app.models.party import Organisation, Person
from app.models.settlement import MonthClose, Statement
from app.services import audit
from app.services.access import require
from app.services.db import Database, database_of, now, today
from app.services.operations import claim, finish
from app.services.settlement.changes import check_reason
from app.services.settlement.checks import Month, findings, month_of
from app.services.stock.closed import closed_through


@dataclass(frozen=True, slots=True)
class CloseMonth:
    """Close a member's period; with `estimated` also where invoices are missing (暂估)."""

    op_id: UUID
    org_id: int
    period: str
    estimated: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class AskReopen:
    """Ask for a closed month to be opened again; somebody else allows it."""

    op_id: UUID
    org_id: int
    close_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class AllowReopen:
    """Open the month again that somebody else asked for."""

    op_id: UUID
    org_id: int
    close_id: int


@dataclass(frozen=True, slots=True)
class CloseRow:
    """One close of a month, with its trail."""

    org_id: int
    org: str
    close_id: int
    period: str
    date_from: date
    date_to: date
    closed_at: datetime
    closed_by: str
    note: str
    figures: dict[str, Any]
    asked_at: datetime | None
    asked_id: int
    asked_by: str
    reason: str
    reopened_at: datetime | None
    reopened_by: str

    @property
    def shut(self) -> bool:
        """Whether it is in force."""
        return self.reopened_at is None


def open_items(db: Database, actor: Actor, org_id: int, period: str) -> tuple[Finding, ...]:
    """What is still open before the month can be closed."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        return findings(session, month_of(session, org_id, Period.parse(period)))


def close_month(db: Database, actor: Actor, command: CloseMonth) -> CloseRow:
    """Shut the books up to the period's last day.

    Raises:
        NotAllowedError: The actor does not settle for the member.
        DomainError: The period is not over, or something is open (`problems` lists all).
        ConflictError: It is closed already.
    """
    require(actor, Duty.SETTLE, command.org_id)
    note = check_reason(command.note) if command.estimated else command.note.strip()
    with db.write() as session:
        month = month_of(session, command.org_id, Period.parse(command.period))
        earlier = claim(session, actor, command.org_id, command.op_id, "month.close", command)
        if earlier is None:
            _hold_books(session, command.org_id)
            _check_days(session, month)
            found = findings(session, month)
            _refuse_open(found, estimated=command.estimated)
            key = new_id()
            figures = _figures(session, month, found)
            session.add(_row(session, actor, month, key, note, figures))
            session.flush()
            audit.record(
                session, actor, command.org_id, "month.close", (DocKind.MONTH.value, key),
                {"period": command.period, "to": month.days.last, "note": note, **figures},
            )  # fmt: skip
            earlier = {"id": key}
            finish(session, command.org_id, command.op_id, earlier)
    return close_of(db, actor, command.org_id, int(earlier["id"]))


def _hold_books(session: Session, org_id: int) -> None:
    """Nobody posts until this unit of work is over; SQLite has one writer anyway."""
    if not database_of(session).is_sqlite:
        session.execute(text("SELECT api.hold_books(:org)"), {"org": org_id})


def _check_days(session: Session, month: Month) -> None:
    if month.days.last >= today(session):
        raise DomainError(
            "month.not_over",
            _(
                "{period} 到 {last} 才结束，{next} 起可以关账。",
                period=month.period.key,
                last=month.days.last,
                next=month.days.last + timedelta(days=1),
            ),
        )
    through = closed_through(session, month.org_id)
    if through is not None and through >= month.days.last:
        raise ConflictError("month.closed_already", _("已关账到 {day}。", day=through))


def _refuse_open(found: Collection[Finding], *, estimated: bool) -> None:
    problems = [
        Problem(
            f"close.{one.check}",
            f"{one.title} {one.count}：{'、'.join(one.names)}。{one.advice}",
        )
        for one in holding(found, estimated=estimated)
    ]
    refuse_if(
        problems, "month.open_items",
        _("关账前还有 {n} 项。", n=sum(o.count for o in holding(found, estimated=estimated))),
    )  # fmt: skip


def _figures(session: Session, month: Month, found: Collection[Finding]) -> dict[str, Any]:
    count, payable, adjusted = session.execute(
        select(
            func.count(),
            func.sum(Statement.consumed_amount),
            func.sum(Statement.adjust_amount),
        ).where(
            Statement.org_id == month.org_id,
            Statement.period == month.period.key,
            Statement.status.not_in((State.CANCELLED.value, State.REVERSED.value)),
        )
    ).one()
    total = cents((payable or Decimal(0)) + (adjusted or Decimal(0)))
    return {
        "statements": int(count),
        "payable": str(total),
        "open": {one.check.value: one.count for one in found},
    }


def _row(
    session: Session, actor: Actor, month: Month, key: int, note: str, figures: dict[str, Any]
) -> MonthClose:
    through = closed_through(session, month.org_id)
    first = month.days.first if through is None else through + timedelta(days=1)
    return MonthClose(
        org_id=month.org_id, id=key, period=month.period.key, date_from=first,
        date_to=month.days.last, closed_at=now(session), closed_by=actor.person_id,
        note=note or None, figures=figures,
    )  # fmt: skip


def ask_reopen(db: Database, actor: Actor, command: AskReopen) -> None:
    """Ask for the month to be opened; it stays closed until another person allows it."""
    require(actor, Duty.SETTLE, command.org_id)
    reason = check_reason(command.reason)
    with db.write() as session:
        if claim(session, actor, command.org_id, command.op_id, "month.ask", command) is not None:
            return
        _last_closed(session, command.org_id, command.close_id)
        _change(
            session, command.org_id, command.close_id,
            {"asked_at": now(session), "asked_by": actor.person_id, "reason": reason},
        )  # fmt: skip
        audit.record(
            session, actor, command.org_id, "month.ask_reopen",
            (DocKind.MONTH.value, command.close_id), {"reason": reason},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {})


def allow_reopen(db: Database, actor: Actor, command: AllowReopen) -> None:
    """Open the month again.

    Raises:
        NotAllowedError: The actor asked for it, or has none of the duties 结算, 签署, 审计 there.
        ConflictError: Nobody asked, or a later month is closed.
    """
    duties = (Duty.SETTLE, Duty.SIGN, Duty.AUDIT)
    if not any(actor.can(duty, command.org_id) for duty in duties):
        require(actor, Duty.SIGN, command.org_id)
    with db.write() as session:
        if claim(session, actor, command.org_id, command.op_id, "month.allow", command) is not None:
            return
        row = _last_closed(session, command.org_id, command.close_id)
        if row.asked_by is None:
            raise ConflictError("month.not_asked", _("还没有人申请开账。请结算员先写明原因申请。"))
        if row.asked_by == actor.person_id:
            raise NotAllowedError(
                "month.own", _("开账是你申请的，要由另一个人同意。请交给负责人或审计。")
            )
        _change(
            session, command.org_id, command.close_id,
            {"reopened_at": now(session), "reopened_by": actor.person_id},
        )  # fmt: skip
        audit.record(
            session, actor, command.org_id, "month.reopen",
            (DocKind.MONTH.value, command.close_id), {"period": row.period, "reason": row.reason},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {})


def _last_closed(session: Session, org_id: int, close_id: int) -> MonthClose:
    row = session.get(MonthClose, (org_id, close_id))
    if row is None or row.reopened_at is not None:
        raise ConflictError("month.gone", _("这个月没有关账，或已经开账。请刷新后再看。"))
    through = closed_through(session, org_id)
    if through is not None and row.date_to < through:
        raise ConflictError(
            "month.later", _("后面的月份已关到 {day}。请先从最后一个月开起。", day=through)
        )
    return row


def _change(session: Session, org_id: int, close_id: int, values: dict[str, Any]) -> None:
    done = session.execute(
        update(MonthClose)
        .where(
            MonthClose.org_id == org_id,
            MonthClose.id == close_id,
            MonthClose.reopened_at.is_(None),
        )
        .values(**values)
    )
    assert isinstance(done, CursorResult)  # noqa: S101 - an UPDATE has a row count
    if done.rowcount != 1:
        raise ConflictError("month.gone", _("这个月没有关账，或已经开账。请刷新后再看。"))


def closes(db: Database, actor: Actor, orgs: Collection[int]) -> tuple[CloseRow, ...]:
    """All closes of the members in scope, also those opened again; the newest first."""
    scope = sorted(set(orgs) & actor.orgs())
    with db.read() as session:
        rows = session.execute(_rows().where(MonthClose.org_id.in_(scope)))
        return tuple(_close_row(row) for row in rows)


def close_of(db: Database, actor: Actor, org_id: int, close_id: int) -> CloseRow:
    """One close."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        wanted = _rows().where(MonthClose.org_id == org_id, MonthClose.id == close_id)
        return _close_row(session.execute(wanted).one())


def _rows() -> Any:
    closer, asker, opener = aliased(Person), aliased(Person), aliased(Person)
    return (
        select(MonthClose, Organisation.short_name, closer.name, asker.name, opener.name)
        .join(Organisation, Organisation.id == MonthClose.org_id)
        .outerjoin(closer, closer.id == MonthClose.closed_by)
        .outerjoin(asker, asker.id == MonthClose.asked_by)
        .outerjoin(opener, opener.id == MonthClose.reopened_by)
        .order_by(MonthClose.date_to.desc(), MonthClose.closed_at.desc())
    )


def _close_row(found: Any) -> CloseRow:
    row, org, closer, asker, opener = found
    return CloseRow(
        row.org_id, org, row.id, row.period, row.date_from, row.date_to, row.closed_at,
        closer or "—", row.note or "", dict(row.figures), row.asked_at, row.asked_by or 0,
        asker or "", row.reason or "", row.reopened_at, opener or "",
    )  # fmt: skip
