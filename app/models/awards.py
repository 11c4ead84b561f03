"""What follows an award: the decision of two persons, objections in 公示, 调价申请, pledge use.

`org_id` is the lead hospital, except in `pledge_draw`, which is the member's.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

import app.models.negotiation  # noqa: F401 - foreign keys point there
from app.models.base import (
    ADay,
    AMoment,
    Base,
    Count,
    Key,
    OptDay,
    OptMoment,
    OptRef,
    OptText,
    Price,
    Ref,
    Text_,
)


class AwardDecision(Base):
    """One submission of an award: who asked, who approved, how long it was public.

    A submission that is sent back stays on record; the next one has the next `attempt`.
    """

    __tablename__ = "award_decision"

    org_id: Mapped[Key]
    award_id: Mapped[Key]
    attempt: Mapped[Key]
    notice_no: Mapped[Text_]  # GS20261014-001
    submitted_at: Mapped[AMoment]
    submitted_by: Mapped[Ref]
    days: Mapped[Count]  # of publicity
    approved_at: Mapped[OptMoment]
    approved_by: Mapped[OptRef]
    public_from: Mapped[OptDay]
    public_to: Mapped[OptDay]  # last day on which objections are taken
    returned_at: Mapped[OptMoment]
    returned_by: Mapped[OptRef]
    reason: Mapped[OptText]  # why it was sent back
    in_force_at: Mapped[OptMoment]
    in_force_by: Mapped[OptRef]
    list_id: Mapped[OptRef]  # the price list made of it

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "award_id"], ["award.org_id", "award.id"]),
        CheckConstraint(
            "approved_by IS NULL OR approved_by <> submitted_by", name="two_persons"
        ),
        CheckConstraint("in_force_at IS NULL OR approved_at IS NOT NULL", name="approved_first"),
        CheckConstraint("days >= 0", name="days"),
        UniqueConstraint("org_id", "notice_no"),
        Base.__table_args__,
    )  # fmt: skip


class AwardObjection(Base):
    """An objection (质疑) received while the award was public, and its answer."""

    __tablename__ = "award_objection"

    org_id: Mapped[Key]
    id: Mapped[Key]
    award_id: Mapped[Ref]
    attempt: Mapped[Count]
    supplier_id: Mapped[OptRef]  # null: somebody else, named in `who`
    who: Mapped[Text_]
    text: Mapped[Text_]
    received_at: Mapped[AMoment]
    received_by: Mapped[Ref]
    answer: Mapped[OptText]
    outcome: Mapped[OptText]  # upheld | rejected
    answered_at: Mapped[OptMoment]
    answered_by: Mapped[OptRef]

    __table_args__ = (
        CheckConstraint("outcome IS NULL OR outcome IN ('upheld','rejected')", name="outcome"),
        Index(None, "org_id", "award_id"),
        Base.__table_args__,
    )


class PriceRequest(Base):
    """调价申请: a supplier asks for another price because the platform's price moved."""

    __tablename__ = "price_request"

    org_id: Mapped[Key]
    id: Mapped[Key]
    no: Mapped[Text_]  # TJ20261014-001
    supplier_id: Mapped[Ref]
    price_id: Mapped[Ref]  # the price in force that shall be followed
    item_id: Mapped[Ref]
    old_price: Mapped[Price]
    new_price: Mapped[Price]
    platform_before: Mapped[Price]
    platform_after: Mapped[Price]
    evidence: Mapped[Text_]  # notice or listing that proves the platform's price
    valid_from: Mapped[ADay]
    reason: Mapped[Text_]
    status: Mapped[Text_]  # submitted | approved | in_force | refused | cancelled
    asked_at: Mapped[AMoment]
    asked_by: Mapped[Ref]
    first_at: Mapped[OptMoment]
    first_by: Mapped[OptRef]  # the head who agrees
    second_at: Mapped[OptMoment]
    second_by: Mapped[OptRef]  # the buyer who checks the evidence and puts it in force
    answer: Mapped[OptText]
    new_price_id: Mapped[OptRef]
    version: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (
        UniqueConstraint("org_id", "no"),
        CheckConstraint(
            "status IN ('submitted','approved','in_force','refused','cancelled')", name="status"
        ),
        CheckConstraint(
            "second_by IS NULL OR first_by IS NULL OR second_by <> first_by", name="two_persons"
        ),
        CheckConstraint("status <> 'in_force' OR (first_by IS NOT NULL AND second_by IS NOT NULL)",
                        name="both_agreed"),
        Index(None, "supplier_id", "status"),
        Base.__table_args__,
    )  # fmt: skip


class Pledge(Base):
    """A member's pledge (约定量) of an item at its award, and how much of it is ordered.

    `ordered` is drawn down under a row lock when orders are consolidated; what was accepted is
    counted from the acceptances.
    """

    __tablename__ = "pledge"

    org_id: Mapped[Key]  # the member
    award_id: Mapped[Key]
    item_id: Mapped[Key]
    lead_id: Mapped[Ref]
    qty: Mapped[Count]  # smallest units for the whole period
    ordered: Mapped[Count] = mapped_column(default=0)
    cap: Mapped[OptRef]  # the most that may be ordered; null = no cap
    valid_from: Mapped[ADay]
    valid_to: Mapped[ADay]  # not included

    __table_args__ = (
        CheckConstraint("qty >= 0 AND ordered >= 0", name="amounts"),
        CheckConstraint("cap IS NULL OR ordered <= cap", name="within_cap"),
        CheckConstraint("valid_to > valid_from", name="span"),
        Index(None, "org_id", "item_id", "valid_from"),
        Base.__table_args__,
    )


class PledgeDraw(Base):
    """How much of a pledge a group order has taken, so that a cancelled one gives it back."""

    __tablename__ = "pledge_draw"

    org_id: Mapped[Key]
    award_id: Mapped[Key]
    item_id: Mapped[Key]
    group_order_id: Mapped[Key]
    qty: Mapped[Count]

    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "award_id", "item_id"],
            ["pledge.org_id", "pledge.award_id", "pledge.item_id"],
        ),
        CheckConstraint("qty >= 0", name="qty"),
        Base.__table_args__,
    )
