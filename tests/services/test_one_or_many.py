"""One command of many lines leaves what as many commands of one line would have left.

The same goods, label or item may stand in several lines: quantities add up, none is lost.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, given, settings, strategies as st
from sqlalchemy import func, select

from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.domain.pricing import PriceSource
from app.models.demand import Demand
from app.models.pack import Pack
from app.models.price import Price
from app.models.stock import Balance, Ledger, Lot, Place
from app.services.consumption.commands import Consume, ConsumeLine
from app.services.consumption.consume import consume
from app.services.counting.disposal import Ask, Goods, ask
from app.services.labels.candidates import from_stock
from app.services.labels.commands import LabelLine, MakeLabels, Source
from app.services.labels.make import make_labels
from app.services.prices.change import CreateList, create_list
from app.services.prices.putting import NewPrice, put_all
from app.services.stock.moving import MoveGoods, MoveLine, move_goods
from tests.conftest import FixedClock
from tests.databases import Databases
from tests.factories import EAST, KANGZE, RUIHE, Site
from tests.services.consumption.test_triggers import ward
from tests.services.test_consumption import AMOXICILLIN, BOX, receive

ME = "east_store"
_T = TypeVar("_T")
KINDS = pytest.mark.parametrize(("kind", "examples"), [("sqlite", 12), ("postgresql", 2)])


class Twins:
    """Two houses that are the same: one gets a single command, the other one for each line."""

    def __init__(self, databases: Databases, clock: FixedClock, kind: str) -> None:
        self._databases, self._clock, self._kind = databases, clock, kind
        self.agreed = 0
        """How often both did it."""

    def agree(
        self,
        make: Callable[[Site], Any],
        do: Callable[[Site, Any, tuple[Any, ...]], object],
        lines: list[Any],
        told: Callable[[Site], object],
    ) -> None:
        """Both do it, or refuse it; what stands afterwards is the same."""
        with ExitStack() as stack:
            whole, parts = (
                stack.enter_context(self._databases.site(self._kind, self._clock)) for _ in "12"
            )
            worlds = make(whole), make(parts)
            try:
                for line in lines:
                    do(parts, worlds[1], (line,))
            except DomainError:
                before = told(whole)
                with pytest.raises(DomainError):
                    do(whole, worlds[0], tuple(lines))
                assert told(whole) == before
                return
            do(whole, worlds[0], tuple(lines))
            assert told(whole) == told(parts)
            self.agreed += 1


def check(
    law: Callable[[_T], None], known: list[_T], strategy: st.SearchStrategy[_T], examples: int
) -> None:
    """The law holds for what is known to be hard, and for so many other examples."""
    for one in known:
        law(one)
    quiet = settings(
        max_examples=examples, suppress_health_check=list(HealthCheck), derandomize=True,
        phases=(Phase.generate,),
    )  # fmt: skip
    quiet(given(strategy)(law))()


def books(site: Site) -> list[list[tuple[Any, ...]]]:
    """What lies where, what moved in all, where labels are said to be, and what was asked for."""
    with site.owner.read() as session:
        place = dict(session.execute(select(Place.id, Place.code)).all())
        lot = dict(session.execute(select(Lot.id, Lot.lot_no)).all())
        stock = session.execute(
            select(Balance.place_id, Balance.lot_id, Balance.owner_id, Balance.qty).where(
                Balance.qty > 0
            )
        )
        way = (Ledger.from_place, Ledger.to_place, Ledger.lot_id, Ledger.doc_kind)
        moved = session.execute(select(*way, func.sum(Ledger.qty)).group_by(*way))
        labels = session.execute(select(Pack.code, Pack.place_id, Pack.status))
        asked = session.execute(
            select(Demand.place_id, Demand.item_id, Demand.asked, Demand.given, Demand.lines)
        )
        return [
            sorted((place[at], lot[x], *more) for at, x, *more in stock),
            sorted((place[a], place[b], lot[x], kind, int(n)) for a, b, x, kind, n in moved),
            sorted((code, place[at], status) for code, at, status in labels),
            sorted((place[at], *more) for at, *more in asked),
        ]


def stocked(site: Site) -> tuple[dict[str, int], list[int], tuple[int, ...], int]:
    """Two lots of three boxes, each box with its label; lots, places, labels and owner."""
    lots = receive(site, EAST, {"A": (3, date(2027, 1, 31)), "B": (3, date(2027, 9, 30))})
    found = from_stock(*site.as_(ME), EAST)
    lines = tuple(LabelLine(one.lot, BOX, 3) for one in found)
    made = make_labels(*site.as_(ME), MakeLabels(new_op(), EAST, Source.STOCK, 0, lines))
    places = [found[0].lot.place_id, site.world.stores[EAST], ward(site)]
    return lots, list(dict.fromkeys(places)), made.pack_ids, found[0].lot.owner_id


moves = st.lists(
    st.tuples(
        st.sampled_from("AB"), st.integers(0, 1), st.integers(0, 2),
        st.sampled_from((1, BOX, 2 * BOX, 3 * BOX)),
    ).filter(lambda one: one[1] != one[2]),
    min_size=1, max_size=5,
)  # fmt: skip


@KINDS
def test_goods_are_moved(databases: Databases, clock: FixedClock, kind: str, examples: int) -> None:
    twins = Twins(databases, clock, kind)

    def do(site: Site, world: Any, lines: tuple[Any, ...]) -> None:
        lots, places, _labels, owner = world
        spots = [places[n % len(places)] for n in range(3)]
        rows = tuple(
            MoveLine(AMOXICILLIN, lots[lot], owner, spots[a], spots[b], qty)
            for lot, a, b, qty in lines
        )
        move_goods(*site.as_(ME), MoveGoods(new_op(), EAST, rows, "调整"))

    known: list[list[tuple[str, int, int, int]]] = [
        [("A", 0, 1, BOX), ("A", 0, 2, 2 * BOX)],
        [("A", 0, 1, 3 * BOX), ("A", 1, 2, 3 * BOX)],
        [("A", 0, 1, 2 * BOX), ("A", 0, 1, 2 * BOX)],
    ]
    check(lambda lines: twins.agree(stocked, do, lines, books), known, moves, examples)
    assert twins.agreed


uses = st.tuples(
    st.lists(st.integers(0, 5), max_size=3),
    st.lists(st.tuples(st.integers(1, 2 * BOX), st.booleans()), max_size=4),
).filter(any)


@KINDS
def test_goods_are_used(databases: Databases, clock: FixedClock, kind: str, examples: int) -> None:
    twins = Twins(databases, clock, kind)

    def do(site: Site, world: Any, lines: tuple[Any, ...]) -> None:
        lots, places, labels, _owner = world
        rows = [
            ConsumeLine(AMOXICILLIN, BOX, pack_id=labels[what])
            if isinstance(what, int)
            else ConsumeLine(AMOXICILLIN, what[0], lots["B"] if what[1] else 0, reason="指定")
            for what in lines
        ]
        consume(*site.as_(ME), Consume(new_op(), EAST, places[-2], tuple(rows)))

    def law(wanted: tuple[list[int], list[tuple[int, bool]]]) -> None:
        labels, loose = wanted
        twins.agree(stocked, do, [*labels, *loose], books)

    known: list[tuple[list[int], list[tuple[int, bool]]]] = [
        ([], [(2 * BOX, False), (2 * BOX, False), (1, False)]),
        ([0, 3], [(30, True), (30, False), (12, True)]),
        ([1, 1], []),
    ]
    check(law, known, uses, examples)
    assert twins.agreed


prices = st.lists(
    st.tuples(
        st.sampled_from((101, 102)), st.sampled_from((KANGZE, RUIHE)), st.sampled_from((0, EAST)),
        st.integers(0, 6), st.none() | st.integers(1, 4), st.integers(1, 500),
    ),
    min_size=1, max_size=6,
)  # fmt: skip
FIRST = date(2026, 11, 1)


@KINDS
def test_prices_are_put(databases: Databases, clock: FixedClock, kind: str, examples: int) -> None:
    twins = Twins(databases, clock, kind)

    def make(site: Site) -> int:
        wanted = CreateList(new_op(), "KY", "药品协议价", PriceSource.ADHOC)
        return create_list(*site.as_("lead_buyer"), wanted)

    def do(site: Site, kept: int, lines: tuple[Any, ...]) -> None:
        wanted = []
        for item, supplier, org, start, days, fen in lines:
            begins = FIRST + timedelta(days=start)
            ends = begins + timedelta(days=days) if days else None
            price = Decimal(fen) / 100
            wanted.append(NewPrice(item, supplier, price, begins, ends, org))
        with site.owner.write() as session:
            for answer in put_all(session, site.actor("lead_buyer"), kept, wanted):
                if isinstance(answer, DomainError):
                    raise answer

    def told(site: Site) -> list[Any]:
        columns = (
            Price.item_id, Price.supplier_id, Price.org_id, Price.valid_from, Price.valid_to,
            Price.unit_price, Price.base_price,
        )  # fmt: skip
        with site.owner.read() as session:
            return sorted(map(tuple, session.execute(select(*columns))), key=repr)

    known: list[list[tuple[int, int, int, int, int | None, int]]] = [
        [(101, KANGZE, 0, 0, None, 5), (101, KANGZE, 0, 2, None, 7), (101, KANGZE, 0, 4, 1, 9)],
        [(101, KANGZE, 0, 4, None, 5), (101, KANGZE, 0, 2, 2, 7)],
    ]
    check(lambda lines: twins.agree(make, do, lines, told), known, prices, examples)
    assert twins.agreed


def test_goods_named_twice_on_a_paper_are_counted_together(sqlite_site: Site) -> None:
    lots, places, _labels, owner = stocked(sqlite_site)
    goods = Goods(places[0], AMOXICILLIN, lots["A"], owner, 2 * BOX)
    paper = Ask(new_op(), EAST, (goods, goods), "expired", "近效期过期两盒")
    with pytest.raises(DomainError, match="只有 3 盒，要处理 4 盒"):
        ask(*sqlite_site.as_(ME), paper)
