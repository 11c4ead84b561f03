"""Hot queries go by the organisation's keys: none walks through a whole big table.

The statements are those that the services really send; SQLite says how it would run them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from app.domain.ids import new_op
from app.services.settlement.invoices import RegisterInvoices, register
from app.services.stock import listing
from app.services.stock.available import lot_stock, receipt_costs
from app.services.stock.movements import MovementQuery, movements
from tests.factories import EAST, KANGZE, Site
from tests.faults.bookings import fill
from tests.services.settlement.september import invoice

BIG = ("ledger", "balance", "audit", "demand", "operation", "pack", "invoice")


@contextmanager
def listened(site: Site, login: str) -> Iterator[list[str]]:
    """What the driver gets to do as `login`, whoever sends it, with its values in it."""
    sent: list[str] = []
    traced: list[Any] = []

    def note(driver: Any, *_rest: object) -> None:
        driver.set_trace_callback(sent.append)
        traced.append(driver)

    engine = site.db(login).engine
    event.listen(engine, "checkout", note)
    yield sent
    event.remove(engine, "checkout", note)
    for driver in traced:
        driver.set_trace_callback(None)


def whole_table_walks(site: Site, sent: Sequence[str]) -> list[str]:
    """Steps of the plans that walk through a big table without an index."""
    found = []
    with site.owner.engine.connect() as connection:
        for statement in sent:
            if not re.search(rf"\bFROM ({'|'.join(BIG)})\b", statement):
                continue
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")
            found += [
                str(step)
                for *_ids, step in plan
                if re.match(rf"SCAN ({'|'.join(BIG)})\b(?!.*USING)", str(step))
            ]
    return found


def stock_page(site: Site) -> None:
    listing.stock_page(*site.as_("east_store"), [EAST], listing.PlainQuery())


def item_movements(site: Site) -> None:
    movements(*site.as_("east_store"), MovementQuery(EAST, item_id=101))


def all_movements(site: Site) -> None:
    movements(*site.as_("east_store"), MovementQuery(EAST, before=50))


def lots_to_take(site: Site) -> None:
    with site.db("east_store").read() as session:
        lot_stock(session, EAST, site.world.stores[EAST], [101])
        receipt_costs(session, EAST, [1])


def another_invoice(site: Site) -> None:
    command = RegisterInvoices(new_op(), EAST, KANGZE, (invoice(1, "226.00"),))
    register(site.db("east_store"), site.actor("east_head"), command)


@pytest.mark.parametrize(
    "read", [stock_page, item_movements, all_movements, lots_to_take, another_invoice]
)
def test_hot_reads_use_keys(sqlite_site: Site, read: Callable[[Site], None]) -> None:
    fill(sqlite_site)
    with listened(sqlite_site, "east_store") as sent:
        read(sqlite_site)

    assert any(re.search(rf"\bFROM ({'|'.join(BIG)})\b", statement) for statement in sent)
    assert whole_table_walks(sqlite_site, sent) == []


def test_a_walk_would_be_seen(sqlite_site: Site) -> None:
    assert whole_table_walks(sqlite_site, ["SELECT * FROM ledger WHERE qty = 1"]) == ["SCAN ledger"]
