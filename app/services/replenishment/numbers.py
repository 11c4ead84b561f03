"""Planner's numbers: setting one with reason and end, taking it back, and the list of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.errors import DomainError
from app.domain.replenish.by_hand import ByHand
from app.i18n import _
from app.models.demand import PlannerNumber
from app.models.item import Item
from app.models.party import Person
from app.services import audit
from app.services.access import require
from app.services.db import Database, local_time, now, today
from app.services.operations import claim, finish
from app.services.replenishment.scope import require_planner
from app.services.replenishment.terms import number_of
from app.services.stock.places import main_place


@dataclass(frozen=True, slots=True)
class SetNumber:
    """A person's number for an item of a store (0: the main one); quantities in smallest units."""

    op_id: UUID
    org_id: int
    item_id: int
    number: ByHand
    place_id: int = 0


@dataclass(frozen=True, slots=True)
class EndNumber:
    """Go back to what is computed."""

    op_id: UUID
    org_id: int
    item_id: int
    place_id: int = 0


@dataclass(frozen=True, slots=True)
class NumberRow:
    """A number with its item, who set it and when; `over` once its last day is past."""

    item_id: int
    code: str
    name: str
    spec: str
    pack_unit: str
    pack_factor: int
    number: ByHand
    set_by: str
    set_at: datetime
    over: bool


def set_number(db: Database, actor: Actor, command: SetNumber) -> ByHand:
    """Keep a person's number; it takes the place of an earlier one and counts from the next run.

    Raises:
        DomainError: No reason, an end that is past, or figures that make no sense.
        NotAllowedError: The person neither keeps the store nor buys for it.
    """
    require_planner(actor, command.org_id)
    with db.write() as session:
        known = claim(session, actor, command.org_id, command.op_id, "replenish.fix", command)
        item = session.get(Item, command.item_id)
        if item is None or item.status != "active":
            raise DomainError("by_hand.item", _("这个品规不在用，不能定数。请换一个在用的品规。"))
        number = command.number.checked(today(session), item.pack_factor)
        if known is not None:
            return number
        place = command.place_id or main_place(session, command.org_id)
        _remove(session, command.org_id, place, command.item_id)
        session.add(_row(session, actor, command, place, number))
        detail = {
            "kind": number.kind.value, "low": number.low, "high": number.high,
            "monthly": number.monthly, "reason": number.reason,
            "until": number.until.isoformat() if number.until else None,
        }  # fmt: skip
        doc = ("item", command.item_id)
        audit.record(session, actor, command.org_id, "replenish.fix", doc, detail)
        finish(session, command.org_id, command.op_id, {})
        return number


def _row(
    session: Session, actor: Actor, command: SetNumber, place: int, number: ByHand
) -> PlannerNumber:
    return PlannerNumber(
        org_id=command.org_id,
        place_id=place,
        item_id=command.item_id,
        kind=number.kind.value,
        low=number.low,
        high=number.high,
        monthly=number.monthly,
        reason=number.reason,
        until=number.until,
        set_by=actor.person_id,
        set_at=now(session),
    )


def end_number(db: Database, actor: Actor, command: EndNumber) -> None:
    """Take a number back; the next run reckons by itself.

    Raises:
        DomainError: There is none.
    """
    require_planner(actor, command.org_id)
    with db.write() as session:
        earlier = claim(session, actor, command.org_id, command.op_id, "replenish.unfix", command)
        if earlier is not None:
            return
        place = command.place_id or main_place(session, command.org_id)
        if not _remove(session, command.org_id, place, command.item_id):
            raise DomainError("by_hand.none", _("这个品规没有人工定数，用的就是计算的数。"))
        doc = ("item", command.item_id)
        audit.record(session, actor, command.org_id, "replenish.unfix", doc, {})
        finish(session, command.org_id, command.op_id, {})


def _remove(session: Session, org: int, place: int, item: int) -> bool:
    gone = session.execute(
        delete(PlannerNumber)
        .where(
            PlannerNumber.org_id == org,
            PlannerNumber.place_id == place,
            PlannerNumber.item_id == item,
        )
        .returning(PlannerNumber.item_id)
        .execution_options(synchronize_session=False)
    )
    return gone.first() is not None


def numbers(db: Database, actor: Actor, org_id: int, place_id: int = 0) -> tuple[NumberRow, ...]:
    """The numbers of a store, those that end first in front; past ones stay in sight."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        place = place_id or main_place(session, org_id)
        day = today(session)
        rows = session.execute(
            select(PlannerNumber, Item, Person.name)
            .join(Item, Item.id == PlannerNumber.item_id)
            .outerjoin(Person, Person.id == PlannerNumber.set_by)
            .where(PlannerNumber.org_id == org_id, PlannerNumber.place_id == place)
        ).all()
        found = [_number_row(row[0], row[1], row[2] or "", day) for row in rows]
    return tuple(sorted(found, key=lambda one: (one.number.until or date.max, one.code)))


def _number_row(row: PlannerNumber, item: Item, person: str, day: date) -> NumberRow:
    number = number_of(row)
    return NumberRow(
        item_id=item.id,
        code=item.code,
        name=item.name,
        spec=item.spec,
        pack_unit=item.pack_unit,
        pack_factor=item.pack_factor,
        number=number,
        set_by=person,
        set_at=local_time(row.set_at),
        over=not number.holds(day),
    )
