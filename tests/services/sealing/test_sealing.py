"""Sealing an order's papers after signing: the right person, once, in turn, and provable."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from app.adapters.pades import trial_authority
from app.domain.errors import ConflictError, DomainError, NotAllowedError
from app.domain.ids import new_op
from app.domain.orders.amend import Change
from app.domain.orders.signing import Party
from app.models.party import Organisation
from app.services.orders.changing import Amend, amend
from app.services.orders.detail import OrderDetail, OrderWanted, order_detail
from app.services.orders.papers import PaperKind, PaperWanted, paper
from app.services.orders.signing import Sign, sign
from app.services.sealing.checking import check_file
from app.services.sealing.roots import Distrust, Trust, distrust, roots, trust
from app.services.sealing.sealing import Seal, Sealed, seal
from tests.factories import EAST, KANGZE, NOW, Site
from tests.order_needs import open_order, order_of

AUTHORITY = trial_authority.make("测试签发机构", NOW)
WORD = "open-sesame"


def certificate(site: Site, org_id: int, person: str) -> bytes:
    with site.owner.read() as session:
        org = session.get_one(Organisation, org_id)
        whom = (org.name, org.uscc or "")
    return trial_authority.issue(AUTHORITY, person, whom, WORD, NOW)


@pytest.fixture
def order(site: Site) -> OrderDetail:
    """One order of 城东 at 康泽, waiting for its signatures; the authority is trusted."""
    trust(*site.as_("lead_admin"), Trust(new_op(), AUTHORITY.pem))
    open_order(site)
    row = order_of(site, EAST, KANGZE)
    return order_detail(*site.as_("lead_buyer"), OrderWanted(row.org_id, row.id))


def signed(site: Site, order: OrderDetail, *logins: str) -> None:
    for login in logins:
        row = order.row
        sign(*site.as_(login), Sign(new_op(), row.org_id, row.id, row.version))


def sealed(site: Site, order: OrderDetail, login: str, data: bytes, word: str = WORD) -> Sealed:
    row = order.row
    command = Seal(new_op(), row.org_id, row.id, row.version, data, word)
    return seal(*site.as_(login), command)


def contract(site: Site, login: str, order: OrderDetail, kind: PaperKind) -> bytes:
    wanted = PaperWanted(OrderWanted(order.row.org_id, order.row.id), kind)
    return paper(*site.as_(login), wanted).data


def test_both_sides_seal_and_anybody_can_check(site: Site, order: OrderDetail) -> None:
    signed(site, order, "east_head", "kangze_sales")
    first = sealed(site, order, "east_head", certificate(site, EAST, "张主任"))
    second = sealed(site, order, "kangze_sales", certificate(site, KANGZE, "罗业"))
    assert (first.party, second.party) == (Party.MEMBER, Party.SUPPLIER)

    for kind in (PaperKind.ORDER, PaperKind.CONTRACT):
        data = contract(site, "lead_buyer", order, kind)
        found = check_file(*site.as_("lead_buyer"), data)
        assert found.good
        assert found.newest
        assert found.order_no == order.row.no
        assert [one.holder.person for one in found.seals] == ["张主任", "罗业"]
        assert data == contract(site, "kangze_sales", order, kind)
        broken = bytearray(data)
        broken[len(data) // 2] ^= 1
        assert not check_file(*site.as_("lead_buyer"), bytes(broken)).good
    shown = order_detail(*site.as_("east_head"), OrderWanted(order.row.org_id, order.row.id))
    assert [(one.party, one.version) for one in shown.seals] == [
        (Party.MEMBER, 1),
        (Party.SUPPLIER, 1),
    ]


def test_seal_comes_after_the_signature(site: Site, order: OrderDetail) -> None:
    with pytest.raises(DomainError, match="请先签署"):
        sealed(site, order, "east_head", certificate(site, EAST, "张主任"))


def test_nobody_seals_twice_or_for_others(site: Site, order: OrderDetail) -> None:
    signed(site, order, "east_head")
    mine = certificate(site, EAST, "张主任")
    with pytest.raises(DomainError, match="不能替"):
        sealed(site, order, "east_head", certificate(site, KANGZE, "罗业"))
    with pytest.raises(DomainError, match="证书打不开"):
        sealed(site, order, "east_head", mine, "wrong")
    with pytest.raises(NotAllowedError):
        sealed(site, order, "east_store", mine)
    with pytest.raises(DomainError):  # not there on PostgreSQL, not allowed on SQLite
        sealed(site, order, "ruihe_sales", mine)
    sealed(site, order, "east_head", mine)
    with pytest.raises(ConflictError, match="没有重复盖章"):
        sealed(site, order, "east_head", mine)


def test_an_amended_order_wants_new_seals(site: Site, order: OrderDetail) -> None:
    signed(site, order, "east_head")
    mine = certificate(site, EAST, "张主任")
    sealed(site, order, "east_head", mine)
    old = contract(site, "lead_buyer", order, PaperKind.ORDER)
    row, line = order.row, order.content.lines[0]
    change = Change(line.line, line.qty - line.pack_factor)
    amend(
        *site.as_("lead_buyer"),
        Amend(new_op(), row.org_id, row.id, row.version, (change,), "供应商缺货，先减一盒"),
    )
    with pytest.raises(ConflictError, match="第 2 版"):
        sealed(site, order, "east_head", mine)
    found = check_file(*site.as_("lead_buyer"), old)
    assert (found.good, found.order_no, found.newest) == (True, row.no, False)


def test_the_same_intention_twice_seals_once(site: Site, order: OrderDetail) -> None:
    signed(site, order, "east_head")
    row = order.row
    data = certificate(site, EAST, "张主任")
    command = Seal(new_op(), row.org_id, row.id, row.version, data, WORD)
    first = seal(*site.as_("east_head"), command)
    assert seal(*site.as_("east_head"), replace(command, version=1)) == first
    with pytest.raises(ConflictError, match="没有重复盖章"):
        seal(*site.as_("east_head"), replace(command, op_id=new_op()))
    shown = order_detail(*site.as_("east_head"), OrderWanted(row.org_id, row.id))
    assert len(shown.seals) == 1


def test_a_sealed_file_cannot_be_edited(site: Site, order: OrderDetail) -> None:
    signed(site, order, "east_head")
    sealed(site, order, "east_head", certificate(site, EAST, "张主任"))
    for statement in (
        "UPDATE sealed_paper SET holder = 'x'",
        "DELETE FROM sealed_paper",
    ):
        with pytest.raises(DomainError), site.owner.write() as session:
            session.execute(text(statement))


def test_trust_is_given_and_taken_by_the_administrator(site: Site, order: OrderDetail) -> None:
    signed(site, order, "east_head")
    sealed(site, order, "east_head", certificate(site, EAST, "张主任"))
    data = contract(site, "lead_buyer", order, PaperKind.ORDER)
    (root,) = roots(*site.as_("east_store"))
    assert root.name == "测试签发机构"
    with pytest.raises(NotAllowedError):
        distrust(*site.as_("lead_buyer"), Distrust(new_op(), root.serial))
    distrust(*site.as_("lead_admin"), Distrust(new_op(), root.serial))
    (seal_,) = check_file(*site.as_("lead_buyer"), data).seals
    assert (seal_.intact, seal_.trusted) == (True, False)
    with pytest.raises(DomainError, match="没有序列号"):
        distrust(*site.as_("lead_admin"), Distrust(new_op(), root.serial))
    person = certificate(site, EAST, "张主任")
    with pytest.raises(DomainError, match="不是证书文件"):
        trust(*site.as_("lead_admin"), Trust(new_op(), person))
