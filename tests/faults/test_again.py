"""Everything that people do is sent a second time: the same answer, and nothing done twice.

So a program does whose answer was lost (T08, T10): it must be told what it was told before, also
where the paper has gone on to its next state since.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
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
from tests.factories import Site
from tests.faults.bidding_deeds import Bidding
from tests.faults.deeds import Hand, Way
from tests.faults.formal_deeds import Formal
from tests.faults.grounds import settle_in
from tests.faults.invariants import state
from tests.faults.money_deeds import Money

SEED, MOST = 2, 1200
NEEDED = {
    "receive", "consume", "move", "pack", "sign", "seal", "transfer.send", "transfer.accept",
    "statements", "bill.confirm", "invoice", "match", "bill.audit", "payment", "payment.file",
    "project", "project.items", "project.needs", "project.sure", "project.invite", "round", "bid",
    "round.open", "bidding.close", "pt.ask", "pt.plan", "pt.come", "pt.open", "pt.vote", "pt.end",
}  # fmt: skip
"""What the story goes on for."""


def test_what_is_sent_again_is_answered_again(
    sqlite_site: Site, clock: FixedClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, done = sqlite_site, Counter[str]()
    monkeypatch.setattr(rounds, "MIN_MINUTES", 0)

    def operations() -> int:
        with site.owner.read() as session:
            return session.scalar(select(func.count()).select_from(Operation)) or 0

    def twice(login: str, kind: str, _op: UUID, call: Callable[[Way], Any]) -> Any:
        clock.advance(seconds=1)
        answer = call(site.as_(login))
        there = operations()
        assert call(site.as_(login)) == answer, kind
        assert operations() == there, kind
        done[kind.partition(":")[0]] += 1
        return answer

    dice = random.Random(SEED)
    posts = settle_in(site)
    day = datetime.now(ZONE).date()
    clock.now = datetime.now(ZONE)
    hands = [Hand(post, twice, site.as_, dice, day, tmp_path, clock) for post in posts]
    works = [work for one in hands
             for work in (one.work, one.work, Money(one).work, Bidding(one).work,
                          Bidding(one).work, Formal(one).work)]  # fmt: skip
    for _work in range(MOST):
        with suppress(DomainError):
            dice.choice(works)()
        if set(done) >= NEEDED:
            break
    assert NEEDED - set(done) == set()
    assert state(site.owner) == ()
