"""Policies that can be held against each other, and the levels that each of them sets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import numpy as np

from app.domain.errors import DomainError
from app.domain.replenish.backtest import MOST_SERIES
from app.domain.replenish.frontier import Aim, Tables
from app.domain.replenish.network import Network
from app.domain.replenish.pooled import QUICK, SLOW
from app.domain.replenish.replay import Rules
from app.domain.replenish.series import Floats, Ints
from app.domain.replenish.settings import MOST_DAYS, SERVICES
from app.domain.replenish.system import SystemLevels, learned, levels_from, prepared
from app.i18n import _

_MONTH: Final = 30.4375
_QUARTER: Final = 91
_PERCENT: Final = 100
_SAMPLES: Final = 128
"""Trying policies out is waited for: half the samples tell two of them apart as well."""
_LEARN: Final = 150


class Kind(StrEnum):
    """How levels are set."""

    MONTHS = "months"
    """So many months of the mean use of a quarter, reordered below it: what people do by hand."""
    STORE = "store"
    """As this program's suggestions: the items of each store weighed against each other."""
    GROUP = "group"
    """All stores of the group as one: each keeps a part of what the group needs."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """A policy to be tried.

    Attributes:
        kind: How levels are set.
        tenths: Months of use in tenths, for `Kind.MONTHS`: 15 = one and a half.
        service: Percent of request lines served at once.
        critical_service: The same for emergency and shortage items.
        target_days: Days of use that an order lasts; 0 = near-zero, until the next delivery.
        lateral: Whether members help each other the same day.
    """

    kind: Kind = Kind.STORE
    tenths: int = 10
    service: int = 98
    critical_service: int = 99
    target_days: int = 0
    lateral: bool = False

    def checked(self) -> Scenario:
        """The scenario, or `DomainError` naming what is out of range."""
        low, high = SERVICES
        if not low <= self.service <= self.critical_service <= high:
            raise DomainError(
                "simulate.service",
                _(
                    "服务水平应在 {low}% 到 {high}% 之间，急救品种不低于一般品种。请改正。",
                    low=low,
                    high=high,
                ),
            )
        if not 0 <= self.target_days <= MOST_DAYS:
            raise DomainError(
                "simulate.days", _("天数应在 0 到 {most} 之间。请改正。", most=MOST_DAYS)
            )
        most = 240
        if not 1 <= self.tenths <= most:
            raise DomainError("simulate.months", _("月数应在 0.1 到 24 之间。请改正。"))
        return self


Make = Callable[[], Tables]
Share = Callable[[tuple[Kind, int], Make], Tables]
"""Gives what `Make` makes of a kind's view on a day, made anew or by another planner."""


def unshared(_key: tuple[Kind, int], make: Make) -> Tables:
    """Makes all anew, for a planner alone."""
    return make()


class Planner:
    """Sets the levels of a scenario again and again; what its aim must be is learned once."""

    def __init__(self, scenario: Scenario, share: Share = unshared) -> None:
        self.scenario, self._share = scenario, share
        self._aimed: float | None = None

    def rules(self, network: Network) -> Rules:
        """The levels that the scenario sets from what is known in `network`."""
        if self.scenario.kind is Kind.MONTHS:
            return _by_months(network, self.scenario.tenths / 10)
        found = self._weighed(network)
        point = found.reorder_point
        days = np.maximum(self.scenario.target_days - network.gap, 0.0)
        use = (network.rate("asked", QUICK) + network.rate("asked", SLOW)) / 2
        more = np.ceil(use * days).astype(np.int64)
        upper = np.where(point < 0, 0, point + 1 + more)
        return Rules(point, upper, found.reserve)

    def _weighed(self, network: Network) -> SystemLevels:
        wanted, learn = self.scenario, MOST_SERIES
        aim = Aim(fill=wanted.service / _PERCENT, critical=wanted.critical_service / _PERCENT)
        if wanted.kind is Kind.STORE:
            network, aim, learn = cautious(network), cautious_aim(aim), _LEARN
        network = network.in_season()
        if self._aimed is None:
            self._aimed = learned(network, aim, learn)
        key = (wanted.kind, network.days)
        tables = self._share(key, lambda: prepared(network, samples=_SAMPLES))
        return levels_from(tables, aim, self._aimed)


def cautious(network: Network) -> Network:
    """A store for itself, as its keeper looks at it.

    Not the mean of days counts but the last one before the next delivery, and what whole lots
    leave above the level is not counted on.
    """
    return replace(
        network,
        pool=np.arange(network.count),
        lead=network.lead + network.gap,
        gap=np.zeros(network.count),
        lot=np.ones(network.count),
    )


def cautious_aim(aim: Aim) -> Aim:
    """The floors of a single store: 0.85 of the lines of each item, 0.97 of critical ones."""
    return replace(aim, floor=0.85, critical_floor=max(0.97, aim.fill))


def _by_months(network: Network, months: float) -> Rules:
    """Up to so many months of the mean use of the last quarter; ordered when below."""
    last = network.asked[:, -_QUARTER:]
    daily: Floats = last.sum(axis=1) / max(1, last.shape[1])
    upper: Ints = np.ceil(daily * _MONTH * months - 1e-9).astype(np.int64)
    point = np.where(upper > 0, upper - 1, -1)
    reserve = np.maximum(point, 0) // 2
    return Rules(point, upper, reserve)
