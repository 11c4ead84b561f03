"""The supplier's own bill: typed as a total, or with lines; and where it differs from ours."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, delete, select
from sqlalchemy.orm import Session

from app.domain.documents import DocKind, State
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.money import cents
from app.domain.settlement.bill import (
    BillLine,
    Difference,
    TakenBack,
    Why,
    agreed_off,
    compare,
)
from app.domain.settlement.invoice import cent_amount
from app.i18n import _
from app.models import settlement as tables
from app.models.item import Item
from app.models.settlement import Statement, StatementAdjustment, StatementLine
from app.models.stock import Ledger, Place
from app.services import audit
from app.services.access import require
from app.services.bulk import insert_rows
from app.services.db import Database
from app.services.operations import claim, finish
from app.services.queries.goods import GoodsRow, of_item
from app.services.settlement.changes import change, load, payable_of, refuse_unless

_OPEN: Final = frozenset({State.DRAFT, State.SENT, State.DISPUTED})
_COLUMNS: Final = (
    "org_id", "statement_id", "line", "item_id", "label", "lot_no", "qty", "unit_price",
    "price_factor", "amount",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SaveBill:
    """What the supplier's own bill says; replaces what was entered before.

    Attributes:
        op_id: Made once per intention.
        org_id: The member whose statement it is.
        statement_id: The statement.
        version: The version that the person saw.
        total: The bill's total.
        lines: Its lines, where they are known.
        note: Where it comes from, or why it was changed.
    """

    op_id: UUID
    org_id: int
    statement_id: int
    version: int
    total: Decimal
    lines: tuple[BillLine, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class DifferenceRow(GoodsRow):
    """One difference between bill and statement; of no item (0) where it is of the whole bill."""

    found: Difference

    @property
    def amount(self) -> Decimal:
        """Bill less statement."""
        return self.found.amount


def save_bill(db: Database, actor: Actor, command: SaveBill) -> Decimal:
    """Keep the bill; what it says above our figure.

    Raises:
        NotAllowedError: Neither the supplier's person nor the member's clerk.
        ConflictError: The statement was changed meanwhile, or is confirmed already.
    """
    with db.write() as session:
        statement = load(session, command.org_id, command.statement_id)
        _check_party(actor, statement)
        earlier = claim(session, actor, command.org_id, command.op_id, "statement.bill", command)
        if earlier is not None:
            return Decimal(earlier["difference"])
        refuse_unless(State(statement.status), _OPEN)
        total = cent_amount(str(command.total))
        session.execute(
            delete(tables.BillLine).where(
                tables.BillLine.org_id == command.org_id,
                tables.BillLine.statement_id == command.statement_id,
            )
        )
        insert_rows(session, tables.BillLine, _COLUMNS, _rows(command))
        change(session, statement, command.version, {"supplier_amount": total})
        difference = total - payable_of(statement)
        audit.record(
            session, actor, command.org_id, "statement.bill",
            (DocKind.STATEMENT.value, statement.id),
            {"no": statement.no, "total": total, "lines": len(command.lines), "note": command.note},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"difference": str(difference)})
        return difference


def _check_party(actor: Actor, statement: Statement) -> None:
    if actor.can(Duty.SUPPLY, statement.supplier_id):
        if State(statement.status) is State.DRAFT:
            raise DomainError("statement.unknown", _("没有找到这张对账单。请刷新后再看。"))
        return
    require(actor, Duty.SETTLE, statement.org_id)


def _rows(command: SaveBill) -> list[tuple[Any, ...]]:
    return [
        (command.org_id, command.statement_id, number, line.item_id, line.label, line.lot_no,
         line.qty, line.unit_price, line.price_factor, line.amount)
        for number, line in enumerate(command.lines, start=1)
    ]  # fmt: skip


def bill_lines(session: Session, org_id: int, statement_id: int) -> tuple[BillLine, ...]:
    """The lines of the supplier's bill, as entered."""
    rows = session.scalars(
        select(tables.BillLine)
        .where(tables.BillLine.org_id == org_id, tables.BillLine.statement_id == statement_id)
        .order_by(tables.BillLine.line)
    )
    return tuple(
        BillLine(
            row.item_id, row.qty, row.unit_price, row.price_factor, cents(row.amount), row.label,
            row.lot_no,
        )
        for row in rows
    )  # fmt: skip


def bill_of(db: Database, org_id: int, statement_id: int) -> tuple[BillLine, ...]:
    """The supplier's bill of a statement that the person may see, as entered."""
    with db.read() as session:
        return bill_lines(session, org_id, statement_id)


def differences(
    db: Database, actor: Actor, org_id: int, statement_id: int
) -> tuple[DifferenceRow, ...]:
    """Where bill and statement differ, item by item; their sum is the whole difference."""
    del actor  # who may see the statement may see this; row security decides on a server
    with db.read() as session:
        statement = load(session, org_id, statement_id)
        if statement.supplier_amount is None:
            return ()
        found = compare(
            our_lines(session, statement),
            bill_lines(session, org_id, statement_id),
            cents(statement.supplier_amount),
            _taken_back(session, statement),
        )
        return _named(session, agreed_off(found, _agreed(session, statement)))


def our_lines(session: Session, statement: Statement) -> list[BillLine]:
    """The statement's lines as the bill is compared with them."""
    rows = session.scalars(
        select(StatementLine).where(
            StatementLine.org_id == statement.org_id, StatementLine.statement_id == statement.id
        )
    )
    return [
        BillLine(row.item_id, row.qty, row.unit_price, row.price_factor, cents(row.amount))
        for row in rows
    ]


def _agreed(session: Session, statement: Statement) -> dict[int, Decimal]:
    """What both agreed to adjust, by item (0: the whole statement)."""
    sums: dict[int, Decimal] = {}
    for item, amount in session.execute(
        select(StatementAdjustment.item_id, StatementAdjustment.amount).where(
            StatementAdjustment.org_id == statement.org_id,
            StatementAdjustment.statement_id == statement.id,
        )
    ):
        sums[item] = sums.get(item, Decimal("0.00")) + cents(amount)
    return sums


def _taken_back(session: Session, statement: Statement) -> list[TakenBack]:
    """What was taken back from use in the statement's days, by item and day."""
    rows = session.execute(
        select(Ledger.item_id, Ledger.qty, Ledger.occurred_on)
        .join(Place, and_(Place.org_id == Ledger.org_id, Place.id == Ledger.from_place))
        .where(
            Ledger.org_id == statement.org_id,
            Ledger.owner_id == statement.supplier_id,
            Ledger.occurred_on.between(statement.date_from, statement.date_to),
            Place.kind == "consumed",
        )
        .order_by(Ledger.seq)
    )
    days: dict[tuple[int, date], int] = {}
    for item, qty, day in rows:
        days[item, day] = days.get((item, day), 0) + int(qty)
    return [TakenBack(item, qty, day) for (item, day), qty in days.items()]


def _named(session: Session, found: tuple[Difference, ...]) -> tuple[DifferenceRow, ...]:
    items = {
        item.id: item
        for item in session.scalars(
            select(Item).where(Item.id.in_({one.item_id for one in found if one.item_id}))
        )
    }
    rows = []
    for one in found:
        item = items.get(one.item_id)
        if item is None:
            name = _("整张账单") if one.why is Why.TOTAL else one.label or _("不认识的品规")
            rows.append(DifferenceRow(0, "", name, "", "", "", 1, one))
        else:
            rows.append(DifferenceRow(**of_item(item), found=one))
    return tuple(rows)
