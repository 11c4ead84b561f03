"""Statements as people look at them: by supplier and member, with their lines and evidence."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.domain.documents import State
from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.i18n import _
from app.models.item import Item
from app.models.party import Organisation, Person
from app.models.settlement import Consumption, Statement, StatementLine
from app.models.stock import Ledger, Lot
from app.services.db import Database


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One statement in a list.

    Attributes:
        payable: Consumption at the price of the day of use.
        difference: What the supplier's bill says above that; None while there is none.
    """

    org_id: int
    org: str
    statement_id: int
    no: str
    supplier_id: int
    supplier: str
    period: str
    date_from: date
    date_to: date
    status: State
    opening: Decimal
    received: Decimal
    payable: Decimal
    price_gap: Decimal
    closing: Decimal
    supplier_amount: Decimal | None
    invoiced: Decimal | None
    dispute: str
    created_at: datetime
    confirmed_at: datetime | None
    confirmed_by: str
    version: int

    @property
    def difference(self) -> Decimal | None:
        """Supplier's bill less our figure."""
        if self.supplier_amount is None:
            return None
        return self.supplier_amount - self.payable


@dataclass(frozen=True, slots=True)
class StatementLineRow:
    """One consumption on a statement, with the document that proves it."""

    ledger_seq: int
    occurred_on: date
    document_no: str
    code: str
    name: str
    spec: str
    base_unit: str
    pack_unit: str
    pack_factor: int
    lot_no: str
    qty: int
    unit_price: Decimal
    price_factor: int
    amount: Decimal
    person: str


@dataclass(frozen=True, slots=True)
class ItemTotal:
    """A statement's lines summed by item, lot and price."""

    code: str
    name: str
    spec: str
    pack_unit: str
    base_unit: str
    pack_factor: int
    lot_no: str
    qty: int
    unit_price: Decimal
    price_factor: int
    amount: Decimal


def statements(
    db: Database, actor: Actor, orgs: Collection[int], period: str = ""
) -> tuple[StatementRow, ...]:
    """Statements of the members in scope, and those addressed to the actor's own suppliers."""
    mine = tuple(sorted(actor.orgs()))
    scope = tuple(sorted(set(orgs) & set(mine)))
    member, supplier = aliased(Organisation), aliased(Organisation)
    statement = (
        select(Statement, member.short_name, supplier.short_name, Person.name)
        .join(member, member.id == Statement.org_id)
        .join(supplier, supplier.id == Statement.supplier_id)
        .outerjoin(Person, Person.id == Statement.confirmed_by)
        .where(
            or_(Statement.org_id.in_(scope), Statement.supplier_id.in_(mine)),
            Statement.status != State.CANCELLED.value,
        )
        .order_by(Statement.period.desc(), supplier.code, member.code, Statement.no)
    )
    if period:
        statement = statement.where(Statement.period == period)
    with db.read() as session:
        return tuple(_row(found) for found in session.execute(statement))


def statement_of(db: Database, actor: Actor, org_id: int, statement_id: int) -> StatementRow:
    """One statement; raises `DomainError` when the actor may not see it or it is gone."""
    for row in statements(db, actor, (org_id,)):
        if row.org_id == org_id and row.statement_id == statement_id:
            return row
    raise DomainError("statement.unknown", _("没有找到这张对账单。请刷新后再看。"))


def statement_by_no(db: Database, actor: Actor, no: str) -> StatementRow:
    """The statement with a number among those that the actor may see."""
    found = [row for row in statements(db, actor, tuple(actor.orgs())) if row.no == no]
    if not found:
        raise DomainError("statement.unknown", _("没有找到对账单 {no}。请核对单号。", no=no))
    return found[0]


def statement_lines(
    db: Database, actor: Actor, org_id: int, statement_id: int
) -> tuple[StatementLineRow, ...]:
    """The statement's lines in the order of use: each one is a ledger row."""
    statement_of(db, actor, org_id, statement_id)
    with db.read() as session:
        return tuple(_line(found) for found in session.execute(_lines(org_id, statement_id)))


