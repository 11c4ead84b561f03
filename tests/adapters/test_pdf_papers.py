"""Printed papers: complete, searchable, the same bytes each time, whatever the texts are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pypdfium2
import pytest
from hypothesis import given, settings, strategies as st

from app.adapters.barcode import decode
from app.adapters.pdf.acceptance_pdf import acceptance_pdf
from app.adapters.pdf.blocks import money
from app.adapters.pdf.contract_pdf import contract_pdf
from app.adapters.pdf.delivery_pdf import delivery_pdf
from app.adapters.pdf.order_pdf import order_pdf
from app.adapters.pdf.statement_pdf import statement_pdf
from tests.adapters import paper_samples as samples


def pages(data: bytes) -> list[str]:
    with pypdfium2.PdfDocument(data) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


MAKERS: list[Callable[[], bytes]] = [
    lambda: order_pdf(samples.order()),
    lambda: contract_pdf(samples.contract()),
    lambda: statement_pdf(samples.statement()),
    lambda: acceptance_pdf(samples.acceptance()),
    lambda: delivery_pdf(samples.delivery()),
]


@pytest.mark.parametrize("make", MAKERS, ids=list("odsac"))
def test_every_page_says_whose_it_is_who_printed_it_and_its_number(
    make: Callable[[], bytes],
) -> None:
    data = make()
    texts = pages(data)
    for number, text in enumerate(texts, start=1):
        assert "城东社区卫生服务中心" in text
        assert "打印：李敏 2026-10-14 09:20" in text
        assert f"第 {number} 页 / 共 {len(texts)} 页" in text
        assert "演示数据" in text
        assert "□" not in text
    assert make() == data


def test_an_order_says_what_at_what_price_and_the_total_in_capitals() -> None:
    (text,) = pages(order_pdf(samples.order()))
    for part in (
        "DD20261014-007",
        "阿莫西林克拉维酸钾片",
        "国药准字H2003",
        "12.345/盒",
        "¥3,703.50",
        "叁仟柒佰零叁元伍角整",
        "康泽医药有限公司",
        "ab12cd34ef56ab12",
        "（盖章处）",
    ):
        assert part in text


def test_a_long_order_repeats_its_head_on_every_page() -> None:
    texts = pages(order_pdf(samples.order(120)))
    assert len(texts) > 4
    assert all("生产企业 / 批准文号" in text for text in texts[:-1])
    assert "合计 120 行" in texts[-1]


def test_real_data_carries_no_demo_mark() -> None:
    paper = samples.order(info=replace(samples.INFO, demo=False))
    (text,) = pages(order_pdf(paper))
    assert "演示数据" not in text


def test_a_statement_shows_refunds_as_negative_and_balances() -> None:
    (text,) = pages(statement_pdf(samples.statement()))
    assert "−61.50" in text
    assert "5,585.50" in text
    assert "壹仟肆佰壹拾肆元伍角整" in text


def test_the_barcode_of_a_delivery_note_opens_the_delivery() -> None:
    with pypdfium2.PdfDocument(delivery_pdf(samples.delivery())) as document:
        picture = document[0].render(scale=2).to_pil()
    assert ("]C0", "SH20261014-002") in decode(picture)


def test_a_refused_order_says_why() -> None:
    refused = replace(samples.SIGNINGS[1], refused="价格与议价结果不符")
    paper = replace(samples.order(), signings=(samples.SIGNINGS[0], refused))
    (text,) = pages(order_pdf(paper))
    assert "已拒签：价格与议价结果不符" in text


@settings(max_examples=25, deadline=None)
@given(
    name=st.text(max_size=300),
    maker=st.text(st.characters(codec="utf-8"), max_size=60),
    note=st.text(st.sampled_from("<>&/b\"'\\{}%阿\n\t "), max_size=200),
)
def test_hostile_text_is_printed_and_never_read_as_markup(name: str, maker: str, note: str) -> None:
    goods = replace(samples.GOODS, name=name, maker=maker)
    paper = samples.order(2, goods=goods)
    paper = replace(
        paper, terms=(note,), lines=tuple(replace(line, note=note) for line in paper.lines)
    )
    assert any("DD20261014-007" in text for text in pages(order_pdf(paper)))


def test_one_cell_longer_than_a_page_does_not_stop_the_print() -> None:
    goods = replace(samples.GOODS, spec="规格说明" * 2000)
    assert pages(order_pdf(samples.order(2, goods=goods)))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1234.5", "1,234.50"),
        ("0.325", "0.325"),
        ("-1234567.8912", "−1,234,567.8912"),
        ("0", "0.00"),
    ],
)
def test_money_has_separators_and_two_to_four_places(value: str, text: str) -> None:
    assert money(Decimal(value)) == text
