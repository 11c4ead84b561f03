"""P2 as a store keeper does it: a note of many lines accepted, with order, lots and papers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import islice
from typing import Final

from app.domain.ids import new_op
from app.domain.receiving.work import Entry, Work, expected
from app.models.price import Price
from app.services.bulk import insert_all
from app.services.orders.consolidate import Consolidate, consolidate
from app.services.receiving.commands import DeliverOrder, Receive
from app.services.receiving.deliveries import deliver_order
from app.services.receiving.drafts import open_delivery
from app.services.receiving.receive import receive
from benchmarks.measure import Record
from benchmarks.world import make_items, needs, price_of
from tests.factories import EAST, KANGZE, TODAY, Site
from tests.order_needs import order_of, sign_as, write_ask

LINES: Final = 1_000
_RUNS: Final = 3


def accepting(record: Record, site: Site, backend: str, size: int) -> None:
    """P2: acceptances of `size` lines (1,000 at most), each of its own signed order."""
    lines = min(size, LINES)
    make_items(site.owner, lines)
    price_list(site, lines)
    waiting = [counted_note(site, range(lines), run) for run in range(_RUNS)]
    way = site.as_("east_store")
    record.take(
        (f"acceptance of {lines:,} lines", backend, size),
        lambda: receive(*way, waiting.pop()),
        rows=lines,
        runs=_RUNS,
    )


def price_list(site: Site, items: int) -> None:
    """A price of one supplier for each item of `make_items`."""
    with site.owner.write() as session:
        insert_all(session, Price, [price_of(item, KANGZE) for item in range(items)])


def counted_note(site: Site, items: range, run: int) -> Receive:
    """A note for all of an order of some items, each line counted with a lot of its own."""
    with site.owner.write() as session:
        wanted = islice(needs(items.stop), items.start, items.stop)
        asked = write_ask(session, EAST, site.world.stores[EAST], wanted)
    consolidate(*site.as_("lead_buyer"), Consolidate(new_op(), f"第 {run} 单", (asked,)))
    for login in ("east_head", "kangze_sales"):
        sign_as(site, login, order_of(site, EAST, KANGZE))
    order = order_of(site, EAST, KANGZE)
    sent = DeliverOrder(new_op(), order.org_id, order.id)
    made = deliver_order(*site.as_("kangze_sales"), sent)
    work = open_delivery(*site.as_("east_store"), made.org_id, made.delivery_id).work
    entries = tuple(_lot(work, entry, run) for entry in work.entries)
    return Receive(new_op(), made.org_id, made.delivery_id, entries)


def _lot(work: Work, entry: Entry, run: int) -> Entry:
    return replace(
        entry, lot_no=f"K{run}{entry.item_id}", expiry=TODAY + timedelta(days=700),
        accepted=expected(work, entry), done=True,
    )  # fmt: skip
