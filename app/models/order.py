"""统采分签: requisitions, the group's consolidated order, one order per member and supplier."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import (
    ADay,
    AMoment,
    AnyJson,
    Base,
    Count,
    Digest,
    Key,
    OptDay,
    OptMoment,
    OptRef,
    OptText,
    Price,
    Ref,
    Text_,
)


class Requisition(Base):
    """What a member asks the group to buy (采购申请)."""

    __tablename__ = "requisition"

    org_id: Mapped[Key]
    id: Mapped[Key]
    no: Mapped[Text_]
    status: Mapped[Text_]
    place_id: Mapped[Ref]  # where the goods shall go
    created_at: Mapped[AMoment]
    created_by: Mapped[Ref]
    submitted_at: Mapped[OptMoment]
    submitted_by: Mapped[OptRef]
    group_order_id: Mapped[OptRef]
    amount: Mapped[Price]
    note: Mapped[OptText]
    returned: Mapped[OptText]  # why the approver sent it back; empty once it is sent again
    version: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (
        UniqueConstraint("org_id", "no"),
        Index(None, "status"),
        Base.__table_args__,
    )


class RequisitionLine(Base):
    """One item of a requisition with the reason and the price in force when it was asked."""

    __tablename__ = "requisition_line"

    org_id: Mapped[Key]
    requisition_id: Mapped[Key]
    line: Mapped[Key]
    item_id: Mapped[Ref]
    supplier_id: Mapped[OptRef]
    suggested: Mapped[Count]
    qty: Mapped[Count]
    unit_price: Mapped[Price]
    price_factor: Mapped[Count]
    reason: Mapped[OptText]
    why: Mapped[AnyJson] = mapped_column(default=dict)

    __table_args__ = (
        CheckConstraint("qty > 0", name="qty"),
        ForeignKeyConstraint(
            ["org_id", "requisition_id"], ["requisition.org_id", "requisition.id"]
        ),
        Base.__table_args__,
    )


class GroupOrder(Base):
    """The group's consolidated order (统采); its totals equal the sum of the member orders."""

    __tablename__ = "group_order"

    org_id: Mapped[Key]  # the lead
    id: Mapped[Key]
    no: Mapped[Text_]
    title: Mapped[Text_]
    status: Mapped[Text_]
    sign_by: Mapped[OptMoment]
    created_at: Mapped[AMoment]
    created_by: Mapped[Ref]
    amount: Mapped[Price]
    price_basis: Mapped[OptText]
    version: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (UniqueConstraint("org_id", "no"), Base.__table_args__)


class GroupOrderLine(Base):
    """One item at one supplier over all members."""

    __tablename__ = "group_order_line"

    org_id: Mapped[Key]
    group_order_id: Mapped[Key]
    line: Mapped[Key]
    item_id: Mapped[Ref]
    supplier_id: Mapped[Ref]
    qty: Mapped[Count]
    unit_price: Mapped[Price]
    price_factor: Mapped[Count]
    price_id: Mapped[OptRef]
    amount: Mapped[Price]

    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "group_order_id"], ["group_order.org_id", "group_order.id"]
        ),
        Base.__table_args__,
    )


class MemberOrder(Base):
    """A member's own order at one supplier for one place: signed, received and paid apart."""

    __tablename__ = "member_order"

    org_id: Mapped[Key]  # the member
    id: Mapped[Key]
    no: Mapped[Text_]
    lead_id: Mapped[Ref]
    group_order_id: Mapped[Ref]
    group_no: Mapped[OptText]  # copied from the group order, which a supplier may not read
    title: Mapped[OptText]  # same
    supplier_id: Mapped[Ref]
    place_id: Mapped[Ref]
    status: Mapped[Text_]
    amount: Mapped[Price]
    sign_by: Mapped[OptMoment]
    due_on: Mapped[OptDay]
    contract_id: Mapped[OptRef]
    digest: Mapped[Digest]  # of the canonical content of this version: what the parties sign
    refusal: Mapped[OptText]
    urged_at: Mapped[OptMoment]  # the last reminder to sign (催签)
    urged: Mapped[Count] = mapped_column(default=0)  # how often
    cancelled_at: Mapped[OptMoment]
    origin: Mapped[OptText]  # late | supplement | backup: how it came into its group order
    origin_order_id: Mapped[OptRef]  # the order whose rest a backup supplier took over
    version: Mapped[Count] = mapped_column(default=1)
    created_at: Mapped[AMoment]

    __table_args__ = (
        UniqueConstraint("org_id", "no"),
        Index(None, "lead_id", "group_order_id"),
        Index(None, "supplier_id", "status"),
        Index(None, "org_id", "status"),
        Base.__table_args__,
    )


