"""缺货终止: notes by which both sides end what a supplier cannot deliver of a signed order."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

import app.models.order  # noqa: F401 - foreign keys point there
from app.models.base import (
    AMoment,
    AnyJson,
    Base,
    Count,
    Digest,
    Key,
    OptMoment,
    OptRef,
    OptText,
    Ref,
    Text_,
)


class OrderShortage(Base):
    """One note: declared by one side, agreed by the other, settled by the group's buyer.

    What was declared never changes; each later step fills its own columns once.
    """

    __tablename__ = "order_shortage"

    org_id: Mapped[Key]  # the member whose order it is
    order_id: Mapped[Key]
    seq: Mapped[Key]  # of the order's notes
    no: Mapped[Text_]
    version: Mapped[Count]  # the signed version that it belongs to
    supplier_id: Mapped[Ref]
    status: Mapped[Text_]
    reason: Mapped[Text_]
    digest: Mapped[Digest]  # app.domain.orders.shortage.note_digest
    declared_party: Mapped[Text_]  # member | supplier
    declared_by: Mapped[Ref]
    declared_name: Mapped[Text_]
    declared_at: Mapped[AMoment]
    answered_by: Mapped[OptRef]
    answered_name: Mapped[OptText]
    answered_at: Mapped[OptMoment]
    answer: Mapped[OptText]  # why it was not agreed to, or withdrawn
    settled_by: Mapped[OptRef]
    settled_name: Mapped[OptText]
    settled_at: Mapped[OptMoment]
    backups: Mapped[AnyJson] = mapped_column(default=list)  # numbers of the orders at backups

    __table_args__ = (
        CheckConstraint("declared_party IN ('member','supplier')", name="party"),
        CheckConstraint(
            "status IN ('submitted','approved','refused','cancelled','ended_short')", name="status"
        ),
        CheckConstraint("status IN ('submitted') OR answered_by IS NOT NULL", name="answered"),
        CheckConstraint("status <> 'ended_short' OR settled_by IS NOT NULL", name="settled"),
        ForeignKeyConstraint(["org_id", "order_id"], ["member_order.org_id", "member_order.id"]),
        UniqueConstraint("org_id", "no"),
        Index(None, "status"),
        Base.__table_args__,
    )


class OrderShortageLine(Base):
    """So much of one line will not come (append-only)."""

    __tablename__ = "order_shortage_line"

    org_id: Mapped[Key]
    order_id: Mapped[Key]
    seq: Mapped[Key]
    line: Mapped[Key]
    qty: Mapped[Count]

    __table_args__ = (
        CheckConstraint("qty > 0", name="qty"),
        ForeignKeyConstraint(
            ["org_id", "order_id", "seq"],
            ["order_shortage.org_id", "order_shortage.order_id", "order_shortage.seq"],
        ),
        Base.__table_args__,
    )
