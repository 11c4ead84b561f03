"""The past of a group as a world that policies can be tried in: demand, terms, prices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from sqlalchemy.orm import Session

from app.domain.errors import DomainError
from app.domain.quantity import round_up
from app.domain.replenish.network import Network
from app.domain.replenish.replay import World
from app.domain.replenish.series import Floats, Ints, Series
from app.i18n import _
from app.services.db import today
from app.services.replenishment.facts import worth
from app.services.replenishment.history import Asked, asked_by_item, days_without, series_for
from app.services.replenishment.scope import scope_of, settings_for
from app.services.replenishment.successors import handed_on, links_of
from app.services.replenishment.terms import ItemCard, Term, item_cards, supply_of

LEARN_DAYS: Final = 120
"""A policy must have seen so many days before it is judged."""
WARM_DAYS: Final = 56
_FRESH: Final = 0.75
_LASTING: Final = 3650
_OPENING_DAYS: Final = 14
_SEED: Final = 20261014


@dataclass(frozen=True, slots=True)
class Shelf:
    """One series: an item at a member."""

    org_id: int
    card: ItemCard
    term: Term
    series: Series
    worth: float


@dataclass(frozen=True, eq=False)
class Past:
    """The series, what is known of them, and the world of the last year."""

    shelves: tuple[Shelf, ...]
    network: Network
    world: World
    first: date
    last: date


def past_of(session: Session, orgs: Sequence[int], days: int) -> Past:
    """The last `days` days of members as a world.

    Raises:
        DomainError: Too little demand is recorded to judge anything.
    """
    day = today(session)
    shelves = [shelf for org in orgs for shelf in _shelves(session, org, day)]
    length = max((shelf.series.length for shelf in shelves), default=0)
    if length < LEARN_DAYS + 2 * WARM_DAYS:
        raise DomainError(
            "simulate.history",
            _(
                "用量记录不到 {days} 天，还不能模拟。先补录请领或导入用量，再来比较。",
                days=LEARN_DAYS + 2 * WARM_DAYS,
            ),
        )
    start = max(LEARN_DAYS + WARM_DAYS, length - days)
    network = _network(shelves, length)
    world = _world(shelves, network, start, day)
    return Past(
        tuple(shelves),
        network,
        world,
        day - timedelta(days=length - start),
        day - timedelta(days=1),
    )


def _shelves(session: Session, org: int, day: date) -> list[Shelf]:
    scope = scope_of(session, org, 0, day)
    settings = settings_for(session, org, scope.place_id)
    asked = handed_on(asked_by_item(session, scope), links_of(session, scope.org_id))
    cards = item_cards(session, asked)
    supply = supply_of(session, scope, cards, settings)
    without = days_without(session, scope, {})
    length = max((day.toordinal() - int(one.days.min()) for one in asked.values()), default=1)
    found: list[Shelf] = []
    for item, card in sorted(cards.items()):
        one: Asked | None = asked.get(item)
        series = series_for(one, without.get(item), day, length)
        if series.total_lines:
            found.append(Shelf(org, card, supply.term(item), series, worth(supply, card)))
    return found


def _network(shelves: Sequence[Shelf], length: int) -> Network:
    asked, lines, seen = (np.zeros((len(shelves), length)) for _array in range(3))
    for row, shelf in enumerate(shelves):
        part = slice(length - shelf.series.length, length)
        asked[row, part] = shelf.series.asked
        lines[row, part] = np.maximum(shelf.series.lines, shelf.series.asked > 0)
        seen[row, part] = shelf.series.observed
    pools: dict[int, int] = {}
    pool = [pools.setdefault(shelf.card.id, len(pools)) for shelf in shelves]
    return Network(
        asked=asked,
        lines=lines * (asked > 0),
        seen=seen,
        pool=np.array(pool, np.int64),
        lead=_column([shelf.term.lead.mean for shelf in shelves]),
        lead_sd=_column([shelf.term.lead.sd for shelf in shelves]),
        gap=_column([7 / len(shelf.term.review.weekdays) for shelf in shelves]),
        lot=_column([_least(shelf) for shelf in shelves]),
        cost=_column([shelf.worth for shelf in shelves]),
        critical=np.array([shelf.card.critical for shelf in shelves]),
        prior_lines=np.full(len(shelves), 0.25),
        prior_days=np.full(len(shelves), 14.0),
        shelf=_column([_shelf_days(shelf) for shelf in shelves]),
    )


def _world(shelves: Sequence[Shelf], network: Network, start: int, day: date) -> World:
    length = network.days
    first = day - timedelta(days=length)
    rng = np.random.default_rng(_SEED)
    mean, sd = network.lead[:, None], np.maximum(network.lead_sd, 0.05)[:, None]
    shape = (mean / sd) ** 2
    drawn = rng.gamma(shape, mean / shape, (network.count, length))
    weekdays = (first.weekday() + np.arange(length)) % 7
    review = np.stack([np.isin(weekdays, sorted(shelf.term.review.weekdays)) for shelf in shelves])
    begin = start - WARM_DAYS
    use = network.asked[:, max(0, begin - 91) : begin].mean(axis=1)
    opening = np.ceil(use * (network.lead + network.gap + _OPENING_DAYS))
    return World(
        asked=network.asked.astype(np.int64),
        start=start,
        warm=WARM_DAYS,
        lead=np.maximum(1, np.rint(drawn)).astype(np.int64),
        review=review,
        pool=network.pool,
        lot=_whole([shelf.term.multiple or shelf.card.pack_factor for shelf in shelves]),
        least=_whole([shelf.term.minimum for shelf in shelves]),
        shelf=_whole([round(_shelf_days(shelf) * _FRESH) for shelf in shelves]),
        opening=opening.astype(np.int64),
        refresh=_month_starts(first, length, len(shelves)),
    )


_MANY: Final = 150


def _month_starts(first: date, length: int, series: int) -> frozenset[int]:
    """Days on which levels are made anew: months, or quarters where there is much to do."""
    months = 3 if series > _MANY else 1
    return frozenset(
        n
        for n in range(length)
        if (one := first + timedelta(days=n)).day == 1 and (one.month - 1) % months == 0
    )


def _least(shelf: Shelf) -> int:
    multiple = shelf.term.multiple or shelf.card.pack_factor
    return max(multiple, round_up(shelf.term.minimum, multiple))


def _shelf_days(shelf: Shelf) -> int:
    return shelf.card.shelf_life_days or _LASTING


def _column(values: Sequence[float]) -> Floats:
    return np.array(values, dtype=np.float64)


def _whole(values: Sequence[int]) -> Ints:
    return np.array(values, dtype=np.int64)
