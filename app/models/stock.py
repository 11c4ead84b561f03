"""Places, lots, the append-only ledger, balances beside it, and the chain head per organisation."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

import app.models.item  # noqa: F401 - foreign keys point there
from app.models.base import (
    ADay,
    AFlag,
    AMoment,
    AnOp,
    Base,
    BigInt,
    Count,
    Digest,
    Key,
    OptDay,
    OptRef,
    OptText,
    Price,
    Ref,
    Text_,
)


class Place(Base):
    """Where goods can be: a store, zone or bin of a member, or a virtual end such as 消耗.

    Only places with `holds_stock` have balances; virtual places are the other end of a move.
    """

    __tablename__ = "place"

    org_id: Mapped[Key]
    id: Mapped[Key]
    code: Mapped[Text_]  # A-03-2
    name: Mapped[Text_]
    kind: Mapped[Text_]
    level: Mapped[Count] = mapped_column(default=1)  # 一级库 / 二级库 / 三级库
    zone: Mapped[Text_] = mapped_column(
        default=""
    )  # pending 待验 | good 合格 | bad 不合格 | returns
    parent_id: Mapped[OptRef]
    storage: Mapped[Text_] = mapped_column(default="normal")
    holds_stock: Mapped[AFlag] = mapped_column(default=True)
    active: Mapped[AFlag] = mapped_column(default=True)

    __table_args__ = (
        UniqueConstraint("org_id", "code"),
        CheckConstraint(
            "kind IN ('store','zone','bin','supplier','consumed','lost','found','scrapped',"
            "'transit','opening')",
            name="kind",
        ),
        CheckConstraint("zone IN ('','pending','good','bad','returns','outgoing')", name="zone"),
        Base.__table_args__,
    )


class Lot(Base):
    """A lot (or serial) of an item; shared by the group so that a recall finds it everywhere."""

    __tablename__ = "lot"

    id: Mapped[Key]
    item_id: Mapped[int] = mapped_column(BigInt, ForeignKey("item.id"))
    lot_no: Mapped[Text_]
    serial: Mapped[Text_] = mapped_column(default="")
    expiry: Mapped[OptDay]
    produced: Mapped[OptDay]
    created_at: Mapped[AMoment]

    __table_args__ = (
        UniqueConstraint("item_id", "lot_no", "serial"),
        Index(None, "expiry"),
        Base.__table_args__,
    )


class LotHold(Base):
    """A freeze of a lot, for one organisation or (org 0) for all: expired, recalled, doubtful."""

    __tablename__ = "lot_hold"

    org_id: Mapped[Key]
    lot_id: Mapped[Key]
    id: Mapped[Key]
    reason: Mapped[Text_]  # expired | recall | quality
    note: Mapped[OptText]
    since: Mapped[AMoment]
    person_id: Mapped[Ref]
    released_at: Mapped[int | None] = mapped_column(BigInt)

    __table_args__ = (Index(None, "lot_id"), Base.__table_args__)


class Ledger(Base):
    """One move. Rows are never changed or deleted; a correction is a reversing row.

    The key begins with the organisation and its own gapless sequence, which is also the order of
    the hash chain and the cursor for readers.
    """

    __tablename__ = "ledger"

    org_id: Mapped[Key]
    seq: Mapped[Key]
    op_id: Mapped[AnOp]
    line: Mapped[Count]
    doc_kind: Mapped[Text_]
    doc_id: Mapped[Ref]
    doc_line: Mapped[Count] = mapped_column(default=0)
    item_id: Mapped[Ref]
    lot_id: Mapped[Ref] = mapped_column(default=0)
    pack_id: Mapped[Ref] = mapped_column(default=0)
    owner_id: Mapped[Ref]
    from_place: Mapped[Ref]
    to_place: Mapped[Ref]
    qty: Mapped[Count]
    unit_price: Mapped[Price]
    price_factor: Mapped[Count]
    occurred_on: Mapped[ADay]
    posted_at: Mapped[AMoment]
    actor_id: Mapped[Ref]
    reversal_of: Mapped[Ref] = mapped_column(default=0)
    reason: Mapped[Text_] = mapped_column(default="")
    prev_hash: Mapped[Digest]
    hash: Mapped[Digest]

    __table_args__ = (
        CheckConstraint("qty > 0", name="qty"),
        CheckConstraint("from_place <> to_place", name="two_ends"),
        CheckConstraint("price_factor > 0", name="price_factor"),
        UniqueConstraint("org_id", "op_id", "line"),
        Index(None, "org_id", "item_id", "seq"),
        Index(None, "org_id", "doc_kind", "doc_id"),
        Index(None, "org_id", "occurred_on", "seq"),
        Index("ix_ledger_lot", "lot_id", "org_id", "from_place"),
        Base.__table_args__,
    )


class SecondPerson(Base):
    """Who checked a posting besides who booked it, proved by the own password."""

    __tablename__ = "second_person"

    org_id: Mapped[Key]
    op_id: Mapped[AnOp] = mapped_column(primary_key=True)
    person_id: Mapped[Ref]
    noted_at: Mapped[AMoment]
    noted_by: Mapped[Ref]

    __table_args__ = (
        CheckConstraint("person_id <> noted_by", name="two"),
        Base.__table_args__,
    )


class Balance(Base):
    """What is at a place now; kept in the transaction of the ledger rows, never below zero."""

    __tablename__ = "balance"

    org_id: Mapped[Key]
    place_id: Mapped[Key]
    item_id: Mapped[Key]
    lot_id: Mapped[Key]
    owner_id: Mapped[Key]
    qty: Mapped[Count]

    __table_args__ = (
        CheckConstraint("qty >= 0", name="qty"),
        Index(None, "org_id", "item_id"),
        Index("ix_balance_lot", "lot_id", "org_id"),
        Base.__table_args__,
    )


class ChainHead(Base):
    """The last sequence number and hash of an organisation's chain; locked last in a posting."""

    __tablename__ = "chain_head"

    org_id: Mapped[Key]
    chain: Mapped[Text_] = mapped_column(primary_key=True)  # ledger | audit | imprint
    seq: Mapped[Count]
    hash: Mapped[Digest]

    __table_args__ = (Base.__table_args__,)
