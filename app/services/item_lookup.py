"""From a scanned code to the item it names: one way for receiving, consumption and search."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.domain.scan import ScanResult
from app.models.item import Item
from app.services.catalogue.lookup import by_scan
from app.services.db import Database


@dataclass(frozen=True, slots=True)
class FoundItem:
    """An item that a code names.

    Attributes:
        unit_factor: Smallest units that one scan of this code stands for (a case code stands for
            a case); the pack where the code does not say.
    """

    item_id: int
    code: str
    name: str
    spec: str
    base_unit: str
    pack_unit: str
    pack_factor: int
    unit_factor: int
    storage: str
    controlled: str


def items_of_scan(session: Session, scan: ScanResult, org_id: int) -> tuple[FoundItem, ...]:
    """The items that a scan names; several when a code is ambiguous, none when it is unknown.

    Our own item code (YP-000101), typed or in AI 240, counts as well as any registered code; a
    member's own codes count for that member only.
    """
    matches = {match.item_id: match for match in by_scan(session, (org_id,), scan)}
    items = session.scalars(select(Item).where(Item.id.in_(matches)).order_by(Item.code))
    return tuple(_found(item, matches[item.id].unit_factor) for item in items)


def find_items(db: Database, actor: Actor, scan: ScanResult) -> tuple[FoundItem, ...]:
    """`items_of_scan` in a unit of its own, with the actor's own member codes."""
    with db.read() as session:
        return items_of_scan(session, scan, actor.org_id)


def _found(item: Item, factor: int) -> FoundItem:
    return FoundItem(
        item_id=item.id,
        code=item.code,
        name=item.name,
        spec=item.spec,
        base_unit=item.base_unit,
        pack_unit=item.pack_unit,
        pack_factor=item.pack_factor,
        unit_factor=factor if factor > 1 else item.pack_factor,
        storage=item.storage,
        controlled=item.controlled,
    )
