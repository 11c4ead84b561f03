"""Adjustments: what both parties agreed to add or take off while a statement was in dispute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from app.domain.documents import DocKind, State
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.money import cents
from app.domain.settlement.invoice import cent_amount
from app.i18n import _
from app.models.item import Item
from app.models.party import Person
from app.models.settlement import StatementAdjustment
from app.services import audit
from app.services.access import require
from app.services.db import Database, now
from app.services.operations import claim, finish
from app.services.settlement.changes import (
    change,
    check_reason,
    load,
    payable_of,
    refuse_unless,
)

_OPEN: Final = frozenset({State.DRAFT, State.DISPUTED})


@dataclass(frozen=True, slots=True)
class Adjust:
    """Add an amount to what is owed (or take it off), with the reason.

    Attributes:
        op_id: Made once per intention.
        org_id: The member.
        statement_id: The statement, a draft or in dispute.
        version: The version that the person saw.
        amount: Yuan to add; negative to take off.
        reason: Why; at least four characters.
        item_id: The item concerned, 0 for the whole statement.
    """

    op_id: UUID
    org_id: int
    statement_id: int
    version: int
    amount: Decimal
    reason: str
    item_id: int = 0


@dataclass(frozen=True, slots=True)
class AdjustmentRow:
    """One adjustment as it is shown and printed."""

    line: int
    item: str
    amount: Decimal
    reason: str
    at: datetime
    person: str


def adjust(db: Database, actor: Actor, command: Adjust) -> Decimal:
    """Write the adjustment; what is owed then.

    Raises:
        NotAllowedError: The actor does not settle for the member.
        ConflictError: The statement was changed meanwhile, or is neither draft nor in dispute.
        DomainError: No reason, or what is owed would change its sign.
    """
    require(actor, Duty.SETTLE, command.org_id)
    with db.write() as session:
        statement = load(session, command.org_id, command.statement_id)
        earlier = claim(session, actor, command.org_id, command.op_id, "statement.adjust", command)
        if earlier is not None:
            return Decimal(earlier["payable"])
        refuse_unless(State(statement.status), _OPEN)
        reason, amount = check_reason(command.reason), cent_amount(str(command.amount))
        before = payable_of(statement)
        if not amount or (before + amount) * before < 0:
            raise DomainError(
                "adjust.amount",
                _(
                    "调整 {amount} 以后应付是 {payable}：不能调整 0 元，也不能正负颠倒。"
                    "请核对金额。",
                    amount=amount, payable=before + amount,
                ),
            )  # fmt: skip
        last = session.scalar(
            select(func.max(StatementAdjustment.line)).where(
                StatementAdjustment.org_id == command.org_id,
                StatementAdjustment.statement_id == command.statement_id,
            )
        )
        session.add(
            StatementAdjustment(
                org_id=command.org_id, statement_id=command.statement_id, line=(last or 0) + 1,
                item_id=command.item_id, amount=amount, reason=reason, created_at=now(session),
                created_by=actor.person_id,
            )
        )  # fmt: skip
        session.flush()
        change(
            session, statement, command.version,
            {"adjust_amount": (statement.adjust_amount or Decimal(0)) + amount},
        )  # fmt: skip
        audit.record(
            session, actor, command.org_id, "statement.adjust",
            (DocKind.STATEMENT.value, statement.id),
            {"no": statement.no, "amount": amount, "reason": reason, "item": command.item_id},
        )  # fmt: skip
        payable = before + amount
        finish(session, command.org_id, command.op_id, {"payable": str(payable)})
        return payable


def adjustments(db: Database, org_id: int, statement_id: int) -> tuple[AdjustmentRow, ...]:
    """The adjustments of a statement that the person may see."""
    with db.read() as session:
        rows = session.execute(
            select(StatementAdjustment, Item.name, Person.name)
            .outerjoin(Item, Item.id == StatementAdjustment.item_id)
            .outerjoin(Person, Person.id == StatementAdjustment.created_by)
            .where(
                StatementAdjustment.org_id == org_id,
                StatementAdjustment.statement_id == statement_id,
            )
            .order_by(StatementAdjustment.line)
        )
        return tuple(
            AdjustmentRow(
                row.line, item or _("整张对账单"), cents(row.amount), row.reason, row.created_at,
                person or "—",
            )
            for row, item, person in rows
        )  # fmt: skip
