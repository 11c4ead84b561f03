"""部分确认: the supplier answers, the rest goes to the backup or is given back; late joiners."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import text

from app.domain.documents import State
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_op
from app.domain.orders.answer import Offer
from app.domain.orders.signing import Decision
from app.models.awards import Pledge
from app.models.order import GroupOrder, MemberOrder, MemberOrderLine
from app.models.party import Organisation, SettleTerm
from app.models.price import Price
from app.services.orders.answering import Answer, answer
from app.services.orders.consolidate import Consolidate, consolidate
from app.services.orders.detail import OrderWanted, order_detail
from app.services.orders.joining import Join, join
from app.services.orders.modes import SetMode, set_mode
from app.services.orders.queries import MemberOrderRow, OrdersWanted, member_orders
from app.services.orders.settling import SettleRest, rest_of, settle_rest
from app.services.orders.signing import Sign, sign
from app.services.orders.totals import check_totals
from tests.factories import EAST, KANGZE, LEAD, RUIHE, TODAY, WEST, Site
from tests.order_needs import (
    AMLODIPINE,
    AMOXICILLIN,
    FACTORS,
    INSULIN,
    ask,
    backup_price,
    order_of,
    pledged,
    sign_as,
    status_of,
)

BUYER = "lead_buyer"
BOX = FACTORS[AMOXICILLIN]
LATER = date(2099, 10, 30)


def ordered(site: Site, org: int = EAST) -> int:
    with site.owner.read() as s:
        return s.get_one(Pledge, (org, 7, AMOXICILLIN)).ordered // BOX


def signed_by_member(site: Site) -> MemberOrderRow:
    """100 boxes of amoxicillin and 5 of insulin for east at Kangze, signed by the member."""
    wanted = ask(site, EAST, {AMOXICILLIN: 100, INSULIN: 5})
    consolidate(*site.as_(BUYER), Consolidate(new_op(), "常用药第 1 包", (wanted,)))
    row = order_of(site, EAST, KANGZE)
    sign_as(site, "east_head", row)
    return order_of(site, EAST, KANGZE)


def answered(site: Site, row: MemberOrderRow, *offers: Offer) -> None:
    command = Answer(new_op(), row.org_id, row.id, row.version, offers, "厂家本月减产，先供六成")
    answer(*site.as_("kangze_sales"), command)


def settle(site: Site, row: MemberOrderRow, *lines: int) -> tuple[str, ...]:
    command = SettleRest(new_op(), row.org_id, row.id, row.version, lines, "余量按约定处理")
    return settle_rest(*site.as_(BUYER), command).backups


def test_the_rest_goes_to_the_backup_at_its_own_price_and_all_sign_anew(site: Site) -> None:
    pledged(site)
    price = backup_price(site)
    row = signed_by_member(site)
    answered(site, row, Offer(1, 60 * BOX, LATER))
    assert status_of(site, row) == State.ANSWERED
    assert ordered(site) == 100
    with pytest.raises(ConflictError, match="已经部分确认"):
        sign_as(site, "kangze_sales", row)

    found = rest_of(*site.as_(BUYER), EAST, row.id)
    assert (found.reason, found.refused) == ("厂家本月减产，先供六成", False)
    first, second = found.lines
    assert (first.rest // BOX, first.backup, first.extra) == (40, "瑞和", Decimal("9.60"))
    assert (second.rest, second.backup) == (0, "")
    [no] = settle(site, row, 1)

    kept = order_of(site, EAST, KANGZE)
    assert (kept.version, kept.state, kept.amount) == (2, State.TO_SIGN, Decimal("443.10"))
    detail = order_detail(*site.as_("kangze_sales"), OrderWanted(EAST, row.id))
    assert detail.intact
    assert detail.content.lines[0].due_on == LATER
    backup = order_of(site, EAST, RUIHE)
    assert (backup.no, backup.state, backup.amount) == (no, State.TO_SIGN, Decimal("164.00"))
    with site.owner.read() as s:
        line = s.get_one(MemberOrderLine, (EAST, backup.id, 1))
        assert line.price_id == price
        made = s.get_one(MemberOrder, (EAST, backup.id))
        assert (made.origin, made.origin_order_id) == ("backup", row.id)
    assert ordered(site) == 100
    assert not check_totals(*site.as_(BUYER))
    for order, seller in ((kept, "kangze_sales"), (backup, "ruihe_sales")):
        sign_as(site, "east_head", order)
        sign_as(site, seller, order)
    with site.owner.read() as s:
        group = s.get_one(GroupOrder, (LEAD, row.group_order_id))
        assert (group.status, group.amount) == (State.ACTIVE, Decimal("607.10"))


def test_what_nobody_takes_over_is_given_back_to_the_pledge(site: Site) -> None:
    pledged(site)
    row = signed_by_member(site)
    answered(site, row, Offer(1, 60 * BOX), Offer(2, 0))

    with pytest.raises(DomainError, match="没有别的供应商的有效价格"):
        settle(site, row, 1)
    assert settle(site, row) == ()
    assert ordered(site) == 60
    assert order_of(site, EAST, KANGZE).lines == 1
    assert not check_totals(*site.as_(BUYER))


def test_an_answered_order_keeps_its_group_in_signing(site: Site) -> None:
    wanted = (ask(site, EAST, {AMOXICILLIN: 100}), ask(site, WEST, {AMOXICILLIN: 40}))
    consolidate(*site.as_(BUYER), Consolidate(new_op(), "常用药第 1 包", wanted))
    east, west = order_of(site, EAST, KANGZE), order_of(site, WEST, KANGZE)
    sign_as(site, "east_head", east)
    answered(site, east, Offer(1, 60 * BOX))
    sign_as(site, "west_head", west)
    sign_as(site, "kangze_sales", west)

    with site.owner.read() as s:
        assert s.get_one(GroupOrder, (LEAD, east.group_order_id)).status == State.SIGNING


def test_a_refused_order_goes_whole_to_the_backup(site: Site) -> None:
    pledged(site)
    backup_price(site)
    row = signed_by_member(site)
    no = Sign(new_op(), EAST, row.id, 1, Decision.REFUSED, "本公司不再经营这个品种")
    sign(*site.as_("kangze_sales"), no)
    row = order_of(site, EAST, KANGZE)

    [number] = settle(site, row, 1)

    assert status_of(site, row) == State.CANCELLED
    assert order_of(site, EAST, RUIHE).no == number
    assert ordered(site) == 100
    assert not check_totals(*site.as_(BUYER))
    with pytest.raises(ConflictError, match="没有要处理的余量"):
        rest_of(*site.as_(BUYER), EAST, row.id)


def test_wrong_answers_are_refused_in_words(site: Site) -> None:
    row = signed_by_member(site)
    sales = site.as_("kangze_sales")

    def code(*offers: Offer, reason: str = "厂家本月减产") -> str:
        with pytest.raises(DomainError) as refused:
            answer(*sales, Answer(new_op(), EAST, row.id, 1, offers, reason))
        return next((one.code for one in refused.value.problems), refused.value.code)

    assert code(Offer(1, 60 * BOX), reason="减产") == "order.reason"
    assert code(Offer(1, 101 * BOX)) == "answer.qty"
    assert code(Offer(1, 60 * BOX + 1)) == "answer.pack"
    assert code(Offer(9, 0)) == "answer.line"
    assert code(Offer(1, 60 * BOX, date(2020, 1, 1))) == "answer.day"
    assert code(Offer(1, 100 * BOX)) == "answer.whole"
    assert code(Offer(1, 0), Offer(2, 0)) == "answer.nothing"
    for login in ("east_head", BUYER):
        with pytest.raises(NotAllowedError):
            answer(
                *site.as_(login), Answer(new_op(), EAST, row.id, 1, (Offer(1, 0),), "随便写个原因")
            )
    with pytest.raises(DomainError):
        rest_of(*site.as_("east_head"), EAST, row.id)
    if not site.is_sqlite:
        call = "SELECT api.answer(2, :id, 1, 'x', '[]', 'reason enough', 1)"
        with site.db("ruihe_sales").write() as s:
            assert s.execute(text(call), {"id": row.id}).scalar_one() == "not_allowed"
        with site.db("kangze_sales").write() as s:
            assert s.execute(text(call), {"id": row.id}).scalar_one() == "changed"
    assert status_of(site, row) == State.MEMBER_SIGNED


def test_a_late_member_gets_its_own_order_at_the_same_prices(site: Site) -> None:
    east = ask(site, EAST, {AMOXICILLIN: 100})
    made = consolidate(*site.as_(BUYER), Consolidate(new_op(), "常用药第 1 包", (east,)))
    west = ask(site, WEST, {AMOXICILLIN: 40})
    late = join(*site.as_(BUYER), Join(new_op(), LEAD, made.group_order_id, (west,)))
    assert (late.no, late.member_orders, late.amount) == (made.no, 1, Decimal("154.40"))
    rows = member_orders(*site.as_(BUYER), OrdersWanted(made.group_order_id))
    assert len({row.no for row in rows}) == 2
    for row in rows:
        sign_as(site, "east_head" if row.org_id == EAST else "west_head", row)
        sign_as(site, "kangze_sales", row)

    more = ask(site, WEST, {AMOXICILLIN: 10})
    join(*site.as_(BUYER), Join(new_op(), LEAD, made.group_order_id, (more,)))
    with site.owner.read() as s:
        group = s.get_one(GroupOrder, (LEAD, made.group_order_id))
        assert (group.status, group.amount) == (State.ACTIVE, Decimal("579.00"))
        newest = order_of(site, WEST, KANGZE)
        assert s.get_one(MemberOrder, (WEST, newest.id)).origin == "supplement"
    assert not check_totals(*site.as_(BUYER))

    other = ask(site, WEST, {AMLODIPINE: 10})
    with pytest.raises(DomainError, match="没有这个品规"):
        join(*site.as_(BUYER), Join(new_op(), LEAD, made.group_order_id, (other,)))
    with pytest.raises(NotAllowedError):
        join(*site.as_("west_head"), Join(new_op(), LEAD, made.group_order_id, (other,)))


def test_a_price_that_changed_since_is_not_joined_at(site: Site) -> None:
    east = ask(site, EAST, {AMOXICILLIN: 100})
    made = consolidate(*site.as_(BUYER), Consolidate(new_op(), "常用药第 1 包", (east,)))
    with site.owner.write() as s:
        s.get_one(Price, site.world.prices[AMOXICILLIN]).valid_to = TODAY
    backup_price(site)
    west = ask(site, WEST, {AMOXICILLIN: 40})

    with pytest.raises(DomainError, match="价格已经变了"):
        join(*site.as_(BUYER), Join(new_op(), LEAD, made.group_order_id, (west,)))


def test_a_member_orders_only_at_prices_of_its_procurement_mode(site: Site) -> None:
    with site.owner.write() as s:
        s.get_one(Organisation, EAST).procurement_mode = "公开招标"
    set_mode(*site.as_("lead_admin"), SetMode(new_op(), "公开招标", ("vbp",)))
    east = ask(site, EAST, {AMOXICILLIN: 100})

    with pytest.raises(DomainError, match="城东按「公开招标」采购，不能用集团议价的价格统采"):
        consolidate(*site.as_(BUYER), Consolidate(new_op(), "常用药第 1 包", (east,)))
    west = ask(site, WEST, {AMOXICILLIN: 40})
    assert consolidate(*site.as_(BUYER), Consolidate(new_op(), "常用药", (west,))).lines == 1


def test_the_contract_says_when_goods_are_payable_as_agreed(site: Site) -> None:
    with site.owner.write() as s:
        for item, trigger in ((0, "receipt"), (INSULIN, "consumption")):
            s.add(
                SettleTerm(org_id=EAST, supplier_id=KANGZE, item_id=item, trigger=trigger,
                           valid_from=date(2026, 1, 1))
            )  # fmt: skip
    row = signed_by_member(site)

    terms = order_detail(*site.as_("east_head"), OrderWanted(EAST, row.id)).content.terms
    [clause] = [term.text for term in terms if term.title == "结算"]
    assert clause.startswith("货物验收合格后归需方所有，按验收入库结算")
    assert "其中门冬胰岛素注射液，入库后归供方所有，按实际消耗结算" in clause
