"""Open work by duty, counted from the tables; each slice asks its own questions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Final

from app.domain.duties import Actor
from app.services.db import Database, now, today
from app.services.home.bargaining import ENDED, NEEDS, PUBLIC, Waiting, bargaining
from app.services.home.catalogue import EVALUATIONS, MEETING, NEW_ITEMS, TO_CALL, catalogue_work
from app.services.home.climate import climate
from app.services.home.keeping import keeping
from app.services.home.kinds import Ask, Badges, Kind, Urgency, WorkItem
from app.services.home.orders import (
    collecting,
    pledges,
    refused,
    requisitions,
    shortages,
    statements,
    to_sign,
)
from app.services.home.store import deliveries, expired, near_expiry, suggestions


def work(db: Database, actor: Actor, org_ids: Collection[int]) -> tuple[WorkItem, ...]:
    """What waits for this person in these organisations, the most urgent first."""
    with db.read() as session:
        ask = Ask(
            session, actor, tuple(sorted(actor.orgs() & set(org_ids))), today(session), now(session)
        )
        found = [item for question in _QUESTIONS for item in question(ask) if item.count]
    order = tuple(Urgency)
    return tuple(sorted(found, key=lambda item: order.index(item.urgency)))


def badges(db: Database, actor: Actor, org_ids: Collection[int]) -> Badges:
    """How much waits on each screen; the workbench counts kinds of work."""
    items = work(db, actor, org_ids)
    counts: dict[str, int] = {}
    for item in items:
        if item.kind not in {Kind.NEAR_EXPIRY, Kind.PLEDGES_BEHIND, Kind.PUBLICITY_ENDS}:
            counts[item.page] = counts.get(item.page, 0) + item.count
    counts["home"] = len(items)
    overdue = any(item.urgency is Urgency.NOW for item in items)
    return Badges(counts, frozenset({"home"}) if overdue else frozenset())


def _bargaining(ask: Ask) -> Sequence[WorkItem]:
    return _told(bargaining(ask.session, ask.for_duty, ask.today, ask.now))


def _catalogue(ask: Ask) -> Sequence[WorkItem]:
    person = ask.actor.person_id
    return _told(catalogue_work(ask.session, person, ask.for_duty, ask.today, ask.now))


def _told(found: Sequence[Waiting]) -> Sequence[WorkItem]:
    return [
        WorkItem(
            Kind(one.kind),
            one.count,
            Urgency.NOW if one.late and one.kind != ENDED else _URGENCY.get(one.kind, _TODAY),
            one.names,
            due=one.due,
        )
        for one in found
    ]


_TODAY: Final = Urgency.TODAY
_URGENCY: Final = dict.fromkeys(
    (PUBLIC, NEEDS, EVALUATIONS, MEETING, TO_CALL, NEW_ITEMS), Urgency.WEEK
)
_QUESTIONS: Final[tuple[Callable[[Ask], Sequence[WorkItem]], ...]] = (
    expired,
    climate,
    deliveries,
    keeping,
    to_sign,
    refused,
    shortages,
    suggestions,
    requisitions,
    collecting,
    pledges,
    _bargaining,
    _catalogue,
    statements,
    near_expiry,
)
