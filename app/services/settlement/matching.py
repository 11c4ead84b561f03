"""Matching invoices with statements, and taking a match off again.

An invoice and a statement belong together when supplier and payer are the same: the member itself,
or another member of the same legal person. What is matched is never more than either paper says;
a statement that is covered (tolerance 0.01) is 已开票 by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, cast
from uuid import UUID

from sqlalchemy import Delete, Table, and_, delete, func, select, true
from sqlalchemy.orm import Session, aliased

from app.domain.documents import DocKind, State
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError
from app.domain.money import cents
from app.domain.settlement.invoice import cent_amount
from app.domain.settlement.matching import covered, smaller
from app.i18n import _
from app.models.base import BigInt
from app.models.party import Organisation, Person
from app.models.settlement import Invoice, InvoiceMatch, Statement
from app.services import audit
from app.services.access import require
from app.services.bulk import insert_rows
from app.services.db import Database, now
from app.services.many import ForEach
from app.services.operations import claim, finish
from app.services.queries.portions import key_portions
from app.services.settlement.changes import (
    Moved,
    StatementKey,
    by_member,
    load,
    load_all,
    move_all,
    payable_of,
    refuse_unless,
    unknown,
)

_OPEN = frozenset({State.CONFIRMED, State.INVOICED})
_COLUMNS: Final = (
    "org_id", "invoice_id", "statement_id", "amount", "invoice_org", "matched_at", "matched_by",
    "how",
)  # fmt: skip
_TABLE: Final = cast("Table", InvoiceMatch.__table__)
_MatchKey = tuple[int, int, int]
"""(member of the statement, invoice, statement)."""


def _remove(org: Any, invoice: Any, statement: Any) -> Delete:
    return delete(_TABLE).where(
        _TABLE.c.org_id == org, _TABLE.c.invoice_id == invoice, _TABLE.c.statement_id == statement
    )


_REMOVE: Final = ForEach(_remove, org=BigInt, invoice=BigInt, statement=BigInt)


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


@dataclass(frozen=True, slots=True)
class _Papers:
    """What pairs are judged by.

    Attributes:
        of_invoice: How much of each invoice is matched, by pairs before this one too.
        of_statement: The same of each statement.
        matched: What stands of pairs already.
        others: The person who matched a pair that stands, where it is not the one who acts.
        legal: The legal person of each member.
    """

    statements: Mapping[StatementKey, Statement]
    invoices: Mapping[tuple[int, int], Invoice]
    of_invoice: defaultdict[int, Decimal]
    of_statement: defaultdict[StatementKey, Decimal]
    matched: Mapping[_MatchKey, Decimal]
    others: Mapping[_MatchKey, int]
    legal: Mapping[int, int | None]


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
        _hold(
            session,
            {(pair.org_id, pair.statement_id) for pair in command.pairs},
            {(pair.invoice_org, pair.invoice_id) for pair in command.pairs},
        )
        done = _match_all(session, actor, command)
        audit.record(
            session, actor, command.org_id, "invoice.match",
            (DocKind.STATEMENT.value, command.pairs[0].statement_id),
            {"pairs": len(command.pairs), "how": command.how, "invoiced": list(done)},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"invoiced": list(done)})
        return done


def _hold(
    session: Session,
    statements: Collection[StatementKey],
    invoices: Collection[tuple[int, int]] = (),
) -> None:
    """One clerk at a time on each paper; always in the same order, so that nobody locks up."""
    for table, keys in ((Statement, statements), (Invoice, invoices)):
        for org_id, part in by_member(keys):
            held = select(table.id).where(table.org_id == org_id, table.id.in_(part))
            session.execute(held.order_by(table.id).with_for_update())


def _match_all(session: Session, actor: Actor, command: Match) -> tuple[str, ...]:
    """Write the pairs; numbers of the statements that are 已开票 by it."""
    papers = _papers(session, actor, command.pairs)
    wanted: dict[_MatchKey, Decimal] = {}
    for pair in command.pairs:
        key = (pair.org_id, pair.invoice_id, pair.statement_id)
        more = _taken(papers, pair)  # of the same pair: written anew with the sum
        _check_whose(session, papers, pair)
        wanted[key] = wanted.get(key, papers.matched.get(key, Decimal(0))) + more
    _REMOVE.do(session, [key for key in wanted if key in papers.matched])
    owner = {pair.invoice_id: pair.invoice_org for pair in command.pairs}
    signed = (now(session), actor.person_id, command.how)
    insert_rows(
        session, InvoiceMatch, _COLUMNS,
        [
            (org, invoice, statement, amount, None if owner[invoice] == org else owner[invoice],
             *signed)
            for (org, invoice, statement), amount in wanted.items()
        ],
    )  # fmt: skip
    touched = sorted({(org, statement) for org, _invoice, statement in wanted})
    return _settle(session, [papers.statements[one] for one in touched])


def _papers(session: Session, actor: Actor, pairs: Sequence[WantedPair]) -> _Papers:
    """All that the pairs are judged by, asked for at once."""
    statements = load_all(session, {(pair.org_id, pair.statement_id) for pair in pairs})
    invoices: dict[tuple[int, int], Invoice] = {}
    for org_id, part in by_member({(pair.invoice_org, pair.invoice_id) for pair in pairs}):
        rows = session.scalars(
            select(Invoice).where(Invoice.org_id == org_id, Invoice.id.in_(part))
        )
        invoices |= {(org_id, one.id): one for one in rows}
    of_invoice: defaultdict[int, Decimal] = defaultdict(Decimal)
    matched: dict[_MatchKey, Decimal] = {}
    others: dict[_MatchKey, int] = {}
    for numbers in key_portions(pair.invoice_id for pair in pairs):
        for one in session.execute(
            select(
                InvoiceMatch.org_id, InvoiceMatch.invoice_id, InvoiceMatch.statement_id,
                InvoiceMatch.amount, InvoiceMatch.matched_by,
            ).where(InvoiceMatch.invoice_id.in_(numbers))
        ):  # fmt: skip
            key = one.org_id, one.invoice_id, one.statement_id
            matched[key] = one.amount
            if one.matched_by not in {None, actor.person_id}:
                others[key] = one.matched_by
            of_invoice[one.invoice_id] += one.amount
    left = _matched_of(session, statements)
    orgs = {org for org, _key in (*statements, *invoices)}
    legal = {
        row.id: row.legal_person_id
        for row in session.execute(
            select(Organisation.id, Organisation.legal_person_id).where(Organisation.id.in_(orgs))
        )
    }
    return _Papers(statements, invoices, of_invoice, left, matched, others, legal)


def _matched_of(
    session: Session, statements: Collection[StatementKey]
) -> defaultdict[StatementKey, Decimal]:
    """How much of statements is matched; nothing where nothing is."""
    found: defaultdict[StatementKey, Decimal] = defaultdict(Decimal)
    for org_id, part in by_member(statements):
        rows = session.execute(
            select(InvoiceMatch.statement_id, func.sum(InvoiceMatch.amount).label("matched"))
            .where(InvoiceMatch.org_id == org_id, InvoiceMatch.statement_id.in_(part))
            .group_by(InvoiceMatch.statement_id)
        )
        found.update({(org_id, row.statement_id): cents(row.matched) for row in rows})
    return found


def _check_whose(session: Session, papers: _Papers, pair: WantedPair) -> None:
    """A pair has one person, who may not audit the statement; two would leave one of them free."""
    person = papers.others.get((pair.org_id, pair.invoice_id, pair.statement_id))
    if person is not None:
        raise DomainError(
            "match.another",
            _(
                "发票 {number} 和对账单 {no} 已由 {name} 匹配了一部分，谁匹配的谁就不能审核。"
                "请由 {name} 补齐，或先取消这一对的匹配，再整张重新匹配。",
                number=papers.invoices[pair.invoice_org, pair.invoice_id].number,
                no=papers.statements[pair.org_id, pair.statement_id].no,
                name=session.scalar(select(Person.name).where(Person.id == person)) or "—",
            ),
        )


def _taken(papers: _Papers, pair: WantedPair) -> Decimal:
    """What the pair takes of both papers, which have so much less for the pairs after it."""
    statement = papers.statements.get((pair.org_id, pair.statement_id))
    if statement is None:
        raise unknown()
    refuse_unless(State(statement.status), _OPEN)
    invoice = papers.invoices.get((pair.invoice_org, pair.invoice_id))
    if invoice is None or invoice.status != "open":
        raise DomainError("invoice.unknown", _("没有找到这张发票，或已作废。请刷新后再看。"))
    _check_payer(papers, statement, invoice)
    key = (statement.org_id, statement.id)
    left = smaller(
        cents(invoice.amount) - cents(papers.of_invoice[invoice.id]),
        payable_of(statement) - papers.of_statement[key],
    )
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
    papers.of_invoice[invoice.id] += amount
    papers.of_statement[key] += amount
    return amount


def _check_payer(papers: _Papers, statement: Statement, invoice: Invoice) -> None:
    if statement.supplier_id != invoice.supplier_id:
        raise DomainError(
            "match.supplier",
            _("发票 {number} 是另一家供应商的。请核对发票。", number=invoice.number),
        )
    if invoice.org_id == statement.org_id:
        return
    payer = papers.legal.get(statement.org_id)
    if payer is None or papers.legal.get(invoice.org_id) != payer:
        raise DomainError(
            "match.payer",
            _(
                "发票 {number} 开给了另一家法人，不能匹配这张对账单。请供应商按成员分别开票。",
                number=invoice.number,
            ),
        )


def _settle(session: Session, statements: Sequence[Statement]) -> tuple[str, ...]:
    """Bring matched amounts and states up to date; numbers of those that are 已开票 now."""
    matched = _matched_of(session, [(one.org_id, one.id) for one in statements])
    moves = []
    for one in statements:
        invoiced = matched[one.org_id, one.id]
        whole = covered(payable_of(one), invoiced)
        moves.append(Moved(one, State.INVOICED if whole else State.CONFIRMED, invoiced))
    done = tuple(one.statement.no for one in moves if one.new is State.INVOICED)
    move_all(session, moves)
    return done


def unmatch(db: Database, actor: Actor, command: Unmatch) -> Decimal:
    """Take matches off; how much the statement lacks then.

    Raises:
        ConflictError: It is audited or paid already, or nothing is matched.
    """
    require(actor, Duty.SETTLE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "invoice.unmatch", command)
        if earlier is not None:
            return Decimal(earlier["left"])
        _hold(session, [(command.org_id, command.statement_id)])
        statement = load(session, command.org_id, command.statement_id)
        refuse_unless(State(statement.status), _OPEN)
        wanted = and_(
            InvoiceMatch.org_id == command.org_id,
            InvoiceMatch.statement_id == command.statement_id,
            InvoiceMatch.invoice_id == command.invoice_id if command.invoice_id else true(),
        )
        if not session.scalar(select(func.count()).select_from(InvoiceMatch).where(wanted)):
            raise ConflictError("match.none", _("这张对账单没有这样的匹配。请刷新后再看。"))
        session.execute(delete(InvoiceMatch).where(wanted))
        _settle(session, [statement])
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
