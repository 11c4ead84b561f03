"""From a scanned code to the item it names: one way for receiving, consumption and search."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.domain.scan import ScanKind, ScanResult
from app.models.item import Item, ItemCode
from app.services.db import Database

_SYSTEMS = {
    ScanKind.GS1: ("gtin", "udi_di"),
    ScanKind.GTIN: ("gtin", "udi_di", "local", "platform"),
    ScanKind.MA: ("udi_di",),
    ScanKind.AHM: ("udi_di",),
    ScanKind.TRACE: ("trace_prefix",),
    ScanKind.NATIONAL: ("national", "gtin"),
    ScanKind.RULE: ("group", "platform", "local"),
    ScanKind.UNKNOWN: (
        "group", "local", "platform", "nhsa", "approval", "certificate", "ypid", "udi_di",
    ),
}  # fmt: skip


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
    text = scan.fields.get("prefix") or scan.code or scan.raw.strip()
    if not text:
        return ()
    by_code = session.execute(
        select(Item, ItemCode.unit_factor)
        .join(ItemCode, ItemCode.item_id == Item.id)
        .where(
            ItemCode.code.in_({text, text.upper()}),
            ItemCode.system.in_(_SYSTEMS.get(scan.kind, ())),
            ItemCode.org_id.in_((0, org_id)),
        )
        .order_by(Item.code)
    ).all()
    found = {item.id: _found(item, factor) for item, factor in by_code}
    own = session.scalar(select(Item).where(Item.code == text.upper()))
    if own is not None and own.id not in found:
        found[own.id] = _found(own, 0)
    return tuple(found.values())


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
