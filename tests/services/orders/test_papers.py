"""Order, contract and Excel of a member's order."""

from __future__ import annotations

from io import BytesIO

import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

from app.domain.errors import DomainError
from app.models.order import MemberOrderLine
from app.models.platform import Setting
from app.services.orders.detail import OrderWanted, order_detail
from app.services.orders.papers import PaperKind, PaperWanted, paper
from tests.factories import EAST, KANGZE, Site
from tests.order_needs import open_order, order_of, sign_as


def text_of(data: bytes) -> str:
    with pypdfium2.PdfDocument(data) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)


def signed_order(site: Site) -> OrderWanted:
    open_order(site)
    row = order_of(site, EAST, KANGZE)
    sign_as(site, "east_head", row)
    sign_as(site, "kangze_sales", row)
    return OrderWanted(EAST, row.id)


def test_the_order_shows_goods_parties_and_both_signatures(site: Site) -> None:
    wanted = signed_order(site)
    with site.owner.write() as s:
        s.add(Setting(org_id=0, key="demo", value=True))

    made = paper(*site.as_("kangze_sales"), PaperWanted(wanted))

    text = text_of(made.data)
    fingerprint = order_detail(*site.as_("kangze_sales"), wanted).fingerprint
    for words in ("CG20261014-001", "阿莫西林胶囊", "100 盒", "386.00", "张主任", "罗业"):
        assert words in text
    assert fingerprint.replace(" ", "") in text
    assert "演示数据" in text
    assert made.name == "CG20261014-001_城东_康泽_订单.pdf"


def test_the_contract_names_number_clauses_and_prices(site: Site) -> None:
    made = paper(*site.as_("east_head"), PaperWanted(signed_order(site), PaperKind.CONTRACT))

    text = text_of(made.data).replace("\r", "").replace("\n", "")
    for words in ("HT2026-0002-9001", "2026-10-14 至 2027-01-01", "按实际消耗结算", "3.86/盒"):
        assert words in text
    assert "演示数据" not in text


def test_the_supplier_can_calculate_with_the_sheet(site: Site) -> None:
    made = paper(*site.as_("kangze_sales"), PaperWanted(signed_order(site), PaperKind.EXCEL))

    rows = CalamineWorkbook.from_filelike(BytesIO(made.data)).get_sheet_by_index(0).to_python()
    line = next(row for row in rows if row[1] == "YP-000101")
    assert line[2:4] == ["阿莫西林胶囊", "0.25 g × 24 粒/盒"]
    assert line[6:10] == [100.0, "盒", 3.86, 386.0]


def test_no_paper_of_an_order_that_was_tampered_with(site: Site) -> None:
    wanted = signed_order(site)
    with site.owner.write() as s:
        s.get_one(MemberOrderLine, (EAST, wanted.order_id, 1)).qty = 24

    with pytest.raises(DomainError, match="没有打印"):
        paper(*site.as_("east_head"), PaperWanted(wanted))


def test_others_get_no_paper(site: Site) -> None:
    wanted = signed_order(site)

    with pytest.raises(DomainError, match="没有找到"):
        paper(*site.as_("ruihe_sales"), PaperWanted(wanted))
