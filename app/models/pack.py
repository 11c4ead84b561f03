"""Labelled units: a label or fixed pack (定数包) that can be scanned and stands for n units."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import AMoment, AnyJson, Base, Count, Key, OptMoment, OptRef, Ref, Text_


class Pack(Base):
    """A unit with its own code. Its goods stay in the balance of its place until it is used."""

    __tablename__ = "pack"

    org_id: Mapped[Key]
    id: Mapped[Key]
    code: Mapped[Text_]  # 16-digit label code or DSB… fixed-pack code
    kind: Mapped[Text_]  # label | fixed
    item_id: Mapped[Ref]
    qty: Mapped[Count]
    owner_id: Mapped[Ref]
    place_id: Mapped[Ref]
    status: Mapped[Text_]  # in_stock | consumed | broken | lost | returned
    source_kind: Mapped[Text_]  # document that it was made from
    source_id: Mapped[Ref]
    made_at: Mapped[AMoment]
    made_by: Mapped[Ref]
    used_at: Mapped[OptMoment]
    used_by: Mapped[OptRef]
    used_doc_id: Mapped[OptRef]
    version: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (
        UniqueConstraint("org_id", "code"),
        CheckConstraint("qty > 0", name="qty"),
        Index(None, "org_id", "source_kind", "source_id"),
        Index(None, "org_id", "item_id", "status"),
        Base.__table_args__,
    )


class PackLine(Base):
    """The lots inside a pack."""

    __tablename__ = "pack_line"

    org_id: Mapped[Key]
    pack_id: Mapped[Key]
    lot_id: Mapped[Key]
    qty: Mapped[Count]

    __table_args__ = (
        CheckConstraint("qty > 0", name="qty"),
        ForeignKeyConstraint(["org_id", "pack_id"], ["pack.org_id", "pack.id"]),
        Base.__table_args__,
    )


class LabelPrint(Base):
    """A print of labels: what, when, by whom, on what; a reprint is a new row."""

    __tablename__ = "label_print"

    org_id: Mapped[Key]
    id: Mapped[Key]
    at: Mapped[AMoment]
    person_id: Mapped[Ref]
    template: Mapped[Text_]
    target: Mapped[Text_]  # pdf | zpl | printer
    count: Mapped[Count]
    content: Mapped[AnyJson]  # pack ids
    source_kind: Mapped[Text_]
    source_id: Mapped[OptRef]

    __table_args__ = (Base.__table_args__,)
