"""Who keeps which list."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.domain.duties import Actor, Duty
from app.services.access import lead_org, require
from app.services.db import today
from app.services.formulary.items import GROUP


def require_keeper(session: Session, actor: Actor, org_id: int) -> int:
    """Raise unless the actor keeps the list; whose books the change stands in.

    The group's list is the lead's catalogue keeper's; a member's own also its pharmacist's.
    """
    if org_id == GROUP:
        lead = lead_org(session, today(session))
        require(actor, Duty.CATALOGUE, lead)
        return lead
    if not actor.can(Duty.CATALOGUE, org_id):
        require(actor, Duty.STORE, org_id)
    return org_id


def keeps(actor: Actor, org_id: int, lead: int) -> bool:
    """Whether the actor keeps the list, for windows that offer it."""
    if org_id == GROUP:
        return actor.can(Duty.CATALOGUE, lead)
    return actor.can(Duty.CATALOGUE, org_id) or actor.can(Duty.STORE, org_id)
