"""Which lot is meant: by number, trace code, pack, scan, or item and number."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.scan import ScanKind
from app.i18n import _
from app.models.consumption_source import CaseLine
from app.models.item import Item
from app.models.pack import Pack, PackLine
from app.models.receiving import TraceCode
from app.models.stock import Lot, LotHold
from app.services.db import Database
from app.services.item_lookup import items_of_scan
from app.services.queries.goods import GoodsRow, of_item
from app.services.recalls.coming import announced
from app.services.scan_rules import read_scan


@dataclass(frozen=True, slots=True)
class LotHead(GoodsRow):
    """A lot that a search found; `lot_id` is 0 while no member has ever had it."""

    lot_id: int
    lot_no: str
    serial: str
    expiry: date | None
    held: str


def find_lots(db: Database, actor: Actor, text: str) -> tuple[LotHead, ...]:
    """Lots by number, trace code, pack or label code, GS1 scan, or item code; at most 100.

    ITEM/NUMBER names one lot even where nobody has it yet; lots on the way are found by number.
    """
    may_trace(actor)
    with db.read() as session:
        ids = _lot_ids(session, actor, text)
        rows = session.execute(
            select(Lot, Item).join(Item, Item.id == Lot.item_id).where(Lot.id.in_(ids))
            .order_by(Item.name, Lot.expiry).limit(100)
        ).all()  # fmt: skip
        held = held_reasons(session, ids)
        found = tuple(head_of(lot, item, held) for lot, item in rows)
        return found + _unseen(session, actor, text, named=not found)


def _unseen(session: Session, actor: Actor, text: str, *, named: bool) -> tuple[LotHead, ...]:
    """Lots that no member has had: on a delivery note, or named with their item."""
    number = read_scan(session, text).lot or text.strip()
    item, slash, rest = (part.strip().upper() for part in number.partition("/"))
    heads = [
        _lot_head(item_row, lot_no or "", first if first == last else None)
        for item_row, lot_no, first, last in announced(session, rest or number, actor.orgs())
        if not slash or item_row.code == item
    ]
    if named and not heads and rest:
        rows = session.scalars(select(Item).where(Item.code == item))
        heads = [_lot_head(row, rest, None) for row in rows]
    return tuple(heads)


def _lot_ids(session: Session, actor: Actor, text: str) -> set[int]:
    scan = read_scan(session, text)
    wanted = scan.code or text.strip()
    codes = {wanted, scan.serial, text.strip()} - {""}
    found = set(session.scalars(select(TraceCode.lot_id).where(TraceCode.code.in_(codes))))
    found |= set(
        session.scalars(
            select(PackLine.lot_id)
            .join(Pack, and_(Pack.org_id == PackLine.org_id, Pack.id == PackLine.pack_id))
            .where(Pack.org_id.in_(actor.orgs()), Pack.code == (scan.own_label or text.strip()))
        )
    )
    found |= set(
        session.scalars(
            select(CaseLine.lot_id).where(
                CaseLine.org_id.in_(actor.orgs()), CaseLine.serial.in_(codes)
            )
        )
    )
    number = scan.lot or text.strip()
    item_code, _slash, rest = number.upper().partition("/")
    if rest:
        named = select(Lot.id).join(Item, Item.id == Lot.item_id)
        named = named.where(Item.code == item_code.strip(), Lot.lot_no == rest.strip())
        found |= set(session.scalars(named))
    statement = select(Lot.id).where(or_(Lot.lot_no == number, Lot.lot_no == number.upper()))
    if scan.kind is ScanKind.GS1 and scan.lot:
        items = [item.item_id for item in items_of_scan(session, scan, actor.org_id)]
        statement = statement.where(Lot.item_id.in_(items))
    found |= set(session.scalars(statement.limit(100)))
    if not found:
        items = [item.item_id for item in items_of_scan(session, scan, actor.org_id)]
        found |= set(session.scalars(select(Lot.id).where(Lot.item_id.in_(items)).limit(100)))
    return found


def held_reasons(session: Session, lots: set[int]) -> dict[int, str]:
    """Why lots are frozen, by lot; those that are not are left out."""
    rows = session.execute(
        select(LotHold.lot_id, LotHold.reason)
        .where(LotHold.lot_id.in_(lots), LotHold.released_at.is_(None))
        .order_by(LotHold.reason)  # a recall is the last, and so the one that is told
    )
    return {row.lot_id: row.reason for row in rows}


def head_of(lot: Lot, item: Item, held: dict[int, str]) -> LotHead:
    """A known lot, with why it is frozen."""
    head = _lot_head(item, lot.lot_no, lot.expiry)
    return replace(head, lot_id=lot.id, serial=lot.serial, held=held.get(lot.id, ""))


def _lot_head(item: Item, lot_no: str, expiry: date | None) -> LotHead:
    return LotHead(**of_item(item), lot_id=0, lot_no=lot_no, serial="", expiry=expiry, held="")


def may_trace(actor: Actor) -> None:
    """Suppliers trace through their own papers, not through members' shelves."""
    if actor.has(Duty.SUPPLY):
        raise DomainError("trace.supplier", _("追溯只对集团成员开放。请联系对方药房。"))
