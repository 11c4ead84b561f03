"""Make statements: every unsettled consumption of supplier-owned goods up to the period's end."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import and_, case, func, insert, or_, select
from sqlalchemy.orm import Session, aliased

from app.domain.documents import DocKind, State
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.domain.money import amount
from app.domain.settlement.period import Period
from app.domain.settlement.roll import LotRoll, Roll, roll_forward
from app.i18n import _
from app.models.party import Organisation
from app.models.settlement import Statement, StatementLine
from app.models.stock import Ledger, Place
from app.services import audit
from app.services.access import require
from app.services.db import Database, now, today
from app.services.numbering import document_no
from app.services.operations import claim, finish
from app.services.stock.available import receipt_costs
from app.services.stock.places import virtual_place


@dataclass(frozen=True, slots=True)
class MakeStatements:
    """Make the statements of a member for a month, for all suppliers or one."""

    op_id: UUID
    org_id: int
    period: str
    supplier_id: int = 0


@dataclass(frozen=True, slots=True)
class StatementMade:
    """One statement that was made."""

    statement_id: int
    no: str
    supplier_id: int
    lines: int
    amount: Decimal


def make_statements(
    db: Database, actor: Actor, command: MakeStatements
) -> tuple[StatementMade, ...]:
    """Make one statement per supplier out of all that is unsettled up to the period's last day.

    A consumption that was posted late is taken into the next statement: nothing is settled twice
    (a ledger row stands on at most one statement) and nothing is lost.

    Raises:
        DomainError: The month has not begun, or nothing is left to settle.
    """
    require(actor, Duty.SETTLE, command.org_id)
    period = Period.parse(command.period)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "statements", command)
        if earlier is not None:
            return _from_plain(earlier)
        day = today(session)
        if period.first > day:
            raise DomainError(
                "period.future", _("{period} 还没有开始，不能生成对账单。", period=period.key)
            )
        until = min(period.last, day)
        rows = _unsettled(session, command, until)
        if not rows:
            raise DomainError(
                "statement.nothing",
                _("{period} 没有未结算的消耗。已生成的对账单在列表里。", period=period.key),
            )
        made = tuple(
            _make_one(session, actor, command, _Scope(period, until, supplier), lines)
            for supplier, lines in _by_supplier(rows).items()
        )
        finish(session, command.org_id, command.op_id, {"made": [_plain(one) for one in made]})
        return made


@dataclass(frozen=True, slots=True)
class _Scope:
    period: Period
    until: date
    supplier_id: int


@dataclass(frozen=True, slots=True)
class _Line:
    seq: int
    item_id: int
    lot_id: int
    owner_id: int
    qty: int
    unit_price: Decimal
    price_factor: int

    @property
    def amount(self) -> Decimal:
        return amount(self.unit_price, self.qty, self.price_factor)


def _unsettled(session: Session, command: MakeStatements, until: date) -> list[_Line]:
    """Consumption (plus) and its reversal (minus) of suppliers' goods, not on any statement."""
    used = virtual_place(session, command.org_id, "consumed")
    settled = (
        select(StatementLine.ledger_seq)
        .where(StatementLine.org_id == Ledger.org_id, StatementLine.ledger_seq == Ledger.seq)
        .exists()
    )
    sign = case((Ledger.to_place == used, 1), else_=-1)
    statement = (
        select(
            Ledger.seq,
            Ledger.item_id,
            Ledger.lot_id,
            Ledger.owner_id,
            (Ledger.qty * sign).label("qty"),
            Ledger.unit_price,
            Ledger.price_factor,
        )
        .join(Organisation, Organisation.id == Ledger.owner_id)
        .where(
            Ledger.org_id == command.org_id,
            Organisation.kind == "supplier",
            or_(Ledger.to_place == used, Ledger.from_place == used),
            Ledger.occurred_on <= until,
            ~settled,
        )
        .order_by(Ledger.seq)
    )
    if command.supplier_id:
        statement = statement.where(Ledger.owner_id == command.supplier_id)
    return [
        _Line(r.seq, r.item_id, r.lot_id, r.owner_id, r.qty, r.unit_price, r.price_factor)
        for r in session.execute(statement)
    ]


