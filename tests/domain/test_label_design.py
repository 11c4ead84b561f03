"""Label templates made by people: editing, laying out, what is wrong with one, as a file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import example, given, strategies as st

from app.adapters import label_papers
from app.domain.errors import DomainError
from app.domain.labels.design.arranging import Arrange
from app.domain.labels.design.checking import faults
from app.domain.labels.design.editing import Editor, Guide, new_part, snap
from app.domain.labels.design.laying import lay
from app.domain.labels.design.parts import (
    AnyPart,
    CodeKind,
    CodePart,
    Design,
    RulePart,
    Sheet,
    TextPart,
)
from app.domain.labels.design.plain import from_plain, to_plain
from app.domain.labels.design.samples import samples
from app.domain.labels.design.standard import blank, copy_of
from app.domain.labels.design.words import part_name, source_of
from app.domain.labels.marks import TextMark

USUAL = samples()[0].spec
KINDS = ["text", "line", "box", *CodeKind]


def em(text: str, size: float, _bold: bool) -> float:
    """Every character half an em wide."""
    return len(text) * size / 2


def label(*parts: AnyPart) -> Design:
    return Design("试", 600, 400, parts=tuple(parts))


def label_of(*parts: AnyPart) -> Design:
    return Design("高", 600, 800, parts=tuple(parts))


def found(design: Design) -> set[tuple[str, str]]:
    return {(one.code, one.column) for one in lay(USUAL, design, em).problems}


# -- editing -------------------------------------------------------------------------------------

steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from(KINDS), st.just(0)),
        st.tuples(st.just("move"), st.integers(-900, 900), st.integers(-900, 900)),
        st.tuples(st.just("drag"), st.integers(-900, 900), st.integers(-900, 900)),
        st.tuples(st.just("size"), st.integers(-900, 900), st.integers(-900, 900)),
        st.tuples(st.just("arrange"), st.sampled_from(Arrange), st.just(0)),
        st.tuples(
            st.sampled_from(["remove", "double", "next", "turn", "toggle_mark", "choose_all"]),
            st.just(0),
            st.just(0),
        ),
    ),
    max_size=25,
)


def do(editor: Editor, step: tuple[str, object, object]) -> None:
    word, one, two = step
    editor.end_gesture()
    if word == "add":
        editor.add(str(one))
    elif word == "arrange":
        editor.arrange(Arrange(str(one)))
    elif word in {"move", "drag", "size"}:
        act = {"move": editor.move, "drag": editor.move_to, "size": editor.size_to}[word]
        act(one, two)  # type: ignore[operator]
    else:
        getattr(editor, word)()


@given(steps)
@example([("add", "text", 0), ("add", "text", 0), ("move", -41, 0), ("choose_all", 0, 0),
          ("arrange", Arrange.ACROSS, 0)])  # fmt: skip
def test_whatever_is_done_stays_on_the_label_and_is_undone_to_the_beginning(
    done: list[tuple[str, object, object]],
) -> None:
    first = blank("空白", 500, 300)
    editor = Editor(first)
    for step in done:
        do(editor, step)
        for part in editor.design.parts:
            assert 0 <= part.x <= part.right <= 500
            assert 0 <= part.y <= part.bottom <= 300
        assert from_plain(to_plain(editor.design)).parts == tuple(
            replace(part, key=key) for key, part in enumerate(editor.design.parts, 1)
        )
    last = editor.design
    count = 0
    while editor.undo():
        count += 1
    assert editor.design == first
    for _step in range(count):
        assert editor.redo()
    assert editor.design == last
    assert not editor.redo()


def test_one_drag_is_one_step_and_stands_in_line_with_its_neighbour() -> None:
    editor = Editor(label(TextPart(1, 100, 50, 200, 40, text="a"), RulePart(2, 0, 200, 90, 2)))
    editor.choose(2)
    guides: Sequence[Guide] = ()
    for x in range(60, 104, 7):
        guides = editor.move_to(x, 203)
    assert editor.part == RulePart(2, 100, 200, 90, 2)
    assert [(one.upright, one.at) for one in guides if one.upright] == [(True, 100)]
    editor.end_gesture()
    editor.move_to(101, 203, free=True)
    assert editor.part == RulePart(2, 101, 203, 90, 2)
    assert editor.undo()
    assert editor.part == RulePart(2, 100, 200, 90, 2)
    assert editor.undo()
    assert editor.part == RulePart(2, 0, 200, 90, 2)
    assert snap(editor.design, editor.design.parts[1], 33, 251).x == 35


def test_arrow_keys_move_by_tenths_and_stop_at_the_edge() -> None:
    editor = Editor(label(RulePart(1, 3, 3, 50, 2)))
    editor.choose(1)
    assert editor.move(-1, 10)
    assert (editor.part.x, editor.part.y) == (2, 13)  # type: ignore[union-attr]
    assert editor.move(-10, 0)
    assert editor.part.x == 0  # type: ignore[union-attr]
    assert not editor.move(-10, 0)


def test_several_parts_move_together_and_are_put_in_line() -> None:
    first, second, third = RulePart(1, 10, 20, 50, 4), RulePart(2, 100, 60, 90, 4), RulePart(
        3, 300, 200, 40, 4
    )  # fmt: skip
    editor = Editor(label(first, second, third))
    editor.choose(1)
    editor.toggle_mark()
    editor.next()
    assert editor.keys == {1, 2}
    editor.move(-50, 5)
    assert [(one.x, one.y) for one in editor.design.parts] == [(0, 25), (90, 65), (300, 200)]
    assert editor.choose_at(10, 26) == 1, "a click on one of them keeps them together"
    assert editor.keys == {1, 2}
    editor.arrange(Arrange.RIGHT)
    assert [one.right for one in editor.design.parts] == [180, 180, 340]
    editor.undo()
    editor.choose_within(0, 0, 600, 400)
    editor.arrange(Arrange.ACROSS)
    left, middle, right = editor.design.parts
    assert abs((middle.x - left.right) - (right.x - middle.right)) <= 1
    assert (left.x, right.x) == (0, 300)
    editor.mark(3)
    assert editor.keys == {1, 2}
    assert editor.remove()
    assert editor.keys == set()
    assert [one.key for one in editor.design.parts] == [3]


@pytest.mark.parametrize(
    ("turn", "x", "baseline"),
    [(0, 10.0, 20 + 0.88 * 4), (90, 10 + 10 - 0.88 * 4, 20.0), (180, 20.0, 60 - 0.88 * 4),
     (270, 10 + 0.88 * 4, 60.0)],
)  # fmt: skip
def test_a_turned_text_begins_in_its_own_corner(turn: int, x: float, baseline: float) -> None:
    part = TextPart(1, 100, 200, 100, 400, text="批", size=40, least=40, turn=turn)
    (mark,) = lay(USUAL, label_of(part), em).texts
    assert mark.turn == turn
    assert (mark.x, mark.baseline) == pytest.approx((x, baseline), abs=0.2)


def test_a_turn_about_the_middle_and_back_changes_nothing() -> None:
    part = TextPart(1, 200, 150, 120, 40, text="a")
    editor = Editor(label(part))
    editor.choose(1)
    for _quarter in range(4):
        editor.turn()
    assert editor.design.parts == (part,)
    editor.turn(-90)
    assert from_plain(to_plain(editor.design)) == editor.design
    raw = to_plain(editor.design)
    raw["parts"][0]["turn"] = 45
    with pytest.raises(DomainError, match="turn"):
        from_plain(raw)


def test_the_smallest_part_under_the_mouse_is_chosen() -> None:
    frame = new_part(label(), "box")
    editor = Editor(label(replace(frame, key=1, x=0, y=0, width=500, height=300),
                          RulePart(2, 100, 100, 50, 50)))  # fmt: skip
    assert editor.choose_at(120, 120) == 2
    assert editor.choose_at(10, 10) == 1
    assert editor.choose_at(590, 390) == 0


# -- laying out ----------------------------------------------------------------------------------


def test_a_text_shrinks_then_takes_a_row_then_says_which_field_does_not_fit() -> None:
    part = TextPart(1, 0, 0, 300, 40, text="{name}", size=30, least=22)
    assert [mark.size for mark in lay(USUAL, label(part), em).texts] == [3.0]
    narrow = replace(part, width=120)
    assert [mark.size for mark in lay(USUAL, label(narrow), em).texts] == [2.4]
    tall = replace(part, width=80, height=80, rows=2)
    assert len(lay(USUAL, label(tall), em).texts) == 2
    assert found(label(replace(part, width=60))) == {("label.text_room", "品名")}
    short = replace(part, width=60, cut=True)
    assert found(label(short)) == {("label.text_cut", "品名")}
    assert lay(USUAL, label(short), em).texts[0].text.endswith("…")
    lot = replace(short, text="批号 {lot}", width=20)
    assert found(label(lot)) == {("label.text_room", "批号")}


def test_what_the_goods_do_not_have_is_left_out() -> None:
    bare = replace(USUAL, lot="", gtin="")
    lot = TextPart(1, 0, 0, 300, 40, text="批号 {lot}")
    ean = CodePart(2, 0, 100, 400, 80, CodeKind.EAN, "{gtin}")
    laid = lay(bare, label(lot, ean), em)
    assert laid.marks == ()
    assert [(one.code, one.blocks) for one in laid.problems] == [("label.code_empty", False)]


def test_parts_that_print_over_each_other_are_named() -> None:
    one = TextPart(1, 0, 0, 300, 40, text="{name}")
    two = TextPart(2, 20, 10, 300, 40, text="{lot}")
    assert found(label(one, two)) == {("label.overlap", "批号")}
    assert found(label(one, replace(two, y=60), RulePart(3, 0, 5, 300, 2))) == set()


@pytest.mark.parametrize(
    ("kind", "content", "sent"),
    [
        (CodeKind.BARS, "{code}", "000126101401327"),
        (CodeKind.EAN, "{gtin}", "6901234567892"),
        (CodeKind.MATRIX_GS1, "item+lot", "010690123456789210K260318"),
        (CodeKind.BARS_GS1, "item+expiry", "010690123456789217280200"),
        (CodeKind.QR, "{lot}/{item_code}", "K260318/YL000218"),
    ],
)
def test_what_a_scanner_reads(kind: CodeKind, content: str, sent: str) -> None:
    assert source_of(USUAL, CodePart(1, 0, 0, 100, 100, kind, content))[1] == sent


def test_what_a_code_cannot_write_is_said_by_the_code() -> None:
    bars = CodePart(1, 0, 0, 500, 80, CodeKind.BARS, "{name}")
    assert found(label(bars)) == {("label.code_text", "条码 Code 128")}
    assert found(label(replace(bars, kind=CodeKind.QR))) == set()
    ean = replace(bars, kind=CodeKind.EAN, content="{code}")
    assert found(label(ean)) == {("label.code_text", "条码 EAN-13")}
    assert found(label(replace(ean, content="{price}"))) == {("label.field", "条码 EAN-13")}


# -- what is wrong with a design -----------------------------------------------------------------

GOOD = label(
    TextPart(1, 10, 10, 300, 40, text="{name}"), CodePart(2, 10, 100, 500, 80, CodeKind.BARS)
)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": " "}, "design.name"),
        ({"wide": 100}, "design.size"),
        ({"dpi": 72}, "design.dpi"),
        ({"parts": ()}, "design.empty"),
        ({"parts": (TextPart(1, 500, 0, 200, 40, text="x"),)}, "design.outside"),
        ({"parts": (TextPart(1, 0, 0, 200, 40, text=" "),)}, "design.no_text"),
        ({"parts": (TextPart(1, 0, 0, 200, 40, text="x", least=20),)}, "design.text_size"),
        ({"parts": (TextPart(1, 0, 0, 200, 40, text="{price}"),)}, "label.field"),
        ({"parts": (CodePart(1, 0, 0, 90, 90, CodeKind.QR, "{code}", 20),)}, "design.module"),
        ({"parts": (CodePart(1, 0, 0, 90, 90, CodeKind.MATRIX_GS1, "lot"),)}, "design.gs1_item"),
        ({"sheet": Sheet(columns=4, pitch_x=700)}, "design.sheet"),
        ({"sheet": Sheet(pitch_x=500)}, "design.sheet"),
        ({"parts": (TextPart(1, 0, 0, 200, 40, text="x"),)}, "design.no_code"),
        ({"parts": (CodePart(1, 0, 0, 90, 90, CodeKind.QR, "{lot}"),)}, "design.no_own_code"),
    ],
)
def test_each_fault_is_found(change: dict[str, object], code: str) -> None:
    assert faults(GOOD) == ()
    assert code in {one.code for one in faults(replace(GOOD, **change))}  # type: ignore[arg-type]


@pytest.mark.parametrize("key", label_papers.keys())
def test_a_copy_of_a_standard_template_says_the_same(key: str) -> None:
    paper = label_papers.paper(key)
    design = copy_of(paper, "我们的")
    assert faults(design) == ()
    laid = lay(USUAL, design, em)
    words = {mark.text for mark in laid.marks if isinstance(mark, TextMark)}
    assert {USUAL.lot, USUAL.expiry_text, USUAL.quantity, "批号", "演示数据"} <= words
    assert {mark.expected for mark in laid.codes} == {
        USUAL.code, source_of(USUAL, CodePart(1, 0, 0, 1, 1, CodeKind.MATRIX_GS1,
                                              "item+expiry+lot+serial"))[1],
    }  # fmt: skip
    assert (design.sheet is not None) == paper.is_sheet


# -- as a file -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"format": "other"},
        {"format_version": 2},
        {"width": "60"},
        {"width": True},
        {"width": 0},
        {"parts": [{"type": "text", "x": 0, "y": 0, "width": 9, "height": 9, "size": 0}]},
        {"kind": "moon"},
        {"parts": [{"type": "cloud"}]},
        {"parts": [{"type": "text", "x": 0}]},
        {"parts": [{"type": "line", "x": 0, "y": 0, "width": 1, "height": 1, "who": 2}]},
        {"parts": [{"type": "line", "x": 0, "y": 0, "width": 99999, "height": 1}]},
        {"sheet": {"columns": 3, "left": "a"}},
    ],
)
def test_a_broken_file_is_refused_and_nothing_else_is(change: dict[str, object]) -> None:
    plain = to_plain(GOOD)
    assert from_plain(plain) == GOOD
    with pytest.raises(DomainError):
        from_plain(plain | change)


def test_parts_are_called_by_what_they_hold() -> None:
    assert part_name(TextPart(1, 0, 0, 1, 1, text="批号 {lot} {expiry}")) == "批号、有效期至"
    assert part_name(CodePart(1, 0, 0, 1, 1, CodeKind.QR)) == "条码 QR"
    assert part_name(new_part(GOOD, "box")) == "方框"
