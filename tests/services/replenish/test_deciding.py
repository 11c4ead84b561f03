"""Whole orders of the group, people's numbers, approval by exception, substitutes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from app.domain.errors import DomainError, NotAllowedError
from app.domain.ids import new_op
from app.domain.replenish.by_hand import ByHand, Kind
from app.domain.replenish.rates import Basis
from app.domain.replenish.successor import Successor
from app.domain.replenish.suggestion import Verdict
from app.models.item import Item
from app.services.replenishment.due import due
from app.services.replenishment.edit import Edit, edit
from app.services.replenishment.group_run import GroupRun, planned_for, run_group
from app.services.replenishment.numbers import (
    EndNumber,
    SetNumber,
    end_number,
    numbers,
    set_number,
)
from app.services.replenishment.review import Approve, approve, reviewed
from app.services.replenishment.run import Run, run
from app.services.replenishment.substitutes import Nearness, substitutes
from app.services.replenishment.successors import (
    EndSuccessor,
    SetSuccessor,
    end_successor,
    set_successor,
)
from app.services.replenishment.suggestions import SuggestionQuery, SuggestionRow, board
from app.services.replenishment.supply_terms import SetSupply, set_supply, supply_rows
from tests.cli.runner import run as typed
from tests.factories import EAST, RUIHE, TODAY, WEST, Site
from tests.replenish_world import (
    AMLODIPINE,
    AMOXICILLIN,
    FACTOR,
    INSULIN,
    SYRINGE,
    asked,
    line,
    planned,
    shown,
    stocked,
    usual,
)


def lines_of(site: Site, item: int) -> dict[int, SuggestionRow]:
    """The item's suggestion at both clinics."""
    buyer = site.as_("lead_buyer")
    found: dict[int, SuggestionRow] = {}
    for org in (EAST, WEST):
        for row in board(*buyer, SuggestionQuery(org, everything=True)).rows:
            if row.item_id == item:
                found[org] = row
    return found


def test_a_case_is_filled_once_for_the_group_and_stays_when_a_member_runs_again(
    site: Site,
) -> None:
    buyer = site.as_("lead_buyer")
    for org, packs in ((EAST, 3), (WEST, 2)):
        asked(site, AMLODIPINE, packs, org=org)
        set_supply(
            *buyer,
            SetSupply(new_op(), org, RUIHE, AMLODIPINE, case=200, for_group=True, lead_days=3),
        )
    assert set(planned_for(*buyer)) >= {EAST, WEST}

    done = run_group(*buyer, GroupRun(new_op(), (EAST, WEST)))

    assert done.rounded == 1
    lines = lines_of(site, AMLODIPINE)
    case = 200 * FACTOR[AMLODIPINE]
    assert sum(row.chosen for row in lines.values()) % case == 0
    assert all(row.chosen % FACTOR[AMLODIPINE] == 0 for row in lines.values())
    assert all(row.chosen % case for row in lines.values())  # nobody rounded for itself
    lasting = [row.chosen / row.why.per_day for row in lines.values()]
    assert abs(lasting[0] - lasting[1]) < 2
    explained = lines[EAST].why.explanation
    assert explained.step("group") is not None
    assert explained.sum == lines[EAST].packs

    run(*site.as_("east_store"), Run(new_op(), EAST))
    assert lines_of(site, AMLODIPINE)[EAST].chosen == lines[EAST].chosen
    again = run_group(*buyer, GroupRun(new_op(), (EAST, WEST)))
    assert again.rounded == 1
    after = lines_of(site, AMLODIPINE)
    assert {org: row.chosen for org, row in after.items()} == {
        org: row.chosen for org, row in lines.items()
    }
    with pytest.raises(NotAllowedError):
        run_group(*site.as_("east_store"), GroupRun(new_op(), (EAST, WEST)))


def near_the_minimum(site: Site, least: str) -> None:
    """Amlodipine is due, syringes are next; both come from 瑞和."""
    asked(site, AMLODIPINE, 3)
    stocked(site, AMLODIPINE, 10)
    asked(site, SYRINGE, 40)
    stocked(site, SYRINGE, 2000)
    keeper = site.as_("east_store")
    set_supply(*keeper, SetSupply(new_op(), EAST, RUIHE, minimum_amount=Decimal(least), review="2"))
    set_supply(*keeper, SetSupply(new_op(), EAST, RUIHE, SYRINGE, case=1000))
    planned(site)


