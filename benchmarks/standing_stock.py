"""P4 and P13: what is on hand, and the proofs, over a ledger of any length."""

from __future__ import annotations

from typing import Final

from app.services.platform import proofs
from app.services.stock import listing
from app.services.stock.available import lot_stock
from app.services.stock.standing import on_hand
from benchmarks.long_ledger import FIRST_PLACE, write_moves
from benchmarks.measure import Record
from benchmarks.world import make_items
from tests.factories import EAST, Site

_ITEMS: Final = 10_000
_PLACES: Final = 20


def standing_stock(record: Record, site: Site, backend: str, size: int) -> None:
    """P4 after `size` moves: one item at one place, a page, everything; then P13 over them."""
    items = min(_ITEMS, max(100, size // 50))
    make_items(site.owner, items)
    record.take(
        ("write moves in bulk", backend, size),
        lambda: write_moves(site, items=items, places=_PLACES, moves=size),
        rows=size,
        runs=1,
    )
    way = site.as_("east_store")

    def one() -> None:
        with way[0].read() as session:
            lot_stock(session, EAST, FIRST_PLACE, [1_000])

    def everywhere() -> None:
        with way[0].read() as session:
            on_hand(session, [EAST])

    pairs = items * _PLACES
    record.take(("on hand, one item at one place", backend, size), one, rows=1, runs=21)
    query = listing.PlainQuery()
    record.take(
        ("stock page of 200", backend, size),
        lambda: listing.stock_page(*way, [EAST], query),
        rows=200,
    )
    everything = f"{items} items × {_PLACES} places"
    record.take(
        (f"on hand, {everything}", backend, size),
        everywhere,
        rows=pairs,
    )
    record.take(
        (f"value and lights, {everything}", backend, size),
        lambda: listing.stock_summary(*way, [EAST]),
        rows=pairs,
        runs=1,
    )
    record.take(
        ("reconcile", backend, size),
        lambda: _whole(proofs.reconcile(site.owner)),
        rows=size,
        runs=1,
    )
    record.take(("verify chains", backend, size), lambda: _true(site), rows=size, runs=1)


def _whole(differences: tuple[proofs.Difference, ...]) -> None:
    if differences:
        raise RuntimeError(f"the bulk ledger is wrong: {differences[0]}")


def _true(site: Site) -> None:
    broken = [proof for proof in proofs.chains(site.owner) if not proof.whole]
    if broken:
        raise RuntimeError(f"the bulk chain is wrong: {broken[0]}")
