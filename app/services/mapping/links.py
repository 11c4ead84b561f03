"""Writing a decision: the link, the member's code on the item, the event, what is learned."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.domain import codes
from app.domain.codes import CodeSystem
from app.domain.duties import Actor
from app.domain.errors import ConflictError
from app.domain.ids import new_id
from app.domain.mapping import MapStatus
from app.domain.matching.text import plain as plain_text
from app.i18n import _
from app.models.item import ItemCode
from app.models.mapping import LocalItem, Mapping, MappingEvent, PairMemory
from app.models.party import Person
from app.services.db import database_of, local_time, now, today


@dataclass(frozen=True, slots=True)
class Link:
    """What a row is linked to: the item, in which unit, how, and why in words."""

    item_id: int
    unit_factor: int
    how: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One decision within a command."""

    actor: Actor
    action: str
    batch_id: int


def link_row(session: Session, row: LocalItem, link: Link, step: Step) -> int:
    """Link a row to an item; the event's id. A link that it had ends."""
    before = state_of(session, row)
    end_links(session, row)
    session.add(
        Mapping(
            org_id=row.org_id,
            id=new_id(),
            local_id=row.id,
            item_id=link.item_id,
            unit_factor=link.unit_factor,
            how=link.how,
            reason=link.reason or None,
            decided_at=now(session),
            decided_by=step.actor.person_id,
            valid_from=today(session),
        )
    )
    _open_code(session, row, link)
    set_status(session, row, MapStatus.CONFIRMED)
    return remember_event(session, row, before, step)


def unlink_row(session: Session, row: LocalItem, status: MapStatus, step: Step) -> int:
    """Give a row another status without any item; the event's id."""
    before = state_of(session, row)
    end_links(session, row)
    set_status(session, row, status)
    return remember_event(session, row, before, step)


def set_status(
    session: Session, row: LocalItem, status: MapStatus, issue: str = "", *, safe: bool = False
) -> None:
    """Move a row on, unless somebody else did so since it was read."""
    done = session.execute(
        update(LocalItem)
        .where(
            LocalItem.org_id == row.org_id,
            LocalItem.id == row.id,
            LocalItem.version == row.version,
        )
        .values(status=status.value, issue=issue, safe=safe, version=row.version + 1)
        .returning(LocalItem.id)
    ).first()
    if done is None:
        raise was_first(session, row)
    session.refresh(row)


def state_of(session: Session, row: LocalItem) -> dict[str, Any]:
    """A row's decision as plain values: what undo brings back."""
    return state_with(row, current_link(session, row.org_id, row.id))


def state_with(row: LocalItem, link: Mapping | None) -> dict[str, Any]:
    """The same of a row whose link in force is known."""
    found: dict[str, Any] = {"status": row.status, "issue": row.issue, "safe": row.safe}
    if link is not None:
        found |= {"item_id": link.item_id, "unit_factor": link.unit_factor, "how": link.how,
                  "reason": link.reason or ""}  # fmt: skip
    return found


def current_link(session: Session, org_id: int, local_id: int) -> Mapping | None:
    """The link in force of a row."""
    return session.scalar(
        select(Mapping).where(
            Mapping.org_id == org_id, Mapping.local_id == local_id, Mapping.ended_at.is_(None)
        )
    )


def remember_event(session: Session, row: LocalItem, before: dict[str, Any], step: Step) -> int:
    """Keep what was before and after a decision; the event's id."""
    session.flush()
    event = MappingEvent(
        org_id=row.org_id,
        id=new_id(),
        local_id=row.id,
        batch_id=step.batch_id,
        action=step.action,
        at=now(session),
        person_id=step.actor.person_id,
        before=before,
        after=state_of(session, row),
    )
    session.add(event)
    session.flush()
    return event.id


def learn(session: Session, row: LocalItem, item_id: int, makers: tuple[str, str] | None) -> None:
    """Keep a confirmed pair for the whole group, and two makers' names where they differ."""
    _learn(session, row.org_id, ("row", row.words, str(item_id)), item_id)
    if makers is not None:
        mine, theirs = (plain_text(maker) for maker in makers)
        if mine and theirs and mine != theirs:
            _learn(session, row.org_id, ("maker", mine, theirs), None)


def forget(session: Session, row: LocalItem, item_id: int) -> None:
    """Take a confirmed pair out of the memory of the member."""
    session.execute(
        update(PairMemory)
        .where(
            PairMemory.org_id == row.org_id,
            PairMemory.kind == "row",
            PairMemory.words == row.words,
            PairMemory.target == str(item_id),
        )
        .values(times=0)
    )


def was_first(session: Session, row: LocalItem) -> ConflictError:
    """Somebody decided the row in between: who and when."""
    last = session.execute(
        select(MappingEvent.at, Person.name)
        .outerjoin(Person, Person.id == MappingEvent.person_id)
        .where(MappingEvent.org_id == row.org_id, MappingEvent.local_id == row.id)
        .order_by(MappingEvent.id.desc())
        .limit(1)
    ).first()
    who = last.name if last and last.name else _("有人")
    when = f"{local_time(last.at):%H:%M}" if last else ""
    return ConflictError(
        "mapping.changed",
        _("{who} {when} 已处理过「{name}」。请刷新后再对。", who=who, when=when, name=row.name),
    )


def end_links(session: Session, row: LocalItem) -> None:
    """Close the link in force and the member's code on its item."""
    for link in session.scalars(
        select(Mapping).where(
            Mapping.org_id == row.org_id, Mapping.local_id == row.id, Mapping.ended_at.is_(None)
        )
    ):
        link.ended_at, link.valid_to = now(session), today(session)
        session.execute(
            update(ItemCode)
            .where(
                ItemCode.item_id == link.item_id,
                ItemCode.system == CodeSystem.LOCAL.value,
                ItemCode.code == codes.validate(CodeSystem.LOCAL, row.code),
                ItemCode.org_id == row.org_id,
            )
            .values(valid_to=today(session))
        )
    session.flush()


def _open_code(session: Session, row: LocalItem, link: Link) -> None:
    """Make the member's own code find the item, when scanned or typed at that member."""
    insert = sqlite_insert if database_of(session).is_sqlite else pg_insert
    values = {
        "item_id": link.item_id,
        "id": new_id(),
        "system": CodeSystem.LOCAL.value,
        "code": codes.validate(CodeSystem.LOCAL, row.code),
        "org_id": row.org_id,
        "unit_factor": link.unit_factor,
        "valid_from": None,
        "valid_to": None,
    }
    session.execute(
        insert(ItemCode)
        .values(**values)
        .on_conflict_do_update(
            index_elements=["item_id", "system", "code", "org_id"],
            set_={"unit_factor": link.unit_factor, "valid_to": None},
        )
    )


def _learn(session: Session, org_id: int, what: tuple[str, str, str], item_id: int | None) -> None:
    insert = sqlite_insert if database_of(session).is_sqlite else pg_insert
    kind, words, target = what
    session.execute(
        insert(PairMemory)
        .values(
            org_id=org_id, kind=kind, words=words, target=target, times=1, at=now(session),
            item_id=item_id,
        )
        .on_conflict_do_update(
            index_elements=["org_id", "kind", "words", "target"],
            set_={"times": PairMemory.times + 1, "at": now(session)},
        )
    )  # fmt: skip
