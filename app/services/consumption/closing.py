"""Closed months: nothing that lies in one is posted any more; says so before the database does."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain.errors import DomainError
from app.i18n import _
from app.models.settlement import MonthClose


def closed_until(session: Session, org_id: int) -> date | None:
    """The last day that is closed for the member; None while no month is."""
    return session.scalar(
        select(func.max(MonthClose.date_to)).where(
            MonthClose.org_id == org_id, MonthClose.reopened_at.is_(None)
        )
    )


def closed_text(day: date, until: date) -> str:
    """Why a fact of that day cannot be posted, and what to do."""
    return _(
        "{day} 所在的月份已关账（截至 {until}），不能补记。请改用 {next} 以后的日期，"
        "或请结算人员申请反关账。",
        day=day, until=until, next=until + timedelta(days=1),
    )  # fmt: skip


def refuse_closed(session: Session, org_id: int, day: date) -> None:
    """Raise `DomainError` when the day lies in a closed month of the member."""
    until = closed_until(session, org_id)
    if until is not None and day <= until:
        raise DomainError("month.closed", closed_text(day, until))
