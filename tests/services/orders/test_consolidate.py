"""统采: what the group's buyer orders for the members, and what is refused."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from app.domain.documents import State
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_id, new_op
from app.models.item import Item
from app.models.order import GroupOrder, MemberOrderLine, Requisition
from app.models.party import Dossier
from app.models.price import Price
from app.services.orders.candidates import CandidatesWanted, candidates, preview
from app.services.orders.consolidate import Consolidate, consolidate
from app.services.orders.detail import OrderWanted, order_detail
from app.services.orders.matrix import MatrixWanted, matrix
from app.services.orders.queries import GroupsWanted, OrdersWanted, group_orders, member_orders
from app.services.orders.totals import check_totals
from tests.factories import EAST, KANGZE, NOW, RUIHE, WEST, Site
from tests.order_needs import AMLODIPINE, AMOXICILLIN, INSULIN, SYRINGE, ask, open_order, order_of


def status_of(site: Site, pair: tuple[int, int]) -> str:
    with site.owner.read() as s:
        return s.get_one(Requisition, pair).status


def test_one_order_per_member_and_supplier_at_todays_price(site: Site) -> None:
    made = open_order(site)

    rows = member_orders(*site.as_("lead_buyer"), OrdersWanted(made.group_order_id))
    assert made.no == "TC20261014-001"
    assert [(row.org, row.supplier, row.amount, row.no) for row in rows] == [
        ("城东", "康泽", Decimal("386.00"), "CG20261014-001"),
        ("城东", "瑞和", Decimal("294.00"), "CG20261014-002"),
        ("城西", "康泽", Decimal("154.40"), "CG20261014-003"),
        ("城西", "瑞和", Decimal("325.00"), "CG20261014-004"),
    ]
    assert made.amount == Decimal("1159.40")
    assert {row.state for row in rows} == {State.TO_SIGN}
    assert not check_totals(*site.as_("lead_buyer"))


def test_the_requisitions_are_taken_and_each_line_remembers_its_own(site: Site) -> None:
    east = ask(site, EAST, {AMOXICILLIN: 10})
    consolidate(*site.as_("lead_buyer"), Consolidate(new_op(), "急救药补采", (east,)))

    order = order_of(site, EAST, KANGZE)
    with site.owner.read() as s:
        line = s.get_one(MemberOrderLine, (EAST, order.id, 1))
        assert (line.requisition_id, line.requisition_line) == (east[1], 1)
        assert (line.unit_price, line.price_id) == (
            Decimal("3.86"),
            site.world.prices[AMOXICILLIN],
        )
    assert status_of(site, east) == State.CONSOLIDATED


def test_a_members_own_price_goes_before_the_groups(site: Site) -> None:
    with site.owner.write() as s:
        s.add(
            Price(
                id=new_id(),
                list_id=1,
                item_id=AMOXICILLIN,
                supplier_id=RUIHE,
                org_id=WEST,
                valid_from=date(2026, 10, 1),
                unit_price=Decimal("3.5000"),
                price_factor=24,
                created_at=NOW,
                created_by=1,
            )
        )
    made = open_order(site)

    west = matrix(*site.as_("lead_buyer"), MatrixWanted(made.group_order_id)).rows
    amoxicillin = {(row.supplier, row.unit_price, row.qty) for row in west if row.item_id == 101}
    assert amoxicillin == {
        ("康泽", Decimal("3.86"), 100 * 24),
        ("瑞和", Decimal("3.50"), 40 * 24),
    }


def test_the_matrix_adds_up_by_row_and_by_member(site: Site) -> None:
    made = open_order(site)

    table = matrix(*site.as_("lead_buyer"), MatrixWanted(made.group_order_id))

    assert [name for _org, name in table.members] == ["城东", "城西"]
    assert table.member_amounts == (Decimal("680.00"), Decimal("479.40"))
    assert table.amount == made.amount == sum(row.amount for row in table.rows)
    by_item = {row.item_id: row.by_member for row in table.rows}
    assert by_item[AMOXICILLIN] == (2400, 960)
    assert by_item[SYRINGE] == (0, 1000)


def test_all_that_is_wrong_is_told_and_nothing_is_written(site: Site) -> None:
    east = ask(site, EAST, {AMOXICILLIN: 10, INSULIN: 5})
    west = ask(site, WEST, {AMLODIPINE: 3})
    with site.owner.write() as s:
        s.get_one(Price, site.world.prices[AMLODIPINE]).valid_to = date(2026, 10, 14)
        s.get_one(Item, INSULIN).status = "stopped"
        for kind, until in (
            ("经营许可证", date(2026, 10, 13)),
            ("经营许可证", date(2025, 1, 1)),
            ("廉洁协议", date(2027, 1, 1)),
        ):
            s.add(Dossier(org_id=KANGZE, id=new_id(), kind=kind, valid_to=until, checked=True))

    with pytest.raises(DomainError) as refused:
        consolidate(*site.as_("lead_buyer"), Consolidate(new_op(), "常用药", (east, west)))

    assert {problem.code for problem in refused.value.problems} == {
        "order.no_price",
        "order.item_stopped",
        "order.dossier_expired",
    }
    assert "2026-10-13" in "".join(problem.text for problem in refused.value.problems)
    assert status_of(site, east) == status_of(site, west) == State.SUBMITTED
    with site.owner.read() as s:
        assert not s.query(GroupOrder).count()
    seen = preview(*site.as_("lead_buyer"), (east, west))
    assert seen.blocked
    assert len(seen.problems) == 3


def test_a_price_that_moved_since_the_member_asked_is_told_not_refused(site: Site) -> None:
    east = ask(site, EAST, {AMOXICILLIN: 10}, price="4.0000")

    made = consolidate(*site.as_("lead_buyer"), Consolidate(new_op(), "常用药", (east,)))

    assert len(made.warnings) == 1
    assert "4.00" in made.warnings[0]
    assert "3.86" in made.warnings[0]


def test_less_than_a_whole_pack_is_refused(site: Site) -> None:
    org, number = ask(site, EAST, {AMOXICILLIN: 1})
    with site.owner.write() as s:
        from app.models.order import RequisitionLine

        s.get_one(RequisitionLine, (org, number, 1)).qty = 25

    with pytest.raises(DomainError, match="1 盒 = 24 粒"):
        consolidate(*site.as_("lead_buyer"), Consolidate(new_op(), "常用药", ((org, number),)))


def test_a_requisition_is_ordered_once(site: Site) -> None:
    east = ask(site, EAST, {AMOXICILLIN: 10})
    consolidate(*site.as_("lead_buyer"), Consolidate(new_op(), "第一次", (east,)))

    with pytest.raises(ConflictError, match="已汇总"):
        consolidate(*site.as_("lead_buyer"), Consolidate(new_op(), "第二次", (east,)))


def test_the_same_click_twice_makes_one_order(site: Site) -> None:
    east = ask(site, EAST, {AMOXICILLIN: 10})
    command = Consolidate(new_op(), "常用药", (east,))

    assert consolidate(*site.as_("lead_buyer"), command) == consolidate(
        *site.as_("lead_buyer"), command
    )
    assert len(group_orders(*site.as_("lead_buyer"), GroupsWanted())) == 1


@pytest.mark.parametrize("login", ["east_store", "east_head", "kangze_sales"])
def test_only_the_groups_buyer_consolidates(site: Site, login: str) -> None:
    east = ask(site, EAST, {AMOXICILLIN: 10})

    with pytest.raises(NotAllowedError):
        consolidate(*site.as_(login), Consolidate(new_op(), "常用药", (east,)))
    assert status_of(site, east) == State.SUBMITTED


def test_candidates_are_filtered_by_member_class_and_supplier(site: Site) -> None:
    ask(site, EAST, {AMOXICILLIN: 10})
    west = ask(site, WEST, {SYRINGE: 100})
    buyer = site.as_("lead_buyer")

    found = candidates(*buyer, CandidatesWanted(item_class="consumable"))
    assert [(row.org_id, row.id) for row in found] == [west]
    assert len(candidates(*buyer, CandidatesWanted())) == 2
    assert not candidates(*buyer, CandidatesWanted(org_id=EAST, item_class="consumable"))


def test_each_sees_what_concerns_them(site: Site) -> None:
    made = open_order(site)

    def amounts(login: str) -> list[tuple[str, str]]:
        rows = member_orders(*site.as_(login), OrdersWanted())
        return [(row.org, row.supplier) for row in rows]

    assert amounts("east_store") == [("城东", "康泽"), ("城东", "瑞和")]
    assert amounts("kangze_sales") == [("城东", "康泽"), ("城西", "康泽")]
    assert len(amounts("lead_head")) == 4
    [seen] = group_orders(*site.as_("kangze_sales"), GroupsWanted("常用药"))
    assert (seen.no, seen.progress.total, seen.amount) == (made.no, 2, Decimal("540.40"))


def test_a_supplier_reads_the_whole_of_its_order(site: Site) -> None:
    open_order(site)
    row = order_of(site, EAST, KANGZE, "kangze_sales")

    seen = order_detail(*site.as_("kangze_sales"), OrderWanted(no=row.no))

    assert seen.content.member.name == "城东社区卫生服务中心"
    assert (seen.content.place, seen.content.buyer) == ("药房", "李药")
    assert seen.content.contract_no == "HT2026-0002-9001"
    assert seen.content.due_on == date(2026, 10, 22)
    assert seen.intact
    with pytest.raises(DomainError, match="没有找到"):
        order_detail(*site.as_("ruihe_sales"), OrderWanted(no=row.no))
