"""Records of money: 发票, 发票核对, 对账单, 付款."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy import func, select

from app.domain.documents import State
from app.models.settlement import Invoice, InvoiceMatch, Payment, PaymentLine, Statement
from app.services.reporting.asking import Asked, Parties, Values

_STATES: Final = {
    State.SENT: "1",
    State.CONFIRMED: "2",
    State.INVOICED: "2",
    State.AUDITED: "2",
    State.DISPUTED: "3",
    State.PAID: "4",
}
_RESULTS: Final = {"paid": "1", "returned": "2"}


def invoices(asked: Asked) -> Iterator[Values]:
    """YY151: invoices issued on the days."""
    parties = Parties(asked.session)
    rows = asked.session.scalars(
        select(Invoice)
        .where(asked.mine(Invoice.org_id, Invoice.supplier_id), asked.days(Invoice.issued_on))
        .order_by(Invoice.issued_on, Invoice.number, Invoice.id)
    )
    for one in rows:
        pair = f"{parties.code(one.org_id)}-{parties.code(one.supplier_id)}"
        yield {
            "JLBH": f"{pair}-{one.code}{one.number}",
            **parties.pair(one.org_id, one.supplier_id),
            "FPDM": one.code,
            "FPHM": one.number,
            "KPRQ": one.issued_on,
            "JE": one.amount,
            "SE": one.tax_amount,
            "FPZT": "2" if one.status == "void" else "1",
        }


def matches(asked: Asked) -> Iterator[Values]:
    """YY152: which statements the invoices of the days belong to."""
    parties = Parties(asked.session)
    rows = asked.session.execute(
        select(InvoiceMatch, Invoice, Statement.no)
        .join(
            Invoice,
            (Invoice.org_id == func.coalesce(InvoiceMatch.invoice_org, InvoiceMatch.org_id))
            & (Invoice.id == InvoiceMatch.invoice_id),
        )
        .join(
            Statement,
            (Statement.org_id == InvoiceMatch.org_id) & (Statement.id == InvoiceMatch.statement_id),
        )
        .where(InvoiceMatch.org_id == asked.org_id, asked.days(Invoice.issued_on))
        .order_by(Statement.no, Invoice.number)
    )
    for match, invoice, no in rows:
        yield {
            "JLBH": f"{parties.code(match.org_id)}-{no}-{invoice.code}{invoice.number}",
            **parties.pair(match.org_id, invoice.supplier_id),
            "FPHM": invoice.number,
            "DZDH": no,
            "JE": match.amount,
        }


def statements(asked: Asked) -> Iterator[Values]:
    """YY153: statements whose period ends on the days and that were sent."""
    parties = Parties(asked.session)
    rows = asked.session.scalars(
        select(Statement)
        .where(
            asked.mine(Statement.org_id, Statement.supplier_id),
            asked.days(Statement.date_to),
            Statement.status.in_(_STATES),
        )
        .order_by(Statement.org_id, Statement.no)
    )
    for one in rows:
        yield {
            "JLBH": f"{parties.code(one.org_id)}-{one.no}",
            **parties.pair(one.org_id, one.supplier_id),
            "DZDH": one.no,
            "QSRQ": one.date_from,
            "ZZRQ": one.date_to,
            "RKJE": one.received_amount,
            "JE": one.consumed_amount,
            "DZZT": _STATES[State(one.status)],
        }


def payments(asked: Asked) -> Iterator[Values]:
    """YY154: what the bank paid or sent back on the days."""
    parties = Parties(asked.session)
    rows = asked.session.execute(
        select(PaymentLine, Payment.no, Statement.no)
        .join(
            Payment,
            (Payment.org_id == PaymentLine.org_id) & (Payment.id == PaymentLine.payment_id),
        )
        .join(
            Statement,
            (Statement.org_id == PaymentLine.org_id) & (Statement.id == PaymentLine.statement_id),
        )
        .where(
            PaymentLine.org_id == asked.org_id,
            PaymentLine.state.in_(_RESULTS),
            asked.days(PaymentLine.paid_on),
        )
        .order_by(Payment.no, Statement.no)
    )
    for line, no, statement in rows:
        yield {
            "JLBH": f"{parties.code(line.org_id)}-{no}-{statement}",
            **parties.pair(line.org_id, line.supplier_id),
            "FKPC": no,
            "DZDH": statement,
            "FKRQ": line.paid_on,
            "JE": line.amount,
            "FKZT": _RESULTS[line.state],
        }
