"""Stock as people look at it: by lot, with expiry light, value and what to do about it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Executable,
    Select,
    and_,
    case,
    func,
    literal,
    select,
    tuple_,
    type_coerce,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import NullType as Stored

from app.domain.duties import Actor
from app.domain.expiry import Band, Limits, add_months, band
from app.domain.money import amount
from app.models.item import Item, ItemSearch
from app.models.party import Organisation
from app.models.stock import Balance, Ledger, Lot, LotHold, Place
from app.services.db import Database, today
from app.services.queries import keyset
from app.services.queries.goods import GoodsRow, of_row
from app.services.queries.keyset import ListColumn, ListShape, QueryLike
from app.services.stock.available import CAME_IN, Cost, stands
from app.services.stock.standing import from_cents, valued_lots

_FAR = date(9999, 12, 31)
_KEY: Final = (
    Balance.org_id, Balance.place_id, Balance.item_id, Balance.lot_id, Balance.owner_id,
)  # fmt: skip
_OWNER: Final = Organisation.__table__.alias("owner")


@dataclass(frozen=True, slots=True)
class StockRow(GoodsRow):
    """One lot of one owner at one place.

    Attributes:
        qty: Smallest units.
        amount: Value at the price it came in at.
        consigned: Whether a supplier owns it (寄售).
        held: Reason of a freeze, empty when free.
        light: Expiry light.
    """

    org_id: int
    org: str
    place_id: int
    place: str
    lot_id: int
    lot_no: str
    expiry: date | None
    qty: int
    owner_id: int
    owner: str
    consigned: bool
    amount: Decimal
    held: str
    light: Band


@dataclass(frozen=True, slots=True)
class StockPage:
    """Rows and where the next page begins (None at the end)."""

    rows: tuple[StockRow, ...]
    next_key: tuple[Any, ...] | None


@dataclass(frozen=True, slots=True)
class LightCount:
    """How many lots have a light, and what they are worth."""

    light: Band
    lots: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class StockSummary:
    """The figures above the list."""

    lots: int
    amount: Decimal
    held: int
    lights: tuple[LightCount, ...]


def stock_page(
    db: Database,
    actor: Actor,
    orgs: Collection[int],
    query: QueryLike,
    page: tuple[object, int] = (None, 200),
) -> StockPage:
    """One page of lots of the organisations that the actor may read.

    Args:
        db: The database.
        actor: Who asks; organisations without READ are left out.
        orgs: The scope.
        query: Search text, sorts, filters, chip (``expiring``, ``expired``, ``held``, ``empty``).
        page: The key of the page before, and how many rows.
    """
    with db.read() as session:
        day = today(session)
        keys = _lots(_readable(actor, orgs), query, day)
        found = keyset.fetch(session, keys, _shape(), query, page[0], page[1])
        wanted = [tuple(row[: len(_KEY)]) for row in found.rows]
        details = {
            (row.org_id, row.place_id, row.item_id, row.lot_id, row.owner_id): row
            for row in session.execute(_details().where(tuple_(*_KEY).in_(wanted)))
        }
        costs = _costs(session, details.values())
        rows = tuple(_row(details[key], costs, day) for key in wanted)
        return StockPage(rows, found.next_key)


def stock_count(db: Database, actor: Actor, orgs: Collection[int], query: QueryLike) -> int:
    """How many lots the query has."""
    with db.read() as session:
        statement = _lots(_readable(actor, orgs), query, today(session))
        return keyset.count(session, statement, _shape(), query)


def stock_rows(
    db: Database, actor: Actor, orgs: Collection[int], query: QueryLike
) -> tuple[StockRow, ...]:
    """All lots of the query in one list, by item name; for sums, not for screens."""
    with db.read() as session:
        day = today(session)
        statement = _limited(_details(), _readable(actor, orgs), query, day)
        rows = session.execute(statement.order_by(_sort_key(), Balance.item_id)).all()
        costs = _costs(session, rows)
        return tuple(_row(row, costs, day) for row in rows)


def stock_summary(db: Database, actor: Actor, orgs: Collection[int]) -> StockSummary:
    """Lots and value by expiry light over the scope."""
    lots: Counter[date | None] = Counter()
    cents: Counter[date | None] = Counter()
    frozen = 0
    with db.read() as session:
        readable, day = _readable(actor, orgs), today(session)
        held = _held(session)
        for row in valued_lots(session, readable):
            lots[row.expiry] += 1
            cents[row.expiry] += row.cents
            frozen += (row.org_id, row.lot_id) in held or (0, row.lot_id) in held
    lights = {expiry: band(expiry, day) for expiry in lots}
    return StockSummary(
        lots.total(), from_cents(cents.total()), frozen,
        tuple(
            LightCount(
                light,
                sum(lots[expiry] for expiry in lights if lights[expiry] is light),
                from_cents(sum(cents[expiry] for expiry in lights if lights[expiry] is light)),
            )
            for light in Band
        ),
    )  # fmt: skip


def _held(session: Session) -> frozenset[tuple[int, int]]:
    """Frozen lots as (organisation, lot), 0 for all organisations."""
    rows = session.execute(
        select(LotHold.org_id, LotHold.lot_id).where(LotHold.released_at.is_(None))
    )
    return frozenset((row.org_id, row.lot_id) for row in rows)


def lots_of(orgs: tuple[int, ...], query: QueryLike, day: date) -> Executable:
    """The lots of a query as `valued_lots` reads them."""
    statement = select(
        Balance.org_id, Balance.item_id, Balance.lot_id, Balance.owner_id, Balance.qty,
        type_coerce(Lot.expiry, Stored),
    )  # fmt: skip
    return _limited(_joined(statement), orgs, query, day)


@dataclass(frozen=True, slots=True)
class PlainQuery:
    """A query without a table behind it: command line, summary, tests."""

    text: str = ""
    sorts: tuple[keyset.SortLike, ...] = ()
    filters: tuple[keyset.ConditionLike, ...] = ()
    view: str = ""


_ALL = PlainQuery()


def _readable(actor: Actor, orgs: Collection[int]) -> tuple[int, ...]:
    return tuple(sorted(set(orgs) & actor.orgs()))


def _hold() -> ColumnElement[Any]:
    return (
        select(func.min(LotHold.reason))
        .where(
            LotHold.lot_id == Balance.lot_id,
            LotHold.org_id.in_((Balance.org_id, 0)),
            LotHold.released_at.is_(None),
        )
        .correlate(Balance)
        .scalar_subquery()
    )


def _details() -> Select[Any]:
    """Lots with all that a row shows."""
    statement = select(
        Balance.org_id,
        Organisation.short_name.label("org"),
        Balance.place_id,
        Place.name.label("place"),
        Balance.item_id,
        Item.code,
        Item.name,
        Item.spec,
        Item.base_unit,
        Item.pack_unit,
        Item.pack_factor,
        Balance.lot_id,
        Lot.lot_no,
        Lot.expiry,
        Balance.qty,
        Balance.owner_id,
        _OWNER.c.short_name.label("owner"),
        _hold().label("held"),
    )
    return _joined(statement)


def _joined(statement: Any) -> Select[Any]:
    """Joined to the outside: both databases leave out a join that nothing asks for."""
    found: Select[Any] = (
        statement.select_from(Balance)
        .outerjoin(Organisation, Organisation.id == Balance.org_id)
        .outerjoin(Place, and_(Place.org_id == Balance.org_id, Place.id == Balance.place_id))
        .outerjoin(Item, Item.id == Balance.item_id)
        .outerjoin(ItemSearch, ItemSearch.item_id == Balance.item_id)
        .outerjoin(_OWNER, _OWNER.c.id == Balance.owner_id)
        .outerjoin(Lot, Lot.id == Balance.lot_id)
    )
    return found


def _lots(orgs: tuple[int, ...], query: QueryLike, day: date) -> Select[Any]:
    """The keys of the query's lots: what is sorted and counted is narrow."""
    return _limited(_joined(select(*_KEY)), orgs, query, day)


