"""Merging two items that are one, and splitting one that is two: members' codes follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.domain.matching.strength import read_spec
from app.i18n import _
from app.models.item import Item, ItemChange
from app.models.mapping import ItemMerge, LocalItem, Mapping, MatchCandidate
from app.models.party import Organisation
from app.services import audit
from app.services.access import lead_org, require
from app.services.db import Database, now, today
from app.services.mapping.links import Link, Step, link_row
from app.services.mapping.source import catalogue_items
from app.services.operations import claim, finish, plain


@dataclass(frozen=True, slots=True)
class MergeItems:
    """Give an item up for another that it is the same as.

    The one given up is stopped, never deleted: stock, prices and papers that name it stay true.
    """

    op_id: UUID
    from_item: int
    into_item: int
    reason: str


@dataclass(frozen=True, slots=True)
class SplitItem:
    """Let some members' rows of an item mean another item from now on; both stay in use."""

    op_id: UUID
    from_item: int
    into_item: int
    rows: tuple[tuple[int, int], ...]
    """(organisation, row) of what moves."""
    reason: str


@dataclass(frozen=True, slots=True)
class Moved:
    """How many members' rows now mean the other item."""

    merge_id: int
    moved: int


@dataclass(frozen=True, slots=True)
class LinkedRow:
    """A member's row that means an item now."""

    org_id: int
    local_id: int
    org: str
    code: str
    name: str
    spec: str
    maker: str


def linked_rows(db: Database, actor: Actor, item_id: int) -> tuple[LinkedRow, ...]:
    """The rows of all members in sight that mean an item, by member and code."""
    with db.read() as session:
        rows = session.execute(
            select(
                LocalItem.org_id, LocalItem.id, Organisation.short_name, LocalItem.code,
                LocalItem.name, LocalItem.spec, LocalItem.maker,
            )
            .join(
                Mapping,
                (Mapping.org_id == LocalItem.org_id) & (Mapping.local_id == LocalItem.id),
            )
            .join(Organisation, Organisation.id == LocalItem.org_id)
            .where(
                Mapping.item_id == item_id,
                Mapping.ended_at.is_(None),
                LocalItem.org_id.in_(sorted(actor.orgs())),
            )
            .order_by(Organisation.code, LocalItem.code)
        )  # fmt: skip
        return tuple(LinkedRow(*row) for row in rows)


def merge(db: Database, actor: Actor, command: MergeItems) -> Moved:
    """Merge: every member's row of the one item means the other; the one is stopped.

    Raises:
        DomainError: No reason, or the same item twice.
    """
    with db.write() as session:
        lead = lead_org(session, today(session))
        require(actor, Duty.CATALOGUE, lead)
        earlier = claim(session, actor, lead, command.op_id, "item.merge", command)
        if earlier is not None:
            return Moved(**earlier)
        _check(session, command.from_item, command.into_item, command.reason)
        links = session.scalars(
            select(Mapping).where(Mapping.item_id == command.from_item, Mapping.ended_at.is_(None))
        ).all()
        moved = _move(session, actor, links, command.into_item, command.reason)
        _stop(session, actor, command)
        found = _note(session, actor, command, "merge", moved)
        doc = ("item", command.from_item)
        audit.record(session, actor, lead, "item.merge", doc, plain(command))
        finish(session, lead, command.op_id, plain(found))
        return found


def split(db: Database, actor: Actor, command: SplitItem) -> Moved:
    """Split: the named rows mean the other item from now on."""
    with db.write() as session:
        lead = lead_org(session, today(session))
        require(actor, Duty.CATALOGUE, lead)
        earlier = claim(session, actor, lead, command.op_id, "item.split", command)
        if earlier is not None:
            return Moved(**earlier)
        _check(session, command.from_item, command.into_item, command.reason)
        chosen = set(command.rows)
        links = [
            link
            for link in session.scalars(
                select(Mapping).where(
                    Mapping.item_id == command.from_item, Mapping.ended_at.is_(None)
                )
            )
            if (link.org_id, link.local_id) in chosen
        ]
        moved = _move(session, actor, links, command.into_item, command.reason)
        found = _note(session, actor, command, "split", moved)
        doc = ("item", command.from_item)
        audit.record(session, actor, lead, "item.split", doc, plain(command))
        finish(session, lead, command.op_id, plain(found))
        return found


def _check(session: Session, from_item: int, into_item: int, reason: str) -> None:
    if not reason.strip():
        raise DomainError(
            "item.merge_reason", _("还没写理由。请写明为什么，如「同一文号重复建档」。")
        )
    if from_item == into_item:
        raise DomainError("item.merge_same", _("两边是同一个品规。请选另一个。"))
    for item_id in (from_item, into_item):
        if session.get(Item, item_id) is None:
            raise DomainError("item.unknown", _("没有这个品规，可能已并入别的品规。请重新搜索。"))


def _move(
    session: Session, actor: Actor, links: Iterable[Mapping], item_id: int, reason: str
) -> int:
    """Re-point links; each is an event of its row, so that the member can take it back."""
    item = catalogue_items(session, {item_id})[item_id]
    step = Step(actor, "moved", new_id())
    moved = 0
    for link in list(links):
        row = session.get_one(LocalItem, (link.org_id, link.local_id))
        factor = link.unit_factor
        if factor not in item.state.units.steps.values():
            factor = read_spec(row.spec).pack or item.state.units.pack_factor
        link_row(session, row, Link(item_id, factor, "moved", reason), step)
        moved += 1
    return moved


def _stop(session: Session, actor: Actor, command: MergeItems) -> None:
    item = session.get_one(Item, command.from_item)
    into = session.get_one(Item, command.into_item)
    session.execute(
        update(Item)
        .where(Item.id == item.id)
        .values(status="stopped", version=Item.version + 1, updated_at=now(session))
    )
    session.add(
        ItemChange(
            item_id=item.id,
            id=new_id(),
            at=now(session),
            person_id=actor.person_id,
            what={"status": [item.status, "stopped"], "merged_into": [None, into.code]},
        )
    )
    session.execute(
        update(MatchCandidate).where(MatchCandidate.item_id == item.id).values(safe=False)
    )
    session.flush()


def _note(
    session: Session, actor: Actor, command: MergeItems | SplitItem, kind: str, moved: int
) -> Moved:
    found = ItemMerge(
        id=new_id(),
        from_item=command.from_item,
        into_item=command.into_item,
        kind=kind,
        moved=moved,
        reason=command.reason.strip(),
        at=now(session),
        person_id=actor.person_id,
    )
    session.add(found)
    session.flush()
    return Moved(found.id, moved)
