"""Pictures and papers of an item, kept in the database."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, select

from app.domain import attachment
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.i18n import _
from app.models.catalogue import Attachment
from app.models.item import Item
from app.models.party import Person
from app.services import audit
from app.services.access import lead_org, require
from app.services.db import Database, local_time, now, today
from app.services.operations import claim, finish


@dataclass(frozen=True, slots=True)
class AttachmentRow:
    """An attachment without its content."""

    id: int
    item_id: int
    name: str
    media: str
    size: int
    sha256: str
    at: datetime
    person: str


@dataclass(frozen=True, slots=True)
class Attach:
    """Add a picture or paper to an item."""

    op_id: UUID
    item_id: int
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Detach:
    """Take an attachment away; the audit keeps that it was there."""

    op_id: UUID
    attachment_id: int


def attachments(db: Database, actor: Actor, item_id: int) -> tuple[AttachmentRow, ...]:
    """The attachments of an item, the oldest first."""
    del actor  # the catalogue is everybody's to read
    wanted = (
        select(
            Attachment.id, Attachment.item_id, Attachment.name, Attachment.media, Attachment.size,
            Attachment.sha256, Attachment.added_at, Person.name.label("person"),
        )
        .outerjoin(Person, Person.id == Attachment.added_by)
        .where(Attachment.item_id == item_id)
        .order_by(Attachment.id)
    )  # fmt: skip
    with db.read() as session:
        return tuple(
            AttachmentRow(*row[:6], local_time(row.added_at), row.person or "")
            for row in session.execute(wanted)
        )


def content(db: Database, actor: Actor, attachment_id: int) -> bytes:
    """The content of an attachment; `DomainError` when it is gone or was changed behind us."""
    del actor
    with db.read() as session:
        row = session.get(Attachment, attachment_id)
        if row is None:
            raise _gone()
        if hashlib.sha256(row.content).hexdigest() != row.sha256:
            raise DomainError(
                "attachment.changed", _("附件 {name} 的内容与存入时不符，没有打开。", name=row.name)
            )
        return bytes(row.content)


def attach(db: Database, actor: Actor, command: Attach) -> int:
    """Keep an attachment; its id. The same content twice is kept once.

    Raises:
        DomainError: Of another kind, too large, too many, or the item is gone.
    """
    media = attachment.media_of(command.content)
    digest = hashlib.sha256(command.content).hexdigest()
    with db.write() as session:
        lead = lead_org(session, today(session))
        require(actor, Duty.CATALOGUE, lead)
        told = (command.item_id, command.name, digest)
        earlier = claim(session, actor, lead, command.op_id, "item.attach", told)
        if earlier is not None:
            return int(earlier["id"])
        if session.get(Item, command.item_id) is None:
            raise DomainError("item.unknown", _("没有这个品规，可能已并入别的品规。请重新搜索。"))
        same = session.scalar(
            select(Attachment.id).where(
                Attachment.item_id == command.item_id, Attachment.sha256 == digest
            )
        )
        count = session.scalar(
            select(func.count(Attachment.id)).where(Attachment.item_id == command.item_id)
        )
        if same is None and (count or 0) >= attachment.MOST:
            raise DomainError(
                "attachment.many",
                _("一个品规最多 {n} 个附件。请先移除不用的。", n=attachment.MOST),
            )
        key = same or new_id()
        if same is None:
            session.add(
                Attachment(
                    id=key,
                    item_id=command.item_id,
                    name=attachment.clean_name(command.name, media),
                    media=media,
                    size=len(command.content),
                    sha256=digest,
                    content=command.content,
                    added_at=now(session),
                    added_by=actor.person_id,
                )
            )
        detail = {"sha256": digest, "size": len(command.content)}
        audit.record(session, actor, lead, "item.attach", ("item", command.item_id), detail)
        finish(session, lead, command.op_id, {"id": key})
        return key


def detach(db: Database, actor: Actor, command: Detach) -> None:
    """Take an attachment away."""
    with db.write() as session:
        lead = lead_org(session, today(session))
        require(actor, Duty.CATALOGUE, lead)
        if claim(session, actor, lead, command.op_id, "item.detach", (command.attachment_id,)):
            return
        row = session.get(Attachment, command.attachment_id)
        if row is None:
            raise _gone()
        session.execute(delete(Attachment).where(Attachment.id == command.attachment_id))
        detail = {"name": row.name, "sha256": row.sha256}
        audit.record(session, actor, lead, "item.detach", ("item", row.item_id), detail)
        finish(session, lead, command.op_id, {"done": True})


def _gone() -> DomainError:
    return DomainError("attachment.unknown", _("没有这个附件，可能已被移除。请刷新后再看。"))
