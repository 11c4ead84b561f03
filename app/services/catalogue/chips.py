"""How many items each quick view of the catalogue holds."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import case, func, select

from app.domain.duties import Actor
from app.models.item import Item
from app.models.party import GroupMembership
from app.services.db import Database


@dataclass(frozen=True, slots=True)
class CatalogueFigures:
    """Items altogether, by quick view, and organisations of the group."""

    items: int
    views: dict[str, int]
    members: int


def figures(db: Database, actor: Actor) -> CatalogueFigures:
    """The figures above the list."""
    del actor  # the catalogue is everybody's to read
    conditions = (
        Item.item_class == "drug",
        Item.item_class == "consumable",
        Item.item_class == "reagent",
        Item.vbp.is_(True),
        Item.storage.in_(("cold", "frozen")),
        Item.high_value.is_(True),
    )
    sums = [func.coalesce(func.sum(case((one, 1), else_=0)), 0) for one in conditions]
    with db.read() as session:
        row = session.execute(select(func.count(Item.id), *sums)).one()
        members = session.scalar(
            select(func.count(func.distinct(GroupMembership.org_id))).where(
                GroupMembership.role.in_(("lead", "member")), GroupMembership.valid_to.is_(None)
            )
        )
    names = ("drug", "consumable", "reagent", "vbp", "cold", "high_value")
    views = dict(zip(names, (int(one) for one in row[1:]), strict=True))
    return CatalogueFigures(int(row[0]), views, int(members or 0))
