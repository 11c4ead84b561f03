"""How suppliers' goods flowed at a member over some days: one scan of those days' ledger rows.

What was there before and after is counted from the balances of today, less what moved since; so
the years before are never read, and figures that disagree show that stock and ledger differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.domain.documents import DocKind
from app.domain.settlement.roll import LotFlow, Roll, roll_forward
from app.models.stock import Balance, Ledger, Place

_CAME_IN: Final = ("supplier", "opening", "found", "transit")
_Key = tuple[int, int, int]
"""(owner, item, lot)."""


@dataclass(frozen=True, slots=True)
class Span:
    """Days of one supplier that a statement accounts for; empty when `first` is after `last`."""

    first: date
    last: date

    @property
    def empty(self) -> bool:
        """Whether all days are accounted for on other statements."""
        return self.first > self.last


def rolls(session: Session, org_id: int, spans: Mapping[int, Span]) -> dict[int, Roll]:
    """The roll-forward of each supplier's goods over its own days.

    Raises:
        DomainError: Stock and ledger disagree (`roll.broken`).
    """
    wanted = {supplier: span for supplier, span in spans.items() if not span.empty}
    by_span: dict[Span, list[int]] = defaultdict(list)
    for supplier, span in wanted.items():
        by_span[span].append(supplier)
    found = dict.fromkeys(spans, Roll())
    for span, suppliers in by_span.items():
        flows = lot_flows(session, org_id, suppliers, span)
        for supplier in suppliers:
            found[supplier] = roll_forward(flows.get(supplier, ()))
    return found


def lot_flows(
    session: Session, org_id: int, suppliers: Collection[int], span: Span
) -> dict[int, list[LotFlow]]:
    """Flows by lot of each supplier's goods over the days."""
    moved = {_key(row): row for row in session.execute(_moves(org_id, suppliers, span))}
    there = {
        (row.owner_id, row.item_id, row.lot_id): int(row.qty)
        for row in session.execute(
            select(
                Balance.owner_id,
                Balance.item_id,
                Balance.lot_id,
                func.sum(Balance.qty).label("qty"),
            )
            .where(Balance.org_id == org_id, Balance.owner_id.in_(suppliers))
            .group_by(Balance.owner_id, Balance.item_id, Balance.lot_id)
        )
    }
    costs = _costs(session, org_id, suppliers)
    found: dict[int, list[LotFlow]] = defaultdict(list)
    for key in moved.keys() | {key for key, qty in there.items() if qty}:
        flow = _flow(moved.get(key), there.get(key, 0), costs.get(key, (Decimal(0), 1)))
        found[key[0]].append(flow)
    return found


def _key(row: Any) -> _Key:
    return row.owner_id, row.item_id, row.lot_id


def _flow(moved: Any, there: int, cost: tuple[Decimal, int]) -> LotFlow:
    if moved is None:
        return LotFlow(there, 0, 0, 0, 0, there, *cost)
    put_up = int(moved.put_up)  # 期初建账 counts as having been there before
    return LotFlow(
        opening=there - int(moved.net) + put_up,
        received=int(moved.received),
        returned=int(moved.returned),
        other=int(moved.within) - put_up - int(moved.received) - int(moved.returned)
        + int(moved.consumed),
        consumed=int(moved.consumed),
        closing=there - (int(moved.net) - int(moved.within)),
        unit_price=cost[0],
        price_factor=cost[1],
    )  # fmt: skip


def _moves(org_id: int, suppliers: Collection[int], span: Span) -> Any:
    """Sums since the first day by owner, item and lot; `net` to today, the others to the last."""
    source, target = aliased(Place), aliased(Place)
    titled = Ledger.doc_kind == DocKind.TITLE.value
    taken = or_(target.kind == "consumed", and_(titled, target.kind == "supplier"))
    given = or_(source.kind == "consumed", and_(titled, source.kind == "supplier"))
    net = case((target.holds_stock.is_(True), Ledger.qty), else_=0) - case(
        (source.holds_stock.is_(True), Ledger.qty), else_=0
    )
    inside = Ledger.occurred_on <= span.last
    from_supplier = case(
        (and_(source.kind == "supplier", ~titled), Ledger.qty),
        (and_(target.kind == "supplier", ~titled), -Ledger.qty),
        else_=0,
    )

    def within(value: ColumnElement[int]) -> ColumnElement[int]:
        return func.sum(case((inside, value), else_=0))

    return (
        select(
            Ledger.owner_id,
            Ledger.item_id,
            Ledger.lot_id,
            func.sum(net).label("net"),
            within(net).label("within"),
            within(from_supplier).label("received"),
            within(case((given, Ledger.qty), else_=0)).label("returned"),
            within(case((taken, Ledger.qty), else_=0)).label("consumed"),
            within(case((source.kind == "opening", Ledger.qty), else_=0)).label("put_up"),
        )
        .join(source, and_(source.org_id == Ledger.org_id, source.id == Ledger.from_place))
        .join(target, and_(target.org_id == Ledger.org_id, target.id == Ledger.to_place))
        .where(
            Ledger.org_id == org_id,
            Ledger.occurred_on >= span.first,
            Ledger.owner_id.in_(suppliers),
        )
        .group_by(Ledger.owner_id, Ledger.item_id, Ledger.lot_id)
    )


def _costs(
    session: Session, org_id: int, suppliers: Collection[int]
) -> dict[_Key, tuple[Decimal, int]]:
    """The latest price at which each lot came in."""
    came_in = select(Place.id).where(Place.org_id == org_id, Place.kind.in_(_CAME_IN))
    rows = session.execute(
        select(
            Ledger.owner_id, Ledger.item_id, Ledger.lot_id, Ledger.unit_price, Ledger.price_factor
        )
        .where(
            Ledger.org_id == org_id,
            Ledger.owner_id.in_(suppliers),
            Ledger.from_place.in_(came_in),
            Ledger.reversal_of == 0,
            Ledger.doc_kind != DocKind.TITLE.value,
        )
        .order_by(Ledger.seq)
    )
    return {(owner, item, lot): (price, factor) for owner, item, lot, price, factor in _plain(rows)}


def _plain(rows: Any) -> Iterator[tuple[int, int, int, Decimal, int]]:
    for row in rows:
        yield row.owner_id, row.item_id, row.lot_id, row.unit_price, row.price_factor
