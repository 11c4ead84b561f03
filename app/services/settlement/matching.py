"""Matching invoices with statements, and taking a match off again.

An invoice and a statement belong together when supplier and payer are the same: the member itself,
or another member of the same legal person. What is matched is never more than either paper says;
a statement that is covered (tolerance 0.01) is 已开票 by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, func, insert, select, true
from sqlalchemy.orm import Session, aliased

from app.domain.documents import DocKind, State
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError
from app.domain.money import cents
from app.domain.settlement.invoice import cent_amount
from app.domain.settlement.matching import covered, smaller
from app.i18n import _
from app.models.party import Organisation
from app.models.settlement import Invoice, InvoiceMatch, Statement
from app.services import audit
from app.services.access import require
from app.services.db import Database, now
from app.services.operations import claim, finish
from app.services.settlement.changes import change, load, payable_of, refuse_unless

_OPEN = frozenset({State.CONFIRMED, State.INVOICED})


@dataclass(frozen=True, slots=True)
class WantedPair:
    """So much of an invoice for a statement; `amount` None takes what both have left."""

    invoice_org: int
    invoice_id: int
    org_id: int
    statement_id: int
    amount: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """Match pairs; all of them or none. `how` is ``hand`` or ``auto``."""

    op_id: UUID
    org_id: int
    pairs: tuple[WantedPair, ...]
    how: str = "hand"


@dataclass(frozen=True, slots=True)
class Unmatch:
    """Take the invoices off a statement: all, or one."""

    op_id: UUID
    org_id: int
    statement_id: int
    invoice_id: int = 0


@dataclass(frozen=True, slots=True)
class MatchRow:
    """One line of the n:m picture."""

    invoice_org: int
    invoice_id: int
    number: str
    invoice_amount: Decimal
    org_id: int
    org: str
    statement_id: int
    statement_no: str
    statement_amount: Decimal
    amount: Decimal


def match(db: Database, actor: Actor, command: Match) -> tuple[str, ...]:
    """Match the pairs; numbers of the statements that are 已开票 by it.

    Raises:
        NotAllowedError: The actor does not settle for one of the members.
        ConflictError: A statement is not confirmed, or audited already.
        DomainError: Another supplier or payer, or more than the invoice or the statement has left.
    """
    for org in (
        {command.org_id}
        | {p.org_id for p in command.pairs}
        | {p.invoice_org for p in command.pairs}
    ):
        require(actor, Duty.SETTLE, org)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "invoice.match", command)
        if earlier is not None:
            return tuple(earlier["invoiced"])
        if not command.pairs:
            raise DomainError("match.none", _("还没有选要匹配的发票和对账单。"))
        touched = sorted({(pair.org_id, pair.statement_id) for pair in command.pairs})
        _hold(session, command.pairs)
        for pair in command.pairs:
            _match_one(session, actor, pair, command.how)
        done = tuple(no for one in touched if (no := _settle_state(session, *one)))
        audit.record(
            session, actor, command.org_id, "invoice.match",
            (DocKind.STATEMENT.value, command.pairs[0].statement_id),
            {"pairs": len(command.pairs), "how": command.how, "invoiced": list(done)},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"invoiced": list(done)})
        return done


def _hold(session: Session, pairs: Sequence[WantedPair]) -> None:
    """One clerk at a time on each paper; always in the same order, so that nobody locks up."""
    for key in sorted({(pair.org_id, pair.statement_id) for pair in pairs}):
        session.get(Statement, key, with_for_update=True)
    for key in sorted({(pair.invoice_org, pair.invoice_id) for pair in pairs}):
        session.get(Invoice, key, with_for_update=True)


def _match_one(session: Session, actor: Actor, pair: WantedPair, how: str) -> None:
    statement = load(session, pair.org_id, pair.statement_id)
    refuse_unless(State(statement.status), _OPEN)
    invoice = session.get(Invoice, (pair.invoice_org, pair.invoice_id))
    if invoice is None or invoice.status != "open":
        raise DomainError("invoice.unknown", _("没有找到这张发票，或已作废。请刷新后再看。"))
    _check_payer(session, statement, invoice)
    left = smaller(
        cents(invoice.amount) - _sum(session, InvoiceMatch.invoice_id == invoice.id),
        payable_of(statement) - _sum(
            session,
            and_(InvoiceMatch.org_id == pair.org_id, InvoiceMatch.statement_id == statement.id),
        ),
    )  # fmt: skip
    amount = left if pair.amount is None else cent_amount(str(pair.amount))
    if not left or amount * left <= 0 or abs(amount) > abs(left):
        raise DomainError(
            "match.beyond",
            _(
                "发票 {number} 与对账单 {no} 之间还能匹配 {left} 元，要匹配 {amount} 元。"
                "请改小金额，或换一张发票。",
                number=invoice.number, no=statement.no, left=left, amount=amount,
            ),
        )  # fmt: skip
    earlier = session.get(InvoiceMatch, (pair.org_id, invoice.id, statement.id))
    if earlier is not None:  # more of the same pair: written anew with the sum
        amount += earlier.amount
        session.delete(earlier)
        session.flush()
    session.execute(
        insert(InvoiceMatch).values(
            org_id=pair.org_id, invoice_id=invoice.id, statement_id=statement.id, amount=amount,
            invoice_org=None if invoice.org_id == pair.org_id else invoice.org_id,
            matched_at=now(session), matched_by=actor.person_id, how=how,
        )
    )  # fmt: skip


def _check_payer(session: Session, statement: Statement, invoice: Invoice) -> None:
    if statement.supplier_id != invoice.supplier_id:
        raise DomainError(
            "match.supplier",
            _("发票 {number} 是另一家供应商的。请核对发票。", number=invoice.number),
        )
    if invoice.org_id == statement.org_id:
        return
    legal = set(
        session.scalars(
            select(Organisation.legal_person_id).where(
                Organisation.id.in_((invoice.org_id, statement.org_id))
            )
        )
    )
    if len(legal) != 1 or None in legal:
        raise DomainError(
            "match.payer",
            _(
                "发票 {number} 开给了另一家法人，不能匹配这张对账单。请供应商按成员分别开票。",
                number=invoice.number,
            ),
        )


def _sum(session: Session, condition: Any) -> Decimal:
    return cents(
        session.scalar(select(func.sum(InvoiceMatch.amount)).where(condition)) or Decimal(0)
    )


def _settle_state(session: Session, org_id: int, statement_id: int) -> str:
    """Bring matched amount and state of a statement up to date; its number if 已开票 now."""
    session.expire_all()
    statement = load(session, org_id, statement_id)
    matched = _sum(
        session,
        and_(InvoiceMatch.org_id == org_id, InvoiceMatch.statement_id == statement_id),
    )
    whole = covered(payable_of(statement), matched)
    new = State.INVOICED if whole else State.CONFIRMED
    values = {"invoiced_amount": matched, "status": new.value}
    change(session, statement, statement.version, values)
    return statement.no if whole else ""


def unmatch(db: Database, actor: Actor, command: Unmatch) -> Decimal:
    """Take matches off; how much the statement lacks then.

    Raises:
        ConflictError: It is audited or paid already, or nothing is matched.
    """
    require(actor, Duty.SETTLE, command.org_id)
    with db.write() as session:
        statement = load(session, command.org_id, command.statement_id)
        earlier = claim(session, actor, command.org_id, command.op_id, "invoice.unmatch", command)
        if earlier is not None:
            return Decimal(earlier["left"])
        refuse_unless(State(statement.status), _OPEN)
        wanted = and_(
            InvoiceMatch.org_id == command.org_id,
            InvoiceMatch.statement_id == command.statement_id,
            InvoiceMatch.invoice_id == command.invoice_id if command.invoice_id else true(),
        )
        if not session.scalar(select(func.count()).select_from(InvoiceMatch).where(wanted)):
            raise ConflictError("match.none", _("这张对账单没有这样的匹配。请刷新后再看。"))
        session.execute(delete(InvoiceMatch).where(wanted))
        _settle_state(session, command.org_id, command.statement_id)
        left = payable_of(statement) - cents(statement.invoiced_amount or Decimal(0))
        audit.record(
            session, actor, command.org_id, "invoice.unmatch",
            (DocKind.STATEMENT.value, command.statement_id), {"invoice": command.invoice_id},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"left": str(left)})
        return left


def matches(db: Database, actor: Actor, org_id: int, statement_id: int) -> tuple[MatchRow, ...]:
    """The n:m picture around a statement: its invoices, and the other statements on those."""
    del actor  # who may see the statement may see this; row security decides on a server
    member = aliased(Organisation)
    here = select(InvoiceMatch.invoice_id).where(
        InvoiceMatch.org_id == org_id, InvoiceMatch.statement_id == statement_id
    )
    wanted = (
        select(InvoiceMatch, Invoice, Statement, member.short_name)
        .join(
            Invoice,
            and_(
                Invoice.id == InvoiceMatch.invoice_id,
                Invoice.org_id == func.coalesce(InvoiceMatch.invoice_org, InvoiceMatch.org_id),
            ),
        )
        .join(
            Statement,
            and_(
                Statement.org_id == InvoiceMatch.org_id, Statement.id == InvoiceMatch.statement_id
            ),
        )
        .join(member, member.id == Statement.org_id)
        .where(InvoiceMatch.invoice_id.in_(here))
        .order_by(Invoice.issued_on, Invoice.number, Statement.no)
    )
    with db.read() as session:
        return tuple(
            MatchRow(
                invoice.org_id, invoice.id, invoice.number, cents(invoice.amount), statement.org_id,
                org, statement.id, statement.no, payable_of(statement), cents(pair.amount),
            )
            for pair, invoice, statement, org in session.execute(wanted)
        )  # fmt: skip
