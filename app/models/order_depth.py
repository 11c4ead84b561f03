"""Around orders: approvals of requisitions, suppliers' answers, supplements, platform batches."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

import app.models.awards
import app.models.order  # noqa: F401 - foreign keys point there
from app.models.base import (
    AFlag,
    AMoment,
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


class RequisitionApproval(Base):
    """One decision about a requisition: who approved it or sent it back (append-only)."""

    __tablename__ = "requisition_approval"

    org_id: Mapped[Key]
    requisition_id: Mapped[Key]
    seq: Mapped[Key]
    level: Mapped[Text_]  # member | group
    decision: Mapped[Text_]  # approved | returned
    amount: Mapped[Price]  # what was approved; more than this needs another approval
    person_id: Mapped[Ref]
    person_name: Mapped[Text_]
    at: Mapped[AMoment]
    reason: Mapped[OptText]

    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "requisition_id"], ["requisition.org_id", "requisition.id"]
        ),
        CheckConstraint("level IN ('member','group')", name="level"),
        CheckConstraint("decision IN ('approved','returned')", name="decision"),
        Base.__table_args__,
    )


class OrderAnswer(Base):
    """A supplier can deliver only part of a member's order: what and until when (append-only)."""

    __tablename__ = "order_answer"

    org_id: Mapped[Key]
    order_id: Mapped[Key]
    version: Mapped[Key]
    supplier_id: Mapped[Ref]
    person_id: Mapped[Ref]
    person_name: Mapped[Text_]
    at: Mapped[AMoment]
    digest: Mapped[Digest]  # of the version that was answered
    reason: Mapped[Text_]

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "order_id"], ["member_order.org_id", "member_order.id"]),
        Base.__table_args__,
    )


class OrderAnswerLine(Base):
    """What a supplier can deliver of one line of an order, in smallest units; 0 for nothing."""

    __tablename__ = "order_answer_line"

    org_id: Mapped[Key]
    order_id: Mapped[Key]
    version: Mapped[Key]
    line: Mapped[Key]
    qty: Mapped[Count]
    due_on: Mapped[OptDay]

    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "order_id", "version"],
            ["order_answer.org_id", "order_answer.order_id", "order_answer.version"],
        ),
        CheckConstraint("qty >= 0", name="qty"),
        Base.__table_args__,
    )


class PledgeSupplement(Base):
    """补充约定: more than a pledge's cap, asked by the buyer and approved by the group's head.

    All approved ones of a pledge together are at most a tenth of it (政府采购法 §49).
    """

    __tablename__ = "pledge_supplement"

    org_id: Mapped[Key]  # the member
    id: Mapped[Key]
    no: Mapped[Text_]  # BC20261014-001
    award_id: Mapped[Ref]
    item_id: Mapped[Ref]
    lead_id: Mapped[Ref]
    qty: Mapped[Count]  # smallest units
    reason: Mapped[Text_]
    status: Mapped[Text_]  # submitted | approved | refused
    asked_at: Mapped[AMoment]
    asked_by: Mapped[Ref]
    decided_at: Mapped[OptMoment]
    decided_by: Mapped[OptRef]
    answer: Mapped[OptText]
    applied: Mapped[AFlag]  # the pledge's cap holds it

    __table_args__ = (
        ForeignKeyConstraint(
            ["org_id", "award_id", "item_id"],
            ["pledge.org_id", "pledge.award_id", "pledge.item_id"],
        ),
        UniqueConstraint("org_id", "no"),
        CheckConstraint("qty > 0", name="qty"),
        CheckConstraint("status IN ('submitted','approved','refused')", name="status"),
        CheckConstraint("decided_by IS NULL OR decided_by <> asked_by", name="two_persons"),
        CheckConstraint("status = 'submitted' OR decided_by IS NOT NULL", name="decided"),
        Index(None, "org_id", "award_id", "item_id"),
        Base.__table_args__,
    )


class PlatformBatch(Base):
    """One export for the provincial platform: a kind of record in a span of days."""

    __tablename__ = "platform_batch"

    org_id: Mapped[Key]  # the member or supplier whose records they are
    id: Mapped[Key]
    no: Mapped[Text_]  # PT20261014-001
    kind: Mapped[Text_]  # YY111 …
    period: Mapped[Text_]  # 2026-10-01/2026-10-31
    made_at: Mapped[AMoment]
    made_by: Mapped[Ref]
    rows: Mapped[Count]
    fresh: Mapped[Count]
    changed: Mapped[Count]
    digest: Mapped[Digest]  # SHA-256 of the file

    __table_args__ = (
        UniqueConstraint("org_id", "no"),
        Index(None, "org_id", "kind", "made_at"),
        Base.__table_args__,
    )


class PlatformRecord(Base):
    """A record that was exported: in which batch first, in which one with its present content."""

    __tablename__ = "platform_record"

    org_id: Mapped[Key]
    kind: Mapped[Text_] = mapped_column(primary_key=True)
    record: Mapped[Text_] = mapped_column(primary_key=True)  # the record's own key in the file
    digest: Mapped[Digest]
    first_batch: Mapped[Text_]
    batch: Mapped[Text_]

    __table_args__ = (Base.__table_args__,)
