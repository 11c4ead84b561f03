"""Help for typing a delivery note: goods by pinyin, and what is still on order."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select

from app.domain.duties import Actor, Duty
from app.models.item import Item, ItemSearch
from app.services.access import require, require_any
from app.services.db import Database
from app.services.receiving.matching import open_lines

_MOST = 12


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
    """Active items by name, pinyin or code, most used first."""
    require_any(actor, Duty.STORE, Duty.SUPPLY, Duty.BUY)
    clean = text.strip().lower().replace("%", "").replace("_", "")
    if not clean:
        return ()
    like = f"%{clean}%"
    with db.read() as session:
        rows = session.scalars(
            select(Item)
            .join(ItemSearch, ItemSearch.item_id == Item.id)
            .where(
                Item.status == "active",
                or_(
                    ItemSearch.words.like(like),
                    ItemSearch.initials.like(like),
                    ItemSearch.full.like(like),
                    ItemSearch.codes.like(like),
                ),
            )
            .order_by(Item.usage_rank.desc(), ItemSearch.sort_key)
            .limit(_MOST)
        )
        return tuple(_hit(item) for item in rows)


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
