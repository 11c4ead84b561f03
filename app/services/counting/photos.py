"""Photographs that go with a write-off or return; kept for good with their digest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.domain import attachment
from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.i18n import _
from app.models.counting import Disposal
from app.models.party import Person
from app.models.store_records import DisposalPhoto
from app.services import audit
from app.services.access import require
from app.services.db import Database, local_time, now
from app.services.operations import claim, finish


@dataclass(frozen=True, slots=True)
class AddPhoto:
    """A photograph, as it was taken."""

    op_id: UUID
    org_id: int
    disposal_id: int
    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """A photograph that is kept."""

    id: int
    name: str
    kind: str
    size: int
    added_at: datetime
    person: str


def add_photo(db: Database, actor: Actor, command: AddPhoto) -> int:
    """Keep a photograph; how many there are now.

    Raises:
        DomainError: It is no picture, too large, there already, or there are enough.
    """
    require(actor, Duty.STORE, command.org_id)
    kind = attachment.media_of(command.data)
    name = attachment.clean_name(command.name, kind)
    digest = hashlib.sha256(command.data).digest()
    with db.write() as session:
        content = (command.org_id, command.disposal_id, name, digest.hex())
        earlier = claim(session, actor, command.org_id, command.op_id, "disposal.photo", content)
        if earlier is not None:
            return int(earlier["n"])
        if session.get(Disposal, (command.org_id, command.disposal_id)) is None:
            raise DomainError("disposal.unknown", _("没有这张单。请刷新后再看。"))
        there = _digests(session, command)
        if digest in there:
            raise DomainError("photo.twice", _("这张照片已经附过了。"))
        if len(there) >= attachment.MOST:
            raise DomainError("photo.many", _("一张单最多附 {n} 张照片。", n=attachment.MOST))
        session.add(
            DisposalPhoto(
                org_id=command.org_id, id=new_id(), disposal_id=command.disposal_id,
                name=name, kind=kind, digest=digest, data=command.data,
                added_at=now(session), added_by=actor.person_id,
            )
        )  # fmt: skip
        audit.record(
            session, actor, command.org_id, "disposal.photo", ("disposal", command.disposal_id),
            {"name": name, "sha256": digest.hex()},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"n": len(there) + 1})
        return len(there) + 1


def photos(db: Database, actor: Actor, org_id: int, disposal_id: int) -> tuple[PhotoRow, ...]:
    """The photographs of a paper, oldest first."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        rows = session.execute(
            select(
                DisposalPhoto.id, DisposalPhoto.name, DisposalPhoto.kind,
                func.length(DisposalPhoto.data), DisposalPhoto.added_at, Person.name,
            )
            .outerjoin(Person, Person.id == DisposalPhoto.added_by)
            .where(DisposalPhoto.org_id == org_id, DisposalPhoto.disposal_id == disposal_id)
            .order_by(DisposalPhoto.added_at)
        ).all()  # fmt: skip
        return tuple(
            PhotoRow(one, name, kind, size, local_time(at), person or "—")
            for one, name, kind, size, at, person in rows
        )


def photo(db: Database, actor: Actor, org_id: int, photo_id: int) -> tuple[str, bytes]:
    """Name and content of a photograph."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        found = session.get(DisposalPhoto, (org_id, photo_id))
        if found is None:
            raise DomainError("photo.unknown", _("没有这张照片。请刷新后再看。"))
        return found.name, found.data


def _digests(session: Session, command: AddPhoto) -> set[bytes]:
    return set(
        session.scalars(
            select(DisposalPhoto.digest).where(
                DisposalPhoto.org_id == command.org_id,
                DisposalPhoto.disposal_id == command.disposal_id,
            )
        )
    )