class MemberOrderLine(Base):
    """One item of a member's order with the price snapshot and how much has been received."""

    __tablename__ = "member_order_line"

    org_id: Mapped[Key]
    order_id: Mapped[Key]
    line: Mapped[Key]
    item_id: Mapped[Ref]
    qty: Mapped[Count]
    unit_price: Mapped[Price]
    price_factor: Mapped[Count]
    price_id: Mapped[OptRef]
    amount: Mapped[Price]
    received: Mapped[Count] = mapped_column(default=0)
    refused: Mapped[Count] = mapped_column(default=0)
    requisition_id: Mapped[OptRef]
    requisition_line: Mapped[OptRef]
    due_on: Mapped[OptDay]  # agreed for this line; null: the order's day

    __table_args__ = (
        CheckConstraint("qty > 0 AND received >= 0 AND refused >= 0", name="amounts"),
        ForeignKeyConstraint(["org_id", "order_id"], ["member_order.org_id", "member_order.id"]),
        Index(None, "org_id", "item_id"),
        Base.__table_args__,
    )


class MemberOrderVersion(Base):
    """What the parties are asked to sign, word for word, one row per version (append-only).

    Names, specifications and prices are copied in, so that a signature can be proved years later
    although catalogue and organisations have changed since.
    """

    __tablename__ = "member_order_version"

    org_id: Mapped[Key]
    order_id: Mapped[Key]
    version: Mapped[Key]
    supplier_id: Mapped[Ref]
    content: Mapped[AnyJson]  # app.domain.orders.content.as_plain
    digest: Mapped[Digest]
    at: Mapped[AMoment]
    person_id: Mapped[Ref]
    person_name: Mapped[Text_]
    reason: Mapped[OptText]  # why this version follows the one before

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "order_id"], ["member_order.org_id", "member_order.id"]),
        Base.__table_args__,
    )


class Contract(Base):
    """A member's own contract with a supplier (分签合同)."""

    __tablename__ = "contract"

    org_id: Mapped[Key]
    id: Mapped[Key]
    no: Mapped[Text_]
    supplier_id: Mapped[Ref]
    valid_from: Mapped[ADay]
    valid_to: Mapped[OptDay]
    terms: Mapped[AnyJson]
    status: Mapped[Text_]

    __table_args__ = (UniqueConstraint("org_id", "no"), Base.__table_args__)


class Signature(Base):
    """Who signed or refused which version of a document, when, over which digest (append-only)."""

    __tablename__ = "signature"

    org_id: Mapped[Key]  # the organisation that owns the document
    doc_kind: Mapped[Text_] = mapped_column(primary_key=True)
    doc_id: Mapped[Key]
    version: Mapped[Key]
    party: Mapped[Text_] = mapped_column(primary_key=True)  # member | supplier
    decision: Mapped[Text_]  # signed | refused
    person_id: Mapped[Ref]
    person_name: Mapped[Text_]
    party_org_id: Mapped[Ref]
    at: Mapped[AMoment]
    digest: Mapped[Digest]
    reason: Mapped[OptText]

    __table_args__ = (
        CheckConstraint("party IN ('member','supplier')", name="party"),
        CheckConstraint("decision IN ('signed','refused')", name="decision"),
        Base.__table_args__,
    )
