"""Taking a policy that was tried: its targets become those of the members, and lists are new."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID, uuid5

from app.domain.duties import Actor
from app.domain.errors import DomainError
from app.domain.replenish.scenario import Kind, Scenario
from app.i18n import _
from app.services.db import Database, today
from app.services.replenishment.run import Run, run
from app.services.replenishment.scope import require_planner, scope_of, settings_for


@dataclass(frozen=True, slots=True)
class Adopt:
    """Take a scenario for members; `op_id` is made once per intention."""

    op_id: UUID
    orgs: tuple[int, ...]
    scenario: Scenario


def adopt(db: Database, actor: Actor, command: Adopt) -> int:
    """Plan the members' stores with the scenario's targets; how many there were.

    People's edits stay, as in every run; the next runs go on with these targets.

    Raises:
        DomainError: The scenario is not one that suggestions can follow.
    """
    wanted = command.scenario.checked()
    if wanted.kind is not Kind.STORE:
        raise DomainError(
            "simulate.adopt",
            _("只有「全部品规一起权衡」可以直接套用。请把方案 B 改成它，模拟后再套用。"),
        )
    for org in command.orgs:
        require_planner(actor, org)
    for org in command.orgs:
        with db.read() as session:
            scope = scope_of(session, org, 0, today(session))
            now = settings_for(session, org, scope.place_id)
        settings = replace(
            now,
            service=wanted.service,
            critical_service=wanted.critical_service,
            target_days=wanted.target_days,
            by_class={},
        )
        run(db, actor, Run(uuid5(command.op_id, str(org)), org, settings=settings))
    return len(command.orgs)
