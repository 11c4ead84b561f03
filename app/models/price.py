"""Price lists: a price holds for an item, supplier and member (or the group) in a span of days.

Spans of the same key never overlap (exclusion constraint on PostgreSQL, trigger on SQLite); a
price that a document has used is closed and followed, never edited.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import (
    ADay,
    AMoment,
    Base,
    BigInt,
    Count,
    Key,
    OptDay,
    OptPrice,
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
