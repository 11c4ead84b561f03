"""需求汇总: items × members of one group order, with totals by row and by member."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from app.domain.documents import State
from app.domain.duties import Actor
from app.models.item import Item
from app.models.order import MemberOrder, MemberOrderLine
from app.models.party import Organisation
from app.services.db import Database
from app.services.orders.queries import visible


@dataclass(frozen=True, slots=True)
class MatrixWanted:
    """Of which group order."""

    group_order_id: int


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One item at one supplier and price; quantities in smallest units, in the members' order."""

    item_id: int
    supplier_id: int
    name: str
    spec: str
    unit: str
    pack_factor: int
    supplier: str
    by_member: tuple[int, ...]
    qty: int
    unit_price: Decimal
    price_factor: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole table; `member_amounts` stand in the order of `members`."""

    members: tuple[tuple[int, str], ...]
    rows: tuple[MatrixRow, ...]
    member_amounts: tuple[Decimal, ...]
    amount: Decimal


def matrix(db: Database, actor: Actor, wanted: MatrixWanted) -> Matrix:
    """The demand of a group order as far as the person may see its member orders."""
    supplier = aliased(Organisation)
    line = MemberOrderLine
    statement = (
        select(
            line.item_id,
            MemberOrder.supplier_id,
            line.unit_price,
            line.price_factor,
            line.org_id,
            func.sum(line.qty).label("qty"),
            func.sum(line.amount, type_=line.amount.type).label("amount"),
            Organisation.code,
            Organisation.short_name,
            supplier.short_name.label("supplier"),
        )
        .join(MemberOrder, (MemberOrder.org_id == line.org_id) & (MemberOrder.id == line.order_id))
        .join(Organisation, Organisation.id == line.org_id)
        .join(supplier, supplier.id == MemberOrder.supplier_id)
        .where(
            visible(actor),
            MemberOrder.group_order_id == wanted.group_order_id,
            MemberOrder.status != State.CANCELLED,
        )
        .group_by(
            line.item_id,
            MemberOrder.supplier_id,
            line.unit_price,
            line.price_factor,
            line.org_id,
            Organisation.code,
            Organisation.short_name,
            supplier.short_name,
        )
    )
    with db.read() as session:
        cells = session.execute(statement).all()
        items = {
            item.id: item
            for item in session.scalars(
                select(Item).where(Item.id.in_({cell.item_id for cell in cells}))
            )
        }
        return _table(cells, items)


def _table(cells: Sequence[Any], items: Mapping[int, Item]) -> Matrix:
    codes = sorted({(cell.code, cell.org_id, cell.short_name) for cell in cells})
    members = tuple((org, name) for _code, org, name in codes)
    places = {org: number for number, (org, _name) in enumerate(members)}
    found: dict[tuple[int, int, Decimal, int], list[_Cell]] = {}
    amounts = [Decimal(0)] * len(members)
    for cell in cells:
        key = (cell.item_id, cell.supplier_id, cell.unit_price, cell.price_factor)
        found.setdefault(key, []).append(
            _Cell(places[cell.org_id], int(cell.qty), cell.amount, cell.supplier)
        )
        amounts[places[cell.org_id]] += cell.amount
    rows = [_row(key, found[key], items[key[0]], len(members)) for key in found]
    rows.sort(key=lambda row: (-row.amount, row.name, row.item_id))
    return Matrix(members, tuple(rows), tuple(amounts), sum(amounts, Decimal(0)))


@dataclass(frozen=True, slots=True)
class _Cell:
    place: int
    qty: int
    amount: Decimal
    supplier: str


def _row(
    key: tuple[int, int, Decimal, int], cells: list[_Cell], item: Item, members: int
) -> MatrixRow:
    by_member = [0] * members
    for cell in cells:
        by_member[cell.place] += cell.qty
    item_id, supplier_id, unit_price, price_factor = key
    return MatrixRow(
        item_id=item_id,
        supplier_id=supplier_id,
        name=item.name,
        spec=item.spec,
        unit=item.pack_unit,
        pack_factor=item.pack_factor,
        supplier=cells[0].supplier,
        by_member=tuple(by_member),
        qty=sum(by_member),
        unit_price=unit_price,
        price_factor=price_factor,
        amount=sum((cell.amount for cell in cells), Decimal(0)),
    )
