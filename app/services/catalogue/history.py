"""The history of items: what changed, when and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.domain.errors import ConflictError
from app.domain.ids import new_id
from app.i18n import _
from app.models.item import ItemChange
from app.models.party import Person
from app.services.bulk import insert_rows
from app.services.db import local_time, now

_COLUMNS: Final = tuple(column.name for column in ItemChange.__table__.columns)


def remember(session: Session, actor: Actor, item_id: int, what: dict[str, Any]) -> None:
    """Write into the item's history: field → [old, new]; "" for the item as a whole."""
    remember_all(session, actor, [(item_id, what)])


def remember_all(
    session: Session, actor: Actor, whats: Sequence[tuple[int, dict[str, Any]]]
) -> None:
    """Many items' histories at once: (item, field → [old, new])."""
    stamp = now(session)
    rows = [(item, new_id(), stamp, actor.person_id, what) for item, what in whats]
    insert_rows(session, ItemChange, _COLUMNS, rows)


def was_first(session: Session, item_id: int) -> ConflictError:
    """Somebody saved the item in between: who and when."""
    row = session.execute(
        select(ItemChange.at, Person.name)
        .outerjoin(Person, Person.id == ItemChange.person_id)
        .where(ItemChange.item_id == item_id)
        .order_by(ItemChange.at.desc(), ItemChange.id.desc())
        .limit(1)
    ).first()
    who = row.name if row and row.name else _("有人")
    when = f"{local_time(row.at):%H:%M}" if row else ""
    return ConflictError(
        "item.changed", _("{who} {when} 改过这个品规。请重新打开再改。", who=who, when=when)
    )
