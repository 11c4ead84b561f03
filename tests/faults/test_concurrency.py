"""Several people at once: never oversold, never doubled, never stuck; on both databases."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from sqlalchemy import func, select

from app.domain.errors import DomainError
from app.domain.ids import new_op
from app.models.stock import Balance, Ledger
from app.services.platform import proofs
from tests.factories import EAST, Site
from tests.faults.bookings import book

PEOPLE = 4


def together(work: Callable[[int], object]) -> list[object]:
    """Run the work of each person at the same moment; what each came to."""
    gate = threading.Barrier(PEOPLE)

    def one(number: int) -> object:
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(PEOPLE) as pool:
        return list(pool.map(one, range(PEOPLE)))


def stock(site: Site, lots: int, each: int) -> int:
    """Fill lots 1…n at the east store; its place."""
    place = site.world.stores[EAST]
    book(*site.as_("east_store"), new_op(), place, [(lot, -each) for lot in range(1, lots + 1)])
    return place


def on_hand(site: Site) -> int:
    with site.owner.read() as session:
        return int(session.scalar(select(func.sum(Balance.qty))) or 0)


def sound(site: Site) -> bool:
    return not proofs.reconcile(site.owner) and all(one.whole for one in proofs.chains(site.owner))


def test_the_last_units_are_sold_once(site: Site) -> None:
    place = stock(site, lots=1, each=100)
    ways = [(site.connect("east_store"), site.actor("east_store")) for _one in range(PEOPLE)]

    def take_until_empty(number: int) -> int:
        taken = 0
        while True:
            try:
                book(*ways[number], new_op(), place, [(1, 3)])
            except DomainError as refusal:
                if refusal.code != "stock.short":
                    raise
                return taken
            taken += 1

    assert sum(int(str(done)) for done in together(take_until_empty)) == 33
    assert on_hand(site) == 1
    assert sound(site)


def test_the_same_intention_is_booked_once(site: Site) -> None:
    place = stock(site, lots=1, each=100)
    ways = [(site.connect("east_store"), site.actor("east_store")) for _one in range(PEOPLE)]
    intentions = [new_op() for _one in range(8)]

    def press_again_and_again(number: int) -> list[int]:
        return [book(*ways[number], op, place, [(1, 1)]) for op in intentions]

    answers = together(press_again_and_again)

    assert all(answer == answers[0] for answer in answers)
    assert on_hand(site) == 100 - len(intentions)
    assert sound(site)


def test_long_documents_in_any_order_do_not_block_each_other(site: Site) -> None:
    lots = 12
    place = stock(site, lots, each=10_000)
    ways = [(site.connect("east_store"), site.actor("east_store")) for _one in range(PEOPLE)]

    def write_documents(number: int) -> int:
        dice = random.Random(number)
        for _document in range(6):
            lines = [(lot, dice.randint(1, 5)) for lot in dice.sample(range(1, lots + 1), 8)]
            book(*ways[number], new_op(), place, lines)
        return 6

    together(write_documents)

    with site.owner.read() as session:
        rows = session.scalar(select(func.count()).select_from(Ledger))
    assert rows == lots + PEOPLE * 6 * 8
    assert sound(site)


def test_reading_goes_on_while_somebody_writes(site: Site) -> None:
    place = stock(site, lots=1, each=100)
    db, actor = site.connect("east_store"), site.actor("east_store")
    seen: list[int] = []
    with site.owner.read() as session:
        before = session.scalar(select(func.sum(Balance.qty)))
        op: UUID = new_op()
        book(db, actor, op, place, [(1, 40)])
        seen.append(on_hand(site))
    assert (before, seen) == (100, [60])