def _by_supplier(rows: Iterable[_Line]) -> dict[int, list[_Line]]:
    found: dict[int, list[_Line]] = {}
    for row in rows:
        found.setdefault(row.owner_id, []).append(row)
    return found


def _make_one(
    session: Session,
    actor: Actor,
    command: MakeStatements,
    scope: _Scope,
    lines: list[_Line],
) -> StatementMade:
    payable = sum((line.amount for line in lines), Decimal("0.00"))
    roll = _roll(session, command.org_id, scope, payable)
    statement_id = new_id()
    no = document_no(session, command.org_id, "DZ", today(session))
    session.add(_statement(session, actor, command, scope, roll, (statement_id, no)))
    session.flush()
    session.execute(
        insert(StatementLine),
        [
            {
                "org_id": command.org_id,
                "statement_id": statement_id,
                "ledger_seq": line.seq,
                "item_id": line.item_id,
                "lot_id": line.lot_id,
                "qty": line.qty,
                "unit_price": line.unit_price,
                "price_factor": line.price_factor,
                "amount": line.amount,
            }
            for line in lines
        ],
    )
    audit.record(
        session, actor, command.org_id, "statement.make",
        (DocKind.STATEMENT.value, statement_id), {"no": no, "amount": payable},
    )  # fmt: skip
    return StatementMade(statement_id, no, scope.supplier_id, len(lines), payable)


def _statement(
    session: Session,
    actor: Actor,
    command: MakeStatements,
    scope: _Scope,
    roll: Roll,
    identity: tuple[int, str],
) -> Statement:
    return Statement(
        org_id=command.org_id,
        id=identity[0],
        no=identity[1],
        supplier_id=scope.supplier_id,
        period=scope.period.key,
        date_from=scope.period.first,
        date_to=scope.until,
        status=State.DRAFT.value,
        opening_amount=roll.opening,
        received_amount=roll.received,
        consumed_amount=roll.payable,
        price_gap=roll.price_gap,
        closing_amount=roll.closing,
        created_at=now(session),
        created_by=actor.person_id,
    )


def _roll(session: Session, org_id: int, scope: _Scope, payable: Decimal) -> Roll:
    """Opening, receipts and consumption of the supplier's lots, at the price they came in at."""
    source, target = aliased(Place), aliased(Place)
    goes_in, goes_out = target.holds_stock.is_(True), source.holds_stock.is_(True)
    net = case((and_(goes_in, ~goes_out), Ledger.qty), (and_(goes_out, ~goes_in), -Ledger.qty),
               else_=0)  # fmt: skip
    use = case(
        (target.kind == "consumed", Ledger.qty), (source.kind == "consumed", -Ledger.qty), else_=0
    )
    before = Ledger.occurred_on < scope.period.first
    rows = session.execute(
        select(
            Ledger.item_id,
            Ledger.lot_id,
            func.sum(case((before, net), else_=0)).label("opening"),
            func.sum(case((before, 0), else_=net + use)).label("received"),
            func.sum(case((before, 0), else_=use)).label("consumed"),
        )
        .join(source, and_(source.org_id == Ledger.org_id, source.id == Ledger.from_place))
        .join(target, and_(target.org_id == Ledger.org_id, target.id == Ledger.to_place))
        .where(
            Ledger.org_id == org_id,
            Ledger.owner_id == scope.supplier_id,
            Ledger.occurred_on <= scope.until,
        )
        .group_by(Ledger.item_id, Ledger.lot_id)
    ).all()
    costs = receipt_costs(session, org_id, {row.lot_id for row in rows})
    lots = []
    for row in rows:
        cost = costs.get((row.item_id, row.lot_id, scope.supplier_id))
        price, factor = (cost.unit_price, cost.price_factor) if cost else (Decimal(0), 1)
        lots.append(LotRoll(int(row.opening), int(row.received), int(row.consumed), price, factor))
    return roll_forward(lots, payable)


def _plain(made: StatementMade) -> list[Any]:
    return [made.statement_id, made.no, made.supplier_id, made.lines, str(made.amount)]


def _from_plain(stored: dict[str, Any]) -> tuple[StatementMade, ...]:
    return tuple(
        StatementMade(statement, no, supplier, lines, Decimal(total))
        for statement, no, supplier, lines, total in stored["made"]
    )
