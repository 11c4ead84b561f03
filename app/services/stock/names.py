"""Names of items and organisations for messages and papers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.quantity import UnitChain, two_units
from app.models.item import Item
from app.models.party import Organisation


@dataclass(frozen=True, slots=True)
class ItemTold:
    """How a message speaks of an item: its name, and quantities in its units."""

    name: str = ""
    units: UnitChain | None = None

    def qty(self, units: int) -> str:
        """A quantity of it, as people say it."""
        return self.units.text(units) if self.units else f"{units:,}"


def item_names(session: Session, items: Collection[int]) -> dict[int, str]:
    """Name and specification by item; an unknown id reads as #id."""
    rows = session.execute(select(Item.id, Item.name, Item.spec).where(Item.id.in_(items))).all()
    found = {row.id: f"{row.name} {row.spec}".strip() for row in rows}
    return {item: found.get(item, f"#{item}") for item in items}


def items_told(session: Session, items: Collection[int]) -> dict[int, ItemTold]:
    """How messages speak of items."""
    names = item_names(session, items)
    rows = session.execute(
        select(Item.id, Item.base_unit, Item.pack_unit, Item.pack_factor).where(Item.id.in_(items))
    ).all()
    units = {row.id: two_units(row.base_unit, row.pack_unit, row.pack_factor) for row in rows}
    return {item: ItemTold(name, units.get(item)) for item, name in names.items()}


def org_names(session: Session, orgs: Collection[int]) -> dict[int, str]:
    """Full names of organisations."""
    rows = session.execute(
        select(Organisation.id, Organisation.name).where(Organisation.id.in_(orgs))
    ).all()
    return {int(row.id): row.name for row in rows}
