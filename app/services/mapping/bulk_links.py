"""Linking many rows at once: the same rows in the same tables as one by one, in few statements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.domain import codes
from app.domain.codes import CodeSystem
from app.domain.ids import new_id
from app.domain.mapping import MapStatus
from app.models.item import ItemCode
from app.models.mapping import LocalItem, Mapping, MappingEvent, PairMemory
from app.services.db import database_of, now, today
from app.services.mapping.links import Link, Step

Pairs = Sequence[tuple[LocalItem, Link]]


def link_all(session: Session, pairs: Pairs, step: Step) -> int:
    """Link rows that have no link yet; how many there were. Rows with one are left alone.

    The caller holds the rows locked and has checked every pair.
    """
    if not pairs:
        return 0
    org = pairs[0][0].org_id
    linked = set(
        session.scalars(
            select(Mapping.local_id).where(Mapping.org_id == org, Mapping.ended_at.is_(None))
        )
    )
    fresh = [(row, link) for row, link in pairs if row.id not in linked]
    if not fresh:
        return 0
    session.flush()
    session.execute(insert(Mapping), [_mapping(session, row, link, step) for row, link in fresh])
    session.execute(insert(MappingEvent), [_event(session, row, link, step) for row, link in fresh])
    _open_codes(session, fresh)
    _learn(session, fresh)
    session.execute(
        update(LocalItem),
        [
            {"org_id": row.org_id, "id": row.id, "status": MapStatus.CONFIRMED.value, "issue": "",
             "safe": False, "version": row.version + 1}
            for row, _link in fresh
        ],
    )  # fmt: skip
    return len(fresh)


def _mapping(session: Session, row: LocalItem, link: Link, step: Step) -> dict[str, Any]:
    return {
        "org_id": row.org_id,
        "id": new_id(),
        "local_id": row.id,
        "item_id": link.item_id,
        "unit_factor": link.unit_factor,
        "how": link.how,
        "reason": link.reason or None,
        "decided_at": now(session),
        "decided_by": step.actor.person_id,
        "valid_from": today(session),
    }


def _event(session: Session, row: LocalItem, link: Link, step: Step) -> dict[str, Any]:
    """The same before and after as `links.state_of` gives."""
    after = {"status": MapStatus.CONFIRMED.value, "issue": "", "safe": False,
             "item_id": link.item_id, "unit_factor": link.unit_factor, "how": link.how,
             "reason": link.reason}  # fmt: skip
    return {
        "org_id": row.org_id,
        "id": new_id(),
        "local_id": row.id,
        "batch_id": step.batch_id,
        "action": step.action,
        "at": now(session),
        "person_id": step.actor.person_id,
        "before": {"status": row.status, "issue": row.issue, "safe": row.safe},
        "after": after,
    }


def _open_codes(session: Session, pairs: Pairs) -> None:
    upsert = sqlite_insert if database_of(session).is_sqlite else pg_insert
    statement = upsert(ItemCode)
    statement = statement.on_conflict_do_update(
        index_elements=["item_id", "system", "code", "org_id"],
        set_={"unit_factor": statement.excluded.unit_factor, "valid_to": None},
    )
    session.execute(
        statement,
        [
            {
                "item_id": link.item_id,
                "id": new_id(),
                "system": CodeSystem.LOCAL.value,
                "code": codes.validate(CodeSystem.LOCAL, row.code),
                "org_id": row.org_id,
                "unit_factor": link.unit_factor,
                "valid_from": None,
                "valid_to": None,
            }
            for row, link in pairs
        ],
    )


def _learn(session: Session, pairs: Pairs) -> None:
    upsert = sqlite_insert if database_of(session).is_sqlite else pg_insert
    statement = upsert(PairMemory)
    statement = statement.on_conflict_do_update(
        index_elements=["org_id", "kind", "words", "target"],
        set_={"times": PairMemory.times + 1, "at": now(session)},
    )
    session.execute(
        statement,
        [
            {
                "org_id": row.org_id,
                "kind": "row",
                "words": row.words,
                "target": str(link.item_id),
                "times": 1,
                "at": now(session),
                "item_id": link.item_id,
            }
            for row, link in pairs
        ],
    )
