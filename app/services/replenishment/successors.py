"""Replaced items: whose history counts for whom, said by a person and taken back by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from sqlalchemy import delete, select
from sqlalchemy.orm import Session, aliased

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.replenish.successor import Successor, checked, in_order
from app.i18n import _
from app.models.demand import ItemSuccessor
from app.models.item import Item
from app.models.party import Person
from app.services import audit
from app.services.access import require
from app.services.db import Database, local_time, now
from app.services.operations import claim, finish
from app.services.replenishment.history import Asked
from app.services.replenishment.scope import require_planner


@dataclass(frozen=True, slots=True)
class SetSuccessor:
    """From the next run on the new item has the old one's history at this member."""

    op_id: UUID
    org_id: int
    link: Successor
    reason: str


@dataclass(frozen=True, slots=True)
class EndSuccessor:
    """The old item has its own history again."""

    op_id: UUID
    org_id: int
    old_item_id: int


@dataclass(frozen=True, slots=True)
class SuccessorRow:
    """A replaced item, the one in its place, and who said so."""

    link: Successor
    old_code: str
    old_name: str
    new_code: str
    new_name: str
    reason: str
    set_by: str
    set_at: datetime


def set_successor(db: Database, actor: Actor, command: SetSuccessor) -> None:
    """Say that an item stands in another's place; it replaces what was said before.

    Raises:
        DomainError: The new item is not in use, or the link makes no sense.
        NotAllowedError: The person neither keeps the store nor buys for it.
    """
    require_planner(actor, command.org_id)
    link = command.link
    with db.write() as session:
        known = claim(session, actor, command.org_id, command.op_id, "replenish.replace", command)
        if known is not None:
            return
        links = links_of(session, command.org_id)
        links.pop(link.old, None)
        onwards = {old: one.new for old, one in links.items()}
        reason = checked(link, command.reason, onwards)
        new = session.get(Item, link.new)
        if new is None or new.status != "active" or session.get(Item, link.old) is None:
            raise DomainError("successor.item", _("换成的品规不在用。请换一个在用的品规。"))
        _remove(session, command.org_id, link.old)
        session.add(
            ItemSuccessor(
                org_id=command.org_id, old_item_id=link.old, item_id=link.new,
                units_old=link.units_old, units_new=link.units_new, reason=reason,
                set_by=actor.person_id, set_at=now(session),
            )
        )  # fmt: skip
        detail = {"new": link.new, "old_units": link.units_old, "new_units": link.units_new,
                  "reason": reason}  # fmt: skip
        doc = ("item", link.old)
        audit.record(session, actor, command.org_id, "replenish.replace", doc, detail)
        finish(session, command.org_id, command.op_id, {})


def end_successor(db: Database, actor: Actor, command: EndSuccessor) -> None:
    """Take it back.

    Raises:
        DomainError: There is none.
    """
    require_planner(actor, command.org_id)
    with db.write() as session:
        kind = "replenish.unreplace"
        if claim(session, actor, command.org_id, command.op_id, kind, command) is not None:
            return
        if not _remove(session, command.org_id, command.old_item_id):
            raise DomainError("successor.none", _("这个品规的用量没有归到别的品规。"))
        doc = ("item", command.old_item_id)
        audit.record(session, actor, command.org_id, kind, doc, {})
        finish(session, command.org_id, command.op_id, {})


def successors(db: Database, actor: Actor, org_id: int) -> tuple[SuccessorRow, ...]:
    """The replaced items of a member."""
    require(actor, Duty.READ, org_id)
    old, new = aliased(Item), aliased(Item)
    with db.read() as session:
        rows = session.execute(
            select(ItemSuccessor, old.code, old.name, new.code, new.name, Person.name)
            .join(old, old.id == ItemSuccessor.old_item_id)
            .join(new, new.id == ItemSuccessor.item_id)
            .outerjoin(Person, Person.id == ItemSuccessor.set_by)
            .where(ItemSuccessor.org_id == org_id)
            .order_by(old.code)
        ).all()
        return tuple(
            SuccessorRow(_link(row), code, name, new_code, new_name, row.reason, person or "—",
                         local_time(row.set_at))
            for row, code, name, new_code, new_name, person in rows
        )  # fmt: skip


def links_of(session: Session, org_id: int) -> dict[int, Successor]:
    """Old item → what stands in its place."""
    rows = session.scalars(select(ItemSuccessor).where(ItemSuccessor.org_id == org_id))
    return {row.old_item_id: _link(row) for row in rows}


def handed_on(asked: dict[int, Asked], links: Mapping[int, Successor]) -> dict[int, Asked]:
    """The records with those of replaced items under the items in their place."""
    found = dict(asked)
    for link in in_order(links):
        old = found.pop(link.old, None)
        if old is None:
            continue
        units = -(-old.asked * link.units_new // link.units_old)
        mine = found.get(link.new)
        parts = [Asked(old.days, units, old.lines), *([mine] if mine is not None else [])]
        found[link.new] = Asked(
            np.concatenate([one.days for one in parts]),
            np.concatenate([one.asked for one in parts]),
            np.concatenate([one.lines for one in parts]),
        )
    return found


def _link(row: ItemSuccessor) -> Successor:
    return Successor(row.old_item_id, row.item_id, row.units_old, row.units_new)


def _remove(session: Session, org_id: int, old_item_id: int) -> bool:
    gone = session.execute(
        delete(ItemSuccessor)
        .where(ItemSuccessor.org_id == org_id, ItemSuccessor.old_item_id == old_item_id)
        .returning(ItemSuccessor.item_id)
    ).first()
    return gone is not None
