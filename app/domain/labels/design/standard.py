"""A free design that looks like one of the standard templates: where people begin."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from app.domain.labels.design.parts import (
    LEAST_TEXT,
    TENTHS,
    Align,
    AnyPart,
    CodeKind,
    CodePart,
    Design,
    RulePart,
    Sheet,
    TextPart,
)
from app.domain.labels.draft import LINE
from app.domain.labels.marks import Box
from app.domain.labels.spec import LabelKind
from app.domain.labels.template import (
    SMALLEST_TEXT,
    Facts,
    Heading,
    LabelPaper,
    LabelTemplate,
)
from app.i18n import _

_LOT, _QUANTITY = 0.445, 0.79
"""Where lot and quantity begin, as shares of their row; as in the standard templates."""
_LINES: Final = {"maker": "{maker} {serial}"}
"""The serial has no line of its own in a copy; it stands behind the maker."""
_GS1: Final = "item+expiry+lot+serial"


def copy_of(paper: LabelPaper, name: str) -> Design:
    """A design that prints what a paper prints; a copy of an own design with another name."""
    if isinstance(paper.label, Design):
        return replace(paper.label, name=name)
    label = paper.label
    made = _Copy()
    _heading(made, label.heading)
    _facts(made, label.facts)
    for line in label.lines:
        made.text(line.box, f"{{{line.field}}}", line.size, _Look(line.bold, cut=True))
    for rule in label.rules:
        made.add(RulePart(0, *_tenths(rule)))
    _codes(made, label)
    return Design(
        name=name,
        wide=round(label.width * TENTHS),
        high=round(label.height * TENTHS),
        dpi=paper.dpi,
        kind=LabelKind.LOT,
        parts=tuple(replace(part, key=key) for key, part in enumerate(made.parts, 1)),
        sheet=_sheet(paper),
    )


def blank(name: str, wide: int, high: int, dpi: int = 203) -> Design:
    """An empty label of a size of one's own, with its code already on it."""
    bars = CodePart(1, 10, max(10, high - 80), wide - 20, 50, CodeKind.BARS, "{code}")
    return Design(name, wide, high, dpi, parts=(bars,))


@dataclass(frozen=True, slots=True)
class _Look:
    """How a text of a copy looks."""

    bold: bool = False
    rows: int = 1
    cut: bool = False
    align: Align = Align.LEFT


_PLAIN: Final = _Look()
_LINE: Final = _Look(cut=True)
_VALUE: Final = _Look(bold=True, rows=2)


@dataclass(slots=True)
class _Copy:
    """The parts gathered so far."""

    parts: list[AnyPart] = field(default_factory=list)

    def add(self, part: AnyPart) -> None:
        self.parts.append(part)

    def text(self, box: Box, text: str, size: float, look: _Look) -> None:
        letters = max(LEAST_TEXT, round(size * TENTHS))
        self.add(
            TextPart(
                0, *_tenths(box), text=text, size=letters, rows=look.rows, bold=look.bold,
                cut=look.cut, align=look.align,
            )
        )  # fmt: skip


def _heading(made: _Copy, heading: Heading) -> None:
    box = heading.box
    keys = [key for key in heading.lines if key != "serial"]
    high = heading.line_size * LINE
    top = box.height - high * len(keys)
    first = Box(box.x, box.y, box.width, top)
    made.text(first, "{name}", heading.name_size, _Look(bold=True, rows=2, cut=True))
    for number, key in enumerate(keys):
        row = Box(box.x, box.y + top + number * high, box.width, high)
        made.text(row, _LINES.get(key, f"{{{key}}}"), heading.line_size, _LINE)


def _facts(made: _Copy, facts: Facts) -> None:
    """Captions above values, in three columns."""
    box, caption = facts.box, facts.caption_size * LINE
    columns = (
        (0.0, _LOT, _("有效期至"), "{expiry}", facts.expiry_size),
        (_LOT, _QUANTITY, _("批号"), "{lot}", facts.value_size),
        (_QUANTITY, 1.0, _("数量"), "{quantity}", facts.value_size),
    )
    for start, end, words, value, size in columns:
        x, width = box.x + box.width * start, box.width * (end - start) - facts.gap / 2
        made.text(Box(x, box.y, width, caption), words, facts.caption_size, _PLAIN)
        room = Box(x, box.y + caption, width, max(size * LINE, box.height - caption))
        made.text(room, value, size, _VALUE)


def _codes(made: _Copy, label: LabelTemplate) -> None:
    made.add(CodePart(0, *_tenths(label.matrix), kind=CodeKind.MATRIX_GS1, content=_GS1))
    made.add(CodePart(0, *_tenths(label.bars), kind=CodeKind.BARS, content="{code}"))
    digits, third = label.digits, label.digits.width / 4
    middle = Box(digits.x + third, digits.y, digits.width - 2 * third, digits.height)
    made.text(middle, "{digits}", label.digits_size, _Look(align=Align.CENTRE))
    side = Box(digits.right - third, digits.y, third, digits.height)
    made.text(side, "{demo}", SMALLEST_TEXT, _Look(align=Align.RIGHT))


def _sheet(paper: LabelPaper) -> Sheet | None:
    if not paper.is_sheet:
        return None
    return Sheet(
        round(paper.page_width * TENTHS), round(paper.page_height * TENTHS), paper.columns,
        paper.rows, round(paper.left * TENTHS), round(paper.top * TENTHS),
        round(paper.pitch_x * TENTHS), round(paper.pitch_y * TENTHS),
    )  # fmt: skip


def _tenths(box: Box) -> tuple[int, int, int, int]:
    """A box in whole tenths; never larger than it was, so that nothing leaves the label."""
    x, y = round(box.x * TENTHS), round(box.y * TENTHS)
    return x, y, int(box.right * TENTHS + 0.01) - x, int(box.bottom * TENTHS + 0.01) - y
