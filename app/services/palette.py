"""What the command palette finds: items by name, pinyin or code, and documents by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.models.item import Item
from app.models.order import GroupOrder, MemberOrder
from app.models.receiving import Delivery
from app.models.settlement import Statement
from app.models.stock import Balance
from app.services.catalogue.search import CatalogueRow, search
from app.services.db import Database
from app.services.queries.keyset import escape_like

_LEAST_FOR_DOCUMENTS = 3


@dataclass(frozen=True, slots=True)
class ItemHit:
    """An item, with what the organisations in scope have of it.

    Attributes:
        item_id: Row id.
        code: The group's code.
        name: Name.
        spec: Specification.
        quantity: Stock in the scope, smallest units.
        pack_factor: Smallest units in a pack.
        pack_unit: The unit people count in.
    """

    item_id: int
    code: str
    name: str
    spec: str
    quantity: int
    pack_factor: int
    pack_unit: str


@dataclass(frozen=True, slots=True)
class DocumentHit:
    """A document by its number.

    Attributes:
        kind: Table of the document: ``delivery``, ``group_order``, ``member_order``, ``statement``.
        org_id: The organisation it belongs to.
        id: Row id.
        no: Number.
        status: State.
        period: Month of a statement, empty for other documents.
    """

    kind: str
    org_id: int
    id: int
    no: str
    status: str
    period: str = ""


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found."""

    items: tuple[ItemHit, ...]
    documents: tuple[DocumentHit, ...]


def find(db: Database, actor: Actor, text: str, org_ids: Sequence[int], limit: int = 8) -> Hits:
    """Items and documents for what was typed; the best first, at most `limit` of each."""
    needle = " ".join(text.lower().split())
    if not needle:
        return Hits((), ())
    seen = tuple(actor.orgs() & set(org_ids)) or (actor.org_id,)
    rows = search(db, actor, needle, limit)
    with db.read() as session:
        return Hits(
            _items(session, rows, seen),
            _documents(session, needle, tuple(actor.orgs()), limit)
            if len(needle) >= _LEAST_FOR_DOCUMENTS
            else (),
        )


def _items(
    session: Session, rows: Sequence[CatalogueRow], orgs: Sequence[int]
) -> tuple[ItemHit, ...]:
    """The catalogue's hits with what the organisations have of them."""
    items = [row.id for row in rows]
    packs = {
        item: (factor, unit)
        for item, factor, unit in session.execute(
            select(Item.id, Item.pack_factor, Item.pack_unit).where(Item.id.in_(items))
        )
    }
    stock: dict[int, int] = {
        item: int(quantity)
        for item, quantity in session.execute(
            select(Balance.item_id, func.sum(Balance.qty))
            .where(Balance.org_id.in_(orgs), Balance.item_id.in_(items))
            .group_by(Balance.item_id)
        )
    }
    return tuple(
        ItemHit(row.id, row.code, row.name, row.spec, stock.get(row.id, 0), *packs[row.id])
        for row in rows
        if row.id in packs
    )


def _documents(
    session: Session, needle: str, orgs: Sequence[int], limit: int
) -> tuple[DocumentHit, ...]:
    pattern = f"%{escape_like(needle.upper())}%"
    hits: list[DocumentHit] = []
    tables: tuple[tuple[str, Any], ...] = (
        ("delivery", Delivery),
        ("group_order", GroupOrder),
        ("member_order", MemberOrder),
        ("statement", Statement),
    )
    for kind, table in tables:
        period = table.period if kind == "statement" else literal("")
        rows = session.execute(
            select(table.org_id, table.id, table.no, table.status, period)
            .where(table.org_id.in_(orgs), table.no.like(pattern, escape="\\"))
            .order_by(table.no.desc())
            .limit(limit)
        )
        hits.extend(DocumentHit(kind, *row) for row in rows)
    return tuple(hits[:limit])
