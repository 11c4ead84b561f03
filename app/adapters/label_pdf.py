"""The PDF painter: the same marks as the raster, as embedded text and vector modules.

Modules are whole dots of the printer (`dpi`), so that a page printed at 100 % falls on its grid.
The same labels give the same bytes.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from app.adapters import fonts
from app.adapters.barcode import MM_PER_INCH, DotCode, fit
from app.domain.labels.marks import RuleMark, TextMark
from app.domain.labels.sheet import Nudge, Page, Placed
from app.domain.labels.template import LabelPaper
from app.i18n import _

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

POINTS_PER_MM: Final = 72 / MM_PER_INCH
_TICK: Final = 3.0
_HAIR: Final = 0.1


def labels_pdf(pages: Sequence[Page], dpi: int, title: str) -> bytes:
    """The pages as one PDF, modules snapped to the dots of a printer of `dpi`."""
    target = io.BytesIO()
    canvas = _canvas(target, title)
    for page in pages:
        canvas.setPageSize((page.width * POINTS_PER_MM, page.height * POINTS_PER_MM))
        for placed in page.labels:
            _label(canvas, page.height, placed, dpi)
        canvas.showPage()
    canvas.save()
    return target.getvalue()


def calibration_pdf(paper: LabelPaper, nudge: Nudge) -> bytes:
    """A page with the outline of every cell and millimetre marks, to be held against the paper."""
    target = io.BytesIO()
    canvas = _canvas(target, _("打印校准页"))
    canvas.setPageSize((paper.page_width * POINTS_PER_MM, paper.page_height * POINTS_PER_MM))
    canvas.setLineWidth(_HAIR * POINTS_PER_MM)
    right, down = nudge.right / 10, nudge.down / 10
    for index in range(paper.cells):
        box = paper.cell(index)
        x, y = box.x + right, box.y + down
        _outline(canvas, paper.page_height, (x, y, box.width, box.height))
        label = _("第 {n} 格", n=index + 1) if paper.is_sheet else _(paper.title)
        middle = y + box.height / 2
        _string(canvas, paper.page_height, TextMark(x + 3, middle, label, 3.0))
        for tick in range(-5, 6):
            _tick(canvas, paper.page_height, (x + box.width / 2 + tick, y), tick)
    note = _(
        "按实际大小（100%）打印，对着标签纸看。线偏右 0.5 mm，就向左调 0.5 mm。"
        "当前微调 {x} / {y} mm",
        x=f"{right:+.1f}",
        y=f"{down:+.1f}",
    )
    size = min(2.6, (paper.page_width - 6) / max(1.0, fonts.width(note, 1.0, False)))
    _string(canvas, paper.page_height, TextMark(3 + right, down + 8, note, size))
    canvas.showPage()
    canvas.save()
    return target.getvalue()


def _canvas(target: io.BytesIO, title: str) -> Canvas:
    """A canvas that writes the same bytes for the same input."""
    from reportlab.pdfgen.canvas import Canvas

    canvas = Canvas(target, invariant=1, pageCompression=1)
    canvas.setTitle(title)
    canvas.setCreator("yilian")
    return canvas


def _label(canvas: Canvas, page_height: float, placed: Placed, dpi: int) -> None:
    """One label of a page."""
    for mark in placed.layout.marks:
        if isinstance(mark, TextMark):
            x, baseline = placed.x + mark.x, placed.y + mark.baseline
            _string(canvas, page_height, replace(mark, x=x, baseline=baseline))
        elif isinstance(mark, RuleMark):
            box = mark.box
            canvas.rect(
                (placed.x + box.x) * POINTS_PER_MM,
                (page_height - placed.y - box.bottom) * POINTS_PER_MM,
                box.width * POINTS_PER_MM,
                box.height * POINTS_PER_MM,
                stroke=0,
                fill=1,
            )
        else:
            _modules(canvas, page_height, fit(mark, dpi, (placed.x, placed.y)), dpi)


def _string(canvas: Canvas, page_height: float, mark: TextMark) -> None:
    """One line of text, in the fonts it needs."""
    size = mark.size * POINTS_PER_MM
    x, y = mark.x * POINTS_PER_MM, (page_height - mark.baseline) * POINTS_PER_MM
    if mark.turn:
        canvas.saveState()
        canvas.translate(x, y)
        canvas.rotate(-mark.turn)
        x = y = 0.0
    text = canvas.beginText(x, y)
    for face, stretch in fonts.runs(mark.text, bold=mark.bold):
        text.setFont(fonts.pdf_name(face), size)
        text.textOut(stretch)
    canvas.drawText(text)
    if mark.turn:
        canvas.restoreState()


def _modules(canvas: Canvas, page_height: float, code: DotCode, dpi: int) -> None:
    """The dark modules as one path, so that no seam shows between them."""
    dot = 72 / dpi
    path = canvas.beginPath()
    top = page_height * POINTS_PER_MM - code.y * dot
    high = code.row_dots * dot
    for row, line in enumerate(code.grid):
        edges = np.flatnonzero(np.diff(np.concatenate(([0], line.astype(np.int8), [0]))))
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            left = (code.x + int(start) * code.dots) * dot
            wide = int(end - start) * code.dots * dot
            path.rect(left, top - (row + 1) * high, wide, high)
    canvas.drawPath(path, stroke=0, fill=1)


def _outline(canvas: Canvas, page_height: float, box: tuple[float, float, float, float]) -> None:
    """The outline of a cell."""
    x, y, width, height = box
    corners = ((x, y), (x + width, y), (x + width, y + height), (x, y + height), (x, y))
    for (x1, y1), (x2, y2) in pairwise(corners):
        canvas.line(
            x1 * POINTS_PER_MM,
            (page_height - y1) * POINTS_PER_MM,
            x2 * POINTS_PER_MM,
            (page_height - y2) * POINTS_PER_MM,
        )


def _tick(canvas: Canvas, page_height: float, at: tuple[float, float], tick: int) -> None:
    """One millimetre mark below the upper edge of a cell; the middle one is longer."""
    length = _TICK if tick == 0 else _TICK / 2
    x, y = at
    canvas.line(
        x * POINTS_PER_MM,
        (page_height - y) * POINTS_PER_MM,
        x * POINTS_PER_MM,
        (page_height - y - length) * POINTS_PER_MM,
    )
