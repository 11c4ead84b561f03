"""What is due by the levels that the last runs set: a look over all stores in a moment.

Levels change slowly, stock changes with every scan. This asks only for positions and holds them
against the kept levels; the full run explains each figure and weighs expiry and minimums.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Subquery, func, or_, select
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.quantity import round_up
from app.domain.replenish.successor import still_to_use
from app.models.demand import Policy
from app.models.item import Item
from app.models.party import Organisation
from app.models.stock import Balance, Lot
from app.services.access import require
from app.services.db import Database, today
from app.services.replenishment.coming import in_transit, on_its_way, on_order, usable_lots
from app.services.replenishment.scope import Scope, scope_of, settings_for
from app.services.replenishment.successors import links_of
from app.services.replenishment.terms import item_cards, rules_for, supply_of


@dataclass(frozen=True, slots=True)
class DueLine:
    """An item at or below its reorder point; quantities in packs."""

    org_id: int
    org: str
    item_id: int
    code: str
    name: str
    spec: str
    there: Decimal
    point: Decimal
    qty: Decimal
    unit: str


def due(db: Database, actor: Actor, orgs: Collection[int]) -> tuple[DueLine, ...]:
    """What is due at the main stores of members, by member and item code; reads only."""
    for org in orgs:
        require(actor, Duty.READ, org)
    with db.read() as session:
        day = today(session)
        return tuple(line for org in orgs for line in _of(session, scope_of(session, org, 0, day)))


def _of(session: Session, scope: Scope) -> list[DueLine]:
    """First by stock alone, in the database: what is on its way only adds to it."""
    stock = _stock(scope)
    there = func.coalesce(stock.c.qty, 0)
    rows = session.connection().execute(
        select(Policy.item_id, Policy.reorder_point, Policy.order_up_to, there)
        .outerjoin(stock, stock.c.item_id == Policy.item_id)
        .where(
            Policy.org_id == scope.org_id,
            Policy.place_id == scope.place_id,
            Policy.reorder_point >= 0,
            there <= Policy.reorder_point,
        )
    )
    low = rows.all()
    if not low:
        return []
    coming = _coming(session, scope)
    left = _left_of_old(session, scope, coming)
    wanted: dict[int, tuple[int, int, int]] = {}
    for item, point, upper, units in low:
        position = int(units) + coming.get(item, 0) + left.get(item, 0)
        if position <= point:
            wanted[item] = (position, point, upper - position)
    return _lines(session, scope, wanted) if wanted else []


def _coming(session: Session, scope: Scope) -> dict[int, int]:
    """Units on their way, by item: in transit, and ordered but not sent yet."""
    transit, sent = in_transit(session, scope)
    return on_its_way(on_order(session, scope), transit, sent)


def _left_of_old(session: Session, scope: Scope, coming: Mapping[int, int]) -> dict[int, int]:
    """Units that replaced items still do for, by the item in their place."""
    links = links_of(session, scope.org_id)
    if not links:
        return {}
    rest = still_to_use(usable_lots(session, scope), coming, links)
    return {item: one.units for item, one in rest.items()}


def _stock(scope: Scope) -> Subquery:
    """Usable units by item: as `coming.usable_lots`, summed by the database."""
    usable = or_(Lot.expiry.is_(None), Lot.expiry >= scope.today)
    statement = (
        select(Balance.item_id, func.sum(Balance.qty).label("qty"))
        .outerjoin(Lot, Lot.id == Balance.lot_id)
        .where(
            Balance.org_id == scope.org_id,
            Balance.place_id.in_(scope.places),
            Balance.qty > 0,
            usable,
        )
        .group_by(Balance.item_id)
    )
    if scope.held:
        statement = statement.where(Balance.lot_id.not_in(scope.held))
    return statement.subquery()


def _lines(
    session: Session, scope: Scope, wanted: dict[int, tuple[int, int, int]]
) -> list[DueLine]:
    cards = item_cards(session, wanted)
    settings = settings_for(session, scope.org_id, scope.place_id)
    supply = supply_of(session, scope, cards, settings)
    org = session.scalar(select(Organisation.short_name).where(Organisation.id == scope.org_id))
    names = session.execute(
        select(Item.id, Item.code, Item.name, Item.spec)
        .where(Item.id.in_(cards))
        .order_by(Item.code)
    )
    lines = []
    for row in names:
        there, point, need = wanted[row.id]
        card = cards[row.id]
        rules = rules_for(card, supply.term(row.id), 0)
        qty = max(round_up(max(1, need), rules.multiple), round_up(rules.minimum, rules.multiple))
        there_packs, point_packs, packs = (
            Decimal(value) / card.pack_factor for value in (there, point, qty)
        )
        lines.append(
            DueLine(
                scope.org_id, org or "", row.id, row.code, row.name, row.spec, there_packs,
                point_packs, packs, card.pack_unit,
            )
        )  # fmt: skip
    return lines
