"""The list of the catalogue: found by a text or a scan, filtered, sorted, page by page.

What a text means and how hits are ordered is said in `hits`; a text that means thousands of items
is answered piece by piece (`broad`), so that the first page is there at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from app.domain.catalogue import ItemClass, ItemStatus
from app.domain.duties import Actor
from app.models.item import Item, ItemSearch, Product
from app.models.party import Maker
from app.models.price import Price
from app.models.stock import Balance
from app.services.catalogue import broad, hits
from app.services.db import Database, today
from app.services.prices.visible import visible
from app.services.queries import keyset
from app.services.queries.keyset import ListColumn, ListShape, QueryLike

CHIPS: Final = ("drug", "consumable", "reagent", "vbp", "cold", "high_value")
"""Quick views, named as the query's `view`."""


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """One item in the list.

    Attributes:
        category: Class of the goods in words, such as a drug's ATC group; may be empty.
        pack_factor: Base units in one pack.
        unit_price: Best group price today per pack; None when none holds.
        users: Organisations in sight that hold or held it.
    """

    id: int
    code: str
    name: str
    trade_name: str
    spec: str
    base_unit: str
    pack_unit: str
    pack_factor: int
    maker: str
    item_class: ItemClass
    insurance: str
    category: str
    status: ItemStatus
    vbp: bool
    storage: str
    high_value: bool
    approval_valid_to: date | None
    unit_price: Decimal | None
    users: int


@dataclass(frozen=True, slots=True)
class CataloguePage:
    """Rows and where the next page begins (None at the end)."""

    rows: tuple[CatalogueRow, ...]
    next_key: tuple[Any, ...] | None


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """A query without a table behind it."""

    text: str = ""
    sorts: tuple[keyset.SortLike, ...] = ()
    filters: tuple[keyset.ConditionLike, ...] = ()
    view: str = ""


def catalogue_page(
    db: Database, actor: Actor, query: QueryLike, page: tuple[object, int] = (None, 200)
) -> CataloguePage:
    """One page of the catalogue.

    Args:
        db: The database.
        actor: Who asks; decides whose stock counts as use.
        query: Search text, sorts, filters by the list's columns, chip of `CHIPS`.
        page: The key of the page before, and how many rows.
    """
    with db.read() as session:
        price = _best_price(session, actor, today(session))
        meant = hits.meaning(session, actor, query.text)
        shape = _shape(query.text, price, meant.own)
        wide = _in_natural_order(query) and hits.is_broad(session, meant)
        statement = _statement(query, None if wide else hits.matches(session, meant))
        found = (
            broad.fetch(session, statement, shape, broad.Wanted(query, *page), meant.own)
            if wide
            else keyset.fetch(session, statement, shape, query, page[0], page[1])
        )
        items = [row.id for row in found.rows]
        # Only for the rows shown: in the statement it would be asked for every hit before sorting.
        more = select(Item.id, price.label("unit_price"), _users(actor).label("users"))
        known = {row.id: row for row in session.execute(more.where(Item.id.in_(items)))}
        rows = tuple(_row(row, known[row.id].users, known[row.id].unit_price) for row in found.rows)
        return CataloguePage(rows, found.next_key)


def catalogue_count(db: Database, actor: Actor, query: QueryLike) -> int:
    """How many items the query has."""
    with db.read() as session:
        if not query.text.strip() and not query.filters:  # every item has its maker and its words
            whole = select(func.count(Item.id)).where(*_view(query.view))
            return int(session.execute(whole).scalar_one())
        price = _best_price(session, actor, today(session))
        meant = hits.meaning(session, actor, query.text)
        statement = _statement(query, hits.matches(session, meant))
        return keyset.count(session, statement, _shape(query.text, price, {}), query)


def search(db: Database, actor: Actor, text: str, limit: int = 20) -> tuple[CatalogueRow, ...]:
    """The best hits for a text or a scan."""
    return catalogue_page(db, actor, SearchQuery(text), (None, limit)).rows


