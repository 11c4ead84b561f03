"""What the committee must know of a request: pre-check, use, price, and what is used instead."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain import money
from app.domain.duties import Actor
from app.domain.formulary.precheck import Asked, Check, precheck
from app.domain.formulary.requests import Kind
from app.i18n import _
from app.models.item import Item, Product
from app.services.access import lead_org
from app.services.db import today
from app.services.formulary.items import facts_of, listed, standing, winners
from app.services.formulary.listing import limits_for, yearly_use
from app.services.price_lookup import prices_on

_ATC_LEVEL: int = 5
"""Characters of an ATC code that name a class of substances (level 4)."""
_MOST: int = 8


@dataclass(frozen=True, slots=True)
class Wish:
    """The parts of a request that its pre-check needs."""

    org_id: int
    kind: Kind
    item_id: int
    replaces_item_id: int
    yearly_qty: int
    unit_price: Decimal | None


@dataclass(frozen=True, slots=True)
class Alternative:
    """An item of the same class beside the requested one.

    Attributes:
        state: ``asked``, ``listed`` (in use) or ``catalogue``.
        price: Per pack; None when there is none.
        yearly: Smallest units a year in the organisation.
    """

    item_id: int
    name: str
    spec: str
    state: str
    price: Decimal | None
    yearly: int
    base_unit: str
    pack_unit: str
    pack_factor: int

    @property
    def amount(self) -> Decimal | None:
        """Yuan a year."""
        if self.price is None:
            return None
        return money.amount(self.price, self.yearly, self.pack_factor)


def checks_for(session: Session, wish: Wish) -> tuple[Check, ...]:
    """The pre-check of a request against the asking organisation's list of today."""
    day = today(session)
    wanted = {wish.item_id} | ({wish.replaces_item_id} if wish.replaces_item_id else set())
    facts = facts_of(session, wanted)
    insurance = session.scalar(select(Item.insurance).where(Item.id == wish.item_id)) or ""
    asked = Asked(
        wish.kind,
        facts[wish.item_id],
        facts.get(wish.replaces_item_id),
        insurance,
        _yearly_amount(session, wish, day),
    )
    items = listed(session, wish.org_id, day)
    return precheck(asked, items, winners(session), day, limits_for(session, wish.org_id))


def price_of(session: Session, org_id: int, item_id: int, day: date) -> Decimal | None:
    """The price of one pack in force, None when there is none."""
    found = prices_on(session, day, org_id, [item_id]).get(item_id)
    if not found:
        return None
    factor = session.scalar(select(Item.pack_factor).where(Item.id == item_id)) or 1
    return money.amount(found[0].unit_price, factor, found[0].price_factor)


def alternatives(session: Session, actor: Actor, wish: Wish) -> tuple[Alternative, ...]:
    """The requested item, then what the list and the catalogue hold of the same class.

    The class is the ATC level 4; without a code the generic name.
    """
    day = today(session)
    own = session.execute(
        select(Product.atc, Product.generic_name)
        .join(Item, Item.product_id == Product.id)
        .where(Item.id == wish.item_id)
    ).one()
    same = (
        Product.atc.startswith(own.atc[:_ATC_LEVEL])
        if own.atc and len(own.atc) >= _ATC_LEVEL
        else Product.generic_name == own.generic_name
    )
    rows = session.scalars(
        select(Item)
        .join(Product, Product.id == Item.product_id)
        .where(same, Item.item_class == "drug", Item.status == "active")
    ).all()
    on_list = frozenset(session.scalars(standing(wish.org_id, day)))
    use = yearly_use(session, actor, wish.org_id, day)
    prices = prices_on(session, day, wish.org_id, [item.id for item in rows])
    found = []
    for item in rows:
        price = prices.get(item.id)
        state = "asked" if item.id == wish.item_id else _state(item.id, on_list)
        pack = money.amount(price[0].unit_price, item.pack_factor, price[0].price_factor) if (
            price) else None  # fmt: skip
        if state == "asked" and wish.unit_price is not None:
            pack = wish.unit_price
        yearly = wish.yearly_qty if state == "asked" else use.get(item.id, 0)
        found.append(
            Alternative(item.id, item.name, item.spec, state, pack, yearly, item.base_unit,
                        item.pack_unit, item.pack_factor)
        )  # fmt: skip
    order = {"asked": 0, "listed": 1, "catalogue": 2}
    return tuple(sorted(found, key=lambda one: (order[one.state], -one.yearly, one.name)))[:_MOST]


def class_name(session: Session, item_id: int) -> str:
    """What the class of alternatives is called: its category, else its ATC code."""
    row = session.execute(
        select(Product.category, Product.atc, Product.generic_name)
        .join(Item, Item.product_id == Product.id)
        .where(Item.id == item_id)
    ).one()
    return str(row.category or (row.atc or "")[:_ATC_LEVEL] or row.generic_name)


def stored(checks: tuple[Check, ...]) -> list[dict[str, Any]]:
    """A pre-check as it is kept with the request."""
    return [
        {"name": c.name, "title": c.title, "grade": c.grade, "short": c.short, "text": c.text}
        for c in checks
    ]


def read_checks(value: object) -> tuple[Check, ...]:
    """A kept pre-check, its headings in the language in force; what it says stays as it was."""
    if not isinstance(value, list):
        return ()
    checks = [Check(**entry) for entry in value]
    return tuple(replace(one, title=_(one.title), short=_short(one.short)) for one in checks)


def _short(kept: str) -> str:
    """The word of a table: kept in Chinese by who asked, read in the reader's language."""
    number, _blank, unit = kept.partition(" ")
    if number.isdigit() and unit == "规":
        return _("{n} 规", n=number)
    return _(kept) if kept else ""


def group_lead(session: Session) -> int:
    """The organisation whose committee decides for the group."""
    return lead_org(session, today(session))


def _state(item_id: int, on_list: frozenset[int]) -> str:
    return "listed" if item_id in on_list else "catalogue"


def _yearly_amount(session: Session, wish: Wish, day: date) -> Decimal:
    """What the request costs more a year: the item, less what it replaces in the same quantity."""
    factor = session.scalar(select(Item.pack_factor).where(Item.id == wish.item_id)) or 1
    price = wish.unit_price or price_of(session, wish.org_id, wish.item_id, day) or Decimal(0)
    amount = money.amount(price, wish.yearly_qty, factor)
    if wish.kind is Kind.STOP:
        return -amount
    if wish.replaces_item_id:
        other = price_of(session, wish.org_id, wish.replaces_item_id, day) or Decimal(0)
        other_factor = (
            session.scalar(select(Item.pack_factor).where(Item.id == wish.replaces_item_id)) or 1
        )
        amount -= money.amount(other, wish.yearly_qty, other_factor)
    return amount
