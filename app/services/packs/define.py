"""Definitions of fixed packs: per item, for one department or for all."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.ids import new_id
from app.domain.quantity import checked
from app.i18n import _
from app.models.fixed_pack import PackDefinition
from app.models.item import Item
from app.services import audit
from app.services.access import require
from app.services.db import Database, now
from app.services.operations import claim, finish
from app.services.packs.commands import Define
from app.services.packs.places import department


def define(db: Database, actor: Actor, command: Define) -> int:
    """Write a definition, or change the one for this item and department; its id.

    Packs that exist keep what is in them: a definition only says how the next are built.

    Raises:
        DomainError: Unknown item or department, a size that is no whole number of units.
    """
    require(actor, Duty.STORE, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "pack.define", command)
        if earlier is not None:
            return int(earlier["id"])
        _check(session, command)
        row = session.scalar(
            select(PackDefinition).where(
                PackDefinition.org_id == command.org_id,
                PackDefinition.item_id == command.item_id,
                PackDefinition.place_id == command.place_id,
            )
        )
        if row is None:
            row = PackDefinition(
                org_id=command.org_id, id=new_id(), item_id=command.item_id,
                place_id=command.place_id, version=0,
            )  # fmt: skip
            session.add(row)
        before = _content(row)
        row.units = checked(command.units)
        row.mixed = command.mixed
        row.keep_days = command.keep_days
        row.month_limit = command.month_limit
        row.target = command.target
        row.active = command.active
        row.changed_at = now(session)
        row.changed_by = actor.person_id
        row.version += 1
        session.flush()
        audit.record(
            session, actor, command.org_id, "pack.define", ("pack_definition", row.id),
            {"from": before, "to": _content(row)},
        )  # fmt: skip
        finish(session, command.org_id, command.op_id, {"id": row.id})
        return row.id


def definition_for(
    session: Session, org_id: int, item_id: int, department_id: int
) -> PackDefinition | None:
    """The definition in force for a department: its own, else that for all."""
    rows = session.scalars(
        select(PackDefinition).where(
            PackDefinition.org_id == org_id,
            PackDefinition.item_id == item_id,
            PackDefinition.place_id.in_((department_id, 0)),
            PackDefinition.active.is_(True),
        )
    ).all()
    return max(rows, key=lambda row: row.place_id != 0, default=None)


def _check(session: Session, command: Define) -> None:
    if session.get(Item, command.item_id) is None:
        raise DomainError("item.unknown", _("没有这个品规。请在统一目录里查一下。"))
    if command.place_id:
        department(session, command.org_id, command.place_id)
    if min(command.keep_days, command.month_limit, command.target) < 0:
        raise DomainError("pack.numbers", _("天数、限额和应备包数不能是负数。不限请填 0。"))


def _content(row: PackDefinition) -> dict[str, Any]:
    return {
        "units": row.units,
        "mixed": row.mixed,
        "keep_days": row.keep_days,
        "month_limit": row.month_limit,
        "target": row.target,
        "active": row.active,
    }
