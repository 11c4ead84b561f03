"""盘点, 报损, 退货 and 温度记录: what is really there, and what leaves for good."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import (
    AMoment,
    AnyJson,
    Base,
    Count,
    Key,
    OptMoment,
    OptRef,
    OptText,
    Price,
    Ref,
    Text_,
)


class StockCount(Base):
    """A count of what lies at a place and below it."""

    __tablename__ = "stock_count"

    org_id: Mapped[Key]
    id: Mapped[Key]
    no: Mapped[Text_]
    place_id: Mapped[Ref]
    status: Mapped[Text_]  # counting | to_approve | approved | posted | cancelled
    tolerance: Mapped[Count] = mapped_column(default=0)  # packs that need no second count
    started_at: Mapped[AMoment]
    started_by: Mapped[Ref]
    snapshot_seq: Mapped[Count]  # the ledger's last row when it began
    submitted_at: Mapped[OptMoment]
    submitted_by: Mapped[OptRef]
    approved_at: Mapped[OptMoment]
    approved_by: Mapped[OptRef]
    note: Mapped[OptText]
    version: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (UniqueConstraint("org_id", "no"), Base.__table_args__)


class CountLine(Base):
    """One lot of one owner at one place: the book and what was counted, once or twice."""

    __tablename__ = "count_line"

    org_id: Mapped[Key]
    count_id: Mapped[Key]
    place_id: Mapped[Key]
    item_id: Mapped[Key]
    lot_id: Mapped[Key]
    owner_id: Mapped[Key]
    snapshot: Mapped[Count]  # book when the count began
    book: Mapped[Count]  # book at the moment of the latest count of the line
    counted: Mapped[OptRef]
    counted_by: Mapped[OptRef]
    counted_at: Mapped[OptMoment]
    first: Mapped[OptRef]  # the first count, when there was a second
    first_by: Mapped[OptRef]  # who made it: the second is another's
    recount: Mapped[Count] = mapped_column(default=0)  # 1 = a second count is wanted
    reason: Mapped[OptText]

    __table_args__ = (
        CheckConstraint("counted IS NULL OR counted >= 0", name="counted"),
        ForeignKeyConstraint(["org_id", "count_id"], ["stock_count.org_id", "stock_count.id"]),
        Base.__table_args__,
    )


class Disposal(Base):
    """Goods that leave for good: 报损 with destruction, or 退货 to the supplier."""

    __tablename__ = "disposal"

    org_id: Mapped[Key]
    id: Mapped[Key]
    no: Mapped[Text_]
    kind: Mapped[Text_]  # write_off | return
    status: Mapped[Text_]  # to_approve | approved | done | refused
    cause: Mapped[Text_]  # expired | damaged | recall | quality | near | wrong
    reason: Mapped[Text_]
    supplier_id: Mapped[OptRef]
    amount: Mapped[Price]
    made_at: Mapped[AMoment]
    made_by: Mapped[Ref]
    approved_at: Mapped[OptMoment]
    approved_by: Mapped[OptRef]
    done_at: Mapped[OptMoment]
    done_by: Mapped[OptRef]
    method: Mapped[OptText]
    witness_one: Mapped[OptRef]
    witness_two: Mapped[OptRef]
    supervisor: Mapped[OptText]  # authority present at the destruction of controlled drugs
    version: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (
        UniqueConstraint("org_id", "no"),
        CheckConstraint("kind IN ('write_off','return')", name="kind"),
        Index(None, "org_id", "status"),
        Base.__table_args__,
    )


class DisposalLine(Base):
    """One lot of one owner at one place that leaves."""

    __tablename__ = "disposal_line"

    org_id: Mapped[Key]
    disposal_id: Mapped[Key]
    line: Mapped[Key]
    place_id: Mapped[Ref]
    item_id: Mapped[Ref]
    lot_id: Mapped[Ref]
    owner_id: Mapped[Ref]
    qty: Mapped[Count]
    unit_price: Mapped[Price]
    price_factor: Mapped[Count]

    __table_args__ = (
        CheckConstraint("qty > 0", name="qty"),
        ForeignKeyConstraint(["org_id", "disposal_id"], ["disposal.org_id", "disposal.id"]),
        Base.__table_args__,
    )


class TemperatureReading(Base):
    """A temperature (and humidity) measured at a place; never changed, only added."""

    __tablename__ = "temperature_reading"

    org_id: Mapped[Key]
    id: Mapped[Key]
    place_id: Mapped[Ref]
    at: Mapped[AMoment]
    celsius: Mapped[Price]
    humidity: Mapped[OptRef]
    person_id: Mapped[Ref]
    note: Mapped[Text_] = mapped_column(default="")
    detail: Mapped[AnyJson] = mapped_column(default=dict)

    __table_args__ = (Index(None, "org_id", "place_id", "at"), Base.__table_args__)
