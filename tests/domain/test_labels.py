"""Label content, layout rules and sheets, without any font file."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from biip.gs1_messages import GS1Message
from hypothesis import given, strategies as st

from app.domain import gs1
from app.domain.errors import DomainError
from app.domain.labels import content
from app.domain.labels.layout import layout
from app.domain.labels.marks import Box, Layout
from app.domain.labels.sheet import Nudge, next_cell, pages
from app.domain.labels.spec import LabelKind, LabelSpec, check
from app.domain.labels.template import (
    SMALLEST_TEXT,
    Facts,
    Heading,
    LabelPaper,
    LabelTemplate,
    Line,
)

TEMPLATE = LabelTemplate(
    width=60,
    height=40,
    heading=Heading(Box(2, 2, 41, 13.6), 4.0, 3.4, 2.8, ("spec", "serial", "maker")),
    facts=Facts(Box(2, 16.8, 56, 8), 2.3, 5.2, 3.9, 2.0),
    lines=(Line("place", Box(2, 25, 56, 3.4), 2.7),),
    rules=(Box(2, 16, 56, 0.15),),
    matrix=Box(44.4, 2.2, 13.4, 13.4),
    bars=Box(1, 29, 58, 6.6),
    digits=Box(2, 36, 56, 3),
    digits_size=2.7,
)
SHEET = LabelPaper("s", "s", TEMPLATE, 180, 120, 3, 3, 0, 0, 60, 40, 300)
LOT = LabelSpec(
    LabelKind.LOT,
    "0001261014013270",
    "阿莫西林胶囊",
    spec="0.25 g × 24 粒",
    maker="北辰药业",
    lot="K260318",
    expiry=date(2028, 2, 29),
    by_month=True,
    quantity="20 盒",
    place="城东 · 药房",
    gtin="6901234567892",
)


def measure(text: str, size: float, bold: bool) -> float:
    """A font whose Chinese is one em and whose Latin is 0.6 em wide."""
    return size * sum(1.0 if ord(sign) > 0x2E80 else 0.6 for sign in text) * (1.02 if bold else 1)


def shown(laid: Layout, field: str) -> str:
    return "".join(mark.text for mark in laid.texts if mark.field == field)


# -- content -------------------------------------------------------------------------------------


def test_the_matrix_names_goods_expiry_lot_and_this_very_label() -> None:
    assert content.element_string(LOT.elements) == (
        "01069012345678921728020010K260318\x1d210001261014013270"
    )


def test_goods_without_trade_number_carry_our_item_code() -> None:
    spec = replace(LOT, gtin="", item_code="YL001")
    assert spec.elements[0] == ("240", "YL001")
    assert content.element_string(spec.elements).startswith("240YL001\x1d17280200")


def test_the_serial_of_the_goods_wins_over_the_own_code() -> None:
    assert replace(LOT, serial="S-9").elements[-1] == ("21", "S-9")


set_82 = st.text(st.sampled_from(sorted(content._SET_82)), min_size=1, max_size=20)


@given(lot=set_82, serial=set_82, expiry=st.dates(date(2026, 1, 1), date(2060, 12, 31)))
def test_a_reader_of_gs1_finds_what_we_wrote(lot: str, serial: str, expiry: date) -> None:
    spec = replace(LOT, lot=lot, serial=serial, expiry=expiry, by_month=False)
    message = GS1Message.parse(content.element_string(spec.elements))
    found = {element.ai.ai: element for element in message.element_strings}
    assert found["10"].value == lot
    assert found["21"].value == serial
    assert found["17"].date == expiry
    assert found["01"].value == "06901234567892"


def test_our_own_reader_finds_expiry_lot_and_label() -> None:
    read = gs1.parse("]d2" + content.element_string(LOT.elements), today=date(2026, 10, 14))
    assert (read.gtin, read.lot, read.serial) == ("06901234567892", "K260318", LOT.code)
    assert read.expiry == date(2028, 2, 29)
    assert read.problems == ()


# -- checks --------------------------------------------------------------------------------------


def test_a_good_label_has_no_problem() -> None:
    assert check(LOT) == ()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"lot": ""}, "label.lot"),
        ({"code": "药房"}, "label.code"),
        ({"code": ""}, "label.code"),
        ({"name": "  "}, "label.name"),
        ({"gtin": "06901234567893"}, "label.gtin"),
        ({"serial": "序列"}, "label.serial_chars"),
    ],
)
def test_what_cannot_be_encoded_is_refused(change: dict[str, str], code: str) -> None:
    problems = check(replace(LOT, **change), 3)  # type: ignore[arg-type]
    assert [problem.code for problem in problems if problem.blocks] == [code]
    assert problems[0].row == 3


def test_a_lot_with_chinese_is_printed_as_text_only() -> None:
    spec = replace(LOT, lot="批Ⅱ-26")
    (problem,) = check(spec)
    assert not problem.blocks
    assert [identifier for identifier, _value in spec.elements] == ["01", "17", "21"]
    assert shown(layout(spec, TEMPLATE, measure), "lot") == "批Ⅱ-26"


# -- layout --------------------------------------------------------------------------------------


def test_a_short_label_shows_everything_at_full_size() -> None:
    laid = layout(LOT, TEMPLATE, measure)
    assert laid.problems == ()
    sizes = {mark.field: mark.size for mark in laid.texts}
    assert sizes["name"] == 4.0
    assert sizes["expiry"] == 5.2
    assert shown(laid, "maker") == "北辰药业"
    assert shown(laid, "expiry") == "2028-02"


def test_the_name_shrinks_before_the_maker_goes() -> None:
    shrunk = layout(replace(LOT, name="注" * 11), TEMPLATE, measure)
    assert {mark.size for mark in shrunk.texts if mark.field == "name"} < {3.4, 3.5, 3.6, 3.7, 3.8}
    assert shown(shrunk, "maker")
    gone = layout(replace(LOT, name="注" * 22, serial="S1"), TEMPLATE, measure)
    assert not shown(gone, "maker")
    assert shown(gone, "name") == "注" * 22


@given(
    name=st.text(min_size=1, max_size=60),
    spec=st.text(max_size=60),
    maker=st.text(max_size=40),
    lot=st.text(min_size=1, max_size=20),
    quantity=st.text(max_size=16),
    place=st.text(max_size=60),
)
def test_whatever_the_texts_nothing_is_lost_too_small_or_outside(
    name: str, spec: str, maker: str, lot: str, quantity: str, place: str
) -> None:
    label = replace(LOT, name=name, spec=spec, maker=maker, lot=lot, quantity=quantity, place=place)
    laid = layout(label, TEMPLATE, measure)
    for mark in laid.texts:
        assert mark.size >= SMALLEST_TEXT
        assert mark.x >= 0
        assert mark.x + measure(mark.text, mark.size, mark.bold) <= laid.width + 0.01
        assert 0 < mark.baseline <= laid.height
    assert shown(laid, "expiry") == "2028-02"
    blocked = {problem.column for problem in laid.problems if problem.blocks}
    for field in ("lot", "quantity"):
        if field not in blocked:
            kept = "".join(shown(laid, field).split()).removeprefix("批号")
            assert kept == "".join(getattr(label, field).split()).removeprefix("批号")


def test_a_bin_label_carries_its_code_twice() -> None:
    laid = layout(LabelSpec(LabelKind.BIN, "A-03-2", "药房 A-03-2"), TEMPLATE, measure)
    assert {(code.identifier, code.expected) for code in laid.codes} == {
        ("]C0", "A-03-2"),
        ("]d1", "A-03-2"),
    }


# -- sheets --------------------------------------------------------------------------------------


def test_labels_start_at_the_chosen_cell_and_run_over_pages() -> None:
    laid = layout(LOT, TEMPLATE, measure)
    first, second = pages([laid] * 10, SHEET, start=3, nudge=Nudge(5, -3))
    assert first.used == (0, 1)
    assert [placed.cell for placed in first.labels] == list(range(2, 9))
    assert (first.labels[0].x, first.labels[0].y) == (120.5, -0.3)
    assert [placed.cell for placed in second.labels] == [0, 1, 2]
    assert second.used == ()
    assert [placed.index for page in (first, second) for placed in page.labels] == list(range(10))
    assert [next_cell(SHEET, 3, n) for n in (0, 1, SHEET.cells - 2)] == [3, 4, 1]


@pytest.mark.parametrize("start", [0, 10])
def test_a_cell_that_the_paper_lacks_is_refused(start: int) -> None:
    with pytest.raises(DomainError, match="只有 9 格"):
        pages([], SHEET, start)


def test_a_nudge_of_more_than_a_centimetre_is_refused() -> None:
    with pytest.raises(DomainError, match="10 毫米"):
        Nudge(101, 0)
