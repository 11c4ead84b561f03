"""Help for typing a delivery note: goods by pinyin, and what is still on order."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from app.domain.catalogue import ItemStatus
from app.domain.duties import Actor, Duty
from app.models.item import Item
from app.services.access import require, require_any
from app.services.catalogue.search import search
from app.services.db import Database
from app.services.receiving.matching import open_lines

_MOST = 12
_LOOKED_AT = 4 * _MOST
_ACTIVE = ItemStatus.ACTIVE


@dataclass(frozen=True, slots=True)
class GoodsHit:
    """An item to put on a note."""

    item_id: int
    code: str
    name: str
    spec: str
    pack_unit: str
    pack_factor: int


def find_goods(db: Database, actor: Actor, text: str) -> tuple[GoodsHit, ...]:
    """Active items by name, pinyin or code: the catalogue's hits in its order."""
    require_any(actor, Duty.STORE, Duty.SUPPLY, Duty.BUY)
    hits = [row.id for row in search(db, actor, text, _LOOKED_AT) if row.status is _ACTIVE][:_MOST]
    with db.read() as session:
        items = {item.id: item for item in session.scalars(select(Item).where(Item.id.in_(hits)))}
        return tuple(_hit(items[item]) for item in hits if item in items)


def expected_lines(
    db: Database, actor: Actor, org_id: int, supplier_id: int
) -> tuple[tuple[GoodsHit, int], ...]:
    """What is on order at a supplier and not received, in packs by item."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        left: dict[int, int] = {}
        for line in open_lines(session, org_id, supplier_id):
            left[line.item_id] = left.get(line.item_id, 0) + line.left
        items = {
            item.id: item for item in session.scalars(select(Item).where(Item.id.in_(sorted(left))))
        }
        return tuple(
            (_hit(items[item]), units // items[item].pack_factor)
            for item, units in left.items()
            if units >= items[item].pack_factor
        )


def _hit(item: Item) -> GoodsHit:
    return GoodsHit(item.id, item.code, item.name, item.spec, item.pack_unit, item.pack_factor)
