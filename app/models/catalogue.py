"""Beside the items: published versions, attachments, daily doses, remembered columns of sheets."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

import app.models.item  # noqa: F401 - foreign keys point there
from app.models.base import (
    ADay,
    AMoment,
    AnyJson,
    Base,
    BigInt,
    Count,
    Digest,
    Key,
    OptText,
    Ref,
    Text_,
)


class CatalogueVersion(Base):
    """A published state of the catalogue, in force for the members from a day on."""

    __tablename__ = "catalogue_version"

    id: Mapped[Key]
    no: Mapped[Text_]  # 2026-11
    title: Mapped[Text_]
    effective_from: Mapped[ADay]
    published_at: Mapped[AMoment]
    published_by: Mapped[Ref]
    items: Mapped[Count]  # how many items the catalogue had
    note: Mapped[OptText]

    __table_args__ = (UniqueConstraint("no"), Base.__table_args__)


class CatalogueVersionChange(Base):
    """Which version a change of an item was published with; none yet = still to be published.

    A link and not a point in time: a change that is being written while a version is published
    belongs to the next one, and none is ever missed.
    """

    __tablename__ = "catalogue_version_change"

    item_id: Mapped[Key]
    change_id: Mapped[Key]
    version_id: Mapped[int] = mapped_column(BigInt, ForeignKey("catalogue_version.id"))

    __table_args__ = (Index(None, "version_id", "item_id"), Base.__table_args__)


class Attachment(Base):
    """A picture or paper of an item, kept in the database; never run, only shown from a copy."""

    __tablename__ = "attachment"

    id: Mapped[Key]
    item_id: Mapped[int] = mapped_column(BigInt, ForeignKey("item.id"))
    name: Mapped[Text_]  # shown only; never a path
    media: Mapped[Text_]  # image/png | image/jpeg | application/pdf, by content
    size: Mapped[Count]
    sha256: Mapped[Text_]
    content: Mapped[Digest]
    added_at: Mapped[AMoment]
    added_by: Mapped[Ref]

    __table_args__ = (
        UniqueConstraint("item_id", "sha256"),
        CheckConstraint("size > 0", name="size"),
        Base.__table_args__,
    )


class DailyDose(Base):
    """A defined daily dose from a list that the group has loaded; keyed by ATC, route, release."""

    __tablename__ = "daily_dose"

    release: Mapped[str] = mapped_column(Text, primary_key=True)  # 2026
    atc: Mapped[str] = mapped_column(Text, primary_key=True)
    route: Mapped[str] = mapped_column(Text, primary_key=True)  # O, P, R …
    amount: Mapped[Text_]  # exact decimal as text
    unit: Mapped[Text_]
    note: Mapped[OptText]

    __table_args__ = (Index(None, "atc"), Base.__table_args__)


class ImportColumns(Base):
    """What the columns of a sheet mean, said once by a person, known again by the titles."""

    __tablename__ = "import_columns"

    org_id: Mapped[Key]
    kind: Mapped[str] = mapped_column(Text, primary_key=True)  # catalogue | prices | demand | …
    titles_digest: Mapped[str] = mapped_column(Text, primary_key=True)
    columns: Mapped[AnyJson]  # field key → title in the sheet
    file_name: Mapped[Text_]
    at: Mapped[AMoment]
    person_id: Mapped[Ref]

    __table_args__ = (Base.__table_args__,)
