"""Which places a plan is for, who may plan, and what was set last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.domain.replenish.settings import Settings
from app.models.demand import ReplenishmentRun
from app.models.platform import Setting
from app.models.stock import Place
from app.services.access import require
from app.services.stock.available import held_lots, places_under
from app.services.stock.places import main_place

SETTING = "replenish"


@dataclass(frozen=True, slots=True)
class Scope:
    """What is planned.

    Attributes:
        org_id: The organisation.
        place_id: The store that is filled.
        places: The store and all under it from which goods may be given.
        pending: Places of the organisation where goods wait for acceptance.
        held: Frozen lots.
        today: The day of the plan.
    """

    org_id: int
    place_id: int
    places: frozenset[int]
    pending: frozenset[int]
    held: frozenset[int]
    today: date


def scope_of(session: Session, org_id: int, place_id: int, day: date) -> Scope:
    """The scope of a store (0: the organisation's main store)."""
    place = place_id or main_place(session, org_id)
    waiting = session.scalars(
        select(Place.id).where(
            Place.org_id == org_id, Place.holds_stock.is_(True), Place.zone == "pending"
        )
    )
    return Scope(
        org_id=org_id,
        place_id=place,
        places=places_under(session, org_id, place, packed=True),
        pending=frozenset(waiting),
        held=held_lots(session, org_id),
        today=day,
    )


def require_planner(actor: Actor, org_id: int) -> None:
    """Raise `NotAllowedError` unless the actor keeps the store or buys for the organisation."""
    if not actor.can(Duty.BUY, org_id):
        require(actor, Duty.STORE, org_id)


def settings_for(session: Session, org_id: int, place_id: int) -> Settings:
    """What was chosen for the last run, else the organisation's or the group's setting."""
    last = session.scalar(
        select(ReplenishmentRun.settings)
        .where(ReplenishmentRun.org_id == org_id, ReplenishmentRun.place_id == place_id)
        .order_by(ReplenishmentRun.computed_at.desc(), ReplenishmentRun.id.desc())
        .limit(1)
    )
    if last is not None:
        return Settings.from_json(last)
    stored = {
        row.org_id: row.value
        for row in session.execute(
            select(Setting.org_id, Setting.value).where(
                Setting.org_id.in_((org_id, 0)), Setting.key == SETTING
            )
        )
    }
    found = stored.get(org_id, stored.get(0))
    return Settings() if found is None else Settings.from_json(found)