def test_a_minimum_amount_is_reached_with_the_next_item_and_says_why(site: Site) -> None:
    near_the_minimum(site, "500")
    due, added = line(site, AMLODIPINE), line(site, SYRINGE)
    assert (due.verdict, added.verdict) == (Verdict.ORDER, Verdict.FILL)
    assert added.chosen == 1000
    assert added.picked
    assert added.why.explanation.sum == added.packs
    assert "起订 500 元" in str(added.why.detail)
    assert (due.amount or 0) + (added.amount or 0) >= 500
    before = [(row.item_id, row.chosen) for row in shown(site).rows]
    planned(site)
    assert [(row.item_id, row.chosen) for row in shown(site).rows] == before


def test_a_minimum_out_of_reach_is_an_exception(sqlite_site: Site) -> None:
    site = sqlite_site
    near_the_minimum(site, "90000")
    assert line(site, SYRINGE).verdict == Verdict.PLENTY
    found = reviewed(*site.as_("east_store"), EAST)
    assert "还差" in {one.row.item_id: one.words for one in found.looked}[AMLODIPINE]
    rows = supply_rows(*site.as_("east_store"), EAST)
    assert [str(row.minimum_amount) for row in rows if row.item_id == 0] == ["90000.00"]
    with pytest.raises(DomainError, match="按品规定"):
        set_supply(*site.as_("east_store"), SetSupply(new_op(), EAST, RUIHE, case=5))


def test_a_persons_number_holds_until_its_day_with_its_reason(site: Site) -> None:
    usual(site)
    keeper, box = site.as_("east_store"), FACTOR[AMOXICILLIN]
    number = ByHand(Kind.LEVELS, "流感季前多备", 99 * box, 120 * box, until=TODAY)
    set_number(*keeper, SetNumber(new_op(), EAST, AMOXICILLIN, number))
    planned(site)
    found = line(site, AMOXICILLIN)
    assert found.chosen == 50 * box
    assert "流感季前多备" in str(found.why.detail)
    assert found.why.explanation.sum == 50
    assert [row.set_by for row in numbers(*keeper, EAST)] == ["李药"]

    run(*keeper, Run(new_op(), EAST, as_of=TODAY + timedelta(days=1)))
    assert line(site, AMOXICILLIN).why.by_hand == ""
    monthly = ByHand(Kind.MONTHLY, "义诊", monthly=600 * box)
    set_number(*keeper, SetNumber(new_op(), EAST, AMOXICILLIN, monthly))
    planned(site)
    expected = line(site, AMOXICILLIN)
    assert expected.why.per_day == pytest.approx(20 * box)
    assert expected.why.basis == Basis.PERSON
    end_number(*keeper, EndNumber(new_op(), EAST, AMOXICILLIN))
    with pytest.raises(DomainError, match="没有人工定数"):
        end_number(*keeper, EndNumber(new_op(), EAST, AMOXICILLIN))
    with pytest.raises(NotAllowedError):
        set_number(*site.as_("west_store"), SetNumber(new_op(), EAST, AMOXICILLIN, number))


def test_a_replaced_item_hands_its_history_on(site: Site) -> None:
    usual(site)
    keeper = site.as_("east_store")
    old, new = FACTOR[AMOXICILLIN], FACTOR[SYRINGE]
    link = Successor(AMOXICILLIN, SYRINGE, units_old=old, units_new=2 * new)
    first = SetSuccessor(new_op(), EAST, link, "中选换规格")
    for _twice in range(2):
        set_successor(*keeper, first)
    planned(site)
    assert line(site, SYRINGE).why.per_day == pytest.approx(2 * 2 * new)
    assert line(site, AMOXICILLIN).why.per_day == pytest.approx(0)
    for wrong, words in (
        (Successor(SYRINGE, SYRINGE), "同一个品规"),
        (Successor(SYRINGE, AMOXICILLIN), "绕成一圈"),
        (Successor(AMOXICILLIN, SYRINGE, 0), "折算数"),
        (Successor(AMOXICILLIN, 1), "不在用"),
    ):
        with pytest.raises(DomainError, match=words):
            set_successor(*keeper, SetSuccessor(new_op(), EAST, wrong, "试一试"))
    with pytest.raises(NotAllowedError):
        set_successor(*site.as_("west_store"), SetSuccessor(new_op(), EAST, link, "中选换规格"))
    # handed on twice: what was asked of the first reaches the last
    last = Successor(SYRINGE, INSULIN, units_old=new, units_new=1)
    set_successor(*keeper, SetSuccessor(new_op(), EAST, last, "再换"))
    planned(site)
    assert line(site, INSULIN).why.per_day == pytest.approx(4 * FACTOR[INSULIN] + 4)
    for one in (AMOXICILLIN, SYRINGE):
        end_successor(*keeper, EndSuccessor(new_op(), EAST, one))
    with pytest.raises(DomainError, match="没有归到"):
        end_successor(*keeper, EndSuccessor(new_op(), EAST, SYRINGE))
    planned(site)
    assert line(site, AMOXICILLIN).why.per_day == pytest.approx(2 * old)


