"""P2 as a store keeper does it: a note of many lines accepted, with order, lots and papers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.domain.documents import State
from app.domain.ids import new_id, new_op
from app.domain.receiving.work import Entry, Work, expected
from app.models.order import Requisition, RequisitionLine
from app.models.price import Price
from app.services.orders.consolidate import Consolidate, consolidate
from app.services.receiving.commands import DeliverOrder, Receive
from app.services.receiving.deliveries import deliver_order
from app.services.receiving.drafts import open_delivery
from app.services.receiving.receive import receive
from benchmarks.measure import Record
from benchmarks.world import FIRST, make_items
from tests.factories import EAST, KANGZE, NOW, TODAY, Site
from tests.order_needs import order_of, sign_as

LINES: Final = 1_000
_RUNS: Final = 3
_FACTOR: Final = 24
_ASKER: Final = 4


def accepting(record: Record, site: Site, backend: str, size: int) -> None:
    """P2: acceptances of `size` lines (1,000 at most), each of its own signed order."""
    lines = min(size, LINES)
    make_items(site.owner, lines)
    with site.owner.write() as session:
        session.execute(insert(Price), [price_of(item) for item in range(lines)])
    waiting = [_counted(site, lines, run) for run in range(_RUNS)]
    way = site.as_("east_store")
    record.take(
        (f"acceptance of {lines:,} lines", backend, size),
        lambda: receive(*way, waiting.pop()),
        rows=lines,
        runs=_RUNS,
    )


def _counted(site: Site, lines: int, run: int) -> Receive:
    """A note for all of an order, each line counted with a lot of its own."""
    wanted = (_ask(site, lines),)
    consolidate(*site.as_("lead_buyer"), Consolidate(new_op(), f"第 {run} 单", wanted))
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


def _ask(site: Site, lines: int) -> tuple[int, int]:
    requisition = new_id()
    head = {
        "org_id": EAST, "id": requisition, "no": f"SQ{requisition}", "status": State.SUBMITTED,
        "place_id": site.world.stores[EAST], "created_at": NOW, "created_by": _ASKER,
        "submitted_at": NOW, "submitted_by": _ASKER, "amount": Decimal(0), "version": 1,
    }  # fmt: skip
    asked = [
        {
            "org_id": EAST, "requisition_id": requisition, "line": item + 1,
            "item_id": FIRST + item, "suggested": 0, "qty": _FACTOR * (item % 9 + 1),
            "unit_price": Decimal(0), "price_factor": _FACTOR,
        }
        for item in range(lines)
    ]  # fmt: skip
    with site.owner.write() as session:
        _write(session, Requisition, [head])
        _write(session, RequisitionLine, asked)
    return EAST, requisition


def _write(session: Session, model: Any, rows: list[dict[str, Any]]) -> None:
    session.execute(insert(model), rows)


def price_of(item: int) -> dict[str, Any]:
    """A price of 康泽 for everybody, for an item of `make_items` by its number."""
    return {
        "id": new_id(), "list_id": 1, "item_id": FIRST + item, "org_id": 0,
        "supplier_id": KANGZE, "valid_from": date(2026, 1, 1),
        "unit_price": Decimal(f"{item % 90 + 1}.35"), "price_factor": _FACTOR, "created_at": NOW,
        "created_by": 1,
    }  # fmt: skip
