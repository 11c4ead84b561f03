"""P5: levels of many series at once, and a year played again; made of seeded demand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Final

import numpy as np

from app.domain.replenish.frontier import Aim
from app.domain.replenish.network import Network
from app.domain.replenish.replay import Replay, Rules, World
from app.domain.replenish.scenario import Scenario
from app.domain.replenish.system import system_levels
from app.services.replenishment.past import Past
from app.services.replenishment.side_by_side import side_by_side
from benchmarks.measure import Record

SEED: Final = 20_261_122
DAYS: Final = 730
_PLACES: Final = 10
_SERIES: Final = 2_000
_FEW: Final = 250
_YEAR: Final = 365


def make_network(count: int, days: int = DAYS) -> Network:
    """`count` series of items at ten places: most asked for rarely, a few every day."""
    rng = np.random.default_rng(SEED)
    pool = np.arange(count) // _PLACES
    chance = np.minimum(0.9, rng.pareto(1.2, count) * 0.03 + 0.003)
    lines = (rng.random((count, days)) < chance[:, None]).astype(np.float64)
    size = np.ceil(rng.gamma(0.8, 12.0, (count, days)))
    items = int(pool.max()) + 1
    return Network(
        asked=lines * size,
        lines=lines,
        seen=np.ones((count, days)),
        pool=pool,
        lead=rng.integers(1, 8, items)[pool].astype(np.float64),
        lead_sd=np.full(count, 1.0),
        gap=np.full(count, 3.5),
        lot=rng.choice([1.0, 5.0, 10.0, 30.0], items)[pool],
        cost=rng.lognormal(1.5, 1.2, items)[pool],
        critical=rng.random(items)[pool] < 0.12,  # noqa: PLR2004 - share of emergency items
        prior_lines=np.full(count, 0.25),
        prior_days=np.full(count, 14.0),
        shelf=np.full(count, 365.0),
    )


def planning(record: Record) -> None:
    """Levels for 2,000 series of 24 months, and a year of them played again."""
    network = make_network(_SERIES)
    record.take(
        ("policy of 2,000 series", "", _SERIES),
        lambda: system_levels(network, Aim()),
        rows=_SERIES,
    )
    few = network.only(np.arange(_FEW))
    record.take(
        ("policy with learning, few series that help each other", "", _FEW),
        lambda: system_levels(few, Aim()),
        rows=_FEW,
    )
    levels = system_levels(network, Aim())
    rules = Rules(levels.reorder_point, levels.order_up_to, levels.reserve)
    world = _world(network)
    record.take(
        ("replay of a year, 2,000 series", "", _SERIES),
        lambda: Replay(world, network.cost, help_each_other=True).run(lambda _day: rules),
        rows=_SERIES,
    )
    monthly = replace(world, refresh=frozenset(range(DAYS - _YEAR, DAYS, 30)))
    past = Past((), network, monthly, date(2025, 1, 1), date(2025, 12, 31))
    plans = (Scenario(service=95, critical_service=97), Scenario(lateral=True))
    record.take(
        ("simulator, a year under two policies, 2,000 series", "", _SERIES),
        lambda: side_by_side(past, plans, None),
        rows=_SERIES,
    )


def _world(network: Network) -> World:
    rng = np.random.default_rng(SEED)
    shape = network.asked.shape
    return World(
        asked=network.asked.astype(np.int64),
        start=DAYS - _YEAR,
        warm=56,
        lead=rng.integers(1, 8, shape),
        review=(np.arange(DAYS) % 7 < 2)[None, :].repeat(network.count, axis=0),  # noqa: PLR2004 - two days a week
        pool=network.pool,
        lot=network.lot.astype(np.int64),
        least=np.zeros(network.count, np.int64),
        shelf=np.full(network.count, 365),
        opening=np.full(network.count, 20),
        refresh=frozenset(),
    )
