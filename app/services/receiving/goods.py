"""Facts of goods, as acceptance needs them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.domain.receiving.note import Goods
from app.models.item import Item
from app.models.party import Maker
from app.models.stock import Lot, LotHold


def facts(session: Session, items: Collection[int]) -> dict[int, Goods]:
    """Facts by item; unknown ids are left out."""
    wanted = sorted(set(items))
    lots, frozen = _lots(session, wanted), _frozen(session, wanted)
    rows = session.execute(
        select(Item, Maker.short_name)
        .join(Maker, Maker.id == Item.maker_id)
        .where(Item.id.in_(wanted))
    )
    return {
        item.id: _goods(item, maker, lots.get(item.id, {}), frozenset(frozen.get(item.id, ())))
        for item, maker in rows
    }


def _goods(item: Item, maker: str, lots: dict[str, date | None], frozen: frozenset[str]) -> Goods:
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
        frozen=frozen,
    )


def _lots(session: Session, items: Collection[int]) -> dict[int, dict[str, date | None]]:
    rows = session.execute(
        select(Lot.item_id, Lot.lot_no, Lot.expiry).where(Lot.item_id.in_(items), Lot.serial == "")
    )
    found: dict[int, dict[str, date | None]] = {}
    for item_id, lot_no, expiry in rows:
        found.setdefault(item_id, {})[lot_no] = expiry
    return found


def _frozen(session: Session, items: Collection[int]) -> dict[int, set[str]]:
    """Numbers of lots that are frozen in the whole group: goods that come in are nobody's yet."""
    group_wide = and_(LotHold.lot_id == Lot.id, LotHold.org_id == 0, LotHold.released_at.is_(None))
    rows = session.execute(
        select(Lot.item_id, Lot.lot_no).join(LotHold, group_wide).where(Lot.item_id.in_(items))
    )
    found: dict[int, set[str]] = {}
    for item_id, lot_no in rows:
        found.setdefault(item_id, set()).add(lot_no)
    return found
