"""Who sees which prices: the group's members the group's and their own, a supplier its own."""

from __future__ import annotations

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.models.price import Price
from app.services.access import group_orgs
from app.services.db import today


def visible(session: Session, actor: Actor) -> ColumnElement[bool]:
    """The condition on `Price`; PostgreSQL's row security says the same once more."""
    mine = sorted(actor.orgs())
    own = Price.supplier_id.in_(mine)
    if actor.orgs().isdisjoint(group_orgs(session, today(session))):
        return own
    return own | Price.org_id.in_((0, *mine))
