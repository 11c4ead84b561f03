"""From a design and one label's data to marks, and what does not fit, part by part."""

from __future__ import annotations

from itertools import combinations
from typing import Final

from app.domain.errors import DomainError, Problem, Severity
from app.domain.labels.design.parts import (
    TENTHS,
    Align,
    AnyPart,
    CodeKind,
    CodePart,
    Design,
    FramePart,
    TextPart,
)
from app.domain.labels.design.turning import ink_box, turned, upright
from app.domain.labels.design.words import filled, part_name, source_of
from app.domain.labels.draft import ASCENT, LINE, sizes
from app.domain.labels.marks import (
    Box,
    CodeMark,
    Layout,
    Mark,
    Measure,
    RuleMark,
    Symbology,
    TextMark,
)
from app.domain.labels.spec import LabelSpec
from app.domain.labels.wrapping import cut, wrapped
from app.i18n import _

_SYMBOLS: Final = {
    CodeKind.MATRIX_GS1: Symbology.MATRIX,
    CodeKind.MATRIX: Symbology.MATRIX,
    CodeKind.BARS_GS1: Symbology.BARS,
    CodeKind.BARS: Symbology.BARS,
    CodeKind.EAN: Symbology.EAN,
    CodeKind.QR: Symbology.QR,
}
_EAN: Final = 13
_HUNDREDTHS: Final = 100
_TOUCH: Final = 0.15
"""Ink of two parts may overlap by this much (mm) before it is a fault."""


def lay(spec: LabelSpec, design: Design, measure: Measure) -> Layout:
    """The marks of one label by a design."""
    marks: list[Mark] = []
    problems: list[Problem] = []
    inks: list[tuple[AnyPart, Box]] = []
    for part in design.parts:
        try:
            made, found = _part(spec, part, measure)
        except DomainError as error:
            made, found = [], [Problem(error.code, error.text, 0, part_name(part))]
        marks += made
        problems += found
        if not any(problem.blocks for problem in found):
            inks += [(part, box) for box in _inks(made, measure)]
    problems += _overlaps(inks)
    return Layout(design.width, design.height, tuple(marks), tuple(problems))


def _part(spec: LabelSpec, part: AnyPart, measure: Measure) -> tuple[list[Mark], list[Problem]]:
    if isinstance(part, TextPart):
        made, found = _text(spec, upright(part), measure)
        return [turned(mark, part) for mark in made if isinstance(mark, TextMark)], found
    if isinstance(part, CodePart):
        return _code(spec, part)
    if isinstance(part, FramePart):
        return _frame(part), []
    return [RuleMark(part.box)], []


def _text(spec: LabelSpec, part: TextPart, measure: Measure) -> tuple[list[Mark], list[Problem]]:
    """The rows of a text at the largest size that fits."""
    text = filled(spec, part.text)
    if not text:
        return [], []

    def wide(words: str, size: float, _bold: bool) -> float:
        return measure(words, size, part.bold)

    for size in sizes(part.size / TENTHS, part.least / TENTHS):
        most = min(part.rows, int(part.box.height / (size * LINE) + _TOUCH))
        rows = wrapped(text, part.box.width, size, most, wide) if most else None
        if rows:
            return _rows(part, rows, size, measure), []
    least, name = part.least / TENTHS, part_name(part)
    if part.may_cut:
        most = min(part.rows, int(part.box.height / (least * LINE) + _TOUCH))
        rows = cut(text, part.box.width, least, max(1, most), wide)
        warning = _("「{name}」太长，只印了前面一部分。", name=name)
        problem = Problem("label.text_cut", warning, 0, name, Severity.WARNING)
        return _rows(part, rows, least, measure), [problem]
    words = _(
        "「{name}」放不下：{text}。请加宽文本框、允许换行，或把最小字号改小。",
        name=name,
        text=text,
    )
    return _rows(part, [text], least, measure), [Problem("label.text_room", words, 0, name)]


def _rows(part: TextPart, rows: list[str], size: float, measure: Measure) -> list[Mark]:
    marks: list[Mark] = []
    for number, row in enumerate(rows):
        spare = part.box.width - measure(row, size, part.bold)
        shift = {Align.LEFT: 0.0, Align.CENTRE: spare / 2, Align.RIGHT: spare}[part.align]
        baseline = part.box.y + size * (number * LINE + ASCENT)
        name = part_name(part)
        marks.append(TextMark(part.box.x + shift, baseline, row, size, part.bold, name))
    return marks


def _code(spec: LabelSpec, part: CodePart) -> tuple[list[Mark], list[Problem]]:
    source, expected = source_of(spec, part)
    name = part_name(part)
    if not source:
        words = _("{name} 没有内容，这张标签上不印。", name=name)
        return [], [Problem("label.code_empty", words, 0, name, Severity.WARNING)]
    fault = _fault(part, source)
    if fault:
        return [], [Problem("label.code_text", fault, 0, name)]
    return [
        CodeMark(
            _SYMBOLS[part.kind], part.box, source, part.kind.gs1, expected,
            name=name, least=part.module / _HUNDREDTHS, centred=True, turn=part.turn,
        )
    ], []  # fmt: skip


def _fault(part: CodePart, source: str) -> str:
    """Why a text cannot be written in this code; empty if it can."""
    name = part_name(part)
    if part.kind is CodeKind.EAN and not (len(source) == _EAN and source.isdigit()):
        return _("{name} 要 13 位商品条码，现在是 {text}。请改绑商品条码。", name=name, text=source)
    if part.kind is not CodeKind.QR and not (source.isascii() and source.isprintable()):
        return _(
            "{name} 只能写字母和数字，现在是 {text}。要写汉字请用 QR。", name=name, text=source
        )
    return ""


def _frame(part: FramePart) -> list[Mark]:
    box, line = part.box, part.stroke / TENTHS
    return [
        RuleMark(Box(box.x, box.y, box.width, line)),
        RuleMark(Box(box.x, box.bottom - line, box.width, line)),
        RuleMark(Box(box.x, box.y, line, box.height)),
        RuleMark(Box(box.right - line, box.y, line, box.height)),
    ]


def _inks(marks: list[Mark], measure: Measure) -> list[Box]:
    """Where texts and codes put ink; lines and frames may stand around anything."""
    found: list[Box] = []
    for mark in marks:
        if isinstance(mark, TextMark):
            found.append(ink_box(mark, measure(mark.text, mark.size, mark.bold)))
        elif isinstance(mark, CodeMark):
            found.append(mark.box)
    return found


def _overlaps(inks: list[tuple[AnyPart, Box]]) -> list[Problem]:
    """Two parts that print over each other."""
    found: dict[tuple[int, int], Problem] = {}
    for (one, first), (other, second) in combinations(inks, 2):
        if one.key == other.key or not _meet(first, second):
            continue
        names = part_name(one), part_name(other)
        words = _("「{one}」和「{other}」叠在一起。请移开其中一个。", one=names[0], other=names[1])
        found.setdefault((one.key, other.key), Problem("label.overlap", words, 0, names[1]))
    return list(found.values())


def _meet(first: Box, second: Box) -> bool:
    return (
        min(first.right, second.right) - max(first.x, second.x) > _TOUCH
        and min(first.bottom, second.bottom) - max(first.y, second.y) > _TOUCH
    )
