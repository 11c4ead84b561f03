"""Anchors: each day one root over the heads of all chains; and what a release asks of programs."""

from __future__ import annotations

from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import ADay, AMoment, Base, Digest, Key, Ref, Text_


class Anchor(Base):
    """The root of a day; the group's, so that every member and supplier can compare it.

    `leaves` are the hashes of all heads of that moment one after the other, 32 bytes each, in the
    order of organisation and chain. They tell nothing about the books of others, and let each
    member prove that the own head is among them.
    """

    __tablename__ = "anchor"

    org_id: Mapped[Key]  # 0: the whole group
    day: Mapped[ADay] = mapped_column(primary_key=True)
    at: Mapped[AMoment]
    previous: Mapped[Digest]
    root: Mapped[Digest]
    leaves: Mapped[Digest]

    __table_args__ = (Base.__table_args__,)


class AnchorHead(Base):
    """What the head of one chain was when the root of the day was made."""

    __tablename__ = "anchor_head"

    org_id: Mapped[Key]
    day: Mapped[ADay] = mapped_column(primary_key=True)
    chain: Mapped[Text_] = mapped_column(primary_key=True)
    seq: Mapped[Ref]
    hash: Mapped[Digest]

    __table_args__ = (Base.__table_args__,)


class Release(Base):
    """A schema that this database has had, and the oldest program that can work with it."""

    __tablename__ = "release"

    version: Mapped[Text_] = mapped_column(primary_key=True)
    min_client: Mapped[Text_]
    at: Mapped[AMoment]

    __table_args__ = (Base.__table_args__,)
