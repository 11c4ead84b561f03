"""Keeping what a run made: suggestions row by row, a person's edits untouched, and the levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

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
from app.services.db import database_of, now
from app.services.price_lookup import PriceInForce
from app.services.replenishment.facts import Facts
from app.services.replenishment.scope import Scope
from app.services.replenishment.stored import Rest, why_of

_KEY = ("org_id", "place_id", "item_id")


@dataclass(frozen=True, slots=True)
class RunDone:
    """What a run did: items planned, lines with a suggestion, edits of people that were kept."""

    run_id: int
    place_id: int
    items: int
    suggested: int
    kept_edits: int


@dataclass(frozen=True, slots=True)
class Before:
    """A suggestion as it was when the facts were read."""

    version: int
    status: str
    edited: bool
    suggested: int
    chosen: int
    picked: bool
    reason: str | None

    @property
    def decided(self) -> bool:
        """Whether a person's figure stands."""
        return self.edited and self.status == "open"


@dataclass(frozen=True, slots=True)
class Made:
    """A plan of a store, ready to be kept.

    Attributes:
        facts: What it rests on.
        settings: Targets.
        plans: The plans by item.
        earlier: The suggestions that were there.
        needs: What a member itself wanted of items whose case or minimum the group fills.
        short_of: What each supplier's order lacks to its minimum.
    """

    facts: Facts
    settings: Settings
    plans: Mapping[int, Plan]
    earlier: Mapping[int, Before]
    needs: Mapping[int, int] = field(default_factory=dict)
    short_of: Mapping[int, Decimal] = field(default_factory=dict)


def existing(session: Session, scope: Scope) -> dict[int, Before]:
    """The suggestions of a store as they are, by item."""
    rows = session.execute(
        select(
            Suggestion.item_id, Suggestion.version, Suggestion.status, Suggestion.edited,
            Suggestion.suggested, Suggestion.chosen, Suggestion.picked, Suggestion.edit_reason,
        ).where(Suggestion.org_id == scope.org_id, Suggestion.place_id == scope.place_id)
    )  # fmt: skip
    return {row.item_id: Before(*row[1:]) for row in rows}


def store(session: Session, actor: Actor, found: Made) -> RunDone:
    """Write a run; rows that somebody changed since they were read stay as they are."""
    facts, made, earlier = found.facts, found.plans, found.earlier
    scope = facts.scope
    run_id = new_id()
    session.execute(
        insert(ReplenishmentRun).values(
            org_id=scope.org_id,
            id=run_id,
            place_id=scope.place_id,
            as_of=scope.today,
            computed_at=now(session),
            person_id=actor.person_id,
            settings=found.settings.as_json(),
        )
    )
    rows = {item: _row(found, run_id, item, one) for item, one in made.items()}
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


def _row(found: Made, run_id: int, item: int, made: Plan) -> dict[str, Any]:
    facts, before = found.facts, found.earlier.get(item)
    price = facts.supply.prices.get(item)
    suggested = made.suggested.qty
    kept = before if before is not None and before.decided else None
    chosen = kept.chosen if kept else suggested
    wanted = kept.picked if kept else chosen > 0
    return {
        "org_id": facts.scope.org_id,
        "place_id": facts.scope.place_id,
        "item_id": item,
        "run_id": run_id,
        **_priced(price),
        "suggested": suggested,
        "chosen": chosen,
        "edited": kept is not None,
        "edit_reason": _reason(before, suggested),
        "picked": wanted and price is not None and chosen > 0,
        "days_left_tenths": round(made.days_left * 10),
        "urgency": _urgency(made),
        "verdict": made.suggested.verdict.value,
        "headline": str(made.headline),
        "why": why_of(
            made, facts.cards[item], found.settings, facts.supply.term(item), _rest(found, item)
        ),
        "status": "open",
        "requisition_id": None,
        "next_check": made.next_check,
    }


def _reason(before: Before | None, suggested: int) -> str | None:
    """A reason stays with an edit, and on a line that was looked at and is still the same."""
    if before is None or before.status != "open":
        return None
    return before.reason if before.edited or before.suggested == suggested else None


def _rest(found: Made, item: int) -> Rest:
    price = found.facts.supply.prices.get(item)
    kept = found.facts.kept.get(item)
    return Rest(
        by_hand=kept.by_hand.kind.value if kept and kept.by_hand else "",
        short_of=found.short_of.get(price.supplier_id, Decimal(0)) if price else Decimal(0),
        need=found.needs.get(item),
    )


def _priced(price: PriceInForce | None) -> dict[str, Any]:
    return {
        "supplier_id": price.supplier_id if price else None,
        "unit_price": price.unit_price if price else None,
        "price_factor": price.price_factor if price else 1,
    }


_AFTER_ORDERS: Final = 100_000
_ORDERED: Final = frozenset({Verdict.ORDER, Verdict.FILL})
_WORTH_A_LOOK: Final = frozenset({Verdict.SHELF_LIFE, Verdict.EXPIRY, Verdict.COVERED})


def _urgency(made: Plan) -> int:
    """Sort key, worst first: what is to be ordered by days left, then what is worth a look."""
    tenths = round(made.days_left * 10)
    verdict = made.suggested.verdict
    if verdict in _ORDERED:
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
    session: Session, scope: Scope, earlier: Mapping[int, Before], made: Mapping[int, Plan]
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
