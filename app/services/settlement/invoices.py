"""Invoices: registered once, by the member or the supplier; void only while nothing is matched."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import CursorResult, and_, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from app.domain.documents import DocKind
from app.domain.duties import Actor, Duty
from app.domain.errors import ConflictError, DomainError, Problem, refuse_if
from app.domain.ids import new_ids
from app.domain.money import cents
from app.domain.settlement.invoice import InvoiceFacts, problems
from app.domain.settlement.matching import covered
from app.i18n import _
from app.models.party import Organisation, Person
from app.models.settlement import Invoice, InvoiceMatch
from app.services import audit
from app.services.access import require
from app.services.bulk import insert_rows
from app.services.db import Database, now, today
from app.services.operations import claim, finish
from app.services.settlement.changes import check_reason
from app.services.turns import take_turn

_COLUMNS: Final = (
    "org_id", "id", "supplier_id", "number", "issued_on", "amount", "created_at", "created_by",
    "code", "net_amount", "tax_amount", "note", "status",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RegisterInvoices:
    """Register invoices of one supplier to one member; all of them or none."""

    op_id: UUID
    org_id: int
    supplier_id: int
    invoices: tuple[InvoiceFacts, ...]


@dataclass(frozen=True, slots=True)
class VoidInvoice:
    """Take an invoice out of the books that was registered by mistake or sent back."""

    op_id: UUID
    org_id: int
    invoice_id: int
    reason: str


@dataclass(frozen=True, slots=True)
class Payer:
    """A member that invoices are made out to."""

    org_id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One invoice in a list.

    Attributes:
        matched: How much of it belongs to statements.
        statements: How many statements it is matched with.
    """

    org_id: int
    org: str
    invoice_id: int
    supplier_id: int
    supplier: str
    number: str
    code: str
    issued_on: date
    net: Decimal | None
    tax: Decimal | None
    amount: Decimal
    matched: Decimal
    statements: int
    note: str
    status: str
    created_at: datetime
    person: str

    @property
    def left(self) -> Decimal:
        """What is not matched yet."""
        return self.amount - self.matched

    @property
    def whole(self) -> bool:
        """Whether it is matched as a whole."""
        return covered(self.amount, self.matched)


def register(db: Database, actor: Actor, command: RegisterInvoices) -> tuple[int, ...]:
    """Write the invoices; their ids.

    Raises:
        NotAllowedError: The actor neither settles for the member nor acts for the supplier.
        DomainError: A field is wrong, or an invoice is registered already; `problems` names each.
    """
    if not actor.can(Duty.SUPPLY, command.supplier_id):
        require(actor, Duty.SETTLE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "invoices", command)
        if earlier is not None:
            return tuple(int(one) for one in earlier["ids"])
        if actor.can(Duty.SETTLE, command.org_id):
            # No key keeps a number once under two suppliers.
            take_turn(session, command.org_id, "invoice")
        found = check(session, command)
        refuse_if(found, found[0].code if found else "", _("没有登记。"))
        ids = tuple(new_ids(len(command.invoices)))
        signed = (now(session), actor.person_id)
        insert_rows(
            session, Invoice, _COLUMNS,
            [
                (command.org_id, key, command.supplier_id, one.number, one.issued_on, one.total,
                 *signed, one.code, one.net, one.tax, one.note or None, "open")
                for key, one in zip(ids, command.invoices, strict=True)
            ],
        )  # fmt: skip
        audit.record(
            session, actor, command.org_id, "invoice.register", (DocKind.INVOICE.value, ids[0]),
            {"invoices": {one.number: one.total for one in command.invoices}},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"ids": list(ids)})
        return ids


def check(session: Session, command: RegisterInvoices) -> list[Problem]:
    """Everything that is wrong with the invoices, by row."""
    if not command.invoices:
        raise DomainError("invoice.none", _("还没有要登记的发票。"))
    supplier = session.get(Organisation, command.supplier_id)
    if supplier is None or supplier.kind != "supplier":
        raise DomainError("invoice.supplier", _("没有这家供应商。请从列表里选。"))
    found: list[Problem] = []
    seen: set[tuple[str, str]] = set()
    numbers = [one.number for one in command.invoices]
    known, elsewhere = _registered(session, command.supplier_id, numbers)
    for row, one in enumerate(command.invoices, start=1):
        found += [
            Problem(p.code, p.text, row=row, column=p.column) for p in problems(one, today(session))
        ]
        key = (one.code, one.number)
        if key in known:
            text = _(
                "发票 {number} 已经登记过（{org}，{day}）。一张发票只登记一次。",
                number=one.number, org=known[key][0], day=known[key][1],
            )  # fmt: skip
            found.append(Problem("invoice.twice", text, row=row, column="number"))
        elif key in elsewhere:
            text = _(
                "发票 {number} 已经登记在另一家供应商名下。请核对供应商和发票号码；"
                "那一张登记错了的，先作废再登记。",
                number=one.number,
            )
            found.append(Problem("invoice.twice", text, row=row, column="number"))
        elif key in seen:
            text = _("发票 {number} 在这一批里出现两次。请删去一行。", number=one.number)
            found.append(Problem("invoice.twice", text, row=row, column="number"))
        seen.add(key)
    return found


