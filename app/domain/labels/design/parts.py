"""The parts a label template is made of: texts, codes, lines, frames; and the paper it is for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from app.domain.labels.marks import Box
from app.domain.labels.spec import LabelKind
from app.i18n import N_

TENTHS: Final = 10
"""Tenths of a millimetre in a millimetre."""
LEAST_TEXT: Final = 22
"""No text is smaller (0.1 mm); at 203 dpi that is 17 dots, the least a stroke needs."""
LARGEST_TEXT: Final = 1_000
"""Letters of ten centimetres: larger ones fit no label."""
WIDEST, HIGHEST = 2100, 2970
"""An A4 page is the largest label."""
NARROWEST, LOWEST = 150, 80
"""A label smaller than 15 × 8 mm holds no code that a hand scanner reads."""

FIELDS: Final = {
    "name": N_("品名"),
    "spec": N_("规格"),
    "maker": N_("生产厂家"),
    "lot": N_("批号"),
    "expiry": N_("有效期至"),
    "made": N_("生产日期"),
    "quantity": N_("数量"),
    "place": N_("库位"),
    "storage": N_("贮藏"),
    "target": N_("领用科室"),
    "packed": N_("打包时间"),
    "serial": N_("序列号"),
    "code": N_("标签码"),
    "digits": N_("标签码（分组）"),
    "gtin": N_("商品条码"),
    "item_code": N_("统一编码"),
    "demo": N_("演示数据字样"),
}
"""What a text or code can be bound to, with what people call it."""
NEVER_CUT: Final = frozenset({"lot", "expiry", "quantity", "serial", "code", "digits", "gtin"})
"""Half of one of these is a wrong one: it is printed whole or not at all."""
ELEMENTS: Final = {
    "item": N_("品规（01 或 240）"),
    "expiry": N_("有效期（17）"),
    "lot": N_("批号（10）"),
    "serial": N_("标签码（21）"),
}
"""What a GS1 code can hold, in the order it is written."""
_BOUND: Final = re.compile(r"\{(\w+)\}")


class Align(StrEnum):
    """Where a text stands in its box."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"


class CodeKind(StrEnum):
    """The codes a label can carry."""

    MATRIX_GS1 = "gs1-datamatrix"
    BARS_GS1 = "gs1-128"
    BARS = "code128"
    EAN = "ean13"
    QR = "qr"
    MATRIX = "datamatrix"

    @property
    def gs1(self) -> bool:
        """Whether the content is a list of GS1 elements."""
        return self in {CodeKind.MATRIX_GS1, CodeKind.BARS_GS1}


CODE_TITLES: Final = {
    CodeKind.MATRIX_GS1: "GS1 DataMatrix",
    CodeKind.BARS_GS1: "GS1-128",
    CodeKind.BARS: "Code 128",
    CodeKind.EAN: "EAN-13",
    CodeKind.QR: "QR",
    CodeKind.MATRIX: "DataMatrix",
}
"""Names of the codes; they are names, not words to translate."""


@dataclass(frozen=True, slots=True)
class Part:
    """What every part has: a key of its own and a place, in tenths of a millimetre."""

    key: int
    x: int
    y: int
    width: int
    height: int

    @property
    def box(self) -> Box:
        """The place in millimetres."""
        return Box(self.x / TENTHS, self.y / TENTHS, self.width / TENTHS, self.height / TENTHS)

    @property
    def right(self) -> int:
        """The right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The lower edge."""
        return self.y + self.height


