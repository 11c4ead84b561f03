"""The price lists as people look at them, and whether an order price is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, case, func, literal, select
from sqlalchemy.orm import Session, aliased

from app.domain import pricing
from app.domain.duties import Actor
from app.domain.errors import Problem
from app.domain.pricing import Allowed, PriceSource
from app.models.item import Item, ItemSearch
from app.models.party import Maker, Organisation
from app.models.price import Price, PriceList, PriceTakeover
from app.services.access import group_orgs
from app.services.catalogue.hits import matches, meaning
from app.services.db import Database, today
from app.services.price_lookup import prices_on
from app.services.prices.visible import visible
from app.services.queries import keyset
from app.services.queries.keyset import ListColumn, ListShape, QueryLike

_FAR = date(9999, 12, 31)


@dataclass(frozen=True, slots=True)
class PriceRow:
    """One price.

    Attributes:
        org: The member it holds for; empty for the whole group.
        state: ``now``, ``future`` or ``past`` on the day of asking.
        unit_price: Per pack (`price_factor` smallest units), tax included.
        reduction: 下浮率 against the base price in tenths of a percent; None without a base.
    """

    id: int
    item_id: int
    code: str
    name: str
    spec: str
    pack_unit: str
    maker: str
    supplier_id: int
    supplier: str
    org: str
    list_id: int
    list_title: str
    source: PriceSource
    unit_price: Decimal
    price_factor: int
    ceiling: Decimal | None
    base_price: Decimal | None
    reduction: Decimal | None
    tax_rate: int
    rank: int
    valid_from: date
    valid_to: date | None
    state: str


@dataclass(frozen=True, slots=True)
class PricePage:
    """Rows and where the next page begins (None at the end)."""

    rows: tuple[PriceRow, ...]
    next_key: tuple[Any, ...] | None


@dataclass(frozen=True, slots=True)
class ListRow:
    """One price list and how many of its prices hold today."""

    id: int
    code: str
    title: str
    source: PriceSource
    published_on: date | None
    prices: int
    in_force: int
    typed: bool = True
    """Whether prices can be entered by hand: not in a GPO list without leave to take over."""


@dataclass(frozen=True, slots=True)
class SupplierRow:
    """A supplier to choose."""

    id: int
    code: str
    name: str
    short_name: str


def price_page(
    db: Database, actor: Actor, query: QueryLike, page: tuple[object, int] = (None, 200)
) -> PricePage:
    """One page of prices; chips ``now``, ``future``, ``past``, ``vbp``, ``gpo``, ``dearer``."""
    with db.read() as session:
        day = today(session)
        found = keyset.fetch(
            session, _statement(session, actor, query, day), _shape(), query, page[0], page[1]
        )
        return PricePage(tuple(_row(row, day) for row in found.rows), found.next_key)


def price_count(db: Database, actor: Actor, query: QueryLike) -> int:
    """How many prices the query has."""
    with db.read() as session:
        statement = _statement(session, actor, query, today(session))
        return keyset.count(session, statement, _shape(), query)


def price_lists(db: Database, actor: Actor) -> tuple[ListRow, ...]:
    """Price lists, the newest first; a supplier sees those with prices of its own."""
    with db.read() as session:
        day = today(session)
        outside = actor.orgs().isdisjoint(group_orgs(session, day))
        holds = case((_in_force(day), 1), else_=0)
        rows = session.execute(
            select(
                PriceList,
                func.count(Price.id),
                func.coalesce(func.sum(holds), 0),
                func.max(PriceTakeover.approved_by),
            )
            .join(
                Price,
                (Price.list_id == PriceList.id) & visible(session, actor),
                isouter=not outside,
            )
            .outerjoin(PriceTakeover, PriceTakeover.list_id == PriceList.id)
            .group_by(PriceList.id)
            .order_by(PriceList.published_on.desc(), PriceList.id.desc())
        )
        return tuple(
            ListRow(
                one.id, one.code, one.title, PriceSource(one.source), one.published_on,
                int(count), int(valid), one.source != PriceSource.GPO.value or leave is not None,
            )
            for one, count, valid, leave in rows
        )  # fmt: skip


def suppliers(db: Database, actor: Actor) -> tuple[SupplierRow, ...]:
    """Active suppliers by code."""
    del actor
    with db.read() as session:
        rows = session.scalars(
            select(Organisation)
            .where(Organisation.kind == "supplier", Organisation.active.is_(True))
            .order_by(Organisation.code)
        )
        return tuple(SupplierRow(one.id, one.code, one.name, one.short_name) for one in rows)


def over_list(
    session: Session, day: date, org_id: int, supplier_id: int, line: tuple[int, Decimal]
) -> tuple[Problem, ...]:
    """What speaks against ordering an item at a price: above list, cap or the group's lowest.

    Args:
        session: The caller's unit of work.
        day: The day of the order.
        org_id: The member that orders.
        supplier_id: At whom.
        line: Item, and price per the item's pack.
    """
    item_id, unit_price = line
    rows = prices_on(session, day, org_id, (item_id,)).get(item_id, ())
    mine = next((row for row in rows if row.supplier_id == supplier_id), None)
    same_pack = [row.unit_price for row in rows if mine and row.price_factor == mine.price_factor]
    allowed = Allowed(
        mine.unit_price if mine else None,
        mine.ceiling if mine else None,
        min(same_pack, default=None),
    )
    return tuple(pricing.check_order_price(unit_price, allowed))


def _in_force(day: date) -> ColumnElement[bool]:
    return (Price.valid_from <= day) & ((Price.valid_to.is_(None)) | (Price.valid_to > day))


def _statement(session: Session, actor: Actor, query: QueryLike, day: date) -> Select[Any]:
    member = aliased(Organisation)
    statement = cast(
        "Select[Any]",
        select(
            Price,
            PriceList.title.label("list_title"),
            PriceList.source,
            Item.code,
            Item.name,
            Item.spec,
            Item.pack_unit,
            Maker.short_name.label("maker"),
            _SUPPLIER.short_name.label("supplier"),
            member.short_name.label("org"),
        )
        .join(PriceList, PriceList.id == Price.list_id)
        .join(Item, Item.id == Price.item_id)
        .join(ItemSearch, ItemSearch.item_id == Item.id)
        .join(Maker, Maker.id == Item.maker_id)
        .join(_SUPPLIER, _SUPPLIER.id == Price.supplier_id)
        .outerjoin(member, member.id == Price.org_id)
        .where(visible(session, actor)),
    )
    condition = matches(session, meaning(session, actor, query.text))
    if condition is not None:
        statement = statement.where(condition)
    return statement.where(*_view(query.view, day))


_SUPPLIER = aliased(Organisation, name="supplier")


def _view(view: str, day: date) -> tuple[ColumnElement[bool], ...]:
    known: dict[str, ColumnElement[bool]] = {
        "now": _in_force(day),
        "future": Price.valid_from > day,
        "past": Price.valid_to <= day,
        "dearer": Price.unit_price > Price.base_price,
        "backup": Price.rank > 1,
    }
    if view in known:
        return (known[view],)
    if view in {one.value for one in PriceSource}:
        return (PriceList.source == view,)
    return ()


def _shape() -> ListShape:
    until = case((Price.valid_to.is_(None), literal(_FAR, Price.valid_to.type)),
                 else_=Price.valid_to)  # fmt: skip
    return ListShape(
        columns={
            "code": ListColumn(Item.code, Item.code),
            "name": ListColumn(ItemSearch.words, ItemSearch.sort_key),
            "supplier": ListColumn(_SUPPLIER.short_name, _SUPPLIER.code),
            "price": ListColumn(Price.unit_price, Price.unit_price),
            "source": ListColumn(PriceList.source, PriceList.source),
            "from": ListColumn(Price.valid_from, Price.valid_from),
            "to": ListColumn(Price.valid_to, until),
        },
        natural=(Item.code, Price.valid_from),
        unique=(Price.id,),
    )


def _row(row: Any, day: date) -> PriceRow:
    price: Price = row.Price
    span = pricing.Span(price.valid_from, price.valid_to)
    state = "now" if span.holds(day) else "future" if price.valid_from > day else "past"
    return PriceRow(
        id=price.id,
        item_id=price.item_id,
        code=row.code,
        name=row.name,
        spec=row.spec,
        pack_unit=row.pack_unit,
        maker=row.maker,
        supplier_id=price.supplier_id,
        supplier=row.supplier,
        org=row.org or "",
        list_id=price.list_id,
        list_title=row.list_title,
        source=PriceSource(row.source),
        unit_price=price.unit_price,
        price_factor=price.price_factor,
        ceiling=price.ceiling,
        base_price=price.base_price,
        reduction=pricing.reduction(price.base_price, price.unit_price),
        tax_rate=price.tax_rate,
        rank=price.rank,
        valid_from=price.valid_from,
        valid_to=price.valid_to,
        state=state,
    )
