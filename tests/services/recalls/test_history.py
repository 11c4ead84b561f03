"""A lot's moves are walked through once: sums and newest moves are those of the plain ledger."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import select

from app.domain.ids import new_op
from app.models.stock import Ledger, Lot
from app.services.recalls import trace
from app.services.recalls.history import Flow, walk
from app.services.recalls.trace import Mark, TraceStep, older_moves, trace_lot
from tests.factories import EAST, NOW, WEST, Site
from tests.faults.bookings import book

LOT = 1


@pytest.fixture
def moved(site: Site) -> Site:
    """A lot that came to two members and was used there, nearly at the same moments."""
    with site.owner.write() as session:
        for lot in (LOT, LOT + 1):
            session.add(Lot(id=lot, item_id=101, lot_no=f"L{lot}", serial="", created_at=NOW))
    for qty in (-500, 3, 7, -20, 1, 11, 2):
        for org, login in ((EAST, "east_store"), (WEST, "west_store")):
            book(*site.as_(login), new_op(), site.world.stores[org], [(LOT, qty), (LOT + 1, qty)])
    return site


def plain(site: Site) -> list[Ledger]:
    with site.owner.read() as session:
        rows = session.scalars(select(Ledger).where(Ledger.lot_id == LOT)).all()
        session.expunge_all()
    return sorted(rows, key=lambda row: (row.posted_at, row.org_id, row.seq))


def test_sums_are_those_of_the_ledger(moved: Site) -> None:
    rows = plain(moved)
    way = [(row.org_id, row.doc_kind, row.from_place, row.to_place) for row in rows]
    sums: Counter[tuple[int, str, int, int]] = Counter()
    for key, row in zip(way, rows, strict=True):
        sums[key] += row.qty
    with moved.owner.read() as session:
        flows, keys = walk(session, LOT, (EAST, WEST), 5)
        none, no_keys = walk(session, LOT + 99, (EAST, WEST), 5)

    counts = Counter(way)
    assert set(flows) == {Flow(*key, qty, counts[key]) for key, qty in sums.items()}
    assert set(keys) == {(row.org_id, row.seq) for row in rows[-5:]}
    assert (none, no_keys) == ([], [])


@pytest.mark.parametrize("size", [1, 3, 14, 100])
def test_pages_tell_every_move_once_and_in_order(
    moved: Site, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(trace, "PAGE", size)
    way = moved.as_("lead_buyer")
    found = trace_lot(*way, LOT)
    told: tuple[TraceStep, ...] = found.steps
    older: Mark | None = found.older
    while older is not None:
        steps, older = older_moves(*way, LOT, older)
        told = steps + told

    rows = plain(moved)
    assert found.moves == len(rows) == 14
    assert [(step.org_id, step.qty) for step in told] == [(row.org_id, row.qty) for row in rows]
    assert [(one.came, one.used) for one in found.members] == [(520, 24), (520, 24)]
