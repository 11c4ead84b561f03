"""What a new group still has to set up before the main job can run, counted from the tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, distinct, func, select
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.models.item import Item
from app.models.party import DutyGrant, GroupMembership, Organisation, Person
from app.models.price import Price
from app.models.stock import Balance, Place
from app.services.access import lead_org
from app.services.db import Database, today
from app.services.platform import terms

_NAMES: Final = 4


class Step(StrEnum):
    """One thing to set up."""

    MEMBERS = "members"
    SUPPLIERS = "suppliers"
    PEOPLE = "people"
    PLACES = "places"
    CATALOGUE = "catalogue"
    PRICES = "prices"
    TERMS = "terms"
    STOCK = "stock"


@dataclass(frozen=True, slots=True)
class Todo:
    """The state of one step.

    Attributes:
        step: Which.
        have: How many there are.
        need: How many are needed; 0 for a step that may stay empty.
        missing: The first few organisations that lack it.
    """

    step: Step
    have: int
    need: int
    missing: tuple[str, ...] = ()

    @property
    def done(self) -> bool:
        """Whether the main job can run as far as this step goes."""
        return self.have >= self.need and not self.missing


@dataclass(frozen=True, slots=True)
class _Ask:
    session: Session
    actor: Actor
    day: date
    orgs: dict[int, str]


def checklist(db: Database, actor: Actor) -> tuple[Todo, ...]:
    """Every step in the order in which it is best done, for the organisations that one sees."""
    with db.read() as session:
        day = today(session)
        visible = actor.orgs()
        rows = session.execute(
            select(Organisation.id, Organisation.short_name, GroupMembership.role)
            .join(GroupMembership, GroupMembership.org_id == Organisation.id)
            .where(_in_force(day))
            .order_by(Organisation.code)
        ).all()
        orgs = {
            int(row.id): str(row.short_name)
            for row in rows
            if row.role != "supplier" and row.id in visible
        }
        ask = _Ask(session, actor, day, orgs)
        members = sum(row.role == "member" for row in rows)
        suppliers = sum(row.role == "supplier" for row in rows)
        found = [
            Todo(Step.MEMBERS, members, 0),
            Todo(Step.SUPPLIERS, suppliers, 1),
            *(question(ask) for question in _QUESTIONS),
        ]
    found.insert(6, _terms(db, actor, tuple(orgs)))
    return tuple(found)


def _in_force(day: date) -> ColumnElement[bool]:
    term = GroupMembership
    return (term.valid_from <= day) & ((term.valid_to.is_(None)) | (term.valid_to > day))


def _people(ask: _Ask) -> Todo:
    """Accounts, and for administrators which organisations nobody keeps or signs for."""
    count = ask.session.scalar(
        select(func.count()).select_from(Person).where(Person.active.is_(True))
    )
    if not ask.actor.can(Duty.ADMIN, lead_org(ask.session, ask.day)):
        return Todo(Step.PEOPLE, count or 0, 1)
    held = {
        (duty, org)
        for duty, org in ask.session.execute(
            select(DutyGrant.duty, DutyGrant.org_id)
            .join(Person, Person.id == DutyGrant.person_id)
            .where(Person.active.is_(True))
        )
    }
    needed = (Duty.STORE.value, Duty.SIGN.value)
    missing = tuple(
        name
        for org, name in ask.orgs.items()
        if any((duty, org) not in held and (duty, 0) not in held for duty in needed)
    )
    return Todo(Step.PEOPLE, count or 0, 2, missing[:_NAMES])


def _places(ask: _Ask) -> Todo:
    with_store = set(
        ask.session.scalars(
            select(Place.org_id)
            .distinct()
            .where(
                Place.org_id.in_(sorted(ask.orgs)),
                Place.holds_stock.is_(True),
                Place.active.is_(True),
                Place.zone == "good",
            )
        )
    )
    missing = tuple(name for org, name in ask.orgs.items() if org not in with_store)
    return Todo(Step.PLACES, len(with_store), 1, missing[:_NAMES])


def _catalogue(ask: _Ask) -> Todo:
    count = ask.session.scalar(select(func.count()).select_from(Item))
    return Todo(Step.CATALOGUE, count or 0, 1)


def _prices(ask: _Ask) -> Todo:
    count = ask.session.scalar(
        select(func.count(distinct(Price.item_id))).where(
            Price.valid_from <= ask.day,
            (Price.valid_to.is_(None)) | (Price.valid_to > ask.day),
        )
    )
    return Todo(Step.PRICES, count or 0, 1)


def _stock(ask: _Ask) -> Todo:
    count = ask.session.scalar(
        select(func.count(distinct(Balance.item_id))).where(
            Balance.org_id.in_(sorted(ask.orgs)), Balance.qty > 0
        )
    )
    return Todo(Step.STOCK, count or 0, 1)


def _terms(db: Database, actor: Actor, orgs: tuple[int, ...]) -> Todo:
    rows = terms.terms(db, actor, orgs)
    open_for = dict.fromkeys(row.org for row in rows if not row.complete)
    return Todo(
        Step.TERMS, sum(row.complete for row in rows), max(1, len(rows)), tuple(open_for)[:_NAMES]
    )


_QUESTIONS: Final[tuple[Callable[[_Ask], Todo], ...]] = (
    _people,
    _places,
    _catalogue,
    _prices,
    _stock,
)
