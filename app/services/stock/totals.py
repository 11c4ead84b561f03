"""Stock summed by item or by organisation, for lists that look over the whole scope."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.domain.expiry import Band, band
from app.models.item import Item, ItemSearch
from app.models.party import Organisation
from app.models.stock import Balance
from app.services.db import Database, today
from app.services.queries.keyset import QueryLike
from app.services.stock.listing import lots_of
from app.services.stock.standing import ValuedLot, from_cents, valued_lots

_WORST = (Band.EXPIRED, Band.NEAR, Band.WARN, Band.MISSING, Band.OK)


@dataclass(frozen=True, slots=True)
class TotalRow:
    """A sum of lots.

    Attributes:
        key: Item or organisation id.
        qty: Smallest units; 0 where units differ (by organisation).
        consigned: Value of what suppliers own.
        worst: The light that needs attention first.
    """

    key: int
    name: str
    note: str
    base_unit: str
    pack_unit: str
    pack_factor: int
    lots: int
    qty: int
    amount: Decimal
    consigned: Decimal
    first_expiry: date | None
    worst: Band


def totals_by_item(
    db: Database, actor: Actor, orgs: Collection[int], query: QueryLike
) -> tuple[TotalRow, ...]:
    """One row per item over all organisations of the scope, by name."""
    with db.read() as session:
        sums, day = _sums(session, actor, orgs, query, lambda lot: lot.item_id)
        found = session.execute(
            select(Item.id, Item.name, Item.spec, Item.base_unit, Item.pack_unit, Item.pack_factor)
            .outerjoin(ItemSearch, ItemSearch.item_id == Item.id)
            .where(Item.id.in_(select(Balance.item_id).where(Balance.qty > 0)))
            .order_by(ItemSearch.sort_key, Item.id)
        )
        return tuple(
            sums[item].row(item, (name, spec, base, pack, factor), day)
            for item, name, spec, base, pack, factor in found
            if item in sums
        )


def totals_by_org(
    db: Database, actor: Actor, orgs: Collection[int], query: QueryLike
) -> tuple[TotalRow, ...]:
    """One row per organisation; quantities of different items are not added up."""
    with db.read() as session:
        sums, day = _sums(session, actor, orgs, query, lambda lot: lot.org_id)
        found = session.execute(
            select(Organisation.id, Organisation.short_name)
            .where(Organisation.id.in_(sums))
            .order_by(Organisation.code)
        )
        return tuple(
            replace(sums[row.id].row(row.id, (row.short_name, "", "", "", 1), day), qty=0)
            for row in found
        )


@dataclass(slots=True)
class _Sum:
    """What is added up lot by lot."""

    lots: int = 0
    qty: int = 0
    cents: int = 0
    consigned: int = 0
    first: date | None = None
    undated: bool = False

    def add(self, lot: ValuedLot) -> None:
        self.lots += 1
        self.qty += lot.qty
        self.cents += lot.cents
        if lot.owner_id != lot.org_id:
            self.consigned += lot.cents
        if lot.expiry is None:
            self.undated = True
        elif self.first is None or lot.expiry < self.first:
            self.first = lot.expiry

    def row(self, key: int, names: tuple[str, str, str, str, int], day: date) -> TotalRow:
        lights = {band(self.first, day)} if self.first else set()
        lights |= {Band.MISSING} if self.undated else set()
        return TotalRow(
            key, *names, self.lots, self.qty, from_cents(self.cents), from_cents(self.consigned),
            self.first, next(light for light in _WORST if light in lights),
        )  # fmt: skip


def _sums(
    session: Session,
    actor: Actor,
    orgs: Collection[int],
    query: QueryLike,
    key: Callable[[ValuedLot], int],
) -> tuple[dict[int, _Sum], date]:
    readable, day = tuple(sorted(set(orgs) & actor.orgs())), today(session)
    found: dict[int, _Sum] = defaultdict(_Sum)
    for lot in valued_lots(session, readable, lots_of(readable, query, day)):
        found[key(lot)].add(lot)
    return found, day
