"""A run: plan every item of a store and keep the suggestions, without losing a person's edits.

Facts are read and plans made outside the writing transaction, which then takes a moment. A
suggestion that somebody edited or requested meanwhile is left as that person made it, because
every row is replaced only in the version that the plan was made from.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.domain.replenish.explain import Phrase
from app.domain.replenish.plan import Plan
from app.domain.replenish.settings import Settings
from app.domain.replenish.suggestion import raised
from app.i18n import N_
from app.models.demand import Suggestion
from app.services.db import Database, today
from app.services.operations import claim, finish
from app.services.replenishment.facts import Tell, gather, plans
from app.services.replenishment.filling import Decided, filled, waiting_amounts
from app.services.replenishment.scope import Scope, require_planner, scope_of, settings_for
from app.services.replenishment.writing import Before, Made, RunDone, existing, store

__all__ = ["Run", "RunDone", "make", "run", "with_group"]


@dataclass(frozen=True, slots=True)
class Run:
    """Plan a store.

    Attributes:
        op_id: Made once per intention.
        org_id: The member.
        place_id: Its store; 0 for the main one.
        as_of: The day planned for; today if None.
        settings: Targets; those of the last run if None.
        also: Items to plan although they were never asked for, stocked or ordered here.
    """

    op_id: UUID
    org_id: int
    place_id: int = 0
    as_of: date | None = None
    settings: Settings | None = None
    also: tuple[int, ...] = ()


def run(db: Database, actor: Actor, command: Run, tell: Tell | None = None) -> RunDone:
    """Plan all items of a store and keep the suggestions.

    Running again changes nothing that stands: edits and their reasons stay, what the group added
    to fill a case stays while the need is the same, and what is asked for or ordered counts as
    there, so nothing is suggested twice.
    """
    require_planner(actor, command.org_id)
    made, extras, waiting = make(db, command, tell)
    done = filled(made.facts, made.plans, decided(made.earlier), waiting)
    plans_now, needs = _kept_extras(done.plans, extras)
    found = replace(made, plans=plans_now, needs=needs, short_of=done.short_of)
    return keep(db, actor, command, found)


def make(
    db: Database, command: Run, tell: Tell | None = None
) -> tuple[Made, Mapping[int, tuple[int, int]], Mapping[int, Decimal]]:
    """Read the facts and plan, writing nothing.

    Returns:
        The plans; by item what the group's last run took as the need and added to it; what open
        requests come to by supplier.
    """
    with db.read() as session:
        scope = scope_of(session, command.org_id, command.place_id, command.as_of or today(session))
        before = settings_for(session, scope.org_id, scope.place_id)
        settings = (command.settings or before).checked()
        earlier = existing(session, scope)
        facts = gather(session, scope, settings, decided(earlier).keys() | set(command.also))
        shared = [item for item in facts.cards if facts.supply.term(item).for_group]
        extras = _extras(session, scope, shared)
        waiting = waiting_amounts(session, scope)
    return Made(facts, settings, plans(facts, settings, tell), earlier), extras, waiting


def keep(db: Database, actor: Actor, command: Run, found: Made) -> RunDone:
    """Write what was made, once per intention."""
    require_planner(actor, command.org_id)
    with db.write() as session:
        known = claim(session, actor, command.org_id, command.op_id, "replenish.run", command)
        if known is not None:
            return RunDone(**known)
        done = store(session, actor, found)
        answer = {name: getattr(done, name) for name in RunDone.__slots__}
        finish(session, command.org_id, command.op_id, answer)
        return done


def decided(earlier: Mapping[int, Before]) -> dict[int, Decided]:
    """What people chose for lines that are still open."""
    return {item: Decided(row.chosen, row.picked) for item, row in earlier.items() if row.decided}


def _extras(session: Session, scope: Scope, items: Collection[int]) -> dict[int, tuple[int, int]]:
    """(need, extra) of the group's last run, of lines still open."""
    if not items:
        return {}
    rows = session.execute(
        select(Suggestion.item_id, Suggestion.suggested, Suggestion.why).where(
            Suggestion.org_id == scope.org_id,
            Suggestion.place_id == scope.place_id,
            Suggestion.status == "open",
            Suggestion.item_id.in_(items),
        )
    )
    return {
        row.item_id: (row.why["need"], row.suggested - row.why["need"])
        for row in rows
        if row.why.get("need") is not None
    }


def _kept_extras(
    found: Mapping[int, Plan], extras: Mapping[int, tuple[int, int]]
) -> tuple[dict[int, Plan], dict[int, int]]:
    """What the group added stays while the member's own need is what it was."""
    result, needs = dict(found), {}
    for item, (need, extra) in extras.items():
        plan = found.get(item)
        if plan is not None and plan.suggested.qty == need:
            needs[item] = need
            result[item] = with_group(plan, extra) if extra else plan
    return result, needs


def with_group(plan: Plan, extra: int) -> Plan:
    """The plan with what fills the group's case, and the step that says so."""
    label = Phrase(N_("+ 集团合计凑整件，多分到"))
    return replace(plan, suggested=raised(plan.suggested, extra, "group", label))
