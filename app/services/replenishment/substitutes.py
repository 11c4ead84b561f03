"""What can stand in for an item that runs short: other makers and strengths, then the class.

Only items of the member's or the group's formulary are offered where there is one. A pharmacist
decides: nothing is exchanged by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Row, Select, or_, select
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.i18n import N_
from app.models.formulary import FormularyEntry
from app.models.item import Item, Product
from app.models.party import Maker
from app.services.access import group_orgs, lead_org, require
from app.services.db import Database, today
from app.services.price_lookup import prices_on
from app.services.replenishment.coming import usable_lots
from app.services.replenishment.scope import scope_of
from app.services.transfers.group_view import group_stock

_ATC4: Final = 5
_MOST: Final = 60


class Nearness(StrEnum):
    """How near a substitute is."""

    SAME = "same"
    """Same generic name, form and strength, another maker or pack."""
    STRENGTH = "strength"
    """Same generic name, another strength or form: the dose must be reckoned."""
    CLASS5 = "class5"
    """Same ATC level 5."""
    CLASS4 = "class4"
    """Same ATC level 4, or the same category: a physician decides."""


NEARNESS: Final = {
    Nearness.SAME: N_("同通用名，别的厂家"),
    Nearness.STRENGTH: N_("同通用名，规格或剂型不同"),
    Nearness.CLASS5: N_("同一药品（ATC 5 级）"),
    Nearness.CLASS4: N_("同类药（ATC 4 级），需医生同意"),
}
_ORDER: Final = tuple(Nearness)


@dataclass(frozen=True, slots=True)
class Substitute:
    """One possible substitute.

    Attributes:
        here: Usable in this store, smallest units.
        elsewhere: Usable at other members, smallest units.
        members: How many of them have some.
        listed: It stands in the formulary of the member or the group.
        priced: A price is in force.
    """

    item_id: int
    code: str
    name: str
    spec: str
    maker: str
    nearness: Nearness
    here: int
    elsewhere: int
    members: int
    listed: bool
    priced: bool
    pack_unit: str
    pack_factor: int


def substitutes(
    db: Database, actor: Actor, org_id: int, item_id: int, place_id: int = 0
) -> tuple[Substitute, ...]:
    """What can stand in for an item, nearest first and what is in the house before what is not."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        day = today(session)
        wanted = session.execute(_cards().where(Item.id == item_id)).first()
        if wanted is None:
            return ()
        rows = session.execute(
            _cards().where(_alike(wanted), Item.id != item_id, Item.status == "active").limit(_MOST)
        ).all()
        listed = _formulary(session, org_id, day)
        if listed:
            rows = [row for row in rows if row.id in listed]
        found = _with_stock(session, org_id, place_id, [(row, wanted) for row in rows], listed)
    return tuple(
        sorted(
            found,
            key=lambda one: (_ORDER.index(one.nearness), -min(one.here, 1), -one.here, one.code),
        )
    )


def _cards() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Item.id, Item.code, Item.name, Item.spec, Item.strength, Item.pack_unit,
            Item.pack_factor, Item.product_id, Product.generic_name, Product.atc,
            Product.category, Product.form, Product.item_class,
            Maker.name.label("maker"),
        )
        .join(Product, Product.id == Item.product_id)
        .outerjoin(Maker, Maker.id == Item.maker_id)
    )  # fmt: skip


def _alike(wanted: Row[Any]) -> Any:
    same = [Product.generic_name == wanted.generic_name]
    if wanted.atc:
        same.append(Product.atc.startswith(wanted.atc[:_ATC4], autoescape=True))
    elif wanted.category:
        same.append(Product.category == wanted.category)
    return or_(*same) & (Product.item_class == wanted.item_class)


def _nearness(row: Row[Any], wanted: Row[Any]) -> Nearness:
    if row.generic_name == wanted.generic_name:
        equal = row.form == wanted.form and row.strength == wanted.strength
        return Nearness.SAME if equal else Nearness.STRENGTH
    return Nearness.CLASS5 if row.atc and row.atc == wanted.atc else Nearness.CLASS4


def _formulary(session: Session, org_id: int, day: date) -> set[int]:
    """Items in the member's formulary, or the lead's where the member has none."""
    for org in (org_id, lead_org(session, day)):
        found = set(
            session.scalars(
                select(FormularyEntry.item_id).where(
                    FormularyEntry.org_id == org,
                    FormularyEntry.valid_from <= day,
                    or_(FormularyEntry.valid_to.is_(None), FormularyEntry.valid_to > day),
                )
            )
        )
        if found:
            return found
    return set()


def _with_stock(
    session: Session,
    org_id: int,
    place_id: int,
    pairs: list[tuple[Row[Any], Row[Any]]],
    listed: set[int],
) -> list[Substitute]:
    items = [row.id for row, _wanted in pairs]
    if not items:
        return []
    day = today(session)
    here = usable_lots(session, scope_of(session, org_id, place_id, day))
    others: dict[int, dict[int, int]] = {}
    members = set(group_orgs(session, day)) - {org_id}
    for shelf in group_stock(session, items):
        if shelf.org_id in members and (shelf.held.expiry is None or shelf.held.expiry >= day):
            at = others.setdefault(shelf.item_id, {})
            at[shelf.org_id] = at.get(shelf.org_id, 0) + shelf.held.qty
    prices = prices_on(session, day, org_id, items)
    return [
        Substitute(
            item_id=row.id,
            code=row.code,
            name=row.name,
            spec=row.spec,
            maker=row.maker or "",
            nearness=_nearness(row, wanted),
            here=sum(lot.qty for lot in here.get(row.id, ())),
            elsewhere=sum(others.get(row.id, {}).values()),
            members=len(others.get(row.id, {})),
            listed=row.id in listed,
            priced=row.id in prices,
            pack_unit=row.pack_unit,
            pack_factor=row.pack_factor,
        )
        for row, wanted in pairs
    ]
