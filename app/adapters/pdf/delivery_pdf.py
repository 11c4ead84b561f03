"""The delivery note that travels with the goods (随货同行单), with its number as Code 128."""

from __future__ import annotations

from typing import Final

from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Spacer
from typing_extensions import override

from app.adapters.barcode import modules
from app.adapters.pdf.blocks import (
    Column,
    facts,
    goods_text,
    grid,
    maker_text,
    money,
    signing_block,
    title,
)
from app.adapters.pdf.kit import MM, build, draw_text, frame_width
from app.adapters.pdf.rows import Align
from app.domain.labels.marks import Symbology
from app.domain.papers import DeliveryPaper
from app.i18n import _

_MODULE: Final = 72 / 300 * 4
_BAR_HEIGHT: Final = 9 * MM


def delivery_pdf(paper: DeliveryPaper) -> bytes:
    """The note as PDF, landscape; its barcode opens the delivery at acceptance."""
    width = frame_width(landscape=True)
    story: list[Flowable] = title(_("随货同行单"))
    if paper.number.isascii() and paper.number.isprintable():
        story += [_NumberBars(paper.number), Spacer(0, 3 * MM)]
    pairs = [
        (_("单号"), paper.number),
        (_("发货日期"), paper.shipped_on),
        (_("供货单位"), paper.supplier.name),
        (_("收货单位"), paper.buyer.name),
        (_("收货地点"), paper.deliver_to),
        (_("采购订单"), paper.order_number),
        (_("运输方式"), paper.transport),
    ]
    story += facts(pairs, width)
    story.append(_lines(paper, width))
    story += signing_block(paper.signings, width, seals=True)
    return build(story, paper.info, _("随货同行单 {number}", number=paper.number), landscape=True)


def _lines(paper: DeliveryPaper, width: float) -> Flowable:
    """What is in the boxes."""
    columns = (
        Column(_("序号"), 5.5, Align.CENTRE),
        Column(_("编码"), 11),
        Column(_("品名 / 规格"), 24),
        Column(_("生产企业 / 批准文号"), 22),
        Column(_("批号"), 12),
        Column(_("有效期至"), 10),
        Column(_("数量"), 10, Align.RIGHT),
        Column(_("单价 元"), 10, Align.RIGHT),
        Column(_("备注"), 10),
    )
    rows = [
        (
            str(number),
            line.goods.code,
            goods_text(line.goods),
            maker_text(line.goods),
            line.lot,
            line.expiry,
            line.quantity,
            "—" if line.price is None else f"{money(line.price)}/{line.unit}",
            line.note,
        )
        for number, line in enumerate(paper.lines, start=1)
    ]
    return grid(columns, rows, width)


class _NumberBars(Flowable):  # type: ignore[misc]  # reportlab is untyped here
    """The document number as Code 128 with its text, in whole dots of 300 dpi."""

    def __init__(self, number: str) -> None:
        super().__init__()
        self.number = number
        self.grid = modules(Symbology.BARS, number, gs1=False)
        self.width = self.grid.shape[1] * _MODULE
        self.height = _BAR_HEIGHT + 4 * MM

    @override
    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        return self.width, self.height

    @override
    def draw(self) -> None:
        canvas: Canvas = self.canv
        path = canvas.beginPath()
        for at, dark in enumerate(self.grid[0]):
            if dark:
                path.rect(at * _MODULE, 4 * MM, _MODULE, _BAR_HEIGHT)
        canvas.drawPath(path, stroke=0, fill=1)
        draw_text(canvas, (0, 0.5 * MM), self.number, 9)
