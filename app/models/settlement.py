"""Consumption, and the monthly statement that it becomes for each supplier and member."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import (
    ADay,
    AMoment,
    AnyJson,
    Base,
    Count,
    Key,
    OptDay,
    OptMoment,
    OptPrice,
    OptRef,
    OptText,
    Price,
    Ref,
    Text_,
)


class Consumption(Base):
    """Goods used at a place, by scan or import; the ledger rows carry the lines."""

    __tablename__ = "consumption"

    org_id: Mapped[Key]
    id: Mapped[Key]
    no: Mapped[Text_]
    place_id: Mapped[Ref]
    occurred_on: Mapped[ADay]
    posted_at: Mapped[AMoment]
    person_id: Mapped[Ref]
    source: Mapped[Text_]  # scan | import | typed
    status: Mapped[Text_]
    reversal_of: Mapped[OptRef]
    note: Mapped[OptText]

    __table_args__ = (
        UniqueConstraint("org_id", "no"),
        Index(None, "org_id", "occurred_on"),
        Base.__table_args__,
    )


class Statement(Base):
    """对账单: what a member used of a supplier's goods in a period and owes for."""

    __tablename__ = "statement"

    org_id: Mapped[Key]
    id: Mapped[Key]
    no: Mapped[Text_]
    supplier_id: Mapped[Ref]
    period: Mapped[Text_]  # 2026-10
    date_from: Mapped[ADay]
    date_to: Mapped[ADay]  # last day, inclusive
    status: Mapped[Text_]
    opening_amount: Mapped[Price]  # supplier-owned stock at the start, at cost
    received_amount: Mapped[Price]
    consumed_amount: Mapped[Price]  # payable: consumption at the price of the day of use
    price_gap: Mapped[Price]  # payable less the same goods at the price they came in at
    closing_amount: Mapped[Price]
    supplier_amount: Mapped[OptPrice]  # what the supplier's own bill says
    invoiced_amount: Mapped[OptPrice]
    dispute: Mapped[OptText]
    created_at: Mapped[AMoment]
    created_by: Mapped[Ref]
    confirmed_at: Mapped[OptMoment]
    confirmed_by: Mapped[OptRef]
    version: Mapped[Count] = mapped_column(default=1)
    kind: Mapped[Text_] = mapped_column(default="use", server_default="use")  # use|refund|reversal
    reversal_of: Mapped[OptRef]  # the statement that this one takes back
    returned_amount: Mapped[OptPrice]  # taken back from use in the period, at cost
    other_amount: Mapped[OptPrice]  # found less lost, scrapped, moved to other members, at cost
    late_amount: Mapped[OptPrice]  # part of consumed_amount that was used before the period
    bought_amount: Mapped[OptPrice]  # part of consumed_amount settled at receipt or at issue
    adjust_amount: Mapped[OptPrice]  # sum of the adjustments agreed on; payable = consumed + this
    audited_at: Mapped[OptMoment]
    audited_by: Mapped[OptRef]

    __table_args__ = (
        UniqueConstraint("org_id", "no"),
        Index(None, "org_id", "supplier_id", "period"),
        Index(None, "supplier_id", "period"),
        Base.__table_args__,
    )


class StatementLine(Base):
    """One ledger row on one statement: every consumption is settled at most once."""

    __tablename__ = "statement_line"

    org_id: Mapped[Key]
    statement_id: Mapped[Key]
    ledger_seq: Mapped[Key]
    item_id: Mapped[Ref]
    lot_id: Mapped[Ref]
    qty: Mapped[Count]  # negative for a refund
    unit_price: Mapped[Price]
    price_factor: Mapped[Count]
    amount: Mapped[Price]

    __table_args__ = (
        UniqueConstraint("org_id", "ledger_seq"),
        ForeignKeyConstraint(["org_id", "statement_id"], ["statement.org_id", "statement.id"]),
        CheckConstraint("qty <> 0", name="qty"),
        Base.__table_args__,
    )


class ReversedLine(Base):
    """A line that stood on a statement until it was taken back; its use is to be settled again."""

    __tablename__ = "reversed_line"

    org_id: Mapped[Key]
    statement_id: Mapped[Key]
    ledger_seq: Mapped[Key]
    item_id: Mapped[Ref]
    lot_id: Mapped[Ref]
    qty: Mapped[Count]
    unit_price: Mapped[Price]
    price_factor: Mapped[Count]
    amount: Mapped[Price]

    __table_args__ = (Base.__table_args__,)


class BillLine(Base):
    """One line of the supplier's own bill, as typed or read from its sheet."""

    __tablename__ = "bill_line"

    org_id: Mapped[Key]
    statement_id: Mapped[Key]
    line: Mapped[Key]
    item_id: Mapped[Ref]  # 0: nobody knows the goods here
    label: Mapped[Text_]  # as the bill calls them
    lot_no: Mapped[Text_]
    qty: Mapped[Count]
    unit_price: Mapped[Price]
    price_factor: Mapped[Count]
    amount: Mapped[Price]

    __table_args__ = (CheckConstraint("price_factor > 0", name="factor"), Base.__table_args__)


class StatementAdjustment(Base):
    """What both agreed to add or take off while the statement was in dispute."""

    __tablename__ = "statement_adjustment"

    org_id: Mapped[Key]
    statement_id: Mapped[Key]
    line: Mapped[Key]
    item_id: Mapped[Ref]  # 0: the whole statement
    amount: Mapped[Price]
    reason: Mapped[Text_]
    created_at: Mapped[AMoment]
    created_by: Mapped[Ref]

    __table_args__ = (CheckConstraint("amount <> 0", name="amount"), Base.__table_args__)


