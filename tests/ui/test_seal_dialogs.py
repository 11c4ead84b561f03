"""Electronic seals in the window: seal what one has signed, check what somebody sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.adapters.pades import trial_authority
from app.domain.ids import new_op
from app.models.party import Organisation
from app.services.orders.detail import OrderWanted
from app.services.orders.papers import PaperKind, PaperWanted, paper
from app.services.sealing.roots import Trust, trust
from app.ui.context import PageContext
from app.ui.pages.group_orders.page import GroupOrdersPage
from app.ui.pages.group_orders.sealing import CheckedForm, SealForm
from tests.factories import EAST, KANGZE, NOW, Site
from tests.order_needs import open_order, order_of, sign_as
from tests.ui.conftest import Show

Settle = Callable[[], None]
WORD = "open-sesame"


@pytest.fixture
def certificate(sqlite_site: Site, tmp_path: Path) -> Path:
    """城东's certificate as a file; its authority is trusted."""
    authority = trial_authority.make("测试签发机构", NOW)
    trust(*sqlite_site.as_("lead_admin"), Trust(new_op(), authority.pem))
    with sqlite_site.owner.read() as session:
        org = session.get_one(Organisation, EAST)
        whom = (org.name, org.uscc or "")
    path = tmp_path / "east.p12"
    path.write_bytes(trial_authority.issue(authority, "张主任", whom, WORD, NOW))
    return path


@pytest.fixture
def page(
    sqlite_site: Site, context_for: Callable[[str], PageContext], show: Show, settle: Settle
) -> GroupOrdersPage:
    """The order of 城东 at 康泽, open before its head."""
    open_order(sqlite_site)
    made = show(GroupOrdersPage(context_for("east_head")))
    settle()
    made.open_order(order_of(sqlite_site, EAST, KANGZE, "east_head"))
    settle()
    return made


def seal_form(page: GroupOrdersPage) -> SealForm:
    assert isinstance(page.sealing.form, SealForm)
    return page.sealing.form


def test_sealed_after_signing_and_checked(
    sqlite_site: Site, page: GroupOrdersPage, certificate: Path, settle: Settle, tmp_path: Path
) -> None:
    assert page.order.seal.isHidden()
    sign_as(sqlite_site, "east_head", order_of(sqlite_site, EAST, KANGZE))
    page.refresh()
    settle()
    assert not page.order.seal.isHidden()

    page.order.seal.click()
    form = seal_form(page)
    form.verb.click()
    assert "请选本单位的证书文件" in form.path_field.problem.text
    form.path.setText(str(certificate))
    form.password.setText(WORD)
    form.verb.click()
    settle()
    notices = [one.text for one in page.context.notices.kept]
    assert any("订单和合同已盖章：张主任" in text for text in notices)
    page.refresh()
    settle()
    assert page.order.seal.isHidden()

    row = order_of(sqlite_site, EAST, KANGZE)
    wanted = PaperWanted(OrderWanted(row.org_id, row.id), PaperKind.CONTRACT)
    file = tmp_path / "contract.pdf"
    file.write_bytes(paper(*sqlite_site.as_("lead_buyer"), wanted).data)
    page.sealing.check(file)
    settle()
    assert isinstance(page.sealing.form, CheckedForm)
    assert page.sealing.form.summary.text() == f"1 个电子章都有效，和系统留存的 {row.no} 一致。"

    broken = bytearray(file.read_bytes())
    broken[len(broken) // 2] ^= 1
    file.write_bytes(bytes(broken))
    page.sealing.check(file)
    settle()
    assert isinstance(page.sealing.form, CheckedForm)
    assert page.sealing.form.summary.text().startswith("这个文件不能信")


def test_a_wrong_password_is_told_and_nothing_is_sealed(
    sqlite_site: Site, page: GroupOrdersPage, certificate: Path, settle: Settle
) -> None:
    sign_as(sqlite_site, "east_head", order_of(sqlite_site, EAST, KANGZE))
    page.refresh()
    settle()
    page.order.seal.click()
    form = seal_form(page)
    form.path.setText(str(certificate))
    form.password.setText("wrong")
    form.verb.click()
    settle()
    assert "证书打不开" in form.refusal.text
    assert form.path.text() == str(certificate), "only the password is typed again"
    form.reject()
    page.refresh()
    settle()
    assert not page.order.seal.isHidden()
