"""分签: who signs, in which order, and what happens when two do it at once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import func, select

from app.domain.documents import State
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_op
from app.domain.orders.amend import Change
from app.domain.orders.signing import Decision
from app.models.order import GroupOrder, MemberOrder, MemberOrderLine, Signature
from app.models.platform import Audit
from app.services.orders.changing import Amend, CancelOrder, Urge, amend, cancel, urge
from app.services.orders.consolidate import Consolidate, consolidate
from app.services.orders.detail import OrderWanted, order_detail
from app.services.orders.queries import GroupsWanted, OrdersWanted, group_orders, member_orders
from app.services.orders.signing import Sign, sign
from app.services.orders.totals import check_totals
from tests.factories import EAST, KANGZE, LEAD, RUIHE, WEST, Site
from tests.order_needs import AMOXICILLIN, INSULIN, ask, open_order, order_of, sign_as, status_of

BUYER = "lead_buyer"


def group_row(site: Site, group: int) -> tuple[str, Decimal]:
    """State and amount as they are stored."""
    with site.owner.read() as s:
        row = s.get_one(GroupOrder, (LEAD, group))
        return row.status, row.amount


def test_first_the_member_then_the_supplier(site: Site) -> None:
    open_order(site)
    row = order_of(site, EAST, KANGZE)

    by_member = sign(*site.as_("east_head"), Sign(new_op(), row.org_id, row.id, 1))
    assert by_member.state is State.MEMBER_SIGNED
    by_supplier = sign(*site.as_("kangze_sales"), Sign(new_op(), row.org_id, row.id, 1))

    assert by_supplier.state is State.SIGNED
    assert by_member.fingerprint == by_supplier.fingerprint
    now = order_of(site, EAST, KANGZE)
    assert now.member_signature is not None
    assert now.supplier_signature is not None
    assert now.member_signature.person == "张主任"
    assert now.supplier_signature.person == "罗业"
    assert order_detail(*site.as_("east_head"), OrderWanted(EAST, row.id)).intact


def test_the_group_order_is_under_way_when_the_last_has_signed(site: Site) -> None:
    made = open_order(site)
    for org, head in ((EAST, "east_head"), (WEST, "west_head")):
        for supplier, sales in ((KANGZE, "kangze_sales"), (RUIHE, "ruihe_sales")):
            assert group_row(site, made.group_order_id)[0] == State.SIGNING
            sign_as(site, head, order_of(site, org, supplier))
            sign_as(site, sales, order_of(site, org, supplier))

    assert group_row(site, made.group_order_id)[0] == State.ACTIVE
    [seen] = group_orders(*site.as_(BUYER), GroupsWanted())
    assert (seen.state, seen.progress.signed, seen.progress.total) == (State.ACTIVE, 4, 4)


@pytest.mark.parametrize("login", ["east_store", "west_head", BUYER, "ruihe_sales"])
def test_others_do_not_sign(site: Site, login: str) -> None:
    open_order(site)
    row = order_of(site, EAST, KANGZE)

    with pytest.raises(DomainError):
        sign(*site.as_(login), Sign(new_op(), row.org_id, row.id, 1))
    assert status_of(site, row) == State.TO_SIGN


def test_the_supplier_waits_for_the_member(site: Site) -> None:
    open_order(site)
    row = order_of(site, EAST, KANGZE)

    with pytest.raises(NotAllowedError, match="城东还没签"):
        sign(*site.as_("kangze_sales"), Sign(new_op(), row.org_id, row.id, 1))


def test_signing_twice_says_who_and_when(site: Site) -> None:
    open_order(site)
    row = order_of(site, EAST, KANGZE)
    sign_as(site, "east_head", row)

    with pytest.raises(ConflictError, match=r"张主任 \d\d-\d\d \d\d:\d\d 已经签过"):
        sign(*site.as_("east_head"), Sign(new_op(), row.org_id, row.id, 1))
    with site.owner.read() as s:
        assert s.scalar(select(func.count()).select_from(Signature)) == 1


def test_the_same_click_twice_signs_once(site: Site) -> None:
    open_order(site)
    row = order_of(site, EAST, KANGZE)
    command = Sign(new_op(), row.org_id, row.id, 1)

    assert sign(*site.as_("east_head"), command) == sign(*site.as_("east_head"), command)


def test_a_refusal_needs_a_reason_and_is_told(site: Site) -> None:
    open_order(site)
    row = order_of(site, EAST, KANGZE)
    refuse = Sign(new_op(), row.org_id, row.id, 1, Decision.REFUSED, "太贵")

    with pytest.raises(DomainError, match="至少写 5 个字"):
        sign(*site.as_("east_head"), refuse)
    sign(
        *site.as_("east_head"),
        Sign(new_op(), row.org_id, row.id, 1, Decision.REFUSED, "单价与旧合同不符"),
    )

    seen = order_of(site, EAST, KANGZE, "kangze_sales")
    assert (seen.state, seen.refusal) == (State.REFUSED, "单价与旧合同不符")
    with pytest.raises(ConflictError, match="拒签过"):
        sign_as(site, "kangze_sales", seen)


def refused_order(site: Site) -> int:
    row = order_of(site, EAST, KANGZE)
    why = "数量订多了，要减半"
    sign(*site.as_("east_head"), Sign(new_op(), row.org_id, row.id, 1, Decision.REFUSED, why))
    return row.id


def test_an_amended_order_is_signed_anew_and_the_totals_follow(site: Site) -> None:
    made = open_order(site)
    order = refused_order(site)

    done = amend(
        *site.as_(BUYER), Amend(new_op(), EAST, order, 1, (Change(1, 1200),), "按成员意见减半")
    )

    assert (done.version, done.state) == (2, State.TO_SIGN)
    row = order_of(site, EAST, KANGZE)
    assert (row.amount, row.refusal) == (Decimal("193.00"), "")
    assert group_row(site, made.group_order_id)[1] == Decimal("966.40")
    assert not check_totals(*site.as_(BUYER))
    with pytest.raises(ConflictError, match=r"陈采 \d\d-\d\d \d\d:\d\d 改过"):
        sign(*site.as_("east_head"), Sign(new_op(), EAST, order, 1))
    sign_as(site, "east_head", row)
    detail = order_detail(*site.as_("east_head"), OrderWanted(EAST, order))
    assert [(one.version, one.decision) for one in detail.signatures] == [
        (1, Decision.REFUSED),
        (2, Decision.SIGNED),
    ]
    assert [one.reason for one in detail.versions] == ["", "按成员意见减半"]
    assert detail.intact


def test_a_line_can_be_taken_away(site: Site) -> None:
    wanted = ask(site, EAST, {AMOXICILLIN: 100, INSULIN: 5})
    made = consolidate(*site.as_(BUYER), Consolidate(new_op(), "常用药", (wanted,)))
    row = order_of(site, EAST, KANGZE)

    amend(*site.as_(BUYER), Amend(new_op(), EAST, row.id, 1, (Change(2, 0),), "胰岛素还够用"))

    seen = order_detail(*site.as_("kangze_sales"), OrderWanted(EAST, row.id))
    assert [line.name for line in seen.content.lines] == ["阿莫西林胶囊"]
    assert seen.intact
    assert group_row(site, made.group_order_id)[1] == Decimal("386.00")
    assert not check_totals(*site.as_(BUYER))
    sign_as(site, "east_head", order_of(site, EAST, KANGZE))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ((Change(1, 2424),), "amend.more"),
        ((Change(1, 30),), "amend.pack"),
        ((Change(9, 0),), "amend.line"),
        ((Change(1, 2400),), "amend.same"),
        ((Change(1, 0),), "amend.empty"),
    ],
)
def test_amendments_only_shrink(site: Site, changes: tuple[Change, ...], code: str) -> None:
    open_order(site)
    order = refused_order(site)

    with pytest.raises(DomainError) as refused:
        amend(*site.as_(BUYER), Amend(new_op(), EAST, order, 1, changes, "按成员意见改"))
    assert [problem.code for problem in refused.value.problems] == [code]
    assert order_of(site, EAST, KANGZE).version == 1


def test_an_order_signed_by_both_is_not_amended_but_can_be_cancelled(site: Site) -> None:
    made = open_order(site)
    row = order_of(site, WEST, RUIHE)
    sign_as(site, "west_head", row)
    sign_as(site, "ruihe_sales", row)

    with pytest.raises(ConflictError, match="不能再改"):
        amend(
            *site.as_(BUYER),
            Amend(new_op(), WEST, row.id, 1, (Change(1, 0),), "不要注射器了"),
        )
    cancel(*site.as_(BUYER), CancelOrder(new_op(), WEST, row.id, 1, "供应商断货，另找"))

    assert order_of(site, WEST, RUIHE).state is State.CANCELLED
    assert group_row(site, made.group_order_id)[1] == Decimal("834.40")
    assert not check_totals(*site.as_(BUYER))


def test_cancelling_the_last_open_order_starts_the_group_order(site: Site) -> None:
    made = open_order(site)
    rows = member_orders(*site.as_(BUYER), OrdersWanted())
    for row in rows[1:]:
        cancel(*site.as_(BUYER), CancelOrder(new_op(), row.org_id, row.id, 1, "成员不要了呀"))
    assert group_row(site, made.group_order_id)[0] == State.SIGNING
    sign_as(site, "east_head", rows[0])
    sign_as(site, "kangze_sales", rows[0])

    assert group_row(site, made.group_order_id)[0] == State.ACTIVE


def test_urging_is_seen_by_those_who_have_to_sign(site: Site) -> None:
    open_order(site)
    rows = member_orders(*site.as_(BUYER), OrdersWanted())
    sign_as(site, "east_head", rows[0])
    sign_as(site, "kangze_sales", rows[0])

    pairs = tuple((row.org_id, row.id) for row in rows)
    assert urge(*site.as_(BUYER), Urge(new_op(), pairs)).count == 3

    seen = order_of(site, WEST, KANGZE, "west_head")
    assert seen.urged == 1
    assert seen.mine
    with site.owner.read() as s:
        done = s.scalars(select(Audit.action).where(Audit.org_id == WEST)).all()
    assert done.count("order.urge") == 2
    with pytest.raises(NotAllowedError):
        urge(*site.as_("west_head"), Urge(new_op(), pairs[2:3]))


def test_an_order_changed_behind_our_back_is_not_signed(site: Site) -> None:
    open_order(site)
    row = order_of(site, EAST, KANGZE)
    with site.owner.write() as s:
        s.get_one(MemberOrderLine, (EAST, row.id, 1)).qty = 24

    with pytest.raises(DomainError, match="对不上"):
        sign_as(site, "east_head", row)
    assert not order_detail(*site.as_(BUYER), OrderWanted(EAST, row.id)).intact
    other = order_of(site, EAST, RUIHE)
    assert order_detail(*site.as_(BUYER), OrderWanted(EAST, other.id)).intact
    for unsigned in (State.SIGNED, State.MEMBER_SIGNED):
        with site.owner.write() as s:
            s.get_one(MemberOrder, (EAST, other.id)).status = unsigned
        assert not order_detail(*site.as_(BUYER), OrderWanted(EAST, other.id)).intact