def _limited(
    statement: Select[Any], orgs: tuple[int, ...], query: QueryLike, day: date
) -> Select[Any]:
    statement = statement.where(Balance.org_id.in_(orgs), Balance.qty > 0)
    text = query.text.strip()
    if text:
        statement = statement.where(_matches(text))
    return statement.where(*_view(query.view, day))


def _words() -> ColumnElement[str]:
    """All that a name can be looked up by: words, pinyin, codes."""
    return (
        ItemSearch.words + "\n" + ItemSearch.initials + "\n" + ItemSearch.full + "\n"
        + ItemSearch.codes
    )  # fmt: skip


def _matches(text: str) -> ColumnElement[bool]:
    """Items are looked through once, not with each of their lots."""
    named = select(ItemSearch.item_id).where(keyset.contains(_words(), text))
    return Balance.item_id.in_(named) | keyset.contains(Lot.lot_no, text)


def _sort_key() -> ColumnElement[str]:
    return func.coalesce(ItemSearch.sort_key, "")


def _view(view: str, day: date) -> tuple[ColumnElement[bool], ...]:
    limits = Limits()
    if view == "expired":
        return (Lot.expiry < day,)
    if view == "expiring":
        return (Lot.expiry >= day, Lot.expiry <= add_months(day, limits.warn_months))
    if view == "held":
        return (_hold().is_not(None),)
    if view == "missing":
        return (Lot.expiry.is_(None),)
    return ()


