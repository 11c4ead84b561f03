"""催签: whoever shall sign sees on the workbench who reminded, when, and which order."""

from __future__ import annotations

from app.domain.ids import new_op
from app.services import home
from app.services.home import Kind, Urgency
from app.services.orders.changing import Urge, urge
from app.services.orders.queries import MemberOrderRow, OrdersWanted, member_orders
from tests.factories import EAST, KANGZE, LEAD, Site
from tests.order_needs import open_order, sign_as


def orders(site: Site) -> list[MemberOrderRow]:
    return list(member_orders(*site.as_("lead_buyer"), OrdersWanted()))


def remind(site: Site, row: MemberOrderRow) -> None:
    command = Urge(new_op(), ((row.org_id, row.id),))
    urge(*site.as_("lead_buyer"), command)


def work_of(site: Site, login: str, org: int) -> dict[Kind, home.WorkItem]:
    return {item.kind: item for item in home.work(*site.as_(login), (org,))}


def test_the_member_sees_who_urged_and_when(site: Site) -> None:
    open_order(site)
    mine = [row for row in orders(site) if row.org_id == EAST]
    remind(site, mine[0])
    remind(site, mine[0])

    work = work_of(site, "east_head", EAST)

    urged = work[Kind.URGED]
    assert (urged.count, urged.urgency) == (1, Urgency.NOW)
    assert urged.urged is not None
    assert (urged.urged.times, urged.urged.order_id) == (2, mine[0].id)
    assert urged.urged.who == "中心医院 陈采"
    assert work[Kind.TO_SIGN].count == len(mine) - 1
    assert Kind.URGED not in work_of(site, "lead_head", LEAD)


def test_the_supplier_sees_which_hospital_urged(site: Site) -> None:
    open_order(site)
    mine = next(row for row in orders(site) if (row.org_id, row.supplier_id) == (EAST, KANGZE))
    sign_as(site, "east_head", mine)
    remind(site, mine)

    urged = work_of(site, "kangze_sales", KANGZE)[Kind.URGED].urged

    assert urged is not None
    assert urged.who.startswith("中心医院")
    assert (urged.org_id, urged.order_id) == (EAST, mine.id)
