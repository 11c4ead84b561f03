"""P12: the key figures of 40 members over a year of moves, and the reports behind them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from sqlalchemy import select

from app.models.price import Price, PriceList
from app.services import home
from app.services.bulk import insert_all
from app.services.db import Database
from app.services.reports.kinds import Wanted
from app.services.reports.registry import make
from benchmarks.long_ledger import FACTOR, FIRST_ITEM, write_moves
from benchmarks.measure import Record
from benchmarks.month_end import group
from benchmarks.world import make_items
from tests.factories import KANGZE, NOW, TODAY, Site

_ITEMS: Final = 2_000
_PLACES: Final = 2
_REPORTS: Final = ("stock", "consumption", "departments")


def key_figures(record: Record, site: Site, backend: str, size: int) -> None:
    """The figures of the home page and three reports, all members at once, `size` moves."""
    make_items(site.owner, _ITEMS)
    actor, members, _suppliers = group(site)
    _write_prices(site)
    write_moves(
        site, items=_ITEMS, places=_PLACES, moves=size, orgs=members, demand=True
    )  # fmt: skip
    then = Database(site.owner.engine, lambda: NOW)  # the day on which the moves end
    for asked in (members, members[:1]):
        record.take(
            (f"key figures of {len(asked)} members", backend, size),
            lambda asked=asked: home.figures(then, actor, asked),  # type: ignore[misc]
            rows=size,
        )
    for name in _REPORTS:
        wanted = Wanted(name, tuple(members), TODAY - timedelta(days=364), TODAY)
        record.take(
            (f"report {name} of {len(members)} members", backend, size),
            lambda wanted=wanted: make(then, actor, wanted),  # type: ignore[misc]
            rows=size,
            runs=1,
        )


def _write_prices(site: Site) -> None:
    """A group price and a base price for every item."""
    with site.owner.write() as session:
        kept = session.scalar(select(PriceList.id).limit(1))
        rows = [
            {
                "id": 10**9 + number, "list_id": kept, "item_id": FIRST_ITEM + number,
                "supplier_id": KANGZE, "org_id": 0, "valid_from": date(2025, 1, 1),
                "unit_price": Decimal(number % 97 + 1) / 4, "price_factor": FACTOR,
                "base_price": Decimal(number % 97 + 2) / 4, "rank": 1, "created_at": NOW,
                "created_by": 1,
            }
            for number in range(_ITEMS)
        ]  # fmt: skip
        insert_all(session, Price, rows)
