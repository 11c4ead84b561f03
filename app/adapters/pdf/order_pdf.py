"""A member's own order at one supplier (统采分签订单)."""

from __future__ import annotations

from reportlab.platypus import Flowable, Spacer

from app.adapters.pdf.blocks import (
    Column,
    facts,
    goods_text,
    grid,
    maker_text,
    money,
    paragraph,
    party_facts,
    signing_block,
    title,
    total_line,
)
from app.adapters.pdf.kit import MM, build, frame_width
from app.adapters.pdf.rows import Align
from app.domain.papers import OrderPaper
from app.domain.sealing import SealPlace
from app.i18n import _


def order_pdf(paper: OrderPaper, places: list[SealPlace] | None = None) -> bytes:
    """The order as PDF; the same order, the same bytes. Seal places go to `places`."""
    width = frame_width()
    heading = _("采购订单 {number}", number=paper.number)
    story: list[Flowable] = title(
        _("药品耗材采购订单"), _("统采分签 · 各成员单位分别签署、收货、结算")
    )
    pairs = [
        (_("订单号"), paper.number),
        (_("下单日期"), paper.ordered_on),
        (_("集团统采单"), paper.group_number),
        (_("版本"), _("第 {n} 版", n=paper.version)),
        *party_facts(paper.buyer, paper.supplier),
        (_("收货地点"), paper.deliver_to),
        (_("要求到货"), paper.due_on),
    ]
    story += facts(pairs, width)
    story.append(_lines(paper, width))
    story += total_line(paper.total)
    for number, term in enumerate(paper.terms, start=1):
        story += [paragraph(f"{number}. {term}"), Spacer(0, 1 * MM)]
    story += signing_block(paper.signings, width, seals=True)
    return build(story, paper.info, heading, places=places)


def _lines(paper: OrderPaper, width: float) -> Flowable:
    """The order lines with their total."""
    columns = (
        Column(_("序号"), 6, Align.CENTRE),
        Column(_("品名 / 规格"), 24),
        Column(_("生产企业 / 批准文号"), 21),
        Column(_("数量"), 10, Align.RIGHT),
        Column(_("单价 元"), 10, Align.RIGHT),
        Column(_("金额 元"), 12, Align.RIGHT),
        Column(_("备注"), 9),
    )
    rows = [
        (
            str(number),
            goods_text(line.goods),
            maker_text(line.goods),
            line.quantity,
            f"{money(line.price)}/{line.unit}",
            money(line.amount),
            line.note,
        )
        for number, line in enumerate(paper.lines, start=1)
    ]
    total = ("", _("合计 {n} 行", n=len(rows)), "", "", "", money(paper.total), "")
    return grid(columns, rows, width, total)
