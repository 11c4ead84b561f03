"""A person's decisions on suggestions: another quantity, in or out, with a reason that is kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.domain.errors import ConflictError, DomainError
from app.domain.replenish.review import check_quantity
from app.i18n import _
from app.models.demand import Suggestion
from app.models.item import Item
from app.models.party import Person
from app.services.db import Database, local_time, now
from app.services.operations import claim, finish
from app.services.replenishment.scope import require_planner


@dataclass(frozen=True, slots=True)
class Edit:
    """Another quantity for one suggestion.

    Attributes:
        version: The version that the person saw.
        chosen: Smallest units, in whole packs; 0 leaves the line out.
        picked: Whether the line goes into the next requisition.
        reason: Why; needed when the figure goes far beyond the suggestion.
    """

    op_id: UUID
    org_id: int
    place_id: int
    item_id: int
    version: int
    chosen: int
    picked: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Edited:
    """The suggestion after the edit."""

    item_id: int
    version: int
    chosen: int
    edited: bool
    picked: bool


def edit(db: Database, actor: Actor, command: Edit) -> Edited:
    """Keep a person's figure; a figure equal to the plan's takes the edit back.

    Raises:
        DomainError: The quantity cannot be ordered, or the item has no price in force.
        ConflictError: Somebody changed the line since it was read; says who and when.
    """
    require_planner(actor, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "replenish.edit", command)
        if earlier is not None:
            return Edited(**earlier)
        done = put(session, actor, command)
        finish(
            session,
            command.org_id,
            command.op_id,
            {name: getattr(done, name) for name in Edited.__slots__},
        )
        return done


def put(session: Session, actor: Actor, command: Edit, *, planned: bool = False) -> Edited:
    """Check and write an edit as part of a unit of work.

    Args:
        session: The unit of work.
        actor: Who decided.
        command: The new figure.
        planned: The plan comes to this figure too, because goods are on their way now: the line
            is no person's edit, and the next run thinks anew should they not come.
    """
    row = _row(session, command)
    _check(session, row, command)
    values = _values(session, actor, row, command)
    if planned:
        values |= {"suggested": command.chosen, "edited": False}
    changed = session.execute(
        update(Suggestion)
        .where(
            Suggestion.org_id == command.org_id,
            Suggestion.place_id == command.place_id,
            Suggestion.item_id == command.item_id,
            Suggestion.version == command.version,
            Suggestion.status == "open",
        )
        .values(values)
        .returning(Suggestion.version)
    ).scalar()
    if changed is None:
        raise _conflict(session, row)
    return Edited(command.item_id, changed, values["chosen"], values["edited"], values["picked"])


def _row(session: Session, command: Edit) -> Suggestion:
    row = session.get(
        Suggestion, (command.org_id, command.place_id, command.item_id), populate_existing=True
    )
    if row is None:
        raise DomainError("replenish.gone", _("这一行建议已不在。请刷新后再改。"))
    if row.version != command.version or row.status != "open":
        raise _conflict(session, row)
    return row


def _check(session: Session, row: Suggestion, command: Edit) -> None:
    item = session.get_one(Item, command.item_id)
    multiple = max(int(row.why.get("multiple", item.pack_factor)), 1)
    unit = str(row.why.get("multiple_unit", item.pack_unit))
    check_quantity(command.chosen, multiple, unit, (item.pack_unit, item.pack_factor))
    if command.picked and command.chosen and row.unit_price is None:
        raise DomainError(
            "replenish.no_price",
            _("{item} 没有有效价格，不能申请。请集团采购先补价格，再重新计算。", item=item.name),
        )


def _values(session: Session, actor: Actor, row: Suggestion, command: Edit) -> dict[str, Any]:
    edited = command.chosen != row.suggested
    return {
        "chosen": command.chosen,
        "picked": command.picked and command.chosen > 0,
        "edited": edited,
        # A reason without another figure says that somebody looked at the line and means it.
        "edit_reason": command.reason.strip() or None,
        "edited_by": actor.person_id,
        "edited_at": now(session),
        "version": row.version + 1,
    }


def _conflict(session: Session, row: Suggestion) -> ConflictError:
    if row.status != "open":
        return ConflictError(
            "replenish.requested", _("这一行已经生成采购申请。要改数量，请先撤回申请。")
        )
    who = session.scalar(select(Person.name).where(Person.id == row.edited_by))
    if who is None or row.edited_at is None:
        return ConflictError("replenish.changed", _("建议已重新计算过。请看新的数再改。"))
    return ConflictError(
        "replenish.changed",
        _(
            "{who} {time} 改过这一行。请看新的数再改。",
            who=who,
            time=f"{local_time(row.edited_at):%H:%M}",
        ),
    )