def _registered(
    session: Session, supplier_id: int, numbers: Sequence[str]
) -> tuple[dict[tuple[str, str], tuple[str, date]], set[tuple[str, str]]]:
    """Of codes and numbers: member and day of the supplier's own, and those in force of others.

    No two sellers issue the same one. Who may not see the other's invoice is not told of it; a
    server shows it to no supplier.
    """
    rows = session.execute(
        select(
            Invoice.code, Invoice.number, Invoice.supplier_id, Invoice.status,
            Organisation.short_name, Invoice.issued_on,
        )
        .join(Organisation, Organisation.id == Invoice.org_id)
        .where(Invoice.number.in_(numbers))
    )  # fmt: skip
    mine: dict[tuple[str, str], tuple[str, date]] = {}
    others: set[tuple[str, str]] = set()
    for code, number, seller, status, org, day in rows:
        if seller == supplier_id:
            mine[code, number] = org, day
        elif status != "void":
            others.add((code, number))
    return mine, others


def void(db: Database, actor: Actor, command: VoidInvoice) -> None:
    """Mark the invoice void.

    Raises:
        ConflictError: It is matched with a statement, or void already.
    """
    require(actor, Duty.SETTLE, command.org_id)
    reason = check_reason(command.reason)
    with db.write() as session:
        if (
            claim(session, actor, command.org_id, command.op_id, "invoice.void", command)
            is not None
        ):
            return
        mine = select(Invoice.id).where(
            Invoice.org_id == command.org_id, Invoice.id == command.invoice_id
        )
        session.execute(mine.with_for_update())  # who matches it now is counted, or finds it void
        matched = session.scalar(
            select(func.count())
            .select_from(InvoiceMatch)
            .where(InvoiceMatch.invoice_id == command.invoice_id)
        )
        if matched:
            raise ConflictError(
                "invoice.matched",
                _("这张发票已匹配 {n} 张对账单。请先取消匹配，再作废。", n=matched),
            )
        done = session.execute(
            update(Invoice)
            .where(
                Invoice.org_id == command.org_id,
                Invoice.id == command.invoice_id,
                Invoice.status == "open",
            )
            .values(status="void", void_reason=reason)
        )
        assert isinstance(done, CursorResult)  # noqa: S101 - an UPDATE has a row count
        if done.rowcount != 1:
            raise ConflictError("invoice.void", _("没有找到这张发票，或已作废。请刷新后再看。"))
        audit.record(
            session, actor, command.org_id, "invoice.void",
            (DocKind.INVOICE.value, command.invoice_id), {"reason": reason},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {})


def invoices(
    db: Database,
    actor: Actor,
    orgs: Collection[int],
    *,
    supplier_id: int = 0,
    open_only: bool = False,
) -> tuple[InvoiceRow, ...]:
    """Invoices to the members in scope and of the actor's own suppliers, the newest first."""
    mine = tuple(sorted(actor.orgs()))
    scope = tuple(sorted(set(orgs) & set(mine)))
    wanted = _rows().where(
        or_(Invoice.org_id.in_(scope), Invoice.supplier_id.in_(mine)), Invoice.status == "open"
    )
    if supplier_id:
        wanted = wanted.where(Invoice.supplier_id == supplier_id)
    with db.read() as session:
        found = tuple(InvoiceRow(*_plain(row)) for row in session.execute(wanted))
    return tuple(row for row in found if not (open_only and row.whole))


def invoice_by_number(db: Database, actor: Actor, number: str) -> InvoiceRow:
    """The invoice with a number; raises `DomainError` where there is none or several."""
    mine = tuple(sorted(actor.orgs()))
    wanted = _rows().where(
        or_(Invoice.org_id.in_(mine), Invoice.supplier_id.in_(mine)),
        Invoice.number == number.strip(),
        Invoice.status == "open",
    )
    with db.read() as session:
        found = [InvoiceRow(*_plain(row)) for row in session.execute(wanted)]
    if len(found) != 1:
        raise DomainError(
            "invoice.unknown",
            _("号码 {number} 对应 {n} 张发票。请核对号码。", number=number, n=len(found)),
        )
    return found[0]


def payers(db: Database, actor: Actor) -> tuple[Payer, ...]:
    """Whom the person may register invoices to: members it settles for, a supplier all of them."""
    settling = actor.orgs(Duty.SETTLE)
    wanted = (
        select(Organisation.id, Organisation.code, Organisation.short_name)
        .where(Organisation.kind != "supplier", Organisation.active.is_(True))
        .order_by(Organisation.code)
    )
    with db.read() as session:
        found = tuple(Payer(*row) for row in session.execute(wanted))
    return found if actor.has(Duty.SUPPLY) else tuple(x for x in found if x.org_id in settling)


def _rows() -> Any:
    member, supplier = aliased(Organisation), aliased(Organisation)
    sums = (
        select(
            InvoiceMatch.invoice_id,
            func.sum(InvoiceMatch.amount).label("matched"),
            func.count().label("statements"),
        )
        .group_by(InvoiceMatch.invoice_id)
        .subquery()
    )
    return (
        select(
            Invoice, member.short_name, supplier.short_name, sums.c.matched, sums.c.statements,
            Person.name,
        )
        .join(member, member.id == Invoice.org_id)
        .join(supplier, supplier.id == Invoice.supplier_id)
        .outerjoin(sums, and_(sums.c.invoice_id == Invoice.id))
        .outerjoin(Person, Person.id == Invoice.created_by)
        .order_by(Invoice.issued_on.desc(), Invoice.number)
    )  # fmt: skip


def _plain(found: Any) -> tuple[Any, ...]:
    invoice, org, supplier, matched, statements, person = found
    return (
        invoice.org_id, org, invoice.id, invoice.supplier_id, supplier, invoice.number,
        invoice.code, invoice.issued_on, _cents(invoice.net_amount), _cents(invoice.tax_amount),
        cents(invoice.amount), cents(matched or Decimal(0)), int(statements or 0),
        invoice.note or "", invoice.status,
        invoice.created_at, person or "—",
    )  # fmt: skip


def _cents(value: Decimal | None) -> Decimal | None:
    return None if value is None else cents(value)
