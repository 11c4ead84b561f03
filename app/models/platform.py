"""Operations (idempotency), document counters, audit, settings, imports."""

from __future__ import annotations

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import (
    ADay,
    AMoment,
    AnOp,
    AnyJson,
    Base,
    Count,
    Digest,
    Key,
    OptRef,
    OptText,
    Ref,
    Text_,
)


class Operation(Base):
    """One intention of a person: a repeated operation id answers as before and posts nothing."""

    __tablename__ = "operation"

    org_id: Mapped[Key]
    op_id: Mapped[AnOp] = mapped_column(primary_key=True)
    kind: Mapped[Text_]
    digest: Mapped[Digest]  # of the command's content: the same id with other content is refused
    actor_id: Mapped[Ref]
    at: Mapped[AMoment]
    result: Mapped[AnyJson]

    __table_args__ = (Base.__table_args__,)


class Counter(Base):
    """The last number given to a kind of document of an organisation on a day."""

    __tablename__ = "counter"

    org_id: Mapped[Key]
    kind: Mapped[Text_] = mapped_column(primary_key=True)
    day: Mapped[ADay] = mapped_column(primary_key=True)
    last: Mapped[Count]

    __table_args__ = (Base.__table_args__,)


class Audit(Base):
    """Who did what to which document, hash-chained per organisation (append-only)."""

    __tablename__ = "audit"

    org_id: Mapped[Key]
    seq: Mapped[Key]
    at: Mapped[AMoment]
    person_id: Mapped[Ref]
    action: Mapped[Text_]
    doc_kind: Mapped[Text_]
    doc_id: Mapped[Ref]
    detail: Mapped[AnyJson]
    prev_hash: Mapped[Digest]
    hash: Mapped[Digest]

    __table_args__ = (Index(None, "org_id", "doc_kind", "doc_id"), Base.__table_args__)


class Setting(Base):
    """A business setting of an organisation (0 = the group)."""

    __tablename__ = "setting"

    org_id: Mapped[Key]
    key: Mapped[Text_] = mapped_column(primary_key=True)
    value: Mapped[AnyJson]

    __table_args__ = (Base.__table_args__,)


class ImportBatch(Base):
    """One import of a file: its digest, what it did, and whether it was undone."""

    __tablename__ = "import_batch"

    org_id: Mapped[Key]
    id: Mapped[Key]
    kind: Mapped[Text_]
    file_name: Mapped[Text_]
    file_digest: Mapped[Text_]
    at: Mapped[AMoment]
    person_id: Mapped[Ref]
    added: Mapped[Count]
    changed: Mapped[Count]
    refused: Mapped[Count]
    undo: Mapped[AnyJson]
    undone_at: Mapped[OptRef]
    note: Mapped[OptText]

    __table_args__ = (Index(None, "org_id", "kind", "at"), Base.__table_args__)
