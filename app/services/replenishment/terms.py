"""How each item can be ordered: supplier, price in force, lead time, review days, multiples."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from app.domain.replenish.by_hand import ByHand, Kind
from app.domain.replenish.calendar import ReviewDays
from app.domain.replenish.lead import LeadTime, learned
from app.domain.replenish.settings import Settings
from app.domain.replenish.suggestion import OrderRules
from app.models.demand import PlannerNumber, Policy, SupplyTerm
from app.models.item import Item, ItemUnit, Product
from app.services.price_lookup import PriceInForce, prices_on
from app.services.queries.portions import key_portions
from app.services.replenishment.coming import receipts
from app.services.replenishment.scope import Scope


@dataclass(frozen=True, slots=True)
class ItemCard:
    """What planning needs to know of an item."""

    id: int
    item_class: str
    category: str
    base_unit: str
    pack_unit: str
    pack_factor: int
    storage: str
    critical: bool
    shelf_life_days: int | None
    controlled: str
    units: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Term:
    """An agreed way of delivery; `for_group`: cases and minimum hold for all members together."""

    lead: LeadTime
    review: ReviewDays
    multiple: int = 0
    minimum: int = 0
    for_group: bool = False


@dataclass(frozen=True, slots=True)
class Minimum:
    """The least amount of an order to a supplier: of a member, or of the group together."""

    amount: Decimal
    for_group: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """What a person set for an item at the store."""

    floor: int = 0
    by_hand: ByHand | None = None


@dataclass(frozen=True, slots=True)
class Supply:
    """All terms of one organisation, asked for once per run."""

    settings: Settings
    prices: Mapping[int, PriceInForce]
    terms: Mapping[tuple[int, int], Term]
    by_supplier: Mapping[int, list[int]] = field(default_factory=dict)
    by_item: Mapping[tuple[int, int], list[int]] = field(default_factory=dict)
    minimums: Mapping[int, Minimum] = field(default_factory=dict)

    def term(self, item_id: int) -> Term:
        """How the item comes from the supplier whose price holds, as learned from receipts."""
        price = self.prices.get(item_id)
        supplier = price.supplier_id if price else 0
        agreed = self.terms.get((supplier, item_id)) or self.terms.get((supplier, 0))
        if agreed is None:
            agreed = Term(LeadTime(float(self.settings.lead_days), 1.0), self.settings.review)
        lead = learned(agreed.lead, self.by_supplier.get(supplier, []))
        lead = learned(lead, self.by_item.get((supplier, item_id), []))
        return replace(agreed, lead=lead)


def supply_of(session: Session, scope: Scope, items: Collection[int], settings: Settings) -> Supply:
    """Prices in force today, agreed terms and past lead times."""
    prices = prices_on(session, scope.today, scope.org_id, items)
    rows = session.scalars(select(SupplyTerm).where(SupplyTerm.org_id == scope.org_id)).all()
    terms = {
        (row.supplier_id, row.item_id): Term(
            LeadTime(float(max(1, row.lead_days)), row.lead_sd_tenths / 10),
            ReviewDays.parse(row.review_weekdays),
            row.order_multiple,
            row.minimum_qty,
            row.for_group,
        )
        for row in rows
    }
    minimums = {
        row.supplier_id: Minimum(row.minimum_amount, row.for_group)
        for row in rows
        if row.item_id == 0 and row.minimum_amount
    }
    suppliers: dict[int, list[int]] = {}
    singles: dict[tuple[int, int], list[int]] = {}
    for supplier, item, days in receipts(session, scope):
        suppliers.setdefault(supplier, []).append(days)
        singles.setdefault((supplier, item), []).append(days)
    best = {item: found[0] for item, found in prices.items()}
    return Supply(settings, best, terms, suppliers, singles, minimums)


def item_cards(session: Session, items: Collection[int]) -> dict[int, ItemCard]:
    """Cards of the active items among `items`."""
    units: dict[int, dict[int, str]] = {}
    found: dict[int, ItemCard] = {}
    for chunk in key_portions(items):
        for unit in session.execute(
            select(ItemUnit.item_id, ItemUnit.factor, ItemUnit.name).where(
                ItemUnit.item_id.in_(chunk)
            )
        ):
            units.setdefault(unit.item_id, {})[unit.factor] = unit.name
        rows = session.execute(
            select(
                Item.id, Item.item_class,
                func.coalesce(Product.category, Item.item_class).label("category"),
                Item.base_unit, Item.pack_unit, Item.pack_factor,
                Item.storage, Item.critical, Item.shelf_life_days,
                Item.controlled,
            )
            .join(Product, Product.id == Item.product_id)
            .where(Item.id.in_(chunk), Item.status == "active")
        )  # fmt: skip
        for row in rows.mappings():
            found[row["id"]] = ItemCard(**row, units=units.get(row["id"], {}))
    return found


def rules_for(card: ItemCard, term: Term, floor: int) -> OrderRules:
    """How the item can be ordered, in smallest units.

    Emergency and shortage items are held at one pack at least. Where cases are filled by the group
    together, a member asks for whole packs.
    """
    multiple = card.pack_factor if term.for_group else term.multiple or card.pack_factor
    least = card.pack_factor if card.critical else 0
    return OrderRules(
        base=(card.base_unit, 1),
        pack=(card.pack_unit, card.pack_factor),
        multiple=multiple,
        minimum=0 if term.for_group else term.minimum,
        floor=max(floor, least),
        shelf_days=card.shelf_life_days,
        multiple_unit=card.units.get(multiple, card.pack_unit),
    )


def kept_policies(session: Session, scope: Scope) -> dict[int, Kept]:
    """Floors and levels of the emergency list, and people's numbers that hold today."""
    found: dict[int, Kept] = {}
    rows = session.scalars(
        select(Policy).where(
            Policy.org_id == scope.org_id,
            Policy.place_id == scope.place_id,
            or_(Policy.floor > 0, Policy.source == "person"),
        )
    )
    for row in rows:
        levels = ByHand(Kind.LEVELS, "", row.reorder_point, row.order_up_to)
        found[row.item_id] = Kept(row.floor, levels if row.source == "person" else None)
    numbers = session.scalars(
        select(PlannerNumber).where(
            PlannerNumber.org_id == scope.org_id, PlannerNumber.place_id == scope.place_id
        )
    )
    for one in numbers:
        number = number_of(one)
        if number.holds(scope.today):
            floor = found[one.item_id].floor if one.item_id in found else 0
            found[one.item_id] = Kept(floor, number)
    return found


def number_of(row: PlannerNumber) -> ByHand:
    """A stored number."""
    return ByHand(Kind(row.kind), row.reason, row.low, row.high, row.monthly, row.until)
