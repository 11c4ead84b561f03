"""How suppliers' goods flowed at a member over some days: one scan of those days' ledger rows.

What was there before and after is counted from the balances of today, less what moved since; so
the years before are never read, and figures that disagree show that stock and ledger differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, func, or_, select, type_coerce
from sqlalchemy.orm import Session, aliased

from app.domain.documents import DocKind
from app.domain.money import from_scaled
from app.domain.settlement.roll import LotFlow, Roll, roll_forward
from app.models.base import BigInt
from app.models.stock import Balance, Ledger, Place

_CAME_IN: Final = ("supplier", "opening", "found", "transit")
_FREE: Final = (Decimal(0), 1)
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
    there: dict[_Key, int] = {
        (owner, item, lot): qty
        for owner, item, lot, qty in session.execute(
            select(Balance.owner_id, Balance.item_id, Balance.lot_id, func.sum(Balance.qty))
            .where(Balance.org_id == org_id, Balance.owner_id.in_(suppliers), Balance.qty > 0)
            .group_by(Balance.owner_id, Balance.item_id, Balance.lot_id)
        )
    }
    costs = _costs(session, org_id, suppliers)
    found: dict[int, list[LotFlow]] = defaultdict(list)
    for *key, net, within, received, returned, consumed, put_up in session.execute(
        _moves(org_id, suppliers, span)
    ):
        lot = (key[0], key[1], key[2])
        # Sums are decimals on PostgreSQL. 期初建账 counts as having been there before.
        sums = (int(net), int(within), int(received), int(returned), int(consumed), int(put_up))
        found[key[0]].append(_flow(int(there.pop(lot, 0)), sums, costs.get(lot, _FREE)))
    for lot, qty in there.items():
        price, factor = costs.get(lot, _FREE)
        found[lot[0]].append(LotFlow(int(qty), 0, 0, 0, 0, int(qty), price, factor))
    return found


def _flow(there: int, sums: tuple[int, ...], cost: tuple[Decimal, int]) -> LotFlow:
    net, within, received, returned, consumed, put_up = sums
    other = within - put_up - received - returned + consumed
    opening, closing = there - net + put_up, there - net + within
    return LotFlow(opening, received, returned, other, consumed, closing, *cost)


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
            Ledger.owner_id,
            Ledger.item_id,
            Ledger.lot_id,
            type_coerce(Ledger.unit_price, BigInt),  # a Decimal only for what is kept
            Ledger.price_factor,
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
    latest: dict[_Key, tuple[int, int]] = {}
    for owner, item, lot, price, factor in rows:
        latest[owner, item, lot] = (price, factor)
    return {key: (from_scaled(price), factor) for key, (price, factor) in latest.items()}
