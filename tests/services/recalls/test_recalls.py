"""A lot is frozen everywhere at once, followed both ways, answered for, and acted on in time."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_op
from app.domain.stock.recalls import LEVELS, Action, check_recall, reply_due, suggested
from app.services.consumption import Consume, ConsumeLine, consume
from app.services.recalls.answers import answers
from app.services.recalls.coming import coming_of
from app.services.recalls.expiring import Finish, Plan, end, expiring, people_of, plan
from app.services.recalls.finding import find_lots
from app.services.recalls.papers import recall_paper
from app.services.recalls.recall import (
    Answer,
    Close,
    Start,
    answer,
    close,
    recalls,
    replies,
    start,
    start_of,
)
from app.services.recalls.trace import trace_found, trace_lot
from app.services.receiving.commands import DeliverLine
from app.services.stock.moving import AddPlace, MoveGoods, MoveLine, add_place, move_goods
from tests.cli.runner import run
from tests.deliveries import AMLODIPINE, note
from tests.factories import EAST, KANGZE, TODAY, WEST, Site
from tests.services.packs.test_packs import at_ward
from tests.services.test_consumption import AMOXICILLIN, BOX, receive
from tests.transfer_world import SYRINGE, agreed, arrived, sent, stock

ME = "east_store"


def both(site: Site) -> int:
    """The same lot at the east and, after a transfer, at the west."""
    lots = receive(site, EAST, {"A": (10, date(2027, 9, 30))})
    arrived(site, sent(site, agreed(site)))
    return lots["A"]


def recall(site: Site, lot: int, level: int = 1) -> int:
    command = Start(new_op(), (lot,), level, "召回〔2026〕7 号", "溶出度不合格")
    return start(*site.as_("lead_buyer"), command)


def test_a_lot_is_frozen_in_every_member_at_once(site: Site) -> None:
    lot = both(site)
    recall(site, lot)
    for login, org in ((ME, EAST), ("west_store", WEST)):
        place = site.world.stores[org]
        line = ConsumeLine(AMOXICILLIN, BOX, lot_id=lot)
        with pytest.raises(DomainError, match="已冻结"):
            consume(*site.as_(login), Consume(new_op(), org, place, (line,)))
    (row,) = recalls(*site.as_("west_store"))
    assert (row.level_text, row.lots, row.due) == ("一级召回", "A", TODAY + timedelta(days=1))
    assert recalls(*site.as_("kangze_sales")) == ()
    with pytest.raises(NotAllowedError, match="牵头医院"):
        start(*site.as_(ME), Start(new_op(), (lot,), 1, "x", "溶出度不合格"))


def test_a_freeze_becomes_a_recall_and_a_recall_a_stricter_one(sqlite_site: Site) -> None:
    lot = both(sqlite_site)
    numbers = [recall(sqlite_site, lot, level) for level in (0, 2, 1)]
    for level in (0, 1, 3):
        with pytest.raises(ConflictError, match="不用再做一次"):
            recall(sqlite_site, lot, level)
    way = sqlite_site.as_("lead_buyer")
    freeze = next(row for row in recalls(*way) if row.id == numbers[0])
    close(*way, Close(new_op(), freeze.id, freeze.version, "已改为召回", release=True))
    (head,) = find_lots(*way, "A")
    assert head.held == "recall", "the recalls still hold it"


def test_a_lot_on_its_way_is_frozen_before_anybody_has_it(site: Site) -> None:
    line = DeliverLine(AMOXICILLIN, 5 * BOX, "W1", date(2028, 1, 31))
    note(site, {}, lines=(line,))
    (head,) = find_lots(*site.as_("lead_head"), "W1")
    assert (head.lot_id, head.lot_no, head.expiry) == (0, "W1", date(2028, 1, 31))
    (member,) = trace_found(*site.as_("lead_head"), head).members
    assert (member.org_id, member.coming, member.came) == (EAST, 5 * BOX, 0)
    with pytest.raises(NotAllowedError, match="药库"):
        start(*site.as_("lead_buyer"), start_of(new_op(), (head,), 1, "召 7 号", "溶出度不合格"))
    number = start(
        *site.as_("lead_head"), start_of(new_op(), (head,), 1, "召 7 号", "溶出度不合格")
    )
    assert trace_found(*site.as_("lead_head"), head).head.held == "recall"
    with pytest.raises(ConflictError, match="不用再做一次"):
        start(*site.as_("lead_head"), start_of(new_op(), (head,), 1, "召 7 号", "又收到一份通知"))
    (row,) = recalls(*site.as_("lead_head"))
    (waiting,) = answers(*site.as_("lead_head"), number, row.lot_ids)
    assert (waiting.org_id, waiting.coming, waiting.open) == (EAST, 5 * BOX, True)
    answer(*site.as_(ME), Answer(new_op(), EAST, number, "到货时拒收"))
    with pytest.raises(NotAllowedError, match="看得到全部成员"):
        close(*site.as_("lead_head"), Close(new_op(), number, row.version, "各成员都已处理"))
    named = find_lots(*site.as_("lead_head"), f"{head.code}/NEVER-CAME")
    assert [(x.lot_id, x.lot_no, x.name) for x in named] == [(0, "NEVER-CAME", head.name)]


def test_lots_of_one_number_are_not_taken_for_one_another(site: Site) -> None:
    """Makers number as they like; the lots are asked for together."""
    coming = ((AMOXICILLIN, 5 * BOX), (AMLODIPINE, 28))
    for item, qty in coming:
        note(site, {}, no=f"SH-{item}", lines=(DeliverLine(item, qty, "W1", date(2028, 1, 31)),))
        note(site, {}, no=f"S2-{item}", lines=(DeliverLine(item, 2 * qty, "W2"),))
    wanted = {(AMOXICILLIN, "W1"), (AMLODIPINE, "W2")}
    with site.owner.read() as session:
        found = coming_of(session, wanted, (EAST, WEST))
    assert {lot: [(org, one.qty) for org, one in way.items()] for lot, way in found.items()} == {
        (AMOXICILLIN, "W1"): [(EAST, 5 * BOX)], (AMLODIPINE, "W2"): [(EAST, 2 * 28)],
    }  # fmt: skip


def test_goods_between_two_members_are_not_forgotten(site: Site) -> None:
    lots = receive(site, EAST, {"A": (10, date(2027, 9, 30))})
    sent(site, agreed(site))
    number = recall(site, lots["A"])
    found = answers(*site.as_("lead_buyer"), number, (lots["A"],))
    west = next(one for one in found if one.org_id == WEST)
    assert (west.sent, west.here, west.open) == (2 * BOX, 0, True)
    with pytest.raises(DomainError, match="登记拒收"):
        answer(*site.as_("west_store"), Answer(new_op(), WEST, number, "没有货"))


def test_forward_and_back_in_one_view(site: Site) -> None:
    lot = both(site)
    line = ConsumeLine(AMOXICILLIN, 3 * BOX)
    consume(*site.as_(ME), Consume(new_op(), EAST, site.world.stores[EAST], (line,)))
    found = trace_lot(*site.as_("lead_buyer"), lot)
    east, west = sorted(found.members, key=lambda x: x.org_id)
    assert (east.came, east.here, east.used, east.gone) == (240, 120, 72, 48)
    assert (west.came, west.here, west.used) == (48, 48, 0)
    east_way, west_way = ([x for x in found.steps if x.org == org] for org in ("城东", "城西"))
    assert [x.stage for x in east_way] == ["in", "out", "used"]
    assert [x.stage for x in west_way] == ["in"]
    assert east_way[1].doc_no == west_way[0].doc_no != ""
    mine = trace_lot(*site.as_(ME), lot)
    assert {x.org_id for x in mine.members} == {EAST}
    with pytest.raises(DomainError, match="集团成员"):
        trace_lot(*site.as_("kangze_sales"), lot)


def test_a_lot_inside_packs_is_found_by_the_pack(site: Site) -> None:
    _department, _definition, made = at_ward(site, 2)
    (head,) = find_lots(*site.as_(ME), made.codes[0])
    found = trace_lot(*site.as_(ME), head.lot_id)
    assert [x.code for x in found.packs] == list(made.codes)
    assert {x.place for x in found.standing} == {"药房 A-01-1", "内科病区 定数包"}
    assert [head.lot_no for head in find_lots(*site.as_(ME), "A")] == ["A"]
    assert find_lots(*site.as_(ME), "没有这个") == ()


def test_members_answer_when_the_goods_are_set_apart(site: Site) -> None:
    lot = both(site)
    number = recall(site, lot)
    db, actor = site.as_("west_store")
    reply = Answer(new_op(), WEST, number, "已隔离")
    with pytest.raises(DomainError, match="还有 2 盒 在可用库位"):
        answer(db, actor, reply)
    bad = add_place(db, actor, AddPlace(new_op(), WEST, "BHG", "不合格区", "zone", "bad"))
    move = MoveLine(AMOXICILLIN, lot, KANGZE, site.world.stores[WEST], bad, 2 * BOX)
    move_goods(db, actor, MoveGoods(new_op(), WEST, (move,)))
    answer(db, actor, reply)
    assert replies(*site.as_("lead_buyer"), number) == (("城西", 48, 0, "已隔离"),)
    (row,) = recalls(*site.as_("lead_buyer"))
    with pytest.raises(DomainError, match="处理结果"):
        close(*site.as_("lead_buyer"), Close(new_op(), number, row.version, ""))
    with pytest.raises(DomainError, match="城东 还没有隔离或回复"):
        close(*site.as_("lead_buyer"), Close(new_op(), number, row.version, "已全部退回厂家"))
    listed = {one.org: one for one in answers(*site.as_("lead_buyer"), number, (lot,))}
    assert (listed["城东"].here, listed["城东"].answered, listed["城西"].open) == (
        192,
        False,
        False,
    )
    done = Close(new_op(), number, row.version, "已全部退回厂家", release=True)
    close(*site.as_("lead_buyer"), done)
    with pytest.raises(ConflictError, match="已经结束"):
        answer(db, actor, Answer(new_op(), WEST, number, "又想起来"))
    again = Close(new_op(), number, row.version, "又关一次", release=True)
    with pytest.raises(ConflictError, match="别人处理过"):
        close(*site.as_("lead_buyer"), again)
    line = ConsumeLine(AMOXICILLIN, BOX)
    consume(*site.as_(ME), Consume(new_op(), EAST, site.world.stores[EAST], (line,)))


def test_what_runs_out_gets_an_owner_and_a_deadline(site: Site) -> None:
    lots = receive(site, EAST, {"SOON": (4, TODAY + timedelta(days=40)),
                                "OLD": (1, TODAY - timedelta(days=5)),
                                "FAR": (4, TODAY + timedelta(days=900))})  # fmt: skip
    db, actor = site.as_(ME)
    old, soon = expiring(db, actor, [EAST])
    assert (old.lot_no, old.advice) == ("OLD", Action.RETURN)
    assert (soon.lot_no, soon.wasted, soon.advice) == ("SOON", 4 * BOX, Action.EXCHANGE)
    people = {name: number for number, name in people_of(db, actor, EAST)}
    wish = Plan(new_op(), EAST, AMOXICILLIN, lots["SOON"], Action.EXCHANGE, 4 * BOX,
                people["孙复"], TODAY + timedelta(days=7))  # fmt: skip
    made = plan(db, actor, wish)
    _old, soon = expiring(db, actor, [EAST])
    assert (soon.action, soon.person, soon.action_id) == ("换货", "孙复", made)
    end(db, actor, Finish(new_op(), EAST, made, soon.version))
    assert expiring(db, actor, [EAST])[1].action_id == 0
    with pytest.raises(ConflictError):
        end(db, actor, Finish(new_op(), EAST, made, soon.version))


@pytest.mark.parametrize(
    ("level", "source", "reason", "lots"),
    [(4, "x", "不合格品", 1), (1, "", "不合格品", 1), (1, "x", "坏", 1), (1, "x", "不合格品", 0)],
)
def test_an_incomplete_recall_is_refused(level: int, source: str, reason: str, lots: int) -> None:
    with pytest.raises(DomainError):
        check_recall(level, source, reason, lots)


def test_levels_and_advice() -> None:
    check_recall(0, "", "外观异常", 1)
    assert [reply_due(level, TODAY) - TODAY for level in sorted(LEVELS)] == [
        timedelta(days=n) for n in (7, 1, 3, 7)
    ]
    no = {"daily_use": False, "consigned": False, "wanted_elsewhere": False}
    assert suggested(-1, **no) is Action.WRITE_OFF
    assert suggested(50, **(no | {"daily_use": True})) is Action.USE_FIRST
    assert suggested(50, **(no | {"wanted_elsewhere": True})) is Action.TRANSFER
    assert suggested(50, **(no | {"consigned": True})) is Action.EXCHANGE


def test_by_command_line(site: Site) -> None:
    receive(site, EAST, {"SOON": (4, TODAY + timedelta(days=40))})
    made = run(site, "lead_buyer", "recall", "start", "SOON", "--level", "2", "--source", "召 1 号",
               "--reason", "包装破损")  # fmt: skip
    assert "已在所有成员冻结" in made.out
    assert "二级召回" in run(site, ME, "recall", "list").out
    traced = run(site, ME, "trace", "SOON").out
    assert "城东" in traced
    assert "入库" in traced, "people read words, not codes"
    act = run(site, ME, "recall", "act", "SOON", "return", "--by", "2099-11-01", "--person", "孙复")
    assert act.code == 0, act.err
    assert "孙复" in run(site, ME, "recall", "expiring").out
    number = run(site, ME, "--json", "recall", "list").json()[0]["no"]
    assert "移到不合格区" in run(site, ME, "recall", "answer", number).err
    closed = run(
        site, "lead_buyer", "recall", "close", number, "--report", "误报，已核实", "--release"
    )
    assert closed.code == 0, closed.err
    assert "没有批号 NOPE" in run(site, ME, "trace", "NOPE").err
    stock(site, EAST, SYRINGE, 5, lot="SOON")
    both = run(site, "lead_buyer", "recall", "start", "SOON", "--reason", "两个品规同一批号")
    assert "YP-000101/SOON" in both.err
    one = run(site, "lead_buyer", "recall", "start", "YP-000101/SOON", "--reason", "只冻结这一种")
    assert "已在所有成员冻结" in one.out


def test_the_report_tells_what_became_of_every_pack(site: Site, tmp_path: Path) -> None:
    lot = both(site)
    line = ConsumeLine(AMOXICILLIN, BOX, lot_id=lot)
    consume(*site.as_("west_store"),
            Consume(new_op(), WEST, site.world.stores[WEST], (line,)))  # fmt: skip
    number = recall(site, lot)
    db, actor = site.as_("west_store")
    bad = add_place(db, actor, AddPlace(new_op(), WEST, "TH", "退货区", "zone", "returns"))
    move = MoveLine(AMOXICILLIN, lot, KANGZE, site.world.stores[WEST], bad, BOX)
    move_goods(db, actor, MoveGoods(new_op(), WEST, (move,)))
    answer(db, actor, Answer(new_op(), WEST, number, "一盒已用，一盒在退货区"))
    paper = recall_paper(*site.as_("lead_buyer"), number)
    assert ("召回通知文号", "召回〔2026〕7 号") in paper.facts
    west = next(row for row in paper.rows if row[0] == "城西")
    assert west[3:9] == ("2 盒", "1 盒", "0 盒", "1 盒", "1 盒", "0 盒")
    assert next(row for row in paper.rows if row[0] == "城东")[-1] == "没有回复"
    assert paper.notes[0].endswith("一盒已用，一盒在退货区")
    (mine,) = recall_paper(db, actor, number).rows
    assert mine[0] == "城西", "a member reads its own lines"
    with pytest.raises(NotAllowedError):
        recall_paper(*site.as_("kangze_sales"), number)
    name = recalls(*site.as_("lead_buyer"))[0].no
    target = tmp_path / "zh.pdf"
    said = run(site, "lead_buyer", "recall", "pdf", name, "--out", str(target))
    assert (said.code, target.read_bytes()[:4]) == (0, b"%PDF"), said.err
    receive(site, EAST, {"B": (1, date(2027, 9, 30))})
    ask = run(site, "lead_buyer", "recall", "start", "YP-000101", "--reason", "没写批号")
    assert "YP-000101 有 2 个批号，请写明哪一个" in ask.err
