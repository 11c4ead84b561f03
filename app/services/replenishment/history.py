"""Demand of the last three years and the days without stock, as arrays by item."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from sqlalchemy import Text, case, func, or_, select, type_coerce
from sqlalchemy.orm import Session

from app.domain.replenish.series import Ints, Series, series_of
from app.models.demand import Demand
from app.models.stock import Ledger
from app.services.db import database_of
from app.services.replenishment.scope import Scope

MOST_DAYS: Final = 1096
"""Three years: a season is believed where every year shows it."""
_EPOCH: Final = date(1970, 1, 1).toordinal()
_NEW_DAYS: Final = 120
"""An item first asked for within these days is new: its history begins there."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Recorded demand of one item: ordinals of days, asked, requests."""

    days: Ints
    asked: Ints
    lines: Ints


def asked_by_item(session: Session, scope: Scope) -> dict[int, Asked]:
    """Recorded demand before today under the store, by item."""
    start = scope.today - timedelta(days=MOST_DAYS)
    # As stored (text on SQLite): numpy reads a hundred thousand days faster than one by one.
    day = type_coerce(Demand.day, Text) if database_of(session).is_sqlite else Demand.day
    rows = (
        session.connection()
        .execute(  # columns only: half the time of the session's own rows
            select(Demand.item_id, day, func.sum(Demand.asked), func.sum(Demand.lines))
            .where(
                Demand.org_id == scope.org_id,
                Demand.place_id.in_(scope.places),
                Demand.day >= start,
                Demand.day < scope.today,
                Demand.asked > 0,  # nothing is left of a day whose use was all taken back
            )
            .group_by(Demand.item_id, Demand.day)
            .order_by(Demand.item_id)
        )
        .all()
    )
    if not rows:
        return {}
    names, days, asked, lines = zip(*rows, strict=True)
    at = np.array(days, dtype="datetime64[D]").astype(np.int64) + _EPOCH
    counts = [np.array(column, dtype=np.int64) for column in (names, asked, lines)]
    items, first = np.unique(counts[0], return_index=True)
    parts = zip(
        *(np.split(column, first[1:]) for column in (at, counts[1], counts[2])), strict=True
    )
    return {int(item): Asked(*part) for item, part in zip(items, parts, strict=True)}


def days_without(session: Session, scope: Scope, on_hand: Mapping[int, int]) -> dict[int, Ints]:
    """Ordinals of days on which nothing was in stock, by item.

    Reckoned backwards from what is there now through the ledger; before an item's first move
    nothing is known, so those days count as in stock.
    """
    start = scope.today - timedelta(days=MOST_DAYS)
    within = list(scope.places)
    net = func.sum(
        case((Ledger.to_place.in_(within), Ledger.qty), else_=0)
        - case((Ledger.from_place.in_(within), Ledger.qty), else_=0)
    )
    rows = (
        session.connection()
        .execute(
            select(Ledger.item_id, Ledger.occurred_on, net)
            .where(
                Ledger.org_id == scope.org_id,
                Ledger.occurred_on >= start,
                or_(Ledger.to_place.in_(within), Ledger.from_place.in_(within)),
            )
            .group_by(Ledger.item_id, Ledger.occurred_on)
            .order_by(Ledger.item_id, Ledger.occurred_on)
        )
        .all()
    )
    moves: dict[int, list[tuple[int, int]]] = {}
    for item, day, quantity in rows:
        moves.setdefault(item, []).append((day.toordinal(), int(quantity)))
    found = {
        item: _empty_days(steps, on_hand.get(item, 0), scope.today) for item, steps in moves.items()
    }
    return {item: days for item, days in found.items() if len(days)}


def _empty_days(steps: list[tuple[int, int]], now: int, today: date) -> Ints:
    """Days between moves on which the stock was zero."""
    stock, until = now, today.toordinal()
    spans: list[Ints] = []
    for day, quantity in reversed(steps):
        if stock <= 0 and until > day + 1:
            spans.append(np.arange(day + 1, until, dtype=np.int64))
        stock, until = stock - quantity, day
    return np.concatenate(spans) if spans else np.empty(0, np.int64)


def series_for(asked: Asked | None, without: Ints | None, today: date, length: int) -> Series:
    """The dense series of one item; a new item's begins with its first request."""
    if asked is None:
        none = np.empty(0, np.int64)
        return series_of(today, length, none, none, none)
    age = today.toordinal() - int(asked.days.min())
    span = max(age, 1) if age <= min(_NEW_DAYS, length) else length
    return series_of(today, span, asked.days, asked.asked, asked.lines, without=without)
