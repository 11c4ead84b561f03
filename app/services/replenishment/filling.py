"""A supplier's minimum amount: reached with the items that would be ordered next, or said so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.documents import State
from app.domain.money import amount
from app.domain.quantity import round_up
from app.domain.replenish.explain import Phrase
from app.domain.replenish.plan import Plan
from app.domain.replenish.rounding import Next, fill
from app.domain.replenish.suggestion import Verdict, raised
from app.i18n import N_
from app.models.order import Requisition, RequisitionLine
from app.services.price_lookup import PriceInForce
from app.services.replenishment.facts import Facts
from app.services.replenishment.scope import Scope

_OPEN: Final = (State.DRAFT, State.SUBMITTED)
_MAY_WAIT: Final = frozenset({Verdict.PLENTY, Verdict.COVERED})


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person chose for a line that is still open (smallest units)."""

    chosen: int
    picked: bool


@dataclass(frozen=True, slots=True)
class Filled:
    """The plans with what was added, and what each supplier's order still lacks."""

    plans: Mapping[int, Plan]
    short_of: Mapping[int, Decimal]


def waiting_amounts(session: Session, scope: Scope) -> dict[int, Decimal]:
    """What open requests of the store already come to, by supplier."""
    rows = session.execute(
        select(
            RequisitionLine.supplier_id, RequisitionLine.unit_price, RequisitionLine.qty,
            RequisitionLine.price_factor,
        )
        .join(
            Requisition,
            (Requisition.org_id == RequisitionLine.org_id)
            & (Requisition.id == RequisitionLine.requisition_id),
        )
        .where(
            RequisitionLine.org_id == scope.org_id,
            Requisition.place_id == scope.place_id,
            Requisition.status.in_(_OPEN),
        )
    )  # fmt: skip
    found: dict[int, Decimal] = {}
    for row in rows:
        if row.supplier_id is not None and row.unit_price is not None:
            worth = amount(row.unit_price, row.qty, row.price_factor)
            found[row.supplier_id] = found.get(row.supplier_id, Decimal(0)) + worth
    return found


def filled(
    facts: Facts,
    plans: Mapping[int, Plan],
    decided: Mapping[int, Decided],
    waiting: Mapping[int, Decimal],
) -> Filled:
    """Add the next-nearest items of suppliers whose order does not reach its minimum.

    A person's figures count and are never touched. Minimums of the group are reached by the
    group's run, not here.
    """
    result, short_of = dict(plans), {}
    for supplier, least in facts.supply.minimums.items():
        if least.for_group:
            continue
        items = [item for item in plans if _supplier(facts, item) == supplier]
        ordered = sum((_worth(facts, i, plans[i], decided.get(i)) for i in items), Decimal(0))
        if ordered <= 0:
            continue
        ordered += waiting.get(supplier, Decimal(0))
        candidates = [
            one
            for item in items
            if item not in decided and (one := next_lot(facts, item, plans[item])) is not None
        ]
        added = fill(ordered, least.amount, candidates)
        for item, more in added.items():
            result[item] = with_fill(plans[item], more, least.amount, least.amount - ordered)
        missing = least.amount - ordered
        if missing > 0 and not added:
            short_of[supplier] = missing
    return Filled(result, short_of)


def _supplier(facts: Facts, item: int) -> int | None:
    price = facts.supply.prices.get(item)
    return price.supplier_id if price else None


def _worth(facts: Facts, item: int, plan: Plan, decided: Decided | None) -> Decimal:
    price = facts.supply.prices[item]
    if decided is None:
        return worth_of(price, plan.suggested.qty)
    return worth_of(price, decided.chosen if decided.picked else 0)


def worth_of(price: PriceInForce, qty: int) -> Decimal:
    """What `qty` smallest units cost."""
    return amount(price.unit_price, qty, price.price_factor)


def next_lot(facts: Facts, item: int, plan: Plan) -> Next | None:
    """The item as a candidate for filling up; None where it should not be ordered early."""
    made, per_day = plan.suggested, plan.rate.per_day
    if made.qty or made.verdict not in _MAY_WAIT or per_day <= 0:
        return None
    card, term = facts.cards[item], facts.supply.term(item)
    multiple = card.pack_factor if term.for_group else term.multiple or card.pack_factor
    lot = max(multiple, 0 if term.for_group else round_up(term.minimum, multiple))
    there = plan.position.usable
    if plan.cap is not None and there + lot > plan.cap:
        return None
    return Next(
        key=item,
        until=(there - made.reorder_point) / per_day,
        lot=lot,
        amount=worth_of(facts.supply.prices[item], lot),
        lasts=(there + lot) / per_day,
    )


def with_fill(plan: Plan, more: int, minimum: Decimal, missing: Decimal) -> Plan:
    """The plan with `more` smallest units and the reason."""
    step = Phrase(N_("+ 凑供应商起订额"))
    words = Phrase(
        N_("起订 {minimum} 元，差 {missing} 元"),
        {"minimum": f"{minimum:,.0f}", "missing": f"{missing:,.2f}"},
    )
    return replace(
        plan,
        suggested=raised(plan.suggested, more, "fill", step),
        headline=Phrase(N_("凑起订额，提前补")),
        detail=words,
    )
