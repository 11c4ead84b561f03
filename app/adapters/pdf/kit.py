"""The document kit: A4 pages with header, footer, page numbers, Chinese fonts and a watermark.

Output is deterministic (same input, same bytes): no clock, no random identifier. The page count in
the footer is known only at the end, so pages are kept and numbered when the file is closed.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, Final

from reportlab import rl_config
from reportlab.lib.pagesizes import A4, landscape as turned
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate
from typing_extensions import override

from app.adapters import fonts
from app.domain.papers import PrintInfo
from app.domain.sealing import SealPlace
from app.i18n import _

MM: Final = 72 / 25.4
MARGIN: Final = 15 * MM
TOP: Final = 20 * MM
BOTTOM: Final = 17 * MM
_SMALL: Final = 8
_SMALLER: Final = 7
_WATERMARK_SIZE: Final = 64
_WATERMARK_GREY: Final = 0.945
_WATERMARK_ANGLE: Final = 35
_LINE: Final = 0.5
rl_config.useA85 = 0  # pages as they are compressed: a fifth smaller, and no letter by letter work


class _NumberedCanvas(Canvas):  # type: ignore[misc]  # reportlab is untyped here
    """A canvas that knows the number of pages when it draws the footers."""

    def __init__(
        self,
        *args: Any,
        info: PrintInfo,
        heading: str,
        places: list[SealPlace] | None,
        **keywords: Any,
    ) -> None:
        super().__init__(*args, **keywords)
        self.places = places
        self._info = info
        self._heading = heading
        self._pages: list[dict[str, Any]] = []

    @override
    def showPage(self) -> None:
        """Keep the page; it is written out by `save`."""
        self._pages.append(dict(self.__dict__))
        self._startPage()

    @override
    def save(self) -> None:
        """Write all pages with their footers."""
        total = len(self._pages)
        for number, page in enumerate(self._pages, start=1):
            self.__dict__.update(page)
            self._furniture(number, total)
            super().showPage()
        super().save()

    def _furniture(self, number: int, total: int) -> None:
        """Header and footer of one page."""
        width, height = self._pagesize
        info = self._info
        self.setLineWidth(_LINE)
        header = height - 12 * MM
        self._put(info.member, MARGIN, header)
        self._put(self._heading, width - MARGIN, header, right=True)
        self.line(MARGIN, header - 2 * MM, width - MARGIN, header - 2 * MM)
        footer = 9 * MM
        self.line(MARGIN, footer + 4 * MM, width - MARGIN, footer + 4 * MM)
        printed = _("打印：{who} {when}", who=info.printed_by, when=info.printed_at)
        if info.selection:
            printed += "    " + _("范围：{selection}", selection=info.selection)
        self._put(printed, MARGIN, footer)
        pages = _("第 {n} 页 / 共 {total} 页", n=number, total=total)
        self._put(pages, width - MARGIN, footer, right=True)
        if info.anchor:
            words = _("账页指纹：{anchor}", anchor=info.anchor)
            draw_text(self, (MARGIN, footer - 3.6 * MM), words, _SMALLER)

    def _put(self, text: str, x: float, y: float, *, right: bool = False) -> None:
        """One small line of text, cut where it would run into the other side."""
        room = (self._pagesize[0] - 2 * MARGIN) * (0.45 if right else 0.72)
        while text and fonts.width(text, _SMALL, False) > room:
            text = text[:-2] + "…"
        if right:
            x -= fonts.width(text, _SMALL, False)
        draw_text(self, (x, y), text, _SMALL)


def draw_text(
    canvas: Canvas, at: tuple[float, float], text: str, size: float, *, bold: bool = False
) -> None:
    """One line of text on a canvas, in the fonts it needs."""
    line = canvas.beginText(*at)
    for face, stretch in fonts.runs(text, bold=bold):
        line.setFont(fonts.pdf_name(face), size)
        line.textOut(stretch)
    canvas.drawText(line)


def build(
    story: Sequence[Flowable],
    info: PrintInfo,
    heading: str,
    *,
    landscape: bool = False,
    places: list[SealPlace] | None = None,
) -> bytes:
    """The story as PDF bytes; `heading` stands right in the header and is the file's title.

    Where seals are wanted is added to `places`.
    """
    target = io.BytesIO()
    size = turned(A4) if landscape else A4
    frame = Frame(
        MARGIN,
        BOTTOM,
        size[0] - 2 * MARGIN,
        size[1] - TOP - BOTTOM,
        leftPadding=0,
        rightPadding=0,
        topPadding=0,
        bottomPadding=0,
    )

    def watermark(canvas: Canvas, _document: BaseDocTemplate) -> None:
        if info.demo:
            _watermark(canvas, size)

    document = BaseDocTemplate(
        target, pagesize=size, title=heading, author=info.member, creator="yilian", invariant=1
    )
    document.addPageTemplates([PageTemplate("page", [frame], onPage=watermark)])

    def canvas_maker(*args: Any, **keywords: Any) -> _NumberedCanvas:
        return _NumberedCanvas(*args, info=info, heading=heading, places=places, **keywords)

    document.build(list(story), canvasmaker=canvas_maker)
    return target.getvalue()


def frame_width(*, landscape: bool = False) -> float:
    """Room for tables, in points."""
    return float(A4[1] if landscape else A4[0]) - 2 * MARGIN


def _watermark(canvas: Canvas, size: tuple[float, float]) -> None:
    """演示数据 across the page, behind the text."""
    text = _("演示数据")
    canvas.saveState()
    canvas.setFillGray(_WATERMARK_GREY)
    canvas.translate(size[0] / 2, size[1] / 2)
    canvas.rotate(_WATERMARK_ANGLE)
    wide = fonts.width(text, _WATERMARK_SIZE, True)
    for step in (-1, 0, 1):
        draw_text(canvas, (-wide / 2, step * 85 * MM), text, _WATERMARK_SIZE, bold=True)
    canvas.restoreState()
