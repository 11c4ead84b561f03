"""Changing a list: items come in and go out with an effective date; nothing is deleted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.i18n import _
from app.models.formulary import FormularyEntry
from app.models.item import Item
from app.services import audit
from app.services.bulk import insert_all
from app.services.db import Database, now, today
from app.services.formulary.items import GROUP, standing
from app.services.formulary.rights import require_keeper
from app.services.operations import claim, finish
from app.services.queries.portions import key_portions
from app.services.turns import take_turn


@dataclass(frozen=True, slots=True)
class AddItems:
    """Take items up; on a member's list only what the group's list holds.

    Attributes:
        org_id: Whose list; 0 is the group's.
        on: From which day; None: today.
        exception: Why an item may stand beside two others (一品两规).
    """

    op_id: UUID
    org_id: int
    items: tuple[int, ...]
    on: date | None = None
    basis: str = "manual"
    exception: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class StopItems:
    """Take items off from a day; that day they no longer stand there."""

    op_id: UUID
    org_id: int
    items: tuple[int, ...]
    on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Derive:
    """Make a member's list follow the group's.

    Attributes:
        items: Which of the group's items; empty: all of them.
        stop_others: Also take off what the group's list no longer holds.
    """

    op_id: UUID
    org_id: int
    items: tuple[int, ...] = ()
    on: date | None = None
    stop_others: bool = True


@dataclass(frozen=True, slots=True)
class ListChanged:
    """How many items came in, went out, and stood there already."""

    added: int
    stopped: int
    same: int


@dataclass(frozen=True, slots=True)
class Change:
    """What a helper writes: by whom, for whom, from when, why."""

    actor: Actor
    org_id: int
    day: date
    basis: str = "manual"
    note: str = ""
    exception: str = ""
    request_id: int | None = None


def add_items(db: Database, actor: Actor, command: AddItems) -> ListChanged:
    """Take items up on a list.

    Raises:
        DomainError: An item is unknown, stopped, or not on the group's list.
    """
    with db.write() as session:
        book = require_keeper(session, actor, command.org_id)
        earlier = claim(session, actor, book, command.op_id, "formulary.add", command)
        if earlier is not None:
            return ListChanged(**earlier)
        take_turn(session, book, "formulary")
        day = command.on or today(session)
        _check_items(session, command.items)
        if command.org_id != GROUP:
            _check_group(session, command.items, day)
        change = Change(actor, command.org_id, day, command.basis, command.note, command.exception)
        added = put_in(session, change, command.items)
        done = ListChanged(added, 0, len(set(command.items)) - added)
        _record(session, change, book, "formulary.add", done)
        finish(session, book, command.op_id, _plain(done))
        return done


def stop_items(db: Database, actor: Actor, command: StopItems) -> ListChanged:
    """Take items off a list."""
    with db.write() as session:
        book = require_keeper(session, actor, command.org_id)
        earlier = claim(session, actor, book, command.op_id, "formulary.stop", command)
        if earlier is not None:
            return ListChanged(**earlier)
        change = Change(actor, command.org_id, command.on or today(session), note=command.note)
        stopped = take_off(session, change, command.items)
        if not stopped:
            raise DomainError(
                "formulary.not_listed", _("选中的品规不在目录里，或已经停用。请刷新后再看。")
            )
        done = ListChanged(0, stopped, len(set(command.items)) - stopped)
        _record(session, change, book, "formulary.stop", done)
        finish(session, book, command.op_id, _plain(done))
        return done


def derive(db: Database, actor: Actor, command: Derive) -> ListChanged:
    """Make a member's list out of the group's; items that fit already stay as they are.

    Raises:
        DomainError: The group has no list yet, or an item is not on it.
    """
    with db.write() as session:
        book = require_keeper(session, actor, command.org_id)
        earlier = claim(session, actor, book, command.op_id, "formulary.derive", command)
        if earlier is not None:
            return ListChanged(**earlier)
        take_turn(session, book, "formulary")
        day = command.on or today(session)
        group = frozenset(session.scalars(standing(GROUP, day)))
        if not group:
            raise DomainError(
                "formulary.no_group", _("集团供应目录还是空的。请目录管理员先建立集团目录。")
            )
        wanted = frozenset(command.items) or group
        _check_group(session, wanted, day)
        change = Change(actor, command.org_id, day, "group")
        own = frozenset(session.scalars(standing(command.org_id, day)))
        added = put_in(session, change, wanted)
        stopped = take_off(session, change, own - group) if command.stop_others else 0
        done = ListChanged(added, stopped, len(wanted) - added)
        _record(session, change, book, "formulary.derive", done)
        finish(session, book, command.op_id, _plain(done))
        return done


def put_in(session: Session, change: Change, items: Collection[int]) -> int:
    """Write entries for items that do not stand on the list; how many."""
    there = frozenset(session.scalars(standing(change.org_id, change.day)))
    later = frozenset(
        session.scalars(
            select(FormularyEntry.item_id).where(
                FormularyEntry.org_id == change.org_id,
                FormularyEntry.valid_from > change.day,
                FormularyEntry.valid_to.is_(None),
            )
        )
    )
    fresh = sorted(set(items) - there - later)
    insert_all(session, FormularyEntry, [_row(session, change, item) for item in fresh])
    return len(fresh)


def take_off(session: Session, change: Change, items: Collection[int]) -> int:
    """Close the entries of items from a day on; how many."""
    closed = 0
    for chunk in key_portions(items):
        rows: Sequence[int] = session.scalars(
            update(FormularyEntry)
            .where(
                FormularyEntry.org_id == change.org_id,
                FormularyEntry.item_id.in_(chunk),
                FormularyEntry.valid_from <= change.day,
                or_(FormularyEntry.valid_to.is_(None), FormularyEntry.valid_to > change.day),
            )
            .values(
                valid_to=change.day,
                closed_by=change.actor.person_id,
                close_note=change.note or None,
            )
            .returning(FormularyEntry.id)
            .execution_options(synchronize_session=False)
        ).all()
        closed += len(rows)
    return closed


def _row(session: Session, change: Change, item: int) -> dict[str, Any]:
    return {
        "org_id": change.org_id,
        "id": new_id(),
        "item_id": item,
        "valid_from": change.day,
        "valid_to": None,
        "basis": change.basis,
        "exception": change.exception or None,
        "note": change.note or None,
        "request_id": change.request_id,
        "created_at": now(session),
        "created_by": change.actor.person_id,
        "closed_by": None,
        "close_note": None,
    }


def _check_items(session: Session, items: Collection[int]) -> None:
    known: dict[int, tuple[str, str]] = {}
    for chunk in key_portions(items):
        rows = session.execute(select(Item.id, Item.name, Item.status).where(Item.id.in_(chunk)))
        known |= {row.id: (row.name, row.status) for row in rows}
    if not items or set(items) - known.keys():
        raise DomainError("item.unknown", _("没有找到要加入的品规。请刷新后再选。"))
    stopped = [name for name, status in known.values() if status == "stopped"]
    if stopped:
        raise DomainError(
            "formulary.stopped",
            _("{name} 在统一目录里已停用，不能加入。请选同名在用品规。", name=stopped[0]),
        )


def _check_group(session: Session, items: Collection[int], day: date) -> None:
    """A member takes up only what the group has; a group without a list forbids nothing."""
    group = frozenset(session.scalars(standing(GROUP, day)))
    outside = sorted(set(items) - group)
    if group and outside:
        name = session.scalar(select(Item.name).where(Item.id == outside[0])) or ""
        raise DomainError(
            "formulary.outside",
            _("{name} 等 {n} 个品规不在集团供应目录里。请提交药事会申请；一次急用可登记临采。",
              name=name, n=len(outside)),
        )  # fmt: skip


def _record(session: Session, change: Change, book: int, verb: str, done: ListChanged) -> None:
    audit.record(
        session, change.actor, book, verb, ("formulary", change.org_id),
        {"day": change.day, "added": done.added, "stopped": done.stopped, "note": change.note},
    )  # fmt: skip


def _plain(done: ListChanged) -> dict[str, Any]:
    return {"added": done.added, "stopped": done.stopped, "same": done.same}
