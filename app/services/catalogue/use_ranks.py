"""How often items are used: what search sorts by."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import func, select, update

from app.domain.duties import Actor, Duty
from app.models.demand import Demand
from app.models.item import Item
from app.models.stock import Ledger
from app.services.access import lead_org, require
from app.services.db import Database, today

_DAYS: Final = 365


def rank_by_use(db: Database, actor: Actor) -> int:
    """Count the asks and moves of the last year of the organisations in sight; items in use.

    Search puts what is used first; the figure is only an order, no quantity.
    """
    with db.write() as session:
        day = today(session)
        require(actor, Duty.CATALOGUE, lead_org(session, day))
        since = day - timedelta(days=_DAYS)
        orgs = sorted(actor.orgs())
        ranks: dict[int, int] = {}
        for table, when in ((Demand, Demand.day), (Ledger, Ledger.occurred_on)):
            counted = (
                select(table.item_id, func.count())
                .where(table.org_id.in_(orgs), when >= since)
                .group_by(table.item_id)
            )
            for item, count in session.execute(counted):
                ranks[item] = ranks.get(item, 0) + int(count)
        known = dict(
            session.execute(select(Item.id, Item.usage_rank).where(Item.usage_rank > 0)).all()
        )
        changed = [
            {"id": item, "usage_rank": ranks.get(item, 0)}
            for item in known.keys() | ranks.keys()
            if known.get(item, 0) != ranks.get(item, 0)
        ]
        if changed:
            session.execute(update(Item), changed)
        return len(ranks)
