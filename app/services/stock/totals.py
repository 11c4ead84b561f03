"""Stock summed by item or by organisation, for lists that look over the whole scope."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.domain.duties import Actor
from app.domain.expiry import Band
from app.services.db import Database
from app.services.queries.keyset import QueryLike
from app.services.stock.listing import StockRow, stock_rows

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
    """One row per item over all organisations of the scope."""
    return _totals(stock_rows(db, actor, orgs, query), lambda row: row.item_id, by_item=True)


def totals_by_org(
    db: Database, actor: Actor, orgs: Collection[int], query: QueryLike
) -> tuple[TotalRow, ...]:
    """One row per organisation."""
    return _totals(stock_rows(db, actor, orgs, query), lambda row: row.org_id, by_item=False)


def _totals(
    rows: Iterable[StockRow], key: Callable[[StockRow], int], *, by_item: bool
) -> tuple[TotalRow, ...]:
    groups: dict[int, list[StockRow]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row)
    return tuple(_total(number, lots, by_item=by_item) for number, lots in groups.items())


def _total(key: int, lots: list[StockRow], *, by_item: bool) -> TotalRow:
    first = lots[0]
    zero = Decimal("0.00")
    lights = {row.light for row in lots}
    return TotalRow(
        key=key,
        name=first.name if by_item else first.org,
        note=first.spec if by_item else "",
        base_unit=first.base_unit if by_item else "",
        pack_unit=first.pack_unit if by_item else "",
        pack_factor=first.pack_factor if by_item else 1,
        lots=len(lots),
        qty=sum(row.qty for row in lots) if by_item else 0,
        amount=sum((row.amount for row in lots), zero),
        consigned=sum((row.amount for row in lots if row.consigned), zero),
        first_expiry=min((row.expiry for row in lots if row.expiry), default=None),
        worst=next(light for light in _WORST if light in lights),
    )