@dataclass(frozen=True, slots=True)
class TextPart(Part):
    """A text with fields in braces, such as ``批号 {lot}``.

    Attributes:
        text: What is printed; a part all of whose fields are empty is left out.
        size: Size of the letters (0.1 mm).
        least: The text may shrink to this before it takes another row or does not fit.
        rows: Most rows.
        bold: Bold.
        align: Where the rows stand.
        cut: A text too long is cut with an ellipsis; not for lots, expiries and the like.
        turn: Degrees clockwise; the box is the room on the label, already turned.
    """

    text: str = ""
    size: int = 28
    least: int = LEAST_TEXT
    rows: int = 1
    bold: bool = False
    align: Align = Align.LEFT
    cut: bool = False
    turn: int = 0

    @property
    def bound(self) -> tuple[str, ...]:
        """The fields in the text."""
        return bound_fields(self.text)

    @property
    def may_cut(self) -> bool:
        """Whether the text may be cut; never where it holds a lot, an expiry or a code."""
        return self.cut and not NEVER_CUT & set(self.bound)


@dataclass(frozen=True, slots=True)
class CodePart(Part):
    """A code.

    Attributes:
        kind: Which.
        content: Text with fields; for GS1 the elements it holds, joined by ``+``.
        module: Smallest module that is still printed (0.01 mm); smaller is refused.
        turn: Degrees clockwise; the box is the room on the label, already turned.
    """

    kind: CodeKind = CodeKind.BARS
    content: str = "{code}"
    module: int = 0
    turn: int = 0

    @property
    def elements(self) -> tuple[str, ...]:
        """What a GS1 code holds, in the order it is written."""
        wanted = set(self.content.split("+"))
        return tuple(one for one in ELEMENTS if one in wanted)


@dataclass(frozen=True, slots=True)
class RulePart(Part):
    """A filled bar: a line, across or upright."""


@dataclass(frozen=True, slots=True)
class FramePart(Part):
    """An empty rectangle; `stroke` is the width of its line (0.1 mm)."""

    stroke: int = 2


AnyPart = TextPart | CodePart | RulePart | FramePart


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page with several labels, in tenths of a millimetre."""

    page_width: int = WIDEST
    page_height: int = HIGHEST
    columns: int = 3
    rows: int = 8
    left: int = 0
    top: int = 5
    pitch_x: int = 700
    pitch_y: int = 370


@dataclass(frozen=True, slots=True)
class Design:
    """A label template.

    Attributes:
        name: What people call it.
        wide: Width of the label (0.1 mm).
        high: Height of the label (0.1 mm).
        dpi: Resolution of the usual printer.
        kind: What the label is stuck on; chooses the test data.
        parts: From the lowest to the topmost.
        sheet: The page, None for a roll.
    """

    name: str
    wide: int
    high: int
    dpi: int = 203
    kind: LabelKind = LabelKind.LOT
    parts: tuple[AnyPart, ...] = field(default_factory=tuple)
    sheet: Sheet | None = None

    @property
    def width(self) -> float:
        """Width of the label in millimetres."""
        return self.wide / TENTHS

    @property
    def height(self) -> float:
        """Height of the label in millimetres."""
        return self.high / TENTHS

    def part(self, key: int) -> AnyPart | None:
        """The part with this key."""
        return next((one for one in self.parts if one.key == key), None)

    def put(self, part: AnyPart) -> Design:
        """The design with a part changed, or added on top."""
        if self.part(part.key) is None:
            return replace(self, parts=(*self.parts, part))
        return replace(
            self, parts=tuple(part if one.key == part.key else one for one in self.parts)
        )

    def within(self, part: AnyPart, x: int, y: int) -> AnyPart:
        """`part` at a place, kept on the label."""
        most_x, most_y = self.wide - part.width, self.high - part.height
        return replace(part, x=max(0, min(x, most_x)), y=max(0, min(y, most_y)))

    def without(self, key: int) -> Design:
        """The design without a part."""
        return replace(self, parts=tuple(one for one in self.parts if one.key != key))

    @property
    def fresh_key(self) -> int:
        """A key that no part has."""
        return max((one.key for one in self.parts), default=0) + 1


def bound_fields(text: str) -> tuple[str, ...]:
    """The fields in braces of a text, in order."""
    return tuple(_BOUND.findall(text))
