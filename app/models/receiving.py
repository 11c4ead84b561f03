"""Delivery notes, acceptance with lots and differences, trace codes used once only."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import (
    AFlag,
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


class Delivery(Base):
    """A supplier's delivery note (随货同行单)."""

    __tablename__ = "delivery"

    org_id: Mapped[Key]  # the receiver
    id: Mapped[Key]
    no: Mapped[Text_]  # the supplier's or our own SH number; what is printed as barcode
    supplier_id: Mapped[Ref]
    order_id: Mapped[OptRef]
    place_id: Mapped[Ref]
    status: Mapped[Text_]
    shipped_on: Mapped[OptDay]
    arrived_at: Mapped[OptMoment]
    transport: Mapped[AnyJson] = mapped_column(default=dict)  # mode, start, arrival °C, logger no.
    source: Mapped[Text_] = mapped_column(default="typed")  # file | typed | order
    created_at: Mapped[AMoment]
    created_by: Mapped[Ref]
    version: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (
        UniqueConstraint("org_id", "supplier_id", "no"),
        Index(None, "org_id", "status"),
        Index(None, "supplier_id", "status"),
        Base.__table_args__,
    )


class DeliveryLine(Base):
    """One line of a delivery note as the supplier states it."""

    __tablename__ = "delivery_line"

    org_id: Mapped[Key]
    delivery_id: Mapped[Key]
    line: Mapped[Key]
    item_id: Mapped[Ref]
    order_id: Mapped[OptRef]
    order_line: Mapped[OptRef]
    lot_no: Mapped[OptText]
    expiry: Mapped[OptDay]
    produced: Mapped[OptDay]
    qty: Mapped[Count]
    unit_price: Mapped[OptPrice]
    price_factor: Mapped[Count]
    note: Mapped[OptText]

    __table_args__ = (
        CheckConstraint("qty > 0", name="qty"),
        ForeignKeyConstraint(["org_id", "delivery_id"], ["delivery.org_id", "delivery.id"]),
        Base.__table_args__,
    )


class AcceptanceDraft(Base):
    """What has been scanned of a delivery so far; saved every few seconds, one row per delivery."""

    __tablename__ = "acceptance_draft"

    org_id: Mapped[Key]
    delivery_id: Mapped[Key]
    person_id: Mapped[Ref]
    saved_at: Mapped[AMoment]
    content: Mapped[AnyJson]
    version: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (Base.__table_args__,)


class Acceptance(Base):
    """The acceptance record (验收记录) of a delivery."""

    __tablename__ = "acceptance"

    org_id: Mapped[Key]
    id: Mapped[Key]
    no: Mapped[Text_]
    delivery_id: Mapped[Ref]
    supplier_id: Mapped[Ref]
    place_id: Mapped[Ref]
    status: Mapped[Text_]
    accepted_on: Mapped[OptDay]
    posted_at: Mapped[AMoment]
    receiver_id: Mapped[Ref]
    second_person_id: Mapped[OptRef]  # 双人验收 for controlled drugs
    checks: Mapped[AnyJson]  # outer pack, note matches, report attached, arrival temperature
    amount: Mapped[Price]

    __table_args__ = (
        UniqueConstraint("org_id", "no"),
        Index(None, "org_id", "delivery_id"),
        Base.__table_args__,
    )


class AcceptanceLine(Base):
    """One lot of one item: how much was accepted, refused, short, and why."""

    __tablename__ = "acceptance_line"

    org_id: Mapped[Key]
    acceptance_id: Mapped[Key]
    line: Mapped[Key]
    item_id: Mapped[Ref]
    lot_id: Mapped[Ref]
    order_id: Mapped[OptRef]
    order_line: Mapped[OptRef]
    delivery_line: Mapped[OptRef]
    place_id: Mapped[Ref]
    expected: Mapped[Count]
    accepted: Mapped[Count]
    refused: Mapped[Count]
    result: Mapped[Text_]  # ok | short | over | refused | expired | recalled | cold_chain
    reason: Mapped[OptText]
    gift: Mapped[Count] = mapped_column(default=0)  # of the accepted, beyond the order and free
    unit_price: Mapped[Price]
    price_factor: Mapped[Count]
    amount: Mapped[Price]
    owner_id: Mapped[Ref]

    __table_args__ = (
        CheckConstraint("expected >= 0 AND accepted >= 0 AND refused >= 0", name="amounts"),
        ForeignKeyConstraint(["org_id", "acceptance_id"], ["acceptance.org_id", "acceptance.id"]),
        Base.__table_args__,
    )


class TraceCode(Base):
    """A 20-digit trace code or serial that came in once; it cannot come in a second time."""

    __tablename__ = "trace_code"

    code: Mapped[Text_] = mapped_column(primary_key=True)
    org_id: Mapped[Ref]
    item_id: Mapped[Ref]
    lot_id: Mapped[Ref]
    acceptance_id: Mapped[Ref]
    received_at: Mapped[AMoment]
    used_at: Mapped[OptMoment]
    used_doc_id: Mapped[OptRef]
    released_at: Mapped[OptMoment]  # its acceptance was reversed: it may come in again

    __table_args__ = (Index(None, "org_id", "item_id"), Base.__table_args__)


class GoodsPaper(Base):
    """A paper that came with goods (检验报告, 进口通关单), kept as the file it is."""

    __tablename__ = "goods_paper"

    org_id: Mapped[Key]
    id: Mapped[Key]
    delivery_id: Mapped[Ref]
    item_id: Mapped[OptRef]  # None: it is for the whole note
    lot_no: Mapped[Text_] = mapped_column(default="")  # empty: for all lots of the item
    sort: Mapped[Text_]  # app.domain.receiving.goods_papers.Sort
    name: Mapped[Text_]  # shown only; never a path
    media: Mapped[Text_]  # by content
    digest: Mapped[Digest]
    data: Mapped[Digest]
    added_at: Mapped[AMoment]
    added_by: Mapped[Ref]

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "delivery_id"], ["delivery.org_id", "delivery.id"]),
        UniqueConstraint("org_id", "delivery_id", "item_id", "lot_no", "digest"),
        Index(None, "item_id", "lot_no"),
        Base.__table_args__,
    )


class PaperTurn(Base):
    """A paper of goods withdrawn because it was attached wrongly, or attached once more.

    The paper itself stays as it is; its last turn says whether it counts.
    """

    __tablename__ = "goods_paper_turn"

    org_id: Mapped[Key]
    paper_id: Mapped[Key]
    turn: Mapped[Key]  # 1, 2, 3 …: who is second finds it taken
    withdrawn: Mapped[AFlag]
    sort: Mapped[Text_]  # what it is since then: attached as the wrong thing is a reason too
    reason: Mapped[Text_]  # empty where it was attached once more
    noted_at: Mapped[AMoment]
    noted_by: Mapped[Ref]

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "paper_id"], ["goods_paper.org_id", "goods_paper.id"]),
        CheckConstraint("turn > 0", name="turn"),
        CheckConstraint("withdrawn = 0 OR length(reason) > 1", name="reason"),
        Base.__table_args__,
    )
