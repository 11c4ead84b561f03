"""Until when acceptance records are kept, by what is on them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.receiving.retention import KeptGoods, keep_until
from app.models.item import Item
from app.models.receiving import Acceptance, AcceptanceLine
from app.models.stock import Lot
from app.services.access import require
from app.services.db import Database, today

_DRUGS = frozenset({"drug", "tcm"})


def kept(db: Database, actor: Actor, org_id: int, ids: Collection[int]) -> dict[int, date]:
    """The last day of each record; `date.max` is for good."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        return record_kept(session, org_id, ids)


def record_kept(session: Session, org_id: int, ids: Collection[int]) -> dict[int, date]:
    """`kept` inside a unit of work."""
    rows = session.execute(
        select(
            Acceptance.id, Acceptance.accepted_on, Item.item_class, Item.controlled,
            Item.high_value, Lot.expiry,
        )
        .join(
            AcceptanceLine,
            (AcceptanceLine.org_id == Acceptance.org_id)
            & (AcceptanceLine.acceptance_id == Acceptance.id),
        )
        .join(Item, Item.id == AcceptanceLine.item_id)
        .outerjoin(Lot, Lot.id == AcceptanceLine.lot_id)
        .where(Acceptance.org_id == org_id, Acceptance.id.in_(ids))
    ).all()  # fmt: skip
    days: dict[int, date] = {}
    goods: dict[int, list[KeptGoods]] = {}
    for row in rows:
        days[row.id] = row.accepted_on or today(session)
        goods.setdefault(row.id, []).append(
            KeptGoods(row.item_class in _DRUGS, row.controlled, row.high_value, row.expiry)
        )
    return {one: keep_until(days.get(one, today(session)), goods.get(one, ())) for one in ids}
