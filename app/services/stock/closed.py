"""Closed months (关账): up to which day a member's books are shut."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.domain.errors import DomainError
from app.i18n import _
from app.models.settlement import MonthClose
from app.services.ready import Ready

_THROUGH: Final = Ready(
    select(func.max(MonthClose.date_to)).where(
        MonthClose.org_id == bindparam("org"), MonthClose.reopened_at.is_(None)
    )
)


def closed_through(session: Session, org_id: int) -> date | None:
    """The last day of the last closed month; None while nothing is closed."""
    found: date | None
    ((found,),) = _THROUGH.rows(session, {"org": org_id})
    return found


def closed_text(day: date, through: date) -> str:
    """Why a fact of that day cannot be posted, and what to do."""
    return _(
        "{day} 所在的月份已关账（关到 {through}），没有记账。请改用 {next} 以后的日期，"
        "或请结算员写明原因申请开账。",
        day=day, through=through, next=through + timedelta(days=1),
    )  # fmt: skip


def refuse_closed(session: Session, org_id: int, day: date) -> None:
    """Raise `DomainError` where `day` lies in a closed month; the database refuses it too."""
    through = closed_through(session, org_id)
    if through is not None and day <= through:
        raise DomainError("month.closed", closed_text(day, through))
