"""库存分布: how much of every item lies where; for help between members and for the shelves."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.i18n import N_
from app.models.item import Item
from app.models.stock import Place
from app.services.queries.portions import key_portions
from app.services.reports.kinds import Ask, Column, Content, Format, Report, Value
from app.services.stock.standing import on_hand

_Item = tuple[str, str, str, str]
"""Code, name, specification, smallest unit."""


def read(session: Session, ask: Ask) -> Content:
    """One row for an item at a place, all lots and owners together; by item, then by member."""
    found = on_hand(session, ask.org_ids)
    items, places = _items(session, set(found.items)), _places(session, ask)
    rows: list[tuple[Value, ...]] = [
        (*items[item][:3], *places[place], qty, items[item][3])
        for item, place, qty in zip(found.items, found.places, found.quantities, strict=True)
        if place in places
    ]
    rows.sort(key=lambda row: (str(row[0]), str(row[3]), str(row[4])))
    return Content(rows)


def _items(session: Session, wanted: Collection[int]) -> dict[int, _Item]:
    found: dict[int, _Item] = {}
    for part in key_portions(wanted):
        columns = select(Item.id, Item.code, Item.name, Item.spec, Item.base_unit)
        for row in session.execute(columns.where(Item.id.in_(part))):
            found[row.id] = (row.code, row.name, row.spec, row.base_unit)
    return found


def _places(session: Session, ask: Ask) -> dict[int, tuple[str, str]]:
    """Member and name of the places that hold stock."""
    rows = session.execute(
        select(Place.id, Place.org_id, Place.name).where(
            Place.org_id.in_(ask.org_ids), Place.holds_stock.is_(True)
        )
    )
    return {row.id: (ask.names[row.org_id], row.name) for row in rows}


WHEREABOUTS: Final = Report(
    name="whereabouts",
    title=N_("库存分布"),
    definition=N_("今天每个品规在每家机构、每个库位各有多少，批号和货主合在一起，按最小单位计。"),
    columns=(
        Column(N_("编码"), width=10),
        Column(N_("品名"), width=20),
        Column(N_("规格"), width=18),
        Column(N_("机构"), width=10),
        Column(N_("库位"), width=12),
        Column(N_("数量"), Format.QTY, 9),
        Column(N_("单位"), width=6),
    ),
    read=read,
    dated=False,
)
