"""Our side of the comparison with the peer: whole services, as the window calls them.

A receipt is an accepted note of a signed order with its checks, lots and papers; a consumption
chooses lots by FEFO and leaves demand and an audit trail; a replenishment run works the levels out
of the daily demand and explains each figure. The peer's receipts are bare moves, and its run takes
order points that somebody typed.
"""

from __future__ import annotations

import random
import tempfile
from pathlib import Path
from typing import Final

from app.domain.ids import new_op
from app.services.catalogue.search import search
from app.services.consumption.commands import Consume, ConsumeLine
from app.services.consumption.consume import consume
from app.services.importing.catalogue import ApplyCatalogue, apply, preview
from app.services.receiving.receive import receive
from app.services.replenishment.run import Run, run
from app.services.stock.available import lot_stock
from app.services.stock.standing import on_hand
from benchmarks.accepting import LINES, counted_note, price_list
from benchmarks.catalogue_file import make_file
from benchmarks.long_ledger import FIRST_PLACE, write_moves
from benchmarks.measure import timed
from benchmarks.world import FIRST, make_items
from tests.databases import Databases
from tests.factories import EAST, Site, make_world

Times = tuple[float, float]
"""Wall and CPU seconds."""
ALL_PLACES: Final = "on hand, all × 5 places"
_PLACES: Final = 5
_DOCUMENT: Final = 200
"""Lines of one consumption."""
_LOOKS: Final = 21


def our_work(databases: Databases, backend: str, size: int, moves: int) -> dict[str, Times]:
    """Each work once (what only reads: medians), on fresh databases of one kind."""
    found: dict[str, Times] = {}
    with databases.fresh(backend) as made:
        site = Site(made.db, make_world(made.db), made.connect)
        found["catalogue"] = _import(site, size)
        site.close()
    with databases.fresh(backend) as made:
        site = Site(made.db, make_world(made.db), made.connect)
        make_items(site.owner, size)
        found |= {"receive": _receive(site, size), "consume": _consume(site, size)}
        site.close()
    with databases.fresh(backend) as made:
        site = Site(made.db, make_world(made.db), made.connect)
        make_items(site.owner, size)
        price_list(site, size)
        write_moves(site, items=size, places=_PLACES, moves=moves, demand=True)
        found |= _looks(site, size) | {"replenishment": _replenish(site)}
        site.close()
    return found


def _import(site: Site, size: int) -> Times:
    way = site.as_("lead_buyer")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "catalogue.csv"
        make_file(path, size)
        return timed(lambda: apply(*way, ApplyCatalogue(new_op(), preview(*way, path))), 1)


def _receive(site: Site, size: int) -> Times:
    price_list(site, size)
    parts = [range(first, min(first + LINES, size)) for first in range(0, size, LINES)]
    notes = [counted_note(site, part, number) for number, part in enumerate(parts)]
    way = site.as_("east_store")

    def accept() -> None:
        for note in notes:
            receive(*way, note)

    return timed(accept, 1)


def _consume(site: Site, size: int) -> Times:
    way, place = site.as_("east_store"), site.world.stores[EAST]

    def use() -> None:
        for first in range(0, size, _DOCUMENT):
            part = range(first, min(first + _DOCUMENT, size))
            lines = tuple(ConsumeLine(FIRST + item, 1) for item in part)
            consume(*way, Consume(new_op(), EAST, place, lines))

    return timed(use, 1)


def _looks(site: Site, size: int) -> dict[str, Times]:
    way, dice = site.as_("east_store"), random.Random(3)  # noqa: S311 - the same every time

    def one() -> None:
        with way[0].read() as session:
            lot_stock(
                session, EAST, FIRST_PLACE + dice.randrange(_PLACES), [FIRST + dice.randrange(size)]
            )

    def everywhere() -> None:
        with way[0].read() as session:
            on_hand(session, [EAST])

    return {
        "on hand, one": timed(one, _LOOKS),
        ALL_PLACES: timed(everywhere, 3),
        "name search": timed(lambda: search(*way, "西林", 20), _LOOKS),
        "quick search": timed(lambda: search(*way, "阿莫西林胶", 20), _LOOKS),
    }


def _replenish(site: Site) -> Times:
    way = site.as_("east_store")

    def plan() -> None:
        for place in range(FIRST_PLACE, FIRST_PLACE + _PLACES):
            run(*way, Run(new_op(), EAST, place))

    return timed(plan, 1)
