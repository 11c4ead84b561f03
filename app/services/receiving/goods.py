"""Facts of goods, as acceptance needs them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.receiving.note import Goods
from app.models.item import Item
from app.models.party import Maker
from app.models.stock import Lot


def facts(session: Session, items: Collection[int]) -> dict[int, Goods]:
    """Facts by item; unknown ids are left out."""
    wanted = sorted(set(items))
    lots = _lots(session, wanted)
    rows = session.execute(
        select(Item, Maker.short_name)
        .join(Maker, Maker.id == Item.maker_id)
        .where(Item.id.in_(wanted))
    )
    return {item.id: _goods(item, maker, lots.get(item.id, {})) for item, maker in rows}


def _goods(item: Item, maker: str, lots: dict[str, date | None]) -> Goods:
    return Goods(
        item_id=item.id,
        code=item.code,
        name=item.name,
        spec=item.spec,
        maker=maker,
        item_class=item.item_class,
        base_unit=item.base_unit,
        pack_unit=item.pack_unit,
        pack_factor=item.pack_factor,
        storage=item.storage,
        controlled=item.controlled,
        lot_tracked=item.lot_tracked,
        shelf_life_days=item.shelf_life_days,
        lots=lots,
    )


def _lots(session: Session, items: Collection[int]) -> dict[int, dict[str, date | None]]:
    rows = session.execute(
        select(Lot.item_id, Lot.lot_no, Lot.expiry).where(Lot.item_id.in_(items), Lot.serial == "")
    )
    found: dict[int, dict[str, date | None]] = {}
    for item_id, lot_no, expiry in rows:
        found.setdefault(item_id, {})[lot_no] = expiry
    return found
