"""Counts, write-offs, returns, temperatures: blind, twice where it matters, by two people."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, strategies as st

from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_op
from app.domain.stock.counting import (
    COUNT_STEPS,
    DISPOSAL_STEPS,
    Counted,
    CountState,
    DisposalState,
    check_witnesses,
    step_count,
    step_disposal,
    wants_recount,
)
from app.services.consumption import Consume, ConsumeLine, consume
from app.services.counting import count
from app.services.counting.approving import approve, cancel, post_approved, send_back
from app.services.counting.controlled import controlled_ledger
from app.services.counting.count import (
    Key,
    Record,
    ScanCount,
    StartCount,
    record,
    scan,
    start,
    submit,
)
from app.services.counting.disposal import Ask, Carry, Decide, Goods, ask, carry, decide, disposals
from app.services.counting.heads import CountDone, CountStep
from app.services.counting.listing import count_lines, counts
from app.services.counting.recount_rule import (
    SaveRecountRule,
    recount_by_other,
    save_recount_rule,
)
from app.services.counting.temperature import Measure, measure, readings
from app.services.receiving.commands import Second
from tests.cli.runner import run
from tests.deliveries import gs1
from tests.factories import EAST, KANGZE, TODAY, WEST, Site
from tests.second_persons import with_passwords
from tests.services.packs.test_packs import proved, shelves
from tests.services.test_consumption import AMOXICILLIN, BOX, on_hand, receive
from tests.transfer_world import PETHIDINE, stock

ME, OTHER = "east_store", "east_second"
FAR = date(2027, 9, 30)


def begun(site: Site, tolerance: int = 0) -> CountDone:
    return start(*site.as_(ME), StartCount(new_op(), EAST, 0, tolerance))


def step(done: CountDone, *, zero: bool = False) -> CountStep:
    return CountStep(new_op(), EAST, done.count_id, done.version, "月末盘点", zero)


def found(site: Site, done: CountDone, lot: int, units: int, login: str = ME) -> int:
    key = Key(site.world.bins[EAST], AMOXICILLIN, lot, KANGZE)
    return record(*site.as_(login), Record(new_op(), EAST, done.count_id, key, units))


def test_two_counts_of_a_place_post_a_difference_once(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    lots = receive(site, EAST, {"A": (5, FAR)})
    first = begun(site, 9)
    with pytest.raises(ConflictError, match=f"{first.no} 正在盘这里"):
        begun(site)
    with monkeypatch.context() as both_at_once:
        both_at_once.setattr(count, "refuse_second", lambda *_args: None)
        second = begun(site, 9)
    for done in (first, second):
        found(site, done, lots["A"], 4 * BOX)
    ready = [submit(*site.as_(ME), step(one)) for one in (first, second)]
    approve(*site.as_(OTHER), step(ready[0]))
    with pytest.raises(ConflictError, match="已调整过其中 1 行"):
        approve(*site.as_(OTHER), step(ready[1]))
    cancel(*site.as_(ME), step(ready[1]))
    assert on_hand(site, lots["A"]) == 4 * BOX
    assert begun(site).state is CountState.COUNTING


def test_a_difference_is_not_approved_by_the_only_one_who_saw_it(site: Site) -> None:
    lots = receive(site, EAST, {"A": (5, FAR)})
    done = begun(site, 9)
    found(site, done, lots["A"], 4 * BOX, OTHER)
    done = submit(*site.as_(ME), step(done))
    with pytest.raises(DomainError, match="有差异的行是你自己盘的"):
        approve(*site.as_(OTHER), step(done))
    assert on_hand(site, lots["A"]) == 5 * BOX


def test_a_line_is_counted_again_by_another_where_there_is_one(site: Site) -> None:
    lots = receive(site, EAST, {"A": (5, FAR)})
    done = begun(site)
    found(site, done, lots["A"], 4 * BOX)
    assert submit(*site.as_(ME), step(done)).recount == 1
    with pytest.raises(DomainError, match="第一次是你盘的，复盘要换个人数"):
        found(site, done, lots["A"], 5 * BOX)
    with pytest.raises(DomainError, match="第一次是你盘的"):
        submit(*site.as_(ME), step(done, zero=True))
    same = SaveRecountRule(new_op(), EAST, other=False)
    with pytest.raises(NotAllowedError):
        save_recount_rule(*site.as_(ME), same)
    save_recount_rule(*site.as_("lead_admin"), same)
    assert not recount_by_other(*site.as_(ME), EAST)
    assert found(site, done, lots["A"], 3 * BOX) == 3 * BOX
    done = submit(*site.as_(OTHER), step(done))
    with pytest.raises(DomainError, match="有差异的行是你自己盘的"):
        approve(*site.as_(ME), step(done))


def test_a_house_with_one_keeper_counts_again_and_its_head_approves(site: Site) -> None:
    lots = receive(site, WEST, {"A": (5, FAR)})
    alone = site.as_("west_store")
    done = start(*alone, StartCount(new_op(), WEST))
    key = Key(site.world.bins[WEST], AMOXICILLIN, lots["A"], KANGZE)
    for _time in range(2):
        record(*alone, Record(new_op(), WEST, done.count_id, key, 4 * BOX))
        done = submit(*alone, replace(step(done), org_id=WEST))
    with pytest.raises(DomainError, match="另一个人审批"):
        approve(*alone, replace(step(done), org_id=WEST))
    done = approve(*site.as_("west_head"), replace(step(done), org_id=WEST))
    assert post_approved(*alone, replace(step(done), org_id=WEST)).state is CountState.POSTED


def test_the_head_approves_and_a_keeper_posts(site: Site) -> None:
    lots = receive(site, EAST, {"A": (5, FAR), "B": (2, FAR)})
    done = begun(site, 9)
    found(site, done, lots["A"], 4 * BOX)
    found(site, done, lots["B"], 2 * BOX)
    done = submit(*site.as_(ME), step(done))
    with pytest.raises(ConflictError, match="待审批"):
        post_approved(*site.as_(ME), step(done))
    with pytest.raises(DomainError, match="为什么要重数"):
        send_back(*site.as_("east_head"), replace(step(done), note=" "))
    again = replace(step(done), note="阿莫西林少一盒，再找找")
    done = send_back(*site.as_("east_head"), again)
    assert (done.state, done.recount) == (CountState.COUNTING, 1)
    assert send_back(*site.as_("east_head"), again) == done
    assert counts(*site.as_(ME), [EAST])[0].note == "阿莫西林少一盒，再找找"
    found(site, done, lots["A"], 4 * BOX, OTHER)
    done = submit(*site.as_(ME), step(done))
    with pytest.raises(NotAllowedError):
        approve(*site.as_("west_head"), step(done))
    done = approve(*site.as_("east_head"), step(done))
    assert (done.state, on_hand(site, lots["A"])) == (CountState.APPROVED, 5 * BOX)
    with pytest.raises(ConflictError):
        begun(site)
    with pytest.raises(NotAllowedError):
        post_approved(*site.as_("east_head"), step(done))
    last = step(done)
    assert post_approved(*site.as_(ME), last).state is CountState.POSTED
    assert post_approved(*site.as_(ME), last).state is CountState.POSTED
    assert on_hand(site, lots["A"]) == 4 * BOX
    proved(site)


def test_a_count_is_blind_and_posted_by_another(site: Site) -> None:
    lots = receive(site, EAST, {"A": (5, FAR), "B": (5, FAR)})
    done = begun(site)
    assert {x.book for x in count_lines(*site.as_(ME), EAST, done.count_id)} == {None}
    found(site, done, lots["A"], 6 * BOX)
    with pytest.raises(DomainError, match="还有 1 行没盘到"):
        submit(*site.as_(ME), step(done))
    found(site, done, lots["B"], 4 * BOX)
    assert submit(*site.as_(ME), step(done)).recount == 2
    found(site, done, lots["A"], 5 * BOX, OTHER)
    found(site, done, lots["B"], 4 * BOX, OTHER)
    done = submit(*site.as_(ME), step(done))
    assert done.state is CountState.TO_APPROVE
    with pytest.raises(DomainError, match="另一个人审批"):
        approve(*site.as_(ME), step(done))
    last = step(done)
    assert approve(*site.as_(OTHER), last).state is CountState.POSTED
    assert approve(*site.as_(OTHER), last).state is CountState.POSTED
    assert (on_hand(site, lots["A"]), on_hand(site, lots["B"])) == (5 * BOX, 4 * BOX)
    lines = {x.lot_no: x for x in count_lines(*site.as_(ME), EAST, done.count_id)}
    assert (lines["B"].difference, lines["B"].value) == (-BOX, Decimal("-3.86"))
    proved(site)


def test_goods_that_move_during_a_count_are_not_lost(site: Site) -> None:
    lots = receive(site, EAST, {"A": (5, FAR)})
    done = begun(site)
    line = ConsumeLine(AMOXICILLIN, 2 * BOX)
    consume(*site.as_(OTHER), Consume(new_op(), EAST, site.world.stores[EAST], (line,)))
    found(site, done, lots["A"], 3 * BOX)
    consume(*site.as_(OTHER), Consume(new_op(), EAST, site.world.stores[EAST], (line,)))
    done = submit(*site.as_(ME), step(done))
    approve(*site.as_(OTHER), step(done))
    assert on_hand(site, lots["A"]) == BOX
    proved(site)


def test_counting_by_scan_adds_packs(site: Site) -> None:
    receive(site, EAST, {"A": (2, FAR), "B": (1, FAR)})
    done, sent = begun(site), list[ScanCount]()

    def beep(code: str, lot: str = "") -> int:
        wish = ScanCount(new_op(), EAST, done.count_id, code, lot)
        sent.append(wish)
        assert scan(*site.as_(ME), wish) == scan(*site.as_(ME), wish)
        return scan(*site.as_(ME), wish).counted

    assert beep(gs1(AMOXICILLIN, "A", FAR)) == BOX
    assert beep(gs1(AMOXICILLIN, "A", FAR)) == 2 * BOX
    with pytest.raises(DomainError, match="几个批号"):
        beep("06901234500011")
    assert beep("06901234500011", "B") == BOX
    with pytest.raises(DomainError, match="没有批号 Z9"):
        beep("06901234500011", "Z9")
    with pytest.raises(DomainError, match="没有这一种"):
        beep("06901234500042")
    with pytest.raises(DomainError, match="没找到"):
        beep("XX-NOTHING")
    done = submit(*site.as_(ME), step(done))
    assert (done.state, done.recount) == (CountState.TO_APPROVE, 0)
    with pytest.raises(ConflictError, match="不能再录"):
        beep("06901234500011", "B")
    assert scan(*site.as_(ME), sent[0]).counted == BOX  # its answer was lost on the way


def test_what_nobody_found_is_a_loss_only_when_said(site: Site) -> None:
    lots = receive(site, EAST, {"A": (2, FAR)})
    done = begun(site, tolerance=5)
    done = submit(*site.as_(ME), step(done, zero=True))
    approve(*site.as_(OTHER), step(done))
    assert on_hand(site, lots["A"]) == 0
    other = begun(site)
    cancel(*site.as_(ME), step(other))
    assert [x.state for x in counts(*site.as_(ME), [EAST])] == [
        CountState.CANCELLED, CountState.POSTED,
    ]  # fmt: skip
    with pytest.raises(NotAllowedError):
        cancel(*site.as_("west_store"), step(other))


def test_a_write_off_needs_another_and_two_witnesses(site: Site) -> None:
    lots = receive(site, EAST, {"OLD": (3, TODAY - timedelta(days=4))})
    goods = Goods(site.world.bins[EAST], AMOXICILLIN, lots["OLD"], KANGZE, 2 * BOX)
    wish = Ask(new_op(), EAST, (goods,), "expired", "过期下架封存")
    number = ask(*site.as_(ME), wish)
    assert ask(*site.as_(ME), wish) == number
    with pytest.raises(DomainError, match="另一个人审批"):
        decide(*site.as_(ME), Decide(new_op(), EAST, number, 1))
    with pytest.raises(ConflictError, match="待审批"):
        carry(*site.as_(ME), Carry(new_op(), EAST, number, 1, "焚烧", 1, 2))
    decide(*site.as_("east_head"), Decide(new_op(), EAST, number, 1))
    with pytest.raises(DomainError, match="两名不同的见证人"):
        carry(*site.as_(ME), Carry(new_op(), EAST, number, 2, "焚烧", 3, 3))
    with pytest.raises(DomainError, match="本机构在职的人"):
        carry(*site.as_(ME), Carry(new_op(), EAST, number, 2, "交医废公司焚烧", 999_998, 999_999))
    two = (site.actor(ME).person_id, site.actor(OTHER).person_id)
    carry(*site.as_(ME), Carry(new_op(), EAST, number, 2, "交医废公司焚烧", *two))
    (row,) = disposals(*site.as_(ME), [EAST])
    assert (row.state, row.amount, row.kind) == (DisposalState.DONE, Decimal("7.72"), "write_off")
    assert on_hand(site, lots["OLD"]) == BOX
    proved(site)


def test_goods_go_back_to_whose_they_are(site: Site) -> None:
    lots = receive(site, EAST, {"A": (3, FAR)})
    goods = Goods(site.world.bins[EAST], AMOXICILLIN, lots["A"], KANGZE, BOX)
    with pytest.raises(DomainError, match="别家供应商"):
        ask(*site.as_(ME), Ask(new_op(), EAST, (goods,), "near", "近效期换货", 12))
    number = ask(*site.as_(ME), Ask(new_op(), EAST, (goods,), "near", "近效期换货", KANGZE))
    decide(*site.as_(OTHER), Decide(new_op(), EAST, number, 1))
    carry(*site.as_(ME), Carry(new_op(), EAST, number, 2))
    assert shelves(site) == {"A-01-1": 2 * BOX}
    refused = ask(*site.as_(ME), Ask(new_op(), EAST, (goods,), "near", "近效期换货", KANGZE))
    decide(*site.as_(OTHER), Decide(new_op(), EAST, refused, 1, refuse=True))
    with pytest.raises(ConflictError, match="已退回"):
        carry(*site.as_(ME), Carry(new_op(), EAST, refused, 2))


def test_temperatures_out_of_range_want_words(site: Site) -> None:
    db, actor = site.as_(ME)
    place = site.world.stores[EAST]
    assert measure(db, actor, Measure(new_op(), EAST, place, Decimal("21.5"), 55))
    with pytest.raises(DomainError, match="采取了什么措施"):
        measure(db, actor, Measure(new_op(), EAST, place, Decimal("34.0"), 55))
    words = Measure(new_op(), EAST, place, Decimal("34.0"), 80, "开空调降温除湿")
    assert not measure(db, actor, words)
    assert [row.within for row in readings(db, actor, [EAST])].count(False) == 1


def test_controlled_drugs_have_their_own_ledger(site: Site) -> None:
    stock(site, EAST, PETHIDINE, 10)
    line = ConsumeLine(PETHIDINE, 3)
    second = Second(OTHER, with_passwords(site, OTHER))
    consume(*site.as_(ME), Consume(new_op(), EAST, site.world.stores[EAST], (line,), second=second))
    rows = controlled_ledger(*site.as_(ME), EAST)
    assert [(x.came, x.went, x.balance) for x in rows] == [(10, 0, 10), (0, 3, 7)]
    assert rows[1].doc_no.startswith("XH")
    done = start(*site.as_(ME), StartCount(new_op(), EAST, tolerance=9))
    for one in count_lines(*site.as_(ME), EAST, done.count_id):
        key = Key(one.place_id, one.item_id, one.lot_id, one.owner_id)
        record(*site.as_(ME), Record(new_op(), EAST, done.count_id, key, 6))
    approve(*site.as_(OTHER), step(submit(*site.as_(ME), step(done))))
    lost = controlled_ledger(*site.as_(ME), EAST)[-1]
    assert (lost.went, lost.balance, lost.doc_no) == (1, 6, done.no)
    assert (lost.person, lost.second) == ("孙复", "李药"), "two people stand in the ledger"
    assert lost.maker


@pytest.mark.parametrize(("old", "new"), [*product(CountState, CountState)])
def test_every_step_of_a_count(old: CountState, new: CountState) -> None:
    if new in COUNT_STEPS[old]:
        step_count(old, new)
    else:
        with pytest.raises(ConflictError):
            step_count(old, new)


@pytest.mark.parametrize(("old", "new"), [*product(DisposalState, DisposalState)])
def test_every_step_of_a_disposal(old: DisposalState, new: DisposalState) -> None:
    if new in DISPOSAL_STEPS[old]:
        step_disposal(old, new)
    else:
        with pytest.raises(ConflictError):
            step_disposal(old, new)


@given(st.integers(0, 999), st.integers(0, 999), st.integers(0, 9), st.integers(1, 30))
def test_a_second_count_only_beyond_the_tolerance_and_only_once(
    book: int, counted: int, tolerance: int, factor: int
) -> None:
    line = Counted(book, counted, None, factor)
    assert wants_recount(line, tolerance) == (abs(counted - book) > tolerance * factor)
    assert not wants_recount(Counted(book, counted, counted, factor), tolerance)
    assert not wants_recount(Counted(book, None, None, factor), tolerance)


def test_controlled_drugs_are_destroyed_under_eyes() -> None:
    with pytest.raises(DomainError, match="现场监督"):
        check_witnesses(1, 2, "焚烧", controlled=True, authority="")
    check_witnesses(1, 2, "焚烧", controlled=True, authority="区卫健委 王某")
    with pytest.raises(DomainError, match="销毁方式"):
        check_witnesses(1, 2, "", controlled=False, authority="")


def test_a_count_by_command_line(site: Site) -> None:
    receive(site, EAST, {"A": (2, FAR)})

    def say(login: str, *words: str) -> str:
        done = run(site, login, "count", *words)
        assert done.code == 0, done.err
        return done.out

    say(ME, "start", "--tolerance", "1")
    no = run(site, ME, "--json", "count", "list").json()[0]["no"]
    assert "已盘 24" in say(ME, "scan", no, "06901234500011")
    say(ME, "set", no, "YP-000101", "24")
    assert "待审批" in say(ME, "submit", no)
    assert "已入账" in say(OTHER, "approve", no)
    assert "-24" in say(ME, "show", no)
    wish = ("writeoff", "YP-000101", "24", "--cause", "damaged", "--reason", "跌落破损")
    say(ME, *wish)
    asked = run(site, ME, "--json", "count", "disposals").json()[0]
    number, told = asked["no"], say(ME, "disposals")
    assert (asked["kind"], asked["state"]) == ("write_off", "to_approve"), "programs read codes"
    assert "报损" in told, "people read words"
    assert "待审批" in told
    say(OTHER, "decide", number)
    people = ("--witness", "李药", "--witness", "孙复")
    say(ME, "destroy", number, "--method", "交医废", *people)
    assert "交医废" in say(ME, "disposals")
    assert "在范围内" in say(ME, "temperature", "YF", "20.5", "--humidity", "50")
    assert "20.5" in say(ME, "temperature")
    assert "没有特殊" in say(ME, "controlled")
    assert "没有盘点单" in run(site, ME, "count", "show", "PD1").err
