"""Both members, both suppliers and the group's offices at work until everything happened once.

Every step is sent a second time: so a program does whose answer was lost (T08, T10). Tests look at
what was answered, and at the papers of every kind that the story leaves.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select

from app.domain.days import ZONE
from app.domain.errors import DomainError
from app.models.platform import Operation
from app.services.negotiation import rounds
from tests.conftest import FixedClock
from tests.databases import Databases
from tests.factories import Site
from tests.faults.bidding_deeds import Bidding
from tests.faults.deeds import Hand, Way
from tests.faults.formal_deeds import Formal
from tests.faults.grounds import settle_in
from tests.faults.money_deeds import Money

SEED, MOST = 2, 1500
NEEDED = {
    "receive", "consume", "move", "pack", "sign", "seal", "transfer.send", "transfer.accept",
    "statements", "bill.confirm", "invoice", "match", "bill.audit", "payment", "payment.file",
    "payment.paid", "project", "project.items", "project.needs", "project.sure",
    "project.invite", "round", "bid", "round.open", "bidding.close", "award.in_force", "pt.ask",
    "pt.plan", "pt.come", "pt.interest", "pt.open", "pt.vote", "pt.end",
}  # fmt: skip
"""What the story goes on for."""


@dataclass
class Story:
    """What was done, and what was answered otherwise the second time."""

    site: Site
    clock: FixedClock
    done: Counter[str] = field(default_factory=Counter)
    others: list[str] = field(default_factory=list)

    def twice(self, login: str, kind: str, _op: UUID, call: Callable[[Way], Any]) -> Any:
        """The step, and the step once more."""
        self.clock.advance(seconds=1)
        kind = kind.partition(":")[0]
        answer = call(self.site.as_(login))
        there = self._operations()
        try:
            again = call(self.site.as_(login))
        except DomainError as refusal:
            again = refusal.code
        if again != answer or self._operations() != there:
            self.others.append(f"{kind}: {answer}, then {again}")
        self.done[kind] += 1
        return answer

    def _operations(self) -> int:
        with self.site.owner.read() as session:
            return session.scalar(select(func.count()).select_from(Operation)) or 0


@contextmanager
def told(databases: Databases, scratch: Path) -> Iterator[Story]:
    """The story in a file of its own; files for the bank go to `scratch`."""
    clock, dice = FixedClock(), random.Random(SEED)
    with databases.site("sqlite", clock) as site, pytest.MonkeyPatch.context() as patch:
        patch.setattr(rounds, "MIN_MINUTES", 0)
        made = Story(site, clock)
        posts = settle_in(site)
        clock.now = datetime.now(ZONE)
        hands = [Hand(post, made.twice, site.as_, dice, clock.now.date(), scratch, clock)
                 for post in posts]  # fmt: skip
        works = [work for one in hands
                 for work in (one.work, one.work, Money(one).work, Bidding(one).work,
                              Bidding(one).work, Formal(one).work)]  # fmt: skip
        for _work in range(MOST):
            with suppress(DomainError):
                dice.choice(works)()
            if set(made.done) >= NEEDED:
                break
        yield made
