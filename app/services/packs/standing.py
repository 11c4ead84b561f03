"""How many packs stand where: counted once for the definitions and for what is wanted."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session

from app.domain.packs.steps import PackState
from app.models.fixed_pack import FixedPack
from app.models.pack import Pack, PackLine
from app.models.stock import LotHold

Counts = dict[tuple[int, int, int], int]
"""(item, size, department) → packs in stock or on the way; department 0 is the store."""


def frozen(org_id: int) -> ColumnElement[bool]:
    """Whether a pack of the member has a lot in it that is frozen or recalled."""
    return exists().where(
        PackLine.org_id == Pack.org_id,
        PackLine.pack_id == Pack.id,
        LotHold.lot_id == PackLine.lot_id,
        LotHold.org_id.in_((org_id, 0)),
        LotHold.released_at.is_(None),
    )


def counts(session: Session, org_id: int) -> Counts:
    """Packs of a member that are whole, not yet opened, and may be used."""
    rows = session.execute(
        select(Pack.item_id, Pack.qty, FixedPack.department_id, func.count())
        .join(FixedPack, and_(FixedPack.org_id == Pack.org_id, FixedPack.pack_id == Pack.id))
        .where(
            Pack.org_id == org_id,
            Pack.status.in_((PackState.IN_STOCK.value, PackState.ISSUED.value)),
            ~frozen(org_id),
        )
        .group_by(Pack.item_id, Pack.qty, FixedPack.department_id)
    ).all()
    return {(item, size, place): int(packs) for item, size, place, packs in rows}


def with_departments(found: Counts) -> dict[tuple[int, int], int]:
    """(item, department) → packs of any size there; department 0 is all departments together."""
    away: dict[tuple[int, int], int] = {}
    for (item, _size, department), packs in found.items():
        for place in (department, 0) if department else ():
            away[item, place] = away.get((item, place), 0) + packs
    return away
