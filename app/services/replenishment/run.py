"""A run: plan every item of a store and keep the suggestions, without losing a person's edits.

Facts are read and plans made outside the writing transaction, which then takes a moment. A
suggestion that somebody edited or requested meanwhile is left as that person made it, because
every row is replaced only in the version that the plan was made from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.domain.duties import Actor
from app.domain.ids import new_id
from app.domain.replenish.plan import Plan
from app.domain.replenish.settings import Settings
from app.domain.replenish.suggestion import Verdict
from app.models.demand import Policy, ReplenishmentRun, Suggestion
from app.services.db import Database, database_of, now, today
from app.services.operations import claim, finish
from app.services.price_lookup import PriceInForce
from app.services.replenishment.facts import Facts, Tell, gather, plans
from app.services.replenishment.scope import Scope, require_planner, scope_of, settings_for
from app.services.replenishment.stored import why_of

_KEY = ("org_id", "place_id", "item_id")


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


@dataclass(frozen=True, slots=True)
class RunDone:
    """What a run did: items planned, lines with a suggestion, edits of people that were kept."""

    run_id: int
    place_id: int
    items: int
    suggested: int
    kept_edits: int


@dataclass(frozen=True, slots=True)
class _Before:
    """A suggestion as it was when the facts were read."""

    version: int
    status: str
    edited: bool
    chosen: int
    picked: bool


def run(db: Database, actor: Actor, command: Run, tell: Tell | None = None) -> RunDone:
    """Plan all items of a store and keep the suggestions.

    Running again changes nothing that stands: edits and their reasons stay, and what is asked
    for or ordered counts as there, so nothing is suggested twice.
    """
    require_planner(actor, command.org_id)
    with db.read() as session:
        scope = scope_of(session, command.org_id, command.place_id, command.as_of or today(session))
        before = settings_for(session, scope.org_id, scope.place_id)
        settings = (command.settings or before).checked()
        earlier = _existing(session, scope)
        decided = {item for item, row in earlier.items() if row.edited and row.status == "open"}
        facts = gather(session, scope, settings, decided.union(command.also))
    made = plans(facts, settings, tell)
    with db.write() as session:
        known = claim(session, actor, command.org_id, command.op_id, "replenish.run", command)
        if known is not None:
            return RunDone(**known)
        done = _store(session, actor, facts, settings, (made, earlier))
        finish(
            session,
            command.org_id,
            command.op_id,
            {name: getattr(done, name) for name in RunDone.__slots__},
        )
        return done


def _existing(session: Session, scope: Scope) -> dict[int, _Before]:
    rows = session.execute(
        select(
            Suggestion.item_id, Suggestion.version, Suggestion.status, Suggestion.edited,
            Suggestion.chosen, Suggestion.picked,
        ).where(Suggestion.org_id == scope.org_id, Suggestion.place_id == scope.place_id)
    )  # fmt: skip
    return {
        row.item_id: _Before(row.version, row.status, row.edited, row.chosen, row.picked)
        for row in rows
    }


def _store(
    session: Session,
    actor: Actor,
    facts: Facts,
    settings: Settings,
    planned: tuple[Mapping[int, Plan], Mapping[int, _Before]],
) -> RunDone:
    scope, (made, earlier) = facts.scope, planned
    run_id = new_id()
    session.execute(
        insert(ReplenishmentRun).values(
            org_id=scope.org_id,
            id=run_id,
            place_id=scope.place_id,
            as_of=scope.today,
            computed_at=now(session),
            person_id=actor.person_id,
            settings=settings.as_json(),
        )
    )
    rows = {
        item: _row(facts, settings, run_id, item, one, earlier.get(item))
        for item, one in made.items()
    }
    _add_new(session, [row for item, row in rows.items() if item not in earlier])
    _replace(session, [(row, earlier[i].version) for i, row in rows.items() if i in earlier])
    _forget(session, scope, earlier, made)
    _keep_policies(session, scope, made, now(session))
    return RunDone(
        run_id=run_id,
        place_id=scope.place_id,
        items=len(rows),
        suggested=sum(1 for row in rows.values() if row["suggested"] > 0),
        kept_edits=sum(1 for row in rows.values() if row["edited"]),
    )


def _row(
    facts: Facts, settings: Settings, run_id: int, item: int, made: Plan, before: _Before | None
) -> dict[str, Any]:
    price = facts.supply.prices.get(item)
    suggested = made.suggested.qty
    edited = before is not None and before.edited and before.status == "open"
    chosen = before.chosen if before is not None and edited else suggested
    wanted = before.picked if before is not None and edited else chosen > 0
    return {
        "org_id": facts.scope.org_id,
        "place_id": facts.scope.place_id,
        "item_id": item,
        "run_id": run_id,
        **_priced(price),
        "suggested": suggested,
        "chosen": chosen,
        "edited": edited,
        "picked": wanted and price is not None and chosen > 0,
        "days_left_tenths": round(made.days_left * 10),
        "urgency": _urgency(made),
        "verdict": made.suggested.verdict.value,
        "headline": str(made.headline),
        "why": why_of(made, facts.cards[item], settings, facts.supply.term(item)),
        "status": "open",
        "requisition_id": None,
        "next_check": made.next_check,
    }


def _priced(price: PriceInForce | None) -> dict[str, Any]:
    return {
        "supplier_id": price.supplier_id if price else None,
        "unit_price": price.unit_price if price else None,
        "price_factor": price.price_factor if price else 1,
    }


_AFTER_ORDERS: Final = 100_000
_WORTH_A_LOOK: Final = frozenset({Verdict.SHELF_LIFE, Verdict.EXPIRY, Verdict.COVERED})


def _urgency(made: Plan) -> int:
    """Sort key, worst first: what is to be ordered by days left, then what is worth a look."""
    tenths = round(made.days_left * 10)
    verdict = made.suggested.verdict
    if verdict is Verdict.ORDER:
        return tenths
    return tenths + _AFTER_ORDERS * (1 if verdict in _WORTH_A_LOOK else 2)


def _add_new(session: Session, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    dialect_insert = sqlite_insert if database_of(session).is_sqlite else pg_insert
    session.execute(dialect_insert(Suggestion).on_conflict_do_nothing(), rows)


def _replace(session: Session, rows: Sequence[tuple[dict[str, Any], int]]) -> None:
    """Replace rows that still have the version that was read."""
    if not rows:
        return
    table = Suggestion.__table__
    statement = update(Suggestion).where(
        *(table.c[name] == bindparam(f"b_{name}") for name in (*_KEY, "version"))
    )
    session.connection().execute(
        statement,
        [
            {name: value for name, value in row.items() if name not in _KEY}
            | {f"b_{name}": row[name] for name in _KEY}
            | {"version": version + 1, "b_version": version}
            for row, version in rows
        ],
    )


def _forget(
    session: Session, scope: Scope, earlier: Mapping[int, _Before], made: Mapping[int, Plan]
) -> None:
    """Take away suggestions of items that are no longer planned (stopped, never asked for)."""
    gone = [item for item, row in earlier.items() if item not in made and row.status == "open"]
    if gone:
        session.execute(
            delete(Suggestion).where(
                Suggestion.org_id == scope.org_id,
                Suggestion.place_id == scope.place_id,
                Suggestion.item_id.in_(gone),
                Suggestion.status == "open",
            )
        )


def _keep_policies(session: Session, scope: Scope, made: Mapping[int, Plan], at: datetime) -> None:
    """Write the computed levels; what a person set stays."""
    if not made:
        return
    dialect_insert = sqlite_insert if database_of(session).is_sqlite else pg_insert
    statement = dialect_insert(Policy)
    new = statement.excluded
    session.execute(
        statement.on_conflict_do_update(
            index_elements=list(_KEY),
            set_={
                name: new[name] for name in ("reorder_point", "order_up_to", "why", "updated_at")
            },
            where=Policy.source == "computed",
        ),
        [
            {
                "org_id": scope.org_id,
                "place_id": scope.place_id,
                "item_id": item,
                "reorder_point": one.suggested.reorder_point,
                "order_up_to": one.suggested.order_up_to,
                "floor": 0,
                "source": "computed",
                "why": {"lead": one.lead_days, "per_day": round(one.rate.per_day, 4)},
                "updated_at": at,
            }
            for item, one in made.items()
        ],
    )
