"""Statements as people look at them: by supplier and member, with their lines and evidence."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from app.domain.documents import DocKind, State
from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.money import cents
from app.i18n import _
from app.models.item import Item
from app.models.party import Organisation, Person
from app.models.receiving import Acceptance
from app.models.settlement import Consumption, ReversedLine, Statement, StatementLine
from app.models.stock import Ledger, Lot
from app.services.db import Database
from app.services.queries.goods import GoodsRow, of_item, of_row


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One statement in a list.

    期初 + 送入 + 退回 + 其他 − 本期消耗 (at cost) = 期末; `consumed` is the sum of the lines at the
    price of the day of use, `price_gap` what it is above the cost of the days' use.

    Attributes:
        kind: ``use``, ``refund`` (takes back only) or ``reversal`` (of another statement).
        consumed: The lines' sum.
        adjusted: What both agreed to add to it.
        late: The part of `consumed` that was used before the statement's days.
        bought: The part of `consumed` that became payable at receipt or at issue.
        matched: How much of what is owed invoices cover.
    """

    org_id: int
    org: str
    statement_id: int
    no: str
    kind: str
    reversal_of: int
    supplier_id: int
    supplier: str
    period: str
    date_from: date
    date_to: date
    status: State
    opening: Decimal
    received: Decimal
    returned: Decimal
    other: Decimal
    consumed: Decimal
    adjusted: Decimal
    price_gap: Decimal
    late: Decimal
    bought: Decimal
    closing: Decimal
    supplier_amount: Decimal | None
    matched: Decimal
    dispute: str
    created_at: datetime
    created_by: int
    confirmed_at: datetime | None
    confirmed_by: str
    audited_at: datetime | None
    audited_by: str
    version: int

    @property
    def payable(self) -> Decimal:
        """What is owed: the lines and the adjustments."""
        return self.consumed + self.adjusted

    @property
    def difference(self) -> Decimal | None:
        """Supplier's bill less our figure."""
        if self.supplier_amount is None:
            return None
        return self.supplier_amount - self.payable

    @property
    def repriced(self) -> Decimal:
        """调价差: what changed prices make of the days' use, against what it cost coming in."""
        return self.price_gap - self.late

    @property
    def lacks_invoice(self) -> bool:
        """Whether it is confirmed and not fully invoiced yet."""
        return self.status is State.CONFIRMED and self.kind != "reversal"


@dataclass(frozen=True, slots=True)
class StatementLineRow(GoodsRow):
    """One consumption on a statement, with the document that proves it."""

    ledger_seq: int
    occurred_on: date
    document_no: str
    lot_no: str
    qty: int
    unit_price: Decimal
    price_factor: int
    amount: Decimal
    person: str


@dataclass(frozen=True, slots=True)
class ItemTotal(GoodsRow):
    """A statement's lines summed by item, lot and price."""

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
    supplied = and_(Statement.supplier_id.in_(mine), Statement.status != State.DRAFT.value)
    statement = _heads().where(
        or_(Statement.org_id.in_(scope), supplied), Statement.status != State.CANCELLED.value
    )
    if period:
        statement = statement.where(Statement.period == period)
    with db.read() as session:
        return tuple(_row(found) for found in session.execute(statement))


def statement_of(db: Database, actor: Actor, org_id: int, statement_id: int) -> StatementRow:
    """One statement; raises `DomainError` when the actor may not see it or it is gone."""
    wanted = _heads().where(Statement.org_id == org_id, Statement.id == statement_id)
    with db.read() as session:
        for row in (_row(found) for found in session.execute(wanted)):
            if _may_see(actor, row):
                return row
    raise DomainError("statement.unknown", _("没有找到这张对账单。请刷新后再看。"))


def statement_by_no(db: Database, actor: Actor, no: str, org_id: int = 0) -> StatementRow:
    """The statement with a number among those that the actor may see.

    Numbers run by member: where several members have one, `org_id` decides, else the person's own.
    """
    wanted = _heads().where(Statement.no == no.strip())
    with db.read() as session:
        found = [
            row for row in (_row(one) for one in session.execute(wanted)) if _may_see(actor, row)
        ]
    if org_id:
        found = [row for row in found if row.org_id == org_id]
    elif len(found) > 1:
        found = [row for row in found if row.org_id == actor.org_id] or found
    if not found:
        raise DomainError("statement.unknown", _("没有找到对账单 {no}。请核对单号。", no=no))
    if len(found) > 1:
        raise DomainError(
            "statement.several",
            _(
                "{orgs} 都有单号 {no}。请用 --org 写明是哪一家的。",
                no=no,
                orgs="、".join(row.org for row in found),
            ),
        )
    return found[0]


def _may_see(actor: Actor, row: StatementRow) -> bool:
    mine = actor.orgs()
    return row.org_id in mine or (row.supplier_id in mine and row.status is not State.DRAFT)


