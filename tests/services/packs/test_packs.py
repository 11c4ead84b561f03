"""Fixed packs through the services: built, handed over, used once, lost, and never wrong."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from app.domain.codes import pack_code
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_id, new_op
from app.domain.packs.overdue import Late
from app.domain.packs.steps import PackState
from app.models.pack import Pack
from app.models.stock import Balance, Ledger, LotHold, Place
from app.services.consumption import Consume, ConsumeLine, Reverse, consume, reverse
from app.services.consumption.scan import scanned
from app.services.packs.asking import ask, cancel_request
from app.services.packs.build import build
from app.services.packs.commands import Ask, Build, Define, Issue, Packs, PackWork
from app.services.packs.define import define
from app.services.packs.ending import break_up, find, lose, open_packs
from app.services.packs.handing import give_back, receive as take_over, take_back
from app.services.packs.issuing import issue
from app.services.packs.listing import PackQuery, definitions, overdue, packs, scan_pack
from app.services.packs.needs import needs
from app.services.stock.moving import AddPlace, MoveGoods, MoveLine, add_place, move_goods
from tests.conftest import FixedClock
from tests.factories import EAST, KANGZE, Site
from tests.races import race
from tests.sent import Sent
from tests.services.test_consumption import AMOXICILLIN, BOX, receive

ME = "east_store"


def ward(site: Site, code: str = "KS-NK", name: str = "内科病区") -> int:
    return add_place(*site.as_(ME), AddPlace(new_op(), EAST, code, name))


def rule(site: Site, units: int = 2 * BOX, **more: Any) -> int:
    return define(*site.as_(ME), Define(new_op(), EAST, AMOXICILLIN, units, **more))


def built(site: Site, definition: int, count: int) -> Packs:
    return build(*site.as_(ME), Build(new_op(), EAST, definition, count))


def work(*pack_ids: int, reason: str = "") -> PackWork:
    return PackWork(new_op(), EAST, pack_ids, reason)


def send(site: Site, department: int, *pack_ids: int) -> Packs:
    return issue(*site.as_(ME), Issue(new_op(), EAST, department, pack_ids))


def at_ward(site: Site, count: int = 1, **more: Any) -> tuple[int, int, Packs]:
    """Goods, a department, a definition, and packs that the department received."""
    receive(site, EAST, {"A": (20, date(2027, 9, 30))})
    department, definition = ward(site), rule(site, **more)
    made = built(site, definition, count)
    send(site, department, *made.pack_ids)
    take_over(*site.as_("east_second"), work(*made.pack_ids))
    return department, definition, made


def shelves(site: Site) -> dict[str, int]:
    """Units by place, all lots together."""
    with site.owner.read() as s:
        rows = s.execute(
            select(Place.code, func.sum(Balance.qty))
            .join(Place, (Place.org_id == Balance.org_id) & (Place.id == Balance.place_id))
            .where(Balance.org_id == EAST)
            .group_by(Place.code)
        ).all()
    return {code: int(qty) for code, qty in rows if qty}


def proved(site: Site) -> None:
    """Balances are the sum of the ledger, and packs hold what lies at their places."""
    with site.owner.read() as s:
        for row in s.scalars(select(Balance).where(Balance.org_id == EAST)):
            key = (Ledger.item_id == row.item_id, Ledger.lot_id == row.lot_id,
                   Ledger.owner_id == row.owner_id, Ledger.org_id == EAST)  # fmt: skip
            came = s.scalar(
                select(func.sum(Ledger.qty)).where(*key, Ledger.to_place == row.place_id)
            )
            went = s.scalar(
                select(func.sum(Ledger.qty)).where(*key, Ledger.from_place == row.place_id)
            )
            assert row.qty == int(came or 0) - int(went or 0) >= 0
        held = s.execute(
            select(Pack.place_id, func.sum(Pack.qty))
            .where(Pack.org_id == EAST, Pack.kind == "fixed",
                   Pack.status.in_(("in_stock", "issued")))
            .group_by(Pack.place_id)
        ).all()  # fmt: skip
        for place, qty in held:
            there = s.scalar(select(func.sum(Balance.qty)).where(Balance.place_id == place))
            assert int(there or 0) == int(qty)


def test_part_of_an_opened_pack_comes_back_as_loose_goods(site: Site) -> None:
    department, _definition, made = at_ward(site, 2)
    store = site.as_(ME)
    done = open_packs(*store, work(*made.pack_ids))
    first, second = done.lines
    for qty in (20, 2 * BOX - 20):
        back = Reverse(new_op(), EAST, done.document_id, "患者没用完", first.ledger_seq, qty)
        assert reverse(*store, back) == reverse(*store, back)
        proved(site)
    assert shelves(site) == {"A-01-1": 16 * BOX, "KS-NK": 2 * BOX}
    use = (ConsumeLine(AMOXICILLIN, 2 * BOX),)
    consume(*store, Consume(new_op(), EAST, department, use))
    back = Reverse(new_op(), EAST, done.document_id, "扫错了", second.ledger_seq)
    reverse(*store, back)
    assert shelves(site) == {"A-01-1": 16 * BOX, "KS-NK-DSB": 2 * BOX}
    assert [row.code for row in packs(*store, EAST, PackQuery(view="department"))] == [
        made.codes[1]
    ]
    proved(site)


def test_a_pack_from_the_store_to_the_last_tablet(site: Site) -> None:
    department, definition, made = at_ward(site, 3)
    assert all(pack_code.is_valid(code) for code in made.codes)
    assert made.codes[0].startswith("DSB0002261014000001")
    assert shelves(site) == {"A-01-1": 14 * BOX, "KS-NK-DSB": 6 * BOX}
    done = open_packs(*site.as_("east_second"), work(made.pack_ids[0]))
    assert [line.qty for line in done.lines] == [2 * BOX]
    assert shelves(site)["KS-NK-DSB"] == 4 * BOX
    row = next(x for x in definitions(*site.as_(ME), EAST) if x.id == definition)
    assert (row.in_store, row.with_department) == (0, 2)
    assert scan_pack(*site.as_(ME), EAST, made.codes[0]).state is PackState.CONSUMED
    assert {x.department_id for x in packs(*site.as_(ME), EAST)} == {department}
    proved(site)


def test_an_empty_pack_asks_once_and_the_store_sees_it(site: Site) -> None:
    department, definition, made = at_ward(site)
    empty = made.pack_ids[0]
    with pytest.raises(ConflictError, match="还不是空包"):
        ask(*site.as_("east_second"), Ask(new_op(), EAST, empty))
    open_packs(*site.as_("east_second"), work(empty))
    ask(*site.as_("east_second"), Ask(new_op(), EAST, empty))
    with pytest.raises(ConflictError, match="已经要过下一包"):
        ask(*site.as_(ME), Ask(new_op(), EAST, empty))
    (need,) = needs(*site.as_(ME), EAST)
    assert (need.department_id, need.packs, need.ready, need.asker) == (department, 1, 0, "孙复")
    built(site, definition, 2)
    issue(*site.as_(ME), Issue(new_op(), EAST, department, definition_id=definition, count=1))
    assert needs(*site.as_(ME), EAST) == ()


def test_a_department_below_its_target_is_seen_too(site: Site) -> None:
    receive(site, EAST, {"A": (20, date(2027, 9, 30))})
    department = ward(site)
    definition = rule(site, place_id=department, target=3)
    (need,) = needs(*site.as_(ME), EAST)
    assert (need.request_id, need.packs) == (0, 3)
    asked = ask(*site.as_(ME), Ask(new_op(), EAST, 0, definition, department, 2))
    assert [need.packs for need in needs(*site.as_(ME), EAST)] == [2, 1]
    cancel_request(*site.as_(ME), EAST, asked)
    with pytest.raises(ConflictError, match="已取消"):
        cancel_request(*site.as_(ME), EAST, asked)


def test_loose_picking_never_takes_packed_goods(site: Site) -> None:
    receive(site, EAST, {"A": (4, date(2027, 9, 30))})
    built(site, rule(site), 2)
    line = ConsumeLine(AMOXICILLIN, BOX)
    with pytest.raises(DomainError, match="可用 0"):
        consume(*site.as_(ME), Consume(new_op(), EAST, site.world.stores[EAST], (line,)))
    proved(site)


def test_steps_twice_are_done_once(site: Site) -> None:
    receive(site, EAST, {"A": (20, date(2027, 9, 30))})
    department, definition = ward(site), rule(site)
    command = Build(new_op(), EAST, definition, 2)
    made = build(*site.as_(ME), command)
    assert build(*site.as_(ME), command) == made
    sending = Issue(new_op(), EAST, department, made.pack_ids)
    assert issue(*site.as_(ME), sending) == issue(*site.as_(ME), sending)
    scan = work(made.pack_ids[0])
    assert take_over(*site.as_(ME), scan) == take_over(*site.as_(ME), scan)
    with pytest.raises(ConflictError, match="不能接收"):
        take_over(*site.as_(ME), work(made.pack_ids[0]))
    with pytest.raises(DomainError, match="扫了两次"):
        take_over(*site.as_(ME), work(made.pack_ids[1], made.pack_ids[1]))
    opening = work(made.pack_ids[0])
    assert open_packs(*site.as_(ME), opening) == open_packs(*site.as_(ME), opening)
    with pytest.raises(ConflictError, match="登记过"):
        open_packs(*site.as_("east_second"), work(made.pack_ids[0]))
    with pytest.raises(ConflictError, match="配送中"):
        open_packs(*site.as_(ME), work(made.pack_ids[1]))
    proved(site)


def test_two_departments_take_the_last_pack(site: Site) -> None:
    receive(site, EAST, {"A": (2, date(2027, 9, 30))})
    wards, definition = (ward(site), ward(site, "KS-WK", "外科病区")), rule(site)
    built(site, definition, 1)

    def take(login: str, department: int) -> Any:
        db, actor = site.as_(login)
        command = Issue(new_op(), EAST, department, definition_id=definition, count=1)
        return lambda: issue(db, actor, command)

    found = race(take(ME, wards[0]), take("east_second", wards[1]))
    assert sorted(isinstance(x, Packs) for x in found) == [False, True]
    refusals = {x.code for x in found if isinstance(x, DomainError)}
    assert refusals <= {"pack.none_left", "pack.changed"}
    assert len(packs(*site.as_(ME), EAST, PackQuery(view="way"))) == 1
    proved(site)


def test_building_and_using_at_once_never_takes_more_than_there_is(site: Site) -> None:
    receive(site, EAST, {"A": (2, date(2027, 9, 30))})
    definition = rule(site)
    db, actor = site.as_("east_second")
    use = Consume(new_op(), EAST, site.world.stores[EAST], (ConsumeLine(AMOXICILLIN, BOX),))
    mine, me = site.as_(ME)
    command = Build(new_op(), EAST, definition, 1)
    race(lambda: consume(db, actor, use), lambda: build(mine, me, command))
    assert sum(shelves(site).values()) in {BOX, 2 * BOX}
    proved(site)


def test_break_lose_find_return_and_take_back(site: Site) -> None:
    _department, _definition, made = at_ward(site, 4)
    one, two, three, four = made.pack_ids
    db, actor = site.as_(ME)
    with pytest.raises(DomainError, match="请写明原因"):
        break_up(db, actor, work(one))
    break_up(db, actor, work(one, reason="科室只要散的"))
    assert shelves(site)["KS-NK"] == 2 * BOX
    lose(db, actor, work(two, reason="交接时找不到"))
    assert shelves(site)["KS-NK-DSB"] == 4 * BOX
    find(db, actor, work(two, reason="在推车里找到"))
    give_back(db, actor, work(three, reason="用量减少"))
    assert shelves(site) == {
        "A-01-1": 12 * BOX, "KS-NK": 2 * BOX, "KS-NK-DSB": 4 * BOX, "YF-DSB": 2 * BOX,
    }  # fmt: skip
    with pytest.raises(ConflictError, match="就在库房"):
        give_back(db, actor, work(three, reason="再退一次"))
    with pytest.raises(ConflictError, match="已拆包"):
        lose(db, actor, work(one, reason="又找不到"))
    department = next(x.department_id for x in packs(db, actor, EAST) if x.id == four)
    send(site, department, three)
    take_back(db, actor, work(three))
    assert scan_pack(db, actor, EAST, made.codes[2]).department_id == 0
    proved(site)


def test_an_opened_pack_taken_back_is_whole_again(site: Site) -> None:
    _department, _definition, made = at_ward(site)
    done = open_packs(*site.as_(ME), work(*made.pack_ids))
    ask(*site.as_(ME), Ask(new_op(), EAST, made.pack_ids[0]))
    reverse(*site.as_(ME), Reverse(new_op(), EAST, done.document_id, "扫错了"))
    assert scan_pack(*site.as_(ME), EAST, made.codes[0]).state is PackState.IN_STOCK
    assert needs(*site.as_(ME), EAST) == ()  # the pack is not empty: the next is not wanted
    open_packs(*site.as_(ME), work(*made.pack_ids))
    ask(*site.as_(ME), Ask(new_op(), EAST, made.pack_ids[0]))
    assert len(needs(*site.as_(ME), EAST)) == 1
    proved(site)


def test_mixed_lots_only_where_the_definition_says_so(site: Site) -> None:
    receive(site, EAST, {"A": (1, date(2027, 1, 31)), "B": (1, date(2027, 9, 30))})
    definition = rule(site)
    with pytest.raises(DomainError, match="可混批"):
        built(site, definition, 1)
    made = built(site, rule(site, mixed=True), 1)
    found = scan_pack(*site.as_(ME), EAST, made.codes[0])
    assert (found.lots, found.expiry) == ("A、B", date(2027, 1, 31))


def test_a_frozen_pack_goes_nowhere_and_a_good_one_is_taken_instead(site: Site) -> None:
    lots = receive(site, EAST, {"A": (6, date(2027, 9, 30))})
    department, definition = ward(site), rule(site)
    made = built(site, definition, 3)
    send(site, department, made.pack_ids[2])
    send(site, department, made.pack_ids[0])
    take_over(*site.as_(ME), work(made.pack_ids[0]))
    with site.owner.write() as s:
        s.add(LotHold(org_id=0, lot_id=lots["A"], id=new_id(), reason="recall",
                      since=site.owner.now(s), person_id=1))  # fmt: skip
    with pytest.raises(DomainError, match="冻结或召回"):
        send(site, department, made.pack_ids[1])
    with pytest.raises(DomainError, match="科室不能接收"):
        take_over(*site.as_(ME), work(made.pack_ids[2]))
    with pytest.raises(DomainError, match="冻结或召回"):
        open_packs(*site.as_(ME), work(made.pack_ids[0]))
    with pytest.raises(DomainError, match="批号 A 被冻结或召回，不能使用"):
        scanned(*site.as_(ME), EAST, site.world.stores[EAST], made.codes[1])
    assert {row.late for row in overdue(*site.as_(ME), EAST)} == {Late.FROZEN}
    (row,) = definitions(*site.as_(ME), EAST)
    assert row.in_store == 0, "a frozen pack is not one that can be given"
    receive(site, EAST, {"B": (2, date(2027, 12, 31))})
    good = built(site, definition, 1)
    wanted = Issue(new_op(), EAST, department, (), definition_id=definition, count=1)
    assert issue(*site.as_(ME), wanted).pack_ids == good.pack_ids
    line = MoveLine(AMOXICILLIN, lots["A"], KANGZE, site.world.bins[EAST], department, 1)
    with pytest.raises(DomainError, match="批号 A 被冻结或召回，只能移到"):
        move_goods(*site.as_(ME), MoveGoods(new_op(), EAST, (line,)))


def test_the_month_has_a_limit(site: Site) -> None:
    receive(site, EAST, {"A": (20, date(2027, 9, 30))})
    department = ward(site)
    made = built(site, rule(site, month_limit=2), 3)
    send(site, department, *made.pack_ids[:2])
    with pytest.raises(DomainError, match="本月限 2 包"):
        send(site, department, made.pack_ids[2])


def test_overdue_packs_are_listed(site: Site, clock: FixedClock) -> None:
    department, _definition, made = at_ward(site, 2, keep_days=7)
    send(site, department, *built(site, _definition, 1).pack_ids)
    assert overdue(*site.as_(ME), EAST) == ()
    clock.advance(days=8)
    assert [row.late for row in overdue(*site.as_(ME), EAST)] == [
        Late.NOT_RECEIVED, Late.UNOPENED, Late.UNOPENED,
    ]  # fmt: skip
    assert len(made.pack_ids) == 2


def test_a_neighbour_has_no_say(site: Site) -> None:
    _department, definition, made = at_ward(site)
    for call in (
        lambda db, actor: build(db, actor, Build(new_op(), EAST, definition, 1)),
        lambda db, actor: open_packs(db, actor, work(*made.pack_ids)),
        lambda db, actor: packs(db, actor, EAST),
    ):
        with pytest.raises(NotAllowedError):
            call(*site.as_("west_store"))


def test_goods_move_between_zones_with_reasons(site: Site) -> None:
    lots = receive(site, EAST, {"A": (4, date(2027, 9, 30))})
    db, actor = site.as_(ME)
    bad = add_place(db, actor, AddPlace(new_op(), EAST, "BHG", "不合格区", "zone", "bad"))
    good = site.world.bins[EAST]

    def move(start: int, end: int, boxes: int, reason: str = "") -> int:
        line = MoveLine(AMOXICILLIN, lots["A"], KANGZE, start, end, boxes * BOX)
        return move_goods(db, actor, MoveGoods(new_op(), EAST, (line,), reason))

    move(good, bad, 3)
    with pytest.raises(DomainError, match="写明理由"):
        move(bad, good, 1)
    move(bad, good, 1, "复检合格")
    with pytest.raises(DomainError, match="库存不够"):
        move(bad, good, 9, "复检合格")
    with pytest.raises(DomainError, match="同一个库位"):
        move(good, good, 1)
    assert shelves(site) == {"A-01-1": 2 * BOX, "BHG": 2 * BOX}
    with pytest.raises(DomainError, match="已经用于"):
        add_place(db, actor, AddPlace(new_op(), EAST, "bhg", "又一个"))


def test_forty_packs_are_no_more_statements_than_two(site: Site) -> None:
    receive(site, EAST, {"A": (100, date(2027, 9, 30))})
    department, definition = ward(site), rule(site)
    counts = []
    for count in (2, 40):
        sent = Sent(site, ME)
        made = sent.step("build", build, Build(new_op(), EAST, definition, count))
        packs_of = made.pack_ids
        sent.step("issue", issue, Issue(new_op(), EAST, department, packs_of))
        sent.step("take over", take_over, work(*packs_of))
        sent.step("give back", give_back, work(*packs_of, reason="用不完"))
        sent.step("lose", lose, work(*packs_of, reason="找不到"))
        sent.step("find", find, work(*packs_of, reason="找到了"))
        sent.step("break", break_up, work(*packs_of, reason="拆开用"))
        counts.append(sent.by_step)
    few, many = counts
    assert max(many[name] - few[name] for name in few) <= 2, (few, many)
    proved(site)
