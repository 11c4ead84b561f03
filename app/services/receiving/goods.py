"""Facts of goods, as acceptance needs them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, Final

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from app.domain.receiving.note import Goods
from app.models.item import Item
from app.models.party import Maker
from app.models.stock import Lot, LotHold

_COLUMNS: Final = (
    Item.id, Item.code, Item.name, Item.spec, Item.item_class, Item.base_unit, Item.pack_unit,
    Item.pack_factor, Item.storage, Item.controlled, Item.lot_tracked, Item.shelf_life_days,
)  # fmt: skip
"""What acceptance needs; an object of the mapper for each item costs three times as much."""


def facts(session: Session, items: Collection[int]) -> dict[int, Goods]:
    """Facts by item; unknown ids are left out."""
    wanted = sorted(set(items))
    lots, frozen = _lots(session, wanted), _frozen(session, wanted)
    rows = session.execute(
        select(*_COLUMNS, Maker.short_name.label("maker"))
        .join(Maker, Maker.id == Item.maker_id)
        .where(Item.id.in_(wanted))
    )
    return {
        row.id: _goods(row, lots.get(row.id, {}), frozenset(frozen.get(row.id, ()))) for row in rows
    }


def _goods(row: Any, lots: dict[str, date | None], frozen: frozenset[str]) -> Goods:
    return Goods(
        item_id=row.id,
        code=row.code,
        name=row.name,
        spec=row.spec,
        maker=row.maker,
        item_class=row.item_class,
        base_unit=row.base_unit,
        pack_unit=row.pack_unit,
        pack_factor=row.pack_factor,
        storage=row.storage,
        controlled=row.controlled,
        lot_tracked=row.lot_tracked,
        shelf_life_days=row.shelf_life_days,
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
