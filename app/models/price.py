"""Price lists: a price holds for an item, supplier and member (or the group) in a span of days.

Spans of the same key never overlap (exclusion constraint on PostgreSQL, trigger on SQLite); a
price that a document has used is closed and followed, never edited.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

import app.models.item
import app.models.party  # noqa: F401 - foreign keys point there
from app.models.base import (
    ADay,
    AMoment,
    Base,
    BigInt,
    Count,
    Key,
    OptDay,
    OptMoment,
    OptPrice,
    OptRef,
    OptText,
    Price as MoneyColumn,
    Ref,
    Text_,
)


class PriceList(Base):
    """A published set of prices: the result of a negotiation, a platform list, a VBP batch."""

    __tablename__ = "price_list"

    id: Mapped[Key]
    code: Mapped[Text_]
    title: Mapped[Text_]
    source: Mapped[Text_]  # vbp 集采 | listed 挂网 | gpo 集团议价 | adhoc 临采
    published_on: Mapped[OptDay]
    note: Mapped[OptText]

    __table_args__ = (
        CheckConstraint("source IN ('vbp','listed','gpo','adhoc')", name="source"),
        Base.__table_args__,
    )


class Price(Base):
    """One price: valid from `valid_from` up to, not including, `valid_to` (open when null)."""

    __tablename__ = "price"

    id: Mapped[Key]
    list_id: Mapped[int] = mapped_column(BigInt, ForeignKey("price_list.id"))
    item_id: Mapped[int] = mapped_column(BigInt, ForeignKey("item.id"))
    supplier_id: Mapped[int] = mapped_column(BigInt, ForeignKey("organisation.id"))
    org_id: Mapped[Ref] = mapped_column(default=0)  # 0 = the whole group
    valid_from: Mapped[ADay]
    valid_to: Mapped[OptDay]
    unit_price: Mapped[MoneyColumn]  # per `price_factor` smallest units, tax included
    price_factor: Mapped[Count]
    tax_rate: Mapped[Count] = mapped_column(default=1300)  # hundredths of a percent
    ceiling: Mapped[OptPrice]  # 挂网价 / 限价 in force when the price was made
    base_price: Mapped[OptPrice]  # the last price before: savings are counted against it
    rank: Mapped[Count] = mapped_column(default=1)  # 1 = winner, 2 = backup supplier 备选
    created_at: Mapped[AMoment]
    created_by: Mapped[Ref]

    __table_args__ = (
        CheckConstraint("unit_price >= 0", name="unit_price"),
        CheckConstraint("price_factor > 0", name="price_factor"),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="span"),
        Index(None, "item_id", "valid_from"),
        Index(None, "list_id", "item_id"),
        Base.__table_args__,
    )


class PriceTakeover(Base):
    """Leave to enter a GPO list by hand: prices agreed before the program was there (承接).

    Asked by one person, given by another; every other GPO price comes from an award or a request.
    """

    __tablename__ = "price_takeover"

    org_id: Mapped[Key]  # the lead
    list_id: Mapped[Key]
    asked_at: Mapped[AMoment]
    asked_by: Mapped[Ref]
    reason: Mapped[Text_]
    approved_at: Mapped[OptMoment]
    approved_by: Mapped[OptRef]

    __table_args__ = (
        CheckConstraint("approved_by IS NULL OR approved_by <> asked_by", name="two_persons"),
        Base.__table_args__,
    )


class PriceStep(Base):
    """What happened to a price (append-only, written by triggers alone).

    Attributes:
        kind: ``made``, ``closed``, ``reopened`` or ``taken_back``.
        before, after: Its end before and after.
        deal: The transaction, on PostgreSQL: which steps belong together.
    """

    __tablename__ = "price_step"

    org_id: Mapped[Key]  # the member it holds for; 0 = the whole group
    price_id: Mapped[Key]
    n: Mapped[Key]
    kind: Mapped[Text_]
    of_item: Mapped[Ref]  # not `item_id`: a record of what was does not keep an item in use
    supplier_id: Mapped[Ref]
    valid_from: Mapped[ADay]
    before: Mapped[OptDay]
    after: Mapped[OptDay]
    at: Mapped[AMoment]
    person_id: Mapped[OptRef]
    deal: Mapped[OptRef]

    __table_args__ = (
        CheckConstraint("kind IN ('made','closed','reopened','taken_back')", name="kind"),
        Index(None, "of_item", "supplier_id", "valid_from"),
        Base.__table_args__,
    )
