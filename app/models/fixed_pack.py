"""定数包: what a pack of an item holds for a department, where each pack is, who asked for one."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

import app.models.pack  # noqa: F401 - foreign keys point there
from app.models.base import (
    AFlag,
    AMoment,
    Base,
    Count,
    Key,
    OptDay,
    OptMoment,
    OptRef,
    Ref,
    Text_,
)


class PackDefinition(Base):
    """How many units a fixed pack of an item holds, for one department or (place 0) for all."""

    __tablename__ = "pack_definition"

    org_id: Mapped[Key]
    id: Mapped[Key]
    item_id: Mapped[Ref]
    place_id: Mapped[Ref] = mapped_column(default=0)
    units: Mapped[Count]
    mixed: Mapped[AFlag] = mapped_column(default=False)  # 是否混批
    keep_days: Mapped[Count] = mapped_column(default=0)  # unopened longer is overdue; 0 = no limit
    month_limit: Mapped[Count] = mapped_column(default=0)  # packs a month; 0 = no limit
    target: Mapped[Count] = mapped_column(default=0)  # packs that the department should hold
    active: Mapped[AFlag] = mapped_column(default=True)
    changed_at: Mapped[AMoment]
    changed_by: Mapped[Ref]
    version: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (
        UniqueConstraint("org_id", "item_id", "place_id"),
        CheckConstraint("units > 0", name="units"),
        Base.__table_args__,
    )


class FixedPack(Base):
    """What a fixed pack has beside its row in `pack`: where it goes and its hand-over."""

    __tablename__ = "fixed_pack"

    org_id: Mapped[Key]
    pack_id: Mapped[Key]
    definition_id: Mapped[Ref]
    source_place: Mapped[Ref]  # the store that built it
    department_id: Mapped[Ref] = mapped_column(default=0)  # 0 = not issued yet
    expiry: Mapped[OptDay]  # the earliest of its lots
    issued_at: Mapped[OptMoment]
    issued_by: Mapped[OptRef]
    received_at: Mapped[OptMoment]
    received_by: Mapped[OptRef]
    due_on: Mapped[OptDay]  # to be opened by then

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "pack_id"], ["pack.org_id", "pack.id"]),
        Index(None, "org_id", "department_id", "issued_at"),
        Base.__table_args__,
    )


class PackRequest(Base):
    """A department asks its store for the next packs; an empty pack asks once."""

    __tablename__ = "pack_request"

    org_id: Mapped[Key]
    id: Mapped[Key]
    definition_id: Mapped[Ref]
    place_id: Mapped[Ref]
    packs: Mapped[Count]
    filled: Mapped[Count] = mapped_column(default=0)
    status: Mapped[Text_]  # open | filled | cancelled
    source_pack_id: Mapped[OptRef]
    asked_at: Mapped[AMoment]
    asked_by: Mapped[Ref]
    closed_at: Mapped[OptMoment]

    __table_args__ = (
        UniqueConstraint("org_id", "source_pack_id"),
        CheckConstraint("packs > 0 AND filled >= 0 AND filled <= packs", name="packs"),
        Index(None, "org_id", "status", "place_id"),
        Base.__table_args__,
    )
