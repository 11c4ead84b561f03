"""Fonts for paper: what they hold, how wide it is, what happens to rare characters."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from app.adapters import fonts


def test_the_bundled_fonts_hold_what_drug_names_need() -> None:
    text = "阿莫西林克拉维酸钾 苯二氮䓬 噁唑 μg ℃ ≤ × − ¥ Ⅲ ² 演示数据 有效期至"
    assert fonts.characters_of([text]) == frozenset()
    assert {face.extra for face, _text in fonts.runs(text, bold=True)} == {""}


def test_small_figures_are_printed_plain_rather_than_lost() -> None:
    assert fonts.runs("维生素 B₁₂ 10⁵", bold=False) == ((fonts.Face(False), "维生素 B12 105"),)


def test_figures_are_all_equally_wide() -> None:
    for bold in (False, True):
        assert len({fonts.width(digit, 1.0, bold) for digit in "0123456789"}) == 1


def test_bold_is_really_bolder() -> None:
    inked = []
    for bold in (False, True):
        mask = fonts.pixel_font(fonts.Face(bold), 60).getmask("药品")
        inked.append(sum(bytes(mask)))
    assert inked[1] > inked[0] * 1.25


def test_a_rare_name_comes_from_the_full_font() -> None:
    (main, first), (rare, second) = fonts.runs("王䶮", bold=False)
    assert (first, second) == ("王", "䶮")
    assert (main.extra, rare.extra) == ("", "䶮")
    assert fonts.pixel_font(rare, 40).getmask("䶮").getbbox() is not None
    assert fonts.pdf_name(rare) != fonts.pdf_name(main)


def test_what_no_font_has_is_seen_as_a_square() -> None:
    assert fonts.runs("好🙂", bold=False) == ((fonts.Face(False), "好□"),)


def test_markup_escapes_and_names_the_font_of_rare_characters() -> None:
    assert fonts.markup("a<b>&\nc") == "a&lt;b&gt;&amp;<br/>c"
    assert '<font name="Yilian-' in fonts.markup("䶮")


@given(st.text(max_size=40))
def test_width_is_that_of_the_runs(text: str) -> None:
    parts = fonts.runs(text, bold=False)
    assert "".join(part for _face, part in parts).count("\n") == 0
    total = sum(fonts.width(part, 10.0, False) for _face, part in parts)
    assert total == pytest.approx(fonts.width(text, 10.0, False), abs=10.0 * len(text) * 0.5 + 0.01)