def _in_natural_order(query: QueryLike) -> bool:
    known = {"code", "name", "unit", "maker", "class", "price", "status"}
    return bool(query.text.strip()) and not any(one.column in known for one in query.sorts)


def _best_price(session: Session, actor: Actor, day: date) -> ColumnElement[Any]:
    """The lowest winning price for the whole group today."""
    return (
        select(func.min(Price.unit_price))
        .where(
            Price.item_id == Item.id,
            visible(session, actor),
            Price.org_id == 0,
            Price.rank == 1,
            Price.valid_from <= day,
            (Price.valid_to.is_(None)) | (Price.valid_to > day),
        )
        .correlate(Item)
        .scalar_subquery()
    )


def _statement(query: QueryLike, condition: ColumnElement[bool] | None) -> Select[Any]:
    statement = cast(
        "Select[Any]",
        select(
            Item.id,
            Item.code,
            Item.name,
            Item.trade_name,
            Item.spec,
            Item.base_unit,
            Item.pack_unit,
            Item.pack_factor,
            Maker.short_name.label("maker"),
            Item.item_class,
            Item.insurance,
            Product.category,
            Item.status,
            Item.vbp,
            Item.storage,
            Item.high_value,
            Item.approval_valid_to,
        )
        .join(ItemSearch, ItemSearch.item_id == Item.id)
        .join(Maker, Maker.id == Item.maker_id)
        .join(Product, Product.id == Item.product_id),
    )
    if condition is not None:
        statement = statement.where(condition)
    return statement.where(*_view(query.view))


def _view(view: str) -> tuple[ColumnElement[bool], ...]:
    if view in {one.value for one in ItemClass}:
        return (Item.item_class == view,)
    known: dict[str, ColumnElement[bool]] = {
        "vbp": Item.vbp.is_(True),
        "cold": Item.storage.in_(("cold", "frozen")),
        "high_value": Item.high_value.is_(True),
    }
    return (known[view],) if view in known else ()


def _shape(text: str, price: ColumnElement[Any], own: Mapping[str, Any]) -> ListShape:
    natural: tuple[Any, ...] = hits.order(text, own) if text.strip() else (Item.code,)
    return ListShape(
        columns={
            "code": ListColumn(Item.code, Item.code),
            "name": ListColumn(ItemSearch.words, ItemSearch.sort_key),
            "unit": ListColumn(Item.pack_unit, Item.pack_unit),
            "maker": ListColumn(Maker.short_name, Maker.short_name),
            "class": ListColumn(Item.item_class, Item.item_class),
            "price": ListColumn(price, func.coalesce(price, Decimal(0))),
            "status": ListColumn(Item.status, Item.status),
        },
        natural=natural,
        unique=(Item.id,),
    )


def _users(actor: Actor) -> ColumnElement[int]:
    """How many organisations in sight hold or held the item."""
    return (
        select(func.count(func.distinct(Balance.org_id)))
        .where(Balance.org_id.in_(sorted(actor.orgs())), Balance.item_id == Item.id)
        .correlate(Item)
        .scalar_subquery()
    )


def _row(row: Any, users: int, unit_price: Decimal | None) -> CatalogueRow:
    return CatalogueRow(
        id=row.id,
        code=row.code,
        name=row.name,
        trade_name=row.trade_name or "",
        spec=row.spec,
        base_unit=row.base_unit,
        pack_unit=row.pack_unit,
        pack_factor=row.pack_factor,
        maker=row.maker,
        item_class=ItemClass(row.item_class),
        insurance=row.insurance or "",
        category=row.category or "",
        status=ItemStatus(row.status),
        vbp=row.vbp,
        storage=row.storage,
        high_value=row.high_value,
        approval_valid_to=row.approval_valid_to,
        unit_price=unit_price,
        users=users,
    )
