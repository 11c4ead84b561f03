"""Which lots are frozen, by whom, and since when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models.stock import LotHold
from app.services.db import local_time


def holds(session: Session, orgs: Collection[int], lots: Collection[int]) -> set[tuple[int, int]]:
    """Of these lots the frozen ones, each with who froze it: a member, or 0 for the group."""
    rows = session.execute(
        select(LotHold.org_id, LotHold.lot_id).where(
            LotHold.org_id.in_({0, *orgs}), LotHold.released_at.is_(None), LotHold.lot_id.in_(lots)
        )
    )
    return {(row.org_id, row.lot_id) for row in rows}


def held_since(session: Session, org_id: int, lots: Collection[int]) -> dict[int, date]:
    """Since which day lots are frozen for the organisation or the group; free ones are missing."""
    rows = session.execute(
        select(LotHold.lot_id, func.min(LotHold.since).label("since"))
        .where(
            LotHold.org_id.in_((org_id, 0)), LotHold.released_at.is_(None),
            LotHold.lot_id.in_(lots),
        )
        .group_by(LotHold.lot_id)
    )  # fmt: skip
    return {row.lot_id: local_time(row.since).date() for row in rows}
