"""From a label's values and a template to marks: what shrinks, what goes, what always stays.

The order when room is short: the name gets smaller, then takes a second line, then the maker goes,
then the name gets smaller still. Expiry and lot are never dropped and never cut; a lot that does
not fit even on two lines of the smallest size is an error, and the label is not printed.
"""

from __future__ import annotations

from collections.abc import Iterable

from app.domain.labels import content
from app.domain.labels.draft import ASCENT, LINE, Draft, sizes
from app.domain.labels.facts import put_facts
from app.domain.labels.marks import (
    CodeMark,
    Layout,
    Measure,
    RuleMark,
    Symbology,
)
from app.domain.labels.spec import LabelKind, LabelSpec
from app.domain.labels.template import SMALLEST_TEXT, Heading, LabelTemplate, Line
from app.domain.labels.wrapping import cut, shrunk, wrapped
from app.i18n import _


def layout(spec: LabelSpec, template: LabelTemplate, measure: Measure) -> Layout:
    """The marks of one label."""
    draft = Draft(spec, measure)
    _heading(draft, template.heading)
    put_facts(draft, template.facts)
    for line in template.lines:
        _line(draft, line)
    draft.marks.extend(RuleMark(box) for box in template.rules)
    _codes(draft, template)
    return Layout(template.width, template.height, tuple(draft.marks), tuple(draft.problems))


def field_text(spec: LabelSpec, name: str) -> str:
    """The text of one field on the label, with its caption where it needs one."""
    if name == "serial":
        return _("序列号 {serial}", serial=spec.serial) if spec.serial else ""
    return " ".join(str(getattr(spec, name)).split())


# -- heading -------------------------------------------------------------------------------------


def _heading(draft: Draft, heading: Heading) -> None:
    """Name and lines, by the first arrangement that fits; the last one cuts the name."""
    width, name = heading.box.width, field_text(draft.spec, "name")
    lines = [key for key in heading.lines if field_text(draft.spec, key)]
    for size, rows, kept, line_size in _arrangements(heading, lines):
        broken = wrapped(name, width, size, rows, draft.measure)
        if broken is None:
            continue
        if _stack_height(len(broken), size, len(kept), line_size) <= heading.box.height + 0.01:
            _draw_heading(draft, heading, broken, size, kept, line_size)
            return
    short = cut(name, width, SMALLEST_TEXT, 2, draft.measure)
    draft.warn("label.name_cut", _("名称太长，标签上只印了前面一部分。"), "name")
    _draw_heading(draft, heading, short, SMALLEST_TEXT, _without(lines, "maker"), SMALLEST_TEXT)


def _arrangements(
    heading: Heading, lines: list[str]
) -> Iterable[tuple[float, int, list[str], float]]:
    """(name size, most rows of the name, lines kept, size of the lines), best first."""
    bare = _without(lines, "maker")
    for size in sizes(heading.name_size, heading.name_least):
        yield size, 1, lines, heading.line_size
    for kept in (lines, bare):
        for line_size in (heading.line_size, SMALLEST_TEXT):
            for size in sizes(heading.name_size, heading.name_least):
                yield size, 2, kept, line_size
    for size in sizes(heading.name_least, SMALLEST_TEXT):
        yield size, 2, bare, SMALLEST_TEXT
    yield SMALLEST_TEXT, 3, bare, SMALLEST_TEXT
    yield SMALLEST_TEXT, 3, _without(bare, "place"), SMALLEST_TEXT


def _draw_heading(
    draft: Draft, heading: Heading, name: list[str], size: float, kept: list[str], line: float
) -> None:
    """Put the name's rows and the kept lines from the top of the box down."""
    top = heading.box.y
    for row in name:
        draft.text(heading.box.x, top, row, size, bold=True, name="name")
        top += size * LINE
    for key in kept:
        fitted, text = shrunk(
            field_text(draft.spec, key), heading.box.width, line, draft.measure, bold=False
        )
        if text != field_text(draft.spec, key) and key != "maker":
            draft.warn("label.text_cut", _("有一行太长，标签上只印了前面一部分。"), key)
        draft.text(heading.box.x, top, text, fitted, bold=False, name=key)
        top += line * LINE


def _stack_height(names: int, size: float, lines: int, line_size: float) -> float:
    """Height of the block."""
    return names * size * LINE + lines * line_size * LINE


def _without(lines: list[str], key: str) -> list[str]:
    """`lines` without `key`."""
    return [line for line in lines if line != key]


# -- single lines and codes ----------------------------------------------------------------------


def _line(draft: Draft, line: Line) -> None:
    """One field on one line."""
    text = field_text(draft.spec, line.field)
    if not text:
        return
    size, short = shrunk(text, line.box.width, line.size, draft.measure, bold=line.bold)
    if short != text:
        draft.warn("label.text_cut", _("有一行太长，标签上只印了前面一部分。"), line.field)
    draft.text(line.box.x, line.box.y, short, size, bold=line.bold, name=line.field)


def _codes(draft: Draft, template: LabelTemplate) -> None:
    """The two codes, the own code in digits, and the word that says the data is fictional."""
    spec, digits, size = draft.spec, template.digits, template.digits_size
    elements = spec.elements
    draft.marks.append(
        CodeMark(Symbology.BARS, template.bars, spec.code, gs1=False, expected=spec.code)
    )
    if elements:
        source, expected = content.bracketed(elements), content.element_string(elements)
        draft.marks.append(CodeMark(Symbology.MATRIX, template.matrix, source, True, expected))
    elif spec.kind in {LabelKind.BIN, LabelKind.ASSET}:
        draft.marks.append(CodeMark(Symbology.MATRIX, template.matrix, spec.code, False, spec.code))
    fitted, text = shrunk(spec.code_text, digits.width, size, draft.measure, bold=False)
    wide = draft.measure(text, fitted, False)
    x = digits.x + (digits.width - wide) / 2
    draft.text(x, digits.y, text, fitted, bold=False, name="code")
    if spec.demo:
        notice = _("演示数据")
        wide = draft.measure(notice, SMALLEST_TEXT, False)
        top = digits.y + (size - SMALLEST_TEXT) * ASCENT
        draft.text(digits.right - wide, top, notice, SMALLEST_TEXT, bold=False, name="demo")