def _shape() -> ListShape:
    expiry = case((Lot.expiry.is_(None), literal(_FAR, Lot.expiry.type)), else_=Lot.expiry)
    return ListShape(
        columns={
            "name": ListColumn(_words(), _sort_key()),
            "code": ListColumn(Item.code, Item.code),
            "place": ListColumn(
                Organisation.short_name + " · " + Place.name, Organisation.code + Place.code
            ),
            "lot": ListColumn(Lot.lot_no, func.coalesce(Lot.lot_no, "")),
            "expiry": ListColumn(Lot.expiry, expiry),
            "qty": ListColumn(Balance.qty / Item.pack_factor, Balance.qty / Item.pack_factor),
        },
        natural=(expiry, _sort_key()),
        unique=_KEY,
    )  # fmt: skip


def _costs(session: Session, rows: Collection[Any]) -> dict[tuple[int, int, int, int], Cost]:
    """Latest price at which each (org, item, lot, owner) of the rows came in."""
    lots = {row.lot_id for row in rows}
    orgs = {row.org_id for row in rows}
    if not rows:
        return {}
    came_in = select(Place.id).where(Place.org_id.in_(orgs), Place.kind.in_(CAME_IN))
    lot_filter = (Ledger.lot_id.in_(lots),) if len(lots) < 900 else ()  # noqa: PLR2004 - bind limit
    latest = (
        select(Ledger.org_id, func.max(Ledger.seq).label("seq"))
        .where(
            Ledger.org_id.in_(orgs),
            *lot_filter,
            Ledger.from_place.in_(came_in),
            Ledger.reversal_of == 0,
            stands(),
        )
        .group_by(Ledger.org_id, Ledger.item_id, Ledger.lot_id, Ledger.owner_id)
        .subquery()
    )
    found = session.execute(
        select(
            Ledger.org_id, Ledger.item_id, Ledger.lot_id, Ledger.owner_id, Ledger.unit_price,
            Ledger.price_factor,
        ).join(latest, and_(latest.c.org_id == Ledger.org_id, latest.c.seq == Ledger.seq))
    )  # fmt: skip
    return {
        (r.org_id, r.item_id, r.lot_id, r.owner_id): Cost(r.unit_price, r.price_factor)
        for r in found
    }


def _row(row: Any, costs: dict[tuple[int, int, int, int], Cost], day: date) -> StockRow:
    cost = costs.get((row.org_id, row.item_id, row.lot_id, row.owner_id), Cost(Decimal(0), 1))
    return StockRow(
        org_id=row.org_id,
        org=row.org,
        place_id=row.place_id,
        place=row.place,
        **of_row(row),
        lot_id=row.lot_id,
        lot_no=row.lot_no or "",
        expiry=row.expiry,
        qty=row.qty,
        owner_id=row.owner_id,
        owner=row.owner,
        consigned=row.owner_id != row.org_id,
        amount=amount(cost.unit_price, row.qty, cost.price_factor),
        held=row.held or "",
        light=band(row.expiry, day),
    )
