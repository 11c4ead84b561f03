"""Label templates: boxes and sizes as data, and the sheet that labels are printed on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from app.domain.labels.design.parts import Design
from app.domain.labels.marks import Box

SMALLEST_TEXT: Final = 2.2
"""No text on a label is smaller (mm); at 203 dpi that is 17 dots, the least a stroke needs."""


@dataclass(frozen=True, slots=True)
class Heading:
    """Name, then one line each for the named fields; all within `box`.

    Attributes:
        box: Room for the block.
        name_size: Size of the name when it fits on one line.
        name_least: The name goes to a second line before it gets smaller than this.
        line_size: Size of the lines below.
        lines: Fields of `LabelSpec` in reading order; `maker` is the first to go.
    """

    box: Box
    name_size: float
    name_least: float
    line_size: float
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Expiry, lot and quantity side by side, each under its caption."""

    box: Box
    caption_size: float
    expiry_size: float
    value_size: float
    gap: float


@dataclass(frozen=True, slots=True)
class Line:
    """One field on one line; shrinks, then is cut with an ellipsis."""

    field: str
    box: Box
    size: float
    bold: bool = False


@dataclass(frozen=True, slots=True)
class LabelTemplate:
    """Where things stand on one label, in millimetres.

    Attributes:
        width: Label width.
        height: Label height.
        heading: The name block.
        facts: Expiry, lot, quantity.
        lines: Further single lines.
        rules: Filled bars.
        matrix: Room of the DataMatrix.
        bars: Room of the Code 128, quiet zone included.
        digits: Room of the own code in digits.
        digits_size: Its size.
    """

    width: float
    height: float
    heading: Heading
    facts: Facts
    lines: tuple[Line, ...]
    rules: tuple[Box, ...]
    matrix: Box
    bars: Box
    digits: Box
    digits_size: float


@dataclass(frozen=True, slots=True)
class LabelPaper:
    """A paper that can be chosen: one label per page (roll), or a sheet of cells.

    Attributes:
        key: Stable name (file name of the template).
        title: What people call it, a message id.
        label: The label template: a standard one, or one made by people.
        page_width: Width of the page.
        page_height: Height of the page.
        columns: Cells across.
        rows: Cells down.
        left: Left edge of the first cell.
        top: Upper edge of the first cell.
        pitch_x: From cell to cell across.
        pitch_y: From cell to cell down.
        dpi: Usual resolution of the printer for this paper.
    """

    key: str
    title: str
    label: LabelTemplate | Design
    page_width: float
    page_height: float
    columns: int
    rows: int
    left: float
    top: float
    pitch_x: float
    pitch_y: float
    dpi: int

    @property
    def cells(self) -> int:
        """Labels on one page."""
        return self.columns * self.rows

    @property
    def is_sheet(self) -> bool:
        """Whether pages are shared by several labels (a start cell makes sense)."""
        return self.cells > 1

    def cell(self, index: int) -> Box:
        """The cell with the 0-based `index` on its page, row by row."""
        row, column = divmod(index, self.columns)
        return Box(
            self.left + column * self.pitch_x,
            self.top + row * self.pitch_y,
            self.label.width,
            self.label.height,
        )
