"""Names of items and organisations for messages and papers."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.item import Item
from app.models.party import Organisation


def item_names(session: Session, items: Collection[int]) -> dict[int, str]:
    """Name and specification by item; an unknown id reads as #id."""
    rows = session.execute(select(Item.id, Item.name, Item.spec).where(Item.id.in_(items))).all()
    found = {row.id: f"{row.name} {row.spec}".strip() for row in rows}
    return {item: found.get(item, f"#{item}") for item in items}


def org_names(session: Session, orgs: Collection[int]) -> dict[int, str]:
    """Full names of organisations."""
    rows = session.execute(
        select(Organisation.id, Organisation.name).where(Organisation.id.in_(orgs))
    ).all()
    return {int(row.id): row.name for row in rows}
