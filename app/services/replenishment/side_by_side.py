"""Two policies played over the same past at once, on two cores, and what they can share."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import replace
from functools import partial
from threading import Lock

import numpy as np

from app.domain.replenish.frontier import Tables
from app.domain.replenish.replay import Pulse, Replay, Rules, Tally
from app.domain.replenish.scenario import Kind, Make, Planner, Scenario, unshared
from app.services.replenishment.past import Past


class _Together:
    """How far both replays are; when one is stopped the other stops as well."""

    def __init__(self, tell: Pulse | None) -> None:
        self._tell, self._lock = tell, Lock()
        self._days = [0, 0]
        self._stopped: Exception | None = None

    def day(self, part: int, day: int, days: int) -> None:
        """A replay has come to `day`; raises what stopped the other one, or the caller's stop."""
        with self._lock:
            if self._stopped is not None:
                raise self._stopped
            self._days[part] = day
            if self._tell is None:
                return
            try:
                self._tell(sum(self._days), 2 * days)
            except Exception as stop:
                self._stopped = stop
                raise


class _Shared:
    """What both plans draw up of the same view on the same day is drawn up by the first of them."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._made: dict[tuple[Kind, int], Future[Tables]] = {}

    def of(self, key: tuple[Kind, int], make: Make) -> Tables:
        """What the other plan has made or is making; made here if this one comes first."""
        mine: Future[Tables] = Future()
        with self._lock:
            job = self._made.pop(key, mine)
            if job is mine:
                self._made[key] = mine
        if job is mine:
            try:
                mine.set_result(make())
            except BaseException as error:
                mine.set_exception(error)
                raise
        return job.result()


def side_by_side(
    past: Past, plans: tuple[Scenario, Scenario], tell: Pulse | None
) -> tuple[Tally, Tally]:
    """Both replays at once: numpy lets go of the interpreter, so two cores halve the time."""
    pulse = _Together(tell)
    share = _Shared().of if plans[0].kind is plans[1].kind else unshared
    with ThreadPoolExecutor(2) as crew:
        jobs = [
            crew.submit(
                copy_context().run, _play, past, Planner(plan, share), partial(pulse.day, part)
            )
            for part, plan in enumerate(plans)
        ]
        a, b = (job.result() for job in jobs)
    return a, b


def _play(past: Past, planner: Planner, pulse: Pulse) -> Tally:
    plan = planner.scenario
    helping = plan.lateral or plan.kind is Kind.GROUP
    alone = replace(past.network, pool=np.arange(past.network.count))
    network = past.network if helping else alone

    def provider(day: int) -> Rules:
        return planner.rules(network.before(day))

    world = replace(past.world, pool=network.pool)
    return Replay(world, past.network.cost, help_each_other=helping).run(provider, pulse)
