"""Counts as people look at them; while a count is blind, its lines do not tell the book."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import and_, func, select

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.money import amount
from app.domain.stock.counting import Counted, CountState
from app.i18n import _
from app.models.counting import CountLine, StockCount
from app.models.item import Item
from app.models.party import Organisation, Person
from app.models.stock import Lot, Place
from app.services.access import require
from app.services.db import Database, local_time
from app.services.queries.goods import GoodsRow, of_item
from app.services.stock.available import receipt_costs


@dataclass(frozen=True, slots=True)
class CountRow:
    """A count."""

    id: int
    org_id: int
    org: str
    no: str
    place: str
    state: CountState
    tolerance: int
    started_at: datetime
    person: str
    lines: int
    counted: int
    version: int
    submitted_by: int
    note: str


@dataclass(frozen=True, slots=True)
class CountLineRow(GoodsRow):
    """A line; `book` and `difference` are None while the count is blind."""

    place_id: int
    lot_id: int
    owner_id: int
    place: str
    lot_no: str
    expiry: date | None
    owner: str
    counted: int | None
    recount: bool
    book: int | None
    difference: int | None
    value: Decimal | None


def counts(db: Database, actor: Actor, orgs: Collection[int]) -> tuple[CountRow, ...]:
    """Counts of the organisations, newest first; at most 200."""
    with db.read() as session:
        lines = (
            select(
                CountLine.org_id, CountLine.count_id, func.count().label("lines"),
                func.count(CountLine.counted).label("counted"),
            )
            .where(CountLine.org_id.in_(set(orgs) & actor.orgs()))
            .group_by(CountLine.org_id, CountLine.count_id)
            .subquery()
        )  # fmt: skip
        rows = session.execute(
            select(StockCount, Organisation.short_name, Place.name, Person.name,
                   lines.c.lines, lines.c.counted)
            .join(Organisation, Organisation.id == StockCount.org_id)
            .join(Place, and_(Place.org_id == StockCount.org_id,
                              Place.id == StockCount.place_id))
            .outerjoin(Person, Person.id == StockCount.started_by)
            .outerjoin(lines, and_(lines.c.org_id == StockCount.org_id,
                                   lines.c.count_id == StockCount.id))
            .where(StockCount.org_id.in_(set(orgs) & actor.orgs()))
            .order_by(StockCount.id.desc())
            .limit(200)
        ).all()  # fmt: skip
        return tuple(
            CountRow(
                head.id, head.org_id, org, head.no, place, CountState(head.status),
                head.tolerance, local_time(head.started_at), person or "—", lines or 0,
                counted or 0, head.version, head.submitted_by or 0, head.note or "",
            )
            for head, org, place, person, lines, counted in rows
        )  # fmt: skip


def count_lines(db: Database, actor: Actor, org_id: int, count_id: int) -> tuple[CountLineRow, ...]:
    """Lines of a count in the order of places and names."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        head = session.get(StockCount, (org_id, count_id))
        if head is None:
            raise DomainError("count.unknown", _("没有这次盘点。请刷新后再看。"))
        blind = head.status == CountState.COUNTING.value
        rows = session.execute(
            select(CountLine, Item, Lot, Place.name, Organisation.short_name)
            .join(Item, Item.id == CountLine.item_id)
            .join(Place, and_(Place.org_id == CountLine.org_id, Place.id == CountLine.place_id))
            .join(Organisation, Organisation.id == CountLine.owner_id)
            .outerjoin(Lot, Lot.id == CountLine.lot_id)
            .where(CountLine.org_id == org_id, CountLine.count_id == count_id)
            .order_by(Place.code, Item.name, Lot.expiry, CountLine.lot_id)
        ).all()
        costs = receipt_costs(session, org_id, {row[0].lot_id for row in rows})
        found = []
        for line, item, lot, place, owner in rows:
            told = Counted(line.book, line.counted)
            cost = costs.get((line.item_id, line.lot_id, line.owner_id))
            value = (
                amount(cost.unit_price, abs(told.difference), cost.price_factor)
                if cost else Decimal("0.00")
            )  # fmt: skip
            found.append(
                CountLineRow(
                    **of_item(item),
                    place_id=line.place_id,
                    lot_id=line.lot_id,
                    owner_id=line.owner_id,
                    place=place,
                    lot_no=lot.lot_no if lot else "",
                    expiry=lot.expiry if lot else None,
                    owner=owner,
                    counted=line.counted,
                    recount=bool(line.recount),
                    book=None if blind else line.book,
                    difference=None if blind else told.difference,
                    value=None if blind else value.copy_sign(told.difference or 1),
                )
            )
        return tuple(found)