class Invoice(Base):
    """An invoice of a supplier to a member; a credit note has negative amounts."""

    __tablename__ = "invoice"

    org_id: Mapped[Key]
    id: Mapped[Key]
    supplier_id: Mapped[Ref]
    number: Mapped[Text_]
    issued_on: Mapped[ADay]
    amount: Mapped[Price]  # with tax
    created_at: Mapped[AMoment]
    created_by: Mapped[Ref]
    code: Mapped[Text_] = mapped_column(default="", server_default="")  # of older invoices
    net_amount: Mapped[OptPrice]
    tax_amount: Mapped[OptPrice]
    note: Mapped[OptText]  # words written on it
    status: Mapped[Text_] = mapped_column(default="open", server_default="open")  # open | void
    void_reason: Mapped[OptText]

    __table_args__ = (
        UniqueConstraint("org_id", "supplier_id", "number"),
        Index("uq_invoice_once", "supplier_id", "code", "number", unique=True),
        Index(None, "number"),  # whether another seller issued the same one
        Base.__table_args__,
    )


class InvoiceMatch(Base):
    """How much of an invoice belongs to a statement (n:m)."""

    __tablename__ = "invoice_match"

    org_id: Mapped[Key]  # of the statement
    invoice_id: Mapped[Key]
    statement_id: Mapped[Key]
    amount: Mapped[Price]
    invoice_org: Mapped[OptRef]  # whose invoice it is, where another member of the legal person's
    matched_at: Mapped[OptMoment]
    matched_by: Mapped[OptRef]
    how: Mapped[OptText]  # auto | hand

    __table_args__ = (
        Index(None, "invoice_id"),
        Index(None, "org_id", "statement_id"),
        Base.__table_args__,
    )


class Payee(Base):
    """Where a member pays a supplier: entered by one person, checked by another, then closed."""

    __tablename__ = "payee"

    org_id: Mapped[Key]
    id: Mapped[Key]
    supplier_id: Mapped[Ref]
    account_name: Mapped[Text_]
    bank: Mapped[Text_]
    account_no: Mapped[Text_]
    entered_at: Mapped[AMoment]
    entered_by: Mapped[Ref]
    checked_at: Mapped[OptMoment]
    checked_by: Mapped[OptRef]
    closed_at: Mapped[OptMoment]

    __table_args__ = (
        Index(None, "org_id", "supplier_id"),
        CheckConstraint("checked_by IS NULL OR checked_by <> entered_by", name="two_persons"),
        Base.__table_args__,
    )


class Payment(Base):
    """付款批: audited statements that are paid together by one file."""

    __tablename__ = "payment"

    org_id: Mapped[Key]
    id: Mapped[Key]
    no: Mapped[Text_]
    status: Mapped[Text_]
    amount: Mapped[Price]
    note: Mapped[OptText]
    created_at: Mapped[AMoment]
    created_by: Mapped[Ref]
    filed_at: Mapped[OptMoment]  # the file for the bank was written
    filed_by: Mapped[OptRef]
    version: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (UniqueConstraint("org_id", "no"), Base.__table_args__)


class PaymentLine(Base):
    """One statement in a payment; it can be in one only, unless the bank sent it back."""

    __tablename__ = "payment_line"

    org_id: Mapped[Key]
    payment_id: Mapped[Key]
    statement_id: Mapped[Key]
    supplier_id: Mapped[Ref]
    payee_id: Mapped[Ref]
    amount: Mapped[Price]
    state: Mapped[Text_] = mapped_column(default="open")
    paid_on: Mapped[OptDay]
    answered_at: Mapped[OptMoment]
    answered_by: Mapped[OptRef]
    reason: Mapped[OptText]

    __table_args__ = (
        CheckConstraint("state IN ('open','paid','returned')", name="state"),
        Index(
            "uq_payment_line_once",
            "org_id",
            "statement_id",
            unique=True,
            sqlite_where=text("state <> 'returned'"),
            postgresql_where=text("state <> 'returned'"),
        ),
        Base.__table_args__,
    )


class PlatformReport(Base):
    """That a statement was reported to the provincial platform, and its receipt."""

    __tablename__ = "platform_report"

    org_id: Mapped[Key]
    statement_id: Mapped[Key]
    id: Mapped[Key]
    reported_on: Mapped[ADay]
    receipt_no: Mapped[Text_]
    at: Mapped[AMoment]
    person_id: Mapped[Ref]

    __table_args__ = (Base.__table_args__,)


class MonthClose(Base):
    """关账: nothing dated up to `date_to` is posted any more while `reopened_at` is empty."""

    __tablename__ = "month_close"

    org_id: Mapped[Key]
    id: Mapped[Key]
    period: Mapped[Text_]  # 2026-10
    date_from: Mapped[ADay]
    date_to: Mapped[ADay]
    closed_at: Mapped[AMoment]
    closed_by: Mapped[Ref]
    note: Mapped[OptText]  # why missing invoices were estimated
    figures: Mapped[AnyJson]  # what the checks found, and the sums at the close
    asked_at: Mapped[OptMoment]  # reopening: asked for by one person …
    asked_by: Mapped[OptRef]
    reason: Mapped[OptText]
    reopened_at: Mapped[OptMoment]  # … and allowed by another
    reopened_by: Mapped[OptRef]

    __table_args__ = (
        Index(
            "uq_month_close_once",
            "org_id",
            "period",
            unique=True,
            sqlite_where=text("reopened_at IS NULL"),
            postgresql_where=text("reopened_at IS NULL"),
        ),
        CheckConstraint("reopened_by IS NULL OR reopened_by <> asked_by", name="two_persons"),
        CheckConstraint("date_from <= date_to", name="days"),
        Base.__table_args__,
    )
