"""From a scanned code to the item it names: one way for receiving, consumption and search."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.domain.scan import ScanResult
from app.models.item import Item
from app.models.pack import Pack, PackLine
from app.models.stock import Lot
from app.services.catalogue.lookup import by_scan
from app.services.db import Database
from app.services.queries.goods import GoodsRow, of_item
from app.services.scan_rules import read_scan


@dataclass(frozen=True, slots=True)
class FoundItem(GoodsRow):
    """An item that a code names.

    Attributes:
        unit_factor: Smallest units that one scan of this code stands for (a case code stands for
            a case); the pack where the code does not say.
    """

    unit_factor: int
    storage: str
    controlled: str
    high_value: bool


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


def words_of_scan(db: Database, actor: Actor, text: str) -> str:
    """What a search for stock looks for: the lot of a scan, else its item, else the text."""
    with db.read() as session:
        scan = read_scan(session, text)
        if scan.own_label:
            lots = (
                select(Lot.lot_no)
                .join(PackLine, PackLine.lot_id == Lot.id)
                .join(Pack, (Pack.org_id == PackLine.org_id) & (Pack.id == PackLine.pack_id))
                .where(Pack.org_id.in_(sorted(actor.orgs())), Pack.code == scan.own_label)
            )
            labelled = session.scalar(lots.limit(1))
            if labelled:
                return labelled
        if scan.lot:
            return scan.lot
        items = items_of_scan(session, scan, actor.org_id)
        return items[0].code if len(items) == 1 else text.strip()


def _found(item: Item, factor: int) -> FoundItem:
    return FoundItem(
        **of_item(item),
        unit_factor=factor if factor > 1 else item.pack_factor,
        storage=item.storage,
        controlled=item.controlled,
        high_value=bool(item.high_value),
    )
