"""Taking a decision back within 30 days: the row is as it was before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.domain.days import ZONE
from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.mapping import UNDO_DAYS, MapStatus, may_undo
from app.i18n import _
from app.models.mapping import LocalItem, MappingEvent, MatchCandidate
from app.services import audit
from app.services.db import Database, now, today
from app.services.mapping.bulk_links import unlink_all
from app.services.mapping.links import (
    Link,
    Step,
    forget,
    link_row,
    set_status,
    unlink_row,
    was_first,
)
from app.services.mapping.scope import local_rows, require_mapper
from app.services.operations import claim, finish, plain
from app.services.queries.portions import portions


@dataclass(frozen=True, slots=True)
class UndoMapping:
    """Take back the last decision of a row, of a whole command, or the person's own last one.

    Attributes:
        local_id: The row; 0 with `batch_id` 0 means the person's last decision at the member.
        batch_id: All decisions of one command (bulk acceptance).
    """

    op_id: UUID
    org_id: int
    local_id: int = 0
    batch_id: int = 0


@dataclass(frozen=True, slots=True)
class Undone:
    """Which rows are as they were before."""

    rows: tuple[int, ...]


def undo(db: Database, actor: Actor, command: UndoMapping) -> Undone:
    """Take decisions back.

    Raises:
        DomainError: There is none, or it is older than 30 days.
        ConflictError: Somebody decided a row in between.
    """
    require_mapper(actor, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "mapping.undo", command)
        if earlier is not None:
            return Undone(tuple(earlier["rows"]))
        events = _events(session, actor, command)
        rows = local_rows(session, command.org_id, [event.local_id for event in events])
        _refuse_decided(session, rows, events)
        fresh = [event for event in events if _gave_first_link(event)]
        unlink_all(session, rows, fresh, Step(actor, "undo", events[0].batch_id))
        for event in events:
            if not _gave_first_link(event):
                _take_back(session, actor, rows[event.local_id], event)
        result = Undone(tuple(event.local_id for event in events))
        doc = ("mapping", command.org_id)
        audit.record(session, actor, command.org_id, "mapping.undo", doc, plain(result))
        finish(session, command.org_id, command.op_id, plain(result))
        return result


def _events(session: Session, actor: Actor, command: UndoMapping) -> list[MappingEvent]:
    """The decisions to take back: each the last of its row, and nobody else's to take back now."""
    last = (
        select(func.max(MappingEvent.id))
        .where(MappingEvent.org_id == command.org_id, MappingEvent.undone_at.is_(None))
        .group_by(MappingEvent.local_id)
    )
    chosen = select(MappingEvent).where(
        MappingEvent.org_id == command.org_id,
        MappingEvent.id.in_(last),
        MappingEvent.undone_at.is_(None),  # of two at once the second finds it taken back
    )
    if command.batch_id:
        chosen = chosen.where(MappingEvent.batch_id == command.batch_id)
    elif command.local_id:
        chosen = chosen.where(MappingEvent.local_id == command.local_id)
    else:
        chosen = chosen.where(MappingEvent.person_id == actor.person_id)
        chosen = chosen.limit(1)
    found = list(session.scalars(chosen.order_by(MappingEvent.id.desc()).with_for_update()))
    if not found:
        raise DomainError("mapping.no_undo", _("没有可撤销的对码。"))
    if not all(may_undo(event.at.astimezone(ZONE).date(), today(session)) for event in found):
        raise DomainError(
            "mapping.undo_late",
            _("对码超过 {n} 天不能撤销。请改对到正确的品规。", n=UNDO_DAYS),
        )
    return found


def _refuse_decided(
    session: Session, rows: dict[int, LocalItem], events: Sequence[MappingEvent]
) -> None:
    """A row that was decided after the choice and before it was read would be taken for as chosen.

    Whoever decides one later still finds another version of it, or the undo does.
    """
    for part in portions(events):
        chosen = {event.local_id: event.id for event in part}
        last = session.execute(
            select(MappingEvent.local_id, func.max(MappingEvent.id))
            .where(
                MappingEvent.org_id == part[0].org_id,
                MappingEvent.local_id.in_(chosen),
                MappingEvent.undone_at.is_(None),
            )
            .group_by(MappingEvent.local_id)
        )
        for local_id, event_id in last:
            if chosen[local_id] != event_id:
                raise was_first(session, rows[local_id])


def _gave_first_link(event: MappingEvent) -> bool:
    """By it a row without a link got one, as thousands do in a bulk."""
    return "item_id" in event.after and not event.before.keys() & {"item_id", "rejected"}


def _take_back(session: Session, actor: Actor, row: LocalItem, event: MappingEvent) -> None:
    before: dict[str, Any] = event.before
    if event.after.get("item_id") not in {None, before.get("item_id")}:
        forget(session, row, event.after["item_id"])
    if "rejected" in before:
        _bring_back(session, row, before["rejected"])
    step = Step(actor, "undo", event.batch_id)
    if "item_id" in before:
        link = Link(before["item_id"], before["unit_factor"], before["how"], before["reason"])
        mine = link_row(session, row, link, step)
    else:
        mine = unlink_row(session, row, MapStatus(before["status"]), step)
        status = MapStatus(before["status"])
        set_status(session, row, status, before["issue"], safe=before["safe"])
    # Neither the decision nor its undoing is taken back again: the next undo goes one step further.
    session.execute(
        update(MappingEvent)
        .where(MappingEvent.org_id == event.org_id, MappingEvent.id.in_((event.id, mine)))
        .values(undone_at=now(session))
    )


def _bring_back(session: Session, row: LocalItem, item_id: int) -> None:
    session.execute(
        update(MatchCandidate)
        .where(
            MatchCandidate.org_id == row.org_id,
            MatchCandidate.local_id == row.id,
            MatchCandidate.item_id == item_id,
        )
        .values(rejected=False)
    )
