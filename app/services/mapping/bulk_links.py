"""Many rows at once: the same rows in the same tables as one by one, in few statements."""

from __future__ import annotations

from collections.abc import Mapping as Dict, Sequence
from typing import Any, Final, cast

from sqlalchemy import Table, Update, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.domain import codes
from app.domain.codes import CodeSystem
from app.domain.ids import new_id
from app.domain.mapping import MapStatus
from app.models.base import BigInt
from app.models.item import ItemCode
from app.models.mapping import LocalItem, Mapping, MappingEvent, PairMemory
from app.services.bulk import insert_all
from app.services.db import database_of, now, today
from app.services.many import ForEach
from app.services.mapping.links import Link, Step, state_with, was_first
from app.services.mapping.states import set_states
from app.services.queries.portions import key_portions

Pairs = Sequence[tuple[LocalItem, Link]]
_CODE: Final = cast("Table", ItemCode.__table__)
_MEMORY: Final = cast("Table", PairMemory.__table__)


def _close_code(item: Any, code: Any) -> Update:
    mine = (_CODE.c.system == CodeSystem.LOCAL.value, _CODE.c.org_id == bindparam("b_org"))
    closed = update(_CODE).where(*mine, _CODE.c.item_id == item, _CODE.c.code == code)
    return closed.values(valid_to=bindparam("b_day"))


def _forget(words: Any, target: Any) -> Update:
    mine = (_MEMORY.c.kind == "row", _MEMORY.c.org_id == bindparam("b_org"))
    known = update(_MEMORY).where(*mine, _MEMORY.c.words == words, _MEMORY.c.target == target)
    return known.values(times=0)


_CLOSE_CODE: Final = ForEach(_close_code, item=BigInt, code=_CODE.c.code.type)
_FORGET: Final = ForEach(_forget, words=_MEMORY.c.words.type, target=_MEMORY.c.target.type)


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
    insert_all(session, Mapping, [_mapping(session, row, link, step) for row, link in fresh])
    insert_all(session, MappingEvent, [_linked(session, row, link, step) for row, link in fresh])
    _open_codes(session, fresh)
    _learn(session, fresh)
    confirmed = (MapStatus.CONFIRMED.value, "", False)
    set_states(session, org, [(row.id, row.version, *confirmed) for row, _link in fresh])
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


def _linked(session: Session, row: LocalItem, link: Link, step: Step) -> dict[str, Any]:
    """The event by which a row without a link gets one."""
    after = {"status": MapStatus.CONFIRMED.value, "issue": "", "safe": False,
             "item_id": link.item_id, "unit_factor": link.unit_factor, "how": link.how,
             "reason": link.reason}  # fmt: skip
    return _event(session, row, (state_with(row, None), after), step)


def _event(
    session: Session, row: LocalItem, states: tuple[dict[str, Any], dict[str, Any]], step: Step
) -> dict[str, Any]:
    """A decision of a row from one state to another, both as `links.state_of` gives them."""
    before, after = states
    return {
        "org_id": row.org_id,
        "id": new_id(),
        "local_id": row.id,
        "batch_id": step.batch_id,
        "action": step.action,
        "at": now(session),
        "person_id": step.actor.person_id,
        "before": before,
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


def unlink_all(
    session: Session, rows: Dict[int, LocalItem], events: Sequence[MappingEvent], step: Step
) -> None:
    """Take decisions of a member back by which rows without a link got one, each row's last.

    Args:
        session: The unit of work.
        rows: The rows, read after the decisions.
        events: The decisions.
        step: What takes them back.

    Raises:
        ConflictError: Somebody decided a row in between.
    """
    if not events:
        return
    org = events[0].org_id
    links = _links(session, org, [event.local_id for event in events])
    for part in key_portions(link.id for link in links):
        session.execute(
            update(Mapping)
            .where(Mapping.org_id == org, Mapping.id.in_(part))
            .values(ended_at=now(session), valid_to=today(session))
        )
    shut = {(x.item_id, codes.validate(CodeSystem.LOCAL, rows[x.local_id].code)) for x in links}
    _CLOSE_CODE.do(session, sorted(shut), b_org=org, b_day=today(session))
    known = {(rows[one.local_id].words, str(one.after["item_id"])) for one in events}
    _FORGET.do(session, sorted(known), b_org=org)
    by_row = {link.local_id: link for link in links}
    insert_all(
        session, MappingEvent,
        [_taken_back(session, one, rows[one.local_id], by_row, step) for one in events],
    )  # fmt: skip
    for part in key_portions(event.id for event in events):
        session.execute(
            update(MappingEvent)
            .where(MappingEvent.org_id == org, MappingEvent.id.in_(part))
            .values(undone_at=now(session))
        )
    _set_back(session, org, rows, events)


def _links(session: Session, org: int, rows: Sequence[int]) -> list[Mapping]:
    """The links in force of rows."""
    found: list[Mapping] = []
    for part in key_portions(rows):
        found += session.scalars(
            select(Mapping).where(
                Mapping.org_id == org, Mapping.local_id.in_(part), Mapping.ended_at.is_(None)
            )
        )
    return found


def _taken_back(
    session: Session,
    event: MappingEvent,
    row: LocalItem,
    links: Dict[int, Mapping],
    step: Step,
) -> dict[str, Any]:
    """The event that takes one back; it is not taken back itself."""
    after = {"status": event.before["status"], "issue": "", "safe": False}
    made = _event(session, row, (state_with(row, links.get(row.id)), after), step)
    return made | {"undone_at": now(session)}


def _set_back(
    session: Session, org: int, rows: Dict[int, LocalItem], events: Sequence[MappingEvent]
) -> None:
    """The rows stand as they stood before the events."""
    values = [
        (row.id, row.version, one.before["status"], one.before["issue"], one.before["safe"])
        for one in events
        for row in (rows[one.local_id],)
    ]
    if set_states(session, org, values) == len(values):
        return
    meant = {row: (version + 1, status) for row, version, status, *_more in values}
    there = select(LocalItem.id, LocalItem.version, LocalItem.status).where(
        LocalItem.org_id == org, LocalItem.id.in_(meant)
    )
    others = [row for row, *found in session.execute(there) if tuple(found) != meant[row]]
    raise was_first(session, rows[others[0] if others else values[0][0]])
