"""Help for typing a delivery note: goods by pinyin, and what is still on order."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from app.domain.catalogue import ItemStatus
from app.domain.documents import State
from app.domain.duties import Actor, Duty
from app.i18n import _
from app.models.item import Item
from app.models.receiving import Delivery, DeliveryLine
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


def same_on_way(
    db: Database, actor: Actor, org_id: int, supplier_id: int, items: Collection[int]
) -> str:
    """Doubt that a note typed by hand is for goods that are announced already; empty without one.

    Args:
        db: The database.
        actor: Who types it.
        org_id: The member.
        supplier_id: Whose goods came.
        items: What stands on the note so far.
    """
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        rows = session.execute(
            select(Delivery.no, Item.name)
            .join(
                DeliveryLine,
                (DeliveryLine.org_id == Delivery.org_id)
                & (DeliveryLine.delivery_id == Delivery.id),
            )
            .join(Item, Item.id == DeliveryLine.item_id)
            .where(
                Delivery.org_id == org_id, Delivery.supplier_id == supplier_id,
                Delivery.status == State.ANNOUNCED.value, DeliveryLine.item_id.in_(set(items)),
            )
            .order_by(Delivery.id, DeliveryLine.line)
        ).all()  # fmt: skip
    if not rows:
        return ""
    return _(
        "这家供应商有一张在途的送货单 {no}，上面也有{names}。是不是同一批？"
        "是的话验收那一张，不用补录。",
        no="、".join(dict.fromkeys(row.no for row in rows)),
        names="、".join([*dict.fromkeys(row.name for row in rows)][:3]),
    )


def _hit(item: Item) -> GoodsHit:
    return GoodsHit(item.id, item.code, item.name, item.spec, item.pack_unit, item.pack_factor)