def _heads() -> Any:
    member, supplier = aliased(Organisation), aliased(Organisation)
    auditor = aliased(Person)
    return (
        select(Statement, member.short_name, supplier.short_name, Person.name, auditor.name)
        .join(member, member.id == Statement.org_id)
        .join(supplier, supplier.id == Statement.supplier_id)
        .outerjoin(Person, Person.id == Statement.confirmed_by)
        .outerjoin(auditor, auditor.id == Statement.audited_by)
        .order_by(Statement.period.desc(), supplier.code, member.code, Statement.no)
    )


def statement_lines(
    db: Database, actor: Actor, org_id: int, statement_id: int
) -> tuple[StatementLineRow, ...]:
    """The statement's lines in the order of use: each one is a ledger row."""
    head = statement_of(db, actor, org_id, statement_id)
    kept = ReversedLine if head.status is State.REVERSED else StatementLine
    with db.read() as session:
        return tuple(_line(found) for found in session.execute(_lines(kept, org_id, statement_id)))


def statement_totals(
    db: Database, actor: Actor, org_id: int, statement_id: int
) -> tuple[ItemTotal, ...]:
    """The lines by item, lot and price, the largest amount first."""
    sums: dict[tuple[str, str, Decimal], list[StatementLineRow]] = {}
    for line in statement_lines(db, actor, org_id, statement_id):
        sums.setdefault((line.code, line.lot_no, line.unit_price), []).append(line)
    totals = [_total(lines) for lines in sums.values()]
    return tuple(sorted(totals, key=lambda total: (-total.amount, total.code, total.lot_no)))


def _row(found: Any) -> StatementRow:
    statement, member, supplier, person, auditor = found
    nil = Decimal("0.00")
    return StatementRow(
        org_id=statement.org_id,
        org=member,
        statement_id=statement.id,
        no=statement.no,
        kind=statement.kind,
        reversal_of=statement.reversal_of or 0,
        supplier_id=statement.supplier_id,
        supplier=supplier,
        period=statement.period,
        date_from=statement.date_from,
        date_to=statement.date_to,
        status=State(statement.status),
        opening=cents(statement.opening_amount),
        received=cents(statement.received_amount),
        returned=cents(statement.returned_amount or nil),
        other=cents(statement.other_amount or nil),
        consumed=cents(statement.consumed_amount),
        adjusted=cents(statement.adjust_amount or nil),
        price_gap=cents(statement.price_gap),
        late=cents(statement.late_amount or nil),
        bought=cents(statement.bought_amount or nil),
        closing=cents(statement.closing_amount),
        supplier_amount=None
        if statement.supplier_amount is None
        else cents(statement.supplier_amount),
        matched=cents(statement.invoiced_amount or nil),
        dispute=statement.dispute or "",
        created_at=statement.created_at,
        created_by=statement.created_by,
        confirmed_at=statement.confirmed_at,
        confirmed_by=person or "",
        audited_at=statement.audited_at,
        audited_by=auditor or "",
        version=statement.version,
    )


def _lines(kept: type[StatementLine | ReversedLine], org_id: int, statement_id: int) -> Any:
    used = Ledger.doc_kind != DocKind.TITLE.value
    return (
        select(
            kept,
            Ledger.occurred_on,
            func.coalesce(Consumption.no, Acceptance.no),
            Item,
            Lot.lot_no,
            Person.name,
        )
        .join(Ledger, and_(Ledger.org_id == kept.org_id, Ledger.seq == kept.ledger_seq))
        .join(Item, Item.id == kept.item_id)
        .outerjoin(
            Consumption,
            and_(Consumption.org_id == Ledger.org_id, Consumption.id == Ledger.doc_id, used),
        )
        .outerjoin(
            Acceptance,
            and_(Acceptance.org_id == Ledger.org_id, Acceptance.id == Ledger.doc_id, ~used),
        )
        .outerjoin(Lot, Lot.id == kept.lot_id)
        .outerjoin(Person, Person.id == Ledger.actor_id)
        .where(kept.org_id == org_id, kept.statement_id == statement_id)
        .order_by(kept.ledger_seq)
    )


def _line(found: Any) -> StatementLineRow:
    line, occurred_on, no, item, lot_no, person = found
    return StatementLineRow(
        ledger_seq=line.ledger_seq,
        occurred_on=occurred_on,
        document_no=no or "—",
        **of_item(item),
        lot_no=lot_no or "—",
        qty=line.qty,
        unit_price=line.unit_price,
        price_factor=line.price_factor,
        amount=cents(line.amount),
        person=person or "—",
    )


def _total(lines: list[StatementLineRow]) -> ItemTotal:
    first = lines[0]
    return ItemTotal(
        **of_row(first),
        lot_no=first.lot_no,
        qty=sum(line.qty for line in lines),
        unit_price=first.unit_price,
        price_factor=first.price_factor,
        amount=sum((line.amount for line in lines), Decimal("0.00")),
    )
