"""Lists of the group and its members: coming in, going out, derived, checked, kept, out and in."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import update

from app.domain.alignment.keys import Key
from app.domain.alignment.measure import Formula, Group
from app.domain.documents import DocKind
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.formulary.rules import Grade, Rule
from app.domain.ids import new_op
from app.domain.ledger import Move
from app.models.item import Item
from app.services.alignment.members import (
    AlignQuery,
    StoreFigures,
    align_members,
    store_figures,
    trend,
)
from app.services.formulary.entries import (
    AddItems,
    Derive,
    StopItems,
    add_items,
    derive,
    stop_items,
)
from app.services.formulary.listing import check_formulary, formulary
from app.services.formulary.named import CreateNamed, PutNamed, create_named, named_items, put_named
from app.services.formulary.prescription import read_prescription
from app.services.formulary.readiness import ready, ward_readiness
from app.services.formulary.sheets import apply_import, export_list, preview_import
from app.services.formulary.snapshots import TakeSnapshot, snapshots, take_snapshot
from app.services.stock.places import virtual_place
from app.services.stock.posting import Posting, post
from tests.factories import EAST, KANGZE, LEAD, TODAY, WEST, Site
from tests.lots import find_or_make_lot

AMOXICILLIN, AMLODIPINE, INSULIN, PETHIDINE = 101, 102, 103, 105


def put(site: Site, org: int, *items: int, login: str = "lead_buyer") -> None:
    """Items come onto a list today."""
    add_items(*site.as_(login), AddItems(new_op(), org, items))


def names(site: Site, org: int, on: date | None = None) -> list[str]:
    """What stands on a list."""
    return [row.name for row in formulary(*site.as_("lead_buyer"), org, on)]


def test_a_member_takes_up_only_what_the_group_has(site: Site) -> None:
    put(site, 0, AMOXICILLIN, AMLODIPINE)
    put(site, EAST, AMOXICILLIN, login="east_store")
    with pytest.raises(DomainError, match="药事会申请"):
        put(site, EAST, INSULIN, login="east_store")
    assert names(site, EAST) == ["阿莫西林胶囊"]


def test_a_clinic_keeps_its_own_list_only(site: Site) -> None:
    with pytest.raises(NotAllowedError):
        put(site, 0, AMOXICILLIN, login="east_store")
    with pytest.raises(NotAllowedError):
        put(site, WEST, AMOXICILLIN, login="east_store")


def test_what_goes_stays_readable_for_the_days_it_stood(site: Site) -> None:
    put(site, 0, AMOXICILLIN, AMLODIPINE)
    tomorrow = TODAY + timedelta(days=1)
    done = stop_items(
        *site.as_("lead_buyer"), StopItems(new_op(), 0, (AMLODIPINE,), tomorrow, "换中选品")
    )
    assert done.stopped == 1
    assert len(names(site, 0)) == 2
    assert names(site, 0, tomorrow) == ["阿莫西林胶囊"]
    with pytest.raises(DomainError, match="已经停用"):
        stop_items(*site.as_("lead_buyer"), StopItems(new_op(), 0, (INSULIN,)))


def test_a_member_list_is_derived_from_the_groups(site: Site) -> None:
    put(site, EAST, INSULIN)
    put(site, 0, AMOXICILLIN, AMLODIPINE)
    command = Derive(new_op(), EAST)
    done = derive(*site.as_("east_store"), command)
    assert (done.added, done.stopped) == (2, 1)
    assert derive(*site.as_("east_store"), command) == done
    assert names(site, EAST) == names(site, 0)


def test_rules_say_which_items_and_what_to_do(site: Site) -> None:
    put(site, EAST, AMOXICILLIN, AMLODIPINE, PETHIDINE)
    with site.owner.write() as session:
        session.execute(
            update(Item)
            .where(Item.id == AMOXICILLIN)
            .values(approval_no="国药准字H20000001", approval_valid_to=TODAY - timedelta(days=1))
        )
        session.execute(update(Item).where(Item.id == AMLODIPINE).values(status="stopped"))
    found = {one.rule: one for one in check_formulary(*site.as_("east_store"), EAST)
             if one.grade is Grade.BAD}  # fmt: skip
    assert found[Rule.CERTIFICATE].items == (AMOXICILLIN,)
    assert found[Rule.STOPPED].items == (AMLODIPINE,)
    warned = {one.rule for one in check_formulary(*site.as_("east_store"), EAST)
              if one.grade is Grade.WARN}  # fmt: skip
    assert {Rule.CONTROLLED, Rule.GROUP} <= warned


def test_a_list_goes_out_and_comes_back(site: Site, tmp_path: Path) -> None:
    put(site, 0, AMOXICILLIN, AMLODIPINE, INSULIN)
    path = tmp_path / "目录.xlsx"
    assert export_list(*site.as_("lead_buyer"), 0, path) == 3
    plan = preview_import(*site.as_("east_store"), EAST, path)
    assert (len(plan.items), plan.same, plan.problems) == (3, 0, ())
    done = apply_import(*site.as_("east_store"), new_op(), plan)
    assert done.added == 3
    assert preview_import(*site.as_("east_store"), EAST, path).same == 3


def test_rows_that_name_nothing_are_told_by_row(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "目录.csv"
    path.write_text("通用名,规格,生产企业\n阿莫西林胶囊,250mg*24粒,\n没有这个药片,5mg,\n")
    problems = preview_import(*site.as_("lead_buyer"), 0, path).problems
    assert 3 in {problem.row for problem in problems}


class TestAlignment:
    """目录吻合度 in the database: members against the lead, with two dated snapshots."""

    @pytest.fixture
    def lists(self, site: Site) -> Site:
        """The lead keeps three drugs; east two of them, west one."""
        put(site, LEAD, AMOXICILLIN, AMLODIPINE, INSULIN)
        put(site, EAST, AMOXICILLIN, PETHIDINE)
        put(site, WEST, AMLODIPINE)
        return site

    def test_pairs_pooled_and_mean(self, lists: Site) -> None:
        found = align_members(*lists.as_("lead_buyer"), AlignQuery()).comparison
        assert [pair.name for pair in found.pairs] == ["城东", "城西"]
        assert found.group(Formula.F1, Group.MACRO).percent == Decimal("75.00")
        assert found.group(Formula.F1, Group.POOLED).percent == Decimal("66.67")

    def test_a_clinic_sees_its_own_figure(self, lists: Site) -> None:
        found = align_members(*lists.as_("east_store"), AlignQuery(orgs=(EAST,))).comparison
        assert found.group(Formula.F2, Group.POOLED).percent == Decimal("33.33")

    def test_a_named_list_cuts_both_sides(self, lists: Site) -> None:
        who = lists.as_("lead_buyer")
        chronic = create_named(*who, CreateNamed(new_op(), 0, "MB01", "慢性病常见病清单"))
        put_named(*who, PutNamed(new_op(), 0, chronic.list_id, ((AMLODIPINE, 0),)))
        found = align_members(*who, AlignQuery(list_id=chronic.list_id)).comparison
        assert [len(pair.member) for pair in found.pairs] == [0, 1]
        assert found.group(Formula.F1, Group.MACRO).percent == Decimal("100.00")

    def test_the_trend_is_kept_with_numerator_and_denominator(self, lists: Site) -> None:
        who = lists.as_("lead_buyer")
        command = StoreFigures(new_op(), AlignQuery(key=Key.FORM))
        assert store_figures(*who, command) == store_figures(*who, command) == 8
        points = trend(*who, AlignQuery())
        assert [(p.org, p.numerator, p.denominator) for p in points] == [
            ("城东", 1, 2), ("城西", 1, 1),
        ]  # fmt: skip

    def test_a_past_day_is_answered_from_its_snapshot(self, lists: Site) -> None:
        who = lists.as_("lead_buyer")
        for org in (LEAD, EAST, WEST):
            kept = take_snapshot(*who, TakeSnapshot(new_op(), org))
            assert kept.items == len(names(lists, org))
        put(lists, EAST, AMLODIPINE, INSULIN)
        then = align_members(*who, AlignQuery(orgs=(EAST,), on=TODAY)).comparison
        assert len(then.pairs[0].member) == 2
        assert len(align_members(*who, AlignQuery(orgs=(EAST,))).comparison.pairs[0].member) == 4
        with pytest.raises(ConflictError, match="已经留存"):
            take_snapshot(*who, TakeSnapshot(new_op(), EAST))
        assert len(snapshots(*who, (LEAD, EAST, WEST))) == 3


def open_stock(site: Site, org: int, item: int, qty: int) -> None:
    """Goods of a supplier on the shelf of a member."""
    actor = site.actor("west_store" if org == WEST else "east_store")
    with site.owner.write() as session:
        lot = find_or_make_lot(session, item, "L1", TODAY + timedelta(days=300))
        move = Move(item, lot, KANGZE, virtual_place(session, org, "supplier"),
                    site.world.bins[org], qty, Decimal("3.86"), 24)  # fmt: skip
        post(session, actor, Posting(org, new_op(), DocKind.ACCEPTANCE, 1, TODAY, [move]))


def test_who_has_it_now_and_what_a_ward_lacks(site: Site) -> None:
    put(site, 0, AMOXICILLIN)
    put(site, EAST, AMOXICILLIN)
    open_stock(site, WEST, AMOXICILLIN, 48)
    found = [(one.org, one.qty, one.listed) for one in ready(*site.as_("east_store"), AMOXICILLIN)]
    assert found == [("城西", 48, False), ("城东", 0, True)]
    ward = create_named(
        *site.as_("east_store"), CreateNamed(new_op(), EAST, "BF1", "联合病房常备", "ward")
    )
    put_named(*site.as_("east_store"), PutNamed(new_op(), EAST, ward.list_id, ((AMOXICILLIN, 24),)))
    (row,) = ward_readiness(*site.as_("east_store"), EAST, EAST, ward.list_id)
    assert (row.missing, row.others) == (24, (("城西", 48),))
    assert [one.keep_qty for one in named_items(*site.as_("east_store"), EAST, ward.list_id)] == [
        24
    ]
    with pytest.raises(DomainError, match="病房常备"):
        put_named(*site.as_("east_store"), PutNamed(new_op(), EAST, ward.list_id, ((INSULIN, 1),)))


def test_a_prescription_file_tells_who_can_hand_it_out(site: Site, tmp_path: Path) -> None:
    open_stock(site, WEST, AMOXICILLIN, 48)
    open_stock(site, EAST, AMLODIPINE, 28)
    path = tmp_path / "处方.csv"
    path.write_text(
        "患者,药品名称,规格,数量,单位\n"
        "甲,阿莫西林胶囊,250mg,2,盒\n"
        "甲,苯磺酸氨氯地平片,5mg,28,片\n"
        "甲,不存在的药,1g,1,盒\n"
        "甲,阿莫西林胶囊,0.5g,1,盒\n",
        encoding="gb18030",
    )
    found = read_prescription(*site.as_("east_store"), path, EAST)
    amoxicillin, amlodipine = found.lines
    assert (amoxicillin.asked, amoxicillin.own_enough, amoxicillin.anywhere) == (48, False, True)
    assert [(one.org, one.qty) for one in amoxicillin.offers] == [("城西", 48)]
    assert amlodipine.own_enough
    assert [problem.row for problem in found.problems] == [4, 5]
    with pytest.raises(NotAllowedError):
        read_prescription(*site.as_("kangze_sales"), path, EAST)


def test_suppliers_see_no_list(site: Site) -> None:
    put(site, 0, AMOXICILLIN)
    if site.is_sqlite:
        return  # one file, one trust: the window of a supplier has no such page
    assert formulary(*site.as_("kangze_sales"), 0) == ()
    with pytest.raises(NotAllowedError):
        put(site, 0, AMLODIPINE, login="kangze_sales")
