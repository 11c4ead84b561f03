"""Dated snapshots of a list: what trends of 目录吻合度 are counted from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.domain.alignment.entries import Entry
from app.domain.duties import Actor
from app.domain.errors import ConflictError
from app.domain.ids import new_id
from app.i18n import _
from app.models.formulary import FormularySnapshot, FormularySnapshotItem
from app.models.item import Item
from app.services import audit
from app.services.db import Database, now, today
from app.services.formulary.items import GROUP, entries_of, standing
from app.services.formulary.rights import require_keeper
from app.services.operations import claim, finish


@dataclass(frozen=True, slots=True)
class TakeSnapshot:
    """Keep a list as it stands on a day (today, or a day that has passed)."""

    op_id: UUID
    org_id: int
    on: date | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class SnapshotRow:
    """One kept list."""

    org_id: int
    snapshot_id: int
    day: date
    title: str
    items: int


def take_snapshot(db: Database, actor: Actor, command: TakeSnapshot) -> SnapshotRow:
    """Keep the list; one snapshot per organisation and day.

    Raises:
        ConflictError: The day has one already, or lies ahead.
    """
    with db.write() as session:
        book = require_keeper(session, actor, command.org_id)
        earlier = claim(session, actor, book, command.op_id, "formulary.snapshot", command)
        if earlier is not None:
            return SnapshotRow(**(earlier | {"day": date.fromisoformat(earlier["day"])}))
        day = command.on or today(session)
        if day > today(session):
            raise ConflictError("snapshot.future", _("{day} 还没到，不能留存目录。", day=day))
        if _on(session, command.org_id, day):
            raise ConflictError("snapshot.exists", _("{day} 的目录已经留存过。", day=day))
        row = keep(session, actor, command.org_id, day, command.title)
        audit.record(
            session, actor, book, "formulary.snapshot", ("formulary", row.snapshot_id),
            {"day": day, "items": row.items},
        )  # fmt: skip
        finish(session, book, command.op_id, {
            "org_id": row.org_id, "snapshot_id": row.snapshot_id, "day": day.isoformat(),
            "title": row.title, "items": row.items,
        })  # fmt: skip
        return row


def keep(session: Session, actor: Actor, org_id: int, day: date, title: str) -> SnapshotRow:
    """Write a snapshot, in the caller's unit of work."""
    entries = {entry.item_id: entry for entry in entries_of(session, org_id, day)}
    others = session.execute(
        select(Item.id, Item.code, Item.name, Item.spec).where(
            Item.id.in_(standing(org_id, day)), Item.item_class != "drug"
        )
    ).all()
    entries |= {r.id: Entry(r.name, spec=r.spec, code=r.code, item_id=r.id) for r in others}
    row = SnapshotRow(org_id, new_id(), day, title or _("{day} 目录", day=day), len(entries))
    session.add(
        FormularySnapshot(
            org_id=org_id, id=row.snapshot_id, day=day, title=row.title, items=row.items,
            created_at=now(session), created_by=actor.person_id,
        )
    )  # fmt: skip
    session.flush()
    if entries:
        session.execute(
            insert(FormularySnapshotItem),
            [
                {"org_id": org_id, "snapshot_id": row.snapshot_id, "item_id": item,
                 "code": entry.code, "name": entry.name, "form": entry.form, "spec": entry.spec,
                 "maker": entry.maker, "national": entry.national}
                for item, entry in entries.items()
            ],
        )  # fmt: skip
    return row


def snapshots(db: Database, actor: Actor, orgs: Collection[int]) -> tuple[SnapshotRow, ...]:
    """The kept lists of some organisations, the newest first."""
    del actor  # lists are shared within the group; the database keeps suppliers out
    with db.read() as session:
        rows = session.scalars(
            select(FormularySnapshot)
            .where(FormularySnapshot.org_id.in_({*orgs, GROUP} if GROUP in orgs else set(orgs)))
            .order_by(FormularySnapshot.day.desc(), FormularySnapshot.org_id)
        )
        return tuple(SnapshotRow(row.org_id, row.id, row.day, row.title, row.items) for row in rows)


def latest(session: Session, org_id: int, day: date) -> FormularySnapshot | None:
    """The last snapshot on or before a day."""
    return session.scalars(
        select(FormularySnapshot)
        .where(FormularySnapshot.org_id == org_id, FormularySnapshot.day <= day)
        .order_by(FormularySnapshot.day.desc())
        .limit(1)
    ).first()


def snapshot_entries(session: Session, org_id: int, snapshot_id: int) -> tuple[Entry, ...]:
    """The drugs of a snapshot, in the words of that day."""
    rows = session.execute(
        select(FormularySnapshotItem)
        .join(Item, Item.id == FormularySnapshotItem.item_id)
        .where(
            FormularySnapshotItem.org_id == org_id,
            FormularySnapshotItem.snapshot_id == snapshot_id,
            Item.item_class == "drug",
        )
    ).scalars()
    return tuple(
        Entry(row.name, row.form, row.spec, row.maker, row.national, code=row.code,
              item_id=row.item_id)
        for row in rows
    )  # fmt: skip


def _on(session: Session, org_id: int, day: date) -> bool:
    found = session.scalar(
        select(FormularySnapshot.id).where(
            FormularySnapshot.org_id == org_id, FormularySnapshot.day == day
        )
    )
    return found is not None
