"""试剂: opened once, counted once, paid by kit or by test, expired after opening."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, strategies as st
from sqlalchemy import select, update

from app.domain.consumption.reagents import Kit, Mode, Rule, TestKind, holds_until, take_tests
from app.domain.days import ZONE
from app.domain.documents import DocKind
from app.domain.errors import ConflictError, DomainError
from app.domain.ids import new_op
from app.domain.ledger import Move
from app.models.item import Item
from app.models.stock import Balance, LotHold
from app.services.consumption import ConsumeLine, Reverse, reverse
from app.services.consumption.reagent_back import TakeBackKit, take_back_kit
from app.services.consumption.reagent_listing import kits, reagent_use
from app.services.consumption.reagent_tests import (
    ApplyRuns,
    CountTests,
    Run,
    apply,
    count_tests,
    preview,
)
from app.services.consumption.reagent_undo import UndoCounts, counted as booked, undo_counts
from app.services.consumption.reagents import (
    CloseKit,
    DefineReagent,
    OpenKit,
    close_kit,
    define,
    open_kit,
)
from app.services.consumption.settleable import settleable
from app.services.importing.plan import Outcome
from app.services.stock.moving import AddPlace, MoveGoods, MoveLine, add_place, move_goods
from app.services.stock.places import virtual_place
from app.services.stock.posting import Posting, post
from tests.cli.runner import run
from tests.factories import EAST, KANGZE, TODAY, Site
from tests.lots import find_or_make_lot

REAGENT = 101
TESTS = 24
CAME = TODAY - timedelta(days=10)


def shelf(site: Site, rule: Rule, boxes: int = 2) -> None:
    """Amoxicillin passes for a reagent: a kit of 24 tests, whose smallest unit is a test."""
    with site.owner.write() as s:
        s.execute(update(Item).where(Item.id == REAGENT).values(item_class="reagent"))
    actor = site.actor("east_store")
    with site.owner.write() as s:
        lot = find_or_make_lot(s, REAGENT, "R1", date(2027, 9, 30))
        move = Move(REAGENT, lot, KANGZE, virtual_place(s, EAST, "supplier"),
                    site.world.bins[EAST], boxes * TESTS, Decimal("3.86"), TESTS)  # fmt: skip
        post(s, actor, Posting(EAST, new_op(), DocKind.ACCEPTANCE, 1, CAME, [move]))
    define(*site.as_("east_store"), DefineReagent(new_op(), EAST, REAGENT, rule))


def opened(site: Site, day: date | None = None) -> int:
    line = ConsumeLine(REAGENT, TESTS)
    command = OpenKit(new_op(), EAST, site.world.stores[EAST], line, day)
    return open_kit(*site.as_("east_store"), command).kit_id


def counted(site: Site, tests: int, number: str, kind: TestKind = TestKind.PATIENT) -> int:
    one = Run("AU5800", number, REAGENT, kind, tests, TODAY)
    return count_tests(*site.as_("east_store"), CountTests(new_op(), EAST, (one,)))


def left(site: Site) -> int:
    with site.owner.read() as s:
        return sum(s.scalars(select(Balance.qty).where(Balance.item_id == REAGENT)))


def paid(site: Site) -> int:
    with site.owner.read() as s:
        return sum(row.qty for row in settleable(s, EAST))


def test_opening_a_kit_is_consumption_and_tests_are_held_against_it(site: Site) -> None:
    shelf(site, Rule(Mode.KIT, TESTS, dead_tests=4, open_days=7))
    kit = opened(site)
    assert (left(site), paid(site)) == (TESTS, TESTS)
    assert counted(site, 12, "B1") == 1
    assert counted(site, 12, "B1") == 0
    counted(site, 2, "QC1", TestKind.CONTROL)
    with pytest.raises(DomainError, match="还能做 6 个测试，要记 7 个"):
        counted(site, 7, "B2")
    close_kit(*site.as_("east_store"), CloseKit(new_op(), EAST, kit, "expired"))
    with pytest.raises(ConflictError, match="没有重复登记"):
        close_kit(*site.as_("east_store"), CloseKit(new_op(), EAST, kit, "finished"))
    (row,) = reagent_use(*site.as_("east_store"), EAST, TODAY, TODAY)
    assert (row.use.patient, row.use.other, row.use.wasted) == (12, 2, 10)
    assert row.use.per_mille == 500
    assert paid(site) == TESTS


def test_tests_are_consumption_and_the_rest_of_a_kit_is_paid_when_it_ends(site: Site) -> None:
    shelf(site, Rule(Mode.TEST, TESTS, dead_tests=4, open_days=7))
    with pytest.raises(DomainError, match="账上最少时只有 0"):
        opened(site, CAME - timedelta(days=1))
    kit = opened(site)
    assert (left(site), paid(site)) == (2 * TESTS, 0)
    counted(site, 9, "B1")
    counted(site, 10, "B2")
    store = site.as_("east_store")
    wrong = UndoCounts(new_op(), EAST, "样本号录错", analyser="AU5800", number="B1")
    assert [undo_counts(*store, wrong) for _twice in range(2)] == [1, 1]
    assert [(row.number, row.tests) for row in booked(*store, (EAST,))] == [("B2", 10)]
    with pytest.raises(DomainError, match="没有这次计数"):
        undo_counts(*store, replace(wrong, op_id=new_op()))
    assert paid(site) == 10
    opened(site)
    with pytest.raises(DomainError, match="可用"):
        opened(site)
    close_kit(*site.as_("east_store"), CloseKit(new_op(), EAST, kit, "finished"))
    with pytest.raises(DomainError, match="已登记用完"):
        undo_counts(*store, replace(wrong, op_id=new_op(), number="B2"))
    assert paid(site) == TESTS
    assert left(site) == TESTS


def test_a_kit_goes_back_only_untouched(sqlite_site: Site) -> None:
    shelf(sqlite_site, Rule(Mode.KIT, TESTS))
    opened(sqlite_site)
    counted(sqlite_site, 1, "B1")
    opened(sqlite_site, TODAY - timedelta(days=1))
    rows = {row.used: row for row in kits(*sqlite_site.as_("east_store"), (EAST,))}
    with sqlite_site.owner.read() as s:
        from app.models.settlement import Consumption

        numbers = dict(s.execute(select(Consumption.no, Consumption.id)).all())
    with pytest.raises(DomainError, match="已做了 1 个测试"):
        reverse(*sqlite_site.as_("east_store"),
                Reverse(new_op(), EAST, numbers[rows[1].no], "误开"))  # fmt: skip
    reverse(*sqlite_site.as_("east_store"), Reverse(new_op(), EAST, numbers[rows[0].no], "误开"))
    assert left(sqlite_site) == TESTS
    states = {row.used: row.state for row in kits(*sqlite_site.as_("east_store"), (EAST,))}
    assert states == {1: "open", 0: "reversed"}


def test_counts_of_an_analyser_come_once(sqlite_site: Site, tmp_path: Path) -> None:
    site = sqlite_site
    shelf(site, Rule(Mode.TEST, TESTS))
    opened(site, date(2026, 10, 10))
    path = tmp_path / "仪器.csv"
    path.write_text(
        "检测时间,样本号,试剂编码,测试数,类型,仪器\n"
        "2026-10-12 08:00,B1,YP-000101,3,标本,AU\n"
        "2026-10-12 08:05,QC,YP-000101,2,质控,AU\n"
        "2026-10-12 08:05,QC,YP-000101,2,质控,AU\n"
        "2026-10-13 09:00,B2,YP-000101,99,,AU\n"
        "2026-10-13 09:00,B3,NOPE,1,,AU\n",
        encoding="utf-8",
    )
    plan = preview(*site.as_("east_store"), EAST, path)
    assert [line.outcome for line in plan.lines] == [
        Outcome.ADDED, Outcome.ADDED, Outcome.REFUSED, Outcome.REFUSED, Outcome.REFUSED,
    ]  # fmt: skip
    assert apply(*site.as_("east_store"), ApplyRuns(new_op(), EAST, plan)).added == 2
    assert paid(site) == 5
    again = preview(*site.as_("east_store"), EAST, path)
    assert [line.outcome for line in again.lines][:2] == [Outcome.SAME, Outcome.SAME]
    assert apply(*site.as_("east_store"), ApplyRuns(new_op(), EAST, again)).added == 0
    (row,) = run(site, "east_store", "--json", "reagent", "counted").json()
    assert (row["what"], row["runs"], row["tests"]) == ("仪器.csv", 2, 5)
    undone = run(site, "east_store", "--json", "reagent", "undo", "--batch", str(row["batch_id"]),
                 "--reason", "导错文件")  # fmt: skip
    assert undone.json()["runs"] == 2
    assert paid(site) == 0
    assert {kit.used for kit in kits(*site.as_("east_store"), (EAST,))} == {0}
    fresh = preview(*site.as_("east_store"), EAST, path)
    assert apply(*site.as_("east_store"), ApplyRuns(new_op(), EAST, fresh)).added == 2


def test_reagents_by_command_line(sqlite_site: Site) -> None:
    shelf(sqlite_site, Rule(Mode.KIT, TESTS))
    said = run(sqlite_site, "east_store", "reagent", "define", "YP-000101", "--tests", "24",
               "--dead", "2", "--days", "28")  # fmt: skip
    assert said.code == 0, said.err
    assert run(sqlite_site, "east_store", "reagent", "open", "YP-000101").code == 0
    done = run(sqlite_site, "east_store", "reagent", "count", "YP-000101", "5", "--number", "1")
    assert done.code == 0, done.err
    (kit,) = run(sqlite_site, "east_store", "--json", "reagent", "list", "--open").json()
    until = date.fromisoformat(kit["opened_on"]) + timedelta(days=28)
    assert (kit["used"], kit["tests"], kit["expires_on"]) == (5, 22, until.isoformat())
    assert run(sqlite_site, "east_store", "reagent", "close", str(kit["kit_id"])).code == 0
    (use,) = run(sqlite_site, "east_store", "--json", "reagent", "usage").json()
    assert (use["patient"], use["wasted"]) == (5, 19)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(-3, 3), st.integers(-3, 9) | st.none())),
    st.integers(1, 40),
)
def test_tests_go_to_good_kits_the_first_to_expire_first(
    given_kits: list[tuple[int, int, int | None]], tests: int
) -> None:
    made = [
        Kit(n, left, TODAY + timedelta(days=start),
            None if end is None else TODAY + timedelta(days=end))
        for n, (left, start, end) in enumerate(given_kits)
    ]  # fmt: skip
    good = [kit for kit in made if kit.good(TODAY)]
    try:
        taken = dict(take_tests(made, tests, TODAY))
    except DomainError:
        assert sum(kit.left for kit in good) < tests
        return
    assert sum(taken.values()) == tests
    last = max((kit.expires_on or date.max for kit in good if kit.id in taken), default=None)
    for kit in good:
        assert taken.get(kit.id, 0) <= kit.left
        if last and (kit.expires_on or date.max) < last:
            assert taken[kit.id] == kit.left


def test_an_opened_kit_never_outlives_its_lot() -> None:
    assert holds_until(TODAY, 28, date(2026, 10, 20)) == date(2026, 10, 20)
    assert holds_until(TODAY, 3, date(2026, 10, 20)) == TODAY + timedelta(days=3)
    assert holds_until(TODAY, 0, None) is None


@pytest.mark.parametrize("mode", list(Mode))
def test_a_kit_opened_by_mistake_goes_back_once(site: Site, mode: Mode) -> None:
    shelf(site, Rule(mode, TESTS, dead_tests=4))
    kit, other = opened(site), opened(site)
    with pytest.raises(DomainError, match="可用"):
        opened(site)
    who = site.as_("east_store")
    with pytest.raises(DomainError, match="理由"):
        take_back_kit(*who, TakeBackKit(new_op(), EAST, kit, " "))
    wrong = TakeBackKit(new_op(), EAST, kit, "扫错了")
    assert take_back_kit(*who, wrong) == take_back_kit(*who, wrong)
    with pytest.raises(ConflictError, match="没有重复登记"):
        take_back_kit(*who, replace(wrong, op_id=new_op()))
    assert paid(site) == (TESTS if mode is Mode.KIT else 0)
    counted(site, 1, "B1")
    with pytest.raises(DomainError, match="已做了 1 个测试"):
        take_back_kit(*who, replace(wrong, op_id=new_op(), kit_id=other))
    assert opened(site)
    assert {row.kit_id: row.state for row in kits(*who, (EAST,))}[kit] == "reversed"


def test_tests_without_a_number_or_of_tomorrow_are_refused(sqlite_site: Site) -> None:
    shelf(sqlite_site, Rule(Mode.KIT, TESTS))
    opened(sqlite_site)
    with pytest.raises(DomainError, match="防止重复计数"):
        counted(sqlite_site, 1, " ")
    late = Run("AU", "B1", REAGENT, TestKind.PATIENT, 1, TODAY + timedelta(days=1))
    with pytest.raises(DomainError, match="还没到"):
        count_tests(*sqlite_site.as_("east_store"), CountTests(new_op(), EAST, (late,)))


def test_one_scan_opens_one_kit_and_never_a_case(sqlite_site: Site) -> None:
    shelf(sqlite_site, Rule(Mode.KIT, TESTS), boxes=3)
    case = ConsumeLine(REAGENT, 3 * TESTS)
    command = OpenKit(new_op(), EAST, sqlite_site.world.stores[EAST], case)
    with pytest.raises(DomainError, match="扫到的是 3 盒"):
        open_kit(*sqlite_site.as_("east_store"), command)
    assert left(sqlite_site) == 3 * TESTS


@pytest.mark.parametrize("mode", list(Mode))
def test_an_open_kit_of_a_frozen_lot_takes_no_later_test(site: Site, mode: Mode) -> None:
    shelf(site, Rule(mode, TESTS))
    opened(site, TODAY - timedelta(days=3))
    with site.owner.write() as s:
        lot = s.scalars(select(Balance.lot_id).where(Balance.item_id == REAGENT)).first()
        since = datetime.combine(TODAY - timedelta(days=1), time(9), ZONE)
        s.add(LotHold(org_id=0, lot_id=lot, id=7, reason="recall", since=since, person_id=1))
    (row,) = kits(*site.as_("east_store"), (EAST,))
    assert row.state == "held"
    with pytest.raises(DomainError, match="1 盒的批号已冻结或召回"):
        counted(site, 1, "B1")
    earlier = Run("AU", "B2", REAGENT, TestKind.PATIENT, 2, TODAY - timedelta(days=1))
    assert count_tests(*site.as_("east_store"), CountTests(new_op(), EAST, (earlier,))) == 1


def test_a_wrong_kit_goes_back_by_command(sqlite_site: Site) -> None:
    shelf(sqlite_site, Rule(Mode.KIT, TESTS))
    kit = opened(sqlite_site)
    said = run(sqlite_site, "east_store", "reagent", "back", str(kit), "--reason", "开错了")
    assert said.code == 0, said.err
    assert "冲销单" in said.out
    assert "已冲销" in run(sqlite_site, "east_store", "reagent", "list").out
    assert left(sqlite_site) == 2 * TESTS


def test_a_kit_is_opened_where_the_laboratory_keeps_it(site: Site) -> None:
    shelf(site, Rule(Mode.TEST, TESTS))
    who = site.as_("east_store")
    lab = add_place(*who, AddPlace(new_op(), EAST, "KS-JY", "检验科", "department"))
    with pytest.raises(DomainError, match="可用 0"):
        run_open(site, lab)
    with site.owner.read() as s:
        there = (Balance.lot_id, Balance.owner_id, Balance.place_id)
        lot, owner, shelved = s.execute(select(*there).where(Balance.item_id == REAGENT)).one()
    move = MoveLine(REAGENT, lot, owner, shelved, lab, TESTS)
    move_goods(*who, MoveGoods(new_op(), EAST, (move,)))
    opened(site)  # what it holds in the store is not the laboratory's
    run_open(site, lab)
    counted(site, TESTS, "B0")
    counted(site, 5, "B1")
    with site.owner.read() as s:
        rows = s.execute(select(Balance.place_id, Balance.qty).where(Balance.item_id == REAGENT))
        assert sum(qty for _place, qty in rows) == TESTS - 5
    assert paid(site) == TESTS + 5
    said = run(site, "east_store", "reagent", "open", "YP-000101", "--place", "检验科")
    assert (said.code, "可用" in said.err) == (1, True)


def run_open(site: Site, place: int) -> None:
    line = ConsumeLine(REAGENT, TESTS)
    open_kit(*site.as_("east_store"), OpenKit(new_op(), EAST, place, line))
