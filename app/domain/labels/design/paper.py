"""The paper that a design is printed on."""

from __future__ import annotations

from app.domain.labels.design.parts import TENTHS, Design
from app.domain.labels.template import LabelPaper


def paper_for(design: Design, key: str = "own:0") -> LabelPaper:
    """A roll of single labels, or the design's sheet."""
    sheet = design.sheet
    if sheet is None:
        return LabelPaper(
            key, design.name, design, design.width, design.height, 1, 1, 0, 0, design.width,
            design.height, design.dpi,
        )  # fmt: skip
    return LabelPaper(
        key, design.name, design, sheet.page_width / TENTHS, sheet.page_height / TENTHS,
        sheet.columns, sheet.rows, sheet.left / TENTHS, sheet.top / TENTHS,
        sheet.pitch_x / TENTHS, sheet.pitch_y / TENTHS, design.dpi,
    )  # fmt: skip
