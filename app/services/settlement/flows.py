"""How suppliers' goods flowed at a member over some days: one scan of those days' ledger rows.

What was there before and after is counted from the balances of today, less what moved since; so
the years before are never read, and figures that disagree show that stock and ledger differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select, type_coerce
from sqlalchemy.orm import Session, aliased

from app.domain.documents import DocKind
from app.domain.money import amount, from_scaled
from app.domain.settlement.roll import LotFlow, Roll, roll_forward
from app.models.base import BigInt
from app.models.stock import Balance, Ledger, Place
from app.services.stock.available import CAME_IN, stands

_Cost = tuple[Decimal, int]
_Key = tuple[int, int, int]
"""(owner, item, lot)."""


@dataclass(frozen=True, slots=True)
class _Costs:
    """What a lot came in at before some days and, last of all, until their end.

    Attributes:
        before: Price and factor of what was there on the first day.
        last: The same of the last receipt until the last day.
        dearer: What was received in these days cost so much more than at `last`.
    """

    before: _Cost
    last: _Cost
    dearer: Decimal = Decimal("0.00")


_FREE: Final = _Costs((Decimal(0), 1), (Decimal(0), 1))


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
    costs = _costs(session, org_id, suppliers, span)
    found: dict[int, list[LotFlow]] = defaultdict(list)
    for *key, net, within, received, returned, consumed, put_up in session.execute(
        _moves(org_id, suppliers, span)
    ):
        lot = (key[0], key[1], key[2])
        # Sums are decimals on PostgreSQL. 期初建账 counts as having been there before.
        sums = (int(net), int(within), int(received), int(returned), int(consumed), int(put_up))
        found[key[0]].append(_flow(int(there.pop(lot, 0)), sums, costs.get(lot, _FREE)))
    for lot, qty in there.items():
        found[lot[0]].append(_flow(int(qty), (0,) * 6, costs.get(lot, _FREE)))
    return found


def _flow(there: int, sums: tuple[int, ...], cost: _Costs) -> LotFlow:
    net, within, received, returned, consumed, put_up = sums
    other = within - put_up - received - returned + consumed
    opening, closing = there - net + put_up, there - net + within
    before = cost.before if cost.before != cost.last else None
    return LotFlow(
        opening, received, returned, other, consumed, closing, *cost.last, before, cost.dearer
    )


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
    session: Session, org_id: int, suppliers: Collection[int], span: Span
) -> dict[_Key, _Costs]:
    """At which prices each lot came in, as the books stood on the last of the days."""
    known: dict[_Key, tuple[int, int]] = {}
    several: set[_Key] = set()
    for owner, item, lot, price, factor in session.execute(_receipts(org_id, suppliers)):
        if known.setdefault((owner, item, lot), (price, factor)) != (price, factor):
            several.add((owner, item, lot))
    found = {}
    for key, (price, factor) in known.items():
        cost = (from_scaled(price), factor)
        found[key] = _Costs(cost, cost)
    if several:
        found |= _several_costs(session, org_id, several, span)
    return found


def _receipts(org_id: int, suppliers: Collection[int]) -> Select[int, int, int, int, int]:
    """Owner, item, lot, price and factor of all that came in and was not reversed."""
    return (
        select(
            Ledger.owner_id,
            Ledger.item_id,
            Ledger.lot_id,
            type_coerce(Ledger.unit_price, BigInt),  # a Decimal only for what is kept
            Ledger.price_factor,
        )
        .join(Place, and_(Place.org_id == Ledger.org_id, Place.id == Ledger.from_place))
        .where(
            Ledger.org_id == org_id,
            Ledger.owner_id.in_(suppliers),
            Place.kind.in_(CAME_IN),
            Ledger.reversal_of == 0,
            Ledger.doc_kind != DocKind.TITLE.value,
            stands(),
        )
    )


def _several_costs(
    session: Session, org_id: int, lots: Collection[_Key], span: Span
) -> dict[_Key, _Costs]:
    """Of the few lots that came in at several prices, what held when."""
    rows = session.execute(
        _receipts(org_id, {owner for owner, _item, _lot in lots})
        .add_columns(Ledger.qty, Ledger.occurred_on, Place.kind)
        .order_by(Ledger.seq)
    )
    receipts: dict[_Key, list[_Receipt]] = defaultdict(list)
    for owner, item, lot, price, factor, qty, day, kind in rows:
        if (owner, item, lot) in lots:
            receipts[owner, item, lot].append(_Receipt(price, factor, qty, day, kind))
    return {key: _cost_of(found, span) for key, found in receipts.items()}


class _Receipt(NamedTuple):
    """How much of a lot came in on a day, from what kind of place, and at what price."""

    price: int
    factor: int
    qty: int
    day: date
    kind: str

    @property
    def cost(self) -> tuple[int, int]:
        return self.price, self.factor


def _cost_of(receipts: Sequence[_Receipt], span: Span) -> _Costs:
    """Of a lot that came in at one price, that price; of others, what held before and after."""
    price, factor = last = [
        one.cost for one in receipts if one.day <= span.last or one is receipts[0]
    ][-1]
    kept = (from_scaled(price), factor)
    others = [one for one in receipts if one.cost != last and one.day <= span.last]
    if not others:
        return _Costs(kept, kept)
    earlier = [one.cost for one in receipts if one.day < span.first or one.kind == "opening"]
    before, before_factor = (earlier or [last])[-1]
    dearer = sum(
        (
            amount(from_scaled(one.price), one.qty, one.factor) - amount(kept[0], one.qty, factor)
            for one in others
            if one.kind == "supplier" and one.day >= span.first
        ),
        Decimal("0.00"),
    )
    return _Costs((from_scaled(before), before_factor), kept, dearer)
