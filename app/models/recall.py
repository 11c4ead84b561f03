"""Recalls over all members at once, and what is to be done with lots that run out."""

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
    OptRef,
    OptText,
    Ref,
    Text_,
)


class Recall(Base):
    """A recall or group-wide freeze, made by the lead; its holds are rows of `lot_hold`."""

    __tablename__ = "recall"

    org_id: Mapped[Key]  # the lead
    id: Mapped[Key]
    no: Mapped[Text_]
    level: Mapped[Count]  # 1, 2, 3; 0 = freeze without a recall
    source: Mapped[Text_]  # number of the holder's notice
    reason: Mapped[Text_]
    status: Mapped[Text_]  # active | closed
    started_at: Mapped[AMoment]
    started_by: Mapped[Ref]
    closed_at: Mapped[OptMoment]
    closed_by: Mapped[OptRef]
    report: Mapped[OptText]
    version: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (
        UniqueConstraint("org_id", "no"),
        CheckConstraint("level BETWEEN 0 AND 3", name="level"),
        Base.__table_args__,
    )


class RecallLot(Base):
    """A lot that a recall names."""

    __tablename__ = "recall_lot"

    org_id: Mapped[Key]
    recall_id: Mapped[Key]
    lot_id: Mapped[Key]
    item_id: Mapped[Ref]

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "recall_id"], ["recall.org_id", "recall.id"]),
        Index("ix_recall_lot_lot", "lot_id"),
        Base.__table_args__,
    )


class RecallReply(Base):
    """What a member answers to a recall: how much it secured, and what it did."""

    __tablename__ = "recall_reply"

    org_id: Mapped[Key]  # the member
    recall_id: Mapped[Key]
    found: Mapped[Count]
    secured: Mapped[Count]
    used: Mapped[Count]
    note: Mapped[Text_] = mapped_column(default="")
    at: Mapped[AMoment]
    person_id: Mapped[Ref]
    version: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (
        CheckConstraint("found >= 0 AND secured >= 0 AND used >= 0", name="counts"),
        Base.__table_args__,
    )


class ExpiryAction(Base):
    """What is to be done with a lot before it runs out, by whom and until when."""

    __tablename__ = "expiry_action"

    org_id: Mapped[Key]
    id: Mapped[Key]
    item_id: Mapped[Ref]
    lot_id: Mapped[Ref]
    action: Mapped[Text_]  # use_first | transfer | exchange | return | write_off
    qty: Mapped[Count]
    person_id: Mapped[Ref]  # who does it
    due_on: Mapped[ADay]
    status: Mapped[Text_]  # open | done | cancelled
    note: Mapped[Text_] = mapped_column(default="")
    made_at: Mapped[AMoment]
    made_by: Mapped[Ref]
    closed_at: Mapped[OptMoment]
    closed_by: Mapped[OptRef]
    version: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (
        CheckConstraint("qty > 0", name="qty"),
        Index(None, "org_id", "status", "due_on"),
        Index("ix_expiry_action_lot", "org_id", "lot_id"),
        Base.__table_args__,
    )
