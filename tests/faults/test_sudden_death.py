"""The program is killed in the middle of its work: nothing lost, nothing doubled."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

from sqlalchemy import select

from app.domain.ids import new_op
from app.models.stock import Balance, Ledger
from app.services.platform import proofs
from tests.factories import EAST, Site
from tests.faults.bookings import book
from tests.faults.worker import noted, unsettled

ROOT = Path(__file__).resolve().parents[2]
DEATHS = 3
FULL = 1_000_000


def start(site: Site, place: int, outbox: Path) -> subprocess.Popen[str]:
    url = site.db("east_store").engine.url
    address = (
        str(url.database)
        if site.is_sqlite
        else f"postgresql://{url.host}:{url.port}/{url.database}"
    )
    return subprocess.Popen(
        [sys.executable, "-m", "tests.faults.worker", address, "east_store", str(place), outbox],
        cwd=ROOT,
        env=os.environ | {"YILIAN_PASSWORD": str(url.password or "")},
        stdout=subprocess.PIPE,
        text=True,
    )


def die_at_work(worker: subprocess.Popen[str], outbox: Path, more: int) -> None:
    """Let it book some more, then kill it without a word."""
    assert worker.stdout is not None
    assert worker.stdout.readline() == "working\n"
    goal = len(noted(outbox, "done")) + more
    while len(noted(outbox, "done")) < goal:
        assert worker.poll() is None
    worker.kill()
    worker.wait()
    worker.stdout.close()


def test_killed_again_and_again(site: Site, tmp_path: Path) -> None:
    place, outbox = site.world.stores[EAST], tmp_path / "outbox"
    way = site.as_("east_store")
    book(*way, new_op(), place, [(1, -FULL)])
    dice = random.Random(7)
    for _death in range(DEATHS):
        die_at_work(start(site, place, outbox), outbox, dice.randint(3, 12))

    open_still = unsettled(outbox)
    for op in open_still:
        book(*way, op, place, [(1, 1)])

    sent = noted(outbox, "sent")
    with site.owner.read() as session:
        booked = [str(op) for op in session.scalars(select(Ledger.op_id).where(Ledger.seq > 1))]
        left = session.scalar(select(Balance.qty))
    assert sorted(booked) == sorted(sent)
    assert len(sent) > 3 * DEATHS
    assert left == FULL - len(sent)
    assert proofs.reconcile(site.owner) == ()
    assert all(one.whole for one in proofs.chains(site.owner))
