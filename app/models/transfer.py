"""调拨借用: goods that one member gives another, on which legal basis, and what comes back."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import (
    AMoment,
    AnyJson,
    Base,
    Count,
    Digest,
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


class Transfer(Base):
    """A transfer, loan, return or patient delivery; kept by the member that receives the goods."""

    __tablename__ = "transfer"

    org_id: Mapped[Key]  # who receives
    id: Mapped[Key]
    no: Mapped[Text_]
    donor_id: Mapped[Ref]
    kind: Mapped[Text_]  # transfer | loan | return | patient
    status: Mapped[Text_]
    urgency: Mapped[Text_]  # normal | urgent | emergency
    legal_basis: Mapped[Text_]
    basis_note: Mapped[OptText]
    settle: Mapped[Text_]  # none | kind | price
    reason: Mapped[Text_]
    due_on: Mapped[OptDay]
    return_by: Mapped[OptDay]
    patient_ref: Mapped[OptText]  # initials and number, never a name
    address: Mapped[OptText]
    origin_id: Mapped[OptRef]  # a return: the loan
    place_id: Mapped[Ref]  # where the receiver puts the goods
    created_at: Mapped[AMoment]
    created_by: Mapped[Ref]
    confirmed_at: Mapped[OptMoment]
    confirmed_by: Mapped[OptRef]
    approved_at: Mapped[OptMoment]
    approved_by: Mapped[OptRef]
    sent_at: Mapped[OptMoment]
    sent_by: Mapped[OptRef]
    mode: Mapped[OptText]
    carrier: Mapped[OptText]
    record_no: Mapped[OptText]
    sent_temperature: Mapped[OptPrice]
    arrived_at: Mapped[OptMoment]
    arrived_temperature: Mapped[OptPrice]
    accepted_by: Mapped[OptRef]
    closed_at: Mapped[OptMoment]
    note: Mapped[OptText]
    version: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (
        UniqueConstraint("org_id", "no"),
        CheckConstraint("org_id <> donor_id", name="two_members"),
        CheckConstraint("kind IN ('transfer','loan','return','patient')", name="kind"),
        Index(None, "org_id", "status"),
        Index(None, "donor_id", "status"),
        Base.__table_args__,
    )


class TransferLine(Base):
    """An item of a transfer: asked, promised, sent, accepted, given back."""

    __tablename__ = "transfer_line"

    org_id: Mapped[Key]
    transfer_id: Mapped[Key]
    line: Mapped[Key]
    item_id: Mapped[Ref]
    wanted: Mapped[Count]
    confirmed: Mapped[Count] = mapped_column(default=0)
    sent: Mapped[Count] = mapped_column(default=0)
    accepted: Mapped[Count] = mapped_column(default=0)
    returned: Mapped[Count] = mapped_column(default=0)  # in kind, by price or set off
    unit_price: Mapped[Price] = mapped_column(default=Decimal(0))
    price_factor: Mapped[Count] = mapped_column(default=1)
    saved: Mapped[Price] = mapped_column(default=Decimal(0))  # expiry avoided, when proposed

    __table_args__ = (
        CheckConstraint("wanted > 0", name="wanted"),
        CheckConstraint("accepted <= sent AND returned <= accepted", name="order"),
        ForeignKeyConstraint(["org_id", "transfer_id"], ["transfer.org_id", "transfer.id"]),
        Base.__table_args__,
    )


class TransferLot(Base):
    """A lot that was sent, and what became of it: accepted, refused or missing."""

    __tablename__ = "transfer_lot"

    org_id: Mapped[Key]
    transfer_id: Mapped[Key]
    n: Mapped[Key]
    line: Mapped[Ref]
    item_id: Mapped[Ref]
    lot_id: Mapped[Ref]
    owner_id: Mapped[Ref]  # whose goods they were at the donor
    to_owner: Mapped[Ref]  # whose they are at the receiver
    from_place: Mapped[Ref]
    qty: Mapped[Count]
    accepted: Mapped[Count] = mapped_column(default=0)
    refused: Mapped[Count] = mapped_column(default=0)
    missing: Mapped[Count] = mapped_column(default=0)
    cleared: Mapped[Count] = mapped_column(default=0)  # refused or missing, booked by the donor
    unit_price: Mapped[Price] = mapped_column(default=Decimal(0))
    price_factor: Mapped[Count] = mapped_column(default=1)
    traces: Mapped[AnyJson] = mapped_column(default=list)

    __table_args__ = (
        CheckConstraint("qty > 0", name="qty"),
        CheckConstraint("accepted + refused + missing <= qty", name="parts"),
        CheckConstraint("cleared <= refused + missing", name="cleared"),
        ForeignKeyConstraint(["org_id", "transfer_id"], ["transfer.org_id", "transfer.id"]),
        Index("ix_transfer_lot_lot", "lot_id", "org_id"),
        Base.__table_args__,
    )


class TransferPaper(Base):
    """An approval or report attached to a transfer, kept as it came with its digest."""

    __tablename__ = "transfer_paper"

    org_id: Mapped[Key]
    transfer_id: Mapped[Key]
    id: Mapped[Key]
    kind: Mapped[Text_]  # approval | report
    number: Mapped[Text_]
    issued_on: Mapped[OptDay]
    name: Mapped[Text_]
    digest: Mapped[Digest]
    content: Mapped[Digest]
    added_at: Mapped[AMoment]
    added_by: Mapped[Ref]

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "transfer_id"], ["transfer.org_id", "transfer.id"]),
        Base.__table_args__,
    )


class LoanSettlement(Base):
    """How a part of a loan was settled: goods back, a price, or set off against another loan.

    A transfer that is settled by price has its sum here, too.
    """

    __tablename__ = "loan_settlement"

    org_id: Mapped[Key]
    id: Mapped[Key]
    transfer_id: Mapped[Ref]
    line: Mapped[Ref]
    kind: Mapped[Text_]  # kind | price | net
    qty: Mapped[Count]
    amount: Mapped[Price] = mapped_column(default=Decimal(0))
    against_org: Mapped[OptRef]
    against_id: Mapped[OptRef]
    at: Mapped[AMoment]
    person_id: Mapped[Ref]
    note: Mapped[OptText]

    __table_args__ = (
        CheckConstraint("qty > 0", name="qty"),
        CheckConstraint("kind IN ('kind','price','net')", name="kind"),
        ForeignKeyConstraint(["org_id", "transfer_id"], ["transfer.org_id", "transfer.id"]),
        Index(None, "org_id", "transfer_id"),
        Base.__table_args__,
    )


class OrgRoute(Base):
    """How far two members are apart, and how goods usually travel between them."""

    __tablename__ = "org_route"

    org_id: Mapped[Key]
    other_id: Mapped[Key]
    km: Mapped[Count]
    note: Mapped[Text_] = mapped_column(default="")  # 周四班车

    __table_args__ = (CheckConstraint("km >= 0", name="km"), Base.__table_args__)
