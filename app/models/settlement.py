"""Consumption, and the monthly statement that it becomes for each supplier and member."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import (
    ADay,
    AMoment,
    Base,
    Count,
    Key,
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


class Invoice(Base):
    """An invoice of a supplier to a member."""

    __tablename__ = "invoice"

    org_id: Mapped[Key]
    id: Mapped[Key]
    supplier_id: Mapped[Ref]
    number: Mapped[Text_]
    issued_on: Mapped[ADay]
    amount: Mapped[Price]
    created_at: Mapped[AMoment]
    created_by: Mapped[Ref]

    __table_args__ = (UniqueConstraint("org_id", "supplier_id", "number"), Base.__table_args__)


class InvoiceMatch(Base):
    """How much of an invoice belongs to a statement (n:m)."""

    __tablename__ = "invoice_match"

    org_id: Mapped[Key]
    invoice_id: Mapped[Key]
    statement_id: Mapped[Key]
    amount: Mapped[Price]

    __table_args__ = (Base.__table_args__,)
