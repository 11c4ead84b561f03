"""A soak (T63): many places at work for a long time at the pace of people, with faults between.

    python -m tests.faults.soak --minutes 60 --sites 40 --on postgresql

What grows shows only in programs that live: so clients are not killed here, the server, the
network and the backups are what goes wrong. Memory and open handles of every client are read every
minute; what is compared is the median over all clients, after warming up and at the end.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from typing_extensions import override

from tests.faults import __main__ as storms
from tests.faults.grounds import ServerGround
from tests.faults.storm import Storm

WARM = 5.0
"""Minutes after which caches are full."""
PAUSE = 12.0
"""Seconds at most between two pieces of work of one place."""
BETWEEN = 45.0
"""Seconds between two faults."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Memory and open handles of the clients at one moment: the medians."""

    minute: float
    rss_kb: float
    handles: float
    alive: int


class Soak(Storm):
    """A storm without deaths, over a time instead of a number of faults."""

    readings: list[Reading]

    def spread(self, sites: int) -> None:
        """So many computers, each with its own outbox, over the members there are."""
        if isinstance(self.ground, ServerGround):
            self.ground.many_computers()
        first = self._tasks[:]
        for number in range(len(first), sites):
            desk = self._folder / f"desk{number}"
            desk.mkdir()
            seed = self._dice.randrange(1 << 30)
            model = first[number % len(first)]  # the offices stay where they were
            post = replace(model.post, office=False)
            self._tasks.append(replace(model, folder=desk, seed=seed, post=post))
            self._running.append(None)

    def minutes(self, minutes: float) -> None:
        """Work so long; a fault every `BETWEEN` seconds."""
        self.readings, began = [], time.monotonic()
        self._sample(began)
        while time.monotonic() - began < minutes * 60:
            threading.Event().wait(BETWEEN)
            fault = self._dice.choice(sorted(self.ground.faults))
            self._fault(fault)
            self._examine(fault)
            self._sample(began)

    @override
    def _work(self, more: int) -> None:
        """The soak lies here, between the sending out and the one last fault of `run`."""
        if not hasattr(self, "readings"):
            super()._work(1)
            self.minutes(float(more))

    @override
    def _kinds(self, count: int) -> list[str]:
        return []

    def _sample(self, began: float) -> None:
        memory, handles = [], []
        for process in self._running:
            if process is None or not process.pid:
                continue
            place = Path(f"/proc/{process.pid}")
            with suppress(OSError):
                lines = (place / "status").read_text(encoding="utf-8").splitlines()
                rss = next(line for line in lines if line.startswith("VmRSS"))
                memory.append(int(rss.split()[1]))
                handles.append(len(list((place / "fd").iterdir())))
        minute = (time.monotonic() - began) / 60
        self.readings.append(
            Reading(minute, statistics.median(memory), statistics.median(handles), len(memory))
        )

    def growth(self) -> dict[str, float]:
        """Percent from after warming up to the end; medians of three readings."""
        warm = [one for one in self.readings if one.minute >= WARM] or self.readings
        found = {}
        for name in ("rss_kb", "handles"):
            first = statistics.median(getattr(one, name) for one in warm[:3])
            last = statistics.median(getattr(one, name) for one in warm[-3:])
            found[name] = round((last / first - 1) * 100, 1)
        return found


@contextmanager
def soaked(kind: str, seed: int, sites: int) -> Iterator[Soak]:
    """As `storms.run`, with many clients."""
    with storms.run(kind, seed, made=Soak) as soak:
        assert isinstance(soak, Soak)
        soak.spread(sites)
        soak.tell(pause=PAUSE, warm=True)
        yield soak


def main() -> int:
    """One soak; 0 when nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak")
    parser.add_argument("--minutes", type=int, default=30)
    parser.add_argument("--sites", type=int, default=40)
    parser.add_argument("--seed", type=int, default=63)
    parser.add_argument("--on", choices=("sqlite", "postgresql"), default="postgresql")
    wanted = parser.parse_args()
    with soaked(wanted.on, wanted.seed, wanted.sites) as soak:
        figures = soak.run(0, wanted.minutes)
        storms.say(figures)
        storms.tell(figures)
        storms.say(json.dumps({"growth_percent": soak.growth(), "sites": wanted.sites}))
        storms.say([(round(x.minute, 1), x.rss_kb, x.handles, x.alive) for x in soak.readings])
        return 0 if figures.sound else 1


if __name__ == "__main__":
    sys.exit(main())