def statement_totals(
    db: Database, actor: Actor, org_id: int, statement_id: int
) -> tuple[ItemTotal, ...]:
    """The lines by item, lot and price, the largest amount first."""
    sums: dict[tuple[str, str, Decimal], list[StatementLineRow]] = {}
    for line in statement_lines(db, actor, org_id, statement_id):
        sums.setdefault((line.code, line.lot_no, line.unit_price), []).append(line)
    totals = [_total(lines) for lines in sums.values()]
    return tuple(sorted(totals, key=lambda total: (-total.amount, total.code, total.lot_no)))


def unsettled_amount(session: Session, org_id: int) -> int:
    """How many uses of suppliers' goods stand on no statement yet (for the home page)."""
    settled = (
        select(StatementLine.ledger_seq)
        .where(StatementLine.org_id == Ledger.org_id, StatementLine.ledger_seq == Ledger.seq)
        .exists()
    )
    return int(
        session.scalar(
            select(func.count())
            .select_from(Ledger)
            .join(Organisation, Organisation.id == Ledger.owner_id)
            .where(
                Ledger.org_id == org_id,
                Organisation.kind == "supplier",
                Ledger.doc_kind == "consumption",
                ~settled,
            )
        )
        or 0
    )


def _row(found: Any) -> StatementRow:
    statement, member, supplier, person = found
    return StatementRow(
        org_id=statement.org_id,
        org=member,
        statement_id=statement.id,
        no=statement.no,
        supplier_id=statement.supplier_id,
        supplier=supplier,
        period=statement.period,
        date_from=statement.date_from,
        date_to=statement.date_to,
        status=State(statement.status),
        opening=statement.opening_amount,
        received=statement.received_amount,
        payable=statement.consumed_amount,
        price_gap=statement.price_gap,
        closing=statement.closing_amount,
        supplier_amount=statement.supplier_amount,
        invoiced=statement.invoiced_amount,
        dispute=statement.dispute or "",
        created_at=statement.created_at,
        confirmed_at=statement.confirmed_at,
        confirmed_by=person or "",
        version=statement.version,
    )


def _lines(org_id: int, statement_id: int) -> Any:
    return (
        select(StatementLine, Ledger.occurred_on, Consumption.no, Item, Lot.lot_no, Person.name)
        .join(
            Ledger,
            and_(Ledger.org_id == StatementLine.org_id, Ledger.seq == StatementLine.ledger_seq),
        )
        .join(Item, Item.id == StatementLine.item_id)
        .outerjoin(
            Consumption,
            and_(Consumption.org_id == Ledger.org_id, Consumption.id == Ledger.doc_id),
        )
        .outerjoin(Lot, Lot.id == StatementLine.lot_id)
        .outerjoin(Person, Person.id == Ledger.actor_id)
        .where(StatementLine.org_id == org_id, StatementLine.statement_id == statement_id)
        .order_by(StatementLine.ledger_seq)
    )


def _line(found: Any) -> StatementLineRow:
    line, occurred_on, no, item, lot_no, person = found
    return StatementLineRow(
        ledger_seq=line.ledger_seq,
        occurred_on=occurred_on,
        document_no=no or "—",
        code=item.code,
        name=item.name,
        spec=item.spec,
        base_unit=item.base_unit,
        pack_unit=item.pack_unit,
        pack_factor=item.pack_factor,
        lot_no=lot_no or "—",
        qty=line.qty,
        unit_price=line.unit_price,
        price_factor=line.price_factor,
        amount=line.amount,
        person=person or "—",
    )


def _total(lines: list[StatementLineRow]) -> ItemTotal:
    first = lines[0]
    return ItemTotal(
        code=first.code,
        name=first.name,
        spec=first.spec,
        pack_unit=first.pack_unit,
        base_unit=first.base_unit,
        pack_factor=first.pack_factor,
        lot_no=first.lot_no,
        qty=sum(line.qty for line in lines),
        unit_price=first.unit_price,
        price_factor=first.price_factor,
        amount=sum((line.amount for line in lines), Decimal("0.00")),
    )