def test_what_is_left_of_the_old_item_is_used_up_before_the_new_one_is_bought(site: Site) -> None:
    """70 boxes of the old at 2 a day last five weeks; the new one has nothing on the shelf."""
    usual(site)
    keeper = site.as_("east_store")
    old, new = FACTOR[AMOXICILLIN], FACTOR[SYRINGE]
    link = Successor(AMOXICILLIN, SYRINGE, units_old=old, units_new=new)
    set_successor(*keeper, SetSuccessor(new_op(), EAST, link, "中选换规格"))
    planned(site)
    row = line(site, SYRINGE)
    (step,) = (one for one in row.why.explanation.steps if one.key == "old")
    assert (str(step.label), step.value) == ("− 换下的旧品规还有", Decimal(-70))
    assert (row.suggested, row.why.in_house) == (0, 70 * new)
    assert str(row.why.detail) == "先用完换下的旧品规"
    assert line(site, AMOXICILLIN).why.expiring == 0, "it is used up by what stands in its place"
    assert SYRINGE not in {one.item_id for one in due(*keeper, (EAST,))}

    end_successor(*keeper, EndSuccessor(new_op(), EAST, AMOXICILLIN))
    asked(site, SYRINGE, 2)
    planned(site)
    assert line(site, SYRINGE).suggested > 0
    assert SYRINGE in {one.item_id for one in due(*keeper, (EAST,))}
    set_successor(*keeper, SetSuccessor(new_op(), EAST, link, "中选换规格"))
    assert SYRINGE not in {one.item_id for one in due(*keeper, (EAST,))}


def test_a_new_item_learns_from_other_members_scaled_to_the_place(site: Site) -> None:
    for item in (AMLODIPINE, INSULIN):
        asked(site, item, 2)
        asked(site, item, 4, org=WEST)
    asked(site, AMOXICILLIN, 10, org=WEST)
    asked(site, AMOXICILLIN, 1, days=2)
    planned(site)
    found = line(site, AMOXICILLIN)
    assert found.why.basis == Basis.PEERS
    assert found.why.peers == 1
    assert found.why.per_day > FACTOR[AMOXICILLIN]
    assert "1 家成员" in str(found.why.detail)


def test_safe_lines_go_at_once_and_exceptions_wait_for_a_reason(site: Site) -> None:
    usual(site)
    keeper = site.as_("east_store")
    planned(site)
    dear = line(site, AMLODIPINE)
    more = Edit(
        new_op(), EAST, dear.place_id, AMLODIPINE, dear.version, dear.suggested * 3, reason=""
    )
    edit(*keeper, more)
    before = reviewed(*keeper, EAST)
    assert [one.row.item_id for one in before.looked] == [AMLODIPINE]

    command = Approve(new_op(), EAST)
    made, left = approve(*keeper, command)
    assert approve(*keeper, command)[0] == made

    assert made.lines == len(before.safe) == 1
    assert len(left.looked) == 1
    with pytest.raises(DomainError, match="1 行要先看"):
        approve(*keeper, Approve(new_op(), EAST))
    now = line(site, AMLODIPINE)
    edit(*keeper, replace(more, op_id=new_op(), version=now.version, reason="义诊"))
    assert approve(*keeper, Approve(new_op(), EAST))[0].lines == 1


