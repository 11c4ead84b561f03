"""Counting with two pairs of hands, and by who may write down what: figures that stay true."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.domain.errors import ConflictError, DomainError
from app.domain.ids import new_op
from app.domain.stock.counting import CountState
from app.models.stock import Place
from app.services.consumption import Consume, ConsumeLine, consume
from app.services.counting.approving import approve, send_back
from app.services.counting.count import Key, Record, ScanCount, record, scan, submit
from app.services.counting.heads import CountDone
from app.services.counting.listing import count_lines
from app.services.stock.moving import MoveGoods, MoveLine, move_goods
from tests.conftest import FixedClock
from tests.databases import Databases
from tests.deliveries import AMLODIPINE, gs1
from tests.factories import EAST, KANGZE, RUIHE, WEST, Site
from tests.races import at_once
from tests.services.counting.test_counting import FAR, ME, OTHER, begun, found, step
from tests.services.packs.test_packs import at_ward
from tests.services.test_consumption import AMOXICILLIN, BOX, receive


def figures(site: Site, done: CountDone) -> list[int | None]:
    lines = count_lines(*site.as_(ME), EAST, done.count_id)
    return [line.counted for line in sorted(lines, key=lambda line: line.place_id)]


def test_what_two_count_of_one_lot_adds_up(databases: Databases, clock: FixedClock) -> None:
    with databases.site("postgresql", clock) as site:
        lots = receive(site, EAST, {"A": (4, FAR)})
        done = begun(site)
        key = Key(site.world.bins[EAST], AMOXICILLIN, lots["A"], KANGZE)
        more = [Record(new_op(), EAST, done.count_id, key, BOX, add=True) for _hand in range(2)]
        at_once(site, (ME, record, more[0]), (OTHER, record, more[1]))
        assert figures(site, done) == [2 * BOX]
        packs = [ScanCount(new_op(), EAST, done.count_id, gs1(101, "A", FAR)) for _hand in range(2)]
        at_once(site, (ME, scan, packs[0]), (OTHER, scan, packs[1]))
        assert figures(site, done) == [4 * BOX]


def test_nothing_is_written_under_the_hands_of_who_submits(
    databases: Databases, clock: FixedClock
) -> None:
    with databases.site("postgresql", clock) as site:
        lots = receive(site, EAST, {"A": (5, FAR)})
        done = begun(site)
        found(site, done, lots["A"], 5 * BOX)
        key = Key(site.world.bins[EAST], AMOXICILLIN, lots["A"], KANGZE)
        late = Record(new_op(), EAST, done.count_id, key, BOX)
        came = at_once(site, (ME, submit, step(done)), (OTHER, record, late))
        submitted = [one for one in came if isinstance(one, CountDone)]
        if submitted and submitted[0].state is CountState.TO_APPROVE:
            assert came[1] == "count.state"
            assert figures(site, done) == [5 * BOX]
        else:  # the late figure came first: it is off, so the line is counted again
            assert came[1] == BOX
            assert submitted[0].recount == 1


def test_a_count_makes_no_goods_out_of_nothing(site: Site) -> None:
    _ward, _rule, _packs = at_ward(site)
    with site.owner.read() as s:
        places = dict(s.execute(select(Place.code, Place.id).where(Place.org_id == EAST)).all())
    done = begun(site)
    (line,) = count_lines(*site.as_(ME), EAST, done.count_id)

    def write(place: int, item: int, lot: int, owner: int, qty: int = BOX) -> int:
        key = Key(place, item, lot, owner)
        return record(*site.as_(ME), Record(new_op(), EAST, done.count_id, key, qty))

    for code in ("V-LOST", "V-SUP", "KS-NK", "YF-DSB", "KS-NK-DSB"):
        with pytest.raises(DomainError, match="不盘这个库位"):
            write(places[code], AMOXICILLIN, line.lot_id, KANGZE)
    with pytest.raises(DomainError, match="不是这种货的"):
        write(line.place_id, AMLODIPINE, line.lot_id, EAST)
    for owner in (RUIHE, WEST):
        with pytest.raises(DomainError, match="先走收货登记"):
            write(line.place_id, AMOXICILLIN, line.lot_id, owner)
    with pytest.raises(DomainError, match="0 或正数"):
        write(line.place_id, AMOXICILLIN, line.lot_id, KANGZE, -1)
    with pytest.raises(DomainError, match="太大"):
        write(line.place_id, AMOXICILLIN, line.lot_id, KANGZE, 10**13)
    assert write(places["YF"], AMOXICILLIN, line.lot_id, EAST) == BOX


def test_packs_of_a_lot_in_two_bins_fill_the_book_of_both(site: Site) -> None:
    lots = receive(site, EAST, {"A": (5, FAR)})
    store, shelf = site.world.stores[EAST], site.world.bins[EAST]
    part = MoveLine(AMOXICILLIN, lots["A"], KANGZE, shelf, store, 2 * BOX)
    move_goods(*site.as_(ME), MoveGoods(new_op(), EAST, (part,), "放到台面"))
    done = begun(site)
    for _pack in range(5):
        code = gs1(AMOXICILLIN, "A", FAR)
        scan(*site.as_(ME), ScanCount(new_op(), EAST, done.count_id, code))
    ready = submit(*site.as_(ME), step(done))
    assert (ready.state, ready.recount) == (CountState.TO_APPROVE, 0)


def test_a_second_count_by_scan_leaves_the_other_lines_alone(site: Site) -> None:
    lots = receive(site, EAST, {"A": (5, FAR)})
    store, shelf = site.world.stores[EAST], site.world.bins[EAST]
    part = MoveLine(AMOXICILLIN, lots["A"], KANGZE, shelf, store, 2 * BOX)
    move_goods(*site.as_(ME), MoveGoods(new_op(), EAST, (part,), "放到台面"))
    done = begun(site)
    for place, units in ((shelf, 2 * BOX), (store, 2 * BOX)):
        key = Key(place, AMOXICILLIN, lots["A"], KANGZE)
        record(*site.as_(ME), Record(new_op(), EAST, done.count_id, key, units))
    assert submit(*site.as_(ME), step(done)).recount == 1
    for _pack in range(3):
        code = gs1(AMOXICILLIN, "A", FAR)
        scan(*site.as_(OTHER), ScanCount(new_op(), EAST, done.count_id, code))
    ready = submit(*site.as_(ME), step(done))
    assert (ready.state, ready.recount) == (CountState.TO_APPROVE, 0)
    counted = {x.place_id: x.counted for x in count_lines(*site.as_(ME), EAST, done.count_id)}
    assert counted == {shelf: 3 * BOX, store: 2 * BOX}


def test_a_loss_that_is_no_longer_there_is_told_in_words(site: Site) -> None:
    lots = receive(site, EAST, {"A": (10, FAR)})
    done = begun(site, 9)
    found(site, done, lots["A"], 4 * BOX)
    ready = submit(*site.as_(ME), step(done))
    use = Consume(new_op(), EAST, site.world.stores[EAST], (ConsumeLine(AMOXICILLIN, 5 * BOX),))
    consume(*site.as_(ME), use)
    with pytest.raises(ConflictError, match="盘后已用掉或移走"):
        approve(*site.as_(OTHER), step(ready))
    back = send_back(*site.as_(OTHER), step(ready))
    assert back.recount == 1
