"""What a store keeps: label designs, case codes, 养护, photographs of write-offs."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

import app.models.counting  # noqa: F401 - foreign keys point there
from app.models.base import (
    ADay,
    AFlag,
    AMoment,
    AnyJson,
    Base,
    Count,
    Digest,
    Key,
    OptDay,
    OptMoment,
    OptRef,
    OptText,
    Ref,
    Text_,
)


class LabelDesign(Base):
    """A label template of an organisation; what it looks like stands in its versions."""

    __tablename__ = "label_design"

    org_id: Mapped[Key]
    id: Mapped[Key]
    name: Mapped[Text_]
    version: Mapped[Count]  # the newest, also for conditional updates
    closed: Mapped[AFlag]
    changed_at: Mapped[AMoment]
    changed_by: Mapped[Ref]

    __table_args__ = (UniqueConstraint("org_id", "name"), Base.__table_args__)


class LabelDesignVersion(Base):
    """How a label template looked; never changed, so an old print can be printed again."""

    __tablename__ = "label_design_version"

    org_id: Mapped[Key]
    design_id: Mapped[Key]
    version: Mapped[Key]
    content: Mapped[AnyJson]
    note: Mapped[Text_]
    saved_at: Mapped[AMoment]
    saved_by: Mapped[Ref]

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "design_id"], ["label_design.org_id", "label_design.id"]),
        Base.__table_args__,
    )


class TraceLink(Base):
    """Which case a trace code lies in, as the supplier's file says; shared by the group."""

    __tablename__ = "trace_link"

    code: Mapped[Text_] = mapped_column(primary_key=True)
    parent: Mapped[Text_]
    org_id: Mapped[Ref]  # who loaded the file
    file_name: Mapped[Text_]
    lot_no: Mapped[OptText]
    expiry: Mapped[OptDay]
    produced: Mapped[OptDay]
    loaded_at: Mapped[AMoment]
    loaded_by: Mapped[Ref]

    __table_args__ = (
        CheckConstraint("code <> parent", name="parent"),
        Index(None, "parent"),
        Base.__table_args__,
    )


class UpkeepRound(Base):
    """养护: the monthly check of what is stored, one list per storage class."""

    __tablename__ = "upkeep_round"

    org_id: Mapped[Key]
    id: Mapped[Key]
    no: Mapped[Text_]
    month: Mapped[ADay]  # its first day
    storage: Mapped[Text_]
    status: Mapped[Text_]  # open | done
    made_at: Mapped[AMoment]
    made_by: Mapped[Ref]
    done_at: Mapped[OptMoment]
    done_by: Mapped[OptRef]
    version: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (
        UniqueConstraint("org_id", "no"),
        UniqueConstraint("org_id", "month", "storage", name="uq_upkeep_round_month"),
        Base.__table_args__,
    )


class UpkeepLine(Base):
    """One lot at one place: what was found, by whom, what was done."""

    __tablename__ = "upkeep_line"

    org_id: Mapped[Key]
    round_id: Mapped[Key]
    line: Mapped[Key]
    place_id: Mapped[Ref]
    item_id: Mapped[Ref]
    lot_id: Mapped[Ref]
    qty: Mapped[Count]
    result: Mapped[OptText]  # ok | doubt | bad
    finding: Mapped[OptText]
    action: Mapped[OptText]
    checked_at: Mapped[OptMoment]
    checked_by: Mapped[OptRef]

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "round_id"], ["upkeep_round.org_id", "upkeep_round.id"]),
        Base.__table_args__,
    )


class DisposalPhoto(Base):
    """A photograph that goes with a write-off or return."""

    __tablename__ = "disposal_photo"

    org_id: Mapped[Key]
    id: Mapped[Key]
    disposal_id: Mapped[Ref]
    name: Mapped[Text_]
    kind: Mapped[Text_]  # png | jpeg | pdf
    digest: Mapped[Digest]
    data: Mapped[Digest]
    added_at: Mapped[AMoment]
    added_by: Mapped[Ref]

    __table_args__ = (
        ForeignKeyConstraint(["org_id", "disposal_id"], ["disposal.org_id", "disposal.id"]),
        Index(None, "org_id", "disposal_id"),
        Base.__table_args__,
    )