def test_a_look_is_remembered_until_the_figure_changes(sqlite_site: Site) -> None:
    site = sqlite_site
    usual(site)
    planned(site)
    keeper, found = site.as_("east_store"), line(site, INSULIN)
    edit(
        *keeper,
        Edit(new_op(), EAST, found.place_id, INSULIN, found.version, found.chosen, reason="已核对"),
    )
    planned(site)
    assert line(site, INSULIN).edit_reason == "已核对"
    assert not line(site, INSULIN).edited
    asked(site, INSULIN, 9)
    planned(site)
    assert line(site, INSULIN).edit_reason == ""


def test_typed_from_number_to_approval(sqlite_site: Site) -> None:
    site = sqlite_site
    usual(site)
    store = "east_store"
    fixed = typed(site, store, "plan", "fix", "YP-000101", "--min", "80", "--max", "120",
                  "--reason", "流感季前", "--until", "2099-01-31")  # fmt: skip
    assert fixed.code == 0
    assert typed(site, store, "--json", "plan", "fixed").json()[0]["figures"] == "80–120"
    assert typed(site, store, "plan", "fix", "YP-000101", "--max", "9").code == 1
    both = typed(site, store, "plan", "fix", "YP-000101", "--min", "3", "--monthly", "9")
    assert "只写 --min" in both.err
    assert typed(site, store, "plan", "replace", "YP-000101", "YP-000103", "--ratio", "24:1",
                 "--reason", "换厂家").code == 0  # fmt: skip
    assert typed(site, store, "--json", "plan", "replaced").json()[0]["ratio"] == "24:1"
    assert typed(site, store, "plan", "replace", "YP-000101", "--end").code == 0
    typed(site, store, "plan", "term", "瑞和", "--amount", "100", "--lead", "2")
    rows = typed(site, store, "--json", "plan", "terms").json()
    assert {row["lead_days"] for row in rows if row["supplier"] == "瑞和"} >= {2}
    typed(site, store, "plan")
    changed = typed(site, store, "--json", "plan", "set", "YP-000103", "500", "--reason", "义诊")
    assert changed.json()["chosen"] == "500"
    scanned = typed(site, store, "plan", "set", "YP-000103", "6901234567892")
    assert "条码" in scanned.err
    looked = typed(site, store, "--json", "plan", "check").json()
    assert isinstance(looked, list)
    made = typed(site, store, "--json", "plan", "approve", "--draft").json()
    assert made["lines"] >= 1
    planned_all = typed(site, "lead_buyer", "--json", "plan", "all", "--orgs", "0002,0003").json()
    assert len(planned_all["runs"]) == 2


def another_maker(site: Site, item: int, code: str) -> int:
    """The same product of another maker, in the catalogue."""
    with site.owner.write() as session:
        made = session.get_one(Item, item)
        copied = {c.key: getattr(made, c.key) for c in Item.__table__.columns}
        other = Item(**copied | {"id": item + 900, "code": code})
        session.add(other)
        return item + 900


def test_other_makers_stand_in_with_the_stock_at_hand(sqlite_site: Site) -> None:
    site = sqlite_site
    other = another_maker(site, AMLODIPINE, "YP-009102")
    FACTOR.setdefault(other, FACTOR[AMLODIPINE])
    stocked(site, other, 7)
    (found,) = substitutes(*site.as_("east_store"), EAST, AMLODIPINE)
    assert (found.item_id, found.nearness) == (other, Nearness.SAME)
    assert found.here == 7 * FACTOR[AMLODIPINE]
    told = typed(site, "east_store", "--json", "plan", "substitutes", "YP-000102").json()
    assert told[0]["here"] == "7"


def test_what_is_due_by_known_levels_is_what_a_run_says(sqlite_site: Site) -> None:
    site = sqlite_site
    usual(site)
    planned(site)
    lines = {one.item_id: one for one in due(*site.as_("east_store"), [EAST])}
    ordered = {row.item_id: row.packs for row in shown(site).rows if row.suggested}
    assert {item: one.qty for item, one in lines.items()} == ordered
    stocked(site, INSULIN, 500)
    assert INSULIN not in {one.item_id for one in due(*site.as_("east_store"), [EAST])}
    assert typed(site, "east_store", "--json", "plan", "due").json()[0]["org"] == "城东"
