"""Code mapping (编码对照): members' own rows, candidates, confirmed links, what was learned."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

import app.models.item  # noqa: F401 - foreign keys point there
from app.models.base import (
    ADay,
    AFlag,
    AMoment,
    AnyJson,
    Base,
    BigInt,
    Count,
    Key,
    OptDay,
    OptMoment,
    OptRef,
    OptText,
    Price,
    Ref,
    Text_,
)

_STATUSES = "('pending','candidate','confirmed','conflict','none','stopped')"


class LocalItem(Base):
    """A row of a member's own drug or goods list, as it stands there, and where its mapping is."""

    __tablename__ = "local_item"

    org_id: Mapped[Key]
    id: Mapped[Key]
    code: Mapped[Text_]  # the member's own code; unique there
    name: Mapped[Text_]
    trade: Mapped[Text_] = mapped_column(default="")
    form: Mapped[Text_] = mapped_column(default="")
    spec: Mapped[Text_]
    maker: Mapped[Text_] = mapped_column(default="")
    licence: Mapped[Text_] = mapped_column(default="")
    nhsa: Mapped[Text_] = mapped_column(default="")
    national: Mapped[Text_] = mapped_column(default="")
    unit: Mapped[Text_] = mapped_column(default="")  # in which the member counts it: 盒, 粒
    used: Mapped[Count] = mapped_column(default=0)  # such units a year
    value: Mapped[Price]  # yuan a year; the work is ordered by it
    words: Mapped[Text_]  # the row's own words in one line, by which a pair is known again
    batch_id: Mapped[Ref]
    position: Mapped[Count]  # row of the sheet
    loaded_at: Mapped[AMoment]
    status: Mapped[Text_] = mapped_column(default="pending")
    issue: Mapped[Text_] = mapped_column(default="")  # why it is a conflict
    safe: Mapped[AFlag] = mapped_column(default=False)  # the best candidate may go in bulk
    version: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (
        UniqueConstraint("org_id", "code"),
        Index(None, "org_id", "status", "value"),
        CheckConstraint(f"status IN {_STATUSES}", name="status"),
        Base.__table_args__,
    )


class MatchCandidate(Base):
    """An item that a local row may mean, from the last run; rewritten by the next."""

    __tablename__ = "match_candidate"

    org_id: Mapped[Key]
    local_id: Mapped[Key]
    item_id: Mapped[int] = mapped_column(
        BigInt, ForeignKey("item.id"), primary_key=True, autoincrement=False
    )
    rank: Mapped[Count]
    score: Mapped[Count]
    safe: Mapped[AFlag] = mapped_column(default=False)
    learned: Mapped[AFlag] = mapped_column(default=False)
    rejected: Mapped[AFlag] = mapped_column(default=False)

    __table_args__ = (
        CheckConstraint("score BETWEEN 0 AND 100", name="score"),
        Index(None, "item_id"),
        Base.__table_args__,
    )


class Mapping(Base):
    """A confirmed link of a local row to an item; closed, never deleted."""

    __tablename__ = "mapping"

    org_id: Mapped[Key]
    id: Mapped[Key]
    local_id: Mapped[Ref]
    item_id: Mapped[int] = mapped_column(BigInt, ForeignKey("item.id"))
    unit_factor: Mapped[Count]  # smallest units in one unit of the member
    how: Mapped[Text_]  # single | bulk | moved
    reason: Mapped[OptText]
    decided_at: Mapped[AMoment]
    decided_by: Mapped[Ref]
    valid_from: Mapped[ADay]
    ended_at: Mapped[OptMoment]
    valid_to: Mapped[OptDay]

    __table_args__ = (
        CheckConstraint("unit_factor > 0", name="unit_factor"),
        Index(None, "org_id", "local_id"),
        Index(None, "item_id", "org_id"),
        Base.__table_args__,
    )


class MappingEvent(Base):
    """One decision about a local row: what was before and after, so that it can be taken back."""

    __tablename__ = "mapping_event"

    org_id: Mapped[Key]
    id: Mapped[Key]
    local_id: Mapped[Ref]
    batch_id: Mapped[Ref]  # decisions of one command share it
    action: Mapped[Text_]
    at: Mapped[AMoment]
    person_id: Mapped[Ref]
    before: Mapped[AnyJson]
    after: Mapped[AnyJson]
    undone_at: Mapped[OptMoment]

    __table_args__ = (
        Index(None, "org_id", "local_id", "id"),
        Index(None, "org_id", "batch_id"),
        Base.__table_args__,
    )


class PairMemory(Base):
    """What a group has learned: words of a row → item, or one maker's text → another's."""

    __tablename__ = "pair_memory"

    org_id: Mapped[Key]  # which member taught it
    kind: Mapped[Text_] = mapped_column(primary_key=True)  # row | maker
    words: Mapped[Text_] = mapped_column(primary_key=True)
    target: Mapped[Text_] = mapped_column(primary_key=True)  # item id or maker's words
    times: Mapped[Count] = mapped_column(default=1)
    at: Mapped[AMoment]
    item_id: Mapped[OptRef]

    __table_args__ = (
        CheckConstraint("kind IN ('row','maker')", name="kind"),
        Index(None, "kind", "words"),
        Base.__table_args__,
    )


class ItemRequest(Base):
    """新增品种申请: a member's row without counterpart that shall become an item of the group."""

    __tablename__ = "item_request"

    org_id: Mapped[Key]
    id: Mapped[Key]
    no: Mapped[Text_]
    local_id: Mapped[Ref]
    status: Mapped[Text_]  # submitted | approved | refused | cancelled
    draft: Mapped[AnyJson]  # the item as the member states it
    reason: Mapped[Text_]
    answer: Mapped[Text_] = mapped_column(default="")
    item_id: Mapped[OptRef]  # what was made of it, or what it turned out to be
    created_at: Mapped[AMoment]
    created_by: Mapped[Ref]
    decided_at: Mapped[OptMoment]
    decided_by: Mapped[OptRef]
    version: Mapped[Count] = mapped_column(default=1)

    __table_args__ = (
        UniqueConstraint("org_id", "no"),
        Index(None, "org_id", "local_id"),
        Index(
            "uq_item_request_open",
            "org_id",
            "local_id",
            unique=True,
            sqlite_where=text("status = 'submitted'"),
            postgresql_where=text("status = 'submitted'"),
        ),
        CheckConstraint("status IN ('submitted','approved','refused','cancelled')", name="status"),
        Base.__table_args__,
    )


class ItemMerge(Base):
    """Two items that were one: which was given up for which, by whom and why."""

    __tablename__ = "item_merge"

    id: Mapped[Key]
    from_item: Mapped[int] = mapped_column(BigInt, ForeignKey("item.id"))
    into_item: Mapped[int] = mapped_column(BigInt, ForeignKey("item.id"))
    kind: Mapped[Text_]  # merge | split
    moved: Mapped[Count]  # how many members' codes now mean the other item
    reason: Mapped[Text_]
    at: Mapped[AMoment]
    person_id: Mapped[Ref]

    __table_args__ = (
        CheckConstraint("from_item <> into_item", name="two"),
        CheckConstraint("kind IN ('merge','split')", name="kind"),
        Index(None, "from_item"),
        Index(None, "into_item"),
        Base.__table_args__,
    )
