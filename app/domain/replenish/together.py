"""The items of a store weighed against each other by the one engine that plans groups too."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

import numpy as np

from app.domain.replenish.by_hand import Kind
from app.domain.replenish.frontier import Aim
from app.domain.replenish.item import Item
from app.domain.replenish.network import Network
from app.domain.replenish.scenario import cautious, cautious_aim
from app.domain.replenish.series import Floats
from app.domain.replenish.system import system_levels

_ENOUGH: Final = 12
"""From so many series on the last weeks say something about the model."""
_LEARN: Final = 150
"""So many of a store's series tell how far the model is off; a run is waited for."""
_PERCENT: Final = 100
_SECOND: Final = 2
"""An item is kept from its second request on; until then it is ordered when asked for."""


def points(items: Sequence[Item], today: date) -> tuple[int, ...]:
    """The reorder point of each item, smallest units; −1 for items that are not kept."""
    if not items:
        return ()
    services = [item.target.service for item in items]
    aim = cautious_aim(Aim(fill=min(services) / _PERCENT, critical=max(services) / _PERCENT))
    network = cautious(_network(items, today))
    learn = _LEARN if len(items) >= _ENOUGH else 0
    found = system_levels(network, aim, learn=learn, morning=True).reorder_point
    return tuple(
        int(point) if _kept(item) else -1 for item, point in zip(items, found, strict=True)
    )


def _kept(item: Item) -> bool:
    if item.by_hand is not None and item.by_hand.kind is Kind.MONTHLY:
        return True
    return int((item.series.lines > 0).sum()) >= _SECOND or item.series.total_lines >= _SECOND


def _network(items: Sequence[Item], today: date) -> Network:
    """The items side by side, each for itself."""
    days = max(1, *(item.series.length for item in items))
    usual = min(item.target.service for item in items)
    asked, lines, seen = (np.zeros((len(items), days)) for _array in range(3))
    for row, item in enumerate(items):
        part = slice(days - item.series.length, days)
        asked[row, part] = item.series.asked
        # A day with demand has a request, whatever a record says of their number.
        lines[row, part] = np.maximum(item.series.lines, item.series.asked > 0)
        seen[row, part] = item.series.observed
    return Network(
        asked=asked * (lines > 0),
        lines=lines,
        seen=seen,
        pool=np.arange(len(items)),
        lead=_column([item.lead.mean for item in items]),
        lead_sd=_column([item.lead.sd for item in items]),
        gap=_column([item.review.gap(today) for item in items]),
        lot=np.ones(len(items)),
        cost=_column([item.worth for item in items]),
        critical=np.array([item.target.service > usual for item in items]),
        prior_lines=_column([item.prior.lines for item in items]),
        prior_days=_column([item.prior.days for item in items]),
        shelf=_column([item.rules.shelf_days or np.inf for item in items]),
    )


def _column(values: Sequence[float]) -> Floats:
    return np.array(values, dtype=np.float64)
