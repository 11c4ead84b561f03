"""Finding items: by a part of the name, pinyin, a code, a number or a scan; one way for all.

The same text gives the same hits on both databases and from every screen: each word must occur in
the item's search text (names, initials of every reading, full pinyin, codes). Hits are ranked:
exact code, code or initials or name that begins so, the rest; then by how often an item is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session

from app.domain import scan
from app.domain.catalogue import ItemClass, ItemStatus
from app.domain.duties import Actor
from app.domain.scan import ScanKind
from app.models.item import Item, ItemCode, ItemSearch, Product
from app.models.party import Maker
from app.models.price import Price
from app.models.stock import Balance
from app.services.catalogue import lookup
from app.services.db import Database, database_of, today
from app.services.prices.visible import visible
from app.services.queries import keyset
from app.services.queries.keyset import ListColumn, ListShape, QueryLike, escape_like

CHIPS: Final = ("drug", "consumable", "reagent", "vbp", "cold", "high_value")
"""Quick views, named as the query's `view`."""
_SHORTEST_FULL_PINYIN: Final = 3
_LAST: Final = "\U0010ffff"
_SCANNED: Final = frozenset({
    ScanKind.GS1, ScanKind.MA, ScanKind.AHM, ScanKind.TRACE, ScanKind.NATIONAL, ScanKind.GTIN,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """One item in the list.

    Attributes:
        category: Class of the goods in words, such as a drug's ATC group; may be empty.
        unit_price: Best group price today per pack; None when none holds.
        users: Organisations in sight that hold or held it.
    """

    id: int
    code: str
    name: str
    trade_name: str
    spec: str
    pack_unit: str
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
        shape = _shape(query.text, price)
        statement = _statement(session, actor, query)
        found = keyset.fetch(session, statement, shape, query, page[0], page[1])
        items = [row.id for row in found.rows]
        users = _users(session, actor, items)
        # Only for the rows shown: in the statement it would be asked for every hit before sorting.
        prices = {
            row.id: row.unit_price
            for row in session.execute(
                select(Item.id, price.label("unit_price")).where(Item.id.in_(items))
            )
        }
        rows = tuple(_row(row, users.get(row.id, 0), prices.get(row.id)) for row in found.rows)
        return CataloguePage(rows, found.next_key)


def catalogue_count(db: Database, actor: Actor, query: QueryLike) -> int:
    """How many items the query has."""
    with db.read() as session:
        price = _best_price(session, actor, today(session))
        statement = _statement(session, actor, query)
        return keyset.count(session, statement, _shape(query.text, price), query)


def search(db: Database, actor: Actor, text: str, limit: int = 20) -> tuple[CatalogueRow, ...]:
    """The best hits for a text or a scan."""
    return catalogue_page(db, actor, SearchQuery(text), (None, limit)).rows


def matches(session: Session, actor: Actor, text: str) -> ColumnElement[bool] | None:
    """The condition on `Item` and `ItemSearch` for a search text; None when it is empty."""
    words = text.lower().split()
    if not words:
        return None
    scanned = _scanned(session, actor, text)
    if scanned is not None:
        return scanned
    sqlite = database_of(session).is_sqlite
    return and_(*(_word(actor, word, sqlite=sqlite) for word in words))


def _scanned(session: Session, actor: Actor, text: str) -> ColumnElement[bool] | None:
    """A whole code finds the items that carry it, whatever its text form; None for other texts."""
    found = scan.classify(text)
    if found.kind not in _SCANNED or not found.usable:
        return None
    items = {match.item_id for match in lookup.by_scan(session, actor.orgs(), found)}
    return Item.id.in_(items) if items else None


def _word(actor: Actor, word: str, *, sqlite: bool) -> ColumnElement[bool]:
    """One word anywhere in the search text (kept in lower case), or a member's own code."""
    within = f"%{escape_like(word)}%"
    own = select(ItemCode.item_id).where(
        _begins(ItemCode.code, word.upper(), sqlite=sqlite),
        ItemCode.org_id.in_(sorted(actor.orgs())),
    )
    ways = [
        _like(ItemSearch.words, within),
        _like(ItemSearch.initials, within),
        _like(ItemSearch.codes, within),
        Item.id.in_(own),
    ]
    if len(word) >= _SHORTEST_FULL_PINYIN and word.isascii():
        ways.append(_like(ItemSearch.full, within))
    return or_(*ways)


def _begins(column: Any, word: str, *, sqlite: bool) -> ColumnElement[bool]:
    """Whether a code, kept in capitals, begins so; on SQLite a range of its index."""
    if sqlite:
        return and_(column >= word, column < word + _LAST)
    return _like(column, f"{escape_like(word)}%")


def _like(column: Any, pattern: str) -> ColumnElement[bool]:
    return cast("ColumnElement[bool]", column.like(pattern, escape="\\"))


def _rank(text: str) -> ColumnElement[int]:
    """0 exact code, 1 code that begins so, 2 initials or name that begin so, 3 the rest."""
    needle = " ".join(text.lower().split())
    ahead = f"{escape_like(needle)}%"
    line = f"%\n{ahead}"
    return case(
        (func.lower(Item.code) == needle, 0),
        (or_(_like(ItemSearch.codes, ahead), _like(ItemSearch.codes, line)), 1),
        (
            or_(
                _like(ItemSearch.initials, ahead),
                _like(ItemSearch.words, ahead),
                _like(ItemSearch.initials, line),
            ),
            2,
        ),
        else_=3,
    )


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


def _statement(session: Session, actor: Actor, query: QueryLike) -> Select[Any]:
    statement = cast(
        "Select[Any]",
        select(
            Item.id,
            Item.code,
            Item.name,
            Item.trade_name,
            Item.spec,
            Item.pack_unit,
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
    condition = matches(session, actor, query.text)
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


def _shape(text: str, price: ColumnElement[Any]) -> ListShape:
    by_use = (literal(0) - Item.usage_rank, ItemSearch.sort_key)
    natural: tuple[Any, ...] = (_rank(text), *by_use) if text.strip() else (Item.code,)
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


def _users(session: Session, actor: Actor, items: list[int]) -> dict[int, int]:
    """How many organisations in sight hold or held each item."""
    rows = session.execute(
        select(Balance.item_id, func.count(func.distinct(Balance.org_id)))
        .where(Balance.org_id.in_(sorted(actor.orgs())), Balance.item_id.in_(items))
        .group_by(Balance.item_id)
    )
    return {item: int(count) for item, count in rows}


def _row(row: Any, users: int, unit_price: Decimal | None) -> CatalogueRow:
    return CatalogueRow(
        id=row.id,
        code=row.code,
        name=row.name,
        trade_name=row.trade_name or "",
        spec=row.spec,
        pack_unit=row.pack_unit,
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
