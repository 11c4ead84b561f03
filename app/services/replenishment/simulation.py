"""补货模拟: the last year again under two policies, side by side, with a sentence of advice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import numpy as np
from sqlalchemy import select

from app.domain.duties import Actor, Duty
from app.domain.replenish.advice import Advice, Outcome, advise, share_of
from app.domain.replenish.replay import Pulse, Tally
from app.domain.replenish.scenario import Kind, Scenario
from app.domain.replenish.series import WEEK, Floats
from app.domain.replenish.settings import Settings
from app.models.item import Item
from app.models.party import Organisation
from app.services.access import require
from app.services.db import Database, today
from app.services.replenishment.past import Past, past_of
from app.services.replenishment.scope import scope_of, settings_for
from app.services.replenishment.side_by_side import side_by_side

_YEAR: Final = 365
_CENT: Final = Decimal("0.01")
_WORSE: Final = 3
"""So many more days of shortage make a series an exception."""


@dataclass(frozen=True, slots=True)
class Simulate:
    """Two policies to be held against each other over the last `days` days of members."""

    orgs: tuple[int, ...]
    a: Scenario
    b: Scenario
    days: int = _YEAR


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """One item at one member under both policies: days of shortage and mean stock in money."""

    org_id: int
    org: str
    item_id: int
    code: str
    name: str
    spec: str
    storage: str
    short_a: int
    short_b: int
    value_a: Decimal
    value_b: Decimal


@dataclass(frozen=True, slots=True)
class Simulated:
    """What both policies would have done.

    Attributes:
        first, last: The days replayed.
        series, members: How many items at how many members.
        weeks: First days of the weeks of `Outcome.weekly`.
        months: First days of the months of `Outcome.monthly`.
        advice: What to do, in two sentences.
        exceptions: Series that B serves worse, worst first.
    """

    first: date
    last: date
    series: int
    members: int
    a: Outcome
    b: Outcome
    weeks: tuple[date, ...]
    months: tuple[date, ...]
    advice: Advice
    exceptions: tuple[SeriesRow, ...]


def usual(db: Database, actor: Actor, org_id: int) -> tuple[Scenario, Scenario]:
    """The two policies to begin with: what is in force at a member, and near-zero with help."""
    require(actor, Duty.READ, org_id)
    with db.read() as session:
        scope = scope_of(session, org_id, 0, today(session))
        now: Settings = settings_for(session, org_id, scope.place_id)
    in_force = Scenario(
        Kind.STORE,
        service=now.service,
        critical_service=now.critical_service,
        target_days=now.target_days,
    )
    better = replace(in_force, service=98, critical_service=99, target_days=0, lateral=True)
    return in_force, better


def simulate(db: Database, actor: Actor, command: Simulate, tell: Pulse | None = None) -> Simulated:
    """Replay the last year under two policies from the same stock; reads only.

    Raises:
        DomainError: A parameter is out of range, or too little demand is recorded.
    """
    plans = (command.a.checked(), command.b.checked())
    for org in command.orgs:
        require(actor, Duty.READ, org)
    with db.read() as session:
        past = past_of(session, command.orgs, command.days)
    tallies = side_by_side(past, plans, tell)
    a, b = (_outcome(past, tally) for tally in tallies)
    exceptions = _exceptions(db, past, (tallies[0], tallies[1]))
    return Simulated(
        first=past.first,
        last=past.last,
        series=len(past.shelves),
        members=len({shelf.org_id for shelf in past.shelves}),
        a=a,
        b=b,
        weeks=tuple(past.first + timedelta(days=n) for n in range(0, len(tallies[0].stock), WEEK)),
        months=_months(past),
        advice=advise(a, b, len(exceptions)),
        exceptions=exceptions,
    )


def _outcome(past: Past, tally: Tally) -> Outcome:
    cost, days = past.network.cost, len(tally.stock)
    value = float(tally.stock.mean())
    used = float((tally.units * cost).sum()) / days
    return Outcome(
        lines=int(tally.lines.sum()),
        whole=int(tally.whole.sum()),
        units=int(tally.units.sum()),
        given=int(tally.given.sum()),
        stock_value=_money(value),
        peak_value=_money(float(tally.stock.max())),
        days_of_stock=Decimal(repr(round(value / used, 1))) if used else Decimal(0),
        daily_use=_money(used),
        short_days=int(tally.short.sum()),
        series_days=len(past.shelves) * days,
        expired_value=_money(float((tally.expired * cost).sum())),
        expired_lots=int(tally.lost_lots.sum()),
        orders=int(tally.orders.sum()),
        helped=int(tally.took.sum()),
        weekly=tuple(_money(float(week.mean())) for week in _weekly(tally.stock)),
        monthly=_monthly(past, tally),
        critical_fill=share_of(tally.whole, tally.lines, past.network.critical),
    )


def _weekly(stock: Floats) -> list[Floats]:
    return [stock[n : n + WEEK] for n in range(0, len(stock), WEEK)]


def _months(past: Past) -> tuple[date, ...]:
    days = (past.first + timedelta(days=n) for n in range((past.last - past.first).days + 1))
    return tuple(dict.fromkeys(day.replace(day=1) for day in days))


def _monthly(past: Past, tally: Tally) -> tuple[int, ...]:
    found = dict.fromkeys(_months(past), 0)
    for n, short in enumerate(tally.short_on):
        found[(past.first + timedelta(days=n)).replace(day=1)] += int(short)
    return tuple(found.values())


def _exceptions(db: Database, past: Past, tallies: tuple[Tally, Tally]) -> tuple[SeriesRow, ...]:
    more = tallies[1].short - tallies[0].short
    worst = [int(n) for n in np.argsort(-more, kind="stable") if more[n] >= _WORSE]
    if not worst:
        return ()
    shelves = [past.shelves[n] for n in worst]
    with db.read() as session:
        items = {
            row.id: (row.code, row.name, row.spec)
            for row in session.execute(
                select(Item.id, Item.code, Item.name, Item.spec).where(
                    Item.id.in_({shelf.card.id for shelf in shelves})
                )
            )
        }
        orgs: dict[int, str] = {
            row.id: row.short_name
            for row in session.execute(
                select(Organisation.id, Organisation.short_name).where(
                    Organisation.id.in_({shelf.org_id for shelf in shelves})
                )
            )
        }
    held = [tally.held * past.network.cost / len(tally.stock) for tally in tallies]
    return tuple(
        SeriesRow(
            org_id=shelf.org_id,
            org=orgs.get(shelf.org_id, ""),
            item_id=shelf.card.id,
            code=items[shelf.card.id][0],
            name=items[shelf.card.id][1],
            spec=items[shelf.card.id][2],
            storage=shelf.card.storage,
            short_a=int(tallies[0].short[n]),
            short_b=int(tallies[1].short[n]),
            value_a=_money(float(held[0][n])),
            value_b=_money(float(held[1][n])),
        )
        for n, shelf in zip(worst, shelves, strict=True)
    )


def _money(value: float) -> Decimal:
    return Decimal(repr(value)).quantize(_CENT)
