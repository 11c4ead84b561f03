"""Reports: what is counted, by whom it may be asked, and that paper and sheet say the same."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from app.adapters.sheets import read_tables
from app.domain.errors import DomainError, NotAllowedError
from app.domain.ids import new_op
from app.services.consumption import Consume, ConsumeLine, Reverse, consume, reverse
from app.services.reports import output, registry
from app.services.reports.kinds import Format, Made, Ratio, Wanted
from tests.factories import EAST, KANGZE, TODAY, WEST, Site
from tests.order_needs import open_order, order_of, sign_as
from tests.services.test_labels import receive


def made(site: Site, name: str, login: str = "lead_buyer", *orgs: int) -> Made:
    wanted = Wanted(name, orgs or (EAST, WEST), TODAY.replace(day=1), TODAY)
    return registry.make(*site.as_(login), wanted)


def test_stock_shows_every_lot_with_its_light_and_value(site: Site) -> None:
    receive(site)

    report = made(site, "stock")

    row = report.content.rows[0]
    assert row[0] == "城东"
    assert row[5] == "K260318"
    assert output.words(row[7], Format.LIGHT) == "正常"
    assert row[11] == Decimal("386.00")
    own = report.content.ratios[1]
    assert (own.numerator, own.denominator) == (Decimal("386.00"), Decimal("386.00"))
    assert report.totals()[11] == Decimal("386.00")


def test_whereabouts_sum_lots_and_show_only_what_may_be_seen(site: Site) -> None:
    receive(site)
    stock = made(site, "stock").content.rows
    rows = made(site, "whereabouts").content.rows
    assert [(row[0], row[3], row[5]) for row in rows] == [(row[1], row[0], row[9]) for row in stock]
    assert made(site, "whereabouts", "west_store").content.rows == []


def test_consumption_is_by_item_and_place_and_a_reversal_is_taken_off(site: Site) -> None:
    receive(site)
    db, actor = site.as_("east_store")
    store = site.world.stores[EAST]
    one = consume(db, actor, Consume(new_op(), EAST, store, (ConsumeLine(101, 48),)))
    consume(db, actor, Consume(new_op(), EAST, store, (ConsumeLine(101, 24),)))
    reverse(db, actor, Reverse(new_op(), EAST, one.document_id, reason="登记错了"))

    items = made(site, "consumption").content.rows
    places = made(site, "departments").content.rows

    assert [(row[2], row[5], row[7]) for row in items] == [("YP-000101", 24, Decimal("3.86"))]
    assert [(row[0], row[2], row[3]) for row in places] == [("城东", 1, Decimal("3.86"))]


def test_receipts_count_refused_lines(site: Site) -> None:
    receive(site)

    report = made(site, "receipts")

    assert report.content.rows == [("城东", "康泽", 1, 1, 0, Decimal(386))]
    assert (report.content.ratios[0].numerator, report.content.ratios[0].denominator) == (0, 1)
    assert made(site, "differences").content.rows == []


def test_only_orders_that_both_signed_count_as_ordered(site: Site) -> None:
    open_order(site)
    assert made(site, "fulfilment").content.rows == []
    order = order_of(site, EAST, KANGZE)
    sign_as(site, "east_head", order)
    sign_as(site, "kangze_sales", order_of(site, EAST, KANGZE))

    report = made(site, "fulfilment")

    assert [row[:4] for row in report.content.rows] == [("城东", "康泽", 1, 0)]
    assert output.ratio_words(report.content.ratios[0]) == "0.0%"
    assert output.ratio_words(report.content.ratios[2]) == "—"


def test_a_person_sees_the_own_members_only(site: Site) -> None:
    receive(site)

    assert len(made(site, "stock", "east_store").content.rows) == 1
    assert made(site, "stock", "east_store").head.members == "城东"
    assert made(site, "stock", "west_store").content.rows == []
    with pytest.raises(NotAllowedError):
        made(site, "stock", "west_store", EAST)
    with pytest.raises(NotAllowedError, match="供应商"):
        made(site, "stock", "kangze_sales", KANGZE)


def test_an_unknown_report_and_a_backward_span_say_why(site: Site) -> None:
    with pytest.raises(DomainError, match="可用的有"):
        made(site, "nothing")
    backward = Wanted("stock", (EAST,), TODAY, TODAY - timedelta(days=1))
    with pytest.raises(DomainError, match="请对调"):
        registry.make(*site.as_("lead_buyer"), backward)


@pytest.mark.parametrize("name", list(registry.BY_NAME))
def test_every_report_goes_to_excel_and_paper(sqlite_site: Site, tmp_path: Path, name: str) -> None:
    receive(sqlite_site)
    report = made(sqlite_site, name)

    pdf = output.save(report, tmp_path / "a.pdf")
    sheet = output.save(report, tmp_path / "a.xlsx")

    assert pdf.read_bytes().startswith(b"%PDF")
    text = "\n".join(str(cell) for row in _cells(sheet) for cell in row)
    assert report.head.title in text
    assert report.head.definition in text
    assert "陈采" in text


def test_a_report_is_not_written_as_anything_else(sqlite_site: Site, tmp_path: Path) -> None:
    with pytest.raises(DomainError, match=r"\.xlsx"):
        output.save(made(sqlite_site, "stock"), tmp_path / "a.txt")


@pytest.mark.parametrize(
    ("top", "bottom", "words"),
    [(1, 3, "33.3%"), (2, 3, "66.7%"), (0, 5, "0.0%"), (1, 9_999, "< 0.1%"), (5, 0, "—")],
)
def test_a_ratio_keeps_its_parts(top: int, bottom: int, words: str) -> None:
    ratio = Ratio("到货率", top, bottom, "收齐", "订货")
    assert output.ratio_words(ratio) == words
    assert output.parts_words(ratio) == f"收齐 {top} ÷ 订货 {bottom:,}"


def _cells(path: Path) -> list[tuple[str, ...]]:
    return [row for table in read_tables(path) for row in table.rows]
